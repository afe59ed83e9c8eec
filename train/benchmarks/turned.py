"""Measure whether a page reads the same after rotation by 90, 180 and 270 degrees.

The boxes of the rotated picture are rotated back. Readings are equal when each digit of one
matches a digit of the other (IoU from 0.5, same label) and the numbers are the same in reading
order.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from camdigits.errors import PictureError
from camdigits.geometry import moved, rotated
from camdigits.image import to_bgr
from camdigits.reader import Reader
from camdigits.render.canvas import Colour
from camdigits.sources.picture_file import read_picture
from camdigits.values import BgrImage, Box, Digit, Result
from train.data.truth import load_truths, place
from train.metrics.marks import FALSE, MISREAD, MISSED, READ, Mark, draw_marks
from train.metrics.matching import pair
from train.simulate.rendered import Page

TURNS = (90, 180, 270)  # degrees clockwise
SAME_IOU = 0.5
MIN_DIGITS = 4  # fewer digits do not determine the orientation (chosen)
SHOWN_NUMBERS = 4  # numbers of each reading shown per line of the report


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A picture to be rotated."""

    name: str
    kind: str  # "photos" or "rendered"
    picture: BgrImage

    @property
    def stem(self) -> str:
        """Return its name without the file extension."""
        return Path(self.name).stem


@dataclass(frozen=True, slots=True, eq=False)
class TurnScore:
    """One picture, read upright and rotated."""

    sheet: Sheet
    turned: int  # degrees clockwise
    upright: Result
    back: Result  # reading of the rotated picture, its boxes in pixels of the upright one
    same_place: tuple[tuple[int, int], ...]  # matching digits of `upright` and of `back`

    @property
    def relabelled(self) -> int:
        """Return the number of digits with the same place and different labels."""
        return sum(
            self.upright.digits[i].label != self.back.digits[j].label for i, j in self.same_place
        )

    @property
    def upright_only(self) -> int:
        """Return the number of digits missing in the rotated picture."""
        return len(self.upright.digits) - len(self.same_place)

    @property
    def turned_only(self) -> int:
        """Return the number of digits missing in the upright picture."""
        return len(self.back.digits) - len(self.same_place)

    @property
    def different(self) -> int:
        """Return the number of digits that differ in any way."""
        return self.relabelled + self.upright_only + self.turned_only

    @property
    def equal(self) -> bool:
        """Return whether digits and numbers are the same."""
        return self.different == 0 and texts(self.upright) == texts(self.back)


def photo_sheets(folder: Path) -> Iterator[Sheet]:
    """Yield the pictures of FOLDER/labels.json that have enough digits and can be decoded.

    Raises:
        LabelsError: labels.json is missing or invalid.
    """
    for truth in load_truths(folder / "labels.json", "digits"):
        if len(truth["digits"]) < MIN_DIGITS:
            continue
        try:
            yield Sheet(Path(truth["file"]).name, "photos", read_picture(place(folder, truth)))
        except PictureError:
            continue


def page_sheets(pages: Iterable[Page]) -> Iterator[Sheet]:
    """Yield rendered pages."""
    return (Sheet(page.name, "rendered", to_bgr(page.picture)) for page in pages)


def score_turned(sheets: Iterable[Sheet], reader: Reader) -> list[TurnScore]:
    """Read every picture in four rotations."""
    scores = []
    for sheet in sheets:
        upright = reader.read(sheet.picture)
        scores += [compare(sheet, upright, turned, reader) for turned in TURNS]
    return scores


