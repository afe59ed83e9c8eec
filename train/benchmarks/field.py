"""Measure the reader on a folder of pictures and a table of their right answers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from camdigits.errors import PictureError
from camdigits.reader import Reader
from camdigits.sources.picture_file import read_picture
from camdigits.values import Result
from train.errors import LabelsError

PRINT = "text-", "form-", "print-"  # beginnings of names of pages of print
MAX_TEXT = 100  # characters of a reading that are shown
COUNT = re.compile(r"(\d+) digits(?: in \d+ lines)?")  # an answer: so many digits, any of them


@dataclass(frozen=True, slots=True, eq=False)
class FieldScore:
    """One picture of a folder with the right answer and the reading."""

    name: str
    wanted: tuple[str, ...]  # numbers in reading order, or one text "N digits"
    result: Result

    @property
    def right(self) -> bool:
        """Whether exactly the wanted numbers were read, or as many digits as wanted."""
        count = COUNT.fullmatch(" ".join(self.wanted))
        if count:
            return len(self.result.digits) == int(count[1])
        return self.found == self.wanted

    @property
    def found(self) -> tuple[str, ...]:
        """Return the numbers read; of a date or a decimal the runs of digits."""
        texts = " ".join(number.text for number in self.result.numbers)
        return tuple(re.findall(r"\d+", texts))

    @property
    def false(self) -> int:
        """Count the digits read beyond those wanted, label by label."""
        left = list("".join(self.wanted))
        extra = 0
        for digit in self.result.digits:
            if digit.label in left:
                left.remove(digit.label)
            else:
                extra += 1
        return extra


def score_field(folder: Path, reader: Reader) -> list[FieldScore]:
    """Read the pictures of the table in a folder's README.md whose right answer is digits.

    Raises:
        LabelsError: there is no such table.
    """
    try:
        lines = (folder / "README.md").read_text().splitlines()
    except OSError as error:
        raise LabelsError(f"{folder}: wanted a README.md with a table, got {error}") from error
    cells = [[cell.strip() for cell in line.split("|")] for line in lines if "|" in line]
    scores = []
    for row in cells:
        if len(row) < 5 or not re.fullmatch(rf"nothing|[\d ]+|{COUNT.pattern}", row[3]):
            continue
        try:
            picture = read_picture(folder / row[1])
        except PictureError:
            continue  # a clip
        wanted = () if row[3] == "nothing" else tuple(row[3].split())
        scores.append(FieldScore(row[1], wanted, reader.read(picture)))
    if not scores:
        raise LabelsError(f"{folder}/README.md: wanted a table of files with their right answers")
    return scores


def field_report(scores: Sequence[FieldScore]) -> str:
    """Format the results: pictures read wrongly, then totals."""
    wrong = [score for score in scores if not score.right]
    lines = [
        f"{score.name:28} {' '.join(score.wanted) or 'nothing'} | {_short(score)}"
        for score in wrong
    ]
    print_pages = [score for score in scores if score.name.startswith(PRINT)]
    false = sum(score.false for score in print_pages) / max(len(print_pages), 1)
    lines.append(f"exact {len(scores) - len(wrong)} of {len(scores)} pictures")
    lines.append(f"print: {false:.2f} false digits a page on {len(print_pages)} pages")
    return "\n".join(lines)


def _short(score: FieldScore) -> str:
    text = " ".join(score.found) or "-"
    return text if len(text) <= MAX_TEXT else f"{len(score.result.digits)} digits"
