"""Support vector machines on gradient histograms of deskewed digits, one per pair of digits.

    python -m train baseline svm --out runs/svm

scikit-learn's SVC with an RBF kernel learns the 45 pairs one by one, so that an interrupted run
continues with the next (last.npz); SVC does the same internally for ten classes. The support
vectors and their weights are stored (svm.npz); reading needs NumPy alone. Of gamma 1, 2 and 4, at
C = 10 and with 15,000 digits, 4 read MNIST's validation digits best: 99.1 %.
"""

import time
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
import numpy.typing as npt

from camdigits.values import Glyphs, Logits
from train.baselines import runs
from train.baselines.hog import Singles, hog
from train.baselines.runs import Arrays, Job, Record
from train.data.alphabets import Labels
from train.errors import DataError
from train.metrics import measure
from train.metrics.measure import LogitScorer

C = 10.0
GAMMA = 4.0
FILE, STATE, PICTURE = "svm.npz", f"{runs.CHECKPOINT}.npz", "hog.png"
PAIRS = tuple(combinations(range(10), 2))
CACHE_MB = 500  # of kernel values
STEEP = 2.0  # slope of the sigmoid that turns an SVM's output into a probability (chosen)
BATCH = 500  # glyphs whose kernels are computed at once


@dataclass(frozen=True, slots=True, eq=False)
class Machines:
    """The SVMs of all pairs, over a common list of support vectors."""

    vectors: Singles  # (S, features)
    weights: Singles  # (45, S); 0 where a vector does not belong to the pair
    biases: Singles  # (45,)
    gamma: float
    temperature: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """The SVM of one pair."""

    support: npt.NDArray[np.int64]  # indexes of the training digits
    weights: npt.NDArray[np.float64]
    bias: float
    seconds: float


def train(job: Job) -> tuple[Record, ...]:
    """Train on MNIST, fit the temperature on its validation digits, measure on its test set."""
    runs.check_installed("sklearn", "matplotlib")
    learn, val, test = (runs.mnist(part, job.limit) for part in runs.PARTS)
    features = hog(learn.images)
    pairs = _learn_all(job, features, learn.labels)
    machines = join(features, pairs, GAMMA)
    scores = scorer_of(machines)(val.images)
    temperature = measure.best_temperature(scores, val.labels)
    path = job.out / FILE
    runs.save_arrays(path, {**_arrays(machines), "temperature": np.array(temperature)})
    _show(job, test.images)
    accuracy = {
        "mnist/val": measure.accuracy(scores, val.labels),
        "mnist/test": measure.accuracy(load(path)(test.images), test.labels),
    }
    job.report(f"svm  {len(machines.vectors)} support vectors  test {accuracy['mnist/test']:.2%}")
    seconds = sum(pair.seconds for pair in pairs)
    chosen = {"C": C, "gamma": GAMMA, "temperature": temperature}
    return (runs.record("svm", path, accuracy, seconds, **chosen),)


def load(path: Path) -> LogitScorer:
    """Load the SVMs that `train` stored.

    Raises:
        DataError: the file is missing or damaged.
    """
    arrays = runs.load_arrays(path, ("vectors", "weights", "biases", "gamma", "temperature"))
    vectors, weights, biases = (arrays[name] for name in ("vectors", "weights", "biases"))
    if weights.shape != (len(PAIRS), len(vectors)):
        raise DataError(
            f"{path}: wanted ({len(PAIRS)}, {len(vectors)}) weights, got {weights.shape}; "
            "train it again"
        )
    gamma, temperature = float(arrays["gamma"]), float(arrays["temperature"])
    return scorer_of(Machines(vectors, weights, biases, gamma, temperature))


