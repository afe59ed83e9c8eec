"""Group the digits of the data sets by the person who wrote them.

A number is written by one person, so strings are composed of one writer's digits. Three parts
share no writer: "train" for the sequence net, "dev" for choosing its settings, and "test", which
neither net has seen: the test writers of MNIST, the held-out writers of UNIPEN, and writers 31 to
44 of Pendigits. The held-out writers of MNIST are in none. Sets that do not name their writers
give one writer each, for training only.
"""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from camdigits.values import GrayImage
from train.data import sets
from train.data.alphabets import Labels
from train.data.published import mnist_writers, read_pair
from train.data.strokes import PENDIGITS, Stroke, load_strokes, unipen_strokes
from train.writers.allographs import COPIES, write_digits

Part = Literal["train", "dev", "test"]
MIN_LABELS = 8  # different digits that a writer must have written (chosen)
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
    writers = mnist_writers("test" if part == "test" else "train")
    if part == "test":
        images, labels = sets.raw_test()
    else:
        images, labels, val = sets.raw("mnist")  # val measures the digit net
        images, labels, writers = images[~val], labels[~val], writers[~val]
    for writer in np.unique(writers):
        if part == "test" or _is_dev("mnist", writer) == (part == "dev"):
            own = np.flatnonzero(writers == writer)
            yield Person("mnist", labels[own], images=images[own])


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
    data = load_strokes(PENDIGITS[part == "test"])
    writers, labels = data.writers, data.labels.astype(np.uint8)
    for writer in np.unique(writers):
        if part == "test" or (writer >= PENDIGITS_DEV) == (part == "dev"):
            own = np.flatnonzero(writers == writer)
            strokes = [data.strokes[i] for i in own]
            yield Person("pendigits", labels[own], strokes=strokes, weight=3.0)


def _unnamed() -> Iterator[Person]:
    for name, weight in UNNAMED.items():
        if name == "finnish":
            images, labels = read_pair(*FINNISH)  # all of it; the digit net balances the digits
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
