"""Generate the pages of the benchmark: clean ones, and such as people hold up to a camera.

A desk filmed as JPEG, a printed form, a whiteboard and a full table have what makes a reading
slow: texture, words, rules and edges. Everything is drawn here; no data are needed.
"""

from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

import numpy as np

from camdigits.errors import CamdigitsError
from camdigits.image import cv2, frozen
from camdigits.sources.synthetic import SyntheticSource
from camdigits.synth.handwriting import Pen, WriterStyle, make_writer, write
from camdigits.synth.paper import (
    BLACK,
    BLUE,
    Canvas,
    Colour,
    lay_ink,
    make_light,
    make_noise,
    make_paper,
    stretched,
)
from camdigits.values import BgrImage, Box

Size: TypeAlias = tuple[int, int]  # width, height in pixels
Written: TypeAlias = list[tuple[str, Box]]  # label and box of each digit

SIZES: tuple[Size, ...] = ((640, 480), (1280, 720), (1920, 1080))
COUNTS = (1, 25, 100)
NUMBER_LENGTH = 4  # chosen: digits per number
MIN_DIGIT_PX = 12  # chosen: smaller digits are hardly readable
MIN_PAGE_HEIGHTS = 14  # chosen: a page is at least this many digit heights high
# A number of four digits is at most 4.2 digit heights wide and 1.3 high in any handwriting.
CELL_WIDTH_HEIGHTS, CELL_HEIGHT_HEIGHTS = 4.8, 1.85
JPEG_QUALITY = 60  # chosen: as webcams send
DESK_FRAME = 70  # of the demo clip: much of the desk is in the picture
CAPTIONS = (
    "Registration form, please use capital letters",
    "Family name and given names",
    "Date of birth (day, month, year)",
    "Number of the identity document",
    "Telephone with area code",
    "Amount to be refunded",
)
REMARK = "Incomplete forms are returned to the sender without further notice. Keep the receipt."
DRAWING = (
    (0, 1),
    (1, 1),
    (1, 0.4),
    (0, 0.4),
    (0.5, 0),
    (1, 0.4),
    (0, 1),
    (0, 0.4),
    (1, 1),
)  # a house
PEN = Pen()
RED, GREEN = (58.0, 52.0, 178.0), (92.0, 128.0, 34.0)


@dataclass(frozen=True, slots=True, eq=False)
class BenchPage:
    """A generated page and the digits on it."""

    name: str
    bgr: BgrImage  # (H, W, 3) uint8, read-only
    digits: tuple[tuple[str, Box], ...] = ()


def make_bench_page(size: Size, count: int, seed: int = 1) -> BenchPage:
    """Generate a page with `count` handwritten digits.

    The digit height is the largest at which 100 digits fit, also for fewer digits, so that only
    their number differs.

    Raises:
        CamdigitsError: digits of MIN_DIGIT_PX do not fit.
    """
    rng = np.random.default_rng(seed)
    hand = make_writer(rng)
    height_px, cells = lay_out(size, max(count, 100))
    canvas = make_paper(size, rng)
    digits: list[tuple[str, Box]] = []
    for first, (x, y) in zip(range(0, count, NUMBER_LENGTH), cells, strict=False):
        length = min(NUMBER_LENGTH, count - first)
        text = "".join(str(digit) for digit in rng.integers(0, 10, length))
        writing = write(text, height_px, rng, Pen(), hand)
        lay_ink(canvas, writing.ink, (x, y), BLUE, rng)
        digits += [
            (label, Box(x + box.x, y + box.y, box.width, box.height))
            for label, box in zip(writing.text, writing.boxes, strict=True)
        ]
    return BenchPage(f"{count} digits", _photographed(canvas, size, rng), tuple(digits))


def default_pages() -> list[BenchPage]:
    """Generate all pages: clean ones of each size, and pages as people have them."""
    clean = [make_bench_page(size, count) for size in SIZES for count in COUNTS]
    return [*clean, *real_pages()]


