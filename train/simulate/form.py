"""Simulate a photo of a filled-in form: the demo image of `train stages`.

It has printed words, a row of boxes and a ruled line; written on it are numbers, two touching
digits, a three with a gap, and letters. From a seed and the project's own handwriting, without a
data set.
"""

from dataclasses import dataclass
from math import pi

import numpy as np

from camdigits.image import cv2
from camdigits.sources.synthetic import CameraPath, Swing
from camdigits.synth.handwriting import (
    SUPERSAMPLING,
    Pen,
    WriterStyle,
    curve,
    draw_path,
    make_writer,
    parse,
    pose,
    pressures,
    wobbled,
    write,
)
from camdigits.synth.paper import (
    BLACK,
    BLUE,
    NOISE_MARGIN_PX,
    Canvas,
    Colour,
    drop_shadow,
    lay_ink,
    make_desk,
    make_light,
    make_noise,
    make_paper,
)
from camdigits.values import BgrImage, Box, GrayImage
from train.simulate.rendered import contact
from train.writers.fonts import printed

SIZE = 1280, 800  # width and height of the picture in pixels
SEED = 3
SHEET = Box(350, 230, 1000, 640)  # on a desk of ROOM pixels
ROOM = 1700, 1100
DIGIT_PX = 84
PRINT_PX = 30
LINE: Colour = (150, 120, 100)  # of boxes and ruled lines
# As in `camdigits.synth.handwriting`: strokes of points in hundredths of the height.
BROKEN_THREE = "4,12 20,0 40,6 44,22 36,34; 24,50 40,56 51,72 40,94 18,101 0,90"
LETTERS = {
    "k": "2,0 3,50 4,100; 40,34 20,54 5,66/ 22,80 42,101",
    "e": "6,72 30,72 46,64 40,46 22,42 6,58 6,84 24,100 46,92",
    "E": "46,2 22,0 4,2/ 3,50 2,98/ 26,99 48,97; 4,49 22,48 40,49",
}


@dataclass(frozen=True, slots=True, eq=False)
class _Desk:
    """A sheet on a desk, seen from above."""

    canvas: Canvas  # (H, W, 3), drawn in place
    rng: np.random.Generator
    hand: WriterStyle

    def put(self, ink: GrayImage, x: int, y: int, colour: Colour = BLUE) -> int:
        """Draw ink with its corner at x, y of the sheet; return its right edge."""
        lay_ink(self.canvas, ink, (SHEET.x + x, SHEET.y + y), colour, self.rng)
        return x + int(ink.shape[1])

    def rule(self, x: int, y: int, right: int, bottom: int) -> None:
        """Print a line or a box between two corners."""
        corners = (SHEET.x + x, SHEET.y + y), (SHEET.x + right, SHEET.y + bottom)
        cv2.rectangle(self.canvas, *corners, LINE, 2)


def film_form(seed: int = SEED) -> BgrImage:
    """Fill in the form and photograph it at an angle under a lamp; (H, W, 3) uint8 of `SIZE`."""
    rng = np.random.default_rng(seed)
    canvas = make_desk(ROOM, rng)
    drop_shadow(canvas, SHEET, 12)
    paper = make_paper((SHEET.width, SHEET.height), rng)
    canvas[SHEET.y : SHEET.bottom, SHEET.x : SHEET.right] = paper
    desk = _Desk(canvas, rng, make_writer(rng))
    _boxes(desk, "2719", 60, 60)
    _line(desk, "4085", 60, 250)
    _touching(desk, "36", 60, 420)
    canvas *= make_light(ROOM, rng)
    return _shoot(np.rint(canvas).clip(0, 255).astype(np.uint8), rng)


