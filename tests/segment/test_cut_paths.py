import numpy as np
import pytest

from camdigits.segment.cut_paths import CutPathConfig, Span, find_cut_paths
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
    """One path runs through the gap and separates the strokes without cutting them."""
    ink = bars(2)
    left, right = ink.copy(), ink.copy()
    left[:, 6:] = right[:, :16] = 0

    assert min(misplaced(path, left, right) for path in find_cut_paths(ink)) == 0


@pytest.mark.parametrize("pitch", [12, 16, 26, 32])
def test_every_gap_of_four_strokes_has_a_path(pitch):
    """Each gap gets a path, whatever its width."""
    ink = bars(4, pitch)

    means_x = np.array([path.mean() for path in find_cut_paths(ink)])

    gaps = [(6 + pitch * index, pitch * (index + 1)) for index in range(3)]
    assert all(((start <= means_x) & (means_x <= end)).any() for start, end in gaps)


def test_interlocked_digits_are_separated_by_a_bent_path():
    """A path bends around strokes that every straight line would cut."""
    left, right = interlocked()
    ink = np.maximum(left, right)

    paths = find_cut_paths(ink)

    assert min(misplaced(straight(ink, column), left, right) for column in range(50)) > 60
    assert min(misplaced(path, left, right) for path in paths) < 20


@pytest.mark.parametrize("shape", [(8, 9), (33, 40), (100, 50), (100, 400)])
def test_every_path_has_one_x_per_row(shape):
    """Paths are in pixels of the region at any size, sorted from left to right."""
    ink = np.random.default_rng(1).integers(0, 256, shape).astype(np.uint8)

    paths = find_cut_paths(ink)

    assert paths
    assert all(path.shape == shape[:1] for path in paths)
    assert all((path >= 0).all() and (path <= shape[1]).all() for path in paths)
    means = [path.mean() for path in paths]
    assert means == sorted(means)


def test_the_number_of_paths_is_limited():
    """A long word has at most max_paths paths."""
    assert len(find_cut_paths(bars(12), CutPathConfig(max_paths=5))) == 5


@pytest.mark.parametrize("width", [1, 4, 7])
def test_a_bare_stroke_has_no_path(width):
    """A region too narrow for two digits has no cut path."""
    assert find_cut_paths(np.full((40, width), 255, np.uint8)) == []


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

    for path in find_cut_paths(ink):
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
