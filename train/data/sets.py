"""Load data sets by name as normalised 28x28 glyphs.

Every image goes through `camdigits.recognize.glyph.normalize`, as live pictures do; results are
cached under runs/cache. The files are in the folder that CAMDIGITS_DATA names; without it MNIST
alone is downloaded.

A set has the parts "train" and "val", separated by writer, photo or character where these are
known, "test" (MNIST only) and "whole". The alphabet decides the label of each glyph.
"""

import os
import string
import zipfile
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from camdigits.recognize.glyph import normalize
from camdigits.values import Glyphs
from train.data.alphabets import DIGITS, Alphabet, Labels
from train.data.published import SETS, Published, read_pair, read_set
from train.errors import DataError

Part = Literal["train", "val", "test", "whole"]

LABELS = DIGITS.labels
CACHE = Path("runs/cache")
CROPS_VAL = 0.1  # share of a file of camera crops, at its end, that is for validation (chosen)


@dataclass(frozen=True, slots=True, eq=False)
class Glyphset:
    """Glyphs with their labels."""

    name: str
    images: Glyphs  # (N, 28, 28) uint8, 255 = ink
    labels: Labels  # (N,) uint8, an index into the labels of the alphabet


def thinned(part: Glyphset, limit: int | None, exact: bool = False) -> Glyphset:
    """Take glyphs evenly, since sets are often ordered by label.

    Args:
        part: the set.
        limit: number of glyphs; None takes all.
        exact: never take more than `limit`; otherwise up to twice as many.
    """
    if limit and exact and limit < len(part.labels):
        rows = np.arange(limit) * len(part.labels) // limit
        return replace(part, images=part.images[rows], labels=part.labels[rows])
    step = max(1, len(part.labels) // limit) if limit and not exact else 1
    return replace(part, images=part.images[::step], labels=part.labels[::step])


def load(name: str, part: Part = "whole", alphabet: Alphabet = DIGITS) -> Glyphset:
    """Return one part of a set, normalised, without glyphs that look like another label.

    Raises:
        DataError: there is no such set or part, or its files are missing or damaged.
    """
    if part == "test" and name == "mnist":
        images, labels = raw_test()
        published = Published(images, labels, string.digits, np.ones(len(labels), np.bool_))
        part = "whole"
        whole = _normalized(name, "test", images, labels)
    elif part == "test" or name not in SETS:
        raise DataError(
            f"no {part} part of a set {name}; sets are {', '.join(SETS)}; mnist alone has a test"
        )
    else:
        published = read_set(name, alphabet)
        whole = _normalized(name, "whole", published.images, published.labels)
    labels, chosen = _labelled(name, published, alphabet)
    chosen &= {"whole": np.ones_like(chosen), "val": published.val, "train": ~published.val}[part]
    return Glyphset(f"{name}/{part}", whole.images[chosen], labels[chosen])


def raw(
    name: str, alphabet: Alphabet = DIGITS
) -> tuple[npt.NDArray[np.uint8], Labels, npt.NDArray[np.bool_]]:
    """Return (N, h, w) uint8 published images, their labels, and (N,) bool: True for "val"."""
    published = read_set(name, alphabet)
    labels, chosen = _labelled(name, published, alphabet)
    return published.images[chosen], labels[chosen], published.val[chosen]


def _labelled(
    name: str, published: Published, alphabet: Alphabet
) -> tuple[Labels, npt.NDArray[np.bool_]]:
    """Return the alphabet's labels (N,), and (N,) bool: True where a glyph has a label."""
    found = alphabet.indexes(name, published.names)[published.labels]
    return found.astype(np.uint8), np.asarray(found >= 0, np.bool_)


def raw_test() -> tuple[npt.NDArray[np.uint8], Labels]:
    """Return the 10,000 test images of MNIST, (N, 28, 28) uint8, and their labels."""
    return read_pair("mnist/t10k-images-idx3-ubyte.gz", "mnist/t10k-labels-idx1-ubyte.gz")


def load_crops(path: Path) -> Glyphset:
    """Read camera crops: an .npz with images (N, 28, 28) uint8 and labels (N,).

    Raises:
        DataError: the file is missing or holds something else.
    """
    try:
        with np.load(path) as arrays:
            images, labels = arrays["images"], arrays["labels"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(
            f"{path}: wanted an .npz with images and labels, got {error}; "
            "write it with python -m train crops"
        ) from error
    if images.dtype != np.uint8 or images.shape != (len(labels), 28, 28):
        raise DataError(
            f"{path}: wanted ({len(labels)}, 28, 28) uint8 images, "
            f"got {images.shape} {images.dtype}; write it again with python -m train crops"
        )
    return Glyphset(path.stem, images, labels.astype(np.uint8))


def learned(crops: int) -> int:
    """Return how many crops of a file, from its start, are for training; the rest is validation.

    >>> learned(130_000)
    117000
    """
    return round(crops * (1 - CROPS_VAL))


def _normalized(name: str, part: str, images: npt.NDArray[np.uint8], labels: Labels) -> Glyphset:
    """Normalise the images of a set, or read the result from the cache."""
    path = CACHE / f"{name}-{part}-{_recipe(images):08x}.npz"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        glyphs = np.stack([normalize(image) for image in images])
        unfinished = path.with_suffix(f".{os.getpid()}.npz")
        np.savez_compressed(unfinished, images=glyphs, labels=labels)
        os.replace(unfinished, path)
    return load_crops(path)


def _recipe(images: npt.NDArray[np.uint8]) -> int:
    """Return a checksum over the images and the code that normalises them: the cache's key."""
    code = Path(normalize.__code__.co_filename).read_bytes()
    return zlib.crc32(code, zlib.crc32(images.tobytes()))
