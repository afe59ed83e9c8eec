"""Drop implausible digits: bare strokes without neighbours, strokes of other digits, specks.

A lone vertical stroke is kept as a 1 only next to digits of similar height; otherwise it is
usually a table line, an edge or a shadow. Only boxes, labels and ink strengths are used.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

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
    max_clutter_ratio: float = 1.0  # chosen: other regions per stroke; more is clutter
    company_size_ratio: float = 0.5  # chosen: smaller over larger height of company
    company_strength_ratio: float = 0.6  # chosen: weaker over stronger ink of company
    clutter_size_range: tuple[float, float] = (0.08, 4.0)  # chosen: over the strokes' height


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
    # The parts of joined digits overlap: they are not strokes of each other.
    whole = np.array([not digit.is_part for digit in digits], np.bool_)
    keep = (
        ~(_nested(boxes, config) & whole)
        & ~_lonely(height, config)
        & ~_faint(np.array(strengths), len(digits), config)
    )
    if thin.all():
        keep &= not _is_clutter(height, rejected, config)
    if thin.any() and not thin.all():
        fits = _fits_neighbour(boxes[thin], boxes[~thin], config)
        keep[thin] &= fits & _inside(boxes[thin], size)
    return tuple(digit for digit, stays in zip(digits, keep.tolist(), strict=True) if stays)


def _fits_neighbour(boxes: Floats, broad: Floats, config: PlausibilityConfig) -> Flags:
    """(N,) bool: has a digit of similar height nearby that is not a bare stroke."""
    x, y = (boxes[:, :2] + boxes[:, 2:] / 2).T
    other_x, other_y = (broad[:, :2] + broad[:, 2:] / 2).T
    away = np.hypot(x[:, None] - other_x, y[:, None] - other_y)
    part = boxes[:, 3, None] / broad[:, 3]
    fits = (config.height_range[0] <= part) & (part <= config.height_range[1])
    fits &= away <= config.neighbour_radius_heights * broad[:, 3]
    return np.asarray(fits.any(axis=1), np.bool_)


def _nested(boxes: Floats, config: PlausibilityConfig) -> Flags:
    """(N,) bool: strokes inside a digit that was also accepted as a whole."""
    own = area(boxes)
    # A digit may be written in the loop of a large one.
    x, y = (boxes[:, :2] + boxes[:, 2:] / 2).T
    inside = (own[:, None] < own) & (own <= config.max_nested_area_ratio * own[:, None])
    inside &= (boxes[:, 0] <= x[:, None]) & (x[:, None] <= boxes[:, 0] + boxes[:, 2])
    inside &= (boxes[:, 1] <= y[:, None]) & (y[:, None] <= boxes[:, 1] + boxes[:, 3])
    small, large = np.nonzero(inside)
    shared = shared_area(boxes[small], boxes[large])
    nested = np.zeros(len(boxes), np.bool_)
    nested[small[shared >= config.min_nested_overlap * own[small]]] = True
    return nested


def _faint(strength: Floats, count: int, config: PlausibilityConfig) -> Flags:
    """(N,) bool: much paler than the page's digits and with little company: edges, shadows."""
    if len(strength) != count:
        return np.zeros(count, np.bool_)
    company = _company(np.maximum(strength, 1), config.company_strength_ratio)
    pale = strength < config.pale_strength * np.median(strength)
    return np.asarray(pale & (company < config.min_company), np.bool_)


def _lonely(height: Floats, config: PlausibilityConfig) -> Flags:
    """(N,) bool: specks among digits of another size, with little company."""
    company = _company(height, config.company_size_ratio)
    tiny = height < config.tiny_heights * np.median(height)
    return np.asarray(tiny & (company < config.min_company), np.bool_)


def _company(values: Floats, ratio: float) -> npt.NDArray[np.intp]:
    """Return (N,) how many values are within a ratio of each one, itself included."""
    ordered = np.sort(values)
    slack = 1e-9 * values
    low = np.searchsorted(ordered, values * ratio - slack, side="left")
    high = np.searchsorted(ordered, values / ratio + slack, side="right")
    return np.asarray(high - low, np.intp)


def _is_clutter(height: Floats, rejected: Sequence[Box], config: PlausibilityConfig) -> bool:
    """Whether other regions of their size outnumber the strokes: as on a desk or a machine."""
    usual = float(np.median(height))
    low, high = (ratio * usual for ratio in config.clutter_size_range)
    others = sum(low <= max(box.width, box.height) <= high for box in rejected)
    return others > config.max_clutter_ratio * len(height)


def _inside(boxes: Floats, size: tuple[int, int]) -> Flags:
    """(N,) bool: does not touch the edge of the image."""
    high = boxes[:, :2] + boxes[:, 2:]
    inside = (boxes[:, :2] > 1).all(axis=1) & (high < np.array(size) - 1).all(axis=1)
    return np.asarray(inside, np.bool_)
