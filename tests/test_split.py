import numpy as np
import pytest

from camdigits.classify import NONE, Opinions
from camdigits.split import split
from camdigits.values import Box, Region


def ask(glyphs, rotation=0):
    """Say "1" of a single upright stroke, "none" of all else; lying strokes if so turned."""
    upright = glyphs if rotation in (0, 180) else np.rot90(glyphs, axes=(1, 2))
    full = (upright > 128).sum(axis=1) >= 15  # (N, 28) columns that are a stroke
    strokes = (np.diff(full, axis=1, prepend=False, append=False).sum(axis=1) // 2).tolist()
    widths = full.sum(axis=1).tolist()
    pairs = zip(strokes, widths, strict=True)
    labels = tuple("1" if count == 1 and width <= 5 else NONE for count, width in pairs)
    return Opinions(labels, np.full(len(glyphs), 0.95), rotation)


def bars(count, pitch=26, height=40):
    """Upright strokes that a thin bridge joins."""
    ink = np.zeros((height, pitch * (count - 1) + 6), np.uint8)
    for index in range(count):
        ink[:, index * pitch : index * pitch + 6] = 255
    ink[height // 2, :] = 255
    return ink


def region(ink, x=100, y=50):
    return Region(Box(x, y, ink.shape[1], ink.shape[0]), ink)


STROKE = region(np.full((40, 6), 255, np.uint8), x=20)


def opinions(*labels, rotation=0):
    return Opinions(labels, np.full(len(labels), 0.95), rotation)


@pytest.mark.parametrize("count", [2, 3, 4])
def test_touching_digits_are_cut_where_the_ink_is_thin(count):
    """Each part is a region of its own in the place of the whole, tight around its ink."""
    blob = region(bars(count))

    regions, asked = split([STROKE, blob], opinions("1", NONE), ask, 0.9)

    assert asked.labels == ("1",) * (count + 1)
    lefts = sorted(part.box.x for part in regions[1:])
    assert all(abs(left - (100 + 26 * i)) <= 14 for i, left in enumerate(lefts))
    assert all(part.box.height == 40 for part in regions[1:])


def test_a_page_on_its_side_is_cut_across():
    """Lines of writing run down the picture, so cuts do not."""
    blob = region(np.rot90(bars(2)).copy())
    stroke = region(np.full((6, 40), 255, np.uint8), x=20)

    def ask_lying(glyphs):
        return ask(glyphs, rotation=90)

    regions, asked = split([stroke, blob], opinions("1", NONE, rotation=90), ask_lying, 0.9)

    assert asked.labels == ("1", "1", "1")
    assert asked.rotation == 90
    assert all(part.box.width == 40 for part in regions[1:])


def test_what_gives_no_digits_stays_whole():
    """A cut counts only if every part is a digit."""
    blob = region(np.full((40, 40), 255, np.uint8))

    regions, asked = split([STROKE, blob], opinions("1", NONE), ask, 0.9)

    assert regions == (STROKE, blob)
    assert asked.labels == ("1", NONE)


@pytest.mark.parametrize(
    "blob",
    [bars(2, height=200), bars(2, height=12), np.full((40, 20), 255, np.uint8), bars(20)],
    ids=["too high", "too low", "too narrow", "too wide"],
)
def test_odd_sizes_are_not_tried(blob):
    """Only what could be digits of this page costs time."""

    def never(_):
        raise AssertionError("the classifier was asked")

    regions, _ = split([STROKE, region(blob)], opinions("1", NONE), never, 0.9)

    assert len(regions) == 2


def test_nothing_is_cut_where_no_digit_was_read():
    """A page of letters stays a page of letters."""
    regions, _ = split([region(bars(2))], opinions(NONE), ask, 0.9)

    assert len(regions) == 1


def test_a_sure_digit_is_left_alone():
    """Wide digits are digits."""
    regions, _ = split([STROKE, region(bars(2))], opinions("1", "0"), ask, 0.9)

    assert len(regions) == 2
