"""Group neighbouring digits into numbers, in reading order.

Only boxes are used: digits of one number follow each other on one line, closer than a word
space, with similar heights. A page on its side is rotated first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from camdigits.geometry import rotated, union
from camdigits.values import Box, Digit, GrayImage, Number


@dataclass(frozen=True, slots=True)
class GroupingConfig:
    """Limits for neighbours of one number, over the height of the taller of two digits."""

    max_gap_heights: float = 0.9  # chosen: a wider space separates two numbers
    max_overlap_widths: float = 0.5  # chosen: of the narrower one; more is one above the other
    max_step_heights: float = 0.55  # chosen: vertical distance of the centres
    min_boundary_fraction: float = 0.9  # chosen: of a gap's middle half that a rule crosses
    min_height_ratio: float = 0.45  # chosen: a smaller neighbour belongs to another line
    min_line_overlap: float = 0.5  # chosen: of the lower box's height, for numbers on one line


DEFAULT = GroupingConfig()


def group(
    digits: Sequence[Digit], rotation: int = 0, config: GroupingConfig = DEFAULT
) -> tuple[Number, ...]:
    """Chain each digit to its nearest right-hand neighbour on the same line.

    Args:
        digits: in any order.
        rotation: degrees clockwise that bring the page upright.
        config: limits for neighbours.

    Returns:
        Numbers from top to bottom and left to right of the upright page; every digit is in one.

    >>> def at(label, x): return Digit(Box(x, 10, 20, 30), label, 0.5)
    >>> [number.text for number in group([at("7", 95), at("4", 10), at("2", 40), at("1", 180)])]
    ['42', '7', '1']
    """
    boxes = [rotated(digit.box, rotation) for digit in digits]
    after = _chain(boxes, [digit.cell_boundary for digit in digits], config)
    starts = set(range(len(digits))) - set(after.values())
    chains = [_follow(start, after) for start in starts]
    ordered = _reading_order(chains, boxes, config)
    return tuple(_number(chain, digits) for chain in ordered)


def mark_cell_boundaries(
    digits: Sequence[Digit], rules: GrayImage | None, config: GroupingConfig = DEFAULT
) -> tuple[Digit, ...]:
    """Mark the digits that a printed line separates from their left neighbour.

    Args:
        digits: of an upright image.
        rules: (H, W) uint8, 255 on printed lines; None if there are none.
        config: limits for gaps.

    Returns:
        The digits in their order.
    """
    if rules is None or not digits:
        return tuple(digits)
    boxes = np.array([digit.box for digit in digits], np.int64)
    return tuple(
        replace(digit, cell_boundary=_has_cell_boundary(digit.box, boxes, rules, config))
        for digit in digits
    )


def _has_cell_boundary(
    box: Box, boxes: npt.NDArray[np.int64], rules: GrayImage, config: GroupingConfig
) -> bool:
    """Whether a rule runs down the whole middle half of the gap on a digit's left."""
    top, bottom = box.y + box.height // 4, box.bottom - box.height // 4
    beside = (boxes[:, 1] < bottom) & (boxes[:, 1] + boxes[:, 3] > top)
    ends = (boxes[:, 0] + boxes[:, 2])[beside & (boxes[:, 0] < box.x)]
    start = max(0, round(box.x - config.max_gap_heights * box.height), int(ends.max(initial=0)))
    gap = rules[top:bottom, min(start, box.x - 1) : box.x + 2]
    return bool(gap.size and (gap > 0).any(axis=1).mean() >= config.min_boundary_fraction)


def _chain(
    boxes: Sequence[Box], cell_boundary: Sequence[bool], config: GroupingConfig
) -> dict[int, int]:
    """Give each digit at most one successor and each successor one predecessor, nearest first."""
    after: dict[int, int] = {}
    taken: set[int] = set()
    for left, right in _neighbours(boxes, cell_boundary, config):
        if left not in after and right not in taken:
            after[left] = right
            taken.add(right)
    return after


def _neighbours(
    boxes: Sequence[Box], cell_boundary: Sequence[bool], config: GroupingConfig
) -> list[tuple[int, int]]:
    """Return pairs of a digit and a right-hand neighbour on its line, the nearest pair first."""
    x, y, width, height = np.array(boxes, np.float64).reshape(-1, 4).T
    tall = np.maximum(height[:, None], height)
    gap = x - (x + width)[:, None]
    step = np.abs((y + height / 2) - (y + height / 2)[:, None])
    fits = (x + width / 2) > (x + width / 2)[:, None]
    fits &= np.minimum(height[:, None], height) >= config.min_height_ratio * tall
    fits &= gap <= config.max_gap_heights * tall
    fits &= gap >= -config.max_overlap_widths * np.minimum(width[:, None], width)
    fits &= step <= config.max_step_heights * tall
    fits &= ~np.array(cell_boundary, np.bool_)
    lefts, rights = np.nonzero(fits)
    nearest = np.argsort((np.maximum(gap, 0) + step)[fits], kind="stable")
    return [(int(lefts[i]), int(rights[i])) for i in nearest]


def _follow(start: int, after: dict[int, int]) -> tuple[int, ...]:
    chain = [start]
    while chain[-1] in after:
        chain.append(after[chain[-1]])
    return tuple(chain)


def _reading_order(
    chains: Sequence[tuple[int, ...]], boxes: Sequence[Box], config: GroupingConfig
) -> list[tuple[int, ...]]:
    """Sort numbers by line from top to bottom, on one line from left to right.

    A number belongs to the line whose last digit is level with its first one, so lines may slant.
    """
    lines: list[list[tuple[int, ...]]] = []
    for chain in sorted(chains, key=lambda chain: (boxes[chain[0]].x, boxes[chain[0]].y)):
        first = boxes[chain[0]]
        shares = [(_beside(boxes[line[-1][-1]], first), at) for at, line in enumerate(lines)]
        share, at = max(shares, default=(0.0, 0))
        if share >= config.min_line_overlap:
            lines[at].append(chain)
        else:
            lines.append([chain])
    lines.sort(key=lambda line: float(np.mean([boxes[i].centre[1] for i in sum(line, ())])))
    return [chain for line in lines for chain in line]


def _beside(a: Box, b: Box) -> float:
    """Return the fraction of the lower box's height that the taller one covers."""
    shared = min(a.bottom, b.bottom) - max(a.y, b.y)
    return shared / max(min(a.height, b.height), 1)


def _number(chain: tuple[int, ...], digits: Sequence[Digit]) -> Number:
    members = [digits[index] for index in chain]
    score = 1.0
    for digit in members:
        score *= digit.score
    text = "".join(digit.label for digit in members)
    return Number(text, score, union(digit.box for digit in members), chain)
