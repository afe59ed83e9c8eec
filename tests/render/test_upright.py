import numpy as np
import pytest

from camdigits.layout.grouping import group
from camdigits.render.upright import upright
from camdigits.values import Box, Digit, Frame, Result


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_page_on_its_side_is_shown_upright(rotation):
    """The frame and all boxes are rotated; what was read stays."""
    page = np.zeros((100, 200, 3), np.uint8)
    page[20:60, 30:50] = 255
    seen = np.ascontiguousarray(np.rot90(page, rotation // 90))  # counter-clockwise
    ys, xs = np.nonzero(seen[..., 0])
    box = Box(int(xs.min()), int(ys.min()), int(np.ptp(xs)) + 1, int(np.ptp(ys)) + 1)
    digits = (Digit(box, "7", 0.9),)
    result = Result(Frame(0, 0.0, seen), digits, group(digits, rotation).numbers, rotation)

    shown = upright(result)

    assert np.array_equal(shown.frame.bgr, page)
    assert shown.digits[0].box == shown.numbers[0].box == Box(30, 20, 20, 40)
    assert shown.rotation == 0


def test_an_upright_page_stays_as_it_is():
    """Nothing is copied."""
    result = Result(Frame(0, 0.0, np.zeros((9, 9, 3), np.uint8)), (), ())

    assert upright(result) is result
