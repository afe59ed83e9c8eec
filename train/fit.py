"""Train a net and keep its weights under runs/NAME.

    python -m train fit --out runs/digits --epochs 20 --crops runs/crops.npz

Two cores learn from 1300 to 2000 glyphs a second. Each epoch ends with a line and a checkpoint;
stopped at any time, `--resume` goes on from the last whole epoch to the same end. The folder holds
config.json, history.json, last.npz (to go on from) and model.npz (the averaged weights that
`export` takes). It knows nothing of TFLite.
"""

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from camdigits.tflite import silenced
from camdigits.values import Glyphs, Scores
from train import data, nets
from train.data import DataError, Glyphset, Labels
from train.nets import NetError
from train.warp import warp

# How often a glyph of each set is seen per epoch. UNIPEN has by far the most hands, BHMSDS a
# couple of people's; negatives together stay a third, so that "none" does not become the cheap
# answer.
WEIGHTS = {
    "mnist": 1.0,
    "unipen": 1.5,
    "bhmsds": 0.5,
    "kensanata": 1.0,
    "sudoku_printed": 1.0,
    "unipen_letters": 0.5,
    "unipen_symbols": 0.5,
    "bhmsds_symbols": 0.5,
    "mdas": 0.3,
    "notmnist": 0.5,
    "omniglot": 1.0,
    "quickdraw": 1.0,
}
ALIKE = 0.1  # of being no digit: less, and the net of `doubt` sees a digit
UNREADABLE = 0.03  # of being what its label says: less, and that net cannot read it
CROPS_VAL = 0.1  # the last pages of a crops file are for validation
STATE, WEIGHTS_FILE, CONFIG, HISTORY = "last.npz", "model.npz", "config.json", "history.json"


@dataclass(frozen=True, slots=True)
class Settings:
    """All that decides how a run ends."""

    net: str = "small"
    labels: tuple[str, ...] = data.LABELS
    epochs: int = 20
    batch: int = 128
    rate: float = 2e-3  # learning rate at its highest
    decay: float = 0.02  # AdamW, on convolutions and dense weights only
    average: int = 1000  # steps the weights are averaged over; a twentieth of a shorter run
    seed: int = 1
    start: str | None = None  # run whose averaged weights come first; None starts from chance
    doubt: str | None = (
        None  # run whose model leaves out what it surely contradicts; None keeps all
    )
    averaged: tuple[str, ...] = ()  # runs whose mean this is; nothing was trained then
    sets: tuple[str, ...] = tuple(WEIGHTS)
    crops: tuple[str, ...] = ()
    crops_weight: float = 1.0
    limit: int | None = None  # glyphs taken of each set; None takes all


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """What a run learns from and is watched by."""

    parts: tuple[tuple[Glyphset, float], ...]  # with how often each glyph is seen per epoch
    val: Glyphset

    def steps(self, batch: int) -> int:
        """Whole batches in an epoch; the same in every epoch."""
        return sum(_share(part, weight) for part, weight in self.parts) // batch


def fit(
    settings: Settings,
    out: Path,
    resume: bool = False,
    pool: Pool | None = None,
    say: Callable[[str], None] = print,
) -> None:
    """Train, or go on training, and leave model.npz in `out`.

    Args:
        settings: the run; when it is resumed the settings in `out` count instead.
        out: folder of the run, created.
        resume: go on from the last whole epoch in `out`.
        pool: glyphs to learn from; None loads those that the settings name.
        say: takes the line of each epoch.

    Raises:
        DataError: a data set is missing, or `out` holds a run (or, resumed, does not).
    """
    settings = _begin(settings, out, resume)
    pool = pool or load_pool(settings)
    steps = pool.steps(settings.batch)
    if steps == 0:
        raise DataError(f"fewer glyphs than a batch of {settings.batch}; lower --batch")
    learner = _learner(settings, steps)
    history: list[dict[str, float]] = _load_history(out) if resume else []
    if history:
        _assign(learner.variables, out / STATE)
    for epoch in range(len(history), settings.epochs):
        row = _run_epoch(learner, settings, pool, epoch)
        history.append(row)
        _keep(learner, out, history)
        say(_line(settings, history, steps))


def load_pool(settings: Settings) -> Pool:
    """Load the sets and crops a run names, and hold out what watches it."""
    parts = [(data.load(name, "train"), WEIGHTS[name]) for name in settings.sets]
    vals = [data.load(name, "val") for name in settings.sets]
    for path in settings.crops:
        crops, val = split_crops(data.load_crops(Path(path)))
        parts.append((crops, settings.crops_weight))
        vals.append(val)
    if settings.doubt is not None:
        model = load_model(Path(settings.doubt))
        parts = [(doubted(part, model), weight) for part, weight in parts]
        vals = [doubted(part, model) for part in vals]
    if settings.limit is not None:
        parts = [(_thin(part, settings.limit), weight) for part, weight in parts]
        vals = [_thin(part, settings.limit) for part in vals]
    return Pool(tuple(parts), join(vals))


