"""Parse digits and signs on a line: decimals, dates, times, telephone numbers, expressions.

Operators and brackets separate numbers; a point, a comma, a colon or a hyphen between digits is
part of a number where the whole is one that people write. Nothing is computed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias

from camdigits.values import SIGNS, Kind

Decimal: TypeAlias = Literal["auto", "point", "comma"]
OPERATORS = "+-×÷/:="
BRACKETS = "()"
INNER = ".,:-/"  # signs that may be part of a number
MAX_HOUR, MAX_MINUTE = 24, 59
MIN_PHONE_DIGITS = 7


@dataclass(frozen=True, slots=True)
class Token:
    """One digit or sign of a line."""

    text: str
    gap: float = 0.0  # blank space before it, over the digit height


@dataclass(frozen=True, slots=True)
class Reading:
    """A number: which tokens it has, and what it means."""

    start: int
    stop: int  # after its last token
    text: str
    kind: Kind
    value: float | None


@dataclass(frozen=True, slots=True)
class Parsed:
    """The numbers of a line, and the expressions that they form."""

    numbers: tuple[Reading, ...]
    expressions: tuple[tuple[int, int], ...]  # first and after the last token of each


MAX_SIGN_GAP = 0.6  # chosen: between a minus and the number it belongs to, over the digit height
MIN_SPACE = 0.25  # chosen: a wider space before a minus than after it separates two numbers


def parse(tokens: Sequence[Token], decimal: Decimal = "auto") -> Parsed:
    """Parse the tokens of one line, from left to right.

    Args:
        tokens: digits, one each, and signs.
        decimal: which sign is before decimals; "auto" decides by the number of digits behind it.

    >>> [each.text for each in parse([Token(c) for c in "16-4×3"]).numbers]
    ['16', '4', '3']
    >>> [(n.text, n.kind, n.value) for n in parse([Token(c) for c in "-12.5"]).numbers]
    [('-12.5', 'negative', -12.5)]
    """
    numbers: list[Reading] = []
    at = 0
    while at < len(tokens):
        found = _number_at(tokens, at, decimal)
        if found is None:
            at += 1
        else:
            numbers.append(found)
            at = found.stop
    return Parsed(tuple(numbers), tuple(_expressions(tokens, numbers)))


def _number_at(tokens: Sequence[Token], start: int, decimal: Decimal) -> Reading | None:
    """Return the longest number that starts at a token."""
    first = start
    negative = tokens[start].text == "-" and _is_minus(tokens, start)
    if negative:
        first += 1
    if first >= len(tokens) or not _is_digit(tokens[first].text):
        return None
    ends = [first + 1]
    while (stop := _next_part(tokens, ends[-1])) is not None:
        ends.append(stop)
    for stop in reversed(ends):
        text = _text(tokens[first:stop])
        meaning = meaning_of(text, decimal)
        if meaning is None:
            continue
        kind, value = meaning
        if negative:
            if kind not in ("integer", "decimal"):
                continue
            text, kind, value = f"-{text}", "negative", None if value is None else -value
        if stop < len(tokens) and tokens[stop].text == "%" and kind != "date":
            return Reading(start, stop + 1, f"{text}%", "percent", value)
        return Reading(start, stop, text, kind, value)
    return None


def _next_part(tokens: Sequence[Token], at: int) -> int | None:
    """Return the end of a part that continues a number: a digit, or a sign and a digit."""
    if at < len(tokens) and _is_digit(tokens[at].text):
        return at + 1
    if at + 1 < len(tokens) and tokens[at].text in INNER and _is_digit(tokens[at + 1].text):
        return at + 2
    return None


def _is_digit(text: str) -> bool:
    """Whether a token is a digit, or a label of another model."""
    return text not in SIGNS


def _is_minus(tokens: Sequence[Token], at: int) -> bool:
    """Whether a hyphen belongs to the number after it, not between two numbers."""
    if at + 1 >= len(tokens) or tokens[at + 1].gap > MAX_SIGN_GAP:
        return False
    if at == 0:
        return True
    before = tokens[at - 1].text
    if _is_digit(before) or before in ")%":
        return tokens[at].gap > MAX_SIGN_GAP and tokens[at].gap > tokens[at + 1].gap + MIN_SPACE
    return before in "(=×÷+/:"


def meaning_of(text: str, decimal: Decimal = "auto") -> tuple[Kind, float | None] | None:
    """Return kind and value of digits with signs between; None if it is something else.

    >>> meaning_of("12.05.2024"), meaning_of("12:30"), meaning_of("1,250,000"), meaning_of("3/8")
    (('date', None), ('time', None), ('integer', 1250000), None)
    """
    if text.isdecimal():
        return "integer", int(text)
    if not any(sign in text for sign in SIGNS):
        return "text", None  # of a model with other labels
    if re.fullmatch(r"\d+[.,][\d.,]*\d", text):
        return _date(text) or _amount(text, decimal)
    if re.fullmatch(r"\d+(:\d+){1,2}", text):
        return _time(text)
    return _date(text) or _phone(text)


def _amount(text: str, decimal: Decimal) -> tuple[Kind, float | None] | None:
    """Return the value of a decimal or grouped number."""
    signs = re.findall(r"[.,]", text)
    parts = re.split(r"[.,]", text)
    if not all(parts):
        return None
    point = _decimal_sign(signs, parts, decimal)
    if point is None:
        return ("integer", int("".join(parts))) if _is_grouped(parts) else ("text", None)
    whole, last = parts[:-1], parts[-1]
    if len(whole) > 1 and not _is_grouped(whole):
        return "text", None
    return "decimal", float("".join(whole) + "." + last)


def _decimal_sign(signs: Sequence[str], parts: Sequence[str], decimal: Decimal) -> str | None:
    """Return the sign before the decimals; None if there are only groups of thousands."""
    last = signs[-1]
    if len(set(signs)) > 1:
        return last if signs.count(last) == 1 else None
    if len(signs) > 1:
        return None
    if decimal != "auto":
        return last if last == {"point": ".", "comma": ","}[decimal] else None
    thousands = last == "," and len(parts[1]) == 3 and len(parts[0]) <= 3 and parts[0] != "0"
    return None if thousands else last


def _is_grouped(parts: Sequence[str]) -> bool:
    return 1 <= len(parts[0]) <= 3 and all(len(part) == 3 for part in parts[1:])


def _time(text: str) -> tuple[Kind, float | None] | None:
    parts = text.split(":")
    fits = len(parts[0]) <= 2 and all(len(part) == 2 for part in parts[1:])
    fits = fits and int(parts[0]) <= MAX_HOUR and all(int(p) <= MAX_MINUTE for p in parts[1:])
    return ("time", None) if fits else None


def _date(text: str) -> tuple[Kind, float | None] | None:
    """Recognise day.month.year, day/month/year, month/day/year and year-month-day."""
    found = re.fullmatch(r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})", text)
    if not found:
        return None
    first, _, second, third = found.groups()
    if len(first) == 4:
        fits = len(third) <= 2 and _is_day(int(second), int(third))
    else:
        fits = len(first) <= 2 and len(third) in (2, 4)
        fits = fits and (_is_day(int(second), int(first)) or _is_day(int(first), int(second)))
    return ("date", None) if fits else None


def _is_day(month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= 31


def _phone(text: str) -> tuple[Kind, float | None] | None:
    """Recognise an area code and a number: 089-123456, 0221/987654."""
    found = re.fullmatch(r"0\d{2,4}[-/]\d{3,9}", text)
    long = sum(character.isdecimal() for character in text) >= MIN_PHONE_DIGITS
    return ("phone", None) if found and long else None


def _text(tokens: Sequence[Token]) -> str:
    return "".join(token.text for token in tokens)


def _expressions(tokens: Sequence[Token], numbers: Sequence[Reading]) -> list[tuple[int, int]]:
    """Return the ranges of tokens that are numbers with operators or brackets between them."""
    inside = [False] * len(tokens)
    for number in numbers:
        inside[number.start : number.stop] = [True] * (number.stop - number.start)
    linking = [
        not inside[at] and token.text in OPERATORS + BRACKETS for at, token in enumerate(tokens)
    ]
    found, start = [], 0
    # Numbers without an operator between them are not one expression.
    breaks = [after.start for before, after in pairwise(numbers) if before.stop == after.start]
    for stop in [*breaks, len(tokens)]:
        part = range(start, stop)
        used = [at for at in part if inside[at] or linking[at]]
        operands = sum(start <= number.start < stop for number in numbers)
        operators = [at for at in part if linking[at] and tokens[at].text in OPERATORS]
        equation = any(tokens[at].text == "=" for at in operators)
        if used and operators and (operands > 1 or (operands and equation)):
            found.append((used[0], used[-1] + 1))
        start = stop
    return found
