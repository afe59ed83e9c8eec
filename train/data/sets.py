"""The data sets by name, as the glyphs the model sees.

Every image goes through `camdigits.recognize.glyph.normalize`, as the live picture does; the
result is kept
under runs/cache. The sets lie in the folder that CAMDIGITS_DATA names; without it MNIST alone is
downloaded. Nothing here warps, mixes or weighs: that is `train.fit.loop`.

A set has the parts "train" and "val", told apart by writer, photo or character where these are
known; "test" (MNIST only) and "whole". What its glyphs are called is the alphabet's business.
"""

import json
import os
import string
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from camdigits.recognize.glyph import normalize
from camdigits.values import Glyphs, GrayImage
from train.data.alphabets import DIGITS, Alphabet
from train.data.checksums import MD5
from train.data.idx import fetch, read_images, read_labels
from train.errors import DataError

Part = Literal["train", "val", "test", "whole"]
Labels = npt.NDArray[np.uint8]

LABELS = DIGITS.labels
MNIST_URL = "https://storage.googleapis.com/cvdf-datasets/mnist/"
MNIST_VAL = 5000  # the last of the training images
CACHE = Path("runs/cache")
CROPS_VAL = 0.1  # the last of a file of camera crops


@dataclass(frozen=True, slots=True, eq=False)
class Glyphset:
    """Glyphs with their labels."""

    name: str
    images: Glyphs  # (N, 28, 28) uint8, 255 = ink
    labels: Labels  # (N,) uint8, an index into the labels of the alphabet


@dataclass(frozen=True, slots=True)
class _Files:
    """Where a set lies, and what its labels are called."""

    images: str
    labels: str
    names: Callable[[], Sequence[str]] = lambda: string.digits
    groups: str = ""  # file that tells who wrote what


@dataclass(frozen=True, slots=True, eq=False)
class _Raw:
    """A set as it was published."""

    images: npt.NDArray[np.uint8]  # (N, h, w)
    labels: Labels  # an index into the names
    names: Sequence[str]
    val: npt.NDArray[np.bool_]  # (N,) who is held out


def _map(path: str) -> Callable[[], Sequence[str]]:
    return lambda: _json_names(folder() / path)


