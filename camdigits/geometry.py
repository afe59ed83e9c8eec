"""Box arithmetic: union, overlap, rotation by quarter turns, and what counts as a bare stroke."""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from camdigits.values import Box

BARE_STROKE_ASPECT = 0.36  # width / height; a narrower region is one vertical stroke (chosen)
Floats = npt.NDArray[np.float64]


def union(boxes: Iterable[Box]) -> Box:
    """Return the smallest box around one or more boxes.

    >>> union([Box(0, 0, 4, 2), Box(6, 1, 2, 5)])
    Box(x=0, y=0, width=8, height=6)
    """
    every = tuple(boxes)
    left, top = min(box.x for box in every), min(box.y for box in every)
    right, bottom = max(box.right for box in every), max(box.bottom for box in every)
    return Box(left, top, right - left, bottom - top)


def intersection(one: Box, other: Box) -> Box | None:
    """Return the part that two boxes share; None if they share no pixel.

    >>> intersection(Box(0, 0, 4, 4), Box(2, 1, 9, 9))
    Box(x=2, y=1, width=2, height=3)
    """
    left, top = max(one.x, other.x), max(one.y, other.y)
    right, bottom = min(one.right, other.right), min(one.bottom, other.bottom)
    return Box(left, top, right - left, bottom - top) if left < right and top < bottom else None


def iou(one: Box, other: Box) -> float:
    """Return intersection over union of two boxes, 0 to 1.

    >>> round(iou(Box(0, 0, 4, 2), Box(2, 0, 4, 2)), 3)
    0.333
    """
    shared = intersection(one, other)
    if shared is None:
        return 0.0
    common = shared.width * shared.height
    return common / (one.width * one.height + other.width * other.height - common)


def iou_table(a: Sequence[Box], b: Sequence[Box]) -> Floats:
    """Return (len(a), len(b)) float64 intersection over union of each pair.

    >>> iou_table([Box(0, 0, 4, 4)], [Box(2, 0, 4, 4), Box(9, 9, 1, 1)]).round(3).tolist()
    [[0.333, 0.0]]
    """
    one = np.asarray(a, np.float64).reshape(-1, 4)[:, None]
    other = np.asarray(b, np.float64).reshape(-1, 4)[None]
    common = shared_area(one, other)
    return np.asarray(common / (area(one) + area(other) - common + 1e-9), np.float64)


def shared_area(one: Floats, other: Floats) -> Floats:
    """Return the area shared by boxes (..., 4) as x, y, width, height; shapes broadcast."""
    low = np.maximum(one[..., :2], other[..., :2])
    high = np.minimum(one[..., :2] + one[..., 2:], other[..., :2] + other[..., 2:])
    return np.asarray(np.maximum(high - low, 0).prod(axis=-1), np.float64)


def area(boxes: Floats) -> Floats:
    """Return width times height of boxes (..., 4)."""
    return np.asarray(boxes[..., 2:].prod(axis=-1), np.float64)


def contains(box: Box, point: tuple[float, float]) -> bool:
    """Tell whether a point lies in a box, its edges included."""
    return box.x <= point[0] <= box.right and box.y <= point[1] <= box.bottom


def moved(box: Box, x: int, y: int) -> Box:
    """Return a box moved by x and y."""
    return box._replace(x=box.x + x, y=box.y + y)


def padded(box: Box, by: int) -> Box:
    """Return a box that is larger by `by` pixels on each side.

    >>> padded(Box(5, 5, 10, 10), 2)
    Box(x=3, y=3, width=14, height=14)
    """
    return Box(box.x - by, box.y - by, box.width + 2 * by, box.height + 2 * by)


def rotated(box: Box, rotation: int) -> Box:
    """Rotate a box clockwise about the origin by a multiple of 90 degrees.

    >>> rotated(Box(1, 2, 3, 4), 90)
    Box(x=-6, y=1, width=4, height=3)
    """
    for _ in range(rotation % 360 // 90):
        box = Box(-box.bottom, box.x, box.height, box.width)
    return box
