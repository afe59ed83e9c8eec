"""Train the sequence net: strips of joined digits in, one row of logits per four columns out.

    python -m train fit-sequence runs/strips-1.npz runs/strips-2.npz --out runs/sequence

The loss is connectionist temporal classification (Graves et al., "Connectionist temporal
classification", ICML 2006) plus a share of cross-entropy at the middle of each character, which
the strips know: the net learns faster, and its peaks are in the middle of the digits, where the
reader needs them to cut. An interrupted run continues with `--resume`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from camdigits.image import cv2
from camdigits.recognize.lines.strip import HEIGHT as LINE_HEIGHT
from camdigits.recognize.strip import HEIGHT, MARGIN, STEP
from camdigits.values import NONE, SIGNS
from train.data.alphabets import DIGITS
from train.data.strips import StripSet, load_strips
from train.fit.learner import Learner, make_optimizer
from train.fit.nets import BN_MOMENTUM, load_tensorflow
from train.fit.run import WEIGHTS_FILE, assign
from train.fit.start import start_from
from train.fit.steps import StepSettings, begin, load_settings, train_steps

SEPARATOR = ","
LABELS = (*DIGITS.labels, SEPARATOR)  # and blank, the last output
LINE_LABELS = (*DIGITS.labels, *SIGNS)  # of the net that reads whole lines
CHANNELS = 16, 32, 48, 64, 64, 96, 128, 128
IGNORED = -1  # columns without a known label
START_STRIPS = 1500  # for the statistics of weights that come from a model
CENTRE_SHARE = 0.5  # weight of the cross-entropy at the middles (chosen)


@dataclass(frozen=True, slots=True)
class SequenceSettings(StepSettings):
    """Settings of a run."""

    channels: tuple[int, ...] = CHANNELS
    labels: tuple[str, ...] = LABELS  # without blank
    height: int = HEIGHT  # px: of a strip


LINES = SequenceSettings(labels=LINE_LABELS, height=LINE_HEIGHT)  # of the net for whole lines


def sequence_net(settings: SequenceSettings, width: int | None = None) -> Any:
    """Build the net: (N, H, W, 1) float, 0 to 1, to (N, 1, W / 4, labels + blank) logits.

    Convolutions only, so that any width that is a multiple of four can be read. The first two
    layers halve both sides; two later ones halve the height only, so that a step of four columns
    remains, a fifth of a digit. One output sees 73 columns, two wide digits.
    """
    import keras

    a, b, c, d, e, f, g, h = settings.channels
    strips = keras.Input((settings.height, width, 1), name="strips")
    planes = _convolve(strips, a, 5, (2, 2))
    planes = _convolve(planes, b, 3, (2, 2))
    planes = _convolve(planes, c, 3, (1, 1))
    planes = _convolve(planes, d, 3, (2, 1))
    planes = _convolve(planes, e, 3, (1, 1))
    planes = _convolve(planes, f, 3, (2, 1))
    planes = keras.layers.ZeroPadding2D((0, 2))(planes)
    planes = _convolve(planes, g, (planes.shape[1], 5), (1, 1), "valid")
    planes = _convolve(planes, h, (1, 5), (1, 1))
    logits = keras.layers.Conv2D(len(settings.labels) + 1, 1, name="logits")(planes)
    return keras.Model(strips, logits)


def _convolve(planes: Any, channels: int, kernel: Any, strides: Any, padding: str = "same") -> Any:
    from keras import layers

    planes = layers.Conv2D(channels, kernel, strides=strides, padding=padding, use_bias=False)(
        planes
    )
    return layers.ReLU(6.0)(layers.BatchNormalization(momentum=BN_MOMENTUM)(planes))


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Strips with their labels."""

    images: npt.NDArray[np.float32]  # (N, H, W, 1), 0 to 1
    labels: npt.NDArray[np.int32]  # (N, L), -1 after the last
    middles: npt.NDArray[np.int32]  # (N, W / 4) label at each step, IGNORED if unknown


def fit_sequence(
    settings: SequenceSettings,
    out: Path,
    resume: bool = False,
    report: Callable[[str], None] = print,
) -> None:
    """Train, or continue training, and write model.npz to `out`.

    Raises:
        DataError: strips are missing, or `out` holds a run (with `resume`: holds none).
    """
    settings = begin(settings, out, resume)
    sets = [part for path in settings.data for part in load_strips(Path(path)).values()]

    def batches(epoch: int) -> Iterator[tuple[Any, Any]]:
        for batch in _batches(sets, settings, epoch):
            yield batch.images, (batch.labels, batch.middles)

    images = sets[0].images[:START_STRIPS, ..., np.newaxis]
    train_steps(settings, out, _learner(settings, images), batches, resume, report)


def load_sequence_net(run: Path) -> Any:
    """Return the net of a run with its averaged weights (a keras.Model)."""
    settings = load_settings(SequenceSettings, run)
    load_tensorflow()
    model = sequence_net(settings)
    assign(model.variables, run / WEIGHTS_FILE)
    return model


