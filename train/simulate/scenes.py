"""Write pages of digits and non-digits; `train.simulate.camera` films them.

Each row of a page has its own writer, size and spacing. A page is ink coverage, with the convex
hull of every mark written on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from camdigits.image import cv2
from camdigits.values import Box, GrayImage
from train.simulate.writers import Writer

UNSURE = -1  # label of illegible marks: cut off, blurred, or a stroke that may be a 1
Plane = npt.NDArray[np.float32]  # (H, W), 0 to 1


@dataclass(frozen=True, slots=True, eq=False)
class PageMark:
    """One mark written on a page."""

    label: int  # 0 to 9, or DIGIT_NONE
    hull: npt.NDArray[np.float32]  # (points, 1, 2) x y, the convex hull of its ink


@dataclass(frozen=True, slots=True)
class SceneMark:
    """One mark as the camera sees it."""

    label: int  # 0 to 9, DIGIT_NONE or UNSURE
    box: Box


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """One filmed page with its labels."""

    gray: GrayImage  # (H, W) uint8
    marks: tuple[SceneMark, ...]


@dataclass(frozen=True, slots=True)
class SceneConfig:
    """Ranges of the simulation; all values are chosen to cover what cameras see."""

    size_px: tuple[int, int] = (960, 720)
    heights_px: tuple[float, float] = (10.0, 150.0)
    negative_share: float = 0.3  # share of the marks that are non-digits
    touching_share: float = 0.06  # share of the gaps between marks that are closed
    board_share: float = 0.12  # share of the pages that are chalk on a board
    ruled_share: float = 0.35  # share of the pages with printed lines or a grid
    boxed_share: float = 0.1  # share of the rows written in the boxes of a form
    paper_photos: tuple[GrayImage, ...] = field(default=())  # any size; () uses plain paper only


def write_page(
    digits: Sequence[Writer],
    others: Sequence[Writer],
    rng: np.random.Generator,
    config: SceneConfig,
) -> tuple[Plane, list[PageMark]]:
    """Fill a page with rows of marks; each row has its own size, writer and spacing.

    Returns:
        (H, W) float32 ink coverage, 0 to 1, and the marks.
    """
    width, height = config.size_px
    ink = np.zeros((height, width), np.float32)
    marks: list[PageMark] = []
    low, high = np.log(config.heights_px)
    top = float(rng.integers(4, 30))
    while True:
        row = float(np.exp(rng.uniform(low, high)))
        if top + row * 1.3 > height:
            return ink, marks
        marks += _write_row(ink, int(top), row, digits, others, rng, config)
        top += row * rng.uniform(1.35, 2.2) + 3


def _write_row(
    ink: Plane,
    top: int,
    row: float,
    digits: Sequence[Writer],
    others: Sequence[Writer],
    rng: np.random.Generator,
    config: SceneConfig,
) -> list[PageMark]:
    marks: list[PageMark] = []
    own = digits[int(rng.integers(len(digits)))]
    spacing = rng.uniform(0.15, 1.0)
    x = float(rng.uniform(3, 3 + 2 * row))
    while True:
        is_other = bool(others) and rng.random() < config.negative_share
        writer = others[int(rng.integers(len(others)))] if is_other else own
        index = int(rng.integers(len(writer.labels)))
        shape = writer.draw(index, max(6, round(row * rng.uniform(0.8, 1.2))), rng)
        h, w = shape.shape
        y = max(0, round(top + rng.normal(0, 0.06) * row))
        if x + w + 3 > ink.shape[1] or y + h + 3 > ink.shape[0]:
            if marks and rng.random() < config.boxed_share:
                _box(ink, marks, row, rng)
            return marks
        part = ink[y : y + h, round(x) : round(x) + w]
        np.maximum(part, shape[:, : part.shape[1]] / np.float32(255), out=part)
        marks.append(PageMark(int(writer.labels[index]), hull_of(shape, round(x), y)))
        close = rng.random() < config.touching_share
        x += w + (-rng.uniform(0.0, 0.15) * row if close else spacing * row + 3)


def _box(ink: Plane, marks: Sequence[PageMark], row: float, rng: np.random.Generator) -> None:
    """Print the boxes of a form around the marks of a row, sometimes through them."""
    boxes = np.array([cv2.boundingRect(mark.hull) for mark in marks])
    margin = round(row * rng.uniform(0.02, 0.35)) + 1
    top, bottom = int(boxes[:, 1].min()) - margin, int((boxes[:, 1] + boxes[:, 3]).max()) + margin
    ends = [
        boxes[0, 0] - margin,
        *((boxes[:-1, 0] + boxes[:-1, 2] + boxes[1:, 0]) // 2),
        boxes[-1, 0] + boxes[-1, 2] + margin,
    ]
    lines = np.zeros(ink.shape, np.uint8)
    thick = int(rng.integers(1, max(2, min(5, round(row / 12)))))
    for left, right in pairwise(map(int, ends)):
        cv2.rectangle(lines, (left, top), (right, bottom), 255, thick)
    np.maximum(ink, lines / np.float32(255) * np.float32(rng.uniform(0.4, 1.0)), out=ink)


def hull_of(shape: GrayImage, x: int, y: int) -> npt.NDArray[np.float32]:
    """Return the convex hull of a drawing's ink, with the drawing's corner at x, y."""
    points = cv2.findNonZero(np.asarray(shape > 60, np.uint8))
    if points is None:
        points = np.zeros((1, 1, 2), np.int32)
    # The far edge of a pixel is included: a box of one pixel is one pixel wide.
    corners = np.concatenate([points, points + 1])
    return np.asarray(cv2.convexHull(corners), np.float32) + np.array([x, y], np.float32)
