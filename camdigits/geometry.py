"""Compute with boxes, and rotate images and boxes by a page's orientation.

A `Pose` records how an image was rotated to make its page upright: by quarter turns, then by a
skew in degrees around the centre of an enlarged canvas.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from camdigits.image import cv2
from camdigits.values import Box, Floats, GrayImage, Pose

BARE_STROKE_ASPECT = 0.36  # width / height; chosen: a narrower region is one bare stroke
ROTATIONS = (0, 90, 180, 270)  # degrees clockwise
_CV2_ROTATIONS = {
    90: cv2.ROTATE_90_CLOCKWISE,
    180: cv2.ROTATE_180,
    270: cv2.ROTATE_90_COUNTERCLOCKWISE,
}


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


def overlaps(one: Box, other: Box) -> bool:
    """Whether two boxes share a pixel."""
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


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
    """Whether a point lies in a box, edges included."""
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


def make_upright(image: npt.NDArray[np.uint8], pose: Pose) -> npt.NDArray[np.uint8]:
    """Rotate an image of `pose.size`, (H, W) or (H, W, 3); a skew enlarges the canvas."""
    if pose.rotation:
        image = np.asarray(cv2.rotate(image, _CV2_ROTATIONS[pose.rotation]), np.uint8)
    if not pose.skew:
        return image
    matrix, size = _deskewing(pose)
    # Repeat the edge pixels outside: black corners would be detected as ink.
    return np.asarray(
        cv2.warpAffine(image, matrix, size, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def undo_upright(mask: GrayImage, pose: Pose) -> GrayImage:
    """Rotate a mask of the upright image back: the inverse of `make_upright`."""
    if pose.skew:
        matrix, _ = _deskewing(pose)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        mask = np.asarray(cv2.warpAffine(mask, matrix, _rotated_size(pose), flags=flags), np.uint8)
    if not pose.rotation:
        return mask
    return np.asarray(cv2.rotate(mask, _CV2_ROTATIONS[360 - pose.rotation]), np.uint8)


def box_from_upright(box: Box, pose: Pose) -> Box:
    """Map a box of the upright image to the image before rotation."""
    if not (pose.rotation or pose.skew):
        return box
    if pose.skew:
        box = _skewed_back(box, pose)
    width, height = pose.size
    x, y, *sides = rotated(box, -pose.rotation)
    # rotated() rotates about the origin; shift the image's corner back to it.
    left = {0: 0, 90: 0, 180: width, 270: width}[pose.rotation]
    top = {0: 0, 90: height, 180: height, 270: 0}[pose.rotation]
    return Box(x + left, y + top, *sides)


def scaled(box: Box, scale: float, size: tuple[int, int]) -> Box:
    """Scale a box to an image of `size` (width, height); clip at its right and bottom edges."""
    if scale == 1.0:
        return box
    left, top = round(box.x * scale), round(box.y * scale)
    right, bottom = round(box.right * scale), round(box.bottom * scale)
    return Box(left, top, min(right, size[0]) - left, min(bottom, size[1]) - top)


def to_frame(box: Box, pose: Pose, scale: float, size: tuple[int, int]) -> Box:
    """Map a box of the upright image at working size to a frame of `size` (width, height)."""
    return scaled(box_from_upright(box, pose), scale, size)


def _rotated_size(pose: Pose) -> tuple[int, int]:
    """Return width and height after the quarter turns."""
    width, height = pose.size
    return (width, height) if pose.rotation in (0, 180) else (height, width)


def _deskewing(pose: Pose) -> tuple[Floats, tuple[int, int]]:
    """Return the (2, 3) affine matrix of the skew correction, and the size of its canvas."""
    width, height = _rotated_size(pose)
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -pose.skew, 1.0)
    cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
    wide, high = round(width * cos + height * sin), round(width * sin + height * cos)
    matrix[:, 2] += (wide - width) / 2, (high - height) / 2
    return np.asarray(matrix, np.float64), (wide, high)


def _skewed_back(box: Box, pose: Pose) -> Box:
    """Return the box around the rotated inscribed ellipse: a digit's box has empty corners."""
    matrix = cv2.invertAffineTransform(_deskewing(pose)[0])
    x, y = matrix @ (*box.centre, 1.0)
    wide, high = np.hypot(*(matrix[:, :2] * (box.width / 2, box.height / 2)).T)
    left, top = max(0, round(x - wide)), max(0, round(y - high))
    width, height = _rotated_size(pose)
    right, bottom = min(width, round(x + wide)), min(height, round(y + high))
    return Box(left, top, max(1, right - left), max(1, bottom - top))