_LETTERS = " " * 10 + string.ascii_uppercase + string.ascii_lowercase  # labels 10 to 61
_DIGITS = {
    "mnist": _Files("mnist/train-images-idx3-ubyte.gz", "mnist/train-labels-idx1-ubyte.gz"),
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
}
_NEGATIVES = {
    "unipen_letters": _Files(
        "unipen/unipen-letters-images-idx3-ubyte.gz",
        "unipen/unipen-letters-labels-idx1-ubyte.gz",
        names=lambda: _LETTERS,
        groups="unipen/unipen-letters-strokes.npz",
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
DIGIT_SETS = (*_DIGITS, "mlia")
NEGATIVE_SETS = tuple(_NEGATIVES)
SETS = (*DIGIT_SETS, *NEGATIVE_SETS, "fonts", "allographs", "allographs_signs")


def folder() -> Path:
    """Folder of the data sets.

    Raises:
        DataError: CAMDIGITS_DATA names no folder, or is not set.
    """
    named = os.environ.get("CAMDIGITS_DATA")
    if not named:
        raise DataError(
            "no data folder; set CAMDIGITS_DATA to one (without it MNIST alone is downloaded)"
        )
    if not Path(named).is_dir():
        raise DataError(
            f"CAMDIGITS_DATA: {named} is not a folder; name the one with the data sets"
        )
    return Path(named)


def load(name: str, part: Part = "whole", alphabet: Alphabet = DIGITS) -> Glyphset:
    """Return one part of a set, normalised, without the look-alikes of the alphabet's labels.

    Raises:
        DataError: there is no such set or part, or its files are missing or damaged.
    """
    if part == "test" and name == "mnist":
        images, labels = raw_test()
        published = _Raw(images, labels, string.digits, np.ones(len(labels), np.bool_))
        part = "whole"
        whole = _normalized(name, "test", images, labels)
    elif part == "test" or name not in SETS:
        raise DataError(
            f"no {part} part of a set {name}; sets are {', '.join(SETS)}; mnist alone has a test"
        )
    else:
        published = _published(name, alphabet)
        whole = _normalized(name, "whole", published.images, published.labels)
    labels, chosen = _labelled(name, published, alphabet)
    chosen &= {"whole": np.ones_like(chosen), "val": published.val, "train": ~published.val}[part]
    return Glyphset(f"{name}/{part}", whole.images[chosen], labels[chosen])


def raw(
    name: str, alphabet: Alphabet = DIGITS
) -> tuple[npt.NDArray[np.uint8], Labels, npt.NDArray[np.bool_]]:
    """Return (N, h, w) uint8 images as they were published, their labels, and who is in "val"."""
    published = _published(name, alphabet)
    labels, chosen = _labelled(name, published, alphabet)
    return published.images[chosen], labels[chosen], published.val[chosen]


def _labelled(
    name: str, published: _Raw, alphabet: Alphabet
) -> tuple[Labels, npt.NDArray[np.bool_]]:
    """Return the alphabet's labels (N,), and (N,) bool where there is one."""
    found = alphabet.indexes(name, published.names)[published.labels]
    return found.astype(np.uint8), np.asarray(found >= 0, np.bool_)


def raw_test() -> tuple[npt.NDArray[np.uint8], Labels]:
    """Return the 10,000 test images of MNIST, (N, 28, 28) uint8, and their labels."""
    return _read_pair("mnist/t10k-images-idx3-ubyte.gz", "mnist/t10k-labels-idx1-ubyte.gz")


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
    """How many of the crops of a file, its first, are learned from; the others are for validation.

    >>> learned(130_000)
    117000
    """
    return round(crops * (1 - CROPS_VAL))


def _read_pair(images_path: str, labels_path: str) -> tuple[npt.NDArray[np.uint8], Labels]:
    images = read_images(_place(images_path), MD5[images_path])
    labels = read_labels(_place(labels_path), MD5[labels_path])
    if len(images) != len(labels):
        raise DataError(f"{images_path}: {len(images)} images but {len(labels)} labels")
    return images, labels


def _place(path: str) -> Path:
    """Where a file lies; MNIST is fetched if there is no data folder."""
    if os.environ.get("CAMDIGITS_DATA") or not path.startswith("mnist/"):
        return folder() / path
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "camdigits"
    if not (home / path).exists():
        fetch(MNIST_URL + path.removeprefix("mnist/"), home / path)
    return home / path


def _published(name: str, alphabet: Alphabet) -> _Raw:
    if name == "mlia":
        images, labels = _read_text_digits(folder() / "mlia_digits/digits.zip")
        return _Raw(images, labels, string.digits, np.ones(len(labels), np.bool_))
    if name == "fonts":
        return _read_fonts(string.ascii_letters + string.digits)
    if name == "allographs":
        return _write_allographs()
    if name == "allographs_signs":
        return _write_signs()
    files = _FILES[name]
    images, labels = _read_pair(files.images, files.labels)
    if name in alphabet.tenth:
        return _Raw(images, labels, files.names(), _every_tenth(labels))
    groups: Sequence[object] = _groups(files.groups) if files.groups else range(len(labels))
    val = _held_out(name, groups)
    if name == "mnist":
        val = np.arange(len(labels)) >= len(labels) - MNIST_VAL
    return _Raw(images, labels, files.names(), val)


def _held_out(name: str, groups: Sequence[object]) -> npt.NDArray[np.bool_]:
    """(N,) bool: one in ten, by whole groups, the same on every machine."""
    chosen = {group: zlib.crc32(f"{name} {group}".encode()) % 10 == 0 for group in set(groups)}
    return np.array([chosen[group] for group in groups], np.bool_)


def _every_tenth(labels: Labels) -> npt.NDArray[np.bool_]:
    """(N,) bool: every tenth of each label.

    >>> _every_tenth(np.array([0] * 10 + [1] * 20, np.uint8)).nonzero()[0].tolist()
    [9, 19, 29]
    """
    val = np.zeros(len(labels), np.bool_)
    for label in np.unique(labels):
        val[np.flatnonzero(labels == label)[9::10]] = True
    return val


def _groups(path: str) -> list[object]:
    """Per image its writer (strokes), photo (text) or character (labels)."""
    place = folder() / path
    try:
        if path.endswith(".npz"):
            with np.load(place) as arrays:
                return list(arrays["writer_file"].tolist())
        if path.endswith(".txt"):
            return [line.split()[0] for line in place.read_text().splitlines()]
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise DataError(f"{place}: cannot be read ({error}); fetch it again") from error
    return list(read_labels(place, MD5[path]).tolist())


def _json_names(path: Path) -> Sequence[str]:
    try:
        return [str(name) for name in json.loads(path.read_text())]
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: wanted a JSON list of names, got {error}") from error


def _read_text_digits(path: Path) -> tuple[npt.NDArray[np.uint8], Labels]:
    """Read a zip of 32 lines of 32 characters 0 or 1, named <digit>_<n>.txt."""
    try:
        with zipfile.ZipFile(path) as bundle:
            names = sorted(name for name in bundle.namelist() if name.endswith(".txt"))
            texts = [bundle.read(name).split() for name in names]
    except (OSError, zipfile.BadZipFile) as error:
        raise DataError(f"{path}: wanted a zip of text digits, got {error}") from error
    rows = [[list(line) for line in text] for text in texts]
    images = np.asarray((np.array(rows, np.uint8) == ord("1")) * 255, np.uint8)
    return images, np.array([int(Path(name).name[0]) for name in names], np.uint8)


def _read_fonts(characters: str) -> _Raw:
    """Print the characters in every face; whole faces are held out."""
    from train.writers.fonts import printed

    shapes, drawn = printed(characters)
    labels = np.array([characters.index(character) for character in drawn], np.uint8)
    faces = np.cumsum(np.diff(labels.astype(int), prepend=labels[:1]) < 0)
    return _Raw(_padded(shapes), labels, characters, _held_out("fonts", faces.tolist()))


@lru_cache(maxsize=1)
def _write_allographs() -> _Raw:
    """Write digits; none is held out, since what we made up measures nothing."""
    from train.writers.allographs import write_hands

    shapes, labels = write_hands()
    return _Raw(_padded(shapes), labels, string.digits, np.zeros(len(labels), np.bool_))


@lru_cache(maxsize=1)
def _write_signs() -> _Raw:
    """Write letters and signs; none is held out, as of the digits."""
    from train.writers.allographs import SIGN_NAMES, write_signs

    shapes, labels = write_signs()
    return _Raw(_padded(shapes), labels, SIGN_NAMES, np.zeros(len(labels), np.bool_))


def _padded(shapes: Sequence[GrayImage]) -> npt.NDArray[np.uint8]:
    """(N, side, side) pictures with the (h, w) shapes in their corners."""
    side = max(max(shape.shape) for shape in shapes)
    images = np.zeros((len(shapes), side, side), np.uint8)
    for image, shape in zip(images, shapes, strict=True):
        image[: shape.shape[0], : shape.shape[1]] = shape
    return images


def _normalized(name: str, part: str, images: npt.NDArray[np.uint8], labels: Labels) -> Glyphset:
    """Normalise a set, or take it from the cache."""
    path = CACHE / f"{name}-{part}-{_recipe(images):08x}.npz"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        glyphs = np.stack([normalize(image) for image in images])
        unfinished = path.with_suffix(f".{os.getpid()}.npz")
        np.savez_compressed(unfinished, images=glyphs, labels=labels)
        os.replace(unfinished, path)
    return load_crops(path)


def _recipe(images: npt.NDArray[np.uint8]) -> int:
    """A sum over the images and over the code that normalises them: either changes, it changes."""
    code = Path(normalize.__code__.co_filename).read_bytes()
    return zlib.crc32(code, zlib.crc32(images.tobytes()))
