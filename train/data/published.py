"""Read the data sets as they were published: images, labels, and which glyphs are held out."""

import json
import string
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from camdigits.values import GrayImage
from train.data.alphabets import Alphabet, Labels
from train.data.checksums import MD5
from train.data.folder import data_file, data_folder, is_named
from train.data.idx import read_images, read_labels
from train.data.strokes import DIGITS as UNIPEN_STROKES
from train.data.strokes import PENDIGITS, load_strokes
from train.errors import DataError
from train.writers.allographs import SIGN_NAMES, write_digits, write_signs
from train.writers.fonts import printed
from train.writers.pens import draw_with_pens

MNIST_VAL = 5000  # glyphs held out without a data folder: the writers are unknown then
MNIST_WRITERS = "mnist_writers/mnist-writers.npz"
PENS_SEED = 20


@dataclass(frozen=True, slots=True)
class _Files:
    """Files of a set and the names of its labels."""

    images: str
    labels: str
    names: Callable[[], Sequence[str]] = lambda: string.digits
    groups: str = ""  # file with the writer, photo or character of each glyph
    one_in: int = 10  # one group in this many is held out; 1: all, 0: none
    per_label: int = 0  # glyphs used of each label; 0: all


@dataclass(frozen=True, slots=True, eq=False)
class Published:
    """A data set as published."""

    images: npt.NDArray[np.uint8]  # (N, h, w)
    labels: Labels  # (N,) index into names
    names: Sequence[str]
    val: npt.NDArray[np.bool_]  # (N,) True where the glyph is held out


def _map(path: str) -> Callable[[], Sequence[str]]:
    return lambda: _json_names(data_folder() / path)


_LETTERS = " " * 10 + string.ascii_uppercase + string.ascii_lowercase  # labels 10 to 61
_DIGITS = {
    "mnist": _Files(
        "mnist/train-images-idx3-ubyte.gz",
        "mnist/train-labels-idx1-ubyte.gz",
        groups=MNIST_WRITERS,
        one_in=12,  # 44 writers, 4837 glyphs
    ),
    "unipen": _Files(
        "unipen/unipen-digits-images-idx3-ubyte.gz",
        "unipen/unipen-digits-labels-idx1-ubyte.gz",
        groups="unipen/unipen-digits-strokes.npz",
    ),
    "bhmsds": _Files(
        "bhmsds/bhmsds-digits-tight28-images-idx3-ubyte.gz",
        "bhmsds/bhmsds-digits-labels-idx1-ubyte.gz",
    ),
    "kensanata": _Files(
        "kensanata_numbers16/kensanata16-images-idx3-ubyte.gz",
        "kensanata_numbers16/kensanata16-labels-idx1-ubyte.gz",
    ),
    "sudoku_printed": _Files(
        "sudoku_printed/sudoku-printed-digits-images-idx3-ubyte.gz",
        "sudoku_printed/sudoku-printed-digits-labels-idx1-ubyte.gz",
        groups="sudoku_printed/sudoku-printed-digits-photos.txt",
    ),
    # The writers are not known and the order is shuffled, so what is held out is by known writers.
    "emnist": _Files(
        "emnist/emnist-digits-images-idx3-ubyte.gz",
        "emnist/emnist-digits-labels-idx1-ubyte.gz",
    ),
    # A net chose the glyphs, so they measure nothing; of 2 there are 199, of 3 there are 1331.
    "finnish_drawn": _Files(
        "finnish_drawn/finnish-drawn-images-idx3-ubyte.gz",
        "finnish_drawn/finnish-drawn-labels-idx1-ubyte.gz",
        one_in=0,
        per_label=200,
    ),
    "optdigits_windep": _Files(
        "optdigits_windep/optdigits-windep-images-idx3-ubyte.gz",
        "optdigits_windep/optdigits-windep-labels-idx1-ubyte.gz",
        one_in=1,
    ),
}
_NEGATIVES = {
    "unipen_letters": _Files(
        "unipen/unipen-letters-images-idx3-ubyte.gz",
        "unipen/unipen-letters-labels-idx1-ubyte.gz",
        names=lambda: _LETTERS,
        groups="unipen/unipen-letters-strokes.npz",
    ),
    "emnist_letters": _Files(  # of unknown writers, as the digits
        "emnist/emnist-letters-images-idx3-ubyte.gz",
        "emnist/emnist-letters-labels-idx1-ubyte.gz",
        names=lambda: _LETTERS,
        one_in=3,
    ),
    "unipen_symbols": _Files(
        "unipen/unipen-symbols-images-idx3-ubyte.gz",
        "unipen/unipen-symbols-labels-idx1-ubyte.gz",
        names=_map("unipen/symbols-label-map.json"),
        groups="unipen/unipen-symbols-strokes.npz",
    ),
    "bhmsds_symbols": _Files(
        "bhmsds/bhmsds-symbols-tight28-images-idx3-ubyte.gz",
        "bhmsds/bhmsds-symbols-labels-idx1-ubyte.gz",
        names=_map("bhmsds/symbols-label-map.json"),
    ),
    "mdas": _Files(
        "mdas_symbols/mdas-symbols-images-idx3-ubyte.gz",
        "mdas_symbols/mdas-symbols-labels-idx1-ubyte.gz",
        names=_map("mdas_symbols/label-map.json"),
    ),
    "notmnist": _Files(
        "notmnist/notmnist10k-images-idx3-ubyte.gz",
        "notmnist/notmnist10k-labels-idx1-ubyte.gz",
        names=lambda: "ABCDEFGHIJ",
    ),
    "omniglot": _Files(
        "omniglot_small/omniglot-small-images-idx3-ubyte.gz",
        "omniglot_small/omniglot-small-labels-idx1-ubyte.gz",
        names=_map("omniglot_small/label-map.json"),
        groups="omniglot_small/omniglot-small-labels-idx1-ubyte.gz",
    ),
    "quickdraw": _Files(
        "quickdraw3/quickdraw3-images-idx3-ubyte.gz",
        "quickdraw3/quickdraw3-labels-idx1-ubyte.gz",
        names=lambda: ("cat", "rainbow", "train"),
    ),
}
_FILES = {**_DIGITS, **_NEGATIVES}
_PENDIGITS_VAL = (
    "pendigits/pendigits-writers31-44-images-idx3-ubyte.gz",
    "pendigits/pendigits-writers31-44-labels-idx1-ubyte.gz",
)


