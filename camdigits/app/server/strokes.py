"""Render strokes drawn in a browser as a picture: dark ink on white paper."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from camdigits.app.server.errors import RequestError
from camdigits.app.server.parsing import whole_number
from camdigits.image import cv2, frozen
from camdigits.synth.handwriting import draw_path
from camdigits.values import BgrImage

MIN_SIDE_PX, MAX_SIDE_PX = 16, 2048  # chosen
MAX_STROKES, MAX_POINTS = 2000, 50_000  # chosen: an hour of drawing
MAX_PEN_PX = 200.0  # chosen
MAX_COORDINATE_PX = 1e6  # chosen: a stroke may leave the canvas, but not for ever
SUPERSAMPLING = 2  # chosen: enough for smooth edges at a glyph's 28 pixels
SMOOTHING = 1  # times that corners between points are cut: mice report few points


@dataclass(frozen=True, slots=True)
class Drawing:
    """Strokes on a canvas; lengths in pixels of the canvas."""

    strokes: tuple[tuple[tuple[float, float], ...], ...]  # of x, y
    width: int
    height: int
    pen: float  # width of the stroke


def parse_drawing(value: object) -> Drawing:
    """Check the JSON object of a drawing.

    Raises:
        RequestError: a part is missing, has the wrong type or is too large.
    """
    if not isinstance(value, dict):
        raise _wanted("an object with strokes, width and height", value)
    unknown = value.keys() - {"strokes", "width", "height", "pen"}
    if unknown:
        raise _wanted("only strokes, width, height and pen", sorted(map(str, unknown)))
    width, height = (
        whole_number(value.get(name), f"drawing: {name}", MIN_SIDE_PX, MAX_SIDE_PX)
        for name in ("width", "height")
    )
    pen = value.get("pen", 12)
    if not _is_number(pen) or not 1 <= pen <= MAX_PEN_PX:
        raise _wanted(f"pen from 1 to {MAX_PEN_PX:g}", pen)
    strokes = value.get("strokes")
    if not isinstance(strokes, list) or len(strokes) > MAX_STROKES:
        raise _wanted(f"a list of at most {MAX_STROKES} strokes", strokes)
    parsed = tuple(_stroke(stroke) for stroke in strokes)
    if sum(map(len, parsed)) > MAX_POINTS:
        raise _wanted(f"at most {MAX_POINTS} points", sum(map(len, parsed)))
    return Drawing(parsed, width, height, float(pen))


def render(drawing: Drawing) -> BgrImage:
    """Render a drawing.

    Returns:
        (height, width, 3) uint8, read-only: black ink on white.
    """
    scale = SUPERSAMPLING
    canvas = np.zeros((drawing.height * scale, drawing.width * scale), np.uint8)
    limit = 4.0 * MAX_SIDE_PX  # far outside, so that fixed-point coordinates do not overflow
    for stroke in drawing.strokes:
        path = np.clip(np.array(stroke, np.float64), -limit, limit) * scale
        if len(path) == 1:
            path = np.repeat(path, 2, axis=0)  # a dot
        for _ in range(SMOOTHING):
            path = _smoothed(path)
        draw_path(canvas, path, np.full(len(path), drawing.pen * scale))
    ink = cv2.resize(canvas, (drawing.width, drawing.height), interpolation=cv2.INTER_AREA)
    return frozen(np.asarray(cv2.cvtColor(255 - ink, cv2.COLOR_GRAY2BGR), np.uint8))


def _smoothed(path: np.ndarray) -> np.ndarray:
    """Cut each corner at a quarter of its sides (Chaikin 1974); the ends stay."""
    if len(path) < 3:
        return path
    first, second = path[:-1], path[1:]
    cut = np.stack((0.75 * first + 0.25 * second, 0.25 * first + 0.75 * second), axis=1)
    return np.concatenate((path[:1], cut.reshape(-1, 2), path[-1:]))


def _stroke(value: object) -> tuple[tuple[float, float], ...]:
    if not isinstance(value, list) or not value:
        raise _wanted("each stroke a list of points [x, y]", value)
    return tuple(_point(point) for point in value)


def _point(value: object) -> tuple[float, float]:
    if not isinstance(value, list) or len(value) not in (2, 3) or not all(map(_is_number, value)):
        raise _wanted("each point [x, y] or [x, y, time]", value)
    return float(value[0]), float(value[1])


def _is_number(value: object) -> bool:
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and abs(value) <= MAX_COORDINATE_PX
    )


def _wanted(wanted: str, got: object) -> RequestError:
    shown: Sequence[str] | str = repr(got)
    shown = shown if len(shown) <= 60 else f"{shown[:57]}..."
    return RequestError(422, f"drawing: wanted {wanted}, got {shown}; correct it")
