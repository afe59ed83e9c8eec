"""Draw signs at the size and the height at which people write them beside digits.

Lengths are fractions of the digit height; a drop is how far the lowest ink is below the baseline.
The ranges are chosen: those of school primers and price tags, widened.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from camdigits.image import cv2
from camdigits.values import GrayImage
from train.data.by_writer import Part
from train.data.sign_strokes import sign_strokes
from train.data.strokes import Stroke
from train.simulate.strings import StringStyle, trace
from train.writers.signs import SIGNS as SKELETONS

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Placing:
    """How large a sign is, and where it is."""

    height: Range  # of the ink; for flat signs, of the width
    middle: Range | None = None  # of the ink above the baseline; None: it stands on the baseline
    drop: Range = (0.0, 0.0)
    flat: bool = False  # `height` is the width
    min_pens: float = 0.0  # the same over the width of the pen: smaller is a blot


PLACINGS: Mapping[str, Placing] = {
    ".": Placing((0.02, 0.12), None, (-0.06, 0.08)),
    ",": Placing((0.16, 0.42), None, (0.04, 0.32)),
    ":": Placing((0.35, 0.75), None, (-0.2, 0.04)),
    "-": Placing((0.28, 0.75), (0.35, 0.65), flat=True, min_pens=2.5),
    "/": Placing((0.9, 1.5), (0.38, 0.6)),
    "+": Placing((0.45, 0.9), (0.36, 0.6), min_pens=4.5),
    "×": Placing((0.35, 0.75), (0.3, 0.55), min_pens=4.5),
    "÷": Placing((0.4, 0.8), (0.38, 0.62), flat=True, min_pens=4.0),
    "=": Placing((0.35, 0.85), (0.35, 0.6), flat=True, min_pens=4.0),
    "(": Placing((0.95, 1.5), (0.38, 0.58)),
    ")": Placing((0.95, 1.5), (0.38, 0.58)),
    "%": Placing((0.75, 1.15), (0.42, 0.56), min_pens=8.0),
}


@dataclass(frozen=True, slots=True, eq=False)
class SignWriters:
    """The signs of a part's writers."""

    samples: Mapping[str, Sequence[Sequence[Stroke]]]

    @classmethod
    def of(cls, part: Part) -> "SignWriters":
        """Load the signs of a part.

        Raises:
            DataError: the data set is missing or damaged.
        """
        return cls(sign_strokes(part))

    def draw(
        self, sign: str, style: StringStyle, rng: np.random.Generator
    ) -> tuple[GrayImage, float]:
        """Draw a sign: (h, w) uint8 coverage tight around the ink, and its drop in pixels."""
        placing, size = PLACINGS[sign], style.height_px
        part = max(rng.uniform(*placing.height), placing.min_pens * style.pen)
        if sign == ".":
            image = _point(part * size, style, rng)
        elif sign == "÷":
            image = _divided_by(part * size, style, rng)
        else:
            image = self._traced(sign, part, placing, style, rng)
        if placing.middle is None:
            drop = rng.uniform(*placing.drop) * size
        else:
            drop = image.shape[0] / 2 - rng.uniform(*placing.middle) * size
        return image, drop

    def _traced(
        self,
        sign: str,
        part: float,
        placing: Placing,
        style: StringStyle,
        rng: np.random.Generator,
    ) -> GrayImage:
        strokes = _choose(self.samples[sign], sign, rng)
        wide, high = np.maximum(np.ptp(np.concatenate(strokes), axis=0), 1.0)
        pen = max(1.0, style.pen * style.height_px)
        scale = max(part * style.height_px - pen, 1.0) / (wide if placing.flat else high)
        # `trace` measures by the height, or by 0.6 of the width of flat drawings.
        length = scale * max(float(high), 0.6 * float(wide)) + pen
        own = replace(style, height_px=length, pen=pen / length, unevenness=0.05)
        return trace(strokes, replace(own, wideness=1.0) if sign in "/()" else own, rng)


