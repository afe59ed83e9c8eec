"""Read recorded pen strokes of the UNIPEN data set."""

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from train.data.folder import data_folder

Stroke = npt.NDArray[np.float32]  # (points, 2) x y, y down
FILE = "unipen/unipen-digits-strokes.npz"


def unipen_strokes() -> tuple[list[list[Stroke]], npt.NDArray[np.str_]]:
    """Return the strokes of each digit, and the writer of each digit, (N,)."""
    with np.load(data_folder() / FILE) as arrays:
        points = arrays["xy"].astype(np.float32)
        ends = np.cumsum(arrays["stroke_len"], dtype=np.int64)
        first = arrays["char_stroke_start"].astype(np.int64)
        writers = arrays["writer_file"]
    strokes = np.split(points, ends[:-1])
    return [strokes[a:b] for a, b in pairwise(first)], writers
