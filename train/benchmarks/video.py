"""Measure what a viewer sees over time: the reader with and without the tracker on clips.

    python -m train score video

A shown label is matched with the item at its place, best overlap first, from an IoU of 0.3. It is
wrong if another digit is written there, false if there is no digit. Labels on illegible digits
(cut off, out of focus, being written) are not wrong; on a digit behind a hand only its own label
is right. The tracker was tuned on seeds 11 to 14 and 101. About two minutes on one core.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import partial
from itertools import product

import numpy as np

from camdigits.geometry import iou
from camdigits.image import cv2
from camdigits.meter import quantile
from camdigits.reader import Reader
from camdigits.render.annotate import annotate
from camdigits.track.settings import config_for
from camdigits.track.tracker import Tracker
from camdigits.values import BgrImage, Digit, GrayImage, Result
from train.benchmarks.video_numbers import complete_numbers, count_wrong
from train.data import sets
from train.data.alphabets import DIGIT_NONE
from train.data.folder import data_folder
from train.data.held_out import HeldOutWriter, held_out_writers
from train.metrics.matching import MIN_IOU
from train.simulate.clips import KINDS, ClipConfig, LabelledFrame, VisibleItem, film_clip
from train.simulate.scenes import UNSURE
from train.simulate.writers import Writer, bitmap_writer

OTHERS = ("unipen_letters", "quickdraw", "bhmsds_symbols")  # sets of the non-digits
# Photographs without writing whose ruling lines are horizontal.
PAPERS = ("graph_yellow_a", "graph_yellow_b", "lined_top", "white_surface_phone")
DESKS = ("black_desktop_phone", "blue_desktop_phone", "white_desktop_phone")
SETTLED_S = 1.0  # label changes count from this time after a digit became legible (chosen)
COVERED_S = 0.5  # a shorter occlusion counts as a dropout (chosen)
HIDDEN = 0.6  # covered share of a digit from which it counts as hidden (chosen)


@dataclass(slots=True)
class Tally:
    """Digit-seconds and counts of one clip or many."""

    visible_s: float = 0.0  # digit-seconds of legible digits
    right_s: float = 0.0  # of these, shown with the right label
    shown_s: float = 0.0  # of all labels shown
    wrong_s: float = 0.0  # of labels on a different digit
    false_s: float = 0.0  # of labels where there is no digit
    settled_s: float = 0.0  # of legible digits after their first second
    changes: int = 0  # label changes in settled time
    blinks: int = 0  # labels that vanished and came back in settled time
    covered: int = 0  # digits that were shown, then covered for 0.5 s or more
    kept: int = 0  # of these, shown again with the same id
    numbers_s: float = 0.0  # of numbers shown as complete
    wrong_numbers_s: float = 0.0  # of these, wrong or partial
    waits_s: list[float] = field(
        default_factory=list
    )  # from the first reading to the first display

    def __add__(self, other: "Tally") -> "Tally":
        names = [each.name for each in fields(self)]
        return Tally(**{name: getattr(self, name) + getattr(other, name) for name in names})

    @property
    def wrong(self) -> float:
        """Return the share of the digit-seconds shown that is wrong or false."""
        return (self.wrong_s + self.false_s) / max(self.shown_s, 1e-9)

    @property
    def wrong_numbers(self) -> float:
        """Return the share of the time of complete numbers in which they are wrong or partial."""
        return self.wrong_numbers_s / max(self.numbers_s, 1e-9)


@dataclass(frozen=True, slots=True)
class Scores:
    """Tallies of the reader alone and of the tracker."""

    reader: Tally = field(default_factory=Tally)
    tracker: Tally = field(default_factory=Tally)

    def __add__(self, other: "Scores") -> "Scores":
        return Scores(self.reader + other.reader, self.tracker + other.tracker)


@dataclass(slots=True)
class _DigitState:
    """State of one written digit as seen by the viewer."""

    legible_s: float | None = None  # when it was first legible
    read_s: float | None = None  # when the reader first read it
    shown_s: float | None = None
    label: str = ""  # the label last shown
    track: int | None = None
    gap: bool = False  # legible but not shown
    covered_s: float | None = None
    before: int | None = None  # its track id when it was covered
    back_s: float | None = None  # when it became visible again


class ClipScore:
    """Score one clip frame by frame; `tally` holds the result so far."""

    def __init__(self) -> None:
        self.tally = Tally()
        self._states: dict[int, _DigitState] = {}

    def add(
        self, moment: LabelledFrame, step_s: float, read: Sequence[Digit], shown: Result
    ) -> None:
        """Count one frame.

        Args:
            moment: the frame and its items.
            step_s: duration of the frame.
            read: digits that the reader found.
            shown: what the viewer sees.
        """
        now = moment.frame.time_s
        read_labels = _matched(moment.items, read)
        shown_labels = _matched(moment.items, shown.digits)
        self.tally.shown_s += step_s * len(shown.digits)
        self.tally.false_s += step_s * (len(shown.digits) - len(shown_labels))
        self.tally.numbers_s += step_s * len(complete_numbers(shown))
        self.tally.wrong_numbers_s += step_s * count_wrong(moment.items, shown, shown_labels)
        for index, item in enumerate(moment.items):
            label = shown_labels.get(index)
            if item.label == DIGIT_NONE:
                self.tally.false_s += step_s * (label is not None)
                continue
            one = self._states.setdefault(item.item, _DigitState())
            self._judge(item, label, step_s)
            if one.read_s is None and index in read_labels and item.mark.label != UNSURE:
                one.read_s = now
            self._follow(one, item, label, now, step_s)
            self._occlude(one, item, label, now)

    def _judge(self, item: VisibleItem, shown: Digit | None, step_s: float) -> None:
        legible = item.mark.label != UNSURE
        right = shown is not None and shown.label == str(item.label)
        self.tally.visible_s += step_s * legible
        self.tally.right_s += step_s * (legible and right)
        if shown is not None and not right and (legible or item.covered_share):
            self.tally.wrong_s += step_s

    def _follow(
        self, one: _DigitState, item: VisibleItem, shown: Digit | None, now: float, step_s: float
    ) -> None:
        if item.mark.label == UNSURE:
            return
        one.legible_s = now if one.legible_s is None else one.legible_s
        settled = now - one.legible_s >= SETTLED_S
        self.tally.settled_s += step_s * settled
        if shown is None:
            one.gap = bool(one.label)
            return
        if one.shown_s is None:
            one.shown_s = now
            if one.read_s is not None:
                self.tally.waits_s.append(now - one.read_s)
        elif settled:
            self.tally.changes += shown.label != one.label
            self.tally.blinks += one.gap
        one.label, one.track, one.gap = shown.label, shown.track, False

    def _occlude(
        self, one: _DigitState, item: VisibleItem, shown: Digit | None, now: float
    ) -> None:
        """Compare a digit's id before and after a hand covered it."""
        if item.covered_share >= HIDDEN:
            if one.covered_s is None:
                one.covered_s, one.before, one.back_s = now, one.track, None
            return
        if one.covered_s is not None:
            long = now - one.covered_s >= COVERED_S and one.before is not None
            one.covered_s, one.back_s = None, now if long else None
            self.tally.covered += long
        if one.back_s is not None and shown is not None:
            one.back_s = None
            self.tally.kept += shown.track == one.before