def compare(sheet: Sheet, upright: Result, turned: int, reader: Reader) -> TurnScore:
    """Read a rotated picture and compare it with the upright reading."""
    picture = np.ascontiguousarray(np.rot90(sheet.picture, -turned // 90))
    result = reader.read(picture)
    digits = tuple(
        replace(digit, box=turn_back(digit.box, turned, picture.shape)) for digit in result.digits
    )
    back = replace(result, frame=upright.frame, digits=digits)
    boxes = [digit.box for digit in upright.digits], [digit.box for digit in digits]
    return TurnScore(sheet, turned, upright, back, pair(*boxes, min_iou=SAME_IOU))


def turn_back(box: Box, turned: int, shape: Sequence[int]) -> Box:
    """Map a box from a rotated picture of `shape` to the upright picture.

    >>> turn_back(Box(90, 0, 10, 5), 90, (200, 100))
    Box(x=0, y=0, width=5, height=10)
    """
    frame = rotated(Box(0, 0, shape[1], shape[0]), -turned)
    back = rotated(box, -turned)
    return moved(back, -frame.x, -frame.y)


def texts(result: Result) -> list[str]:
    """Return the numbers in reading order."""
    return [number.text for number in result.numbers]


def turned_report(scores: Sequence[TurnScore]) -> str:
    """Format the results: different readings first, then shares."""
    worst = sorted(scores, key=lambda score: score.different, reverse=True)
    lines = [f"{'picture':32} turn digits  lost  more other  differences"]
    lines += [_row(score) for score in worst if not score.equal]
    for kind in dict.fromkeys(score.sheet.kind for score in scores):
        lines.append(_share(kind, [score for score in scores if score.sheet.kind == kind]))
    return "\n".join([*lines, _share("all", scores)])


def _row(score: TurnScore) -> str:
    return (
        f"{score.sheet.name:32} {score.turned:4} {len(score.upright.digits):6} "
        f"{score.upright_only:5} {score.turned_only:5} {score.relabelled:5}  {_remarks(score)}"
    )


def _remarks(score: TurnScore) -> str:
    wanted = (score.upright.rotation - score.turned) % 360
    way = [] if score.back.rotation == wanted else [f"rotated {score.back.rotation} not {wanted}"]
    return "; ".join(way + numbers_apart(texts(score.upright), texts(score.back)))


def numbers_apart(upright: Sequence[str], turned: Sequence[str]) -> list[str]:
    """Return the numbers that only one of two readings has, as one line.

    >>> numbers_apart(["12", "3", "4"], ["123", "4"]), numbers_apart(["1", "2"], ["2", "1"])
    (['12 3 | 123'], ['other order'])
    """
    if upright == turned:
        return []
    lost, more = Counter(upright) - Counter(turned), Counter(turned) - Counter(upright)
    if not lost and not more:
        return ["other order"]
    return [f"{_some(lost)} | {_some(more)}"]


def _some(numbers: Counter[str]) -> str:
    words = list(numbers.elements())
    return " ".join(words[:SHOWN_NUMBERS] + ["..."] * (len(words) > SHOWN_NUMBERS)) or "-"


def _share(name: str, scores: Sequence[TurnScore]) -> str:
    pages: dict[str, bool] = {}
    for score in scores:
        pages[score.sheet.name] = pages.get(score.sheet.name, True) and score.equal
    equal, whole = sum(score.equal for score in scores), sum(pages.values())
    return (
        f"{name}: equal {equal / max(len(scores), 1):.4f} ({equal} of {len(scores)} readings)  "
        f"pages equal in all turns {whole} of {len(pages)}"
    )


def mark_turned(score: TurnScore) -> BgrImage:
    """Draw the upright reading left and the other, rotated back, right; or above and below."""
    there, here = dict(score.same_place), {j: i for i, j in score.same_place}
    upright, back = score.upright.digits, score.back.digits
    left = [_mark(digit, there.get(i), back, MISSED) for i, digit in enumerate(upright)]
    right = [_mark(digit, here.get(j), upright, FALSE) for j, digit in enumerate(back)]
    drawn = [draw_marks(score.sheet.picture, marks) for marks in (left, right)]
    height, width = score.sheet.picture.shape[:2]
    return np.concatenate(drawn, axis=0 if width > height else 1)


def _mark(digit: Digit, other: int | None, others: Sequence[Digit], alone: Colour) -> Mark:
    if other is None:
        return Mark(digit.box, alone, digit.label)
    if others[other].label != digit.label:
        return Mark(digit.box, MISREAD, digit.label)
    return Mark(digit.box, READ)
