"""Make training strips for the line net: people write numbers with signs, a camera films them.

    python -m train lines runs/lines.npz --count 60000

Components are found by the product's own code, and a line is drawn by its `draw_line`, at the
height and middle that the digits of a row give, with the errors that a reader makes. A strip is
labelled with the characters whose ink is in it; letters next to each other are one "none".
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from camdigits.image import cv2
from camdigits.recognize.lines.strip import HEIGHT, STEP, Line, draw_line
from camdigits.segment.contours import Components
from camdigits.segment.find_rules import find_components
from camdigits.segment.ink import find_ink
from train.data.by_writer import Part, Person
from train.data.folder import data_folder
from train.data.strips import Strip, save_strips
from train.simulate.camera import photograph
from train.simulate.crops import load_paper
from train.simulate.expressions import FIRST_SIGN, draw_text, write_text
from train.simulate.scenes import SceneConfig
from train.simulate.signs import SignWriters
from train.simulate.strings import (
    NONE_LABEL,
    StringStyle,
    Written,
    draw_style,
    write,
    write_number,
)
from train.simulate.strips import Scribes, ink_share, load_scribes, moved, with_joined_nones
from train.simulate.words import scribble, write_word

WIDTHS = 176, 288, 448  # px: strips are stored in the narrowest array they fit into
MAX_LABELS = 24  # of a strip
PUSHED, APART = (0.0, 0.08), (0.02, 0.15)  # gaps of these, over the height (chosen)
BARRED, BAR_HEIGHT = 0.1, (1.5, 3.0)  # rows with bars; their height over that of digits (chosen)
DIRT = 0, 40  # specks of a page (chosen)
HEIGHTS_PX = 13.0, 90.0  # of digits (chosen)
WORDS, SCRIBBLES = 0.12, 0.03  # share of the strings of a row (chosen)
JOINED = 0.35  # share of the texts whose characters touch (chosen)
NUMBERS = 0.12  # share of joined numbers without signs (chosen)
MAX_COLUMNS = 440  # px: of a strip
LEGIBLE = 1.1  # of the side from which a single mark is legible: height of a line (chosen)
MAX_DIGITS = 11  # of a strip
MISSED = 0.15  # share of the digits that a reader does not use for the line (chosen)
HEIGHT_ERROR, MIDDLE_ERROR = 0.07, 0.03  # of a line, standard deviations over its height (chosen)
BESIDE = 0.6, 1.6  # what is beside the first and the last digit, over the height (chosen)
MIN_STEP_PX = 2  # px of the strip: characters that are nearer are on each other
MIN_INK = 60  # of 255: a pixel of a strip that is ink (chosen)
SEEN, UNSEEN = 0.55, 0.25  # share of a character's ink: is in the strip, is not in it


def write_lines(
    out: Path, count: int, seed: int, part: Part = "train", report: Callable[[str], None] = print
) -> None:
    """Write `count` strips to `out`, an .npz with a `StripSet` of each width.

    Raises:
        DataError: a data set is missing, or `out` cannot be written.
    """
    scribes, signs = load_scribes(part), SignWriters.of(part)
    config = SceneConfig(
        paper_photos=load_paper(data_folder() / "textures"), ruled_share=0.3, board_share=0.1
    )
    rng = np.random.default_rng([seed, 78, len(part)])
    strips: list[Strip] = []
    while len(strips) < count:
        before = len(strips)
        strips += film_lines(scribes, signs, rng, config)
        if before // 10000 != len(strips) // 10000:
            report(f"{len(strips)} of {count} strips")
    save_strips(out, strips[:count], HEIGHT, WIDTHS, MAX_LABELS)


def film_lines(
    scribes: Scribes, signs: SignWriters, rng: np.random.Generator, config: SceneConfig
) -> Iterator[Strip]:
    """Write a page, film it, and yield the strips of its rows."""
    ink, rows = _write_page(scribes, signs, rng, config)
    shot = photograph(ink, rng, config)
    components = find_components(find_ink(shot.gray))
    for row in rows:
        marks = [mark for one in row for mark in one.marks]
        if not marks:
            continue
        points = np.stack([mark.points for mark in marks])
        seen = cv2.perspectiveTransform(points.reshape(1, -1, 2), shot.view)
        characters = _Characters(
            np.asarray(seen, np.float64).reshape(points.shape),
            np.array([mark.label for mark in marks]),
        )
        yield from characters.strips(components, shot.min_side_px, rng)


@dataclass(frozen=True, slots=True, eq=False)
class _Characters:
    """The characters of a row as they are in the picture."""

    points: npt.NDArray[np.float64]  # (M, P, 2) x y of their ink
    labels: npt.NDArray[np.int64]  # (M,)

    def strips(
        self, components: Components, min_side_px: float, rng: np.random.Generator
    ) -> Iterator[Strip]:
        """Yield the row in parts that are not too long."""
        left, right = self.points[..., 0].min(axis=1), self.points[..., 0].max(axis=1)
        digits = np.flatnonzero(self.labels < NONE_LABEL)
        first = 0
        while first < len(digits):
            count = int(rng.integers(1, MAX_DIGITS + 1))
            own = digits[first : first + count]
            first += count
            line = self._line(own, left, right, rng)
            while line.columns > MAX_COLUMNS and len(own) > 1:
                own, first = own[:-1], first - 1
                line = self._line(own, left, right, rng)
            if line.height >= LEGIBLE * min_side_px:
                strip = self._strip(components, line)
                if strip is not None:
                    yield strip

    def _line(
        self,
        digits: npt.NDArray[np.intp],
        left: npt.NDArray[np.float64],
        right: npt.NDArray[np.float64],
        rng: np.random.Generator,
    ) -> Line:
        """Return the line of some digits, as wrong as a reader's may be."""
        used = digits[rng.random(len(digits)) > MISSED] if len(digits) > 1 else digits
        used = used if len(used) else digits
        top, bottom = (f(self.points[used, :, 1], axis=1) for f in (np.min, np.max))
        height = float(np.median(bottom - top + 1)) * float(np.exp(rng.normal(0, HEIGHT_ERROR)))
        x, y = (left[used] + right[used]) / 2, (top + bottom) / 2
        slope = 0.0
        if len(used) > 2 and np.ptp(x) > 2 * height:
            slope = float(np.polyfit(x, y, 1)[0])
        start = float(left[digits[0]] - rng.uniform(*BESIDE) * height)
        stop = float(right[digits[-1]] + rng.uniform(*BESIDE) * height)
        middle = float(np.mean(y - slope * (x - start))) + rng.normal(0, MIDDLE_ERROR) * height
        return Line(start, stop, middle, slope, height)

    def _strip(self, components: Components, line: Line) -> Strip | None:
        image = draw_line(components, line)
        at = line.to_strip(self.points)
        middle = (at.min(axis=1) + at.max(axis=1)) / 2
        inside = (middle[:, 0] > 0) & (middle[:, 0] < image.shape[1])
        inside &= np.abs(middle[:, 1] - HEIGHT / 2) < HEIGHT / 2
        shares = ink_share(image > MIN_INK, at)
        unclear = inside & (shares > UNSEEN) & (shares < SEEN)
        inside &= shares >= SEEN
        if unclear.any() or not (self.labels[inside] < NONE_LABEL).any():
            return None
        order = np.flatnonzero(inside)
        order = order[np.argsort(middle[order, 0], kind="stable")]
        labels = [_output(label) for label in self.labels[order].tolist()]
        named, centres = with_joined_nones(labels, middle[order, 0].tolist())
        if len(named) > MAX_LABELS or image.shape[1] > WIDTHS[-1]:
            return None
        close = [b - a for a, b in pairwise(centres) if a >= 0 and b >= 0]
        if min(close, default=STEP) < MIN_STEP_PX:
            return None
        return Strip(image, tuple(named), tuple(centres))


