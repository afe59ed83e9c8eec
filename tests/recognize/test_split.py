import numpy as np
import pytest
from support.predictions import candidates, classifying, predictions

from camdigits.recognize.split import SplitConfig, parts_of, split
from camdigits.values import NONE, Box, Region


@classifying
def bars_are_ones(glyphs):
    """Predict "1" for a single vertical stroke, "none" for everything else."""
    full = (glyphs > 128).sum(axis=1) >= 15  # (N, 28) columns that are a stroke
    strokes = (np.diff(full, axis=1, prepend=False, append=False).sum(axis=1) // 2).tolist()
    widths = full.sum(axis=1).tolist()
    pairs = zip(strokes, widths, strict=True)
    labels = tuple("1" if count == 1 and width <= 5 else NONE for count, width in pairs)
    return predictions(labels)


def not_called(_):
    raise AssertionError("the classifier was called")


def bars(count, pitch=16, height=40, tail=0):
    """Draw vertical strokes that a thin bridge joins, with a tail on the right."""
    ink = np.zeros((height, pitch * (count - 1) + 6 + tail), np.uint8)
    for index in range(count):
        ink[:, index * pitch : index * pitch + 6] = 255
    ink[height // 2, :] = 255
    return ink


def region(ink, x=100, y=50):
    return Region(Box(x, y, ink.shape[1], ink.shape[0]), ink)


@classifying
def always_one(glyphs):
    """Predict "1" for every glyph."""
    return predictions(["1"] * len(glyphs))


def block(width, height, x=20):
    return region(np.full((height, width), 255, np.uint8), x=x)


BROAD = block(24, 40)
BARS = SplitConfig(max_stroke_thickness=0.0)  # the digits of these tests are bare strokes


@pytest.mark.parametrize("pitch", [16, 26])
@pytest.mark.parametrize("count", [2, 3, 4])
def test_touching_digits_are_cut_where_the_ink_is_thin(count, pitch):
    """Each part is a region cropped to its ink, in the position of the whole."""
    joined = region(bars(count, pitch))

    found = split(candidates([BROAD, joined], ("0", NONE)), bars_are_ones, 0.9, BARS)

    assert found.labels == ("0", *["1"] * count)
    strokes = [(100 + pitch * index, 106 + pitch * index) for index in range(count)]
    for part, (left, right) in zip(found.regions[1:], strokes, strict=True):
        assert part.box.x <= left
        assert part.box.right >= right
        assert part.box.height == 40


def test_the_others_keep_their_places():
    """Parts replace the whole in the order of candidates."""
    joined, after = region(bars(2)), block(10, 40, x=300)

    found = split(candidates([BROAD, joined, after], ("0", NONE, "7")), bars_are_ones, 0.9, BARS)

    assert (found.regions[0], found.regions[3]) == (BROAD, after)
    assert found.labels == ("0", "1", "1", "7")
    assert len(found.scores) == 4


def test_no_ink_of_a_cut_blob_is_lost():
    """The parts hold, pixel for pixel, what the joined held."""
    joined = region(bars(3))

    found = split(candidates([BROAD, joined], ("0", NONE)), bars_are_ones, 0.9)

    again = np.zeros_like(joined.ink)
    for part in found.regions[1:]:
        left, top, width, height = part.box
        again[top - 50 : top - 50 + height, left - 100 : left - 100 + width] += part.ink
    assert np.array_equal(again, joined.ink)


def test_a_region_without_digits_stays_whole():
    """A cut is used only if every part is accepted."""
    joined = region(bars(2))

    @classifying
    def first_is_one(glyphs):
        """Predict "1" for the first part, "none" for all others."""
        labels = ("1", *[NONE] * (len(glyphs) - 1))
        return predictions(labels)

    found = split(candidates([BROAD, joined], ("0", NONE)), first_is_one, 0.9)

    assert found.regions == (BROAD, joined)
    assert found.labels == ("0", NONE)


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_tail_that_is_no_digit_keeps_the_blob_whole(mirrored):
    """No part is dropped, on either side."""
    ink = bars(2, tail=60)
    joined = region(ink[:, ::-1].copy() if mirrored else ink)

    found = split(candidates([BROAD, joined], ("0", NONE)), bars_are_ones, 0.9)

    assert found.regions == (BROAD, joined)


def test_parts_below_the_threshold_are_rejected():
    """The threshold of a part is that of any digit."""
    joined = region(bars(2))

    found = split(candidates([BROAD, joined], ("0", NONE)), bars_are_ones, 0.96)

    assert found.regions == (BROAD, joined)


@pytest.mark.parametrize(
    "joined",
    [bars(2, height=200), bars(2, height=12), np.full((40, 18), 255, np.uint8), bars(12)],
    ids=["too high", "too low", "too narrow", "too wide"],
)
def test_odd_sizes_are_not_tried(joined):
    """Regions unlike the digits of the page are not classified again."""
    found = split(candidates([BROAD, region(joined)], ("0", NONE)), not_called, 0.9)

    assert len(found) == 2


def test_any_digit_s_height_counts():
    """Small touching digits are split on a page that also has large ones."""
    large, small = block(120, 200, x=400), block(24, 40)
    regions = [region(bars(2)), region(bars(2, height=200, pitch=100))]

    found = split(
        candidates([large, small, *regions], ("0", "0", NONE, NONE)), bars_are_ones, 0.9, BARS
    )

    assert len(found) == 6
    assert len(split(candidates([large, regions[0]], ("0", NONE)), not_called, 0.9)) == 2


@pytest.mark.parametrize("labels", [(NONE, NONE), ("1", NONE)], ids=["letters", "a bare stroke"])
def test_nothing_is_cut_where_no_broad_digit_was_read(labels):
    """Letters and bare strokes, such as lines of a table, give no height of digits."""
    stroke = block(6, 40)

    found = split(candidates([stroke, region(bars(2))], labels), not_called, 0.9)

    assert len(found) == 2


def test_a_sure_digit_is_left_alone():
    """An accepted region is not split, however wide."""
    found = split(candidates([BROAD, region(bars(2))], ("0", "0")), not_called, 0.9)

    assert len(found) == 2


def test_an_empty_page_costs_nothing():
    """The classifier is not called without regions."""
    assert len(split(candidates([], ()), not_called, 0.9)) == 0


def test_the_widest_are_cut_when_there_are_too_many():
    """A page full of regions costs no more than the limit."""
    regions = [region(bars(2, pitch), x=100 * pitch) for pitch in (16, 20, 18)]

    found = split(
        candidates([BROAD, *regions], ("0", NONE, NONE, NONE)),
        bars_are_ones,
        0.9,
        SplitConfig(max_regions=2, max_stroke_thickness=0.0),
    )

    assert found.regions[1] is regions[0]
    assert len(found) == 6


def test_parts_lie_between_any_two_paths_but_are_never_the_whole():
    """Each part has the numbers of its two paths; the whole was classified before."""
    parts = parts_of(region(bars(3)))

    spans = [(part.start, part.end) for part in parts]
    last = max(end for _, end in spans)
    # Without and with an overlap on either side.
    assert all(spans.count(span) <= 4 for span in spans)
    assert (0, last) not in spans
    assert all(start < end for start, end in spans)
    assert all(part.region.box.height >= 0.55 * 40 for part in parts)


def test_two_bare_strokes_and_nothing_else_stay_whole():
    """They are a V, an N or an H far more often than an 11."""
    joined = region(bars(2, pitch=16))

    found = split(candidates([BROAD, joined], ("0", NONE)), always_one, 0.9)

    assert found.regions == (BROAD, joined)
    assert found.labels == ("0", NONE)
