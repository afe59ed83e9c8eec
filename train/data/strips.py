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

    image: GrayImage  # (H, W) uint8
    labels: tuple[int, ...]
    centres: tuple[float, ...]  # x of the middle of each label's ink, in pixels of the strip


@dataclass(frozen=True, slots=True, eq=False)
class StripSet:
    """Strips of one width."""

    images: npt.NDArray[np.uint8]  # (N, H, W)
    labels: npt.NDArray[np.int8]  # (N, L), -1 after the last
    centres: npt.NDArray[np.int16]  # (N, L) x in pixels of the strip
    widths: npt.NDArray[np.int16]  # (N,) pixels used of W


def save_strips(
    out: Path,
    strips: Sequence[Strip],
    height: int = HEIGHT,
    widths: Sequence[int] = WIDTHS,
    max_labels: int = MAX_LABELS,
) -> None:
    """Write strips, by width; the file appears when it is complete.

    Args:
        out: path of an .npz.
        strips: any number.
        height: of all strips.
        widths: the strips of each array are at most as wide.
        max_labels: at most as many labels has a strip.

    Raises:
        DataError: `out` cannot be written.
    """
    arrays: dict[str, npt.NDArray[Any]] = {}
    for low, width in zip((0, *widths), widths, strict=False):
        own = [strip for strip in strips if low < strip.image.shape[1] <= width]
        images = np.zeros((len(own), height, width), np.uint8)
        labels = np.full((len(own), max_labels), -1, np.int8)
        centres = np.full((len(own), max_labels), -1, np.int16)
        for row, strip in enumerate(own):
            images[row, :, : strip.image.shape[1]] = strip.image
            labels[row, : len(strip.labels)] = strip.labels
            centres[row, : len(strip.labels)] = np.rint(strip.centres)
        used = np.array([strip.image.shape[1] for strip in own], np.int16)
        arrays |= {
            f"images{width}": images,
            f"labels{width}": labels,
            f"centres{width}": centres,
            f"widths{width}": used,
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
                for width in sorted(int(name[6:]) for name in arrays if name.startswith("images"))
            }
    except (OSError, ValueError, KeyError) as error:
        raise DataError(
            f"{path}: wanted an .npz of strips, got {error}; write it with python -m train strips"
        ) from error