def _output(label: int) -> int:
    """Return the output of the net for a character: digits, "none", signs."""
    if label >= FIRST_SIGN:
        return label - FIRST_SIGN + NONE_LABEL + 1
    return min(label, NONE_LABEL)


def _write_page(
    scribes: Scribes, signs: SignWriters, rng: np.random.Generator, config: SceneConfig
) -> tuple[npt.NDArray[np.float32], list[list[Written]]]:
    """Fill a page with rows of texts and words, each row of one size and one writer."""
    width, height = config.size_px
    ink = np.zeros((height, width), np.float32)
    rows: list[list[Written]] = []
    top = float(rng.integers(2, 20))
    while True:
        style = draw_style(rng, HEIGHTS_PX)
        if top + 1.8 * style.height_px > height:
            if any(rows):
                _spill_dirt(ink, rng)
                return ink, rows
            continue
        row, lowest, barred = [], 0, rng.random() < BARRED
        for one, place in _row(scribes, signs, style, ink.shape, top, rng):
            high, wide = one.ink.shape
            here = ink[place[1] : place[1] + high, place[0] : place[0] + wide]
            np.maximum(here, one.ink / np.float32(255), out=here)
            if barred:
                _draw_bars(ink, place, one.ink.shape, style, rng)
            row.append(moved(one, place))
            lowest = max(lowest, high)
        if row:
            rows.append(row)
        top += max(lowest, style.height_px) + rng.uniform(0.1, 0.6) * style.height_px + 3