def real_pages(size: Size = (1280, 720), seed: int = 1) -> list[BenchPage]:
    """Generate pages with what slows a reading down: a desk, a form, a whiteboard, a table."""
    return [
        desk_page((640, 480), seed),
        desk_page(size, seed),
        form_page(size, seed),
        whiteboard_page(size, seed),
        table_page(size, seed),
    ]


def desk_page(size: Size, seed: int = 1) -> BenchPage:
    """Film the demo's sheet on its wooden desk, as a webcam does: JPEG."""
    with SyntheticSource(DESK_FRAME + 1, size, seed) as source:
        (frame,) = islice(source, DESK_FRAME, None)
        digits = tuple((each.label, each.box) for each in source.truth_boxes(DESK_FRAME))
    return BenchPage("desk, JPEG", frozen(_jpeg(frame.bgr)), digits)


def form_page(size: Size, seed: int = 1) -> BenchPage:
    """Print a form with captions and comb boxes, filled in by hand."""
    rng = np.random.default_rng(seed)
    writer, canvas = make_writer(rng), make_paper(size, rng)
    unit, digits = size[1] / 720, Written()
    cell, margin = 46 * unit, 60 * unit
    for row, caption in enumerate(CAPTIONS):
        top = margin + row * 104 * unit
        _print(canvas, caption, (margin, top), unit * (1.0 if row == 0 else 0.62))
        cells = int(rng.integers(6, 13)) if row else 0
        for index in range(cells):
            x, y = round(margin + index * cell), round(top + 14 * unit)
            corner = x + round(cell), y + round(1.15 * cell)
            cv2.rectangle(canvas, (x, y), corner, BLACK, max(1, round(2 * unit)))
            if index < cells - int(row % 3):
                place = x + 0.22 * cell, y + 0.18 * cell
                digits += _write(canvas, _digits(1, rng), 0.75 * cell, place, BLUE, writer, rng)
    for line in range(4):
        place = margin + 0.56 * size[0], margin + (160 + 26 * line) * unit
        _print(canvas, REMARK[line * 21 : line * 21 + 40], place, 0.5 * unit)
    return BenchPage("form", _photographed(canvas, size, rng), tuple(digits))


def whiteboard_page(size: Size, seed: int = 1) -> BenchPage:
    """Write numbers with coloured markers on a glossy board, with frames and a drawing."""
    rng = np.random.default_rng(seed)
    canvas = np.full((size[1], size[0], 3), 226, np.float32)
    canvas += 3 * stretched(rng, size, (9, 5))[..., None]
    unit, digits = size[1] / 720, Written()
    for row, colour in enumerate((BLUE, RED, GREEN, BLACK)):
        writer = make_writer(rng)
        for column in range(3):
            place = (70 + 330 * column) * unit, (60 + 150 * row) * unit
            text = _digits(int(rng.integers(1, 6)), rng)
            digits += _write(canvas, text, 74 * unit, place, colour, writer, rng, Pen(width=0.12))
    thick = max(2, round(5 * unit))
    for y in (200, 500):
        ends = [(round(x * unit), round((y + 4 * np.sin(x)) * unit)) for x in range(60, 1000, 94)]
        cv2.polylines(canvas, [np.array(ends)], False, BLACK, thick, cv2.LINE_AA)
    for left, top in ((1060, 110), (1070, 380)):
        corners = np.array(DRAWING) * 150 * unit + np.array([left, top]) * unit
        cv2.polylines(canvas, [np.rint(corners).astype(np.int32)], False, RED, thick, cv2.LINE_AA)
    shine = np.hypot(*np.mgrid[-1 : 1 : size[1] * 1j, -1.4 : 1 : size[0] * 1j])
    canvas += (60 * np.exp(-8 * shine**2)).astype(np.float32)[..., None]
    return BenchPage("whiteboard", _photographed(canvas, size, rng), tuple(digits))


