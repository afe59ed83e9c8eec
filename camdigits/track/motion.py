"""Where a page went between two frames, and which of its digits is which.

Pure functions on the places of digits; nothing is remembered here. Places are complex numbers,
x + iy: a turn with a zoom is then one multiplication.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from camdigits.values import Box

Points = npt.NDArray[np.complex128]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

NEAR = 0.35  # sizes: a digit so close to where the motion brings it speaks for that motion
MUCH = 0.6  # of the digits: a motion that explains so many needs no rival
SOME = 0.4  # of the digits, and two of them: a sudden jump that explains fewer is chance
ALIKE = 1.5  # times larger or smaller: another digit
PUSH = 2.0  # sizes: how far a single digit may move from one frame to the next
STIFF = 4.0  # sizes: digits closer together than this hardly tell a turn or a zoom
MOST = 96  # jumps that are tried
HELD = 0.6  # of a digit: what covers so much of it was looked at in its place
ROOMY = 4.0  # times larger: something else


class Motion(NamedTuple):
    """z → turn * z + shift."""

    turn: complex = 1 + 0j
    shift: complex = 0j

    def move(self, points: Points) -> Points:
        """Move points."""
        return self.turn * points + self.shift

    def part(self, share: float) -> "Motion":
        """Do `share` of a small motion, or more of it.

        >>> Motion(1, 4 + 2j).part(0.5).shift
        (2+1j)
        """
        return Motion(1 + (self.turn - 1) * share, self.shift * share)


STILL = Motion()


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Where digits are and what they read as."""

    middle: Points  # (N,)
    size: Floats  # (N,) longest side
    label: npt.NDArray[np.str_]  # (N,)

    def part(self, kept: Flags) -> "Places":
        """Keep some of them."""
        return Places(self.middle[kept], self.size[kept], self.label[kept])


def places(boxes: Sequence[Box | Sequence[float]], labels: Sequence[str]) -> Places:
    """Reduce boxes (x, y, width, height) to middles and sizes."""
    sides = np.array(boxes, np.float64).reshape(-1, 4)
    middle = sides[:, :2] + sides[:, 2:] / 2
    size = sides[:, 2:].max(axis=1, initial=1)
    return Places(middle[:, 0] + 1j * middle[:, 1], size, np.array(labels, "U8"))


def common_motion(old: Places, new: Places, expected: Motion = STILL) -> Motion | None:
    """Find the motion of the page that explains most of its digits.

    Args:
        old: digits where they were last.
        new: digits where they are now.
        expected: the motion of before; it and no motion are tried first.

    Returns:
        The motion, None if no digit of `old` is found again.
    """
    alike = old.label[:, None] == new.label
    ratio = old.size[:, None] / new.size
    alike &= (ratio < ALIKE) & (ratio > 1 / ALIKE)
    if not alike.any():
        return None
    few = min(alike.any(axis=1).sum(), alike.any(axis=0).sum())
    motion, support = expected, _support(old, new, alike, expected)
    if support < MUCH * few and expected != STILL:
        still = _support(old, new, alike, STILL)
        motion, support = (STILL, still) if still > support else (motion, support)
    if support < MUCH * few:
        motion, support = _jump(old, new, alike, motion, support)
    return _refined(old, new, alike, motion) if support else None


def pairs(costs: Floats, limit: float = 1.0) -> list[tuple[int, int]]:
    """Pair rows with columns, the cheapest pair first; nothing is used twice.

    >>> pairs(np.array([[0.2, 0.1], [0.9, 0.3]]))
    [(0, 1), (1, 0)]
    """
    rows, columns = np.nonzero(costs < limit)
    order = np.argsort(costs[rows, columns], kind="stable")
    found: list[tuple[int, int]] = []
    used_rows: set[int] = set()
    used_columns: set[int] = set()
    for row, column in zip(rows[order].tolist(), columns[order].tolist(), strict=True):
        if row not in used_rows and column not in used_columns:
            found.append((row, column))
            used_rows.add(row)
            used_columns.add(column)
    return found


