"""Write numbers and words as one person writes them: joined, slanted, of uneven size.

A string is ink coverage with one mark per character, which knows a sample of its ink's points, so
that the cut regions can be labelled after the page was filmed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from camdigits.image import cv2
from camdigits.values import GrayImage
from train.data.by_writer import Person

NONE_LABEL, SEPARATOR_LABEL = 10, 11  # after the ten digits
AMBIGUOUS = 12  # letters that alone may be read as digits
MAX_TUCK = 0.5  # of the narrower character's width: overlap of two boxes (chosen)
ONES = 2.0  # how often a 1 is written, over any other digit: it is easily overlooked (chosen)
POINTS = 48  # ink points sampled per character (chosen)
INK_LEVEL = 110  # of 255: coverage from which a pixel is ink
MAX_ALONG = 0.4  # of the height: two characters touching for longer are illegible (chosen)
Points = npt.NDArray[np.float32]  # (POINTS, 2) x y in pixels


@dataclass(frozen=True, slots=True, eq=False)
class StringMark:
    """One character of a string."""

    label: int  # 0 to 9, NONE_LABEL, SEPARATOR_LABEL or AMBIGUOUS
    points: Points


@dataclass(slots=True, eq=False)
class Written:
    """A string being written on its own canvas."""

    ink: GrayImage  # (H, W) uint8 coverage
    marks: list[StringMark] = field(default_factory=list)
    right: int = 0  # first free column

    def cropped(self) -> "Written":
        """Return the string on a canvas tight around its ink."""
        x, y, width, height = cv2.boundingRect(np.asarray(self.ink > INK_LEVEL, np.uint8))
        tight = self.ink[y : y + height, x : x + width]
        moved = [
            StringMark(mark.label, mark.points - np.array([x, y], np.float32))
            for mark in self.marks
        ]
        return Written(tight, moved, width)


@dataclass(frozen=True, slots=True)
class StringStyle:
    """How one person writes one string; lengths are fractions of the digit height."""

    height_px: float
    pen: float  # width
    shear: float  # rise of x per y, the slant of all characters
    wideness: float  # width over that of the samples
    unevenness: float  # standard deviation of the characters' heights, and of their widths
    drift: float  # rise of the baseline per character
    wander: float  # standard deviation of the baseline
    closeness: tuple[float, float]  # range of gaps after contact; negative is overlap
    ligatures: float  # share of the gaps with a connecting stroke


def draw_style(rng: np.random.Generator, heights_px: tuple[float, float]) -> StringStyle:
    """Draw a random style: from digits clearly apart to digits pushed into each other."""
    kind = rng.random()
    if kind < 0.66:  # touching: pushed into each other by up to an eighth of the height
        closeness = -rng.uniform(0.0, 0.13), 0.02
    elif kind < 0.85:
        closeness = -0.06, rng.uniform(0.1, 0.35)
    else:
        closeness = 0.05, rng.uniform(0.15, 0.5)
    return StringStyle(
        height_px=float(np.exp(rng.uniform(*np.log(heights_px)))),
        pen=float(np.exp(rng.uniform(np.log(0.035), np.log(0.14)))),
        shear=rng.normal(0.08, 0.18),
        wideness=float(np.exp(rng.normal(0.04, 0.24))),
        unevenness=rng.choice([0.02, 0.06, 0.12]),
        drift=rng.normal(0, 0.03),
        wander=rng.choice([0.01, 0.03, 0.07]),
        closeness=closeness,
        ligatures=rng.choice([0.0, 0.15, 0.6], p=[0.7, 0.15, 0.15]),
    )


def write_number(person: Person, style: StringStyle, rng: np.random.Generator) -> Written:
    """Write a number of 1 to 7 digits, sometimes with points, commas or spaces between."""
    length = int(rng.choice(7, p=[0.06, 0.30, 0.22, 0.16, 0.12, 0.08, 0.06])) + 1
    known = np.unique(person.labels)
    weights = np.where(known == 1, ONES, 1.0)
    labels = rng.choice(known, length, p=weights / weights.sum())
    if rng.random() < 0.1:
        labels[rng.integers(length) :] = labels[-1]  # 00, 111
    separators = rng.random() < 0.12
    glyphs: list[tuple[int, Callable[[StringStyle, np.random.Generator], GrayImage]]] = []
    for place, label in enumerate(labels.tolist()):
        if place and separators and rng.random() < 0.5:
            glyphs.append((SEPARATOR_LABEL, _separator))
        index = int(rng.choice(np.flatnonzero(person.labels == label)))
        glyphs.append((label, _digit(person, index)))
    return write(glyphs, style, rng)


def write(
    glyphs: Sequence[tuple[int, Callable[[StringStyle, np.random.Generator], GrayImage]]],
    style: StringStyle,
    rng: np.random.Generator,
) -> Written:
    """Write characters from left to right, each pushed against the ink before it.

    Args:
        glyphs: label of each character, and a function that draws its (h, w) coverage.
        style: of the string.
        rng: random generator.
    """
    height = style.height_px
    side = round(2.2 * height + 8), round(height * (1.9 * len(glyphs) + 1) + 16)
    line = Written(np.zeros(side, np.uint8))
    baseline, before = 1.55 * height, None
    for place, (label, draw) in enumerate(glyphs):
        shape = draw(style, rng)
        low = baseline + (rng.normal(0, style.wander) - place * style.drift) * height
        if label == SEPARATOR_LABEL:
            low += rng.uniform(0.0, 0.5) * shape.shape[0]
        y = int(np.clip(round(low) - shape.shape[0], 0, side[0] - shape.shape[0]))
        x = 2 if before is None else next_x(line, shape, y, before[2].shape[1], style, rng)
        if x + shape.shape[1] + 2 > side[1]:
            break
        here = line.ink[y : y + shape.shape[0], x : x + shape.shape[1]]
        if before is not None and rng.random() < style.ligatures:
            _join(line.ink, before, (x, y, shape), style, rng)
        np.maximum(here, shape, out=here)
        points = sample_ink(shape, rng) + np.array([x, y], np.float32)
        line.marks.append(StringMark(label, points))
        line.right = max(line.right, x + shape.shape[1])
        before = x, y, shape
    return line.cropped()


def next_x(
    line: Written,
    shape: GrayImage,
    y: int,
    previous_width: int,
    style: StringStyle,
    rng: np.random.Generator,
) -> int:
    """Return the left edge of the next character: at contact, apart, or overlapping."""
    height, width = shape.shape
    rows = line.ink[y : y + height, : line.right] > INK_LEVEL
    own = shape > INK_LEVEL
    ends = np.where(rows.any(axis=1), rows.shape[1] - rows[:, ::-1].argmax(axis=1), -(10**6))
    starts = np.where(own.any(axis=1), own.argmax(axis=1), 10**6)
    # Diagonal neighbours touch, too.
    padded = np.pad(ends, 1, constant_values=-(10**6))
    ends = np.maximum(np.maximum(padded[:-2], padded[2:]), ends)
    contact = float((ends - starts).max())
    if contact < -(10**5):
        contact = float(line.right)
    gap = rng.uniform(*style.closeness) * style.height_px
    least = line.right - MAX_TUCK * min(width, previous_width)
    x = int(max(2, round(max(contact + gap, least))))
    # Strokes that touch along most of their length are illegible: move the character away.
    while np.count_nonzero(ends - starts - x >= -1) > MAX_ALONG * height:
        x += 1
    return x


def _join(
    ink: GrayImage,
    before: tuple[int, int, GrayImage],
    after: tuple[int, int, GrayImage],
    style: StringStyle,
    rng: np.random.Generator,
) -> None:
    """Draw a thin connecting stroke from the end of one character to the start of the next."""
    ends = []
    for (x, y, shape), side in ((before, 1), (after, 0)):
        ys, xs = np.nonzero(shape > INK_LEVEL)
        if len(xs) == 0:
            return
        reach = np.quantile(xs, 0.9 if side else 0.1)
        near = np.flatnonzero(xs >= reach if side else xs <= reach)
        pick = int(rng.choice(near))
        ends.append((x + int(xs[pick]), y + int(ys[pick])))
    (x0, y0), (x1, y1) = ends
    sag = rng.normal(0.08, 0.12) * style.height_px
    t = np.linspace(0, 1, 9)[:, None]
    middle = np.array([(x0 + x1) / 2, (y0 + y1) / 2 + sag])
    path = (1 - t) ** 2 * [x0, y0] + 2 * t * (1 - t) * middle + t**2 * [x1, y1]
    pen = max(1, round(style.pen * style.height_px * rng.uniform(0.5, 1.0)))
    cv2.polylines(ink, [np.rint(path * 8).astype(np.int32)], False, 255, pen, cv2.LINE_AA, 3)


def sample_ink(shape: GrayImage, rng: np.random.Generator) -> Points:
    """Return random ink points of a drawing."""
    ys, xs = np.nonzero(shape > INK_LEVEL)
    if len(xs) == 0:
        return np.zeros((POINTS, 2), np.float32)
    chosen = rng.integers(len(xs), size=POINTS)
    return np.stack([xs[chosen], ys[chosen]], axis=1).astype(np.float32)


def _digit(person: Person, index: int) -> Callable[[StringStyle, np.random.Generator], GrayImage]:
    return lambda style, rng: draw_digit(person, index, style, rng)


def draw_digit(
    person: Person, index: int, style: StringStyle, rng: np.random.Generator
) -> GrayImage:
    """Draw one of a person's digits anew: (h, w) uint8 coverage tight around the ink."""
    if person.strokes:
        return trace(person.strokes[index], style, rng)
    return redraw(person.images[index], style, rng)