def _learner(settings: SequenceSettings, images: npt.NDArray[np.uint8]) -> Learner:
    tf = load_tensorflow()
    import keras

    keras.utils.set_random_seed(settings.seed)
    model = sequence_net(settings)
    if settings.start is not None:
        start_from(model, settings.start, images)
    optimizer = make_optimizer(settings, settings.steps)
    optimizer.build(model.trainable_variables)

    def step(images: Any, targets: Any) -> Any:
        labels, middles = targets
        with tf.GradientTape() as tape:
            logits = model(images, training=True)[:, 0]
            sequence = _ctc(tf, logits, labels)
            middle = _at_middles(tf, logits, middles)
            loss = sequence + CENTRE_SHARE * middle
        weights = model.trainable_variables
        optimizer.apply(tape.gradient(loss, weights), weights)
        return sequence, middle

    compiled = tf.function(step, reduce_retracing=True)
    return Learner(model, optimizer, compiled)


def _ctc(tf: Any, logits: Any, labels: Any) -> Any:
    """Return the mean CTC loss of (N, T, C) logits; strips without a valid path count 0."""
    places = tf.where(labels >= 0)
    sparse = tf.SparseTensor(
        places, tf.gather_nd(labels, places), tf.cast(tf.shape(labels), tf.int64)
    )
    steps = tf.fill([tf.shape(logits)[0]], tf.shape(logits)[1])
    losses = tf.compat.v1.nn.ctc_loss(
        sparse,
        logits,
        steps,
        time_major=False,
        ignore_longer_outputs_than_inputs=True,
    )
    return tf.reduce_mean(losses)


def _at_middles(tf: Any, logits: Any, middles: Any) -> Any:
    """Return the mean cross-entropy of the steps whose label is known."""
    known = tf.cast(middles != IGNORED, tf.float32)
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.maximum(middles, 0), logits)
    return tf.reduce_sum(losses * known) / (tf.reduce_sum(known) + 1.0)


def _batches(sets: Sequence[StripSet], settings: SequenceSettings, epoch: int) -> Iterator[Batch]:
    """Yield batches, each of one width; they depend only on the seed and the epoch."""
    rng = np.random.default_rng([settings.seed, epoch])
    counts = np.array([len(part.labels) for part in sets], np.float64)
    while True:
        part = sets[int(rng.choice(len(sets), p=counts / counts.sum()))]
        rows = rng.integers(len(part.labels), size=settings.batch)
        yield _batch(part, np.sort(rows), settings, rng)


def _batch(
    part: StripSet,
    rows: npt.NDArray[np.int64],
    settings: SequenceSettings,
    rng: np.random.Generator,
) -> Batch:
    """Distort strips slightly: width, height, slant, slope, place and contrast."""
    images, labels = part.images[rows], part.labels[rows].astype(np.int32)
    centres, width = part.centres[rows].astype(np.float32), part.images.shape[2]
    count = len(rows)
    across = np.exp(rng.normal(0, 0.06, count))
    across = np.minimum(across, (width - MARGIN) / part.widths[rows])
    down = np.minimum(np.exp(rng.normal(-0.02, 0.03, count)), 1.04)
    shear, slope = rng.normal(0, 0.07, count), rng.normal(0, 0.015, count)
    right = rng.uniform(0, 1, count) * np.clip(width - across * part.widths[rows], 0, 2 * STEP)
    moved = np.empty_like(images)
    height = images.shape[1]
    half = height / 2 - 0.5
    for row, image in enumerate(images):
        middle = part.widths[rows[row]] / 2
        matrix = np.array(
            [
                [across[row], shear[row], right[row] - shear[row] * half],
                [slope[row], down[row], half * (1 - down[row]) - slope[row] * middle],
            ]
        )
        moved[row] = cv2.warpAffine(image, matrix, (width, height))
    placed = centres * across[:, None] + right[:, None]
    centres = np.where(centres >= 0, placed, -1).astype(np.float32)
    pixels = moved[..., None].astype(np.float32) / np.float32(255)
    gamma = np.exp(rng.normal(0, 0.25, (count, 1, 1, 1))).astype(np.float32)
    pixels = np.asarray(pixels**gamma, np.float32)
    blank = len(settings.labels)
    none = settings.labels.index(NONE)
    return Batch(pixels, labels, _middles(labels, centres, width // STEP, blank, none))


def _middles(
    labels: npt.NDArray[np.int32],
    centres: npt.NDArray[np.float32],
    steps: int,
    blank: int,
    none: int,
) -> npt.NDArray[np.int32]:
    """Return (N, steps): the label at the middle of each character, blank two steps away."""
    found = np.full((len(labels), steps), blank, np.int32)
    found[(labels == none).any(axis=1)] = IGNORED
    rows, at = np.nonzero((labels >= 0) & (centres >= 0))
    step = np.clip(centres[rows, at] // STEP, 0, steps - 1).astype(np.int64)
    for beside in (-1, 1):
        found[rows, np.clip(step + beside, 0, steps - 1)] = IGNORED
    found[rows, step] = labels[rows, at]
    return found
