import numpy as np
import pytest

from train.baselines.hog import Shape, deskew, histograms, hog


def bar(horizontal: bool) -> np.ndarray:
    glyph = np.zeros((28, 28), np.uint8)
    glyph[4:24, 12:16] = 255
    return glyph.T.copy() if horizontal else glyph


def test_a_slanting_stroke_is_sheared_upright() -> None:
    """Its rows are aligned, and its middle stays in place."""
    glyph = np.zeros((28, 28), np.uint8)
    for row in range(4, 24):
        column = round(20 - 0.6 * (row - 4))
        glyph[row, column : column + 3] = 255

    upright = deskew(glyph)

    rows, columns = np.nonzero(upright > 127)
    middles = [columns[rows == row].mean() for row in range(5, 23)]
    assert np.ptp(middles) <= 1.5
    assert abs(columns.mean() - np.nonzero(glyph)[1].mean()) < 0.5


@pytest.mark.parametrize("glyph", [np.zeros((28, 28), np.uint8), np.eye(28, dtype=np.uint8)[:1]])
def test_a_glyph_without_slant_is_unchanged(glyph: np.ndarray) -> None:
    """No ink, or one row of it, has no slant."""
    np.testing.assert_array_equal(deskew(glyph), glyph)


@pytest.mark.parametrize(("horizontal", "strongest"), [(False, 0), (True, 2)])
def test_edges_count_in_their_direction(horizontal: bool, strongest: int) -> None:
    """With four directions, vertical edges are in bin 0 and horizontal ones in bin 2."""
    found = histograms(bar(horizontal)[None], Shape(bins=4))

    assert found.sum(axis=(0, 1, 2)).argmax() == strongest


def test_signed_edges_have_opposite_bins() -> None:
    """A bar has one direction unsigned, two opposite ones signed."""
    found = histograms(bar(False)[None], Shape(bins=8, signed=True)).sum(axis=(0, 1, 2))

    assert sorted(np.argsort(found)[-2:].tolist()) == [0, 4]


def test_features_are_normalised() -> None:
    """A pale glyph has the features of a black one."""
    black = bar(False)

    strong, pale = hog(np.stack([black, black // 2]))

    assert abs(np.linalg.norm(strong) - 1) < 0.05
    assert np.linalg.norm(strong - pale) < 0.1


def test_features_of_empty_input() -> None:
    """Blank glyphs have finite features; no glyphs give no rows."""
    assert not hog(np.zeros((1, 28, 28), np.uint8)).any()
    assert hog(np.zeros((0, 28, 28), np.uint8)).shape == (0, 324)
