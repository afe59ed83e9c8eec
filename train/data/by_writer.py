"""Group the digits of the data sets by the person who wrote them.

A number is written by one person, so strings are composed of one writer's digits. Three parts
share no writer: "train" for the sequence net, "dev" for choosing its settings, and "test", which
neither net has seen: the test writers of MNIST, the held-out writers of UNIPEN, and writers 31 to
44 of Pendigits. Sets that do not name their writers give one writer each, for training only.
"""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt

from camdigits.values import GrayImage
from train.data import sets
from train.data.alphabets import Labels
from train.data.checksums import MD5
from train.data.folder import data_file, data_folder
from train.data.idx import read_images, read_labels
from train.data.published import read_pair
from train.data.strokes import Stroke, unipen_strokes
from train.errors import DataError
from train.writers.allographs import COPIES, write_digits

Part = Literal["train", "dev", "test"]
MIN_LABELS = 8  # different digits that a writer must have written (chosen)
LEARNED_MNIST = 55_000  # images of MNIST from which the digit net learns; the rest is validation
PENDIGITS = "pendigits/pendigits-writers{}-strokes.npz"
PENDIGITS_DEV = 28  # Pendigits writers from this number to 30 are "dev"
FINNISH = (
    "finnish_drawn/finnish-drawn-images-idx3-ubyte.gz",
    "finnish_drawn/finnish-drawn-labels-idx1-ubyte.gz",
)
UNNAMED = {"kensanata": 150, "bhmsds": 100, "finnish": 20}  # weights, in writers


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """The digits of one writer: images or pen strokes."""

    kind: str  # the data set
    labels: Labels  # (N,) uint8
    images: (
        Sequence[GrayImage] | npt.NDArray[np.uint8]
    ) = ()  # N of (h, w), 255 = ink; () if strokes are known
    strokes: Sequence[Sequence[Stroke]] = ()  # N lists of (points, 2) x y, y down
    weight: float = 1.0  # how often this writer is chosen


def people(part: Part) -> list[Person]:
    """Return the writers of a part.

    Raises:
        DataError: a data set is missing or damaged.
    """
    named = [*_mnist(part), *_unipen(part), *_pendigits(part)]
    found = [one for one in named if len(set(one.labels.tolist())) >= MIN_LABELS]
    return [*found, *_unnamed(), *_allographs()] if part == "train" else found


def _is_dev(kind: str, writer: object) -> bool:
    """Whether a writer is in the dev part: about one in ten, the same on every machine."""
    return zlib.crc32(f"strings {kind} {writer}".encode()) % 10 == 0


def _mnist(part: Part) -> Iterator[Person]:
    images, labels = sets.raw_test() if part == "test" else read_pair(*_MNIST)
    path = data_folder() / "mnist_writers/mnist-writers.npz"
    try:
        with np.load(path) as arrays:
            writers = arrays["test_writer" if part == "test" else "train_writer"]
    except (OSError, KeyError, ValueError) as error:
        raise DataError(f"{path}: cannot be read ({error}); fetch it again") from error
    if part != "test":
        images, labels, writers = (each[:LEARNED_MNIST] for each in (images, labels, writers))
    for writer in np.unique(writers):
        if part == "test" or _is_dev("mnist", writer) == (part == "dev"):
            own = np.flatnonzero(writers == writer)
            yield Person("mnist", labels[own], images=images[own])


_MNIST = "mnist/train-images-idx3-ubyte.gz", "mnist/train-labels-idx1-ubyte.gz"


def _unipen(part: Part) -> Iterator[Person]:
    _, labels, val = sets.raw("unipen")
    strokes, names = unipen_strokes()
    # Some recordings are in the files of two writers: what was learned does not measure.
    keys = np.array([hash(np.concatenate(each).tobytes()) for each in strokes])
    fresh = ~np.isin(keys, keys[~val]) if part == "test" else ~val
    for name in np.unique(names[fresh]):
        if part == "test" or _is_dev("unipen", name) == (part == "dev"):
            own = np.flatnonzero((names == name) & fresh)
            yield Person("unipen", labels[own], strokes=[strokes[i] for i in own], weight=2.0)


def _pendigits(part: Part) -> Iterator[Person]:
    path = data_folder() / PENDIGITS.format("31-44" if part == "test" else "01-30")
    try:
        with np.load(path) as arrays:
            points = arrays["xy"].astype(np.float32)
            ends = np.cumsum(arrays["stroke_len"], dtype=np.int64)
            first = arrays["char_stroke_start"].astype(np.int64)
            writers, labels = arrays["writer"], arrays["label"].astype(np.uint8)
    except (OSError, KeyError, ValueError) as error:
        raise DataError(f"{path}: cannot be read ({error}); fetch it again") from error
    strokes = np.split(points, ends[:-1])
    digits = [strokes[a:b] for a, b in pairwise(first)]
    for writer in np.unique(writers):
        if part == "test" or (writer >= PENDIGITS_DEV) == (part == "dev"):
            own = np.flatnonzero(writers == writer)
            yield Person("pendigits", labels[own], strokes=[digits[i] for i in own], weight=3.0)


def _unnamed() -> Iterator[Person]:
    for name, weight in UNNAMED.items():
        if name == "finnish":
            images = read_images(data_file(FINNISH[0]), MD5[FINNISH[0]])
            labels = read_labels(data_file(FINNISH[1]), MD5[FINNISH[1]])
        else:
            images, labels, val = sets.raw(name)
            images, labels = images[~val], labels[~val]
        yield Person(name, labels, images=images, weight=weight)


def _allographs(writers: int = 400) -> Iterator[Person]:
    """Yield synthetic writers, each with its own form of every digit."""
    shapes, labels = write_digits(writers)
    each = 10 * COPIES
    for start in range(0, len(shapes), each):
        own = slice(start, start + each)
        yield Person("allographs", labels[own], images=shapes[own], weight=0.5)