def doubted(part: Glyphset, model: Any) -> Glyphset:
    """Leave out what a trained net surely contradicts: look-alikes, and what nobody can read.

    A letter that is a digit to the net is mostly one to people, too, and a digit that it takes
    for another is mostly a blot. Learning them by heart costs digits that can be read.
    """
    logits = scores_of(model, part.images).astype(np.float64)
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    chances = powers / powers.sum(axis=1, keepdims=True)
    own = chances[np.arange(len(part.labels)), part.labels]
    keep = own >= np.where(part.labels == data.NONE, ALIKE, UNREADABLE)
    return replace(part, images=part.images[keep], labels=part.labels[keep])


def split_crops(crops: Glyphset) -> tuple[Glyphset, Glyphset]:
    """Split camera crops into training and validation: they stand in the order of their pages."""
    first = round(len(crops.labels) * (1 - CROPS_VAL))
    return (
        Glyphset(crops.name, crops.images[:first], crops.labels[:first]),
        Glyphset(f"{crops.name}/val", crops.images[first:], crops.labels[first:]),
    )


def join(sets: list[Glyphset]) -> Glyphset:
    """Put sets behind each other."""
    images = np.concatenate([one.images for one in sets])
    return Glyphset(
        "+".join(s.name for s in sets), images, np.concatenate([s.labels for s in sets])
    )


def load_settings(run: Path) -> Settings:
    """Read the settings of a run.

    Raises:
        DataError: there is no run in this folder.
    """
    try:
        fields = json.loads((run / CONFIG).read_text())
        lists = {name: tuple(value) for name, value in fields.items() if isinstance(value, list)}
        return Settings(**{**fields, **lists})
    except (OSError, ValueError, TypeError) as error:
        raise DataError(f"{run}: no run of `fit` in this folder ({error})") from error


def load_model(run: Path) -> Any:
    """Return the net of a run with its averaged weights (a keras.Model)."""
    settings = load_settings(run)
    load_tensorflow()
    model = nets.build(settings.net, len(settings.labels))
    _assign(model.variables, run / WEIGHTS_FILE)
    return model


def scores_of(model: Any, glyphs: Glyphs) -> Scores:
    """Float logits of a Keras model for (N, 28, 28) uint8 glyphs, (N, labels)."""
    return np.asarray(model.predict(to_input(glyphs), batch_size=512, verbose=0), np.float32)


def to_input(glyphs: Glyphs) -> npt.NDArray[np.float32]:
    """(N, 28, 28) uint8 to the (N, 28, 28, 1) float32, 0 to 1, that nets take."""
    return glyphs[..., np.newaxis].astype(np.float32) / np.float32(255)


def load_tensorflow() -> Any:
    """Import TensorFlow without the lines it writes to the terminal.

    Raises:
        NetError: it is not installed.
    """
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    try:
        with silenced():
            import tensorflow as tf
    except ImportError as error:
        raise NetError(f"TensorFlow does not load ({error}); pip install '.[train]'") from error
    return tf


def _begin(settings: Settings, out: Path, resume: bool) -> Settings:
    if resume:
        return load_settings(out)
    if (out / STATE).exists():
        raise DataError(f"{out} holds a run; add --resume, or name another folder")
    out.mkdir(parents=True, exist_ok=True)
    _write(out / CONFIG, json.dumps(asdict(settings), indent=2))
    return settings


@dataclass(frozen=True, slots=True)
class _Learner:
    """A net, its optimizer, and the compiled function that takes one step with them."""

    model: Any
    optimizer: Any
    step: Callable[[Any, Any], tuple[Any, Any]]  # images, labels to loss, share that was right

    @property
    def variables(self) -> list[Any]:
        """All that a checkpoint must hold."""
        return [*self.model.variables, *self.optimizer.variables]


