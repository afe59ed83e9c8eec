"""Encode small pictures of glyphs as PNG: dark ink on white paper."""

from collections.abc import Sequence

import numpy as np

from camdigits.image import cv2
from camdigits.recognize.glyph import SIDE
from camdigits.values import GrayImage
from train.report.predict import Mistake

CELL, LINE, SCALE = 96, 18, 3  # pixels: cell width, height of a text line; enlargement
COLUMNS = 12


def png(image: GrayImage) -> bytes:
    """Encode an (H, W) uint8 picture."""
    return bytes(cv2.imencode(".png", image)[1])


def on_paper(glyph: GrayImage) -> GrayImage:
    """Invert a glyph: 255 is ink in a glyph and paper in a picture."""
    return np.asarray(255 - glyph, np.uint8)


def contact_sheet(mistakes: Sequence[Mistake]) -> bytes:
    """Draw misread glyphs in rows, each with truth > prediction and its probability."""
    rows = -(-len(mistakes) // COLUMNS)
    high = SIDE * SCALE + 2 * LINE
    sheet = np.full((rows * high, min(len(mistakes), COLUMNS) * CELL), 255, np.uint8)
    for number, mistake in enumerate(mistakes):
        y, x = number // COLUMNS * high, number % COLUMNS * CELL
        _put(sheet[y : y + high, x : x + CELL], mistake)
    return png(sheet)


def _put(cell: GrayImage, mistake: Mistake) -> None:
    large = cv2.resize(
        on_paper(mistake.image), None, fx=SCALE, fy=SCALE, interpolation=cv2.INTER_NEAREST
    )
    left = (CELL - SIDE * SCALE) // 2
    cell[: SIDE * SCALE, left : left + SIDE * SCALE] = large
    texts = (f"{mistake.truth} > {mistake.predicted}", f"{mistake.score:.3f}")
    for line, text in enumerate(texts, 1):
        origin = (left, SIDE * SCALE + line * LINE - 4)
        cv2.putText(cell, text, origin, cv2.FONT_HERSHEY_SIMPLEX, 0.4, 0, 1, cv2.LINE_AA)
