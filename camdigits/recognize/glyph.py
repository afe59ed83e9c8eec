"""Normalise the ink of one region to a 28×28 glyph, the input of the model.

Training data are normalised by the same function, `normalize`, so that the model sees the same
kind of image in training and in use.
"""

from collections.abc import Sequence

import numpy as np

from camdigits.image import check_gray, cv2
from camdigits.values import Glyphs, GrayImage, Region

SIDE = 28  # px: width and height of a glyph, as in MNIST
BODY = 20  # px: longer side of the ink in a glyph, as in MNIST
MIN_INK_FRACTION = 0.1  # chosen: of the strongest ink; a blurred edge must not enlarge the box


def normalize(ink: GrayImage) -> GrayImage:
    """Scale and centre one digit as MNIST does.

    The ink's longer side becomes 20 pixels, its centre of mass is moved to the middle of 28×28
    pixels, and the strongest ink is stretched to 255 (LeCun, Bottou, Bengio and Haffner,
    "Gradient-based learning applied to document recognition", Proceedings of the IEEE, 1998,
    section III-A; the stretch is ours).

    Args:
        ink: (h, w) uint8, any size, 255 = full ink, 0 = paper; contains the digit only.

    Returns:
        (28, 28) uint8; all 0 if `ink` is all 0.

    Raises:
        ArrayError: `ink` is not a non-empty 2-D uint8 array.

    >>> normalize(np.full((50, 10), 255, np.uint8)).nonzero()[0][[0, -1]]
    array([ 4, 23])
    """
    check_gray(ink, "ink")
    glyph = np.zeros((SIDE, SIDE), np.uint8)
    _normalize_into(glyph, ink)
    return glyph


def _normalize_into(glyph: GrayImage, ink: GrayImage) -> None:
    """Draw the normalised ink into a (28, 28) glyph of zeros."""
    tight = _crop(ink)
    if tight is None:
        return
    body = _stretch(_resize_to_body(tight))
    height, width = body.shape
    y, x = _corner(body)
    glyph[y : y + height, x : x + width] = body


def glyphs_of(regions: Sequence[Region]) -> Glyphs:
    """Return (N, 28, 28) uint8: the normalised ink of each region, in their order."""
    glyphs = np.zeros((len(regions), SIDE, SIDE), np.uint8)
    for glyph, region in zip(glyphs, regions, strict=True):
        _normalize_into(glyph, region.ink)
    return glyphs


def _crop(ink: GrayImage) -> GrayImage | None:
    """Crop to the bounding box of the ink; None if there is none."""
    strongest = cv2.minMaxLoc(ink)[1]
    if strongest == 0:
        return None
    _, solid = cv2.threshold(ink, MIN_INK_FRACTION * strongest, 1, cv2.THRESH_BINARY)
    x, y, width, height = cv2.boundingRect(solid)
    return ink[y : y + height, x : x + width]


def _resize_to_body(ink: GrayImage) -> GrayImage:
    height, width = ink.shape
    scale = BODY / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    # Area averaging keeps thin strokes when shrinking; when enlarging it only repeats pixels.
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(ink, size, interpolation=interpolation), np.uint8)


def _stretch(body: GrayImage) -> GrayImage:
    """Scale the strongest ink to 255: shrinking makes the strokes of a fine pen pale."""
    strongest = cv2.minMaxLoc(body)[1]
    if strongest in (0, 255):
        return body
    return np.asarray(cv2.convertScaleAbs(body, alpha=255 / strongest), np.uint8)


def _corner(body: GrayImage) -> tuple[int, int]:
    """Return the top left corner (y, x) that centres the mass and keeps all ink inside."""
    height, width = body.shape
    mass = cv2.moments(body)
    if mass["m00"] == 0:
        return (SIDE - height) // 2, (SIDE - width) // 2
    middle = SIDE / 2  # 14.0: the mean centre of mass over MNIST is (14.01, 13.99)
    y = round(middle - mass["m01"] / mass["m00"])
    x = round(middle - mass["m10"] / mass["m00"])
    return min(max(y, 0), SIDE - height), min(max(x, 0), SIDE - width)
