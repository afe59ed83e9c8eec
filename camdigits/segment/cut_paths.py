"""Where digits that touch may be cut apart: paths from top to bottom through little ink.

For every column there is one cheapest path that crosses the middle of the blob there; those that
are cheaper than their neighbours are the candidates. Which of them part digits, the classifier
decides.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from camdigits.image import cv2
from camdigits.values import Box, GrayImage, Region

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CutConfig:
    """Lengths are parts of the blob's height."""

    rows: int = 32  # of the small copy on which paths are sought
    turn: float = 0.3  # price of a step aside, in full ink: paths are nearly straight
    margin: float = 0.1  # nearer to the ends no digit is left
    apart: float = 0.07  # between two paths at the middle
    alike: float = 0.1  # paths that differ by less in price are equally cheap
    most: int = 14  # paths, the cheapest ones


DEFAULT = CutConfig()


def find_cuts(ink: GrayImage, config: CutConfig = DEFAULT) -> list[Floats]:
    """Find paths along which a blob may hold two digits.

    Args:
        ink: (h, w) uint8 of one blob.
        config: how many, how far apart.

    Returns:
        Paths from left to right, each (h,) x per row; what lies left of it is one side.
    """
    height, width = ink.shape
    columns = max(3, round(width * config.rows / height))
    shrunk = cv2.resize(ink, (columns, config.rows), interpolation=cv2.INTER_AREA)
    small = np.asarray(shrunk, np.float64) / 255
    middle = config.rows // 2
    above = _cheapest(small[:middle], config.turn)
    below = _cheapest(small[:middle:-1], config.turn)
    price = above.price + below.price + small[middle]
    paths = []
    for column in _valleys(price, config):
        steps = [*above.path(column), column, *reversed(below.path(column))]
        rows = (np.arange(height) + 0.5) * config.rows / height - 0.5
        path = np.interp(rows, np.arange(config.rows), np.asarray(steps) + 0.5)
        paths.append(np.asarray(path * width / columns, np.float64))
    return sorted(paths, key=lambda path: float(path.mean()))


@dataclass(frozen=True, slots=True, eq=False)
class _Paths:
    """The cheapest way from an edge to each column of a row near the middle."""

    price: Floats  # (columns,)
    came: list[npt.NDArray[np.intp]]  # per row: which column of the row before

    def path(self, column: int) -> list[int]:
        """Columns from the edge to the row before the middle."""
        steps = []
        for came in reversed(self.came):
            column = int(came[column])
            steps.append(column)
        return steps[::-1]


def _cheapest(ink: Floats, turn: float) -> _Paths:
    price = np.zeros(ink.shape[1])
    columns = np.arange(ink.shape[1])
    came = []
    for row in ink:
        reached = price + row
        beside = np.stack(
            [
                np.concatenate([[np.inf], reached[:-1]]) + turn,
                reached,
                np.concatenate([reached[1:], [np.inf]]) + turn,
            ]
        )
        best = beside.argmin(axis=0)
        came.append(columns + best - 1)
        price = beside[best, columns]
    return _Paths(price, came)


def _valleys(price: Floats, config: CutConfig) -> list[int]:
    """Columns of the cheapest paths, away from the ends and from each other."""
    open_price = price.copy()
    margin = max(1, round(config.margin * config.rows))
    open_price[:margin] = open_price[len(price) - margin :] = np.inf
    apart = max(1, round(config.apart * config.rows))
    columns: list[int] = []
    while len(columns) < config.most:
        if not np.isfinite(open_price.min()):
            break
        # Of equally cheap ones the farthest from those chosen: every gap of a chain has its turn.
        cheap = np.flatnonzero(open_price <= open_price.min() + config.alike)
        away = np.abs(cheap[:, None] - np.array(columns or [-1])).min(axis=1)
        column = int(cheap[away.argmax()])
        columns.append(column)
        open_price[max(0, column - apart) : column + apart + 1] = np.inf
    return columns


@dataclass(frozen=True, slots=True, eq=False)
class Span:
    """What lies between two paths of a blob; None is the blob's own edge."""

    left: Floats | None
    right: Floats | None

    def of(self, ink: GrayImage) -> GrayImage:
        """Blank what lies outside."""
        columns = np.arange(ink.shape[1]) + 0.5
        inside = np.ones(ink.shape, np.bool_)
        if self.left is not None:
            inside &= columns >= self.left[:, None]
        if self.right is not None:
            inside &= columns < self.right[:, None]
        return np.where(inside, ink, np.uint8(0))

    def part(self, blob: Region) -> Region | None:
        """Cut it out of a blob, tight around its ink; None without any."""
        ink = self.of(blob.ink)
        x, y, width, height = cv2.boundingRect(ink)
        if width == 0:
            return None
        tight = np.ascontiguousarray(ink[y : y + height, x : x + width])
        return Region(Box(blob.box.x + x, blob.box.y + y, width, height), tight, blob.strength)
