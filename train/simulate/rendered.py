"""Render test pages of touching pairs and of numbers by held-out writers, filmed mildly.

For measuring. Apart from the data sets they share nothing with the training pages of
`train.simulate.scenes`, and page k of a seed does not depend on the number of pages.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
import numpy.typing as npt

from camdigits.image import cv2
from camdigits.values import GrayImage
from train.data.held_out import HeldOutWriter
from train.data.truth import Truth

SIZE_PX = 1280, 720  # width and height of the picture
MARGIN_PX = 70  # empty border, so that no camera pose cuts a digit off (chosen)
INK_COVER = 0.4  # coverage from which a pixel counts as ink (chosen)
PAIR_HEIGHTS_PX = 24, 90  # range (chosen)
PAGE_HEIGHTS_PX = 18, 90
PAIR_ROWS = 3, 6  # rows of a page: from the first to below the second; likewise below
PAIRS = 3, 6  # per row, which also has one single digit
NUMBER_ROWS = 3, 7
NUMBERS = 1, 4  # per row
DIGITS = 1, 7  # per number
MAX_PRESS = 0.12  # of the height: overlap of two touching digits (chosen)
MAX_ALONG = 0.4  # of the height: strokes touching for longer look like one broad stroke (chosen)
MAX_TUCK = 0.5  # of the narrower digit's width: overlap of the two boxes (chosen)
KINDS = "unipen", "mnist", "unipen", "kensanata", "bhmsds"  # set of page after page
Cover = npt.NDArray[np.float32]  # (H, W), 0 to 1
Points = npt.NDArray[np.float32]  # (N, 1, 2) x y


@dataclass(frozen=True, slots=True)
class Pair:
    """Two touching digits: their indexes among the page's digits, and how they touch."""

    left: int
    right: int
    height: int  # pixels
    press: float  # how far one was pushed into the other, as a share of the height
    shared: int  # pixels with the ink of both


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """A filmed page with its labels."""

    name: str
    kind: str  # the data set of its writer
    picture: GrayImage
    truth: Truth  # as an entry of labels.json
    pairs: tuple[Pair, ...] = ()


@dataclass(slots=True, eq=False)
class Sheet:
    """Paper being written on."""

    cover: Cover
    digits: list[tuple[int, Points]] = field(default_factory=list)  # label, corners of its ink

    def write(self, label: int, shape: GrayImage, x: int, y: int) -> int:
        """Draw a digit with its top left corner at x, y; return its index on the sheet."""
        height, width = shape.shape
        part = self.cover[y : y + height, x : x + width]
        np.maximum(part, shape / np.float32(255), out=part)
        points = cv2.findNonZero(np.asarray(shape > INK_COVER * 255, np.uint8))
        # The far edge of a pixel is included: a box of one pixel is one pixel wide.
        # OpenCV 4 finds (N, 1, 2) points, OpenCV 5 (N, 2).
        corners = np.concatenate([points, points + 1]).astype(np.float32).reshape(-1, 1, 2)
        self.digits.append((label, corners + np.array([x, y], np.float32)))
        return len(self.digits) - 1


@dataclass(frozen=True, slots=True, eq=False)
class Touch:
    """Two touching drawings, relative to the top left corner of the left one."""

    labels: tuple[int, int]
    shapes: tuple[GrayImage, GrayImage]
    at: tuple[int, int]  # x y of the right one's corner
    press: float
    shared: int

    @property
    def width(self) -> int:
        """Width of both together."""
        left, right = self.shapes
        return max(int(left.shape[1]), self.at[0] + int(right.shape[1]))


def pair_pages(
    writers: Mapping[str, Sequence[HeldOutWriter]], count: int, seed: int = 1
) -> Iterator[Page]:
    """Render pages of touching pairs, with one single digit per row."""
    for name, writer, rng in turns("pairs", writers, count, seed):
        sheet, pairs = Sheet(np.zeros(SIZE_PX[::-1], np.float32)), []
        for top, height, pen in islice(
            rows_of(PAIR_HEIGHTS_PX, rng), int(rng.integers(*PAIR_ROWS))
        ):
            pairs += _pair_row(sheet, writer, top, height, pen, rng)
        yield filmed(name, writer.kind, sheet, rng, tuple(pairs))


