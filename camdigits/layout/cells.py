"""Find the printed cells that digits are in: of a table, or of a comb of form boxes.

A rule between two digits separates two numbers in a table. In a comb, equal boxes in a row with
one digit each, it does not: its rules are as long as one box.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from camdigits.layout.grouping_config import DEFAULT, GroupingConfig
from camdigits.values import Box, Digit, GrayImage


def mark_cell_boundaries(
    digits: Sequence[Digit], rules: GrayImage | None, config: GroupingConfig = DEFAULT
) -> tuple[Digit, ...]:
    """Mark the digits that a printed line separates from their left neighbour.

    Args:
        digits: of an upright image.
        rules: (H, W) uint8, 255 on printed lines; None if there are none.
        config: limits for gaps.

    Returns:
        The digits in their order; those in the boxes of a comb have `in_comb` instead.
    """
    if rules is None or not digits:
        return tuple(digits)
    boxes = np.array([digit.box for digit in digits], np.int64)
    found = [_boundary(digit.box, boxes, rules, config) for digit in digits]
    combs = _combs(digits, found, rules, config)
    return tuple(
        replace(digit, cell_boundary=boundary is not None and not comb, in_comb=comb)
        for digit, boundary, comb in zip(digits, found, combs, strict=True)
    )


def _boundary(
    box: Box, boxes: npt.NDArray[np.int64], rules: GrayImage, config: GroupingConfig
) -> int | None:
    """Return the x of a rule down the whole middle half of the gap on a digit's left."""
    top, bottom = box.y + box.height // 4, box.bottom - box.height // 4
    beside = (boxes[:, 1] < bottom) & (boxes[:, 1] + boxes[:, 3] > top)
    ends = (boxes[:, 0] + boxes[:, 2])[beside & (boxes[:, 0] < box.x)]
    start = max(0, round(box.x - config.max_gap_heights * box.height), int(ends.max(initial=0)))
    start = min(start, box.x - 1)
    gap = rules[top:bottom, max(start, 0) : box.x + 2]
    if not gap.size or (gap > 0).any(axis=1).mean() < config.min_boundary_fraction:
        return None
    return max(start, 0) + int((gap > 0).sum(axis=0).argmax())


def _combs(
    digits: Sequence[Digit],
    boundaries: Sequence[int | None],
    rules: GrayImage,
    config: GroupingConfig,
) -> list[bool]:
    """Return which digits are alone in a box of a comb."""
    found = [False] * len(digits)
    for index in sorted(range(len(digits)), key=lambda i: digits[i].box.x):
        x, box = boundaries[index], digits[index].box
        if x is None or _length(rules, x, round(box.centre[1])) > config.max_comb_heights * (
            box.height
        ):
            continue
        before = _before(box, [digit.box for digit in digits], config)
        found[index] = before is None or found[before]  # two digits in a box: a table
    return found


def _before(box: Box, boxes: Sequence[Box], config: GroupingConfig) -> int | None:
    """Return the digit on the left in reach of a comb; None if there is none."""
    reach = box.x - config.max_comb_gap_heights * box.height
    beside = [
        index
        for index, other in enumerate(boxes)
        if other.x < box.x
        and other.right >= reach
        and other.y < box.bottom
        and other.bottom > box.y
        and other != box
    ]
    return max(beside, key=lambda index: boxes[index].right, default=None)


def _length(rules: GrayImage, x: int, y: int) -> int:
    """Return the length of the vertical rule through a pixel."""
    near = np.asarray(rules[:, max(0, x - 2) : x + 3].max(axis=1) > 0, np.bool_)
    gaps = np.flatnonzero(~near)
    above, below = gaps[gaps < y], gaps[gaps >= y]
    return int(below.min(initial=len(near)) - above.max(initial=-1) - 1)
