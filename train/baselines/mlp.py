"""A net with one hidden layer of 100 ReLU neurons: scikit-learn's MLPClassifier.

    python -m train baseline mlp --out runs/mlp

Two systems in one run: `mlp` learns MNIST, and `mlp-8x8` scikit-learn's 1797 digits of 8×8 pixels,
a third of them held out (digits8.png shows the first 36 of all). Each epoch writes a checkpoint,
so that an interrupted run ends with the same weights; it is a pickle of the classifier, readable
only by the same scikit-learn, and is deleted when the run is complete. The weights are stored as
.npz; reading needs NumPy alone.
"""

import os
import pickle
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from camdigits.recognize.glyph import SIDE
from camdigits.values import Glyphs, Logits
from train.baselines import runs
from train.baselines.digits32 import counts_of, text_digits_of
from train.baselines.runs import Job, Record
from train.data.alphabets import Labels
from train.errors import DataError
from train.metrics import measure
from train.metrics.measure import LogitScorer

Inputs = npt.NDArray[np.float32]  # (N, pixels), 0 to 1
Row = dict[str, float]

HIDDEN = 100
RATE = 1e-3  # learning rate of Adam
BATCH = 200
SEED = 1
HELD_OUT = 1 / 3  # share of the 8×8 digits
SHOWN = 36


def pixels(glyphs: Glyphs) -> Inputs:
    """Flatten glyphs: (N, 28, 28) to (N, 784), 0 to 1."""
    return glyphs.reshape(-1, SIDE * SIDE).astype(np.float32) / np.float32(255)


def counts(glyphs: Glyphs) -> Inputs:
    """Convert glyphs as scikit-learn's digits were made: (N, 28, 28) to (N, 64)."""
    return (counts_of(text_digits_of(glyphs)) / 16).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Plan:
    """Settings of a system, fixed beforehand."""

    seen: Callable[[Glyphs], Inputs]
    epochs: int
    decay: float  # L2 penalty


PLANS: Mapping[str, Plan] = {"mlp": Plan(pixels, 25, 1e-3), "mlp-8x8": Plan(counts, 150, 1e-3)}


@dataclass(frozen=True, slots=True, eq=False)
class Net:
    """The weights of the two layers."""

    hidden: Inputs  # (pixels, 100)
    hidden_bias: Inputs  # (100,)
    out: Inputs  # (100, 10)
    out_bias: Inputs  # (10,)
    temperature: float = 1.0


FIELDS = ("hidden", "hidden_bias", "out", "out_bias", "temperature")


@dataclass(frozen=True, slots=True, eq=False)
class SmallDigits:
    """scikit-learn's digits, and which of them are held out."""

    images: npt.NDArray[np.float64]  # (N, 8, 8), 0 to 16
    labels: Labels
    held_out: npt.NDArray[np.bool_]

    @property
    def inputs(self) -> Inputs:
        """Return the inputs of the net: (N, 64), 0 to 1."""
        return (self.images.reshape(len(self.images), -1) / 16).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Digits:
    """Inputs of the net with their labels."""

    inputs: Inputs
    labels: Labels


def train(job: Job) -> tuple[Record, ...]:
    """Train on both sets, and measure on their held-out parts."""
    runs.check_installed("sklearn", "matplotlib")
    from train.baselines import plots

    large, rows = _train_mnist(job)
    small, small_rows = _train_small(job)
    history = {large.name: rows, small.name: small_rows}
    runs.write_json(job.out / runs.HISTORY, history)
    plots.learning(rows, job.out / "mlp.png")
    plots.learning(small_rows, job.out / "mlp-8x8.png")
    return large, small


def load(path: Path) -> LogitScorer:
    """Load what `train` stored.

    Raises:
        DataError: the file is missing or damaged.
    """
    return scorer_of(_load_net(path), PLANS[path.stem].seen)


def scorer_of(net: Net, seen: Callable[[Glyphs], Inputs]) -> LogitScorer:
    """Return a scorer of a net; `seen` makes its inputs."""
    return lambda glyphs: logits(net, seen(glyphs))


def logits(net: Net, inputs: Inputs) -> Logits:
    """Compute the two layers: (N, pixels) to (N, 10)."""
    hidden = np.maximum(inputs @ net.hidden + net.hidden_bias, 0)
    return np.asarray((hidden @ net.out + net.out_bias) / net.temperature, np.float32)


def small_digits(limit: int | None = None) -> SmallDigits:
    """Load scikit-learn's digits; a random third of each label is held out."""
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    found = load_digits()
    chosen = runs.evenly(len(found.target), limit)
    images, labels = found.images[chosen], found.target[chosen].astype(np.uint8)
    held_out = np.zeros(len(labels), np.bool_)
    _, index = train_test_split(
        np.arange(len(labels)), test_size=HELD_OUT, stratify=labels, random_state=SEED
    )
    held_out[index] = True
    return SmallDigits(images, labels, held_out)