def number_pages(
    writers: Mapping[str, Sequence[HeldOutWriter]], count: int, seed: int = 1
) -> Iterator[Page]:
    """Render pages of numbers in rows of many sizes; no digits touch."""
    for name, writer, rng in turns("page", writers, count, seed):
        sheet = Sheet(np.zeros(SIZE_PX[::-1], np.float32))
        for top, height, pen in islice(
            rows_of(PAGE_HEIGHTS_PX, rng), int(rng.integers(*NUMBER_ROWS))
        ):
            _number_row(sheet, writer, top, height, pen, rng)
        yield filmed(name, writer.kind, sheet, rng)


def turns(
    what: str, writers: Mapping[str, Sequence[HeldOutWriter]], count: int, seed: int
) -> Iterator[tuple[str, HeldOutWriter, np.random.Generator]]:
    """Yield name, writer and generator of page after page; the kinds take turns."""
    kinds = [kind for kind in KINDS if kind in writers]
    for index in range(count):
        rng = np.random.default_rng((seed, index))
        kind = kinds[index % len(kinds)]
        writer = writers[kind][int(rng.integers(len(writers[kind])))]
        yield f"{what}-{index:02}-{kind}.png", writer, rng


def rows_of(
    heights: tuple[int, int], rng: np.random.Generator
) -> Iterator[tuple[int, int, float]]:
    """Yield top, height and pen width of row after row in pixels, until the page is full."""
    pen = rng.uniform(0.05, 0.11)
    top = float(MARGIN_PX)
    while True:
        height = rng.uniform(*heights)
        if top + 1.2 * height > SIZE_PX[1] - MARGIN_PX:
            return
        yield round(top), round(height), max(1.5, pen * height)
        top += height * rng.uniform(1.5, 2.2)


def _pair_row(
    sheet: Sheet,
    writer: HeldOutWriter,
    top: int,
    height: int,
    pen: float,
    rng: np.random.Generator,
) -> list[Pair]:
    pairs: list[Pair] = []
    x = MARGIN_PX + rng.uniform(0, SIZE_PX[0] / 3)
    count = 1 + int(rng.integers(*PAIRS))
    alone = int(rng.integers(count))
    for place in range(count):
        label, shape = _digit(writer, height, pen, rng)
        touch = None if place == alone else touching(writer, height, pen, rng)
        wide = shape.shape[1] if touch is None else touch.width
        if x + wide > SIZE_PX[0] - MARGIN_PX:
            break
        if touch is None:
            sheet.write(label, shape, round(x), top)
        else:
            pairs.append(_write_pair(sheet, touch, round(x), top, height))
        x += wide + rng.uniform(1.0, 1.7) * height
    return pairs


def _write_pair(sheet: Sheet, touch: Touch, x: int, y: int, height: int) -> Pair:
    left = sheet.write(touch.labels[0], touch.shapes[0], x, y)
    right = sheet.write(touch.labels[1], touch.shapes[1], x + touch.at[0], y + touch.at[1])
    return Pair(left, right, height, touch.press, touch.shared)


def _number_row(
    sheet: Sheet,
    writer: HeldOutWriter,
    top: int,
    height: int,
    pen: float,
    rng: np.random.Generator,
) -> None:
    x = MARGIN_PX + rng.uniform(0, SIZE_PX[0] / 3)
    for length in rng.integers(*DIGITS, rng.integers(*NUMBERS)):
        for _ in range(length):
            label, shape = _digit(writer, height, pen, rng)
            if x + shape.shape[1] > SIZE_PX[0] - MARGIN_PX:
                return
            sheet.write(label, shape, round(x), top + round(rng.uniform(0, 0.06) * height))
            x += shape.shape[1] + rng.uniform(0.15, 0.35) * height
        x += rng.uniform(1.3, 1.8) * height


def _digit(
    writer: HeldOutWriter, height: int, pen: float, rng: np.random.Generator
) -> tuple[int, GrayImage]:
    """Draw a random digit, within 5 % of a height."""
    label = int(rng.choice(np.unique(writer.labels)))
    index = int(rng.choice(np.flatnonzero(writer.labels == label)))
    return label, writer.draw(index, round(height * rng.uniform(0.95, 1.05)), pen)


def touching(writer: HeldOutWriter, height: int, pen: float, rng: np.random.Generator) -> Touch:
    """Draw two touching digits: their ink is one connected component."""
    while True:
        (label, left), (other, right) = (_digit(writer, height, pen, rng) for _ in range(2))
        down = max(0, left.shape[0] - right.shape[0] + round(rng.normal(0, 0.03) * height))
        press = float(rng.uniform(0, MAX_PRESS))
        narrow = min(left.shape[1], right.shape[1])
        push = min(round(press * height), round(MAX_TUCK * narrow))
        across = contact(left, right, down) - push
        if across < left.shape[1] - MAX_TUCK * narrow - 1 or across <= 0:
            continue
        one, two = laid_out(left, right, across, down)
        if along(one, two) <= MAX_ALONG * height and cv2.connectedComponents(one | two)[0] == 2:
            shared = int((one & two).sum())
            return Touch((label, other), (left, right), (across, down), push / height, shared)


