"""Find the ink of the signs that the line net reads, and the digits that are signs.

A sign may be ink of its own, a small stroke that was joined to a digit, the whole of what was read
as a digit (a slash as a 1), or a part of a digit's ink that cannot be taken from it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from camdigits.geometry import intersection, union
from camdigits.recognize.lines.config import DEFAULT, LineConfig
from camdigits.recognize.lines.read import Character, LineReading
from camdigits.recognize.lines.strip import on_line
from camdigits.segment.contours import Components
from camdigits.values import Box, Digit, Region

STROKES = "/()"  # signs that are read as a 1
IN_PIECES = ":÷=%"  # signs of several pieces that may be read as digits
LOW = {".": 0.45, ",": 0.5}  # how far signs are below the middle of the line, over its height


@dataclass(frozen=True, slots=True)
class FoundSign:
    """One sign."""

    box: Box
    label: str
    score: float  # its probability
    line: Box  # as wide as the sign, as high as the digits on its line
    digits: tuple[int, ...] = ()  # the digits as which it was read, as indexes
    members: tuple[int, ...] = ()  # components
    pieces_of: tuple[int, ...] = ()  # digits to which some of these were joined


def find_signs(
    readings: Sequence[LineReading],
    components: Components,
    digits: Sequence[Digit],
    regions: Sequence[Region],
    config: LineConfig = DEFAULT,
) -> tuple[FoundSign, ...]:
    """Find the signs of an upright image.

    Args:
        readings: of its lines.
        components: of the image, without rules.
        digits: of the image.
        regions: ink of each digit.
        config: limits.
    """
    found: list[FoundSign] = []
    for reading in readings:
        if any(not each.label.isdecimal() for each in reading.characters):
            found += _Signs.of(reading, components, digits, regions, config).found()
    return tuple(found)


@dataclass(frozen=True, slots=True, eq=False)
class _Signs:
    """The characters of a line with their ink."""

    reading: LineReading
    boxes: Mapping[int, Box]  # of components
    ink: Mapping[int, Sequence[int]]  # components of each character, not those of digits
    piece_of: Mapping[int, int]  # component -> the digit that it is a small stroke of
    digits: Sequence[Digit]
    within: Mapping[int, Sequence[int]]  # characters in each digit
    config: LineConfig

    @classmethod
    def of(
        cls,
        reading: LineReading,
        components: Components,
        digits: Sequence[Digit],
        regions: Sequence[Region],
        config: LineConfig,
    ) -> "_Signs":
        rows = on_line(components, reading.line).tolist()
        boxes = {row: Box(*components.boxes[row].tolist()) for row in rows}
        piece_of: dict[int, int] = {}
        ink: dict[int, list[int]] = {}
        for row, box in boxes.items():
            owner = _owner(row, box, components, reading.digits, regions, config)
            if owner is not None:
                longest = max(regions[owner].box.width, regions[owner].box.height)
                if max(box.width, box.height) > config.max_piece * longest:
                    continue
                piece_of[row] = owner
            at = _nearest(reading, box, config)
            if at is not None:
                ink.setdefault(at, []).append(row)
        own = [(index, digits[index].box) for index in reading.digits]
        within = reading.owners(own, config.inset)
        return cls(reading, boxes, ink, piece_of, digits, within, config)

    def found(self) -> list[FoundSign]:
        """Return the signs that are probable enough."""
        digit_of = {at: index for index, own in self.within.items() for at in own}
        signs = []
        for at, character in enumerate(self.reading.characters):
            digit = digit_of.get(at)
            if character.label.isdecimal() or self._is_contradicted(digit, character.label):
                continue
            sign, least = self._sign(at, character, digit)
            if character.score >= least:
                signs.append(sign)
        return signs

    def _sign(self, at: int, character: Character, digit: int | None) -> tuple[FoundSign, float]:
        """Return a character as a sign, and the score that it needs."""
        config, label = self.config, character.label
        own = self.ink.get(at, [])
        replaced = self._rings(character)
        if digit is not None and self._is_possible(digit, label) and digit not in replaced:
            replaced.append(digit)
            own = [row for row in own if self.piece_of.get(row, digit) == digit]
        pieces_of = {self.piece_of[row] for row in own if row in self.piece_of} - {*replaced}
        own = [row for row in own if self.piece_of.get(row) not in replaced]
        boxes = [self.boxes[row] for row in own] + [self.digits[each].box for each in replaced]
        if digit in replaced and not self._looks_like(digit, label):
            least = config.min_score_of_other_digit
        elif replaced:
            may_be_date = label == "/" and len(replaced) == 1
            least = config.min_score_of_date if may_be_date else config.min_score_of_digit
        elif own and not pieces_of:
            least = config.min_score
        else:
            least = config.min_score_of_piece
        box = union(boxes) if boxes else self._guessed(character)
        height = max(1, round(self.reading.line.height))
        middle = self.reading.line.middle_at(character.x)
        line = box._replace(y=round(middle - height / 2), height=height)
        members, pieces = tuple(own), tuple(sorted(pieces_of))
        found = FoundSign(box, label, character.score, line, tuple(replaced), members, pieces)
        return found, least

    def _is_contradicted(self, digit: int | None, label: str) -> bool:
        """Whether nothing but a stroke was read in a digit that does not look like one."""
        if digit is None or len(self.within[digit]) > 1:
            return False
        return label in STROKES and not self._looks_like(digit, label)

    def _is_possible(self, digit: int, label: str) -> bool:
        """Whether nothing but a sign was read in a digit; a stroke may be a 1, but not a 7."""
        alone = len(self.within[digit]) == 1
        return alone and (label not in STROKES or self._looks_like(digit, label))

    def _looks_like(self, digit: int | None, label: str) -> bool:
        """Whether a sign is often read as that digit: a stroke as a 1, a comma as a low digit."""
        if digit is None:
            return True
        low = self.config.max_low_digit * self.reading.line.height
        may_be_one = self.digits[digit].label == "1" and label in STROKES
        return may_be_one or label in IN_PIECES or self.digits[digit].box.height <= low

    def _rings(self, character: Character) -> list[int]:
        """Return the digits beside a sign in which nothing was read: low ones, rings of a %."""
        height = self.reading.line.height
        config, label = self.config, character.label
        highest = config.max_percent if label == "%" else config.max_low_digit
        reach = config.max_ring_gap if label in IN_PIECES else config.max_low_gap
        return [
            index
            for index in self.reading.digits
            if index not in self.within
            and self.digits[index].box.height <= highest * height
            and abs(self.digits[index].box.centre[0] - character.x) <= reach * height
        ]

    def _guessed(self, character: Character) -> Box:
        """Return the place of a sign whose ink is joined to a digit."""
        height = self.reading.line.height
        side = max(1, round(self.config.sign_side * height))
        y = self.reading.line.middle_at(character.x) + LOW.get(character.label, 0.0) * height
        return Box(round(character.x - side / 2), round(y - side / 2), side, side)


def _owner(
    row: int,
    box: Box,
    components: Components,
    digits: Sequence[int],
    regions: Sequence[Region],
    config: LineConfig,
) -> int | None:
    """Return the digit to whose ink most of the outline of a component belongs."""
    near = [index for index in digits if intersection(regions[index].box, box) is not None]
    if not near:
        return None
    x, y = components.component(row)[0][:, 0].T
    shares = []
    for index in near:
        region = regions[index]
        left, top = x - region.box.x, y - region.box.y
        inside = (left >= 0) & (top >= 0)
        inside &= (left < region.box.width) & (top < region.box.height)
        hits = np.count_nonzero(region.ink[top[inside], left[inside]])
        shares.append((hits / len(x), index))
    share, index = max(shares)
    return index if share > config.max_owned else None


def _nearest(reading: LineReading, box: Box, config: LineConfig) -> int | None:
    """Return the character that is nearest to a component; None if none is near."""
    if not reading.characters:
        return None
    at = np.array([character.x for character in reading.characters])
    gap = np.maximum(np.maximum(box.x - at, at - box.right), 0)
    away = gap + np.abs(at - box.centre[0]) / 5  # of two that it reaches, the one in its middle
    nearest = int(away.argmin())
    return nearest if gap[nearest] <= config.max_ink_gap * reading.line.height else None
