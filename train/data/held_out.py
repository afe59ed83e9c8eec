"""Writers of the "val" parts of the data sets: no model was trained on what they write.

UNIPEN names its writers, and their digits are drawn from recorded strokes; the other sets do not,
so that one writer stands for the whole set. Digits keep their shape at any size: no warps.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from camdigits.image import cv2
from camdigits.values import GrayImage
from train.data import sets
from train.data.alphabets import Labels
from train.data.strokes import Stroke, unipen_strokes

SETS = ("unipen", "mnist", "kensanata", "bhmsds")
MIN_LABELS = 9  # different digits that a UNIPEN writer must have written (chosen)
SUPERSAMPLING = 4  # strokes are drawn this many times larger, then reduced: smooth edges (chosen)
MIN_INK = 60  # of 255: weaker pixels of a scan count as the edge of its ink (chosen)


@dataclass(frozen=True, slots=True, eq=False)
class HeldOutWriter:
    """One writer of digits, or all writers of a set that does not name them."""

    kind: str  # the data set
    labels: Labels  # (N,) uint8 of the available digits
    draw: Callable[[int, int, float], GrayImage]
    """Return (height, w) uint8 coverage, cropped to its ink, for an index, a height and
    a pen width, both in pixels; a scanned digit keeps its own pen width."""


def held_out_writers() -> dict[str, list[HeldOutWriter]]:
    """Return the writers of each set.

    Raises:
        DataError: a set is missing.
    """
    return {name: unipen_writers() if name == "unipen" else [_scans(name)] for name in SETS}


def unipen_writers() -> list[HeldOutWriter]:
    """Return the held-out writers of UNIPEN with at least MIN_LABELS different digits."""
    _, labels, val = sets.raw("unipen")
    strokes, names = unipen_strokes()
    own = [np.flatnonzero(val & (names == name)) for name in np.unique(names[val])]
    return [
        pen_writer("unipen", [strokes[i] for i in digits], labels[digits])
        for digits in own
        if len(set(labels[digits].tolist())) >= MIN_LABELS
    ]


def pen_writer(kind: str, strokes: Sequence[Sequence[Stroke]], labels: Labels) -> HeldOutWriter:
    """Return a writer with recorded pen strokes: per digit a list of (points, 2) x y."""

    def draw(index: int, height: int, pen_px: float) -> GrayImage:
        return fit_height(
            _trace(strokes[index], height * SUPERSAMPLING, round(pen_px * SUPERSAMPLING)), height
        )

    return HeldOutWriter(kind, labels, draw)


def scan_writer(kind: str, images: npt.NDArray[np.uint8], labels: Labels) -> HeldOutWriter:
    """Return a writer with the images of a data set, (N, h, w) uint8."""

    def draw(index: int, height: int, pen_px: float) -> GrayImage:  # noqa: ARG001
        return fit_height(_steep(images[index], height * SUPERSAMPLING), height)

    return HeldOutWriter(kind, labels, draw)


def fit_height(drawing: GrayImage, height: int) -> GrayImage:
    """Crop a drawing to its ink and scale it to a height in pixels."""
    x, y, wide, high = cv2.boundingRect(np.asarray(drawing > MIN_INK, np.uint8))
    tight = drawing[y : y + high, x : x + wide]
    size = max(1, round(wide * height / high)), height
    return np.asarray(cv2.resize(tight, size, interpolation=cv2.INTER_AREA), np.uint8)


def _scans(name: str) -> HeldOutWriter:
    images, labels, val = sets.raw(name)
    return scan_writer(name, images[val], labels[val])


def _trace(strokes: Sequence[Stroke], height: int, pen: int) -> GrayImage:
    points = np.concatenate(strokes)
    low, span = points.min(axis=0), np.ptp(points, axis=0)
    scale = height / max(float(span[1]), float(span[0]) / 2, 1.0)
    wide, high = np.ceil(span * scale).astype(int) + 2 * pen
    canvas = np.zeros((high, wide), np.uint8)
    for stroke in strokes:
        path = np.rint((stroke - low) * scale + pen).astype(np.int32)
        cv2.polylines(canvas, [path], False, 255, max(1, pen), cv2.LINE_AA)
    return canvas


def _steep(image: GrayImage, height: int) -> GrayImage:
    """Enlarge a small image and sharpen its edges to those of a pen."""
    scale = max(1.0, height / max(cv2.boundingRect(np.asarray(image > MIN_INK, np.uint8))[3], 1))
    room = cv2.copyMakeBorder(image, 2, 2, 2, 2, cv2.BORDER_CONSTANT, value=0)
    big = cv2.resize(room, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    steep = (big.astype(np.float32) - 128) * scale + 128
    return np.asarray(np.clip(steep, 0, 255), np.uint8)
