"""Write a sheet with a few numbers, all at once or digit by digit over time.

The sheet is flat and still; `train.simulate.clips` moves the camera over it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from camdigits.image import cv2
from camdigits.values import GrayImage
from train.simulate.scenes import hull_of
from train.simulate.writers import Writer

MARGIN_PX = 60  # empty border of the sheet (chosen)
STROKE_S = 0.35  # time to write one digit (chosen)


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """One item written on the sheet."""

    label: int
    shape: GrayImage  # (h, w) uint8 coverage
    x: int
    y: int
    hull: npt.NDArray[np.float32]  # (points, 1, 2) x y on the sheet
    begun_s: float = -1.0
    done_s: float = -1.0


@dataclass(slots=True, eq=False)
class Sheet:
    """Paper and its items; `page` shows what has been written so far."""

    page: GrayImage  # (H, W) uint8
    items: tuple[Item, ...]
    ground: GrayImage  # the paper without ink
    pen: float  # grey level of the ink
    cover: float  # opacity of the ink, 0 to 1
    drawn_s: float = -2.0  # time up to which `page` is drawn


def write_sheet(
    digits: Sequence[Writer],
    others: Sequence[Writer],
    rng: np.random.Generator,
    size: tuple[int, int],
    broad: float = 1.0,
    written_s: float = 0.0,
    photos: Sequence[GrayImage] = (),
) -> Sheet:
    """Write numbers of one to four digits, about twelve digits per picture, and other marks.

    Args:
        digits: writers of digits; empty for a sheet without digits.
        others: writers of non-digits.
        rng: random generator.
        size: width and height of the picture that will be taken.
        broad: width of the sheet in pictures.
        written_s: time until which the digits are written one by one; 0: all are there at once.
        photos: photographs of paper, any size.
    """
    width, height = round(size[0] * broad) + 2 * MARGIN_PX, size[1] + 2 * MARGIN_PX
    items = _place(digits, others, rng, (width, height), broad)
    if written_s:
        items = _in_turn(items, written_s)
    ground = _paper(width, height, rng, photos)
    sheet = Sheet(ground.copy(), tuple(items), ground, rng.uniform(15, 90), rng.uniform(0.65, 1.0))
    draw_until(sheet, 0.0)
    return sheet


def draw_until(sheet: Sheet, time_s: float) -> GrayImage:
    """Draw what has been written by `time_s`; return the page, (H, W) uint8."""
    for item in sheet.items:
        if item.begun_s <= time_s and item.done_s > sheet.drawn_s:
            _ink(sheet, item, time_s)
    sheet.drawn_s = time_s
    return sheet.page


def _ink(sheet: Sheet, item: Item, time_s: float) -> None:
    """Draw an item from the top down to the pen."""
    height, width = item.shape.shape
    part = 1.0 if item.done_s <= time_s else (time_s - item.begun_s) / STROKE_S
    rows = round(height * min(1.0, part))
    place = np.s_[item.y : item.y + rows, item.x : item.x + width]
    cover = item.shape[:rows] * np.float32(sheet.cover / 255)
    sheet.page[place] = sheet.ground[place] * (1 - cover) + sheet.pen * cover


def _place(
    digits: Sequence[Writer],
    others: Sequence[Writer],
    rng: np.random.Generator,
    size: tuple[int, int],
    broad: float,
) -> list[Item]:
    """Place items on four lines: a number or two with gaps, sometimes another mark."""
    items: list[Item] = []
    lines = 4
    pitch = (size[1] - 2 * MARGIN_PX) / lines
    for line in range(lines):
        x, end = MARGIN_PX + rng.uniform(10, 0.3 * size[0] / broad), size[0] - MARGIN_PX
        budget = round(3 * broad) if digits else 0
        while budget > 0:
            count = min(budget, int(rng.integers(1, 5)))
            budget -= count
            high = float(np.exp(rng.uniform(np.log(26), np.log(min(72, pitch * 0.62)))))
            writer = digits[int(rng.integers(len(digits)))]
            top = MARGIN_PX + pitch * line + rng.uniform(0.08, 0.3) * pitch
            number, x = _number(writer, count, x, top, high, end, rng)
            items += number
            x += high * rng.uniform(1.6, 3.0) * broad
        if others and rng.random() < (0.5 if digits else 1.0):
            writer = others[int(rng.integers(len(others)))]
            mark, _ = _number(writer, 1, x + 40, MARGIN_PX + pitch * (line + 0.2), 40.0, end, rng)
            items += mark
    return items


def _number(
    writer: Writer,
    count: int,
    x: float,
    top: float,
    high: float,
    end: float,
    rng: np.random.Generator,
) -> tuple[list[Item], float]:
    """Write `count` marks of one writer from x on, within `end`; return also the next x."""
    items = []
    gap = rng.uniform(0.12, 0.4)
    for _ in range(count):
        index = int(rng.integers(len(writer.labels)))
        shape = writer.draw(index, round(high * rng.uniform(0.9, 1.1)), rng)
        if x + shape.shape[1] > end:
            break
        y = round(top + rng.normal(0, 0.04) * high)
        items.append(
            Item(int(writer.labels[index]), shape, round(x), y, hull_of(shape, round(x), y))
        )
        x += shape.shape[1] + gap * high + 3
    return items, x


def _in_turn(items: Sequence[Item], until_s: float) -> list[Item]:
    starts = np.linspace(0.3, until_s - STROKE_S, max(len(items), 1))
    return [
        Item(i.label, i.shape, i.x, i.y, i.hull, float(start), float(start) + STROKE_S)
        for i, start in zip(items, starts, strict=True)
    ]


def _paper(
    width: int, height: int, rng: np.random.Generator, photos: Sequence[GrayImage]
) -> GrayImage:
    """Return a photographed sheet, or plain paper that is sometimes ruled."""
    if photos and rng.random() < 0.4:
        photo = photos[int(rng.integers(len(photos)))]
        scale = max(width / photo.shape[1], height / photo.shape[0])
        big = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
        big = cv2.copyMakeBorder(big, 0, 2, 0, 2, cv2.BORDER_REPLICATE)
        return np.asarray(big[:height, :width], np.uint8)
    coarse = rng.normal(0, 3, (9, 12)).astype(np.float32)
    stains = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    ground = np.asarray(np.clip(rng.uniform(170, 235) + stains, 0, 255), np.uint8)
    if rng.random() < 0.3:
        for y in range(int(rng.integers(20, 60)), height, int(rng.integers(34, 80))):
            cv2.line(ground, (0, y), (width, y), rng.uniform(110, 160), 1, cv2.LINE_AA)
    return ground
