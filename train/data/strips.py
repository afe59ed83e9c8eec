"""Write and read labelled strips, the training data of the sequence net."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from camdigits.recognize.strip import HEIGHT
from camdigits.values import GrayImage
from train.errors import DataError

WIDTHS = 84, 128, 252  # px: strips are stored in the narrowest array they fit into
MAX_LABELS = 12  # of a strip


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """A labelled strip."""

    image: GrayImage  # (32, W) uint8
    labels: tuple[int, ...]
    centres: tuple[float, ...]  # x of the middle of each label's ink, in pixels of the strip


@dataclass(frozen=True, slots=True, eq=False)
class StripSet:
    """Strips of one width."""

    images: npt.NDArray[np.uint8]  # (N, 32, W)
    labels: npt.NDArray[np.int8]  # (N, MAX_LABELS), -1 after the last
    centres: npt.NDArray[np.int16]  # (N, MAX_LABELS) x in pixels of the strip
    widths: npt.NDArray[np.int16]  # (N,) pixels used of W


def save_strips(out: Path, strips: Sequence[Strip]) -> None:
    """Write strips, by width; the file appears when it is complete.

    Raises:
        DataError: `out` cannot be written.
    """
    arrays: dict[str, npt.NDArray[Any]] = {}
    for low, width in zip((0, *WIDTHS), WIDTHS, strict=False):
        own = [strip for strip in strips if low < strip.image.shape[1] <= width]
        images = np.zeros((len(own), HEIGHT, width), np.uint8)
        labels = np.full((len(own), MAX_LABELS), -1, np.int8)
        centres = np.full((len(own), MAX_LABELS), -1, np.int16)
        for row, strip in enumerate(own):
            images[row, :, : strip.image.shape[1]] = strip.image
            labels[row, : len(strip.labels)] = strip.labels
            centres[row, : len(strip.labels)] = np.rint(strip.centres)
        widths = np.array([strip.image.shape[1] for strip in own], np.int16)
        arrays |= {
            f"images{width}": images,
            f"labels{width}": labels,
            f"centres{width}": centres,
            f"widths{width}": widths,
        }
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        unfinished = out.with_suffix(".part.npz")
        np.savez(unfinished, allow_pickle=False, **arrays)
        os.replace(unfinished, out)
    except OSError as error:
        raise DataError(f"{out}: cannot be written ({error.strerror}); name another") from error


def load_strips(path: Path) -> dict[int, StripSet]:
    """Read the strips of a file, by width.

    Raises:
        DataError: the file is missing or holds something else.
    """
    try:
        with np.load(path) as arrays:
            return {
                width: StripSet(
                    *(
                        arrays[f"{name}{width}"]
                        for name in ("images", "labels", "centres", "widths")
                    )
                )
                for width in WIDTHS
            }
    except (OSError, ValueError, KeyError) as error:
        raise DataError(
            f"{path}: wanted an .npz of strips, got {error}; write it with python -m train strips"
        ) from error
