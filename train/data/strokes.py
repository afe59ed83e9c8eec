"""Read recorded pen strokes of the data sets UNIPEN and Pendigits."""

import zipfile
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from train.data.folder import data_folder
from train.errors import DataError

Stroke = npt.NDArray[np.float32]  # (points, 2) x y, y down
DIGITS = "unipen/unipen-digits-strokes.npz"
LETTERS = "unipen/unipen-letters-strokes.npz"
SYMBOLS = "unipen/unipen-symbols-strokes.npz"
PENDIGITS = (  # digits of writers 1 to 30, and of writers 31 to 44
    "pendigits/pendigits-writers01-30-strokes.npz",
    "pendigits/pendigits-writers31-44-strokes.npz",
)


@dataclass(frozen=True, slots=True, eq=False)
class Recorded:
    """Recorded characters."""

    strokes: list[list[Stroke]]  # of each character
    labels: npt.NDArray[np.str_]  # (N,)
    writers: npt.NDArray[np.int64]  # (N,)
    contributors: npt.NDArray[np.str_]  # code of each UNIPEN writer's collection; else empty


def load_strokes(file: str) -> Recorded:
    """Read characters from a file of the data folder.

    Raises:
        DataError: the file is missing or damaged.
    """
    path = data_folder() / file
    try:
        with np.load(path) as arrays:
            points = arrays["xy"].astype(np.float32)
            ends = np.cumsum(arrays["stroke_len"], dtype=np.int64)
            first = arrays["char_stroke_start"].astype(np.int64)
            labels = arrays["label"].astype(np.str_)
            of_unipen = "writer_file" in arrays
            writers = arrays["writer_file" if of_unipen else "writer"].astype(np.int64)
            contributors = arrays["contributor"] if of_unipen else np.array([], np.str_)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise DataError(f"{path}: cannot be read ({error}); fetch it again") from error
    strokes = np.split(points, ends[:-1])
    return Recorded([strokes[a:b] for a, b in pairwise(first)], labels, writers, contributors)


def unipen_strokes() -> tuple[list[list[Stroke]], npt.NDArray[np.int64]]:
    """Return the strokes of each digit, and the writer of each digit, (N,)."""
    data = load_strokes(DIGITS)
    return data.strokes, data.writers
