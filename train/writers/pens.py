"""Draw recorded pen strokes anew with pens from a fineliner to a felt pen.

The published pictures of UNIPEN and Pendigits were drawn with pens of 1.6 to 3.2 px at a body of
20 px. A fine pen on paper is 0.95 px wide there, and hardly any scanned data set has such strokes.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from camdigits.image import cv2
from camdigits.recognize.glyph import BODY
from camdigits.values import GrayImage

PENS_PX = 0.9, 4.0  # width at a body of 20 px; log-uniform, so that half of them are below 1.9
SIDE_PX = 2 * BODY  # longer side of a drawing
SUPERSAMPLING = 8  # chosen: pen widths are right within 0.07 px of the body
SHIFT = 3  # fractional bits of the coordinates that cv2 draws


def draw_with_pens(
    recorded: Sequence[Sequence[npt.NDArray[np.float32]]], seed: int
) -> Iterator[GrayImage]:
    """Draw each recording once, with a random pen of PENS_PX; the same seed gives the same ink.

    Args:
        recorded: a list of strokes per character, each (points, 2) x y, y down.
        seed: of the pens.

    Yields:
        What `draw_strokes` returns.
    """
    thin, thick = np.log(PENS_PX)
    widths = np.exp(np.random.default_rng(seed).uniform(thin, thick, len(recorded)))
    for strokes, width in zip(recorded, widths.tolist(), strict=True):
        yield draw_strokes(strokes, width)


def draw_strokes(strokes: Sequence[npt.NDArray[np.float32]], pen_px: float) -> GrayImage:
    """Draw strokes with a round pen.

    Args:
        strokes: each (points, 2) x y, y down, in any unit.
        pen_px: width of the pen where the longer side of the ink, pen included, is 20 px.

    Returns:
        (h, w) uint8 coverage with an empty margin, 255 = full; the ink's longer side is SIDE_PX.
    """
    points = np.concatenate(strokes)
    low, span = points.min(axis=0), np.ptp(points, axis=0)
    side = SIDE_PX * SUPERSAMPLING
    radius = max(0, round((pen_px * side / BODY - 1) / 2))
    scale = (side - 1 - 2 * radius) / max(float(span.max()), 1.0)
    margin = radius + SUPERSAMPLING
    wide, high = (-(-np.ceil(span * scale + 1 + 2 * margin) // SUPERSAMPLING)).astype(int)
    fine = np.zeros((high * SUPERSAMPLING, wide * SUPERSAMPLING), np.uint8)
    for stroke in strokes:
        path = np.rint(((stroke - low) * scale + margin) * 2**SHIFT).astype(np.int32)
        path = np.concatenate([path, path[-1:]])  # of a single point nothing would be drawn
        # Lines of an even thickness are drawn one pixel wider.
        cv2.polylines(fine, [path], False, 255, max(1, 2 * radius), cv2.LINE_8, SHIFT)
    size = int(wide), int(high)
    return np.asarray(cv2.resize(fine, size, interpolation=cv2.INTER_AREA), np.uint8)
