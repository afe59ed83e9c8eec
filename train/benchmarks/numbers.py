"""Measure how many numbers with signs are read exactly."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from camdigits.geometry import contains
from camdigits.layout.notation import meaning_of
from camdigits.reader import Reader
from camdigits.render.annotate import annotate
from camdigits.values import BgrImage, Result
from train.simulate.rendered_numbers import NumberPage, Text

SUM = "sum"  # kind of a text with operators


@dataclass(frozen=True, slots=True, eq=False)
class NumbersScore:
    """One page with its reading."""

    page: NumberPage
    result: Result

    def found(self, text: Text) -> list[str]:
        """Return the numbers read in the box of a text, from left to right."""
        inside = [
            number for number in self.result.numbers if contains(text.box, number.box.centre)
        ]
        return [number.text for number in sorted(inside, key=lambda number: number.box.x)]

    def exact(self, text: Text) -> int:
        """Count the numbers of a text that are read exactly, signs included."""
        return (Counter(text.numbers) & Counter(self.found(text))).total()


def score_numbers(pages: Iterable[NumberPage], reader: Reader) -> list[NumbersScore]:
    """Read every page."""
    return [NumbersScore(page, reader.read(page.page.picture)) for page in pages]


def numbers_report(scores: Sequence[NumbersScore]) -> str:
    """Format the results: numbers read exactly, by kind and data set, and texts wholly right."""
    rows = [(score, text) for score in scores for text in score.page.texts]
    lines = []
    for kind in sorted({kind_of(text) for _, text in rows}):
        lines.append(_line(kind, [row for row in rows if kind_of(row[1]) == kind]))
    for name in sorted({score.page.page.kind for score in scores}):
        lines.append(_line(name, [row for row in rows if row[0].page.page.kind == name]))
    lines.append(_line("all", rows))
    return "\n".join(lines)


def _line(name: str, rows: Sequence[tuple[NumbersScore, Text]]) -> str:
    numbers = sum(len(text.numbers) for _, text in rows)
    exact = sum(score.exact(text) for score, text in rows)
    whole = sum(score.found(text) == list(text.numbers) for score, text in rows)
    return (
        f"{name:12} numbers {exact / max(numbers, 1):.4f} of {numbers:4}  "
        f"texts {whole / max(len(rows), 1):.4f} of {len(rows)}"
    )


def kind_of(text: Text) -> str:
    """Return the kind of a text: of its number, or "sum" if it has several."""
    numbers = text.numbers
    if len(numbers) != 1 or "=" in text.text:
        return SUM
    if numbers[0].endswith("%"):
        return "percent"
    if numbers[0].startswith("-"):
        return "negative"
    meaning = meaning_of(numbers[0])
    return "text" if meaning is None else meaning[0]


def mark_numbers(score: NumbersScore) -> BgrImage:
    """Draw the reading of a page."""
    return annotate(score.result)
