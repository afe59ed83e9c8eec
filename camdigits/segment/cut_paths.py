"""Find cut paths between touching digits: seams from top to bottom through little ink.

For each column, dynamic programming (as in seam carving: Avidan and Shamir, SIGGRAPH 2007) finds
the cheapest path that crosses the region's middle row in that column. Local minima of the cost
are the candidates; the digit net decides which of them separate digits.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from camdigits.image import cv2
from camdigits.values import Box, Floats, GrayImage, Region


@dataclass(frozen=True, slots=True)
class CutPathConfig:
    """Lengths are fractions of the region's height."""

    rows_px: int = 32  # chosen: height of the small copy on which paths are searched
    turn_cost: float = 0.3  # chosen: of a step sideways; a pixel of full ink costs 1
    margin_heights: float = 0.1  # chosen: closer to the left or right end no digit fits
    min_spacing_heights: float = 0.07  # chosen: between two paths, at the middle row
    tie_cost: float = 0.1  # chosen: paths that differ by less are equally cheap
    max_paths: int = 14  # chosen: the cheapest paths are kept


DEFAULT = CutPathConfig()


def find_cut_paths(ink: GrayImage, config: CutPathConfig = DEFAULT) -> list[Floats]:
    """Find paths along which a region may be cut into two digits.

    Args:
        ink: (h, w) uint8 of one region.
        config: number and spacing of paths.

    Returns:
        Paths from left to right, each (h,) float64: x of each row.
    """
    height, width = ink.shape
    columns = max(3, round(width * config.rows_px / height))
    shrunk = cv2.resize(ink, (columns, config.rows_px), interpolation=cv2.INTER_AREA)
    small = np.asarray(shrunk, np.float64) / 255
    middle = config.rows_px // 2
    above = _cheapest(small[:middle], config.turn_cost)
    below = _cheapest(small[:middle:-1], config.turn_cost)
    cost = above.cost + below.cost + small[middle]
    paths = []
    for column in _valleys(cost, config):
        steps = [*above.path(column), column, *reversed(below.path(column))]
        rows = (np.arange(height) + 0.5) * config.rows_px / height - 0.5
        path = np.interp(rows, np.arange(config.rows_px), np.asarray(steps) + 0.5)
        paths.append(np.asarray(path * width / columns, np.float64))
    return sorted(paths, key=lambda path: float(path.mean()))


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
    cost = np.zeros(ink.shape[1])
    columns = np.arange(ink.shape[1])
    previous = []
    for row in ink:
        straight = cost + row
        from_left = np.concatenate([[np.inf], straight[:-1]]) + turn_cost
        from_right = np.concatenate([straight[1:], [np.inf]]) + turn_cost
        costs = np.stack([from_left, straight, from_right])
        best = costs.argmin(axis=0)
        previous.append(columns + best - 1)
        cost = costs[best, columns]
    return _Paths(cost, previous)


def _valleys(cost: Floats, config: CutPathConfig) -> list[int]:
    """Return the columns of the cheapest paths, apart from each other and from the ends."""
    open_cost = cost.copy()
    margin = max(1, round(config.margin_heights * config.rows_px))
    open_cost[:margin] = open_cost[len(cost) - margin :] = np.inf
    apart = max(1, round(config.min_spacing_heights * config.rows_px))
    columns: list[int] = []
    while len(columns) < config.max_paths:
        if not np.isfinite(open_cost.min()):
            break
        # Of equally cheap columns take the one farthest from those taken: each gap gets a path.
        cheap = np.flatnonzero(open_cost <= open_cost.min() + config.tie_cost)
        distance = np.abs(cheap[:, None] - np.array(columns or [-1])).min(axis=1)
        column = int(cheap[distance.argmax()])
        columns.append(column)
        open_cost[max(0, column - apart) : column + apart + 1] = np.inf
    return columns


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
        ink = self.of(region.ink)
        x, y, width, height = cv2.boundingRect(ink)
        if width == 0:
            return None
        tight = np.ascontiguousarray(ink[y : y + height, x : x + width])
        box = Box(region.box.x + x, region.box.y + y, width, height)
        return Region(box, tight, region.strength)
