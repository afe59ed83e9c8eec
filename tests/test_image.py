import numpy as np
import pytest

from camdigits.errors import ArrayError
from camdigits.image import frozen, to_bgr, to_gray


def test_gray_becomes_colour_without_changing():
    """Blue, green and red are the gray value."""
    gray = np.arange(12, dtype=np.uint8).reshape(3, 4)

    assert np.array_equal(to_bgr(gray), np.dstack([gray] * 3))
    assert np.array_equal(to_bgr(gray[..., None]), np.dstack([gray] * 3))


def test_luma_weighs_green_most():
    """BT.601: 0.114 blue, 0.587 green, 0.299 red."""
    pixels = np.array([[[200, 0, 0], [0, 200, 0], [0, 0, 200]]], np.uint8)

    assert to_gray(pixels).tolist() == [[23, 117, 60]]


def test_a_frozen_picture_refuses_to_be_drawn_on():
    """The original stays writable for its owner."""
    picture = np.zeros((2, 2, 3), np.uint8)

    view = frozen(picture)

    with pytest.raises(ValueError, match="read-only"):
        view[0, 0] = 1
    picture[0, 0] = 1


@pytest.mark.parametrize(
    ("image", "got"),
    [
        (np.zeros((4, 4, 4), np.uint8), r"\(4, 4, 4\) uint8"),
        (np.zeros((4, 4), np.float32), r"\(4, 4\) float32"),
        (np.zeros((0, 4, 3), np.uint8), r"\(0, 4, 3\) uint8"),
        (np.zeros(4, np.uint8), r"\(4,\) uint8"),
        ([[0]], "list"),
    ],
)
def test_other_arrays_are_refused_by_name(image, got):
    """One line: what was wanted, what came."""
    with pytest.raises(ArrayError, match=f"image: wanted .*got {got}"):
        to_bgr(image)