def trace(
    strokes: Sequence[npt.NDArray[np.float32]], style: StringStyle, rng: np.random.Generator
) -> GrayImage:
    """Draw recorded strokes with the pen and the slant of a style."""
    points = np.concatenate(strokes)
    low, span = points.min(axis=0), np.ptp(points, axis=0)
    height = _height(style, rng)
    pen = max(1.0, style.pen * style.height_px)
    scale = max(1.0, height - pen) / max(float(span[1]), 0.6 * float(span[0]), 1.0)
    wideness, shear = _own_form(style, rng)
    matrix = np.array([[wideness, 0.0], [-shear, 1.0]]) * scale
    paths = [(stroke - low) @ matrix for stroke in strokes]
    if rng.random() < 0.5:
        paths = _wobbled(paths, 0.02 * height, rng)
    every = np.concatenate(paths)
    corner = every.min(axis=0) - pen
    wide, high = np.ceil(np.ptp(every, axis=0) + 2 * pen).astype(int) + 2
    canvas = np.zeros((high, wide), np.uint8)
    for path in paths:
        ends = np.rint((path - corner) * 8).astype(np.int32)
        cv2.polylines(canvas, [ends], False, 255, max(1, round(pen)), cv2.LINE_AA, 3)
    return tight(canvas)