def score_clips(
    reader: Reader,
    seeds: Iterable[int],
    kinds: Sequence[str] = KINDS,
    seconds: float = 6.0,
    each: Callable[[str, Result], None] = lambda _kind, _result: None,
) -> dict[str, Scores]:
    """Film and read one clip of each kind and seed.

    Args:
        reader: reads the frames.
        seeds: of the clips.
        kinds: of motion, out of KINDS.
        seconds: length of each clip.
        each: receives the name of each clip and the tracker's result of each frame.

    Returns:
        Scores of each kind.

    Raises:
        DataError: a data set is missing.
    """
    digits, others = digit_writers(), other_writers()
    config = ClipConfig(
        duration_s=seconds,
        paper_photos=_photos("paper", PAPERS),
        desk_photos=_photos("desk", DESKS),
    )
    scores = {kind: Scores() for kind in kinds}
    for seed, kind in product(seeds, kinds):
        rng = np.random.default_rng([seed, KINDS.index(kind)])
        clip = film_clip(kind, digits, others, rng, config)
        scores[kind] += score_clip(clip, reader, 1 / config.fps, partial(each, f"{kind}-{seed}"))
    return scores


def score_clip(
    moments: Iterable[LabelledFrame],
    reader: Reader,
    step_s: float,
    each: Callable[[Result], None] = lambda _: None,
) -> Scores:
    """Read a clip with and without a tracker."""
    tracker = Tracker(config_for(reader.threshold))
    alone, tracked = ClipScore(), ClipScore()
    for moment in moments:
        result = reader.read(moment.frame)
        followed = tracker.follow(result)
        each(followed)
        alone.add(moment, step_s, result.digits, result)
        tracked.add(moment, step_s, result.digits, followed)
    return Scores(alone.tally, tracked.tally)