def _learner(settings: Settings, steps: int) -> _Learner:
    load_tensorflow()
    import keras

    keras.utils.set_random_seed(settings.seed)
    model = nets.build(settings.net, len(settings.labels))
    if settings.start is not None:
        _assign(model.variables, Path(settings.start) / WEIGHTS_FILE)
    total = steps * settings.epochs
    warm = min(total // 10, 500)
    rate = keras.optimizers.schedules.CosineDecay(
        settings.rate / 100, max(total - warm, 1), warmup_target=settings.rate, warmup_steps=warm
    )
    kept = 1 - 1 / max(min(settings.average, total // 20), 1)
    optimizer = keras.optimizers.AdamW(
        rate, weight_decay=settings.decay, use_ema=True, ema_momentum=kept
    )
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    optimizer.build(model.trainable_variables)
    return _Learner(model, optimizer, _step(model, optimizer))


def _step(model: Any, optimizer: Any) -> Callable[[Any, Any], tuple[Any, Any]]:
    """Compile one step. Not Model.fit: it ends by putting the average in."""
    import keras

    tf = load_tensorflow()
    lost = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    def step(images: Any, labels: Any) -> tuple[Any, Any]:
        with tf.GradientTape() as tape:
            logits = model(images, training=True)
            loss = lost(labels, logits)
        weights = model.trainable_variables
        optimizer.apply(tape.gradient(loss, weights), weights)
        right = tf.cast(tf.argmax(logits, 1), labels.dtype) == labels
        return loss, tf.reduce_mean(tf.cast(right, tf.float32))

    compiled: Callable[[Any, Any], tuple[Any, Any]] = tf.function(step)
    return compiled


def _run_epoch(learner: _Learner, settings: Settings, pool: Pool, epoch: int) -> dict[str, float]:
    started = time.perf_counter()
    batches = _dataset(lambda: _batches(pool, settings, epoch), settings.batch)
    loss, right = np.mean([learner.step(images, labels) for images, labels in batches], axis=0)
    with _averaged(learner):
        best = scores_of(learner.model, pool.val.images).argmax(1)
    return {
        "epoch": epoch + 1,
        "loss": float(loss),
        "accuracy": float(right),
        "val_accuracy": float((best == pool.val.labels).mean()),
        "seconds": time.perf_counter() - started,
    }


def _batches(
    pool: Pool, settings: Settings, epoch: int
) -> Iterator[tuple[npt.NDArray[np.float32], Labels]]:
    """Yield the batches of one epoch; the same again whenever it is asked for the same epoch."""
    rng = np.random.default_rng([settings.seed, epoch])
    chosen = [(part, _draw(_share(part, w), len(part.labels), rng)) for part, w in pool.parts]
    images = np.concatenate([part.images[index] for part, index in chosen])
    labels = np.concatenate([part.labels[index] for part, index in chosen])
    order = rng.permutation(len(labels))
    for start in range(0, len(order) - settings.batch + 1, settings.batch):
        batch = order[start : start + settings.batch]
        yield to_input(warp(images[batch], rng)), labels[batch]


def _dataset(batches: Callable[[], Iterator[Any]], batch: int) -> Any:
    """Run the generator in TensorFlow's own thread, a few batches ahead of the net."""
    tf = load_tensorflow()
    signature = (
        tf.TensorSpec((batch, 28, 28, 1), tf.float32),
        tf.TensorSpec((batch,), tf.uint8),
    )
    return tf.data.Dataset.from_generator(batches, output_signature=signature).prefetch(8)


def _share(part: Glyphset, weight: float) -> int:
    return round(len(part.labels) * weight)


def _draw(wanted: int, count: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Draw `wanted` of `count` indexes, each equally often but for the last round."""
    rounds = [rng.permutation(count) for _ in range(-(-wanted // count))] if count else []
    return np.concatenate([*rounds, np.empty(0, np.int64)])[:wanted]


def _thin(part: Glyphset, limit: int) -> Glyphset:
    """Take `limit` glyphs, evenly: sets are often ordered by label."""
    step = max(1, len(part.labels) // limit)
    return replace(part, images=part.images[::step][:limit], labels=part.labels[::step][:limit])


@contextmanager
def _averaged(learner: _Learner) -> Iterator[None]:
    """Lend the net its averaged weights."""
    weights = learner.model.trainable_variables
    live = [weight.numpy() for weight in weights]
    learner.optimizer.finalize_variable_values(weights)
    try:
        yield
    finally:
        for weight, value in zip(weights, live, strict=True):
            weight.assign(value)


def _keep(learner: _Learner, out: Path, history: list[dict[str, float]]) -> None:
    """Checkpoint. The history goes last: an epoch counts when its line is there."""
    with _averaged(learner):
        _save(learner.model.variables, out / WEIGHTS_FILE)
    _save(learner.variables, out / STATE)
    _write(out / HISTORY, json.dumps(history, indent=2))


def _save(variables: list[Any], path: Path) -> None:
    unfinished = path.with_suffix(".part.npz")
    np.savez(unfinished, *[np.asarray(variable) for variable in variables])
    os.replace(unfinished, path)


def _assign(variables: list[Any], path: Path) -> None:
    try:
        with np.load(path) as arrays:
            values = [arrays[name] for name in arrays.files]
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: not the weights of this net ({error}); fit it again") from error


def _write(path: Path, text: str) -> None:
    unfinished = path.with_suffix(".part")
    unfinished.write_text(text + "\n")
    os.replace(unfinished, path)


def _load_history(out: Path) -> list[dict[str, float]]:
    if not (out / HISTORY).exists():
        return []
    rows: list[dict[str, float]] = json.loads((out / HISTORY).read_text())
    return rows


def _line(settings: Settings, history: list[dict[str, float]], steps: int) -> str:
    row = history[-1]
    left_min = row["seconds"] * (settings.epochs - len(history)) / 60
    return (
        f"epoch {len(history)}/{settings.epochs}  loss {row['loss']:.4f}  "
        f"right {row['accuracy']:.4f}  validation {row['val_accuracy']:.4f}  "
        f"{steps * settings.batch / row['seconds']:.0f} glyphs/s  {left_min:.0f} min left"
    )
