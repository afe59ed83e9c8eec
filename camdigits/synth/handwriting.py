"""Render handwritten digits from stroke skeletons, as smooth curves with a writer's jitter.

Used by the demo clip and the benchmark, so that they need no data set. No model is trained on
these skeletons. Returns the coverage of the ink and a tight box around each digit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from camdigits.errors import CamdigitsError
from camdigits.image import cv2
from camdigits.values import Box, GrayImage

Points: TypeAlias = npt.NDArray[np.float64]  # (N, 2): x, y; in digit heights unless named _px
Stroke: TypeAlias = tuple[Points, tuple[int, ...]]  # control points, indices of corners

# Each shape of a digit is a string: strokes separated by ";", control points "x,y" in hundredths
# of the digit's height with y down, "/" after a corner. The most common shape is first.
SHAPES: dict[str, tuple[str, ...]] = {
    "0": (
        "36,4 22,2 7,22 2,55 12,90 28,100 47,84 54,48 46,14 32,2 22,6",
        "28,1 10,14 2,48 8,84 26,100 44,86 50,50 44,15 27,1",
        "40,5 26,0 9,16 2,52 12,90 30,100 50,80 54,44 44,12 30,2; 60,2 32,50 0,100",
    ),
    "1": (
        "8,0 7,50 5,100",
        "0,30 14,18 27,0/ 26,50 24,100",
        "0,26 12,16 24,0/ 23,50 22,98; 3,100 22,98 42,99",
    ),
    "2": (
        "4,24 12,6 30,0 47,12 45,34 27,66 2,98/ 28,96 56,97",
        "3,22 14,3 34,1 46,16 42,40 24,74 8,96 0,92 6,80 22,86 38,98 57,92",
        "5,18 20,1 40,6 46,26 34,56 16,82 2,97/ 20,92 38,98 56,92",
    ),
    "3": (
        "4,12 20,0 40,6 42,28 30,43 16,47/ 40,52 51,72 40,94 18,101 0,90",
        "2,3 24,3 47,1/ 34,20 20,41/ 42,46 52,68 42,92 18,100 0,91",
        "4,14 18,1 38,4 42,24 32,42 20,48 17,44 25,42 44,54 49,76 34,98 12,99 0,88",
    ),
    "4": (
        "14,0 8,30 1,60/ 28,61 56,57; 45,24 42,60 39,101",
        "40,0 22,32 0,66/ 30,67 60,63; 42,0 41,50 39,101",
        "12,2 9,28 3,56/ 26,57 46,54; 46,2 44,50 41,100",
    ),
    "5": (
        "9,2 8,20 6,44/ 22,37 42,44 50,68 40,93 18,101 0,93; 9,2 28,3 49,0",
        "50,1 30,3 13,3/ 11,20 8,43/ 26,38 45,48 48,72 34,95 14,101 0,92",
    ),
    "6": (
        "40,0 20,20 6,50 4,78 18,99 38,96 48,77 40,58 22,57 7,72",
        "30,0 13,28 4,62 10,92 27,101 45,88 45,66 29,57 13,66 6,82",
    ),
    "7": (
        "0,5 24,5 50,2/ 36,34 24,66 18,101",
        "0,6 24,5 52,2/ 36,38 24,70 18,101; 10,51 28,49 48,46",
        "2,16 4,3/ 26,4 52,1/ 38,36 28,70 24,100; 14,52 30,50 50,48",
        "2,18 3,4/ 26,5 50,3/ 40,30 30,64 26,100",
    ),
    "8": (
        "43,12 27,0 8,8 7,26 26,45 47,66 45,90 25,101 4,90 6,68 26,48 42,30 44,10",
        "26,1 10,8 7,26 26,46 46,68 44,91 24,101 5,91 6,68 26,46 43,27 40,7 24,0",
    ),
    "9": (
        "45,14 30,0 10,7 3,28 16,46 36,38 46,13 47,48 38,84 18,101 4,93",
        "45,12 28,0 8,10 5,34 22,46 40,32 46,8/ 44,50 41,101",
        "44,16 28,1 8,10 4,32 18,45 36,36 45,14 45,44 36,76 22,101",
    ),
}
SUPERSAMPLING = 4  # chosen: factor of the drawing resolution; gives 16 levels of ink at an edge


@dataclass(frozen=True, slots=True)
class Pen:
    """Width of the stroke and its variation; lengths in digit heights."""

    width: float = 0.085
    pressure: float = 0.18  # fraction by which the width varies along a stroke


@dataclass(frozen=True, slots=True)
class WriterStyle:
    """Style of one writer; lengths in digit heights."""

    slant: float = 0.12  # shear: shift of the top to the right, over the height
    wobble: float = 0.016  # standard deviation of each control point
    gap: float = 0.2  # mean white gap between two digits
    wideness: float = 1.0  # horizontal scale of the skeletons
    drift: float = 0.0  # rise of the line per digit; negative: falls
    variants: tuple[int, ...] | None = (
        None  # index of the shape of each digit 0 to 9; None: random
    )


@dataclass(frozen=True, slots=True, eq=False)
class Writing:
    """A rendered line of digits."""

    ink: GrayImage  # (H, W) uint8 coverage, 255 = full ink, tight around the ink
    text: str  # the digits without spaces
    boxes: tuple[Box, ...]  # one per digit of `text`, tight; no two share a column


def make_writer(rng: np.random.Generator) -> WriterStyle:
    """Draw a random writer's style."""
    return WriterStyle(
        slant=rng.uniform(-0.04, 0.24),
        wobble=rng.uniform(0.011, 0.02),
        gap=rng.uniform(0.16, 0.26),
        wideness=rng.uniform(0.92, 1.12),
        drift=rng.uniform(-0.008, 0.012),
        variants=tuple(pick_variant(digit, rng) for digit in "0123456789"),
    )


