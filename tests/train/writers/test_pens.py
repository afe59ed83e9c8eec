import numpy as np
import pytest

from camdigits.recognize.glyph import BODY
from train.writers.pens import PENS_PX, SIDE_PX, draw_strokes, draw_with_pens

CORNER = [np.float32([[0, 0], [0, 1000], [500, 1000]])]  # an L: y points down


@pytest.mark.parametrize("pen_px", [0.9, 1.5, 4.0])
def test_the_pen_is_as_wide_as_said(pen_px):
    """Its width holds where the longer side of the ink, pen included, is that of a glyph."""
    ink = draw_strokes(CORNER, pen_px)

    across = ink[SIDE_PX // 2].sum() / 255 * BODY / SIDE_PX
    assert across == pytest.approx(pen_px, abs=0.07)
    assert np.any(ink, axis=1).sum() == SIDE_PX


def test_strokes_keep_their_orientation():
    """An L has its corner at the bottom left; the margin is empty."""
    ink = draw_strokes(CORNER, 2.0) > 128

    rows, columns = ink.sum(axis=1), ink.sum(axis=0)
    assert rows.argmax() > SIDE_PX * 0.9
    assert columns.argmax() < SIDE_PX * 0.1
    assert not any(edge.any() for edge in (ink[0], ink[-1], ink[:, 0], ink[:, -1]))


def test_a_dot_is_drawn():
    """A stroke of one point has no extent."""
    assert draw_strokes([np.float32([[7, 7]])], 2.0).max() == 255


def test_pens_are_thin_and_thick_and_the_same_for_a_seed():
    """Half of them are below the geometric mean of the range."""
    drawn = list(draw_with_pens([CORNER] * 300, seed=1))
    again = list(draw_with_pens([CORNER] * 300, seed=1))

    widths = np.array([ink[SIDE_PX // 2].sum() for ink in drawn]) / 255 * BODY / SIDE_PX
    assert widths.min() == pytest.approx(PENS_PX[0], abs=0.1)
    assert widths.max() == pytest.approx(PENS_PX[1], abs=0.15)
    assert np.median(widths) == pytest.approx(np.sqrt(np.prod(PENS_PX)), abs=0.3)
    assert all(map(np.array_equal, drawn, again))
