import numpy as np
import pytest

from camdigits.image import cv2
from camdigits.segment.cut_paths import Span, cut_between, spans_of
from camdigits.values import Box, Region


def bars(count, pitch=16, height=40, thick=6):
    """Draw vertical strokes that a thin bridge joins."""
    ink = np.zeros((height, pitch * (count - 1) + thick), np.uint8)
    for index in range(count):
        ink[:, index * pitch : index * pitch + thick] = 255
    ink[height // 2, :] = 255
    return ink


def interlocked():
    """Draw an L and an upside-down J that interlock and touch once."""
    left, right = np.zeros((60, 50), np.uint8), np.zeros((60, 50), np.uint8)
    left[:, :6] = left[54:, :32] = 255
    right[:42, 44:] = right[:6, 18:] = 255
    right[6:54, 30] = 255  # one pixel wide, down to the bar of the L
    return left, right


def straight(ink, column):
    return np.full(len(ink), float(column))


def misplaced(path, left, right):
    """Count pixels of two shapes on the wrong side of a path."""
    wrong_left = np.count_nonzero(Span(path, None).of(left))
    return wrong_left + np.count_nonzero(Span(None, path).of(right))


def test_a_thin_bridge_is_cut():
    """The path runs through the gap and separates the strokes without cutting them."""
    ink = bars(2)
    left, right = ink.copy(), ink.copy()
    left[:, 6:] = right[:, :16] = 0

    ((path,),) = cut_between(ink, [3, 19])

    assert misplaced(path, left, right) == 0


@pytest.mark.parametrize("pitch", [12, 16, 26, 32])
def test_every_gap_of_four_strokes_has_a_path(pitch):
    """Each gap gets a path, whatever its width."""
    gaps = cut_between(bars(4, pitch), [3 + pitch * index for index in range(4)])

    means_x = [paths[0].mean() for paths in gaps]
    ends = [(6 + pitch * index, pitch * (index + 1)) for index in range(3)]
    assert all(start <= x <= end for x, (start, end) in zip(means_x, ends, strict=True))


def test_interlocked_digits_are_separated_by_a_bent_path():
    """A path bends around strokes that every straight line would cut."""
    left, right = interlocked()
    ink = np.maximum(left, right)

    ((path,),) = cut_between(ink, [10, 40])

    assert min(misplaced(straight(ink, column), left, right) for column in range(50)) > 60
    assert misplaced(path, left, right) < 20


@pytest.mark.parametrize("shape", [(8, 9), (33, 40), (100, 50), (100, 400)])
def test_every_path_has_one_x_per_row(shape):
    """Paths are in pixels of the region at any size, between the two characters."""
    ink = np.random.default_rng(1).integers(0, 256, shape).astype(np.uint8)

    gaps = cut_between(ink, [0.2 * shape[1], 0.5 * shape[1], 0.8 * shape[1]], count=3)

    assert len(gaps) == 2
    for paths in gaps:
        assert 1 <= len(paths) <= 3
        assert all(path.shape == shape[:1] for path in paths)
        assert all((path >= 0).all() and (path <= shape[1]).all() for path in paths)
    assert gaps[0][0].mean() < gaps[1][0].mean()


def test_several_paths_of_a_gap_are_apart():
    """The best comes first; the next is another cut, not the same a pixel further."""
    ink = np.zeros((40, 60), np.uint8)
    ink[20] = 255

    ((first, second, _),) = cut_between(ink, [5, 55], count=3)

    assert first.mean() == pytest.approx(30, abs=1.5)
    assert abs(second.mean() - first.mean()) >= 3


def test_the_last_of_several_paths_is_straight_along_the_slant():
    """So a 1 that lies against another digit stays whole; no path of little ink is around it."""
    ink = np.zeros((40, 90), np.uint8)
    for bottom in (10, 30, 50):  # three strokes that rise to the right
        cv2.line(ink, (bottom, 39), (bottom + 18, 0), 255, 3)

    gaps = cut_between(ink, [19.0, 39.0, 59.0], count=2)

    for middle, (*_, straight_path) in zip((29.5, 49.5), gaps, strict=True):
        assert straight_path.mean() == pytest.approx(middle, abs=1)
        assert (straight_path[0] - straight_path[-1]) / 39 == pytest.approx(0.45, abs=0.01)
        assert np.ptp(np.diff(straight_path)) < 1e-9


@pytest.mark.parametrize("centres", [[], [20.0]])
def test_one_character_has_no_gap(centres):
    """There is nothing to cut."""
    assert cut_between(bars(2), centres) == []


def test_characters_at_one_place_are_cut_there():
    """Two labels at the same column, or out of order, still give a path."""
    ((path,),) = cut_between(bars(2), [10, 10])

    assert path.mean() == pytest.approx(10, abs=2)


def test_the_spans_between_paths_cover_the_region():
    """Two paths leave three spans, from edge to edge."""
    ink = bars(3)
    paths = [each[0] for each in cut_between(ink, [3, 19, 35])]

    spans = spans_of(paths)

    assert len(spans) == 3
    assert np.array_equal(sum(span.of(ink).astype(int) for span in spans), ink)


def test_a_span_sets_the_ink_outside_to_0():
    """A pixel whose centre is on the path or right of it belongs to the right side."""
    ink = np.full((3, 4), 9, np.uint8)
    path = np.array([1.0, 1.5, 3.0])

    left, right = Span(None, path).of(ink), Span(path, None).of(ink)

    assert left.tolist() == [[9, 0, 0, 0], [9, 0, 0, 0], [9, 9, 9, 0]]
    assert right.tolist() == [[0, 9, 9, 9], [0, 9, 9, 9], [0, 0, 0, 9]]


def test_both_sides_together_are_the_region():
    """Each pixel belongs to exactly one side."""
    left, right = interlocked()
    ink = np.maximum(left, right)

    for (path,) in cut_between(ink, [10, 40]):
        parts = Span(None, path).of(ink).astype(int) + Span(path, None).of(ink)

        assert np.array_equal(parts, ink)


def test_a_part_is_cropped_to_its_ink():
    """Its box is in pixels of the image, its ink is that between the paths."""
    ink = np.zeros((5, 9), np.uint8)
    ink[1:4, 1:3] = 7
    ink[2, 5:8] = 8
    region = Region(Box(100, 50, 9, 5), ink)

    part = Span(straight(ink, 4), None).part(region)

    assert part is not None
    assert part.box == Box(105, 52, 3, 1)
    assert part.ink.tolist() == [[8, 8, 8]]


def test_a_span_without_ink_has_no_part():
    """Without ink between two paths, part is None."""
    region = Region(Box(0, 0, 6, 4), np.zeros((4, 6), np.uint8))

    assert Span(straight(region.ink, 2), straight(region.ink, 4)).part(region) is None
