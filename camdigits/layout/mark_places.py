"""Find the place of each sign among chained digits.

The digits are chained as without signs, so a sign never separates digits by itself. A sign that is
between two chains links them: the operator between two numbers that are far apart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from camdigits.layout.grouping_config import GroupingConfig
from camdigits.values import Box, Digit, Flags, Floats


@dataclass(frozen=True, slots=True)
class MarkPlaces:
    """The signs before and after each digit, as indexes of items."""

    before: Mapping[int, Sequence[int]]  # first digit of a chain -> signs on its left
    after: Mapping[int, Sequence[int]]  # digit -> signs on its right

    def follow(self, start: int, after: Mapping[int, int]) -> tuple[int, ...]:
        """Return the items of the chain that starts with a digit."""
        chain = [*self.before.get(start, ()), start]
        at: int | None = start
        while at is not None:
            chain += self.after.get(at, ())
            at = after.get(at)
            if at is not None:
                chain.append(at)
        return tuple(chain)


def place_marks(
    boxes: Sequence[Box],
    digits: Sequence[Digit],
    after: dict[int, int],
    config: GroupingConfig,
) -> MarkPlaces:
    """Place each sign beside the digits of its line; link chains that it connects.

    Args:
        boxes: of the digits and then of the signs, upright; signs are as high as their line.
        digits: as many as there are boxes of digits.
        after: the next digit of each digit in a chain; new links are added.
        config: limits for neighbours.
    """
    count = len(digits)
    before: dict[int, list[int]] = {}
    behind: dict[int, list[int]] = {}
    if not count or len(boxes) == count:
        return MarkPlaces(before, behind)
    x, y, width, height = np.array(boxes[:count], np.float64).T
    previous = {second: first for first, second in after.items()}
    for index in sorted(range(count, len(boxes)), key=lambda each: boxes[each].centre[0]):
        box = boxes[index]
        middle = box.centre[0]
        on_line = _on_line(box, y, height, config)
        tall = np.maximum(height, box.height)
        centres = x + width / 2
        near_left = on_line & (centres < middle)
        near_left &= box.x - (x + width) <= config.max_gap_heights * tall
        near_right = on_line & (centres >= middle)
        near_right &= x - box.right <= config.max_gap_heights * tall
        left = _extreme(centres, near_left)
        right = _extreme(-centres, near_right)
        if left is None and right is None:
            continue
        if left is None:
            if right is not None and right not in previous:
                before.setdefault(right, []).append(index)
            continue
        behind.setdefault(left, []).append(index)
        is_free = right is not None and left not in after and right not in previous
        if is_free and right is not None and not digits[right].cell_boundary:
            after[left], previous[right] = right, left
    return MarkPlaces(before, behind)


def _on_line(box: Box, y: Floats, height: Floats, config: GroupingConfig) -> Flags:
    tall = np.maximum(height, box.height)
    step = np.abs(y + height / 2 - box.centre[1])
    fits = np.minimum(height, box.height) >= config.min_height_ratio * tall
    return np.asarray(fits & (step <= config.max_step_heights * tall), np.bool_)


def _extreme(values: Floats, chosen: Flags) -> int | None:
    """Return the index of the largest chosen value; None if none is chosen."""
    if not chosen.any():
        return None
    return int(np.where(chosen, values, -np.inf).argmax())