def _train_mnist(job: Job) -> tuple[Record, list[Row]]:
    learn, val, test = (runs.mnist(part, job.limit) for part in runs.PARTS)
    watch = Digits(pixels(val.images), val.labels)
    net, rows = _learn(job, "mlp", Digits(pixels(learn.images), learn.labels), watch)
    scores = logits(net, watch.inputs)
    temperature = measure.best_temperature(scores, val.labels)
    path = _keep(job, "mlp", replace(net, temperature=temperature))
    accuracy = {
        "mnist/val": measure.accuracy(scores, val.labels),
        "mnist/test": measure.accuracy(load(path)(test.images), test.labels),
    }
    return _record(path, accuracy, rows, temperature=temperature), rows


def _train_small(job: Job) -> tuple[Record, list[Row]]:
    from train.baselines import plots

    small, test = small_digits(job.limit), runs.mnist("test", job.limit)
    inputs, out = small.inputs, small.held_out
    held_out = Digits(inputs[out], small.labels[out])
    net, rows = _learn(job, "mlp-8x8", Digits(inputs[~out], small.labels[~out]), held_out)
    path = _keep(job, "mlp-8x8", net)
    read = logits(net, inputs[:SHOWN]).argmax(axis=1)
    plots.first_digits(
        small.images[:SHOWN], small.labels[:SHOWN], read, out[:SHOWN], job.out / "digits8.png"
    )
    accuracy = {
        "digits8/training": rows[-1]["accuracy"],
        "digits8/test": rows[-1]["test_accuracy"],
        "mnist/test": measure.accuracy(load(path)(test.images), test.labels),
    }
    return _record(path, accuracy, rows), rows


def _learn(job: Job, name: str, learn: Digits, watch: Digits) -> tuple[Net, list[Row]]:
    """Train epoch by epoch, from the last complete one if there is a checkpoint."""
    path = job.out / f"{runs.CHECKPOINT}-{name}.pickle"
    classifier, rows = _checkpoint(path, PLANS[name], min(BATCH, len(learn.labels)))
    for _ in runs.progress(range(len(rows), PLANS[name].epochs), name, " epochs", done=len(rows)):
        started = time.perf_counter()
        classifier.partial_fit(learn.inputs, learn.labels, classes=np.arange(10))
        seconds = time.perf_counter() - started
        rows.append({**_measured(_net(classifier), learn, watch), "seconds": seconds})
        _write_pickle(path, (classifier, rows))
    job.report(
        f"{name:<8}  {len(rows)} epochs  loss {rows[-1]['loss']:.4f}  "
        f"accuracy {rows[-1]['accuracy']:.2%}  held out {rows[-1]['test_accuracy']:.2%}"
    )
    return _net(classifier), rows


def _measured(net: Net, learn: Digits, watch: Digits) -> Row:
    found = {}
    for prefix, part in (("", learn), ("test_", watch)):
        scores = logits(net, part.inputs)
        found[f"{prefix}loss"] = measure.loss(scores, part.labels)
        found[f"{prefix}accuracy"] = measure.accuracy(scores, part.labels)
    return found


def _checkpoint(path: Path, plan: Plan, batch: int) -> tuple[Any, list[Row]]:
    """Load the checkpoint of an interrupted run, or create a new classifier."""
    from sklearn.neural_network import MLPClassifier

    if not path.exists():
        rates = {"learning_rate_init": RATE, "alpha": plan.decay, "batch_size": batch}
        return MLPClassifier((HIDDEN,), random_state=SEED, **rates), []
    try:
        found: tuple[Any, list[Row]] = pickle.loads(path.read_bytes())
    except (pickle.UnpicklingError, EOFError, AttributeError, ImportError) as error:
        raise DataError(
            f"{path}: not a checkpoint of this scikit-learn ({error}); remove it to begin again"
        ) from error
    return found


def _write_pickle(path: Path, content: object) -> None:
    unfinished = path.with_suffix(".part")
    unfinished.write_bytes(pickle.dumps(content))
    os.replace(unfinished, path)


def _net(classifier: Any) -> Net:
    (hidden, out), (hidden_bias, out_bias) = (
        [np.asarray(layer, np.float32) for layer in layers]
        for layers in (classifier.coefs_, classifier.intercepts_)
    )
    return Net(hidden, hidden_bias, out, out_bias)


def _keep(job: Job, name: str, net: Net) -> Path:
    path = job.out / f"{name}.npz"
    runs.save_arrays(path, {field: np.asarray(getattr(net, field)) for field in FIELDS})
    return path


def _load_net(path: Path) -> Net:
    arrays = runs.load_arrays(path, FIELDS)
    hidden, hidden_bias, out, out_bias, temperature = (arrays[field] for field in FIELDS)
    return Net(hidden, hidden_bias, out, out_bias, float(temperature))


def _record(path: Path, accuracy: Mapping[str, float], rows: list[Row], **chosen: float) -> Record:
    seconds = sum(row["seconds"] for row in rows)
    plan = PLANS[path.stem]
    return runs.record(
        path.stem, path, accuracy, seconds, epochs=plan.epochs, decay=plan.decay, **chosen
    )
