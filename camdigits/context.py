"""Tell ones from lines by what stands around them.

A bare upright stroke is a 1 among digits of its size, and a piece of a table, an edge or a shadow
elsewhere: its glyph is the same. Only boxes and labels count here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from camdigits.group import turn
from camdigits.values import Box, Digit


@dataclass(frozen=True, slots=True)
class ContextConfig:
    """Heights are held against the usual height of the nearest other digits."""

    thin: float = 0.33  # of its height: a narrower digit is a bare stroke
    heights: tuple[float, float] = (0.55, 1.9)  # of its neighbours: others are not on their line
    far: float = 3.5  # heights: digits further away are no neighbours
    neighbours: int = 5  # nearest digits that are asked


DEFAULT = ContextConfig()


def in_context(
    digits: Sequence[Digit],
    size: tuple[int, int],
    rotation: int = 0,
    config: ContextConfig = DEFAULT,
) -> tuple[Digit, ...]:
    """Leave out bare strokes that fit no digit near by.

    Where a picture has nothing but strokes, they stay: somebody may have written ones.

    Args:
        digits: of one picture, in any order.
        size: the picture's width and height: a stroke at its edge is cut off, or the edge itself.
        rotation: degrees clockwise that bring the page upright.
        config: what fits.

    Returns:
        The others, in their order.
    """
    if not digits:
        return ()
    boxes = np.array([turn(digit.box, rotation) for digit in digits], np.float64)
    width, height = boxes[:, 2], boxes[:, 3]
    thin = width < config.thin * height
    if thin.all() or not thin.any():
        return tuple(digits)
    middle = boxes[:, :2] + boxes[:, 2:] / 2
    broad = np.flatnonzero(~thin)
    keep = ~thin
    inside = np.array([_is_inside(digit.box, size) for digit in digits], np.bool_)
    for index in np.flatnonzero(thin & inside):
        away = np.hypot(*(middle[broad] - middle[index]).T)
        near = np.argsort(away, kind="stable")[: config.neighbours]
        usual = float(np.median(height[broad[near]]))
        part = height[index] / usual
        fits = config.heights[0] <= part <= config.heights[1]
        keep[index] = fits and away[near[0]] <= config.far * usual
    return tuple(digit for digit, stays in zip(digits, keep, strict=True) if stays)


def _is_inside(box: Box, size: tuple[int, int]) -> bool:
    return box.x > 1 and box.y > 1 and box.right < size[0] - 1 and box.bottom < size[1] - 1
