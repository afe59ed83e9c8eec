"""Writers for simulated pages: a data set, a font or recorded strokes, drawn at any size."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from camdigits.image import cv2
from camdigits.values import Glyphs, GrayImage
from train.data.alphabets import Labels

# Vertical range of the point where a digit's stem begins (6: ends), as a share of its height.
STEMS = {4: (0.5, 0.75), 7: (0.25, 0.6), 9: (0.45, 0.75), 6: (0.2, 0.45)}
LONG_STEMS = 0.2  # share of these digits whose stem is lengthened (chosen)


@dataclass(frozen=True, slots=True)
class Writer:
    """A source of written samples: a data set, a font or recorded strokes."""

    name: str
    labels: Labels  # (N,) of its samples; DIGIT_NONE for non-digits
    draw: Callable[[int, int, np.random.Generator], GrayImage]
    """Return (h, w) uint8 coverage, cropped to its ink, for a sample index and a longest side in
    pixels."""


def bitmap_writer(name: str, images: Glyphs, labels: Labels) -> Writer:
    """Return a writer with the images of a data set, (N, 28, 28) uint8, slightly distorted."""

    def draw(index: int, side: int, rng: np.random.Generator) -> GrayImage:
        shape = _lengthen(_weigh(images[index], rng), int(labels[index]), rng)
        return _fit(_bend(shape, rng), side)

    return Writer(name, labels, draw)


def printed_writer(name: str, images: Sequence[GrayImage], labels: Labels) -> Writer:
    """Return a writer with printed characters, each (h, w) uint8: upright, at most squeezed."""

    def draw(index: int, side: int, rng: np.random.Generator) -> GrayImage:
        shape = cv2.resize(images[index], None, fx=float(rng.uniform(0.75, 1.15)), fy=1.0)
        return _fit(np.asarray(shape, np.uint8), side)

    return Writer(name, labels, draw)


def stroke_writer(
    name: str, strokes: Sequence[Sequence[npt.NDArray[np.float32]]], labels: Labels
) -> Writer:
    """Return a writer with recorded pen strokes, each (points, 2) x y, at any pen width."""

    def draw(index: int, side: int, rng: np.random.Generator) -> GrayImage:
        shape = _lengthen(_trace(strokes[index], rng), int(labels[index]), rng)
        return _fit(_bend(shape, rng), side)

    return Writer(name, labels, draw)


def _trace(strokes: Sequence[npt.NDArray[np.float32]], rng: np.random.Generator) -> GrayImage:
    """Draw strokes at 96 pixels with a round pen of 3 to 14 % of that."""
    side, margin = 96, 20
    points = np.concatenate(strokes)
    low, span = points.min(axis=0), max(float(np.ptp(points, axis=0).max()), 1.0)
    pen = max(2, round(side * rng.uniform(0.03, 0.14)))
    canvas = np.zeros((side + 2 * margin, side + 2 * margin), np.uint8)
    for stroke in strokes:
        path = np.rint(((stroke - low) / span * side + margin) * 16).astype(np.int32)
        cv2.polylines(canvas, [path], False, 255, pen, cv2.LINE_AA, 4)
    return canvas


def _weigh(image: GrayImage, rng: np.random.Generator) -> GrayImage:
    """Triple the resolution and make the pen slightly broader or finer."""
    big = cv2.resize(image, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    big = cv2.copyMakeBorder(big, 8, 8, 8, 8, cv2.BORDER_CONSTANT, value=0)
    choice = rng.random()
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    if choice < 0.25:
        big = cv2.dilate(big, kernel)
    elif choice < 0.4:
        thin = cv2.erode(big, kernel)
        big = thin if thin.max() > 128 else big
    # The source is blurred by its own anti-aliasing, so the edge is sharpened again.
    return np.asarray(np.clip((big.astype(np.float32) - 40) * (255 / 150), 0, 255), np.uint8)


def _lengthen(image: GrayImage, label: int, rng: np.random.Generator) -> GrayImage:
    """Lengthen the stem of some digits, downwards at 4, 7, 9, upwards at 6 (hasty writing)."""
    if label not in STEMS or rng.random() >= LONG_STEMS:
        return image
    x, y, width, height = cv2.boundingRect(np.asarray(image > 60, np.uint8))
    ink = image[y : y + height, x : x + width]
    place = round(height * rng.uniform(*STEMS[label]))
    factor = float(rng.uniform(1.2, 2.8))
    if not 0 < place < height:
        return image
    head, foot = ink[:place], ink[place:]
    stem = head if label == 6 else foot
    long = cv2.resize(stem, None, fx=1.0, fy=factor, interpolation=cv2.INTER_LINEAR)
    parts = (long, foot) if label == 6 else (head, long)
    return np.asarray(cv2.copyMakeBorder(np.concatenate(parts), 8, 8, 8, 8, 0), np.uint8)


def _bend(image: GrayImage, rng: np.random.Generator) -> GrayImage:
    """Slant, rotate, stretch and wobble a drawing about its middle."""
    height, width = image.shape
    angle, slant = np.deg2rad(rng.normal(0, 5)), rng.normal(0, 0.12)
    across, down = np.exp(rng.normal(0, 0.1, 2))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    linear = turn @ np.array([[across, slant], [0, down]])
    middle = np.array([width / 2, height / 2])
    out = np.ceil(np.abs(linear) @ np.array([width, height])).astype(int) + 2
    matrix = np.column_stack([linear, out / 2 - linear @ middle])
    flat = np.asarray(cv2.warpAffine(image, matrix, (int(out[0]), int(out[1]))), np.uint8)
    return flat if rng.random() < 0.5 else _wobble(flat, rng)


def _wobble(image: GrayImage, rng: np.random.Generator) -> GrayImage:
    """Shift pixels by smooth noise of up to a few per cent, as a shaky hand does."""
    height, width = image.shape
    coarse = rng.normal(0, 0.03, (2, 4, 4)).astype(np.float32) * max(height, width)
    shift = [cv2.resize(plane, (width, height), interpolation=cv2.INTER_CUBIC) for plane in coarse]
    grid_y, grid_x = np.mgrid[:height, :width].astype(np.float32)
    moved = cv2.remap(image, grid_x + shift[0], grid_y + shift[1], cv2.INTER_LINEAR)
    return np.asarray(moved, np.uint8)


def _fit(drawing: GrayImage, side: int) -> GrayImage:
    """Crop a drawing to its ink and scale its longest side to `side` pixels."""
    x, y, width, height = cv2.boundingRect(np.asarray(drawing > 60, np.uint8))
    if width == 0:
        return np.zeros((side, side), np.uint8)
    tight = drawing[y : y + height, x : x + width]
    scale = side / max(width, height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(tight, size, interpolation=how), np.uint8)
