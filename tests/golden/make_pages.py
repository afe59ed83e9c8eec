"""Render the golden pages and their truth: `python tests/golden/make_pages.py`.

Pages that no photo of ours covers, written by camdigits.synth.handwriting: paper filmed by the
demo's camera, the same
rotated by 90 and by 180 degrees, chalk on a board, a board beside a sheet, a form with
printed lines, tilted boxes, a page held aslant, a hard shadow, touching digits, small felt pen.
"""

import json
from pathlib import Path

import numpy as np

from camdigits.geometry import rotated as turn
from camdigits.image import cv2
from camdigits.sources.synthetic import SyntheticSource
from camdigits.synth.handwriting import Pen, make_writer, write
from camdigits.synth.paper import BLACK, BLUE, lay_ink, make_light, make_noise, make_paper
from camdigits.values import Box

HERE = Path(__file__).parent
CHALK = (225.0, 230.0, 230.0)
SIZE = (960, 720)


def filmed(seed, numbers, index=40):
    """One frame of a demo clip."""
    source = SyntheticSource(index + 1, (960, 540), seed, numbers)
    *_, frame = source
    return frame.bgr, numbers, [tuple(mark) for mark in source.truth_boxes(index)]


def turned(picture, numbers, marks):
    """The same page rotated by 90 degrees; a quarter turn clockwise makes it upright."""
    width = picture.shape[1]
    lying = [(label, turn(box, 270)) for label, box in marks]
    moved = [(label, Box(box.x, box.y + width, box.width, box.height)) for label, box in lying]
    return np.ascontiguousarray(np.rot90(picture)), numbers, moved


def written(canvas, numbers, pitch, corner, pen, colour, rng, height_px=60):
    """Write numbers below each other; returns the truth."""
    marks = []
    for row, number in enumerate(numbers):
        line = write(number, height_px, rng, pen, make_writer(rng))
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


def upside_down(picture, numbers, marks):
    """The same page rotated by 180 degrees."""
    height, width = picture.shape[:2]
    moved = [
        (label, Box(width - box.right, height - box.bottom, box.width, box.height))
        for label, box in marks
    ]
    return np.ascontiguousarray(picture[::-1, ::-1]), numbers, moved


def both(seed, numbers):
    """Chalk on a board on the left, pen on a sheet on the right."""
    rng = np.random.default_rng(seed)
    canvas = make_paper(SIZE, rng)
    canvas[:, :480] *= np.float32(0.22)
    marks = written(canvas, numbers[:4], 130, (60, 80), Pen(0.1), CHALK, rng, 80)
    marks += written(canvas, numbers[4:], 130, (560, 80), Pen(0.1), BLUE, rng, 80)
    # Read row by row across both.
    rows = [number for pair in zip(numbers[:4], numbers[4:], strict=True) for number in pair]
    return shot(canvas, rng), rows, marks


def boxes(seed, numbers):
    """A digit in each box of a form, the sheet tilted by seven degrees."""
    rng = np.random.default_rng(seed)
    canvas = make_paper(SIZE, rng)
    marks = []
    for row, number in enumerate(numbers):
        for column, label in enumerate(number):
            left, top = 240 + 72 * column, 150 + 130 * row
            cv2.rectangle(canvas, (left, top), (left + 72, top + 90), (90, 90, 90), 2)
            line = write(label, 62, rng, Pen(0.09), make_writer(rng))
            x, y = left + int(rng.integers(4, 26)), top + int(rng.integers(8, 24))
            lay_ink(canvas, line.ink, (x, y), BLUE, rng)
            marks += [(label, Box(x + b.x, y + b.y, b.width, b.height)) for b in line.boxes]
    return tilted(canvas, marks, -7, rng), numbers, marks  # a comb is one number


def aslant(seed, numbers):
    """A page held aslant by twenty degrees."""
    rng = np.random.default_rng(seed)
    canvas = make_paper(SIZE, rng)
    marks = written(canvas, numbers, 110, (300, 140), Pen(0.1), BLACK, rng, 64)
    return tilted(canvas, marks, 20, rng), numbers, marks


def tilted(canvas, marks, degrees, rng):
    """Turn a canvas clockwise and take its picture; the boxes of `marks` are turned in place."""
    matrix = cv2.getRotationMatrix2D((SIZE[0] / 2, SIZE[1] / 2), -degrees, 0.9)
    for index, (label, box) in enumerate(marks):
        x, y = matrix @ (*box.centre, 1.0)
        # The ellipse in a box: the corners of a digit's box hold no ink.
        wide, high = np.hypot(*(matrix[:, :2] * (box.width / 2, box.height / 2)).T)
        left, top = round(x - wide), round(y - high)
        marks[index] = label, Box(left, top, round(2 * wide), round(2 * high))
    turned_page = cv2.warpAffine(canvas, matrix, SIZE, borderMode=cv2.BORDER_REPLICATE)
    return shot(turned_page, rng)


def shadow(seed, numbers):
    """The hard shadow of a hand across the page, and a dark corner."""
    rng = np.random.default_rng(seed)
    canvas = make_paper(SIZE, rng)
    marks = written(canvas, numbers, 120, (140, 90), Pen(0.08), BLUE, rng, 70)
    y, x = np.mgrid[: SIZE[1], : SIZE[0]].astype(np.float32)
    dark = 0.45 + 0.55 / (1 + np.exp(np.clip((x + y / 2 - 560) / 4, -50, 50)))
    canvas *= (dark * (1 - 0.4 * (x / SIZE[0]) * (y / SIZE[1])))[..., None]
    return shot(canvas, rng), numbers, marks


def touching(seed, numbers):
    """Digits of a number that run into each other."""
    rng = np.random.default_rng(seed)
    canvas = make_paper(SIZE, rng)
    marks = []
    for row, number in enumerate(numbers):
        writer, x = make_writer(rng), 140.0
        for label in number:
            line = write(label, 80, rng, Pen(0.09), writer)
            box = line.boxes[0]
            place = round(x - box.x), 90 + 130 * row
            lay_ink(canvas, line.ink, place, BLACK, rng)
            marks.append((label, Box(place[0] + box.x, place[1] + box.y, box.width, box.height)))
            x += box.width - 3
    return shot(canvas, rng), numbers, marks


def main():
    """Write the pages as JPEG and the truth beside them."""
    pages = {
        "paper": filmed(11, ("271828", "1809", "365", "44007", "96", "5318")),
        "side": turned(*filmed(12, ("60221", "7745", "1986", "30", "52841", "963"))),
        "board": board(13, ("1024", "753", "86", "49026")),
        "form": form(14, ("20417", "8635", "190", "7724")),
        "small": plain(15, ("3141592653", "58979", "32384", "6264338327", "950", "2884")),
        "head": upside_down(*filmed(16, ("27459", "3827", "7124", "54", "23957", "4726"))),
        "both": both(17, ("403", "75", "2681", "94", "318", "62", "5079", "47")),
        "boxes": boxes(18, ("2745", "3860", "1597")),
        "aslant": aslant(19, ("7352", "48", "9264", "305")),
        "shadow": shadow(20, ("58203", "4471", "960", "72358")),
        "touching": touching(21, ("52", "374", "68", "205")),
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
