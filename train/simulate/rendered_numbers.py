"""Render test pages of numbers with signs by held-out writers, filmed mildly.

For measuring: decimals, dates, times, sums. Digits are by the writers that no net has seen, signs
by those of the "test" part of UNIPEN's symbols.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from camdigits.layout.notation import Token, parse
from camdigits.values import Box
from train.data.by_writer import Person
from train.simulate.expressions import draw_text, write_text
from train.simulate.rendered import MARGIN_PX, SIZE_PX, Page, Sheet, filmed
from train.simulate.signs import SignWriters
from train.simulate.strings import draw_style

HEIGHTS_PX = 24.0, 80.0  # range of digit heights (chosen)
PENS = 0.04, 0.1  # of the height (chosen)
MAX_SHEAR = 0.35


@dataclass(frozen=True, slots=True)
class Text:
    """A text on a page."""

    text: str
    box: Box  # around all of it, in pixels of the picture

    @property
    def numbers(self) -> tuple[str, ...]:
        """Return the numbers that are in the text."""
        tokens: list[Token] = []
        gap = 0.0
        for character in self.text:
            if character == " ":
                gap = 1.0
            else:
                tokens.append(Token(character, gap))
                gap = 0.0
        return tuple(number.text for number in parse(tokens).numbers)


@dataclass(frozen=True, slots=True, eq=False)
class NumberPage:
    """A page with its texts."""

    page: Page
    texts: tuple[Text, ...]


def number_sign_pages(
    people: Sequence[Person], signs: SignWriters, count: int, seed: int = 1
) -> Iterator[NumberPage]:
    """Render pages; the data sets take turns."""
    kinds = sorted({person.kind for person in people})
    for index in range(count):
        rng = np.random.default_rng((seed, 11, index))
        kind = kinds[index % len(kinds)]
        own = [person for person in people if person.kind == kind]
        person = own[int(rng.integers(len(own)))]
        sheet = Sheet(np.zeros(SIZE_PX[::-1], np.float32))
        texts = list(_write_rows(sheet, person, signs, rng))
        page = filmed(f"numbers-{index:02}-{kind}.png", kind, sheet, rng)
        boxes = [Box(*digit["box"]) for digit in page.truth["digits"]]
        yield NumberPage(
            page, tuple(Text(text, box) for text, box in zip(texts, boxes, strict=True))
        )


def _write_rows(
    sheet: Sheet, person: Person, signs: SignWriters, rng: np.random.Generator
) -> Iterator[str]:
    """Fill a sheet with rows of texts; yield each text."""
    top = float(MARGIN_PX)
    while True:
        style = draw_style(rng, HEIGHTS_PX)
        shear = float(np.clip(style.shear, -MAX_SHEAR, MAX_SHEAR))
        style = replace(style, pen=float(rng.uniform(*PENS)), shear=shear)
        height = style.height_px
        if top + 2.2 * height > SIZE_PX[1] - MARGIN_PX:
            return
        x, lowest = MARGIN_PX + float(rng.uniform(0, 2 * height)), 0
        while True:
            text = draw_text(rng)
            ink = write_text(text, person, signs, style, rng).ink
            if x + ink.shape[1] > SIZE_PX[0] - MARGIN_PX:
                break
            if top + ink.shape[0] > SIZE_PX[1] - MARGIN_PX / 2:
                return
            sheet.write(len(sheet.digits), ink, round(x), round(top))
            yield text
            lowest = max(lowest, ink.shape[0])
            x += ink.shape[1] + rng.uniform(1.3, 2.5) * height
        top += max(lowest, height) + rng.uniform(0.3, 0.9) * height