def _draw_bars(
    ink: npt.NDArray[np.float32],
    place: tuple[int, int],
    shape: tuple[int, ...],
    style: StringStyle,
    rng: np.random.Generator,
) -> None:
    """Draw upright bars left and right of a text: borders of cells, gaps between wheels."""
    height = style.height_px
    length = rng.uniform(*BAR_HEIGHT) * height
    middle = place[1] + shape[0] / 2 + rng.normal(0, 0.1) * height
    away = rng.uniform(0.12, 0.5) * height
    pen = max(1, round(rng.uniform(0.03, 0.3) * height))
    for x in (place[0] - away, place[0] + shape[1] + away):
        lean = rng.normal(0, 0.01) * length
        ends = np.array([[x - lean, middle - length / 2], [x + lean, middle + length / 2]])
        drawn = np.zeros(ink.shape, np.uint8)
        path = np.rint(ends * 8).astype(np.int32)
        cv2.polylines(drawn, [path], False, 255, pen, cv2.LINE_AA, 3)
        np.maximum(ink, drawn / np.float32(255), out=ink)


def _row(
    scribes: Scribes,
    signs: SignWriters,
    style: StringStyle,
    shape: tuple[int, ...],
    top: float,
    rng: np.random.Generator,
) -> Iterator[tuple[Written, tuple[int, int]]]:
    """Yield the strings of a row with their top left corners."""
    person = scribes.person(rng)
    x = float(rng.uniform(3, 3 + style.height_px))
    joined = rng.random() < JOINED
    while True:
        one = _string(scribes, person, signs, style, joined, rng)
        high, wide = one.ink.shape
        if x + wide + 3 > shape[1] or top + high + 3 > shape[0]:
            return
        yield one, (round(x), round(top))
        x += wide + rng.uniform(0.25, 2.0) * style.height_px + 3


def _string(
    scribes: Scribes,
    person: Person,
    signs: SignWriters,
    style: StringStyle,
    joined: bool,
    rng: np.random.Generator,
) -> Written:
    """Write a text with signs, a word, a scribble, or a number whose digits are joined."""
    kind = rng.random()
    if kind < WORDS:
        letters = scribes.letters[int(rng.integers(len(scribes.letters)))]
        word = write_word(letters, style, rng)
        if word is not None:
            return word
    elif kind < WORDS + SCRIBBLES:
        return write([(NONE_LABEL, scribble)], style, rng)
    elif kind < WORDS + SCRIBBLES + NUMBERS:
        number = write_number(person, style, rng)
        if all(mark.label < NONE_LABEL for mark in number.marks):
            return number
    closeness = (-float(rng.uniform(*PUSHED)), float(rng.uniform(*APART))) if joined else None
    return write_text(draw_text(rng), person, signs, style, rng, closeness)


def _spill_dirt(ink: npt.NDArray[np.float32], rng: np.random.Generator) -> None:
    """Add specks and hairs anywhere."""
    if rng.random() < 0.5:
        return
    for _ in range(int(rng.integers(*DIRT))):
        at = np.array([rng.uniform(0, ink.shape[1]), rng.uniform(0, ink.shape[0])])
        length = float(np.exp(rng.uniform(np.log(0.5), np.log(20))))
        step = rng.normal(0, length / 2, (3, 2)).cumsum(axis=0)
        path = np.rint((at + step) * 8).astype(np.int32)
        drawn = np.zeros(ink.shape, np.uint8)
        cv2.polylines(drawn, [path], False, 255, int(rng.integers(1, 5)), cv2.LINE_AA, 3)
        np.maximum(ink, drawn / np.float32(255) * np.float32(rng.uniform(0.3, 1)), out=ink)
