import numpy as np
import pytest

from camdigits.segment.cut_paths import CutPathConfig, Span, find_cut_paths
from camdigits.values import Box, Region


def bars(count, pitch=16, height=40, thick=6):
    """Upright strokes that a thin bridge joins."""
    ink = np.zeros((height, pitch * (count - 1) + thick), np.uint8)
    for index in range(count):
        ink[:, index * pitch : index * pitch + thick] = 255
    ink[height // 2, :] = 255
    return ink


def nested():
    """An L and a J on its head, each with its bar over or under the other; they touch once."""
    left, right = np.zeros((60, 50), np.uint8), np.zeros((60, 50), np.uint8)
    left[:, :6] = left[54:, :32] = 255
    right[:42, 44:] = right[:6, 18:] = 255
    right[6:54, 30] = 255  # a hair down to the bar of the L
    return left, right


def straight(ink, column):
    return np.full(len(ink), float(column))


def lost(path, left, right):
    """Pixels of two shapes that come to lie on the wrong side of a path."""
    wrong_left = np.count_nonzero(Span(path, None).of(left))
    return wrong_left + np.count_nonzero(Span(None, path).of(right))


def test_a_thin_bridge_is_cut():
    """There is a path through the gap: it parts the strokes without touching them."""
    ink = bars(2)
    left, right = ink.copy(), ink.copy()
    left[:, 6:] = right[:, :16] = 0

    assert min(lost(path, left, right) for path in find_cut_paths(ink)) == 0


@pytest.mark.parametrize("pitch", [12, 16, 26, 32])
def test_every_gap_of_four_strokes_has_a_path(pitch):
    """However wide the gaps, none takes all paths for itself."""
    ink = bars(4, pitch)

    places = np.array([path.mean() for path in find_cut_paths(ink)])

    gaps = [(6 + pitch * index, pitch * (index + 1)) for index in range(3)]
    assert all(((start <= places) & (places <= end)).any() for start, end in gaps)


def test_nested_digits_are_parted_by_a_bent_path():
    """Where every straight line cuts a stroke of one of them off, a path goes round."""
    left, right = nested()
    ink = np.maximum(left, right)

    paths = find_cut_paths(ink)

    assert min(lost(straight(ink, column), left, right) for column in range(50)) > 60
    assert min(lost(path, left, right) for path in paths) < 20


@pytest.mark.parametrize("shape", [(8, 9), (33, 40), (100, 50), (100, 400)])
def test_every_path_has_one_place_per_row(shape):
    """Large or small, the paths are those of the blob's own pixels, from left to right."""
    ink = np.random.default_rng(1).integers(0, 256, shape).astype(np.uint8)

    paths = find_cut_paths(ink)

    assert paths
    assert all(path.shape == shape[:1] for path in paths)
    assert all((path >= 0).all() and (path <= shape[1]).all() for path in paths)
    means = [path.mean() for path in paths]
    assert means == sorted(means)


def test_no_more_paths_than_asked_for():
    """A long word costs no more than the limit."""
    assert len(find_cut_paths(bars(12), CutPathConfig(max_paths=5))) == 5


@pytest.mark.parametrize("width", [1, 4, 7])
def test_a_bare_stroke_has_no_path(width):
    """Nothing is cut where no digit would be left on either side."""
    assert find_cut_paths(np.full((40, width), 255, np.uint8)) == []


def test_a_span_blanks_what_lies_outside():
    """A pixel whose middle lies on the path or right of it is on the right side."""
    ink = np.full((3, 4), 9, np.uint8)
    path = np.array([1.0, 1.5, 3.0])

    left, right = Span(None, path).of(ink), Span(path, None).of(ink)

    assert left.tolist() == [[9, 0, 0, 0], [9, 0, 0, 0], [9, 9, 9, 0]]
    assert right.tolist() == [[0, 9, 9, 9], [0, 9, 9, 9], [0, 0, 0, 9]]


def test_both_sides_together_are_the_blob():
    """No pixel is lost, none is there twice."""
    left, right = nested()
    ink = np.maximum(left, right)

    for path in find_cut_paths(ink):
        parts = Span(None, path).of(ink).astype(int) + Span(path, None).of(ink)

        assert np.array_equal(parts, ink)


def test_a_part_is_tight_and_in_its_place():
    """The box lies in the pixels of the frame, the ink is that between the paths alone."""
    ink = np.zeros((5, 9), np.uint8)
    ink[1:4, 1:3] = 7
    ink[2, 5:8] = 8
    blob = Region(Box(100, 50, 9, 5), ink)

    part = Span(straight(ink, 4), None).part(blob)

    assert part is not None
    assert part.box == Box(105, 52, 3, 1)
    assert part.ink.tolist() == [[8, 8, 8]]


def test_a_span_without_ink_has_no_part():
    """Between two paths may lie nothing."""
    blob = Region(Box(0, 0, 6, 4), np.zeros((4, 6), np.uint8))

    assert Span(straight(blob.ink, 2), straight(blob.ink, 4)).part(blob) is None
