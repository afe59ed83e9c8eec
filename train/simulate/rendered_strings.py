"""Render test pages of numbers by held-out writers: all digits joined, or all apart.

For measuring. The writers are those that neither net has seen. Joined digits touch as the pairs of
`train.simulate.rendered` do; the training strips are composed by other code.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from camdigits.image import cv2
from camdigits.values import GrayImage
from train.data.by_writer import Person
from train.data.held_out import HeldOutWriter, pen_writer, scan_writer
from train.simulate.rendered import (
    MARGIN_PX,
    MAX_ALONG,
    MAX_PRESS,
    MAX_TUCK,
    SIZE_PX,
    Page,
    Sheet,
    along,
    contact,
    filmed,
    laid_out,
    rows_of,
)

HEIGHTS_PX = 26, 84  # range of digit heights (chosen)
LENGTHS = 2, 7  # digits of a string
ROWS = 3, 6  # of a page: from the first to below the second
GAPS = 0.12, 0.35  # of the height: between digits that are apart (chosen)
JOINED_SHARE = 0.67  # share of the strings that are joined (chosen)
TRIES = 12  # drawings of a digit before a string is given up


@dataclass(frozen=True, slots=True)
class String:
    """A number on a page: the indexes of its digits, and whether they touch."""

    first: int
    length: int
    joined: bool
    height: int  # pixels


@dataclass(frozen=True, slots=True, eq=False)
class StringPage:
    """A page with its strings."""

    page: Page
    strings: tuple[String, ...]


def string_writers(people: Sequence[Person]) -> dict[str, list[HeldOutWriter]]:
    """Return the writers of each data set."""
    found: dict[str, list[HeldOutWriter]] = {}
    for one in people:
        writer = (
            pen_writer(one.kind, one.strokes, one.labels)
            if one.strokes
            else scan_writer(one.kind, np.asarray(one.images), one.labels)
        )
        found.setdefault(one.kind, []).append(writer)
    return found


def string_pages(
    writers: Mapping[str, Sequence[HeldOutWriter]], count: int, seed: int = 1
) -> Iterator[StringPage]:
    """Render pages of strings; the data sets take turns."""
    kinds = sorted(writers)
    for index in range(count):
        rng = np.random.default_rng((seed, 7, index))
        kind = kinds[index % len(kinds)]
        writer = writers[kind][int(rng.integers(len(writers[kind])))]
        sheet = Sheet(np.zeros(SIZE_PX[::-1], np.float32))
        strings: list[String] = []
        for top, height, pen in islice(rows_of(HEIGHTS_PX, rng), int(rng.integers(*ROWS))):
            _write_row(sheet, strings, writer, top, height, pen, rng)
        page = filmed(f"strings-{index:02}-{kind}.png", kind, sheet, rng)
        yield StringPage(page, tuple(strings))


def _write_row(
    sheet: Sheet,
    strings: list[String],
    writer: HeldOutWriter,
    top: int,
    height: int,
    pen: float,
    rng: np.random.Generator,
) -> None:
    x = MARGIN_PX + rng.uniform(0, SIZE_PX[0] / 4)
    while True:
        length = int(rng.integers(LENGTHS[0], LENGTHS[1] + 1))
        joined = bool(rng.random() < JOINED_SHARE)
        placed = _compose(writer, length, joined, height, pen, rng)
        if placed is None:
            continue
        width = max(left + shape.shape[1] for _, shape, left, _ in placed)
        if x + width > SIZE_PX[0] - MARGIN_PX:
            return
        first = len(sheet.digits)
        for label, shape, left, down in placed:
            sheet.write(label, shape, round(x) + left, top + down)
        strings.append(String(first, length, joined, height))
        x += width + rng.uniform(1.2, 2.0) * height


Placed = tuple[int, GrayImage, int, int]  # label, coverage, x and y of its corner


def _compose(
    writer: HeldOutWriter,
    length: int,
    joined: bool,
    height: int,
    pen: float,
    rng: np.random.Generator,
) -> list[Placed] | None:
    """Write a string from left to right; None if a digit does not fit its neighbour."""
    label, shape = _digit(writer, height, pen, rng)
    placed: list[Placed] = [(label, shape, 0, max(0, height - shape.shape[0]))]
    while len(placed) < length:
        for _ in range(TRIES):
            beside = _beside(placed[-1], *_digit(writer, height, pen, rng), joined, height, rng)
            if beside is not None:
                placed.append(beside)
                break
        else:
            return None
    return placed


def _digit(
    writer: HeldOutWriter, height: int, pen: float, rng: np.random.Generator
) -> tuple[int, GrayImage]:
    label = int(rng.choice(np.unique(writer.labels)))
    index = int(rng.choice(np.flatnonzero(writer.labels == label)))
    return label, writer.draw(index, round(height * rng.uniform(0.92, 1.06)), pen)


def _beside(
    before: Placed,
    label: int,
    shape: GrayImage,
    joined: bool,
    height: int,
    rng: np.random.Generator,
) -> Placed | None:
    """Place a digit on the right of another; None if the two would be illegible."""
    _, left, x, y = before
    down = max(0, height - shape.shape[0] + round(rng.normal(0, 0.03) * height))
    try:
        at = contact(left, shape, down - y)
    except ValueError:  # no common row
        return None
    if not joined:
        return label, shape, x + max(at, left.shape[1]) + round(rng.uniform(*GAPS) * height), down
    narrow = min(left.shape[1], shape.shape[1])
    at -= min(round(rng.uniform(0, MAX_PRESS) * height), round(MAX_TUCK * narrow))
    if at < left.shape[1] - MAX_TUCK * narrow - 1 or at <= 0 or down < y - 0.4 * height:
        return None
    one, two = laid_out(_from(left, y), _from(shape, down), at, 0)
    is_one = cv2.connectedComponents(one | two)[0] == 2
    if not is_one or along(one, two) > MAX_ALONG * height:
        return None
    return label, shape, x + at, down


def _from(shape: GrayImage, top: int) -> GrayImage:
    """Return a drawing with empty rows above it."""
    return np.asarray(cv2.copyMakeBorder(shape, top, 0, 0, 0, cv2.BORDER_CONSTANT, value=0))