def read_set(name: str, alphabet: Alphabet) -> Published:
    """Read a set with its published labels.

    Args:
        name: one of SETS.
        alphabet: its `tenth` sets hold out every tenth glyph of each label.

    Raises:
        DataError: a file is missing or damaged.
    """
    if name in _READERS:
        return _READERS[name]()
    files = _FILES[name]
    images, labels = read_pair(files.images, files.labels)
    if name in alphabet.tenth:
        val = _every_tenth(labels)
    elif name == "mnist" and not is_named():
        val = np.arange(len(labels)) >= len(labels) - MNIST_VAL
    else:
        groups: Sequence[object] = _groups(files.groups) if files.groups else range(len(labels))
        val = _held_out(name, groups, files.one_in)
    if files.per_label:
        chosen = _evenly(labels, files.per_label)
        images, labels, val = images[chosen], labels[chosen], val[chosen]
    return Published(images, labels, files.names(), val)


def _held_out(name: str, groups: Sequence[object], one_in: int = 10) -> npt.NDArray[np.bool_]:
    """Return (N,) bool: some groups, chosen by checksum, the same on every machine."""
    if one_in == 0:
        return np.zeros(len(groups), np.bool_)
    chosen = {one: zlib.crc32(f"{name} {one}".encode()) % one_in == 0 for one in set(groups)}
    return np.array([chosen[one] for one in groups], np.bool_)


