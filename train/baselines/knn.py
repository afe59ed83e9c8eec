"""Nearest neighbours: predict the most frequent label of the most similar training digits.

    python -m train baseline knn --out runs/knn

Two systems in one run, both with scikit-learn: `knn` compares all 784 pixels, with the number of
neighbours selected on MNIST's validation digits; `knn-simple` uses three neighbours and 49 pixels,
the blurred glyph reduced to a quarter of its side. The training digits themselves are stored. Only
the number of neighbours and the smoothing of the votes are fitted.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from camdigits.image import cv2
from camdigits.recognize.glyph import SIDE
from camdigits.values import Glyphs, Logits
from train.baselines import runs
from train.baselines.runs import Arrays, Job, Record
from train.data.alphabets import Labels
from train.data.sets import Glyphset
from train.metrics import measure
from train.metrics.measure import LogitScorer

Vectors = npt.NDArray[np.uint8]  # (N, pixels)
Votes = npt.NDArray[np.float64]  # (N, 10)

MAX_NEIGHBOURS = 7  # largest number tried
SIMPLE_NEIGHBOURS = 3  # neighbours of `knn-simple`
BLUR = 1.0  # standard deviation, pixels of the glyph
REDUCED = SIDE // 4
BATCH = 500  # glyphs per step of the progress bar
DOUBTS = np.geomspace(0.001, 1, 61)  # tried pseudo-votes per digit (Laplace smoothing)


def pixels(glyphs: Glyphs) -> Vectors:
    """Flatten glyphs: (N, 28, 28) to (N, 784)."""
    return glyphs.reshape(-1, SIDE * SIDE)


def reduced(glyphs: Glyphs) -> Vectors:
    """Blur, then average 4×4 pixels: (N, 28, 28) to (N, 49).

    >>> reduced(np.full((1, 28, 28), 9, np.uint8)).tolist() == [[9] * 49]
    True
    """
    vectors = np.empty((len(glyphs), REDUCED, REDUCED), np.uint8)
    for vector, glyph in zip(vectors, glyphs, strict=True):
        soft = cv2.GaussianBlur(glyph, (0, 0), BLUR)
        vector[:] = cv2.resize(soft, (REDUCED, REDUCED), interpolation=cv2.INTER_AREA)
    return vectors.reshape(-1, REDUCED * REDUCED)


SEEN: Mapping[str, Callable[[Glyphs], Vectors]] = {"knn": pixels, "knn-simple": reduced}


@dataclass(frozen=True, slots=True, eq=False)
class Memory:
    """The stored digits, and how their votes count."""

    system: str  # one of SEEN
    vectors: Vectors
    labels: Labels
    neighbours: int
    doubt: float = 0.1


def train(job: Job) -> tuple[Record, ...]:
    """Store MNIST, select settings on its validation digits, and measure on its test set."""
    runs.check_installed("sklearn")
    learn, val, test = (runs.mnist(part, job.limit) for part in runs.PARTS)
    return tuple(_train(job, system, learn, val, test) for system in SEEN)


def load(path: Path) -> LogitScorer:
    """Load what `train` stored.

    Raises:
        DataError: the file is missing or damaged.
        BaselineError: scikit-learn is not installed.
    """
    runs.check_installed("sklearn")
    arrays = runs.load_arrays(path, ("vectors", "labels", "neighbours", "doubt"))
    neighbours, doubt = int(arrays["neighbours"]), float(arrays["doubt"])
    return scorer_of(Memory(path.stem, arrays["vectors"], arrays["labels"], neighbours, doubt))


def scorer_of(memory: Memory) -> LogitScorer:
    """Return a scorer whose logits are the logarithms of the votes."""
    finder = _finder(memory)

    def score(glyphs: Glyphs) -> Logits:
        if not len(glyphs):
            return np.empty((0, 10), np.float32)
        near = finder.kneighbors(
            SEEN[memory.system](glyphs).astype(np.float32), return_distance=False
        )
        return logits(votes(memory.labels[near]), memory.doubt)

    return score


def votes(labels: Labels) -> Votes:
    """Count each glyph's neighbours by digit: (N, k) labels to (N, 10).

    >>> votes(np.uint8([[3, 3, 7]]))[0, [3, 7]]
    array([2., 1.])
    """
    return np.asarray((labels[:, :, None] == np.arange(10)).sum(axis=1), np.float64)


def logits(counted: Votes, doubt: float) -> Logits:
    """Return log probabilities (votes + doubt) / (all votes + 10 doubts) (Laplace)."""
    share = (counted + doubt) / (counted.sum(axis=1, keepdims=True) + 10 * doubt)
    return np.asarray(np.log(share), np.float32)


def _train(job: Job, system: str, learn: Glyphset, val: Glyphset, test: Glyphset) -> Record:
    started = time.perf_counter()
    memory = Memory(system, SEEN[system](learn.images), learn.labels, MAX_NEIGHBOURS)
    finder = _finder(memory)
    train_s = time.perf_counter() - started
    near = memory.labels[_search(finder, SEEN[system](val.images), f"{system} validation")]
    neighbours = SIMPLE_NEIGHBOURS if system == "knn-simple" else _best_count(near, val.labels)
    near = near[:, :neighbours]
    doubt = min(DOUBTS, key=lambda one: measure.loss(logits(votes(near), one), val.labels))
    path = job.out / f"{system}.npz"
    runs.save_arrays(path, _arrays(memory, neighbours, float(doubt)))
    found = memory.labels[_search(finder, SEEN[system](test.images), f"{system} test")]
    accuracy = {
        "mnist/val": measure.accuracy(logits(votes(near), doubt), val.labels),
        "mnist/test": measure.accuracy(logits(votes(found[:, :neighbours]), doubt), test.labels),
    }
    job.report(f"{system:<10}  {neighbours} neighbours  test {accuracy['mnist/test']:.2%}")
    chosen = {"neighbours": neighbours, "doubt": float(doubt)}
    return runs.record(system, path, accuracy, train_s, **chosen)


def _finder(memory: Memory) -> Any:
    from sklearn.neighbors import KNeighborsClassifier

    finder = KNeighborsClassifier(memory.neighbours, algorithm="brute")
    return finder.fit(memory.vectors.astype(np.float32), memory.labels)


def _search(finder: Any, vectors: Vectors, name: str) -> npt.NDArray[np.int64]:
    """Return the nearest digits of each vector, nearest first: (N, MAX_NEIGHBOURS) indexes."""
    found = [
        finder.kneighbors(vectors[start : start + BATCH].astype(np.float32), return_distance=False)
        for start in runs.progress(range(0, len(vectors), BATCH), name, f"×{BATCH} digits")
    ]
    return np.concatenate(found)


def _best_count(near: Labels, labels: Labels) -> int:
    """Return the best number of neighbours; the smallest of equally good ones."""
    right = [
        (votes(near[:, :k]).argmax(axis=1) == labels).mean() for k in range(1, MAX_NEIGHBOURS + 1)
    ]
    return int(np.argmax(right)) + 1


def _arrays(memory: Memory, neighbours: int, doubt: float) -> Arrays:
    return {
        "vectors": memory.vectors,
        "labels": memory.labels,
        "neighbours": np.array(neighbours),
        "doubt": np.array(doubt),
    }
