"""The moving camera simulator: frames and their labels."""

from collections.abc import Sequence

import numpy as np
import pytest

from camdigits.image import cv2
from camdigits.values import GrayImage
from train.data.alphabets import DIGIT_NONE
from train.simulate.clips import KINDS, MAX_COVERED, ClipConfig, LabelledFrame, film_clip
from train.simulate.scenes import UNSURE
from train.simulate.writers import Writer

SHORT = ClipConfig(size_px=(320, 240), fps=10.0, duration_s=6.0)


def ring(_index: int, side: int, _rng: np.random.Generator) -> GrayImage:
    """Draw a zero: a ring of `side` pixels."""
    drawing = np.zeros((side, side), np.uint8)
    cv2.circle(drawing, (side // 2, side // 2), side // 2 - 2, 255, max(2, side // 8))
    return drawing


ZEROS = Writer("zeros", np.zeros(1, np.uint8), ring)
SPOTS = Writer("spots", np.full(1, DIGIT_NONE, np.uint8), ring)


def clip(kind: str, others: Sequence[Writer] = (), seed: int = 3) -> list[LabelledFrame]:
    return list(film_clip(kind, [ZEROS], others, np.random.default_rng(seed), SHORT))


@pytest.mark.parametrize("kind", KINDS)
def test_a_clip_has_the_configured_size_and_rate(kind: str) -> None:
    """Boxes are inside the picture; only written items have labels."""
    moments = clip(kind, [SPOTS])

    times = [moment.frame.time_s for moment in moments]
    assert times == pytest.approx(np.arange(60) / 10)
    assert {moment.frame.bgr.shape for moment in moments} == {(240, 320, 3)}
    for item in (item for moment in moments for item in moment.items):
        box = item.mark.box
        assert box.x >= 0
        assert box.y >= 0
        assert box.right <= 320
        assert box.bottom <= 240
        assert item.label in (0, DIGIT_NONE)
        assert item.mark.label in (item.label, UNSURE)


def test_the_same_seed_films_the_same_clip() -> None:
    """Frames are bit-identical."""
    first, second = clip("shake"), clip("shake")

    assert all(
        np.array_equal(a.frame.bgr, b.frame.bgr) and a.items == b.items
        for a, b in zip(first, second, strict=True)
    )


@pytest.mark.parametrize("kind", ["still", "pan", "zoom"])
def test_ink_is_where_the_labels_say(kind: str) -> None:
    """In all poses a legible digit's box is dark along its edges."""
    for moment in clip(kind)[::10]:
        gray = moment.frame.bgr[:, :, 0].astype(float)
        for item in moment.items:
            if item.mark.label == 0:
                x, y, width, height = item.mark.box
                inside = gray[y : y + height, x : x + width]
                assert inside.min() < np.median(gray) - 25
                assert inside[:, 0:3].min() < np.median(gray) - 12


def test_a_hand_hides_digits_for_half_a_second() -> None:
    """A digit behind the hand is listed as covered, not missing."""
    moments = clip("hand")

    hidden: dict[int, int] = {}
    for item in (item for moment in moments for item in moment.items):
        hidden[item.item] = hidden.get(item.item, 0) + (item.covered_share > 0.6)
        assert item.mark.label == UNSURE or item.covered_share < MAX_COVERED
    assert sum(frames >= 5 for frames in hidden.values()) >= len(hidden) / 2


def test_digits_are_written_one_after_the_other() -> None:
    """Their number grows; the one being written is UNSURE."""
    counts = [len(moment.items) for moment in clip("writing")]

    assert counts[0] == 0
    assert counts == sorted(counts)
    assert counts[-1] >= 4


def test_a_sheet_comes_and_goes() -> None:
    """The first and last frames show an empty desk."""
    moments = clip("sheet")

    assert moments[0].items == ()
    assert len(moments[30].items) >= 4
    assert len(moments[-1].items) < len(moments[30].items)


def test_a_page_without_digits_has_none() -> None:
    """It has non-digits only."""
    moments = clip("empty", [SPOTS])

    assert {item.label for moment in moments for item in moment.items} == {DIGIT_NONE}


def test_an_unknown_kind_is_rejected() -> None:
    """The error lists the kinds."""
    with pytest.raises(ValueError, match="no motion 'dance'; kinds are still, shake"):
        clip("dance")