def learn_pair(features: Singles, labels: Labels, pair: tuple[int, int], gamma: float) -> Pair:
    """Train the SVM of two digits; a positive output is the first."""
    from sklearn.svm import SVC

    started = time.perf_counter()
    index = np.flatnonzero((labels == pair[0]) | (labels == pair[1]))
    machine = SVC(C=C, gamma=gamma, cache_size=CACHE_MB)
    machine.fit(features[index], labels[index] == pair[0])
    seconds = time.perf_counter() - started
    support = index[machine.support_]
    return Pair(support, machine.dual_coef_[0], float(machine.intercept_[0]), seconds)


def join(features: Singles, pairs: list[Pair], gamma: float) -> Machines:
    """Merge the support vectors of all pairs into one list: most serve several pairs."""
    support = np.unique(np.concatenate([pair.support for pair in pairs]))
    weights = np.zeros((len(pairs), len(support)), np.float32)
    for row, pair in zip(weights, pairs, strict=True):
        row[np.searchsorted(support, pair.support)] = pair.weights
    biases = np.array([pair.bias for pair in pairs], np.float32)
    return Machines(features[support], weights, biases, gamma)


def decide(machines: Machines, features: Singles) -> Singles:
    """Return the outputs of all pairs, (N, 45): positive is the first digit of the pair."""
    vectors = machines.vectors
    lengths = (features**2).sum(axis=1)[:, None] + (vectors**2).sum(axis=1)
    apart = np.maximum(lengths - 2 * features @ vectors.T, 0)
    kernels = np.exp(-np.float32(machines.gamma) * apart)
    return np.asarray(kernels @ machines.weights.T + machines.biases, np.float32)


def scorer_of(machines: Machines) -> LogitScorer:
    """Return a scorer; each digit's logit is the sum over its nine pairs."""

    def score(glyphs: Glyphs) -> Logits:
        rows = [_logits(decide(machines, part)) for part in _batches(hog(glyphs))]
        logits = np.concatenate(rows) if rows else np.empty((0, 10))
        return np.asarray(logits / machines.temperature, np.float32)

    return score


def _logits(answers: Singles) -> npt.NDArray[np.float64]:
    """Sum the log sigmoids of the pairs, (N, 45) to (N, 10)."""
    logits = np.zeros((len(answers), 10))
    for (first, second), answer in zip(PAIRS, STEEP * answers.T, strict=True):
        logits[:, first] -= np.logaddexp(0, -answer)
        logits[:, second] -= np.logaddexp(0, answer)
    return logits


def _batches(features: Singles) -> list[Singles]:
    return [features[start : start + BATCH] for start in range(0, len(features), BATCH)]


def _learn_all(job: Job, features: Singles, labels: Labels) -> list[Pair]:
    """Train every pair that an interrupted run has not trained."""
    state = job.out / STATE
    arrays: Arrays = runs.load_arrays(state) if state.exists() else {}
    left = [pair for pair in PAIRS if f"{_key(pair)}/support" not in arrays]
    for pair in runs.progress(left, "svm", " pairs", done=len(PAIRS) - len(left)):
        learned = learn_pair(features, labels, pair, GAMMA)
        for name in ("support", "weights", "bias", "seconds"):
            arrays[f"{_key(pair)}/{name}"] = np.asarray(getattr(learned, name))
        runs.save_arrays(state, arrays)
    return [_pair(arrays, _key(pair)) for pair in PAIRS]


def _key(pair: tuple[int, int]) -> str:
    return f"{pair[0]}-{pair[1]}"


def _pair(arrays: Arrays, key: str) -> Pair:
    support, weights = arrays[f"{key}/support"], arrays[f"{key}/weights"]
    return Pair(support, weights, float(arrays[f"{key}/bias"]), float(arrays[f"{key}/seconds"]))


def _arrays(machines: Machines) -> Arrays:
    gamma = np.array(machines.gamma)
    return {
        "vectors": machines.vectors,
        "weights": machines.weights,
        "biases": machines.biases,
        "gamma": gamma,
    }


def _show(job: Job, glyphs: Glyphs) -> None:
    from train.baselines import plots

    plots.edges(glyphs[:: max(1, len(glyphs) // 8)][:8], job.out / PICTURE)