def _wobbled(
    paths: list[npt.NDArray[np.float64]], amount: float, rng: np.random.Generator
) -> list[npt.NDArray[np.float64]]:
    """Displace the points of strokes by a smooth wave."""
    phase, way = rng.uniform(0, 2 * np.pi, 2), rng.uniform(0.5, 2.0, 2)
    every = np.concatenate(paths)
    low, span = every.min(axis=0), np.ptp(every, axis=0).max() + 1e-6
    return [
        path + amount * np.sin(2 * np.pi * way * ((path - low) / span)[:, ::-1] + phase)
        for path in paths
    ]


def redraw(image: GrayImage, style: StringStyle, rng: np.random.Generator) -> GrayImage:
    """Scale and slant a scanned character, with a slightly broader or finer pen."""
    x, y, width, high = cv2.boundingRect(np.asarray(image > 60, np.uint8))
    if width == 0:
        return np.zeros((4, 4), np.uint8)
    room = cv2.copyMakeBorder(image[y : y + high, x : x + width], 1, 1, 1, 1, 0)
    grow = 3 if max(room.shape) < 48 else 1  # scans of 28 px; print is drawn larger
    big = cv2.resize(room, None, fx=grow, fy=grow, interpolation=cv2.INTER_CUBIC)
    kernel = np.ones((3, 3), np.uint8)
    if style.pen > 0.11:
        big = cv2.dilate(big, kernel)
    elif style.pen < 0.055:
        thin = cv2.erode(big, kernel)
        big = thin if cv2.countNonZero(thin) > 0.35 * cv2.countNonZero(big) else big
    scale = _height(style, rng) / (grow * max(high, 0.6 * width))
    wideness, shear = _own_form(style, rng)
    across, down = scale * wideness, scale
    slope = shear * scale
    rows, columns = big.shape
    size = int(columns * across + rows * abs(slope)) + 3, int(rows * down) + 2
    matrix = np.array([[across, -slope, max(0.0, slope * rows) + 1], [0, down, 1]])
    if scale < 0.6:  # avoid aliasing
        big = cv2.GaussianBlur(big, (0, 0), 0.35 / scale)
    flat = np.asarray(cv2.warpAffine(big, matrix, size, flags=cv2.INTER_LINEAR), np.float32)
    # The source is blurred by its own anti-aliasing, so the edge is sharpened again.
    steep = np.clip((flat - 40) * (255 / 150), 0, 255).astype(np.uint8)
    return tight(steep)


def _own_form(style: StringStyle, rng: np.random.Generator) -> tuple[float, float]:
    """Draw the width factor and the slant of one character."""
    return (
        style.wideness * float(np.exp(rng.normal(0, style.unevenness))),
        style.shear + rng.normal(0, 0.5 * style.unevenness),
    )


def _height(style: StringStyle, rng: np.random.Generator) -> float:
    height = style.height_px * float(np.exp(rng.normal(0, style.unevenness)))
    return max(6.0, min(height, 1.5 * style.height_px))


def tight(canvas: GrayImage) -> GrayImage:
    """Crop coverage to its ink; a drawing without ink becomes 4 by 4 blank pixels."""
    x, y, width, height = cv2.boundingRect(np.asarray(canvas > 60, np.uint8))
    if width == 0:
        return np.zeros((4, 4), np.uint8)
    return canvas[y : y + height, x : x + width]


def _separator(style: StringStyle, rng: np.random.Generator) -> GrayImage:
    """Draw a point or a comma."""
    pen = max(1, round(style.pen * style.height_px))
    high = rng.uniform(0.02, 0.3) * style.height_px
    canvas = np.zeros((round(high) + 3 * pen + 4, round(0.6 * high) + 3 * pen + 4), np.uint8)
    start = canvas.shape[1] - 1.5 * pen - 2, 1.5 * pen + 1
    end = start[0] - high * rng.uniform(0, 0.5), start[1] + high
    ends = np.rint(np.array([start, end]) * 8).astype(np.int32)
    cv2.polylines(canvas, [ends], False, 255, pen + int(rng.integers(2)), cv2.LINE_AA, 3)
    return tight(canvas)