def contact(left: GrayImage, right: GrayImage, down: int) -> int:
    """Return where a drawing pushed in from the right first touches the left one, 8-connected.

    Args:
        left: (h, w) uint8 coverage.
        right: (h, w) uint8 coverage.
        down: vertical offset of the right one's top, in pixels.

    Returns:
        The x of its left edge, relative to the left edge of the left one.
    """
    ends = {y: len(row) - int(row[::-1].argmax()) for y, row in _inked(left)}
    starts = {y + down: int(row.argmax()) for y, row in _inked(right)}
    return max(
        ends[y] - start
        for row, start in starts.items()
        for y in (row - 1, row, row + 1)
        if y in ends
    )


def _inked(shape: GrayImage) -> Iterator[tuple[int, npt.NDArray[np.bool_]]]:
    """Yield the rows with ink and their indexes."""
    return ((y, row) for y, row in enumerate(shape > INK_COVER * 255) if row.any())


def laid_out(left: GrayImage, right: GrayImage, x: int, y: int) -> tuple[GrayImage, GrayImage]:
    """Return masks of both drawings' ink, 0 or 1, the right one placed at x, y."""
    shape = max(left.shape[0], y + right.shape[0]), max(left.shape[1], x + right.shape[1])
    one, two = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
    one[: left.shape[0], : left.shape[1]] = left > INK_COVER * 255
    two[y : y + right.shape[0], x : x + right.shape[1]] = right > INK_COVER * 255
    return one, two


def along(one: GrayImage, two: GrayImage) -> int:
    """Count the rows in which two masks share ink or are adjacent."""
    broad = np.asarray(cv2.dilate(one, np.ones((1, 3), np.uint8)), np.uint8)
    return int((broad & two).any(axis=1).sum())


def filmed(
    name: str, kind: str, sheet: Sheet, rng: np.random.Generator, pairs: tuple[Pair, ...] = ()
) -> Page:
    """Photograph a sheet: dark ink on light paper, slightly soft, noisy and tilted."""
    view = _view(rng)
    paper, pen = rng.uniform(190, 245), rng.uniform(20, 100)
    cover = cv2.warpPerspective(sheet.cover, view, SIZE_PX)
    page = (paper + (pen - paper) * cover) * _light(rng)
    soft = cv2.GaussianBlur(page, (0, 0), rng.uniform(0.3, 0.9))
    noisy = soft + rng.standard_normal(soft.shape, np.float32) * np.float32(rng.uniform(0.5, 3.5))
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(75, 96))]
    _, coded = cv2.imencode(".jpg", np.clip(noisy, 0, 255).astype(np.uint8), quality)
    picture = np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), np.uint8)
    digits = [
        {"label": str(label), "box": list(cv2.boundingRect(cv2.perspectiveTransform(ink, view)))}
        for label, ink in sheet.digits
    ]
    return Page(name, kind, picture, {"file": name, "digits": digits}, pairs)


def _view(rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Return the homography of a camera held nearly straight over the page."""
    middle = np.array(SIZE_PX, np.float64) / 2
    corners = middle + middle * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    angle = np.deg2rad(rng.uniform(-3, 3))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    tilt = rng.uniform(-0.02, 0.02, (4, 2)) * middle
    moved = (corners - middle) @ turn.T * rng.uniform(0.97, 1.0) + middle + tilt
    points = corners.astype(np.float32), moved.astype(np.float32)
    return np.asarray(cv2.getPerspectiveTransform(*points), np.float64)


def _light(rng: np.random.Generator) -> Cover:
    """Return light that falls off by up to 30 % across the page."""
    y, x = np.mgrid[-1 : 1 : SIZE_PX[1] * 1j, -1 : 1 : SIZE_PX[0] * 1j].astype(np.float32)
    away = rng.uniform(0, 2 * np.pi)
    along = (x * np.cos(away) + y * np.sin(away)) / np.sqrt(2)
    return np.asarray(1 - rng.uniform(0, 0.3) * (along + 1) / 2, np.float32)
