"""Scale the ink of a region to a strip of fixed height, the input of the sequence net.

Training strips are made by the same function, so that the net sees the same kind of picture in
training and in use.
"""

import numpy as np

from camdigits.image import cv2
from camdigits.values import GrayImage

HEIGHT = 32  # px: of a strip
BODY = 28  # px: height of the ink in it
STRETCH = 1.3  # chosen: width over height of a pixel's copy; a narrow 1 needs columns of its own
MARGIN = 4  # px: empty columns on the left; at least as many are on the right
STEP = 4  # px: columns per output of the net


def strip_of(ink: GrayImage) -> GrayImage:
    """Scale ink to the height of a strip.

    Args:
        ink: (h, w) uint8, 255 = full ink, 0 = paper; tight around the ink.

    Returns:
        (32, W) uint8 with an empty margin; W is a multiple of 4. Pixel x of the ink is at
        x * 1.3 * 28 / h + 4 of the strip.

    >>> strip_of(np.full((56, 40), 255, np.uint8)).shape
    (32, 36)
    """
    height, width = ink.shape
    scale = BODY / height
    wide = max(1, round(width * scale * STRETCH))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    body = cv2.resize(ink, (wide, BODY), interpolation=how)
    strongest = cv2.minMaxLoc(body)[1]
    if strongest not in (0, 255):
        body = cv2.convertScaleAbs(body, alpha=255 / strongest)
    strip = np.zeros((HEIGHT, -(-(wide + 2 * MARGIN) // STEP) * STEP), np.uint8)
    top = (HEIGHT - BODY) // 2
    strip[top : top + BODY, MARGIN : MARGIN + wide] = body
    return strip