def write(
    text: str,
    height_px: float,
    rng: np.random.Generator,
    pen: Pen = Pen(),
    writer: WriterStyle = WriterStyle(),
) -> Writing:
    """Render one line of digits.

    Args:
        text: digits and spaces; a space is 0.8 digit heights wide.
        height_px: mean height of a digit, including the pen width.
        rng: source of all randomness.
        pen: stroke width.
        writer: style of the digits.

    Raises:
        CamdigitsError: text contains other characters, or no digit.
    """
    check_text(text)
    cursor_px, placed = 0.0, []
    for index, character in enumerate(text):
        if character == " ":
            cursor_px += 0.8 * height_px
            continue
        ink, top_px = draw_digit(character, height_px, rng, pen, writer)
        lift_px = height_px * (rng.normal(0, 0.02) + writer.drift * index)
        placed.append((ink, round(cursor_px), round(top_px - lift_px)))
        white = max(rng.normal(writer.gap, 0.035), 0.1)
        cursor_px += ink.shape[1] + white * height_px
    return assemble(text.replace(" ", ""), placed)


def check_text(text: str) -> None:
    """Reject text that cannot be rendered.

    Raises:
        CamdigitsError: text contains other characters than digits and spaces, or no digit.
    """
    if not text.strip(" ") or not set(text) <= {*SHAPES, " "}:
        raise CamdigitsError(f"handwriting: wanted digits 0-9 and spaces, got {text!r}")


def assemble(text: str, placed: Sequence[tuple[GrayImage, int, int]]) -> Writing:
    """Place (ink, left, top) on one canvas, cropped to their union."""
    left = min(x for _, x, _ in placed)
    top = min(y for _, _, y in placed)
    boxes = tuple(Box(x - left, y - top, ink.shape[1], ink.shape[0]) for ink, x, y in placed)
    canvas = np.zeros((max(b.bottom for b in boxes), max(b.right for b in boxes)), np.uint8)
    for (ink, _, _), box in zip(placed, boxes, strict=True):
        canvas[box.y : box.bottom, box.x : box.right] = ink
    return Writing(canvas, text, boxes)


def draw_digit(
    digit: str, height_px: float, rng: np.random.Generator, pen: Pen, writer: WriterStyle
) -> tuple[GrayImage, int]:
    """Draw one digit; return its tight (H, W) coverage and its top row within the line."""
    return draw_shape(pick_shape(digit, rng, writer), height_px, rng, pen, writer)


def draw_shape(
    strokes: Sequence[Stroke],
    height_px: float,
    rng: np.random.Generator,
    pen: Pen,
    writer: WriterStyle,
) -> tuple[GrayImage, int]:
    """Draw strokes of height 1; return what `draw_digit` returns."""
    width_px = max(pen.width * height_px, 1.0)
    transform = pose(rng, height_px - width_px, writer)
    paths_px = [(curve(wobbled(stroke, rng, writer)) @ transform.T) for stroke in strokes]
    margin_px = int(np.ceil(width_px)) + 2
    points_px = np.concatenate(paths_px)
    origin_px = np.floor(points_px.min(axis=0)) - margin_px
    columns, rows = (np.ceil(points_px.max(axis=0)) - origin_px + margin_px).astype(int)
    fine = np.zeros((rows * SUPERSAMPLING, columns * SUPERSAMPLING), np.uint8)
    for path_px in paths_px:
        widths_px = width_px * pressures(path_px, rng, pen)
        draw_path(fine, (path_px - origin_px) * SUPERSAMPLING, widths_px * SUPERSAMPLING)
    ink = np.asarray(cv2.resize(fine, (columns, rows), interpolation=cv2.INTER_AREA), np.uint8)
    x, y, width, height = cv2.boundingRect(ink)
    return ink[y : y + height, x : x + width], int(origin_px[1]) + y


def pick_shape(digit: str, rng: np.random.Generator, writer: WriterStyle) -> tuple[Stroke, ...]:
    """Return the writer's shape of a digit, or a random one."""
    variants = writer.variants
    variant = pick_variant(digit, rng) if variants is None else variants[int(digit)]
    return parse(SHAPES[digit][variant])


