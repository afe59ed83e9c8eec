"""Put digits that stand together into numbers, in reading order.

Only boxes count here. Digits follow each other on one line, at word distance, at about the same
size; a page that lies on its side is turned upright first.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from camdigits.values import Box, Digit, Number


@dataclass(frozen=True, slots=True)
class GroupConfig:
    """Limits as parts of the height of the taller of two neighbours."""

    max_gap: float = 0.9  # a wider space separates two numbers
    max_overlap: float = 0.5  # of the narrower one's width; more is one above the other
    max_step: float = 0.55  # how far the middle of the next digit may lie higher or lower
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
    after = _chain(boxes, config)
    starts = set(range(len(digits))) - set(after.values())
    chains = [_follow(start, after) for start in starts]
    ordered = _reading_order(chains, boxes)
    return tuple(_number(chain, digits) for chain in ordered)


def turn(box: Box, rotation: int) -> Box:
    """Turn a box clockwise about the origin by a multiple of 90 degrees.

    >>> turn(Box(1, 2, 3, 4), 90)
    Box(x=-6, y=1, width=4, height=3)
    """
    for _ in range(rotation % 360 // 90):
        box = Box(-box.bottom, box.x, box.height, box.width)
    return box


def _chain(boxes: Sequence[Box], config: GroupConfig) -> dict[int, int]:
    """Give each digit at most one follower and each follower at most one leader, nearest first."""
    after: dict[int, int] = {}
    taken: set[int] = set()
    for left, right in _neighbours(boxes, config):
        if left not in after and right not in taken:
            after[left] = right
            taken.add(right)
    return after


def _neighbours(boxes: Sequence[Box], config: GroupConfig) -> list[tuple[int, int]]:
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
    """Lines from top to bottom, numbers of one line from left to right."""
    placed = [(_around([boxes[i] for i in chain]), chain) for chain in chains]
    by_height = sorted(placed, key=lambda item: (item[0].centre[1], item[0].x))
    lines: list[list[tuple[Box, tuple[int, ...]]]] = []
    for box, chain in by_height:
        if lines and _on_one_line(lines[-1][0][0], box):
            lines[-1].append((box, chain))
        else:
            lines.append([(box, chain)])
    return [chain for line in lines for _, chain in sorted(line)]


def _on_one_line(a: Box, b: Box) -> bool:
    """Whether half the lower one's height lies beside the taller one."""
    shared = min(a.bottom, b.bottom) - max(a.y, b.y)
    return shared >= 0.5 * min(a.height, b.height)


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
