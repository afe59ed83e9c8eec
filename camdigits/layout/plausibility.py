"""Tell ones from lines by what stands around them.

A bare upright stroke is a 1 among digits of its size, and a piece of a table, an edge or a shadow
elsewhere: its glyph is the same. Only boxes and labels count here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from camdigits.values import Box, Digit


@dataclass(frozen=True, slots=True)
class ContextConfig:
    """Heights are held against the usual height of the nearest other digits."""

    thin: float = 0.36  # of its height: a narrower digit is a bare stroke
    heights: tuple[float, float] = (0.55, 1.9)  # of its neighbours: others are not on their line
    far: float = 6.0  # heights: digits further away are no neighbours
    tiny: float = 0.3  # of the usual height on the page: so small a digit needs company
    company: int = 3  # digits of about its size, itself counted
    inside: float = 0.85  # of its box within another's: a stroke of that
    roomy: float = 8.0  # times its area: a box so large may hold it
    pale: float = 0.3  # of the usual strength of ink on the page: so faint a digit needs company
    clutter: float = 3.0  # times as many other things of their size: strokes alone are no ones


DEFAULT = ContextConfig()


def plausible_digits(
    digits: Sequence[Digit],
    size: tuple[int, int],
    refused: Sequence[Box] = (),
    strengths: Sequence[float] = (),
    config: ContextConfig = DEFAULT,
) -> tuple[Digit, ...]:
    """Leave out bare strokes that fit no digit near by, and lonely specks.

    Where a picture has hardly anything but strokes, they stay: somebody may have written ones.

    Args:
        digits: of one upright picture, in any order.
        size: the picture's width and height: a stroke at its edge is cut off, or the edge itself.
        refused: boxes of what is no digit.
        strengths: of the digits' ink, grey levels; empty if unknown.
        config: what fits.

    Returns:
        The others, in their order.
    """
    if not digits:
        return ()
    boxes = np.array([digit.box for digit in digits], np.float64)
    width, height = boxes[:, 2], boxes[:, 3]
    thin = width < config.thin * height
    keep = (
        ~_nested(boxes, config)
        & ~_lonely(height, config)
        & ~_faint(np.array(strengths), len(digits), config)
    )
    if thin.all():
        keep &= not _is_clutter(height, refused, config)
    if thin.all() or not thin.any():
        return tuple(digit for digit, stays in zip(digits, keep, strict=True) if stays)
    middle = boxes[:, :2] + boxes[:, 2:] / 2
    broad = np.flatnonzero(~thin)
    inside = np.array([_is_inside(digit.box, size) for digit in digits], np.bool_)
    for index in np.flatnonzero(thin & inside):
        away = np.hypot(*(middle[broad] - middle[index]).T)
        part = height[index] / height[broad]
        fits = (config.heights[0] <= part) & (part <= config.heights[1])
        fits &= away <= config.far * height[broad]
        keep[index] &= bool(fits.any())
    keep &= ~thin | inside
    return tuple(digit for digit, stays in zip(digits, keep, strict=True) if stays)


def _nested(boxes: npt.NDArray[np.float64], config: ContextConfig) -> npt.NDArray[np.bool_]:
    """(N,) bool: strokes of a digit that was read as a whole, too."""
    low, high = boxes[:, :2], boxes[:, :2] + boxes[:, 2:]
    shared = np.minimum(high[:, None], high) - np.maximum(low[:, None], low)
    area = boxes[:, 2] * boxes[:, 3]
    inside = np.maximum(shared, 0).prod(axis=2) >= config.inside * area[:, None]
    # A digit may stand in the loop of a large one.
    inside &= (area[:, None] < area) & (area <= config.roomy * area[:, None])
    return np.asarray(inside.any(axis=1), np.bool_)


def _faint(
    strength: npt.NDArray[np.float64], count: int, config: ContextConfig
) -> npt.NDArray[np.bool_]:
    """(N,) bool: much paler than the page's digits, with hardly any like it: edges, shadows."""
    if len(strength) != count:
        return np.zeros(count, np.bool_)
    ratio = strength[:, None] / np.maximum(strength, 1)
    company = np.count_nonzero((ratio >= 0.6) & (ratio <= 1 / 0.6), axis=1)
    pale = strength < config.pale * np.median(strength)
    return np.asarray(pale & (company < config.company), np.bool_)


def _lonely(height: npt.NDArray[np.float64], config: ContextConfig) -> npt.NDArray[np.bool_]:
    """(N,) bool: specks among digits of another size, with hardly any of their own."""
    ratio = height[:, None] / height
    company = np.count_nonzero((ratio >= 0.5) & (ratio <= 2), axis=1)
    tiny = height < config.tiny * np.median(height)
    return np.asarray(tiny & (company < config.company), np.bool_)


def _is_clutter(
    height: npt.NDArray[np.float64], refused: Sequence[Box], config: ContextConfig
) -> bool:
    """Whether strokes are lost among other things of their size: a desk, a machine, a wood."""
    usual = float(np.median(height))
    others = sum(usual / 2 <= max(box.width, box.height) <= usual * 4 for box in refused)
    return others > config.clutter * len(height)


def _is_inside(box: Box, size: tuple[int, int]) -> bool:
    return box.x > 1 and box.y > 1 and box.right < size[0] - 1 and box.bottom < size[1] - 1
