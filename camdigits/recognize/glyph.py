"""Turn one region's ink into the glyph that the model sees.

`normalize` is the function that the live picture and the training data share: what it does to a
digit in front of the camera it has done to every digit the model was trained on. It knows
nothing of frames.
"""

from collections.abc import Sequence

import numpy as np

from camdigits.image import check_gray, cv2
from camdigits.values import Glyphs, GrayImage, Region

SIDE = 28  # pixels of a glyph, as in MNIST
BODY = 20  # longest side of the ink inside it, as in MNIST
FAINT = 0.1  # of the strongest ink: weaker pixels at the rim do not count for the size


def normalize(ink: GrayImage) -> GrayImage:
    """Frame one digit as MNIST does: ink 20 pixels long, centre of mass in the middle of 28×28.

    The method of LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document
    recognition", 1998, section III-A; the strongest ink is stretched to 255.

    Args:
        ink: (h, w) uint8, any size, 255 = ink, 0 = paper; nothing but the digit on it.

    Returns:
        (28, 28) uint8; all 0 where `ink` is.

    Raises:
        ArrayError: `ink` is not a non-empty 2-D uint8 array.

    >>> normalize(np.full((50, 10), 255, np.uint8)).nonzero()[0][[0, -1]]
    array([ 4, 23])
    """
    check_gray(ink, "ink")
    return _framed(ink)


def _framed(ink: GrayImage) -> GrayImage:
    tight = _tight(ink)
    glyph = np.zeros((SIDE, SIDE), np.uint8)
    if tight is None:
        return glyph
    body = _stretch(_resize_to_body(tight))
    height, width = body.shape
    y, x = _place(body)
    glyph[y : y + height, x : x + width] = body
    return glyph


def glyphs_of(regions: Sequence[Region]) -> Glyphs:
    """Normalise every region; (N, 28, 28) uint8 in their order."""
    glyphs = np.zeros((len(regions), SIDE, SIDE), np.uint8)
    for index, region in enumerate(regions):
        glyphs[index] = _framed(region.ink)
    return glyphs


def _tight(ink: GrayImage) -> GrayImage | None:
    """Cut away empty margins; None without any ink."""
    strongest = cv2.minMaxLoc(ink)[1]
    if strongest == 0:
        return None
    _, solid = cv2.threshold(ink, FAINT * strongest, 1, cv2.THRESH_BINARY)
    x, y, width, height = cv2.boundingRect(solid)
    return ink[y : y + height, x : x + width]


def _resize_to_body(ink: GrayImage) -> GrayImage:
    height, width = ink.shape
    scale = BODY / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    # Area averaging keeps thin strokes when shrinking; it would only repeat pixels when growing.
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(ink, size, interpolation=how), np.uint8)


def _stretch(body: GrayImage) -> GrayImage:
    """Make the strongest ink 255: a fine pen leaves pale strokes once it is 20 pixels high."""
    strongest = cv2.minMaxLoc(body)[1]
    if strongest in (0, 255):
        return body
    return np.asarray(cv2.convertScaleAbs(body, alpha=255 / strongest), np.uint8)


def _place(body: GrayImage) -> tuple[int, int]:
    """Top left corner (y, x) that brings the centre of mass to the middle, ink staying inside."""
    height, width = body.shape
    mass = cv2.moments(body)
    if mass["m00"] == 0:
        return (SIDE - height) // 2, (SIDE - width) // 2
    middle = SIDE / 2  # pixel 14.0: the mean over MNIST is (14.01, 13.99)
    y = round(middle - mass["m01"] / mass["m00"])
    x = round(middle - mass["m10"] / mass["m00"])
    return min(max(y, 0), SIDE - height), min(max(x, 0), SIDE - width)
