"""Pages with signs: digits of the demo's handwriting, signs of plain lines."""

import numpy as np

from camdigits.image import cv2
from camdigits.synth.handwriting import Pen, make_writer, write
from camdigits.values import GrayImage

HEIGHT = 60  # of a digit in pixels
LINES = {  # strokes in parts of the digit height, y down from the top of the line
    "+": (((0, 0.55), (0.5, 0.55)), ((0.25, 0.3), (0.25, 0.8))),
    "-": (((0, 0.55), (0.45, 0.55)),),
    "=": (((0, 0.45), (0.45, 0.45)), ((0, 0.65), (0.45, 0.65))),
    "×": (((0, 0.4), (0.4, 0.8)), ((0.4, 0.4), (0, 0.8))),
    "/": (((0.35, -0.1), (0, 1.15)),),
    ".": (((0, 0.98), (0.02, 0.98)),),
    ":": (((0, 0.45), (0.02, 0.45)), ((0, 0.9), (0.02, 0.9))),
}


def page(text: str, gap: float = 0.3) -> GrayImage:
    """Write a text with the demo's handwriting; signs are plain lines."""
    rng = np.random.default_rng(5)
    writer, pen = make_writer(rng), Pen(0.1)
    paper = np.full((200, 1100), 245, np.uint8)
    x = 60.0
    for character in text:
        if character.isdecimal():
            ink = write(character, HEIGHT, rng, pen, writer).ink
            height, width = ink.shape
            here = paper[70 : 70 + height, round(x) : round(x) + width]
            np.minimum(here, 245 - (ink * 0.85).astype(np.uint8), out=here)
        else:
            strokes = np.array(LINES[character]) * HEIGHT + [x, 70]
            for one, other in np.rint(strokes).astype(int):
                broad = 9 if character in ".:" else 6
                cv2.line(paper, one.tolist(), other.tolist(), 40, broad, cv2.LINE_AA)
            width = round(float(np.ptp(strokes[..., 0]))) + 3
        x += width + gap * HEIGHT
    return np.asarray(cv2.GaussianBlur(paper, (3, 3), 0), np.uint8)


def put(
    paper: GrayImage,
    text: str,
    at: tuple[int, int],
    height: int,
    level: int = 40,
    pen: float = 0.1,
) -> list[tuple[int, int, int, int]]:
    """Write digits on a (H, W) page in place; return the box of each."""
    rng = np.random.default_rng(5)
    writer = make_writer(rng)
    boxes = []
    x, y = at
    for character in text:
        ink = write(character, height, rng, Pen(pen), writer).ink.astype(np.float32) / 255
        high, wide = ink.shape
        here = paper[y : y + high, x : x + wide]
        here[:] = np.rint(here + (level - here.astype(np.float32)) * ink).astype(np.uint8)
        boxes.append((x, y, wide, high))
        x += wide + round(0.3 * height)
    return boxes