def pick_variant(digit: str, rng: np.random.Generator) -> int:
    """Draw the index of a random shape of a digit, the first ones more often."""
    return int(len(SHAPES[digit]) * rng.random() ** 2)


@cache
def parse(shape: str) -> tuple[Stroke, ...]:
    """Parse a string of `SHAPES` into strokes.

    >>> [(points.tolist(), corners) for points, corners in parse("0,50 100,0/ 50,100")]
    [([[0.0, 0.5], [1.0, 0.0], [0.5, 1.0]], (1,))]
    """
    return tuple(parse_stroke(stroke.split()) for stroke in shape.split(";"))


def parse_stroke(words: Sequence[str]) -> Stroke:
    """Parse "x,y" words into control points and the indices of corners, marked with "/"."""
    points = [[float(number) / 100 for number in word.rstrip("/").split(",")] for word in words]
    corners = tuple(i for i, word in enumerate(words) if word.endswith("/"))
    return np.array(points, np.float64), corners


def wobbled(stroke: Stroke, rng: np.random.Generator, writer: WriterStyle) -> Stroke:
    """Add random displacements, correlated between neighbours, to the control points.

    Independent displacements would look like a tremor.
    """
    points, corners = stroke
    noise = rng.normal(0, writer.wobble, (len(points) + 2, 2))
    swing = 0.8 * (noise[:-2] + noise[2:]) / 2 + 0.8 * noise[1:-1]
    return points + swing, corners


def pose(
    rng: np.random.Generator, scale_px: float, writer: WriterStyle
) -> npt.NDArray[np.float64]:
    """Return the (2, 2) matrix from skeleton to pixels: scale, slant and rotation of a digit."""
    turn = rng.normal(0, 0.025)
    slant = writer.slant + rng.normal(0, 0.025)
    tall = scale_px * rng.normal(1, 0.03)
    wide = scale_px * writer.wideness * rng.normal(1, 0.045)
    rotate = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    shear = np.array([[1.0, -slant], [0.0, 1.0]])
    return np.asarray(rotate @ shear @ np.diag([wide, tall]), np.float64)


def curve(stroke: Stroke) -> Points:
    """Sample a curve through the control points, smooth except at corners: (M, 2) points."""
    points, corners = stroke
    ends = [0, *corners, len(points) - 1]
    return np.concatenate([spline(points[a : b + 1]) for a, b in pairwise(ends)])


def spline(points: Points, steps: int = 10) -> Points:
    """Sample a Catmull-Rom spline through (N, 2) points: ((N - 1) * steps + 1, 2).

    Centripetal parametrization: knot intervals are the square roots of the distances, so there is
    no loop or overshoot where two control points are close together.
    """
    gaps = np.sqrt(np.linalg.norm(np.diff(points, axis=0), axis=1)).clip(1e-6)
    slopes = np.diff(points, axis=0) / gaps[:, None]
    inner = (gaps[1:, None] * slopes[:-1] + gaps[:-1, None] * slopes[1:]) / (gaps[1:] + gaps[:-1])[
        :, None
    ]
    tangents = np.concatenate([slopes[:1], inner, slopes[-1:]])
    t = np.linspace(0, 1, steps, endpoint=False)[None, :, None]
    start, stop = points[:-1, None], points[1:, None]
    leave, arrive = (
        tangents[:-1, None] * gaps[:, None, None],
        tangents[1:, None] * gaps[:, None, None],
    )
    body = (
        (2 * t**3 - 3 * t**2 + 1) * start
        + (t**3 - 2 * t**2 + t) * leave
        + (3 * t**2 - 2 * t**3) * stop
        + (t**3 - t**2) * arrive
    )
    return np.concatenate([body.reshape(-1, 2), points[-1:]])


def pressures(path_px: Points, rng: np.random.Generator, pen: Pen) -> npt.NDArray[np.float64]:
    """Return (M,) relative pen widths along a path: slow variation, thinner at both ends."""
    along = np.linspace(0, 1, len(path_px))
    knots = np.linspace(0, 1, 5)
    swell = 1 + pen.pressure * np.interp(along, knots, rng.uniform(-1, 1, len(knots)))
    lift = np.interp(along, [0, 0.06, 0.85, 1], [0.85, 1, 1, 1 - 1.6 * pen.pressure])
    return np.asarray(swell * lift, np.float64)


def draw_path(canvas: GrayImage, path: Points, widths: npt.NDArray[np.float64]) -> None:
    """Draw a path onto an (H, W) uint8 canvas, in place; lengths in pixels of the canvas."""
    fixed = np.rint(path * 16).astype(int)  # shift=4 of cv2.line: units of 1/16 pixel
    for start, stop, width in zip(fixed, fixed[1:], widths, strict=False):
        thickness = max(round(float(width)), 1)
        cv2.line(
            canvas, tuple(start.tolist()), tuple(stop.tolist()), 255, thickness, cv2.LINE_8, 4
        )
