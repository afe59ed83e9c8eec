"""Write numbers with signs: decimals, dates, times, sums, percentages, telephone numbers."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from camdigits.values import SIGNS, GrayImage
from train.data.by_writer import Person
from train.simulate.signs import SignWriters
from train.simulate.strings import (
    StringMark,
    StringStyle,
    Written,
    draw_digit,
    next_x,
    sample_ink,
)

FIRST_SIGN = 20  # label of the first sign of a mark; the others follow in the order of SIGNS
SPACE = " "
Text = Callable[[np.random.Generator], str]


def draw_text(rng: np.random.Generator) -> str:
    """Draw a random number or expression; blanks are spaces between its parts."""
    kind = int(rng.choice(len(_KINDS), p=_WEIGHTS))
    return _KINDS[kind][0](rng)


def _integer(rng: np.random.Generator, low: int = 1, high: int = 4) -> str:
    length = int(rng.integers(low, high + 1))
    return "".join(map(str, rng.integers(0, 10, length).tolist()))


def _decimal(rng: np.random.Generator) -> str:
    text = _integer(rng, 1, 4) + str(rng.choice([".", ","])) + _integer(rng, 1, 3)
    return _negative(text, rng)


def _negative(text: str, rng: np.random.Generator) -> str:
    return f"-{text}" if rng.random() < 0.2 else text


def _grouped(rng: np.random.Generator) -> str:
    sign = str(rng.choice([".", ","]))
    groups = [_integer(rng, 3, 3) for _ in range(int(rng.integers(1, 3)))]
    text = _integer(rng, 1, 3) + sign + sign.join(groups)
    other = "," if sign == "." else "."
    return text + other + _integer(rng, 2, 2) if rng.random() < 0.3 else text


def _time(rng: np.random.Generator) -> str:
    parts = [str(rng.integers(24)), f"{rng.integers(60):02}"]
    if rng.random() < 0.25:
        parts.append(f"{rng.integers(60):02}")
    return ":".join(parts)


def _date(rng: np.random.Generator) -> str:
    day, month, year = str(rng.integers(1, 32)), str(rng.integers(1, 13)), _integer(rng, 2, 2)
    if rng.random() < 0.5:
        day, month = day.zfill(2), month.zfill(2)
    year = f"20{year}" if rng.random() < 0.5 else year
    sign = str(rng.choice([".", "/", "-"]))
    parts = [year, month, day] if sign == "-" and rng.random() < 0.5 else [day, month, year]
    return sign.join(parts)


def _sum(rng: np.random.Generator) -> str:
    space = SPACE if rng.random() < 0.5 else ""
    count = int(rng.choice([2, 3, 4], p=[0.6, 0.3, 0.1]))
    text = _integer(rng, 1, 3)
    for place in range(1, count):
        operator = str(rng.choice(list("+-×÷/:"), p=[0.22, 0.18, 0.2, 0.2, 0.12, 0.08]))
        part = _integer(rng, 1, 3)
        if place + 1 < count and rng.random() < 0.35:
            part = f"({part}{rng.choice(['+', '-'])}{_integer(rng, 1, 2)})"
        text += space + operator + space + part
    if rng.random() < 0.2:
        text = f"({text})" + space + str(rng.choice(["×", "/"])) + space + _integer(rng, 1, 2)
    if rng.random() < 0.5:
        text += space + "=" + (space + _integer(rng, 1, 3) if rng.random() < 0.7 else "")
    return text


def _percent(rng: np.random.Generator) -> str:
    text = _integer(rng, 1, 2)
    text += str(rng.choice([".", ","])) + _integer(rng, 1, 2) if rng.random() < 0.3 else ""
    return _negative(text + "%", rng)


def _fraction(rng: np.random.Generator) -> str:
    return _integer(rng, 1, 2) + "/" + _integer(rng, 1, 2)


def _telephone(rng: np.random.Generator) -> str:
    sign = str(rng.choice(["-", "/", SPACE]))
    text = "0" + _integer(rng, 2, 4) + sign + _integer(rng, 3, 6)
    return "+" + _integer(rng, 2, 2) + SPACE + text if rng.random() < 0.2 else text


def _ones(rng: np.random.Generator) -> str:
    """Return a number with many ones, so that a slash is not found in each."""
    return "".join(map(str, rng.choice([1, 1, 1, 4, 7, 0], int(rng.integers(2, 7))).tolist()))


_KINDS: tuple[tuple[Text, float], ...] = (
    (lambda rng: _negative(_integer(rng, 1, 7), rng), 0.1),
    (_ones, 0.08),
    (_decimal, 0.16),
    (_grouped, 0.08),
    (_time, 0.09),
    (_date, 0.12),
    (_sum, 0.24),
    (_percent, 0.08),
    (_fraction, 0.03),
    (_telephone, 0.02),
)
_WEIGHTS = np.array([weight for _, weight in _KINDS])


def write_text(
    text: str,
    person: Person,
    signs: SignWriters,
    style: StringStyle,
    rng: np.random.Generator,
    closeness: tuple[float, float] | None = None,
) -> Written:
    """Write a text from left to right: digits on the baseline, signs where they belong.

    Args:
        text: digits, signs and blanks.
        person: who writes the digits.
        signs: who write the signs.
        style: of the whole text.
        rng: random generator.
        closeness: range of the gaps over the digit height; None draws one.
    """
    height = style.height_px
    side = round(3.2 * height + 12), round(height * (2.1 * len(text) + 1) + 24)
    line = Written(np.zeros(side, np.uint8))
    baseline, width, space = 2.0 * height, 0, 0.0
    close = replace(style, closeness=closeness or _closeness(rng))
    for place, character in enumerate(text):
        if character == SPACE:
            space += rng.uniform(0.3, 0.7) * height
            continue
        low = baseline + (rng.normal(0, style.wander) - place * style.drift) * height
        shape, drop = _character(character, person, signs, style, rng)
        high, wide = shape.shape
        y = int(np.clip(round(low + drop) - high, 0, side[0] - high))
        x = 2 if not line.marks else next_x(line, shape, y, width, close, rng) + round(space)
        if x + wide + 2 > side[1]:
            break
        here = line.ink[y : y + high, x : x + wide]
        np.maximum(here, shape, out=here)
        label = int(character) if character.isdecimal() else FIRST_SIGN + SIGNS.index(character)
        line.marks.append(StringMark(label, sample_ink(shape, rng) + np.array([x, y], np.float32)))
        line.right, width, space = max(line.right, x + wide), wide, 0.0
    return line.cropped()


def _closeness(rng: np.random.Generator) -> tuple[float, float]:
    """Draw the gaps of a text, over the digit height: narrow, usual or wide."""
    low = float(rng.choice([0.02, 0.08, 0.2], p=[0.3, 0.45, 0.25]))
    return low, low + float(rng.uniform(0.05, 0.25))


def _character(
    character: str,
    person: Person,
    signs: SignWriters,
    style: StringStyle,
    rng: np.random.Generator,
) -> tuple[GrayImage, float]:
    if not character.isdecimal():
        return signs.draw(character, style, rng)
    own = np.flatnonzero(person.labels == int(character))
    if not len(own):
        own = np.arange(len(person.labels))
    return draw_digit(person, int(rng.choice(own)), style, rng), 0.0
