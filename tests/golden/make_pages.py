"""Render the golden pages and their truth: `python tests/golden/make_pages.py`.

Pages that no photo of ours covers, written by camdigits.handwriting: paper filmed by the demo's
camera, the same lying on its side, chalk on a board, a form with printed lines, small felt pen.
"""

import json
from pathlib import Path

import numpy as np

from camdigits.group import turn
from camdigits.handwriting import Pen, make_hand, write
from camdigits.image import cv2
from camdigits.paper import BLACK, BLUE, lay_ink, make_light, make_noise, make_paper
from camdigits.sources.demo import DemoSource
from camdigits.values import Box

HERE = Path(__file__).parent
CHALK = (225.0, 230.0, 230.0)
SIZE = (960, 720)


def filmed(seed, numbers, index=40):
    """One frame of a demo clip."""
    source = DemoSource(index + 1, (960, 540), seed, numbers)
    *_, frame = source
    return frame.bgr, numbers, [tuple(mark) for mark in source.truth_boxes(index)]


def turned(picture, numbers, marks):
    """The same page lying on its side: a quarter turn clockwise brings it upright."""
    width = picture.shape[1]
    lying = [(label, turn(box, 270)) for label, box in marks]
    moved = [(label, Box(box.x, box.y + width, box.width, box.height)) for label, box in lying]
    return np.ascontiguousarray(np.rot90(picture)), numbers, moved


def written(canvas, numbers, pitch, corner, pen, colour, rng, height_px=60):
    """Write numbers below each other; returns the truth."""
    marks = []
    for row, number in enumerate(numbers):
        line = write(number, height_px, rng, pen, make_hand(rng))
        x, y = corner[0], corner[1] + row * pitch
        lay_ink(canvas, line.ink, (x, y), colour, rng)
        marks += [
            (label, Box(x + box.x, y + box.y, box.width, box.height))
            for label, box in zip(line.text, line.boxes, strict=True)
        ]
    return marks


def shot(canvas, rng):
    """Light, focus and noise of a camera."""
    canvas *= make_light(SIZE, rng)
    noise = make_noise(SIZE, rng)[: SIZE[1], : SIZE[0]].astype(np.float32) - 128
    return np.rint(cv2.GaussianBlur(canvas, (3, 3), 0.8) + noise).clip(0, 255).astype(np.uint8)


def board(seed, numbers):
    """Chalk on a blackboard."""
    rng = np.random.default_rng(seed)
    canvas = make_paper(SIZE, rng) * np.float32(0.22)
    marks = written(canvas, numbers, 130, (120, 80), Pen(0.1), CHALK, rng, 80)
    return shot(canvas, rng), numbers, marks


def form(seed, numbers):
    """Ball pen between printed lines, in a frame."""
    rng = np.random.default_rng(seed)
    canvas = make_paper(SIZE, rng)
    for row in range(len(numbers) + 1):
        cv2.line(canvas, (60, 90 + row * 110), (900, 94 + row * 110), (60, 60, 60), 2)
    for x in (60, 900):
        cv2.line(canvas, (x, 90), (x, 94 + len(numbers) * 110), (60, 60, 60), 2)
    marks = written(canvas, numbers, 110, (120, 112), Pen(0.07), BLUE, rng)
    return shot(canvas, rng), numbers, marks


def plain(seed, numbers):
    """Felt pen on blank paper, small."""
    rng = np.random.default_rng(seed)
    canvas = make_paper(SIZE, rng)
    marks = written(canvas, numbers, 60, (90, 60), Pen(0.11), BLACK, rng, 26)
    return shot(canvas, rng), numbers, marks


def main():
    """Write the pages as JPEG and the truth beside them."""
    pages = {
        "paper": filmed(11, ("271828", "1809", "365", "44007", "96", "5318")),
        "side": turned(*filmed(12, ("60221", "7745", "1986", "30", "52841", "963"))),
        "board": board(13, ("1024", "753", "86", "49026")),
        "form": form(14, ("20417", "8635", "190", "7724")),
        "small": plain(15, ("3141592653", "58979", "32384", "6264338327", "950", "2884")),
    }
    truth = []
    for name, (picture, numbers, marks) in pages.items():
        cv2.imwrite(str(HERE / f"{name}.jpg"), picture, [cv2.IMWRITE_JPEG_QUALITY, 85])
        digits = [{"label": label, "box": [int(v) for v in box]} for label, box in marks]
        truth.append({"file": f"{name}.jpg", "numbers": list(numbers), "digits": digits})
    lines = ",\n".join(json.dumps(entry) for entry in truth)
    (HERE / "labels.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