def _boxes(desk: _Desk, text: str, x: int, y: int) -> None:
    """Draw a printed word, then a row of boxes with a digit in each."""
    _print(desk, "YEAR", x, y + 50)
    side = DIGIT_PX + 36
    for place, digit in enumerate(text):
        left = x + 170 + place * side
        desk.rule(left, y, left + side, y + side)
        ink = write(digit, DIGIT_PX, desk.rng, Pen(), desk.hand).ink
        desk.put(ink, left + (side - ink.shape[1]) // 2, y + 16)


def _line(desk: _Desk, text: str, x: int, y: int) -> None:
    """Draw a printed word, then a number that touches a ruled line, and letters."""
    _print(desk, "TAG", x, y + 50)
    desk.rule(x + 170, y + DIGIT_PX, x + 880, y + DIGIT_PX)
    ink = write(text, DIGIT_PX, desk.rng, Pen(), desk.hand).ink
    end = desk.put(ink, x + 200, y + DIGIT_PX + 8 - ink.shape[0])
    for letter in "ke":
        ink = _draw(desk, LETTERS[letter])
        end = desk.put(ink, end + 36, y + DIGIT_PX - 8 - ink.shape[0])


def _touching(desk: _Desk, text: str, x: int, y: int) -> None:
    """Draw a printed word, two touching digits, a three with a gap, and a letter."""
    _print(desk, "PART", x, y + 50)
    left, right = (write(digit, DIGIT_PX, desk.rng, Pen(), desk.hand).ink for digit in text)
    desk.put(left, x + 200, y)
    end = desk.put(right, x + 200 + contact(left, right, 0) - 3, y)
    end = desk.put(_draw(desk, BROKEN_THREE), end + 150, y)
    desk.put(_draw(desk, LETTERS["E"]), end + 150, y, BLACK)


def _print(desk: _Desk, word: str, x: int, y: int) -> None:
    """Print capital letters in a row."""
    letters = "".join(sorted(set(word)))
    shapes, names = printed(letters)
    face = dict(zip(names[: len(letters)], shapes, strict=False))
    for letter in word:
        shape = face[letter]
        size = max(1, round(shape.shape[1] * PRINT_PX / shape.shape[0])), PRINT_PX
        ink = np.asarray(cv2.resize(shape, size, interpolation=cv2.INTER_AREA), np.uint8)
        x = desk.put(ink, x, y, BLACK) + 5


def _draw(desk: _Desk, shape: str) -> GrayImage:
    """Write a custom shape as `handwriting.draw_digit` writes its own."""
    pen, hand, rng = Pen(), desk.hand, desk.rng
    place = pose(rng, DIGIT_PX * (1 - pen.width), hand)
    paths = [curve(wobbled(stroke, rng, hand)) @ place.T for stroke in parse(shape)]
    points = np.concatenate(paths)
    margin = 2 * round(pen.width * DIGIT_PX)
    low = points.min(axis=0) - margin
    columns, rows = np.ceil(np.ptp(points, axis=0)).astype(int) + 2 * margin
    fine = np.zeros((rows * SUPERSAMPLING, columns * SUPERSAMPLING), np.uint8)
    for path in paths:
        widths = pen.width * DIGIT_PX * pressures(path, rng, pen)
        draw_path(fine, (path - low) * SUPERSAMPLING, widths * SUPERSAMPLING)
    ink = np.asarray(cv2.resize(fine, (columns, rows), interpolation=cv2.INTER_AREA), np.uint8)
    x, y, width, height = cv2.boundingRect(ink)
    return ink[y : y + height, x : x + width]


def _shoot(page: BgrImage, rng: np.random.Generator) -> BgrImage:
    """Photograph the desk: tilted, slightly out of focus, with sensor noise."""
    camera = CameraPath(_at(0.0), _at(0.01), _at(-0.13), _at(-0.05), _at(0.24), _at(-0.2))
    seen = cv2.warpPerspective(
        page, camera.view(ROOM, SIZE, 0.0), SIZE, borderMode=cv2.BORDER_REPLICATE
    )
    noise = make_noise(SIZE, rng)[: -NOISE_MARGIN_PX or None, : -NOISE_MARGIN_PX or None]
    soft = cv2.GaussianBlur(seen, (5, 5), 0.7)
    return np.asarray(cv2.addWeighted(soft, 1.0, noise, 1.0, -128.0), np.uint8)


def _at(value: float) -> Swing:
    """Return a constant value for one of the camera's degrees of freedom."""
    return Swing(value, 0.0, (pi / 2, 0.0, 0.0))
