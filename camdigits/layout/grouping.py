"""Group neighbouring digits into numbers, in reading order.

Only boxes and labels are used: digits of one number follow each other on one line, closer than a
word space, with similar heights; signs beside them are as high as their line. The signs say where
one number ends and the next begins (`layout.notation`). A page on its side is rotated first.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from camdigits.geometry import rotated, union
from camdigits.layout.columns import columns_of
from camdigits.layout.grouping_config import DEFAULT, GroupingConfig
from camdigits.layout.mark_places import place_marks
from camdigits.layout.notation import Decimal, Parsed, Reading, Token, parse
from camdigits.values import NONE, Box, Digit, Expression, Mark, Number, Rejected

SURE_NONE = 0.98  # chosen: probability of "none" from which a region is no unread digit


@dataclass(frozen=True, slots=True)
class Layout:
    """Numbers in reading order, and the signs and expressions between them."""

    numbers: tuple[Number, ...]
    marks: tuple[Mark, ...] = ()  # that are part of a number or an expression
    expressions: tuple[Expression, ...] = ()


def group(
    digits: Sequence[Digit],
    rotation: int = 0,
    config: GroupingConfig = DEFAULT,
    *,
    marks: Sequence[Mark] = (),
    decimal: Decimal = "auto",
    unread: Sequence[Box] = (),
    size: tuple[int, int] | None = None,
) -> Layout:
    """Chain each digit or sign to its nearest right-hand neighbour on the same line.

    Args:
        digits: in any order.
        rotation: degrees clockwise that bring the page upright.
        config: limits for neighbours.
        marks: signs beside digits.
        decimal: which sign is before decimals.
        unread: regions that may be digits and were rejected.
        size: width and height of the image, whose edges cut numbers; None if unknown.

    Returns:
        Numbers from top to bottom and left to right of the upright page; every digit is in one.

    >>> def at(label, x): return Digit(Box(x, 10, 20, 30), label, 0.5)
    >>> layout = group([at("7", 95), at("4", 10), at("2", 40), at("1", 180)])
    >>> [number.text for number in layout.numbers]
    ['42', '7', '1']
    """
    items: list[Digit] = [*digits, *marks]
    boxes = [rotated(_on_line(item), rotation) for item in items]
    after = _chain(boxes[: len(digits)], digits, config)
    links = place_marks(boxes, digits, after, config)
    starts = set(range(len(digits))) - set(after.values())
    chains = [links.follow(start, after) for start in starts]
    lines = _lines(chains, boxes, config)
    found = _Found(items, boxes, len(digits))
    for number, line in enumerate(lines):
        for chain in line:
            found.add(chain, number, decimal)
    return found.layout(_Around([rotated(box, rotation) for box in unread], size, config))


def possible_digits(rejected: Sequence[Rejected], marks: Sequence[Mark] = ()) -> list[Box]:
    """Return the rejected regions that may be digits: not surely non-digits, and no signs."""
    signs = {mark.box for mark in marks}
    return [
        each.box
        for each in rejected
        if (each.label != NONE or each.score < SURE_NONE)
        and not any(_overlap(each.box, sign) for sign in signs)
    ]


def _overlap(one: Box, other: Box) -> bool:
    """Whether the centre of a box is in another one."""
    x, y = other.centre
    return one.x <= x < one.right and one.y <= y < one.bottom


def _on_line(item: Digit) -> Box:
    return item.line if isinstance(item, Mark) else item.box


class _Found:
    """Numbers and expressions as they are found, chain by chain."""

    def __init__(self, items: Sequence[Digit], boxes: Sequence[Box], digits: int) -> None:
        self._items, self._boxes, self._digits = items, boxes, digits
        self._numbers: list[tuple[Number, list[int]]] = []  # with its items
        self._expressions: list[tuple[str, list[int], tuple[int, ...], float | None]] = []

    def add(self, chain: Sequence[int], line: int, decimal: Decimal) -> None:
        """Add the numbers and expressions of one chain."""
        parsed = parse(self._tokens(chain), decimal)
        first = len(self._numbers)
        for reading in parsed.numbers:
            own = list(chain[reading.start : reading.stop])
            self._numbers.append((self._number(reading, own, line), own))
        for start, stop in parsed.expressions:
            numbers = _between(parsed, start, stop)
            text = "".join(self._items[at].label for at in chain[start:stop])
            value = _fraction(parsed, numbers, text)
            own = list(chain[start:stop])
            self._expressions.append((text, own, tuple(first + n for n in numbers), value))

    def _tokens(self, chain: Sequence[int]) -> list[Token]:
        tokens, right = [], None
        for at in chain:
            box = self._boxes[at]
            gap = 0.0 if right is None else (box.x - right) / max(box.height, 1)
            tokens.append(Token(self._items[at].label, max(gap, 0.0)))
            right = box.right
        return tokens

    def _number(self, reading: Reading, own: Sequence[int], line: int) -> Number:
        members = [self._items[at] for at in own]
        return Number(
            reading.text,
            math.prod(member.score for member in members),
            union(member.box for member in members),
            tuple(at for at in own if at < self._digits),
            kind=reading.kind,
            value=reading.value,
            line=line,
        )

    def layout(self, around: "_Around") -> Layout:
        """Return everything found, with completeness and columns."""
        used = sorted(
            {at for _, own in self._numbers for at in own if at >= self._digits}
            | {at for _, own, _, _ in self._expressions for at in own if at >= self._digits}
        )
        place = {at: index for index, at in enumerate(used)}
        upright = [union(self._boxes[at] for at in own) for _, own in self._numbers]
        columns = columns_of(upright, [number.line for number, _ in self._numbers])
        numbers = tuple(
            replace(
                number,
                marks=tuple(place[at] for at in own if at >= self._digits),
                unread=around.unread(upright[index]),
                is_cut=around.cuts(number.box),
                column=columns[index],
            )
            for index, (number, own) in enumerate(self._numbers)
        )
        expressions = tuple(
            Expression(
                text,
                union(self._items[at].box for at in own),
                numbers_of,
                tuple(place[at] for at in own if at >= self._digits),
                "expression" if value is None else "fraction",
                value,
            )
            for text, own, numbers_of, value in self._expressions
        )
        marks = tuple(item for at in used if isinstance(item := self._items[at], Mark))
        return Layout(numbers, marks, expressions)


def _between(parsed: Parsed, start: int, stop: int) -> list[int]:
    return [n for n, reading in enumerate(parsed.numbers) if start <= reading.start < stop]


def _fraction(parsed: Parsed, numbers: Sequence[int], text: str) -> float | None:
    """Return the value of one number over another; None for any other expression."""
    values = [parsed.numbers[n].value for n in numbers]
    plain = "".join(parsed.numbers[n].text for n in numbers)
    if len(values) != 2 or text.replace("/", "", 1) != plain or "/" not in text:
        return None
    above, below = values
    return above / below if above is not None and below else None


@dataclass(frozen=True, slots=True)
class _Around:
    """What may be left of a number: rejected regions, upright, and the edges of the image."""

    boxes: Sequence[Box]
    size: tuple[int, int] | None
    config: GroupingConfig

    def unread(self, number: Box) -> tuple[Box, ...]:
        """Return the regions of digit size beside a number on its line."""
        low, high = self.config.unread_height_range
        reach = self.config.max_unread_gap_heights * number.height
        return tuple(
            box
            for box in self.boxes
            if low * number.height <= box.height <= high * number.height
            and _beside(number, box) >= self.config.min_line_overlap
            and _gap(number, box) + min(box.width, number.width) / 2 > 0
            and _gap(number, box) <= reach
        )

    def cuts(self, box: Box) -> bool:
        """Whether the edge of the image touches a number."""
        if self.size is None:
            return False
        width, height = self.size
        return box.x <= 0 or box.y <= 0 or box.right >= width or box.bottom >= height


def _gap(one: Box, other: Box) -> float:
    """Return the space between two boxes side by side; negative if one is above the other."""
    return max(one.x, other.x) - min(one.right, other.right)


def _chain(boxes: Sequence[Box], items: Sequence[Digit], config: GroupingConfig) -> dict[int, int]:
    """Give each item at most one successor and each successor one predecessor, nearest first."""
    after: dict[int, int] = {}
    taken: set[int] = set()
    for left, right in _neighbours(boxes, items, config):
        if left not in after and right not in taken:
            after[left] = right
            taken.add(right)
    return _even(after, boxes, items, config)


def _even(
    after: dict[int, int], boxes: Sequence[Box], items: Sequence[Digit], config: GroupingConfig
) -> dict[int, int]:
    """Link digits whose gap is a little too wide if they stand as evenly as their neighbours.

    The wheels of a meter are equally far apart, and a 7 and a 1 are narrower than other digits.
    """
    wide = replace(config, max_gap_heights=config.max_even_gap_heights)
    before = {right: left for left, right in after.items()}
    for left, right in _neighbours(boxes, items, wide):
        if left in after or right in before:
            continue
        pitch = boxes[right].centre[0] - boxes[left].centre[0]
        beside = [(before.get(left), left), (right, after.get(right))]
        others = [
            boxes[two].centre[0] - boxes[one].centre[0]
            for one, two in beside
            if one is not None and two is not None
        ]
        off = [abs(other - pitch) for other in others]
        if len(off) == 2 and max(off) <= config.max_uneven_pitch * pitch:
            after[left], before[right] = right, left
    return after


def _neighbours(
    boxes: Sequence[Box], items: Sequence[Digit], config: GroupingConfig
) -> list[tuple[int, int]]:
    """Return pairs of an item and a right-hand neighbour on its line, the nearest pair first."""
    x, y, width, height = np.array(boxes, np.float64).reshape(-1, 4).T
    tall = np.maximum(height[:, None], height)
    gap = x - (x + width)[:, None]
    step = np.abs((y + height / 2) - (y + height / 2)[:, None])
    in_comb = np.array([item.in_comb for item in items], np.bool_)
    reach = np.where(
        in_comb[:, None] & in_comb, config.max_comb_gap_heights, config.max_gap_heights
    )
    fits = (x + width / 2) > (x + width / 2)[:, None]
    fits &= np.minimum(height[:, None], height) >= config.min_height_ratio * tall
    fits &= gap <= reach * tall
    overlap = np.maximum(
        config.max_overlap_widths * np.minimum(width[:, None], width),
        config.max_overlap_heights * tall,
    )
    fits &= gap >= -overlap
    fits &= step <= config.max_step_heights * tall
    fits &= ~np.array([item.cell_boundary for item in items], np.bool_)
    lefts, rights = np.nonzero(fits)
    nearest = np.argsort((np.maximum(gap, 0) + step)[fits], kind="stable")
    return [(int(lefts[i]), int(rights[i])) for i in nearest]


def _lines(
    chains: Sequence[tuple[int, ...]], boxes: Sequence[Box], config: GroupingConfig
) -> list[list[tuple[int, ...]]]:
    """Sort chains into lines from top to bottom, on one line from left to right.

    A chain belongs to the line whose last item is level with its first one, so lines may slant.
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
    return lines


def _beside(a: Box, b: Box) -> float:
    """Return the fraction of the lower box's height that the taller one covers."""
    shared = min(a.bottom, b.bottom) - max(a.y, b.y)
    return shared / max(min(a.height, b.height), 1)
