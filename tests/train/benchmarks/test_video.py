"""Counts of a clip with given items and labels, and a short real run."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pytest

from camdigits.layout.grouping import group
from camdigits.reader import Reader
from camdigits.values import Box, Digit, Frame, Result
from train.benchmarks.video import (
    ClipScore,
    MarkedFrames,
    Scores,
    Tally,
    score_clips,
    video_report,
)
from train.data.alphabets import DIGIT_NONE
from train.simulate.clips import LabelledFrame, VisibleItem
from train.simulate.scenes import UNSURE, SceneMark

STEP = 0.1
PLACE, FAR = Box(100, 100, 20, 40), Box(300, 100, 20, 40)
BLANK = np.zeros((240, 400, 3), np.uint8)


def item(label: int = 7, behind: float = 0.0, sure: bool = True) -> VisibleItem:
    return VisibleItem(
        0, SceneMark(label if sure and behind < 0.08 else UNSURE, PLACE), label, behind
    )


def watch(frames: Iterable[tuple[Sequence[VisibleItem], Sequence[Digit]]]) -> Tally:
    """Score frames of (items, shown digits), a tenth of a second each."""
    score = ClipScore()
    for index, (seen, shown) in enumerate(frames):
        moment = LabelledFrame(Frame(index, index * STEP, BLANK), tuple(seen))
        score.add(moment, STEP, shown, result(moment.frame, shown))
    return score.tally


def result(frame: Frame, shown: Sequence[Digit]) -> Result:
    """Return shown digits with the numbers that they form."""
    return Result(frame, tuple(shown), group(shown).numbers, 0, {})


def label(text: str, track: int | None = 1, box: Box = PLACE) -> Digit:
    return Digit(box, text, 0.9, track)


def test_a_right_label_is_right() -> None:
    """It counts for its two seconds."""
    tally = watch([([item()], [label("7")])] * 20)

    assert (tally.visible_s, tally.right_s) == pytest.approx((2.0, 2.0))
    assert (tally.wrong, tally.changes) == (0, 0)


def test_wrong_and_false_labels_count_by_their_time() -> None:
    """A label on a different digit is wrong; one on nothing or on a non-digit is false."""
    tally = watch(
        [([item()], [label("1")])] * 5
        + [([item()], [label("7"), label("3", 2, FAR)])] * 3
        + [([item(DIGIT_NONE)], [label("7")])] * 2
    )

    assert (tally.wrong_s, tally.false_s) == pytest.approx((0.5, 0.5))
    assert tally.wrong == pytest.approx(1.0 / 1.3)


def test_illegible_digits_have_no_wrong_label() -> None:
    """Out of focus or cut off: neither right nor wrong."""
    tally = watch([([item(sure=False)], [label("1")])] * 5)

    assert (tally.visible_s, tally.wrong_s, tally.false_s) == (0, 0, 0)


def test_behind_a_hand_only_its_own_label_may_stay() -> None:
    """A label shown before may stay; a different one is wrong."""
    own = watch([([item(behind=0.5)], [label("7")])] * 5)
    other = watch([([item(behind=0.5)], [label("1")])] * 5)

    assert (own.wrong_s, other.wrong_s) == pytest.approx((0, 0.5))


def test_changes_count_after_the_first_second() -> None:
    """A gap between two labels is a change too; a label that comes back is a blink."""
    early = watch([([item()], [label(text)]) for text in "1717171777"])
    late = watch(
        [([item()], [label(text)] if text != "-" else []) for text in "7" * 10 + "717--77"]
    )

    assert early.changes == 0
    assert (late.changes, late.blinks) == (2, 1)
    assert late.settled_s == pytest.approx(0.7)


@pytest.mark.parametrize(("back", "kept"), [(1, 1), (2, 0)])
def test_an_id_is_kept_when_it_is_the_same_after_the_hand(back: int, kept: int) -> None:
    """Only digits shown before and hidden for half a second count."""
    before, after = ([item()], [label("7")]), ([item()], [label("7", back)])

    long = watch([before] * 3 + [([item(behind=1.0)], [])] * 6 + [([item()], [])] + [after] * 3)
    short = watch([before] * 3 + [([item(behind=1.0)], [])] * 3 + [after] * 3)

    assert (long.covered, long.kept) == (1, kept)
    assert short.covered == 0


def test_the_wait_starts_at_the_first_reading() -> None:
    """It does not start when the digit became legible."""
    score = ClipScore()
    for index in range(10):
        moment = LabelledFrame(Frame(index, index * STEP, BLANK), (item(),))
        read = [label("7")] if index >= 2 else []
        shown = result(moment.frame, read if index >= 4 else [])
        score.add(moment, STEP, read, shown)

    assert score.tally.waits_s == pytest.approx([0.2])


NEXT = Box(124, 100, 20, 40)


def pair(sure: bool = True) -> list[VisibleItem]:
    """Return a written 72; the 2 may be out of focus."""
    two = VisibleItem(1, SceneMark(2 if sure else UNSURE, NEXT), 2)
    third = VisibleItem(2, SceneMark(9, Box(148, 100, 20, 40)), 9)
    return [item(), two, third]


@pytest.mark.parametrize(
    ("shown", "wrong"),
    [
        ([label("7"), label("2", 2, NEXT), label("9", 3, Box(148, 100, 20, 40))], 0),
        ([label("7"), label("2", 2, NEXT)], 1),
        ([label("7"), label("3", 2, NEXT), label("9", 3, Box(148, 100, 20, 40))], 1),
        ([label("7"), label("2", 2, NEXT), label("9", 3, Box(172, 100, 20, 40))], 1),
    ],
)
def test_partial_and_wrong_numbers_count_by_their_time(shown: list[Digit], wrong: int) -> None:
    """Of the written 729, 72 is partial, 739 is wrong, and so is one with a false digit."""
    tally = watch([(pair(), shown)] * 5)

    assert tally.numbers_s == pytest.approx(0.5)
    assert tally.wrong_numbers == wrong


def test_what_nobody_can_read_is_not_missing_from_a_number() -> None:
    """An illegible digit may be missing, and may have any label."""
    items = [*pair(sure=False)[:2]]

    assert watch([(items, [label("7"), label("5", 2, NEXT)])]).wrong_numbers == 0


def test_the_report_has_a_line_for_each_and_one_for_all() -> None:
    """The last line is the total; missing values are a dash."""
    one = Tally(visible_s=10, right_s=9, shown_s=10, wrong_s=1, settled_s=60, changes=3)

    lines = video_report(
        {"still": Scores(Tally(), one), "hand": Scores(Tally(), one)}
    ).splitlines()

    figures = ["tracker", "3.00", "0.00", "10.00", "0.0", "90.0", "-", "-", "-", "0.00"]
    assert lines[3].split() == ["still", *figures]
    assert lines[-1].split() == ["all", *figures]
    assert [line.split()[0] for line in lines[2::2]] == ["still", "hand", "all"]


def test_a_short_real_run(data_folder: Path) -> None:
    """On a still page the tracker hardly changes any label."""
    frames = MarkedFrames(step=10)

    scores = score_clips(Reader(), [1], ("still",), seconds=1.5, each=frames.add)

    tally = scores["still"].tracker
    assert tally.right_s > 0.6 * tally.visible_s
    assert tally.changes == 0
    assert [name for name, _ in frames] == [
        f"still-1-{index:03}.png" for index in range(0, 45, 10)
    ]
    assert data_folder
