"""Find cut paths between touching digits: seams from top to bottom through little ink.

For each column there is one cheapest path that crosses the region's middle row there, found by
dynamic programming (as in seam carving); local minima are the candidates. The digit net decides
which of them separate digits.
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
    turn_cost: float = (
        0.3  # chosen: cost of a step sideways, in full ink; paths are nearly straight
    )
    margin_heights: float = 0.1  # chosen: nearer to the ends there is no room for a digit
    min_spacing_heights: float = 0.07  # chosen: between two paths at the middle row
    tie_cost: float = 0.1  # chosen: paths that differ by less are equally cheap
    max_paths: int = 14  # chosen: the cheapest ones are kept


DEFAULT = CutPathConfig()


def find_cut_paths(ink: GrayImage, config: CutPathConfig = DEFAULT) -> list[Floats]:
    """Find paths along which a region may be cut into two digits.

    Args:
        ink: (h, w) uint8 of one region.
        config: how many, how far apart.

    Returns:
        Paths from left to right, each (h,) float64: x per row.
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
    """The cheapest path from an edge to each column of a row near the middle."""

    cost: Floats  # (columns,)
    came: list[npt.NDArray[np.intp]]  # per row: which column of the row before

    def path(self, column: int) -> list[int]:
        """Return columns from the edge to the row before the middle."""
        steps = []
        for came in reversed(self.came):
            column = int(came[column])
            steps.append(column)
        return steps[::-1]


def _cheapest(ink: Floats, turn_cost: float) -> _Paths:
    cost = np.zeros(ink.shape[1])
    columns = np.arange(ink.shape[1])
    came = []
    for row in ink:
        reached = cost + row
        beside = np.stack(
            [
                np.concatenate([[np.inf], reached[:-1]]) + turn_cost,
                reached,
                np.concatenate([reached[1:], [np.inf]]) + turn_cost,
            ]
        )
        best = beside.argmin(axis=0)
        came.append(columns + best - 1)
        cost = beside[best, columns]
    return _Paths(cost, came)


def _valleys(cost: Floats, config: CutPathConfig) -> list[int]:
    """Return columns of the cheapest paths, away from the ends and from each other."""
    open_cost = cost.copy()
    margin = max(1, round(config.margin_heights * config.rows_px))
    open_cost[:margin] = open_cost[len(cost) - margin :] = np.inf
    apart = max(1, round(config.min_spacing_heights * config.rows_px))
    columns: list[int] = []
    while len(columns) < config.max_paths:
        if not np.isfinite(open_cost.min()):
            break
        # Of equally cheap ones take the farthest from those chosen, so that each gap gets a path.
        cheap = np.flatnonzero(open_cost <= open_cost.min() + config.tie_cost)
        away = np.abs(cheap[:, None] - np.array(columns or [-1])).min(axis=1)
        column = int(cheap[away.argmax()])
        columns.append(column)
        open_cost[max(0, column - apart) : column + apart + 1] = np.inf
    return columns


@dataclass(frozen=True, slots=True, eq=False)
class Span:
    """The part of a region between two paths; None is the region's own edge."""

    left: Floats | None
    right: Floats | None

    def of(self, ink: GrayImage) -> GrayImage:
        """Return the ink with everything outside set to 0."""
        columns = np.arange(ink.shape[1]) + 0.5
        inside = np.ones(ink.shape, np.bool_)
        if self.left is not None:
            inside &= columns >= self.left[:, None]
        if self.right is not None:
            inside &= columns < self.right[:, None]
        return np.where(inside, ink, np.uint8(0))

    def part(self, region: Region) -> Region | None:
        """Cut the part out of a region, tight around its ink; None if there is no ink."""
        ink = self.of(region.ink)
        x, y, width, height = cv2.boundingRect(ink)
        if width == 0:
            return None
        tight = np.ascontiguousarray(ink[y : y + height, x : x + width])
        box = Box(region.box.x + x, region.box.y + y, width, height)
        return Region(box, tight, region.strength)