def video_report(scores: Mapping[str, Scores]) -> str:
    """Format two lines per kind, then the total.

    Columns: label changes and blinks per legible digit and minute, after its first second; wrong
    and false labels in per cent of all digit-seconds shown; seconds of false labels; legible
    digit-seconds shown with the right label; digits that kept their id after a hand covered them
    for half a second; seconds from the first reading to the label; wrong and partial numbers in
    per cent of the time for which numbers are shown as complete.
    """
    whole = Scores()
    for one in scores.values():
        whole += one
    lines = [HEAD]
    for kind, pair in {**scores, "all": whole}.items():
        lines += [f"{kind:9}reader  {_row(pair.reader)}", f"{kind:9}tracker {_row(pair.tracker)}"]
    return "\n".join(lines)


class MarkedFrames:
    """Keep every `step`th frame of each clip, annotated, as (name, picture)."""

    def __init__(self, step: int = 15) -> None:
        self._step = step
        self._kept: list[tuple[str, BgrImage]] = []

    def add(self, clip: str, result: Result) -> None:
        """Store the annotated frame if its index is due."""
        if result.frame.index % self._step == 0:
            self._kept.append((f"{clip}-{result.frame.index:03}.png", annotate(result)))

    def __iter__(self) -> Iterator[tuple[str, BgrImage]]:
        return iter(self._kept)


def digit_writers() -> list[Writer]:
    """Return the held-out writers of digits, each data set equally often.

    Raises:
        DataError: a data set is missing.
    """
    writers = held_out_writers()
    most = max(len(of_set) for of_set in writers.values())
    return [
        _page_writer(of_set[turn % len(of_set)])
        for of_set in writers.values()
        for turn in range(most)
    ]


def other_writers() -> list[Writer]:
    """Return writers of the held-out parts of the sets without digits.

    Raises:
        DataError: a data set is missing.
    """
    writers = []
    for name in OTHERS:
        images, labels, val = sets.raw(name)
        writers.append(bitmap_writer(name, images[val], labels[val]))
    return writers


def _page_writer(writer: HeldOutWriter) -> Writer:
    def draw(index: int, side: int, rng: np.random.Generator) -> GrayImage:
        return writer.draw(index, side, max(1.2, side * rng.uniform(0.05, 0.12)))

    return Writer(writer.kind, writer.labels, draw)


def _photos(kind: str, names: Sequence[str]) -> tuple[GrayImage, ...]:
    """Read the photographs of paper or desks that exist in the data folder, in grey."""
    files = [data_folder() / "textures" / kind / f"{name}.jpg" for name in names]
    return tuple(
        np.asarray(cv2.imread(str(file), cv2.IMREAD_GRAYSCALE), np.uint8)
        for file in files
        if file.exists()
    )


HEAD = """\
                 changes  blinks  wrong  false  shown      ids   sight to label s  numbers wrong
                 per digit, min       %      s      %     kept   median       p95              %"""


def _row(one: Tally) -> str:
    minutes = max(one.settled_s / 60, 1e-9)
    shown = f"{100 * one.right_s / one.visible_s:.1f}" if one.visible_s else "-"
    kept = f"{one.kept}/{one.covered}" if one.covered else "-"
    waits = [f"{quantile(one.waits_s, q):.3f}" if one.waits_s else "-" for q in (0.5, 0.95)]
    return (
        f"{one.changes / minutes:7.2f} {one.blinks / minutes:7.2f} {100 * one.wrong:6.2f} "
        f"{one.false_s:6.1f} {shown:>6} {kept:>8} {waits[0]:>8} {waits[1]:>9} "
        f"{100 * one.wrong_numbers:14.2f}"
    )


def _matched(seen: Sequence[VisibleItem], digits: Sequence[Digit]) -> dict[int, Digit]:
    """Return the digit shown on each item, best overlap first."""
    overlaps = [
        (overlap, place, digit)
        for place, item in enumerate(seen)
        for digit in range(len(digits))
        if (overlap := iou(item.mark.box, digits[digit].box)) >= MIN_IOU
    ]
    matched: dict[int, int] = {}
    for _, place, digit in sorted(overlaps, reverse=True):
        if place not in matched and digit not in matched.values():
            matched[place] = digit
    return {place: digits[digit] for place, digit in matched.items()}
