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

SAME_RULE_HEIGHTS = 0.25  # chosen: columns nearer to a rule are the rule itself


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
    x = max(start, 0) + int((gap > 0).sum(axis=0).argmax())
    return None if _is_squared(rules, x, box, config) else x


def _is_squared(rules: GrayImage, x: int, box: Box, config: GroupingConfig) -> bool:
    """Whether rules follow each other more closely than a digit is high: squared paper.

    Above and below the digit they are not hidden by ink.
    """
    reach = round(config.max_square_heights * box.height)
    left, right = max(0, x - reach), x + reach + 1
    above = rules[max(0, box.y - box.height // 2) : box.y, left:right]
    below = rules[box.bottom : box.bottom + box.height // 2, left:right]
    middle = x - left
    same = round(SAME_RULE_HEIGHTS * box.height)  # the rule itself, which may slant
    for rows in (above, below):
        if not len(rows):
            continue
        covered = (rows > 0).mean(axis=0)
        covered[max(0, middle - same) : middle + same + 1] = 0
        if (covered >= config.min_square_fraction).any():
            return True
    return False


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
        boxes = [digit.box for digit in digits]
        before = _before(box, boxes, config)
        # Two digits in a box: a table. The first digit may be far from the left edge of its box.
        found[index] = before is None or found[before] or _is_first(before, box, boxes, config)
    return found


def _is_first(before: int, box: Box, boxes: Sequence[Box], config: GroupingConfig) -> bool:
    """Whether a digit is the first of its row, and the next one is one narrow box away."""
    step = box.centre[0] - boxes[before].centre[0]
    is_near = step <= config.max_comb_step_heights * max(box.height, boxes[before].height)
    return is_near and _before(boxes[before], boxes, config) is None


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
