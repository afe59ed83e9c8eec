"""Measure how many joined numbers are read exactly."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from camdigits.geometry import contains, padded, union
from camdigits.reader import Reader
from camdigits.values import BgrImage, Box, Digit, GrayImage, Result
from train.metrics.marks import draw_marks, marks_of
from train.metrics.matching import match_digits
from train.simulate.rendered_strings import String, StringPage

MARGIN_PX = 12  # paper around a string that is cut out (chosen)


@dataclass(frozen=True, slots=True, eq=False)
class StringsScore:
    """One page with its readings."""

    page: StringPage
    result: Result
    alone: tuple[str, ...] = ()  # reading of each string cut out of the page as a small picture

    def truth(self, string: String) -> str:
        """Return the digits of a string."""
        digits = self.page.page.truth["digits"][string.first : string.first + string.length]
        return "".join(digit["label"] for digit in digits)

    def reading(self, string: String) -> str:
        """Return the labels of the digits read in the box of a string, from left to right."""
        box = box_of(self.page, string)
        inside = [digit for digit in self.result.digits if contains(box, digit.box.centre)]
        return _text(inside)

    def right(self, string: String) -> bool:
        """Whether a string was read exactly."""
        return self.reading(string) == self.truth(string)


def score_strings(pages: Iterable[StringPage], reader: Reader) -> list[StringsScore]:
    """Read every page, and every string by itself as a small picture, like a strip of a form."""
    return [
        StringsScore(
            page,
            reader.read(page.page.picture),
            tuple(_text(reader.read(_cut_out(page, each)).digits) for each in page.strings),
        )
        for page in pages
    ]


def box_of(page: StringPage, string: String) -> Box:
    """Return the box around the digits of a string."""
    digits = page.page.truth["digits"][string.first : string.first + string.length]
    return union(Box(*digit["box"]) for digit in digits)


def _cut_out(page: StringPage, string: String) -> GrayImage:
    box = padded(box_of(page, string), MARGIN_PX)
    top, left = max(0, box.y), max(0, box.x)
    return np.ascontiguousarray(page.page.picture[top : box.bottom, left : box.right])


def _text(digits: Iterable[Digit]) -> str:
    """Return labels from left to right."""
    return "".join(each.label for each in sorted(digits, key=lambda digit: digit.box.centre))


def strings_report(scores: Sequence[StringsScore]) -> str:
    """Format the results: shares of strings read exactly, by kind, length and data set."""
    rows = [
        (score.page.page.kind, string, score.right(string))
        for score in scores
        for string in score.page.strings
    ]
    lines = []
    for joined, name in ((True, "joined"), (False, "apart")):
        own = [(kind, string, right) for kind, string, right in rows if string.joined == joined]
        for length in sorted({string.length for _, string, _ in own}):
            lines.append(_line(f"{name}, {length} digits", own, length, length))
        for kind in sorted({kind for kind, _, _ in own}):
            lines.append(_line(f"{name}, {kind}", [row for row in own if row[0] == kind], 2, 9))
    joined_rows = [row for row in rows if row[1].joined]
    apart_rows = [row for row in rows if not row[1].joined]
    lines.append(_line("joined, 2 to 5 digits", joined_rows, 2, 5))
    lines.append(_line("joined, all", joined_rows, 2, 9))
    lines.append(_line("apart, all", apart_rows, 2, 9))
    alone = [
        (score.page.page.kind, string, text == score.truth(string))
        for score in scores
        for string, text in zip(score.page.strings, score.alone, strict=True)
    ]
    lines.append(_line("cut out, joined", [row for row in alone if row[1].joined], 2, 9))
    lines.append(_line("cut out, apart", [row for row in alone if not row[1].joined], 2, 9))
    return "\n".join(lines)


Row = tuple[str, String, bool]


def _line(name: str, rows: Sequence[Row], low: int, high: int) -> str:
    own = [right for _, string, right in rows if low <= string.length <= high]
    return f"{name:28} {sum(own) / max(len(own), 1):.4f} of {len(own)}"


def mark_strings(score: StringsScore) -> BgrImage:
    """Mark on a page how each digit was read."""
    truth = score.page.page.truth
    match = match_digits(truth, score.result.digits)
    marks = marks_of(truth, match, score.result.digits)
    return draw_marks(score.result.frame.bgr, marks)