def table_page(size: Size, seed: int = 1) -> BenchPage:
    """Fill a printed table of 12 rows and 8 columns with numbers; some cells have a caption."""
    rng = np.random.default_rng(seed)
    canvas, writer = make_paper(size, rng), make_writer(rng)
    rows, columns, digits = 12, 8, Written()
    wide, high = (size[0] - 80) / columns, (size[1] - 60) / rows
    for row in range(rows + 1):
        y = round(30 + row * high)
        cv2.line(canvas, (40, y), (round(40 + columns * wide), y), BLACK, 2)
    for column in range(columns + 1):
        x = round(40 + column * wide)
        cv2.line(canvas, (x, 30), (x, round(30 + rows * high)), BLACK, 2)
    for row in range(rows):
        for column in range(columns):
            place = 40 + (column + 0.12) * wide, 30 + (row + 0.2) * high
            if row == 0 or column == 0:
                place = place[0], place[1] + 0.45 * high
                name = "Total" if row == rows - 1 else f"Item {'ABCDEFGHIJKL'[row + column - 1]}"
                _print(canvas, name, place, high / 80)
            elif rng.random() < 0.85:
                text = _digits(int(rng.integers(1, 4)), rng)
                digits += _write(canvas, text, 0.6 * high, place, BLUE, writer, rng)
    return BenchPage("table", _photographed(canvas, size, rng), tuple(digits))


def _digits(count: int, rng: np.random.Generator) -> str:
    return "".join(str(digit) for digit in rng.integers(0, 10, count))


def _write(
    canvas: Canvas,
    text: str,
    height_px: float,
    place: tuple[float, float],
    colour: Colour,
    writer: WriterStyle,
    rng: np.random.Generator,
    pen: Pen = PEN,
) -> Written:
    """Write digits with their top left corner at a place; return their boxes."""
    writing = write(text, height_px, rng, pen, writer)
    x, y = round(place[0]), round(place[1])
    lay_ink(canvas, writing.ink, (x, y), colour, rng)
    return [
        (label, Box(x + box.x, y + box.y, box.width, box.height))
        for label, box in zip(writing.text, writing.boxes, strict=True)
    ]


def _print(canvas: Canvas, text: str, place: tuple[float, float], scale: float) -> None:
    """Print words with their baseline at a place."""
    corner = round(place[0]), round(place[1])
    thick = max(1, round(2 * scale))
    ink = np.zeros(canvas.shape[:2], np.uint8)  # OpenCV 5 prints on uint8 only
    cv2.putText(ink, text, corner, cv2.FONT_HERSHEY_DUPLEX, scale, 255, thick, cv2.LINE_AA)
    share = (ink / np.float32(255))[..., None]
    canvas += share * (np.array(BLACK, np.float32) - canvas)


def _photographed(canvas: Canvas, size: Size, rng: np.random.Generator) -> BgrImage:
    """Light a page, and add the blur and the noise of a camera."""
    lit = cv2.GaussianBlur(canvas * make_light(size, rng), (3, 3), 0.6)
    noise = make_noise(size, rng)[: size[1], : size[0]].astype(np.float32) - 128
    return frozen(np.rint(lit + noise).clip(0, 255).astype(np.uint8))


def _jpeg(bgr: BgrImage) -> BgrImage:
    coded = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1]
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)


def lay_out(size: Size, count: int) -> tuple[int, list[tuple[int, int]]]:
    """Return the largest digit height for `count` digits, and the corner of each number's cell.

    Raises:
        CamdigitsError: digits of MIN_DIGIT_PX do not fit.
    """
    for height_px in range(size[1] // MIN_PAGE_HEIGHTS, MIN_DIGIT_PX - 1, -1):
        cells = cell_corners(size, height_px)
        if len(cells) * NUMBER_LENGTH >= count:
            return height_px, cells
    raise CamdigitsError(
        f"bench: wanted a page for {count} digits, got {size[0]}x{size[1]}; use a larger one"
    )


def cell_corners(size: Size, height_px: int) -> list[tuple[int, int]]:
    """Return the top left corners of all cells for numbers of a digit height, row by row."""
    width, height = CELL_WIDTH_HEIGHTS * height_px, CELL_HEIGHT_HEIGHTS * height_px
    margin = height_px // 2
    columns, rows = int((size[0] - margin) / width), int((size[1] - margin) / height)
    return [
        (round(margin + column * width), round(margin + row * height))
        for row in range(rows)
        for column in range(columns)
    ]
