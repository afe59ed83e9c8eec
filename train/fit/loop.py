"""Train a net and store its weights under runs/NAME.

    python -m train fit --out runs/digits --epochs 20 --crops runs/crops.npz
    python -m train fit --alphabet letters --out runs/letters
    python -m train fit --net lenet5 --out runs/lenet5

One core trains on 3000 to 5000 glyphs a second. Each epoch ends with one line of output and a
checkpoint; an interrupted run continues with `--resume` from the last complete epoch and ends with
the same weights. Recipes: `train.fit.settings`; files of a run: `train.fit.run`.
"""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from camdigits.values import Glyphs
from train.data.alphabets import Labels
from train.errors import DataError
from train.fit import nets
from train.fit.learner import Learner, averaged, keep, make_optimizer
from train.fit.losses import Loss, loss_of
from train.fit.nets import load_tensorflow
from train.fit.pool import Pool, load_pool, share
from train.fit.run import (
    CONFIG,
    STATE,
    assign,
    load_history,
    load_settings,
    scores_of,
    to_input,
    write,
)
from train.fit.settings import Settings
from train.fit.start import start_from
from train.writers.warp import GENTLE, USUAL, warp

STATISTICS = 2000  # glyphs for the normalisation of a net that starts from a model


def fit(
    settings: Settings,
    out: Path,
    resume: bool = False,
    pool: Pool | None = None,
    report: Callable[[str], None] = print,
) -> None:
    """Train, or continue training, and write model.npz to `out`.

    Args:
        settings: settings of the run; a resumed run uses those in `out` instead.
        out: folder of the run, created.
        resume: continue from the last complete epoch in `out`.
        pool: training glyphs; None loads those of the settings.
        report: receives one line per epoch.

    Raises:
        DataError: a data set is missing, or `out` holds a run (with `resume`: holds none).
    """
    settings = _begin(settings, out, resume)
    pool = pool or load_pool(settings)
    steps = pool.steps(settings.batch)
    if steps == 0:
        raise DataError(f"fewer glyphs than a batch of {settings.batch}; lower --batch")
    total = settings.steps or steps * settings.epochs
    learner = _learner(settings, total, pool.val.images)
    history: list[dict[str, float]] = load_history(out) if resume else []
    if history:
        assign(learner.variables, out / STATE)
    for done in range(len(history) * steps, total, steps):
        taken = min(steps, total - done)
        history.append(_run_epoch(learner, settings, pool, len(history), taken))
        keep(learner, out, history)
        report(_line(history, -(-total // steps), taken * settings.batch))


def _begin(settings: Settings, out: Path, resume: bool) -> Settings:
    if resume:
        return load_settings(out)
    if (out / STATE).exists():
        raise DataError(f"{out} holds a run; add --resume, or name another folder")
    out.mkdir(parents=True, exist_ok=True)
    write(out / CONFIG, json.dumps(asdict(settings), indent=2))
    return settings


def _learner(settings: Settings, total: int, glyphs: Glyphs) -> Learner:
    """Build net, optimizer and step for a run of `total` steps; `glyphs` are typical ones."""
    load_tensorflow()
    import keras

    keras.utils.set_random_seed(settings.seed)
    model = nets.build(settings.net, len(settings.labels))
    if settings.start is not None:
        start_from(model, settings.start, glyphs[:STATISTICS, ..., np.newaxis])
    optimizer = make_optimizer(settings, total)
    optimizer.build(model.trainable_variables)
    loss = loss_of(settings.noise, settings.teachers)
    return Learner(model, optimizer, _step(model, optimizer, loss))


def _step(model: Any, optimizer: Any, lost: Loss) -> Callable[[Any, Any], tuple[Any, Any]]:
    """Compile one step. Model.fit is not used: it ends by assigning the averaged weights."""
    tf = load_tensorflow()

    def step(images: Any, labels: Any) -> tuple[Any, Any]:
        with tf.GradientTape() as tape:
            logits = model(images, training=True)
            loss = lost(images, labels, logits)
        weights = model.trainable_variables
        optimizer.apply(tape.gradient(loss, weights), weights)
        right = tf.cast(tf.argmax(logits, 1), labels.dtype) == labels
        return loss, tf.reduce_mean(tf.cast(right, tf.float32))

    compiled: Callable[[Any, Any], tuple[Any, Any]] = tf.function(step)
    return compiled


def _run_epoch(
    learner: Learner, settings: Settings, pool: Pool, epoch: int, steps: int
) -> dict[str, float]:
    started = time.perf_counter()
    # Not through tf.data: on one core its thread and the net's slow each other down.
    batches = islice(_batches(pool, settings, epoch), steps)
    loss, right = np.mean([learner.step(images, labels) for images, labels in batches], axis=0)
    with averaged(learner):
        best = scores_of(learner.model, pool.val.images).argmax(1)
    return {
        "epoch": epoch + 1,
        "steps": steps,
        "loss": float(loss),
        "accuracy": float(right),
        "val_accuracy": float((best == pool.val.labels).mean()),
        "seconds": time.perf_counter() - started,
    }


def _batches(
    pool: Pool, settings: Settings, epoch: int
) -> Iterator[tuple[npt.NDArray[np.float32], Labels]]:
    """Yield the batches of one epoch; they depend only on the seed and the epoch."""
    rng = np.random.default_rng([settings.seed, epoch])
    chosen = [(part, _draw(share(part, w), len(part.labels), rng)) for part, w in pool.parts]
    images = np.concatenate([part.images[index] for part, index in chosen])
    labels = np.concatenate([part.labels[index] for part, index in chosen])
    order = rng.permutation(len(labels))
    amounts = GENTLE if settings.gentle else USUAL
    for start in range(0, len(order) - settings.batch + 1, settings.batch):
        batch = order[start : start + settings.batch]
        glyphs = warp(images[batch], rng, amounts) if settings.warps else images[batch]
        yield to_input(glyphs), labels[batch]


def _draw(wanted: int, count: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Draw `wanted` of `count` indexes, each equally often except in the last round."""
    rounds = [rng.permutation(count) for _ in range(-(-wanted // count))] if count else []
    return np.concatenate([*rounds, np.empty(0, np.int64)])[:wanted]


def _line(history: list[dict[str, float]], epochs: int, glyphs: int) -> str:
    row = history[-1]
    left_min = row["seconds"] * (epochs - len(history)) / 60
    return (
        f"epoch {len(history)}/{epochs}  loss {row['loss']:.4f}  "
        f"accuracy {row['accuracy']:.4f}  validation {row['val_accuracy']:.4f}  "
        f"{glyphs / row['seconds']:.0f} glyphs/s  {left_min:.0f} min left"
    )
