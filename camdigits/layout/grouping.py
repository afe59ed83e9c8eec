"""Put digits that stand together into numbers, in reading order.

Only boxes count here. Digits follow each other on one line, at word distance, at about the same
size; a page that lies on its side is turned upright first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from camdigits.values import Box, Digit, GrayImage, Number


@dataclass(frozen=True, slots=True)
class GroupConfig:
    """Limits as parts of the height of the taller of two neighbours."""

    max_gap: float = 0.9  # a wider space separates two numbers
    max_overlap: float = 0.5  # of the narrower one's width; more is one above the other
    max_step: float = 0.55  # how far the middle of the next digit may lie higher or lower
    wall: float = 0.9  # of a gap's middle half that a line has to cross to part two numbers
    min_size: float = 0.45  # a smaller neighbour belongs to another line


DEFAULT = GroupConfig()


def group(
    digits: Sequence[Digit], rotation: int = 0, config: GroupConfig = DEFAULT
) -> tuple[Number, ...]:
    """Chain each digit to its nearest right-hand neighbour on the same line.

    Args:
        digits: in any order.
        rotation: degrees clockwise by which the page has to be turned to stand upright.
        config: what counts as neighbours.

    Returns:
        Numbers from top to bottom and left to right of the upright page; every digit is in one.

    >>> def at(label, x): return Digit(Box(x, 10, 20, 30), label, 0.5)
    >>> [number.text for number in group([at("7", 95), at("4", 10), at("2", 40), at("1", 180)])]
    ['42', '7', '1']
    """
    boxes = [turn(digit.box, rotation) for digit in digits]
    after = _chain(boxes, [digit.cell_boundary for digit in digits], config)
    starts = set(range(len(digits))) - set(after.values())
    chains = [_follow(start, after) for start in starts]
    ordered = _reading_order(chains, boxes)
    return tuple(_number(chain, digits) for chain in ordered)


def mark_cell_boundaries(
    digits: Sequence[Digit], lines: GrayImage | None, config: GroupConfig = DEFAULT
) -> tuple[Digit, ...]:
    """Mark the digits that a printed line parts from what stands on their left.

    Args:
        digits: of an upright picture.
        lines: (H, W) uint8, 255 on printed lines; None if there are none.
        config: how far left a line counts.

    Returns:
        The digits in their order.
    """
    if lines is None or not digits:
        return tuple(digits)
    boxes = np.array([digit.box for digit in digits], np.int64)
    return tuple(
        replace(digit, cell_boundary=_has_cell_boundary(digit.box, boxes, lines, config))
        for digit in digits
    )


def _has_cell_boundary(
    box: Box, boxes: npt.NDArray[np.int64], lines: GrayImage, config: GroupConfig
) -> bool:
    """Whether a line runs down all the middle of the gap on a digit's left."""
    top, bottom = box.y + box.height // 4, box.bottom - box.height // 4
    beside = (boxes[:, 1] < bottom) & (boxes[:, 1] + boxes[:, 3] > top)
    ends = (boxes[:, 0] + boxes[:, 2])[beside & (boxes[:, 0] < box.x)]
    start = max(0, round(box.x - config.max_gap * box.height), int(ends.max(initial=0)))
    gap = lines[top:bottom, min(start, box.x - 1) : box.x + 2]
    return bool(gap.size and (gap > 0).any(axis=1).mean() >= config.wall)


def turn(box: Box, rotation: int) -> Box:
    """Turn a box clockwise about the origin by a multiple of 90 degrees.

    >>> turn(Box(1, 2, 3, 4), 90)
    Box(x=-6, y=1, width=4, height=3)
    """
    for _ in range(rotation % 360 // 90):
        box = Box(-box.bottom, box.x, box.height, box.width)
    return box


def _chain(
    boxes: Sequence[Box], cell_boundary: Sequence[bool], config: GroupConfig
) -> dict[int, int]:
    """Give each digit at most one follower and each follower at most one leader, nearest first."""
    after: dict[int, int] = {}
    taken: set[int] = set()
    for left, right in _neighbours(boxes, cell_boundary, config):
        if left not in after and right not in taken:
            after[left] = right
            taken.add(right)
    return after


def _neighbours(
    boxes: Sequence[Box], cell_boundary: Sequence[bool], config: GroupConfig
) -> list[tuple[int, int]]:
    """Pairs of a digit and a right-hand neighbour on its line, the nearest pair first."""
    x, y, width, height = np.array(boxes, np.float64).reshape(-1, 4).T
    tall = np.maximum(height[:, None], height)
    gap = x - (x + width)[:, None]
    step = np.abs((y + height / 2) - (y + height / 2)[:, None])
    fits = (x + width / 2) > (x + width / 2)[:, None]
    fits &= np.minimum(height[:, None], height) >= config.min_size * tall
    fits &= gap <= config.max_gap * tall
    fits &= gap >= -config.max_overlap * np.minimum(width[:, None], width)
    fits &= step <= config.max_step * tall
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
    chains: Sequence[tuple[int, ...]], boxes: Sequence[Box]
) -> list[tuple[int, ...]]:
    """Lines from top to bottom, numbers of one line from left to right.

    A number goes on the line whose last digit lies beside its first one, so lines may slant.
    """
    lines: list[list[tuple[int, ...]]] = []
    for chain in sorted(chains, key=lambda chain: (boxes[chain[0]].x, boxes[chain[0]].y)):
        first = boxes[chain[0]]
        shares = [(_beside(boxes[line[-1][-1]], first), at) for at, line in enumerate(lines)]
        share, at = max(shares, default=(0.0, 0))
        if share >= 0.5:
            lines[at].append(chain)
        else:
            lines.append([chain])
    lines.sort(key=lambda line: float(np.mean([boxes[i].centre[1] for i in sum(line, ())])))
    return [chain for line in lines for chain in line]


def _beside(a: Box, b: Box) -> float:
    """Part of the lower one's height that lies beside the taller one."""
    shared = min(a.bottom, b.bottom) - max(a.y, b.y)
    return shared / max(min(a.height, b.height), 1)


def _number(chain: tuple[int, ...], digits: Sequence[Digit]) -> Number:
    members = [digits[index] for index in chain]
    score = 1.0
    for digit in members:
        score *= digit.score
    text = "".join(digit.label for digit in members)
    return Number(text, score, _around([digit.box for digit in members]), chain)


def _around(boxes: Sequence[Box]) -> Box:
    left, top = min(b.x for b in boxes), min(b.y for b in boxes)
    right, bottom = max(b.right for b in boxes), max(b.bottom for b in boxes)
    return Box(left, top, right - left, bottom - top)
