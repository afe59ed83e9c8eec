import numpy as np
import pytest

from camdigits.image import cv2
from camdigits.recognize.lines.division import division_dots
from camdigits.segment.contours import trace_components
from camdigits.values import Box, Digit


@pytest.mark.parametrize(
    ("bar", "found"),
    [
        ((60, 100, 80, 6), {0, 1}),
        ((90, 100, 20, 6), set()),  # too short
        ((60, 130, 80, 6), set()),  # below both
        ((100, 100, 160, 6), set()),  # beside them
        ((60, 92, 80, 34), set()),  # no bar
    ],
)
def test_rings_above_and_below_a_bar_are_dots(bar, found):
    """Two zeros of one size with a bar between them; other bars are something else."""
    mask = np.zeros((200, 300), np.uint8)
    for y in (80, 140):
        cv2.circle(mask, (100, y), 8, 255, 4)
    x, y, width, height = bar
    mask[y : y + height, x : x + width] = 255
    digits = [Digit(Box(90, 70, 21, 21), "0", 0.9), Digit(Box(90, 130, 21, 21), "0", 0.9)]

    assert division_dots(digits, trace_components(mask)) == found


def test_other_digits_stay():
    """A fraction of two digits is none, nor are zeros of different sizes."""
    mask = np.zeros((200, 300), np.uint8)
    mask[100:106, 60:140] = 255
    components = trace_components(mask)
    fraction = [Digit(Box(90, 60, 20, 30), "0", 0.9), Digit(Box(90, 120, 20, 30), "7", 0.9)]
    unlike = [Digit(Box(90, 60, 20, 30), "0", 0.9), Digit(Box(95, 120, 9, 9), "0", 0.9)]

    assert division_dots(fraction, components) == division_dots(unlike, components) == set()
