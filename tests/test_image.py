import numpy as np
import pytest

from camdigits.errors import ArrayError
from camdigits.image import frozen, to_bgr, to_gray


def test_gray_becomes_colour_without_changing():
    """Blue, green and red are the gray value."""
    gray = np.arange(12, dtype=np.uint8).reshape(3, 4)

    assert np.array_equal(to_bgr(gray), np.dstack([gray] * 3))
    assert np.array_equal(to_bgr(gray[..., None]), np.dstack([gray] * 3))


def test_alpha_is_dropped():
    """(H, W, 4) is BGRA, as OpenCV reads a transparent picture: its first three channels stay."""
    bgra = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)

    assert np.array_equal(to_bgr(bgra), bgra[..., :3])


def test_bgr_is_returned_as_it_is():
    """(H, W, 3) is not copied."""
    bgr = np.zeros((2, 3, 3), np.uint8)

    assert to_bgr(bgr) is bgr


def test_luma_weighs_green_most():
    """BT.601: 0.114 blue, 0.587 green, 0.299 red."""
    pixels = np.array([[[200, 0, 0], [0, 200, 0], [0, 0, 200]]], np.uint8)

    assert to_gray(pixels).tolist() == [[23, 117, 60]]


def test_a_frozen_picture_is_read_only():
    """The original stays writable for its owner."""
    picture = np.zeros((2, 2, 3), np.uint8)

    view = frozen(picture)

    with pytest.raises(ValueError, match="read-only"):
        view[0, 0] = 1
    picture[0, 0] = 1


@pytest.mark.parametrize(
    ("image", "got"),
    [
        (np.zeros((4, 4, 5), np.uint8), r"\(4, 4, 5\) uint8; pass one picture"),
        (np.zeros((4, 4, 2), np.uint8), r"\(4, 4, 2\) uint8; pass one picture"),
        (np.zeros((2, 4, 4, 3), np.uint8), r"\(2, 4, 4, 3\) uint8; pass one picture"),
        (np.zeros((4, 4), np.float32), r"\(4, 4\) float32; convert it, e.g. image.astype"),
        (np.zeros((0, 4, 3), np.uint8), r"\(0, 4, 3\) uint8"),
        (np.zeros(4, np.uint8), r"\(4,\) uint8"),
        ([[0]], "list; convert it, e.g. np.asarray"),
    ],
)
def test_other_arrays_are_rejected_by_name(image, got):
    """One line: what was wanted, what came, what to do."""
    with pytest.raises(ArrayError, match=f"image: wanted .*got {got}"):
        to_bgr(image)


def test_none_names_imread():
    """None is what cv2.imread returns for a file that it cannot read."""
    with pytest.raises(ArrayError) as error:
        to_bgr(None)

    assert str(error.value) == (
        "image: wanted an array, got None: the file was not read (cv2.imread returns None for a "
        "missing or unreadable file); check its path"
    )


def test_the_message_names_the_formats_and_a_conversion():
    """The message for a float array lists the accepted shapes and the conversion."""
    with pytest.raises(ArrayError) as error:
        to_bgr(np.zeros((4, 4)))

    assert str(error.value) == (
        "image: wanted (H, W), (H, W, 3) BGR or (H, W, 4) BGRA uint8, got (4, 4) float64; "
        "convert it, e.g. image.astype(np.uint8)"
    )
