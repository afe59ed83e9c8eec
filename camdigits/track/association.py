"""Associate the digits of a frame with the digits that are tracked.

Pure functions on arrays. A greedy assignment by distance after motion compensation, as in trackers
of the SORT family (Bewley et al. 2016), with a gate on distance, size and label.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from camdigits.geometry import area, shared_area
from camdigits.track.motion import (
    Flags,
    FloatBox,
    Floats,
    Motion,
    MotionConfig,
    Positions,
    common_motion,
)
from camdigits.values import Box


@dataclass(frozen=True, slots=True)
class AssociationConfig:
    """Limits for a digit to be a tracked one; sizes are longest sides of the tracked digit."""

    max_distance_sizes: float = 0.5  # chosen: from the expected to the observed position
    drift_sizes_per_s: float = 0.5  # chosen: more distance for one that was missed
    max_drift_s: float = 1.0  # chosen: it grows no longer than this
    max_size_ratio: float = 1.6  # chosen: digits that differ more in size are not the same
    other_label_cost_sizes: float = 0.4  # chosen: distance added for another label
    unlabelled_cost_sizes: float = 0.15  # chosen: so a tracked digit with a label goes first
    min_rejected_cover: float = 0.6  # chosen: share of an expected box that a rejection covers
    max_rejected_area_ratio: float = 4.0  # chosen: a larger rejected region is something else


DEFAULT = AssociationConfig()


class Expected(NamedTuple):
    """Arrays of N tracked digits in a new frame."""

    positions: Positions
    missed_s: Floats  # (N,) seconds since the last observation
    is_recent: Flags  # (N,) only a recent digit is paired with another label
    is_labelled: Flags  # (N,)


def page_motion(
    tracked: Positions,
    is_recent: Flags,
    found: Positions,
    expected: Motion,
    config: MotionConfig,
) -> Motion | None:
    """Find the motion of the page from recently observed digits, or else from all tracked digits.

    Args:
        tracked: N digits where they were in the last frame.
        is_recent: (N,) whether each was observed recently.
        found: digits of the new frame.
        expected: predicted motion, used for recent digits only.
        config: limits of the search.

    Returns:
        The motion, None if no tracked digit is found again.
    """
    if not len(tracked.sizes) or not len(found.sizes):
        return None
    if is_recent.all():
        return common_motion(tracked, found, expected, config)
    motion = None
    if is_recent.any():
        motion = common_motion(tracked.selected(is_recent), found, expected, config)
    return motion or common_motion(tracked, found, config=config)


def pairing_costs(
    expected: Expected, found: Positions, config: AssociationConfig = DEFAULT
) -> Floats:
    """Return the cost of pairing each tracked digit with each digit of a frame.

    Args:
        expected: N tracked digits.
        found: M digits of the frame.
        config: limits.

    Returns:
        (N, M) distances in sizes, plus penalties; infinite if the two cannot be the same digit.
    """
    own, missed_s = expected.positions, expected.missed_s[:, None]
    distances = np.abs(own.centres[:, None] - found.centres) / own.sizes[:, None]
    is_other = own.labels[:, None] != found.labels
    ratios = own.sizes[:, None] / found.sizes
    drift = config.drift_sizes_per_s * np.minimum(missed_s, config.max_drift_s)
    is_excluded = (distances > config.max_distance_sizes + drift) | (
        np.maximum(ratios, 1 / ratios) > config.max_size_ratio
    )
    is_excluded |= is_other & ~expected.is_recent[:, None]
    costs = distances + config.other_label_cost_sizes * is_other
    costs += config.unlabelled_cost_sizes * ~expected.is_labelled[:, None]
    costs[is_excluded] = np.inf
    return np.asarray(costs, np.float64)


def cheapest_pairs(costs: Floats) -> list[tuple[int, int]]:
    """Pair rows with columns, the cheapest pair first; each row and column is in one pair at most.

    Args:
        costs: (N, M), infinite for pairs that are not allowed.

    >>> cheapest_pairs(np.array([[0.2, 0.1], [0.9, 0.3]]))
    [(0, 1), (1, 0)]
    """
    rows, columns = np.nonzero(np.isfinite(costs))
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


def rejections_at(
    expected: Sequence[Box | FloatBox],
    rejected: Sequence[Box],
    config: AssociationConfig = DEFAULT,
) -> list[int | None]:
    """Find the rejected region that lies where each digit is expected.

    Args:
        expected: N boxes.
        rejected: one box or more.
        config: how much of a digit the region has to cover, and its largest area.

    Returns:
        N indexes into `rejected`, of the region that covers most; None if no region qualifies.

    >>> rejections_at([(10, 10, 20, 40), (60, 10, 20, 40)], [Box(8, 12, 30, 40), Box(0, 0, 9, 9)])
    [0, None]
    """
    digits = np.array(expected, np.float64).reshape(-1, 4)[:, None]
    regions = np.array(rejected, np.float64).reshape(-1, 4)
    cover = shared_area(digits, regions) / area(digits)
    cover[area(regions) > config.max_rejected_area_ratio * area(digits)] = 0
    best = cover.argmax(axis=1).tolist()
    return [
        index if cover[row, index] >= config.min_rejected_cover else None
        for row, index in enumerate(best)
    ]