def _choose(
    samples: Sequence[Sequence[Stroke]], sign: str, rng: np.random.Generator
) -> Sequence[Stroke]:
    """Return a writer's strokes, or at times straight ones: a plain cross, line or bow."""
    if rng.random() < 0.8:
        return samples[int(rng.integers(len(samples)))]
    if sign == "+":
        return [_near(rng, (0, 500), (1000, 500)), _near(rng, (500, 0), (500, 1000))]
    if sign == "×":
        return [_near(rng, (0, 0), (1000, 1000)), _near(rng, (1000, 0), (0, 1000))]
    if sign == "-":
        return [_near(rng, (0, 0), (1000, 0))]
    if sign == "=":
        gap = rng.uniform(300, 600)
        return [_near(rng, (0, 0), (1000, 0)), _near(rng, (0, gap), (1000, gap))]
    if sign == "/":
        return [_near(rng, (rng.uniform(150, 650), 0), (0, 1000))]
    if sign in "()":
        bow = rng.uniform(80, 300) * (1 if sign == ")" else -1)
        t = np.linspace(0, 1, 9)
        bend = np.stack([bow * np.sin(np.pi * t), 1000 * t], axis=1)
        return [bend.astype(np.float32)]
    if sign == "%":
        return _skeleton(SKELETONS["percent"][int(rng.integers(len(SKELETONS["percent"])))])
    return samples[int(rng.integers(len(samples)))]


def _near(rng: np.random.Generator, *points: tuple[float, float]) -> Stroke:
    """Return points with a deviation of 25 units."""
    return np.asarray(np.array(points) + rng.normal(0, 25, (len(points), 2)), np.float32)


def _skeleton(text: str) -> list[Stroke]:
    """Return the strokes of a skeleton: points in percent, corners marked with a slash."""
    return [
        np.array(
            [[float(v) for v in point.strip("/").split(",")] for point in stroke.split()],
            np.float32,
        )
        * 10
        for stroke in text.split(";")
    ]


def _point(length: float, style: StringStyle, rng: np.random.Generator) -> GrayImage:
    """Draw a dot: a short stroke of the pen, at times a broad one or a ring."""
    pen = max(1.0, style.pen * style.height_px) * rng.uniform(0.9, 1.9)
    pen = min(pen, 0.28 * style.height_px + 1)
    side = int(np.ceil(length + 2 * pen)) + 4
    canvas = np.zeros((side, side), np.uint8)
    middle = np.array([side / 2, side / 2])
    angle = rng.uniform(0, 2 * np.pi)
    step = np.array([np.cos(angle), np.sin(angle)]) * min(length, 1.5 * pen) / 2
    ends = np.rint(np.stack([middle - step, middle + step]) * 8).astype(np.int32)
    cv2.polylines(canvas, [ends], False, 255, max(1, round(pen)), cv2.LINE_AA, 3)
    return _cropped(canvas)


def _divided_by(width: float, style: StringStyle, rng: np.random.Generator) -> GrayImage:
    """Draw a bar with a dot above and below it."""
    bar = np.array([[0.0, 0.0], [width, rng.normal(0, 0.05) * width]])
    pen = max(1.0, style.pen * style.height_px)
    away = pen * rng.uniform(1.6, 2.6) + rng.uniform(0.06, 0.2) * style.height_px
    middle = bar.mean(axis=0) + rng.normal(0, 0.06, 2) * width
    low = bar.min(axis=0) - [2 * pen + 2, away + 2 * pen + 2]
    size = np.ceil(np.array([width + 4 * pen + 4, 2 * away + 4 * pen + 6])).astype(int) + 4
    canvas = np.zeros((size[1], size[0]), np.uint8)
    path = np.rint((bar - low) * 8).astype(np.int32)
    cv2.polylines(canvas, [path], False, 255, max(1, round(pen)), cv2.LINE_AA, 3)
    for side in (-1, 1):
        dot = middle + np.array([rng.normal(0, 0.05) * width, side * away])
        broad = max(1, round(pen * rng.uniform(1.0, 1.7)))
        at = np.rint((np.stack([dot, dot + 0.01]) - low) * 8).astype(np.int32)
        cv2.polylines(canvas, [at], False, 255, broad, cv2.LINE_AA, 3)
    return _cropped(canvas)


def _cropped(canvas: GrayImage) -> GrayImage:
    x, y, width, height = cv2.boundingRect(np.asarray(canvas > 60, np.uint8))
    return canvas[y : y + height, x : x + width] if width else np.full((2, 2), 255, np.uint8)