def _evenly(labels: Labels, count: int) -> npt.NDArray[np.int64]:
    """Return the indexes of at most `count` glyphs of each label, evenly from all of its glyphs.

    >>> _evenly(np.array([0, 1, 0, 0, 0], np.uint8), 2).tolist()
    [0, 1, 3]
    """
    own = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    steps = [np.arange(min(count, len(each))) * len(each) // min(count, len(each)) for each in own]
    return np.sort(np.concatenate([each[step] for each, step in zip(own, steps, strict=True)]))


def _every_tenth(labels: Labels) -> npt.NDArray[np.bool_]:
    """Return (N,) bool: every tenth glyph of each label.

    >>> _every_tenth(np.array([0] * 10 + [1] * 20, np.uint8)).nonzero()[0].tolist()
    [9, 19, 29]
    """
    val = np.zeros(len(labels), np.bool_)
    for label in np.unique(labels):
        val[np.flatnonzero(labels == label)[9::10]] = True
    return val


def _groups(path: str) -> list[object]:
    """Return the writer (strokes), photo (text) or character (labels) of each image."""
    if path == MNIST_WRITERS:
        return list(mnist_writers("train").tolist())
    place = data_folder() / path
    try:
        if path.endswith(".npz"):
            with np.load(place) as arrays:
                return list(arrays["writer_file"].tolist())
        if path.endswith(".txt"):
            return [line.split()[0] for line in place.read_text().splitlines()]
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise DataError(f"{place}: cannot be read ({error}); fetch it again") from error
    return list(read_labels(place, MD5[path]).tolist())


def mnist_writers(part: Literal["train", "test"]) -> npt.NDArray[np.int64]:
    """Return the writer of each image of MNIST, (60000,) or (10000,); no writer is in both parts.

    Raises:
        DataError: the file is missing or damaged.
    """
    place = data_folder() / MNIST_WRITERS
    try:
        with np.load(place) as arrays:
            return np.asarray(arrays[f"{part}_writer"], np.int64)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise DataError(f"{place}: cannot be read ({error}); fetch it again") from error


def _json_names(path: Path) -> Sequence[str]:
    try:
        return [str(name) for name in json.loads(path.read_text())]
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: wanted a JSON list of names, got {error}") from error


def _read_text_digits() -> Published:
    """Read a zip of 32 lines of 32 characters 0 or 1, named <digit>_<n>.txt; all are held out."""
    path = data_folder() / "mlia_digits/digits.zip"
    try:
        with zipfile.ZipFile(path) as bundle:
            names = sorted(name for name in bundle.namelist() if name.endswith(".txt"))
            texts = [bundle.read(name).split() for name in names]
    except (OSError, zipfile.BadZipFile) as error:
        raise DataError(f"{path}: wanted a zip of text digits, got {error}") from error
    rows = [[list(line) for line in text] for text in texts]
    images = np.asarray((np.array(rows, np.uint8) == ord("1")) * 255, np.uint8)
    labels = np.array([int(Path(name).name[0]) for name in names], np.uint8)
    return Published(images, labels, string.digits, np.ones(len(labels), np.bool_))


def _read_fonts() -> Published:
    """Render letters and digits in every face; whole faces are held out."""
    characters = string.ascii_letters + string.digits
    shapes, drawn = printed(characters)
    labels = np.array([characters.index(character) for character in drawn], np.uint8)
    faces = np.cumsum(np.diff(labels.astype(int), prepend=labels[:1]) < 0)
    return Published(_padded(shapes), labels, characters, _held_out("fonts", faces.tolist()))


@lru_cache(maxsize=1)
def _write_allographs() -> Published:
    """Draw synthetic digits; none is held out: synthetic glyphs must not measure a net."""
    shapes, labels = write_digits()
    return Published(_padded(shapes), labels, string.digits, np.zeros(len(labels), np.bool_))


@lru_cache(maxsize=1)
def _write_signs() -> Published:
    """Draw synthetic letters and signs; none is held out, as for the digits."""
    shapes, labels = write_signs()
    return Published(_padded(shapes), labels, SIGN_NAMES, np.zeros(len(labels), np.bool_))


@lru_cache(maxsize=1)
def _draw_unipen() -> Published:
    """Draw UNIPEN's digits with other pens; the writers held out are those of `unipen`."""
    data = load_strokes(UNIPEN_STROKES)
    images = _padded(list(draw_with_pens(data.strokes, PENS_SEED)))
    val = _held_out("unipen", data.writers.tolist())
    return Published(images, data.labels.astype(np.uint8), string.digits, val)


@lru_cache(maxsize=1)
def _read_pendigits() -> Published:
    """Draw the digits of writers 1 to 30; the published pictures of the others are held out."""
    data = load_strokes(PENDIGITS[0])
    images, labels = read_pair(*_PENDIGITS_VAL)
    drawn = [*draw_with_pens(data.strokes, PENS_SEED), *images]
    val = np.arange(len(drawn)) >= len(data.labels)
    named = np.concatenate([data.labels.astype(np.uint8), labels])
    return Published(_padded(drawn), named, string.digits, val)


def _padded(shapes: Sequence[GrayImage]) -> npt.NDArray[np.uint8]:
    """Return (N, side, side) images with the (h, w) shapes in their top left corners."""
    side = max(max(shape.shape) for shape in shapes)
    images = np.zeros((len(shapes), side, side), np.uint8)
    for image, shape in zip(images, shapes, strict=True):
        image[: shape.shape[0], : shape.shape[1]] = shape
    return images


def read_pair(images_path: str, labels_path: str) -> tuple[npt.NDArray[np.uint8], Labels]:
    """Read (N, h, w) uint8 images and (N,) uint8 labels; paths are within the data folder.

    Raises:
        DataError: a file is missing or damaged, or the counts differ.
    """
    images = read_images(data_file(images_path), MD5[images_path])
    labels = read_labels(data_file(labels_path), MD5[labels_path])
    if len(images) != len(labels):
        raise DataError(f"{images_path}: {len(images)} images but {len(labels)} labels")
    return images, labels


_READERS: Mapping[str, Callable[[], Published]] = {
    "mlia": _read_text_digits,
    "pendigits": _read_pendigits,
    "unipen_pens": _draw_unipen,
    "fonts": _read_fonts,
    "allographs": _write_allographs,
    "allographs_signs": _write_signs,
}
SETS = (*_FILES, *_READERS)
SAME_RECORDINGS = {"unipen_pens": "unipen"}  # a set drawn anew from another one's strokes
