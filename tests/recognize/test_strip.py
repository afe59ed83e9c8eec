import numpy as np
import pytest

from camdigits.recognize.strip import BODY, HEIGHT, MARGIN, STEP, strip_of


@pytest.mark.parametrize("shape", [(56, 40), (20, 70), (200, 350), (28, 28), (10, 3)])
def test_a_strip_has_a_fixed_height_and_a_margin(shape):
    """The ink is 28 pixels high, with at least 4 empty columns on both sides."""
    strip = strip_of(np.full(shape, 255, np.uint8))

    inked = np.flatnonzero(strip.any(axis=0))
    assert strip.shape[0] == HEIGHT
    assert strip.shape[1] % STEP == 0
    assert inked[0] == MARGIN
    assert strip.shape[1] - 1 - inked[-1] >= MARGIN
    assert np.count_nonzero(strip.any(axis=1)) == BODY


def test_pale_ink_is_stretched():
    """The strongest ink becomes 255."""
    ink = np.zeros((40, 60), np.uint8)
    ink[5:35, 10:14] = 90

    assert strip_of(ink).max() == 255


def test_no_ink_stays_no_ink():
    """An empty region gives an empty strip."""
    assert not strip_of(np.zeros((40, 60), np.uint8)).any()
