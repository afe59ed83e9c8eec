"""Define what is read: digits, signs, numbers, expressions and events."""

import math
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from camdigits.values.basic import Box

SIGNS = (".", ",", ":", "-", "/", "+", "×", "÷", "=", "(", ")", "%")  # labels of marks


@dataclass(frozen=True, slots=True)
class Digit:
    """One region with the label that the model predicted."""

    box: Box
    label: str  # one of the card's labels, never "none"
    score: float  # calibrated probability, 0 to 1
    track: int | None = None  # id of this digit across frames
    cell_boundary: bool = False  # a printed line separates it from its left neighbour
    missed_s: float = 0.0  # seconds since it was last detected; its box is an estimate then
    in_comb: bool = False  # alone in a box of a comb, a row of equal form boxes
    is_part: bool = False  # cut out of a region that was rejected as a whole

    def to_dict(self) -> dict[str, Any]:
        """Return the object that JSON Lines has for this digit."""
        box = [int(side) for side in self.box]
        plain = {"label": self.label, "score": rounded(self.score, 4), "box": box}
        missed = {"missed_s": rounded(self.missed_s, 4)} if self.missed_s else {}
        return {**plain, "track": self.track, **missed}


@dataclass(frozen=True, slots=True)
class Mark(Digit):
    """One sign beside digits: a point, an operator, a bracket; `label` is the sign.

    The labels are . , : - / + × ÷ = ( ) and %.
    """

    line: Box = field(
        default_factory=lambda: Box(0, 0, 0, 0)
    )  # as wide as the sign, as high as the digits on its line

    def to_dict(self) -> dict[str, Any]:
        """Return the object that JSON Lines has for this mark."""
        box = [int(side) for side in self.box]
        plain = {"label": self.label, "score": rounded(self.score, 4), "box": box}
        return {**plain, "track": self.track}


Kind: TypeAlias = Literal[
    "integer", "decimal", "negative", "percent", "time", "date", "phone", "text"
]


@dataclass(frozen=True, slots=True)
class Number:
    """Neighbouring digits in reading order, with the signs between and before them."""

    text: str  # with its signs: "12.5"
    score: float  # product of the digits' scores: probability that all are right
    box: Box
    digits: tuple[int, ...]  # indexes into Result.digits
    track: int | None = None
    kind: Kind = "integer"
    value: float | None = None  # of an integer an int; None for dates, times and the like
    marks: tuple[int, ...] = ()  # indexes into Result.marks
    unread: tuple[Box, ...] = ()  # regions beside it that may be digits and were not read
    is_cut: bool = False  # the edge of the picture cuts it
    line: int = 0  # line of the page, from 0
    column: int | None = None  # column of the page, where numbers form columns

    @property
    def complete(self) -> bool:
        """Whether nothing beside it was left unread."""
        return not (self.unread or self.is_cut)

    def to_dict(self) -> dict[str, Any]:
        """Return the object that JSON Lines has for this number."""
        box, digits = [int(side) for side in self.box], [int(index) for index in self.digits]
        plain = {"text": self.text, "score": rounded(self.score, 4), "box": box}
        return {
            **plain,
            "digits": digits,
            "track": self.track,
            "kind": self.kind,
            "value": self.value,
            "marks": [int(index) for index in self.marks],
            "complete": self.complete,
            "unread": [[int(side) for side in box] for box in self.unread],
            "line": self.line,
            "column": self.column,
        }


@dataclass(frozen=True, slots=True)
class Expression:
    """Numbers with operators between them: 16-4×3=8."""

    text: str
    box: Box
    numbers: tuple[int, ...]  # indexes into Result.numbers
    marks: tuple[int, ...]  # indexes into Result.marks
    kind: Literal["expression", "fraction"] = "expression"
    value: float | None = None  # of a fraction

    def to_dict(self) -> dict[str, Any]:
        """Return the object that JSON Lines has for this expression."""
        return {
            "text": self.text,
            "box": [int(side) for side in self.box],
            "numbers": [int(index) for index in self.numbers],
            "marks": [int(index) for index in self.marks],
            "kind": self.kind,
            "value": None if self.value is None else rounded(self.value, 6),
        }


@dataclass(frozen=True, slots=True)
class Event:
    """A change of a tracked number."""

    kind: Literal["stable", "changed", "gone"]
    track: int  # the number's
    text: str  # never empty; the last text of a number that is gone
    previous: str | None  # the text reported before; None for a new number
    score: float
    box: Box


def rounded(value: float, decimals: int) -> float | None:
    """Round to a plain float; NaN and infinity, which JSON lacks, become None."""
    return round(float(value), decimals) if math.isfinite(value) else None
