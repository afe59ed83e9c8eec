"""Take printed lines out of an ink mask: ruled paper, grids, the borders of tables.

Lines are runs of ink far longer than a digit is wide, upright or level within about five degrees.
Strokes that cross a line are mended. Nothing is said here about digits.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from camdigits.image import cv2
from camdigits.values import GrayImage


@dataclass(frozen=True, slots=True)
class LineConfig:
    """Lengths as parts of the picture's longer side, or in pixels."""

    run: float = 0.05  # ink without a gap, once slant is allowed for
    length: float = 0.25  # of a whole line: the bar of a seven is shorter, even on a small picture
    thin: float = 0.02  # width to length: a large one written with a felt pen has 0.06
    slant_px: int = 5  # how far a line may climb within one run and still be one
    most_width_px: int = 14  # a broader band is a shadow or an edge, and nothing crosses it


DEFAULT = LineConfig()


def without_lines(mask: GrayImage, config: LineConfig = DEFAULT) -> GrayImage:
    """Remove long straight lines and close the gaps they leave in strokes that cross them.

    Args:
        mask: (H, W) uint8, 255 on ink.
        config: what counts as a line.

    Returns:
        (H, W) uint8 mask; `mask` itself where there is no line.
    """
    level = _level_lines(mask, max(mask.shape), config)
    upright = _level_lines(_transposed(mask), max(mask.shape), config)
    if level is None and upright is None:
        return mask
    rest = mask
    if level is not None:
        rest = _erase(rest, level, config)
    if upright is not None:
        rest = _transposed(_erase(_transposed(rest), upright, config))
    if level is not None and upright is not None:
        crossings = cv2.bitwise_and(level, _transposed(upright))
        rest = np.asarray(cv2.subtract(rest, crossings), np.uint8)
    return rest


def _transposed(mask: GrayImage) -> GrayImage:
    return np.asarray(cv2.transpose(mask), np.uint8)


def _level_lines(mask: GrayImage, longer: int, config: LineConfig) -> GrayImage | None:
    """Ink that belongs to level lines, or None."""
    run = max(24, round(config.run * longer))
    thick = cv2.dilate(mask, np.ones((config.slant_px, 1), np.uint8))
    runs = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, run), np.uint8))
    contours, _ = cv2.findContours(runs, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    long = [contour for contour in contours if _is_line(np.asarray(contour), longer, config)]
    if not long:
        return None
    lines = np.zeros_like(mask)
    cv2.drawContours(lines, long, -1, 255, cv2.FILLED)
    return np.asarray(cv2.bitwise_and(cv2.bitwise_and(lines, runs), mask), np.uint8)


def _is_line(contour: npt.NDArray[np.int32], longer: int, config: LineConfig) -> bool:
    length = cv2.boundingRect(contour)[2]
    width = cv2.contourArea(contour) / length - (config.slant_px - 1)
    return bool(length >= config.length * longer and width <= config.thin * length)


def _erase(mask: GrayImage, lines: GrayImage, config: LineConfig) -> GrayImage:
    """Remove level lines, but not the strokes that cross them or run along them."""
    width = _width(lines)
    # Much thicker than the line is elsewhere: a stroke.
    strokes = cv2.morphologyEx(lines, cv2.MORPH_OPEN, np.ones((2 * width + 1, 1), np.uint8))
    rest = cv2.subtract(mask, cv2.subtract(lines, strokes))
    if width > config.most_width_px:
        return np.asarray(rest, np.uint8)
    # Gaps as high as the line, with ink above and below: a stroke that was no thicker there.
    bridged = cv2.morphologyEx(rest, cv2.MORPH_CLOSE, np.ones((width + 4, 3), np.uint8))
    return np.asarray(cv2.bitwise_or(rest, cv2.bitwise_and(bridged, lines)), np.uint8)


def _width(lines: GrayImage) -> int:
    """Usual height of a level line: its ink per column that it covers."""
    starts = cv2.countNonZero(cv2.subtract(lines[1:], lines[:-1])) + cv2.countNonZero(lines[:1])
    return round(cv2.countNonZero(lines) / max(starts, 1))
