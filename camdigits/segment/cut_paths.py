"""Cut a region of joined digits along paths of little ink.

Between the middles of two neighbouring digits, dynamic programming (as in seam carving: Avidan and
Shamir, SIGGRAPH 2007) finds the path from top to bottom that crosses the least ink. A 1 that lies
against another digit has no such path around it: there a straight line along the slant is better.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from camdigits.image import cv2
from camdigits.values import Box, Floats, GrayImage, Region

INK_LEVEL = 0.4  # of full ink: pixels of the strokes


@dataclass(frozen=True, slots=True)
class CutPathConfig:
    """Lengths are fractions of the region's height."""

    rows_px: int = 32  # chosen: height of the small copy on which paths are searched
    turn_cost: float = 0.3  # chosen: of a step sideways; a pixel of full ink costs 1
    off_centre_cost: float = 30.0  # chosen: of a path half the gap away from the expected place
    min_spacing_heights: float = 0.1  # chosen: between two paths of one gap, at the middle row
    slants: tuple[float, ...] = (-0.3, -0.15, 0.0, 0.15, 0.3, 0.45, 0.6)  # tried: x per y, upward


DEFAULT = CutPathConfig()


def cut_between(
    ink: GrayImage,
    centres: Sequence[float],
    count: int = 1,
    config: CutPathConfig = DEFAULT,
    widths: Sequence[float] = (),
) -> list[list[Floats]]:
    """Find paths between each two neighbouring characters of a region.

    Args:
        ink: (h, w) uint8 of the region.
        centres: x of the middle of each character, from left to right.
        count: paths wanted for each gap; there may be fewer. If there are several, one of them
            is a straight line.
        config: costs.
        widths: of the characters, in any unit: a 1 is narrow; empty if all are equal.

    Returns:
        A list for each gap, the best path first; a path is (h,) float64: x of each row.
    """
    height, width = ink.shape
    if len(centres) < 2:
        return []
    columns = max(3, round(width * config.rows_px / height))
    shrunk = cv2.resize(ink, (columns, config.rows_px), interpolation=cv2.INTER_AREA)
    small = np.asarray(shrunk, np.float64) / 255
    middle = config.rows_px // 2
    above = _cheapest(small[:middle], config.turn_cost)
    below = _cheapest(small[:middle:-1], config.turn_cost)
    cost = above.cost + below.cost + small[middle]
    rows = (np.arange(height) + 0.5) * config.rows_px / height - 0.5
    slant = _slant(small, config) if count > 1 else 0.0
    gaps = []
    sizes = widths or [1.0] * len(centres)
    for (left, narrow), (right, wide) in pairwise(zip(centres, sizes, strict=True)):
        ends, share = (left * columns / width, right * columns / width), narrow / (narrow + wide)
        paths = []
        for column in _between(cost, ends, share, max(1, count - 1), config):
            steps = [*above.path(column), column, *reversed(below.path(column))]
            path = np.interp(rows, np.arange(config.rows_px), np.asarray(steps) + 0.5)
            paths.append(np.asarray(path * width / columns, np.float64))
        if count > 1:
            middle_x = left + share * (right - left) + 0.5
            paths.append(middle_x - slant * (np.arange(height) - (height - 1) / 2))
        gaps.append(paths)
    return gaps


def _slant(small: Floats, config: CutPathConfig) -> float:
    """Return the slant at which the ink is in the fewest columns."""
    rows, columns = np.nonzero(small > INK_LEVEL)
    across = (rows - (small.shape[0] - 1) / 2)[:, None] * np.array(config.slants)
    moved = np.rint(columns[:, None] + across).astype(np.int64)
    moved -= moved.min(initial=0)
    squares = [np.square(np.bincount(each)).sum() for each in moved.T]
    return config.slants[int(np.argmax(squares))]


def _between(
    cost: Floats, ends: tuple[float, float], share: float, count: int, config: CutPathConfig
) -> list[int]:
    """Return the cheapest columns between two, rather at this share of the way than elsewhere."""
    left, right = ends
    middle = left + share * (right - left)
    first, last = max(0, int(np.ceil(left))), min(len(cost) - 1, int(right))
    if last < first:
        return [min(max(round(middle), 0), len(cost) - 1)]
    columns = np.arange(first, last + 1)
    away = np.abs(columns - middle) / max((right - left) / 2, 0.5)
    total = cost[first : last + 1] + config.off_centre_cost * away**2
    apart = max(1, round(config.min_spacing_heights * config.rows_px))
    chosen: list[int] = []
    for index in np.argsort(total, kind="stable").tolist():
        if all(abs(index - other) >= apart for other in chosen):
            chosen.append(index)
            if len(chosen) == count:
                break
    return [first + index for index in chosen]


@dataclass(frozen=True, slots=True, eq=False)
class _Paths:
    """Cheapest paths from the top or bottom edge to each column of a row near the middle."""

    cost: Floats  # (columns,)
    previous: list[npt.NDArray[np.intp]]  # per row: (columns,) column in the row before

    def path(self, column: int) -> list[int]:
        """Return the columns of the path to `column`, from the edge on."""
        steps = []
        for previous in reversed(self.previous):
            column = int(previous[column])
            steps.append(column)
        return steps[::-1]


def _cheapest(ink: Floats, turn_cost: float) -> _Paths:
    width = ink.shape[1]
    columns = np.arange(width)
    costs = np.full((3, width), np.inf)
    cost = np.zeros(width)
    previous = []
    for row in ink:
        costs[1] = cost + row
        costs[0, 1:] = costs[1, :-1] + turn_cost
        costs[2, :-1] = costs[1, 1:] + turn_cost
        best = costs.argmin(axis=0)
        previous.append(columns + best - 1)
        cost = costs[best, columns]
    return _Paths(cost, previous)


@dataclass(frozen=True, slots=True, eq=False)
class Span:
    """The part of a region between two cut paths; None is the region's own edge."""

    left: Floats | None
    right: Floats | None

    def of(self, ink: GrayImage) -> GrayImage:
        """Return (h, w) uint8: the ink, 0 outside the span."""
        columns = np.arange(ink.shape[1]) + 0.5
        inside = np.ones(ink.shape, np.bool_)
        if self.left is not None:
            inside &= columns >= self.left[:, None]
        if self.right is not None:
            inside &= columns < self.right[:, None]
        return np.where(inside, ink, np.uint8(0))

    def part(self, region: Region) -> Region | None:
        """Return the region's part in the span, cropped to its ink; None if it has no ink."""
        first = 0 if self.left is None else max(0, int(self.left.min()))
        last = region.box.width if self.right is None else int(np.ceil(self.right.max()))
        shifted = Span(
            None if self.left is None else self.left - first,
            None if self.right is None else self.right - first,
        )
        ink = shifted.of(region.ink[:, first : max(last, first + 1)])
        x, y, width, height = cv2.boundingRect(ink)
        if width == 0:
            return None
        tight = np.ascontiguousarray(ink[y : y + height, x : x + width])
        box = Box(region.box.x + first + x, region.box.y + y, width, height)
        return Region(box, tight, region.strength)


def spans_of(paths: Sequence[Floats]) -> list[Span]:
    """Return the spans from edge to edge that some paths leave, from left to right."""
    return [Span(left, right) for left, right in pairwise([None, *paths, None])]