def overlooked(
    expected: Sequence[Box | Sequence[float]], refused: Sequence[Box]
) -> list[int | None]:
    """Find what was refused where something is expected: it, or more that holds it.

    Returns:
        Of each expected box the refused box that covers most of it, if there is one.

    >>> overlooked([(10, 10, 20, 40), (60, 10, 20, 40)], [Box(8, 12, 30, 40), Box(0, 0, 200, 90)])
    [0, None]
    """
    old = np.array(expected, np.float64).reshape(-1, 4)[:, None]
    new = np.array(refused, np.float64).reshape(-1, 4)
    low = np.maximum(old[..., :2], new[..., :2])
    high = np.minimum(old[..., :2] + old[..., 2:], new[..., :2] + new[..., 2:])
    area = old[..., 2:].prod(axis=-1)
    part = np.maximum(high - low, 0).prod(axis=-1) / area
    part[new[..., 2:].prod(axis=-1) > ROOMY * area] = 0
    best = part.argmax(axis=1).tolist()
    return [at if part[row, at] >= HELD else None for row, at in enumerate(best)]


def _away(old: Places, new: Places, motion: Motion) -> Floats:
    """(N, M) distances in sizes after the motion."""
    return np.asarray(np.abs(motion.move(old.middle)[:, None] - new.middle) / old.size[:, None])


def _support(old: Places, new: Places, alike: Flags, motion: Motion) -> int:
    near = (_away(old, new, motion) < NEAR) & alike
    return int(min(near.any(axis=1).sum(), near.any(axis=0).sum()))


def _jump(
    old: Places, new: Places, alike: Flags, motion: Motion, support: int
) -> tuple[Motion, int]:
    """Try every shift that brings one digit onto one that reads the same, short ones first."""
    rows, columns = np.nonzero(alike)
    shifts = new.middle[columns] - old.middle[rows]
    order = np.argsort(np.abs(shifts), kind="stable")[:MOST]
    shifts, sizes = shifts[order], old.size[rows[order]]
    moved = old.middle[:, None] + shifts  # (N, S)
    away = np.abs(moved[:, None, :] - new.middle[:, None])  # (N, M, S)
    near = (away < NEAR * old.size[:, None, None]) & alike[:, :, None]
    counts = np.minimum(near.any(axis=1).sum(axis=0), near.any(axis=0).sum(axis=0))
    # One digit alone tells a short push from chance, no more.
    few = min(len(old.size), len(new.size))
    allowed = (counts >= max(2, SOME * few)) | (np.abs(shifts) < PUSH * sizes)
    counts = np.where(allowed, counts, 0)
    best = int(np.argmax(counts))
    if counts[best] <= support:
        return motion, support
    return Motion(1 + 0j, complex(shifts[best])), int(counts[best])


def _refined(old: Places, new: Places, alike: Flags, motion: Motion) -> Motion:
    """Fit shift, turn and zoom to the digits that the motion brings home."""
    away = np.where(alike, _away(old, new, motion), np.inf)
    nearest = away.argmin(axis=1)
    home = away.min(axis=1) < NEAR
    before, after = old.middle[home], new.middle[nearest[home]]
    stiff = (STIFF * _middle(old.size)) ** 2
    fitted = _fit(before, after, stiff)
    error = np.abs(fitted.move(before) - after)
    good = error <= max(1.0, 2 * _middle(error))
    return fitted if good.all() else _fit(before[good], after[good], stiff)


def _fit(before: Points, after: Points, stiff: float) -> Motion:
    """Least squares, held back towards no turn where the digits lie close together."""
    start, end = before.sum() / len(before), after.sum() / len(after)
    arm, moved = before - start, after - end
    # np.vdot conjugates its first argument.
    turn = 1 + complex(np.vdot(arm, moved - arm)) / (np.vdot(arm, arm).real + stiff)
    return Motion(turn, complex(end - turn * start))


def _middle(values: Floats) -> float:
    """Median, the upper one of two: np.median takes five times as long on so few."""
    return float(np.sort(values)[len(values) // 2])
