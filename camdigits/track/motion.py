"""Estimate how the page moved between two frames from the positions of its digits.

Pure functions. Positions are complex numbers, x + iy, so that a rotation with a zoom is one
multiplication. The estimate follows RANSAC (Fischler and Bolles 1981), but tries all hypotheses:
each pair of equal digits suggests a shift, the shift that explains most digits wins, and least
squares refine it to a similarity transform.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from camdigits.values import Box

Points = npt.NDArray[np.complex128]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
FloatBox = tuple[float, float, float, float]  # x, y, width, height in pixels


@dataclass(frozen=True, slots=True)
class MotionConfig:
    """Limits of the search; sizes are longest sides of a digit, shares are 0 to 1."""

    support_radius_sizes: float = 0.35  # chosen: a digit this close supports the motion
    sufficient_support_share: float = 0.6  # chosen: no other motion is tried above this support
    min_jump_support_share: float = 0.4  # chosen: a jump that fewer digits support is chance
    min_jump_support_digits: int = 2  # chosen: and one digit alone supports no long jump
    max_lone_jump_sizes: float = 2.0  # chosen: a shorter jump needs no second digit
    max_size_ratio: float = 1.5  # chosen: digits that differ more in size are not the same
    max_jumps: int = 96  # chosen: limits the time of a search
    stiffness_sizes: float = 4.0  # chosen: digits closer together hardly determine a rotation
    coast_s: float = 0.15  # chosen: without matches the last motion decays to 1/e in this time
    max_extrapolation: float = 5.0  # chosen: longest prediction, in intervals of the last motion


DEFAULT = MotionConfig()


class Motion(NamedTuple):
    """Similarity transform z → turn * z + shift, in pixels; abs(turn) is the zoom."""

    turn: complex = 1 + 0j
    shift: complex = 0j

    def move(self, points: Points) -> Points:
        """Return points moved by the motion."""
        return self.turn * points + self.shift

    def scaled(self, factor: float) -> "Motion":
        """Return a fraction or a multiple of a small motion.

        >>> Motion(1, 4 + 2j).scaled(0.5).shift
        (2+1j)
        """
        return Motion(1 + (self.turn - 1) * factor, self.shift * factor)


STILL = Motion()


@dataclass(frozen=True, slots=True, eq=False)
class Positions:
    """Positions, sizes and labels of N digits."""

    centres: Points  # (N,)
    sizes: Floats  # (N,) longest side in pixels, at least 1
    labels: npt.NDArray[np.str_]  # (N,)

    def selected(self, flags: Flags) -> "Positions":
        """Return the digits whose flag in (N,) is set."""
        return Positions(self.centres[flags], self.sizes[flags], self.labels[flags])

    def moved(self, motion: Motion) -> "Positions":
        """Return the digits moved and zoomed by a motion."""
        return Positions(motion.move(self.centres), self.sizes * abs(motion.turn), self.labels)


def positions(boxes: Sequence[Box | FloatBox], labels: Sequence[str]) -> Positions:
    """Convert boxes (x, y, width, height) to centres and sizes."""
    sides = np.array(boxes, np.float64).reshape(-1, 4)
    centres = sides[:, :2] + sides[:, 2:] / 2
    sizes = sides[:, 2:].max(axis=1, initial=1)
    return Positions(centres[:, 0] + 1j * centres[:, 1], sizes, np.array(labels, "U8"))


def predicted_motion(
    last: Motion, last_s: float, elapsed_s: float, config: MotionConfig = DEFAULT
) -> Motion:
    """Extrapolate the motion of the last frame interval to the next at constant speed.

    Args:
        last: motion between the two frames before.
        last_s: seconds between them; 0 if unknown: no motion is predicted.
        elapsed_s: seconds since the last frame.
        config: limit of the extrapolation.
    """
    return last.scaled(min(elapsed_s / last_s, config.max_extrapolation) if last_s else 0.0)


def coasted(motion: Motion, elapsed_s: float, config: MotionConfig = DEFAULT) -> Motion:
    """Reduce a predicted motion that no digit confirms: the page comes to rest."""
    return motion.scaled(exp(-elapsed_s / config.coast_s))


def common_motion(
    old: Positions, new: Positions, expected: Motion = STILL, config: MotionConfig = DEFAULT
) -> Motion | None:
    """Find the motion that maps most old digits onto new digits with the same label.

    Args:
        old: digits of the earlier frame.
        new: digits of the later frame.
        expected: predicted motion; it and no motion are tried before any other.
        config: limits.

    Returns:
        The motion, None if no digit of `old` is found again.
    """
    is_alike = _alike(old, new, config)
    if not is_alike.any():
        return None
    sufficient = config.sufficient_support_share * _matchable(is_alike)
    motion, support = expected, _support(old, new, is_alike, expected, config)
    if support < sufficient and expected != STILL:
        still = _support(old, new, is_alike, STILL, config)
        motion, support = (STILL, still) if still > support else (motion, support)
    if support < sufficient:
        motion, support = _best_jump(old, new, is_alike, (motion, support), config)
    return _refined(old, new, is_alike, motion, config) if support else None


def _alike(old: Positions, new: Positions, config: MotionConfig) -> Flags:
    """(N, M) whether two digits have the same label and a similar size."""
    ratios = old.sizes[:, None] / new.sizes
    limit = config.max_size_ratio
    return np.asarray(
        (old.labels[:, None] == new.labels) & (ratios < limit) & (ratios > 1 / limit), np.bool_
    )


def _matchable(pairs: Flags) -> int:
    """Upper limit of the pairs in (N, M) flags if each digit is in one pair only."""
    return int(min(pairs.any(axis=1).sum(), pairs.any(axis=0).sum()))


def _distances(old: Positions, new: Positions, motion: Motion) -> Floats:
    """(N, M) distances after the motion, in sizes."""
    distances = np.abs(motion.move(old.centres)[:, None] - new.centres)
    return np.asarray(distances / old.sizes[:, None])


def _support(
    old: Positions, new: Positions, is_alike: Flags, motion: Motion, config: MotionConfig
) -> int:
    """Number of digits that the motion explains."""
    return _matchable((_distances(old, new, motion) < config.support_radius_sizes) & is_alike)


def _best_jump(
    old: Positions,
    new: Positions,
    is_alike: Flags,
    best: tuple[Motion, int],
    config: MotionConfig,
) -> tuple[Motion, int]:
    """Try every shift of one digit onto a digit with its label, short shifts first.

    Returns:
        The motion and its support; `best` if no shift has more support.
    """
    rows, columns = np.nonzero(is_alike)
    shifts = new.centres[columns] - old.centres[rows]
    order = np.argsort(np.abs(shifts), kind="stable")[: config.max_jumps]
    shifts, sizes = shifts[order], old.sizes[rows[order]]
    supports = _shift_supports(old, new, is_alike, shifts, config)
    fewest = min(len(old.sizes), len(new.sizes))
    min_support = max(config.min_jump_support_digits, config.min_jump_support_share * fewest)
    is_short = np.abs(shifts) < config.max_lone_jump_sizes * sizes
    supports = np.where((supports >= min_support) | is_short, supports, 0)
    index = int(np.argmax(supports))
    if supports[index] <= best[1]:
        return best
    return Motion(1 + 0j, complex(shifts[index])), int(supports[index])


def _shift_supports(
    old: Positions, new: Positions, is_alike: Flags, shifts: Points, config: MotionConfig
) -> npt.NDArray[np.int64]:
    """(S,) number of digits that each shift explains."""
    moved = old.centres[:, None] + shifts  # (N, S)
    distances = np.abs(moved[:, None, :] - new.centres[:, None])  # (N, M, S)
    is_near = distances < config.support_radius_sizes * old.sizes[:, None, None]
    is_near &= is_alike[:, :, None]
    return np.asarray(
        np.minimum(is_near.any(axis=1).sum(axis=0), is_near.any(axis=0).sum(axis=0)), np.int64
    )


def _refined(
    old: Positions, new: Positions, is_alike: Flags, motion: Motion, config: MotionConfig
) -> Motion:
    """Fit shift, rotation and zoom to the digits that support the motion, outliers excluded."""
    distances = np.where(is_alike, _distances(old, new, motion), np.inf)
    nearest = distances.argmin(axis=1)
    is_near = distances.min(axis=1) < config.support_radius_sizes
    before, after = old.centres[is_near], new.centres[nearest[is_near]]
    stiffness = (config.stiffness_sizes * _upper_median(old.sizes)) ** 2
    fitted = _fit(before, after, stiffness)
    errors = np.abs(fitted.move(before) - after)
    is_inlier = errors <= max(1.0, 2 * _upper_median(errors))
    if is_inlier.all():
        return fitted
    return _fit(before[is_inlier], after[is_inlier], stiffness)


def _fit(before: Points, after: Points, stiffness: float) -> Motion:
    """Fit a similarity by least squares with a ridge penalty on rotation and zoom.

    The penalty dominates where the digits lie close together. Without it this is the solution of
    Umeyama (1991) in the plane.
    """
    start, end = before.sum() / len(before), after.sum() / len(after)
    arms, moved = before - start, after - end
    # np.vdot conjugates its first argument.
    turn = 1 + complex(np.vdot(arms, moved - arms)) / (np.vdot(arms, arms).real + stiffness)
    return Motion(turn, complex(end - turn * start))


def _upper_median(values: Floats) -> float:
    """Median, the upper of two: np.median takes five times as long for a few values."""
    return float(np.sort(values)[len(values) // 2])
