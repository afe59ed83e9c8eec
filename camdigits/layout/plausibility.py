"""Drop implausible digits: bare strokes without neighbours, strokes of other digits, specks.

A lone vertical stroke is kept as a 1 only next to digits of similar height; otherwise it is
usually a table line, an edge or a shadow. Only boxes, labels and ink strengths are used.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from camdigits.geometry import BARE_STROKE_ASPECT, area, shared_area
from camdigits.values import Box, Digit, Flags, Floats


@dataclass(frozen=True, slots=True)
class PlausibilityConfig:
    """Limits for digits that are kept; neighbours are digits that are not bare strokes."""

    bare_stroke_aspect: float = BARE_STROKE_ASPECT  # a narrower digit is a bare stroke
    height_range: tuple[float, float] = (0.55, 1.9)  # chosen: height over that of a neighbour
    neighbour_radius_heights: float = 6.0  # chosen: of the neighbour
    tiny_heights: float = 0.3  # chosen: of the page's median; a smaller digit needs company
    min_company: int = 3  # chosen: digits of similar size, itself included
    min_nested_overlap: float = 0.85  # chosen: of its box inside another's: a stroke of that one
    max_nested_area_ratio: float = 8.0  # chosen: a larger box may hold a digit in its loop
    pale_strength: float = 0.3  # chosen: of the page's median ink; a paler digit needs company
    max_clutter_ratio: float = 3.0  # chosen: other regions per stroke; more is clutter
    company_size_ratio: float = 0.5  # chosen: smaller over larger height of company
    company_strength_ratio: float = 0.6  # chosen: weaker over stronger ink of company
    clutter_size_range: tuple[float, float] = (0.5, 4.0)  # chosen: over the strokes' height


DEFAULT = PlausibilityConfig()


def plausible_digits(
    digits: Sequence[Digit],
    size: tuple[int, int],
    rejected: Sequence[Box] = (),
    strengths: Sequence[float] = (),
    config: PlausibilityConfig = DEFAULT,
) -> tuple[Digit, ...]:
    """Return the digits without bare strokes that fit no neighbour, and without specks.

    Bare strokes are kept if an image has hardly anything else: they may be written ones.

    Args:
        digits: of one upright image, in any order.
        size: the image's width and height: a stroke at its edge is cut off, or the edge itself.
        rejected: boxes of the regions that were rejected.
        strengths: of the digits' ink in grey levels; empty if unknown.
        config: limits.

    Returns:
        The plausible digits in their order.
    """
    if not digits:
        return ()
    boxes = np.array([digit.box for digit in digits], np.float64)
    width, height = boxes[:, 2], boxes[:, 3]
    thin = width < config.bare_stroke_aspect * height
    keep = (
        ~_nested(boxes, config)
        & ~_lonely(height, config)
        & ~_faint(np.array(strengths), len(digits), config)
    )
    if thin.all():
        keep &= not _is_clutter(height, rejected, config)
    if thin.all() or not thin.any():
        return tuple(digit for digit, stays in zip(digits, keep, strict=True) if stays)
    middle = boxes[:, :2] + boxes[:, 2:] / 2
    broad = np.flatnonzero(~thin)
    inside = np.array([_is_inside(digit.box, size) for digit in digits], np.bool_)
    for index in np.flatnonzero(thin & inside):
        away = np.hypot(*(middle[broad] - middle[index]).T)
        part = height[index] / height[broad]
        fits = (config.height_range[0] <= part) & (part <= config.height_range[1])
        fits &= away <= config.neighbour_radius_heights * height[broad]
        keep[index] &= bool(fits.any())
    keep &= ~thin | inside
    return tuple(digit for digit, stays in zip(digits, keep, strict=True) if stays)


def _nested(boxes: Floats, config: PlausibilityConfig) -> Flags:
    """(N,) bool: strokes inside a digit that was also accepted as a whole."""
    own = area(boxes)
    inside = shared_area(boxes[:, None], boxes) >= config.min_nested_overlap * own[:, None]
    # A digit may be written in the loop of a large one.
    inside &= (own[:, None] < own) & (own <= config.max_nested_area_ratio * own[:, None])
    return np.asarray(inside.any(axis=1), np.bool_)


def _faint(strength: Floats, count: int, config: PlausibilityConfig) -> Flags:
    """(N,) bool: much paler than the page's digits and with little company: edges, shadows."""
    if len(strength) != count:
        return np.zeros(count, np.bool_)
    ratio = strength[:, None] / np.maximum(strength, 1)
    least = config.company_strength_ratio
    company = np.count_nonzero((ratio >= least) & (ratio <= 1 / least), axis=1)
    pale = strength < config.pale_strength * np.median(strength)
    return np.asarray(pale & (company < config.min_company), np.bool_)


def _lonely(height: Floats, config: PlausibilityConfig) -> Flags:
    """(N,) bool: specks among digits of another size, with little company."""
    ratio = height[:, None] / height
    least = config.company_size_ratio
    company = np.count_nonzero((ratio >= least) & (ratio <= 1 / least), axis=1)
    tiny = height < config.tiny_heights * np.median(height)
    return np.asarray(tiny & (company < config.min_company), np.bool_)


def _is_clutter(height: Floats, rejected: Sequence[Box], config: PlausibilityConfig) -> bool:
    """Whether other regions of their size outnumber the strokes: as on a desk or a machine."""
    usual = float(np.median(height))
    low, high = (ratio * usual for ratio in config.clutter_size_range)
    others = sum(low <= max(box.width, box.height) <= high for box in rejected)
    return others > config.max_clutter_ratio * len(height)


def _is_inside(box: Box, size: tuple[int, int]) -> bool:
    return box.x > 1 and box.y > 1 and box.right < size[0] - 1 and box.bottom < size[1] - 1
