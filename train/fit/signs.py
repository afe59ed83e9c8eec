"""Train the sign net: windows beside digits in, one logit per sign, "digit" and "none" out.

    python -m train fit-signs runs/signs-1.npz --out runs/signs

The loss is cross-entropy. Windows are moved, scaled and slanted slightly, as far as the estimate
of a line varies. An interrupted run continues with `--resume`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from camdigits.image import cv2
from camdigits.recognize.sign_windows import WINDOW, Windows
from train.data.windows import WindowSet, load_windows
from train.fit.learner import Learner, make_optimizer
from train.fit.nets import BN_MOMENTUM, load_tensorflow
from train.fit.run import WEIGHTS_FILE, assign
from train.fit.start import start_from
from train.fit.steps import StepSettings, begin, load_settings, train_steps
from train.simulate.sign_pages import LABELS

CHANNELS = 16, 32, 64, 64
START_WINDOWS = 1000  # for the statistics of weights that come from a model
SMOOTHING = 0.02  # of the labels (chosen)


@dataclass(frozen=True, slots=True)
class SignSettings(StepSettings):
    """Settings of a run."""

    steps: int = 12_000
    batch: int = 128
    channels: tuple[int, ...] = CHANNELS


def sign_net(channels: Sequence[int] = CHANNELS) -> Any:
    """Build the net: (N, 32, 40, 2) float, 0 to 1, to (N, labels) logits."""
    import keras

    a, b, c, d = channels
    windows = keras.Input((*WINDOW, 2), name="windows")
    planes = _convolve(windows, a, 5, 2)
    planes = _convolve(planes, b, 3, 2)
    planes = _convolve(planes, c, 3, 2)
    flat = keras.layers.Flatten()(planes)
    hidden = keras.layers.Dense(d, activation="relu")(keras.layers.Dropout(0.2)(flat))
    return keras.Model(windows, keras.layers.Dense(len(LABELS), name="logits")(hidden))


def _convolve(planes: Any, channels: int, kernel: int, stride: int) -> Any:
    from keras import layers

    planes = layers.Conv2D(channels, kernel, strides=stride, padding="same", use_bias=False)(
        planes
    )
    return layers.ReLU(6.0)(layers.BatchNormalization(momentum=BN_MOMENTUM)(planes))


def fit_signs(
    settings: SignSettings,
    out: Path,
    resume: bool = False,
    report: Callable[[str], None] = print,
) -> None:
    """Train, or continue training, and write model.npz to `out`.

    Raises:
        DataError: windows are missing, or `out` holds a run (with `resume`: holds none).
    """
    settings = begin(settings, out, resume)
    data = WindowSet.joined([load_windows(Path(path)) for path in settings.data])

    def batches(epoch: int) -> Iterator[tuple[Any, Any]]:
        rng = np.random.default_rng([settings.seed, epoch])
        while True:
            rows = np.sort(rng.integers(len(data.labels), size=settings.batch))
            yield distorted(data.windows[rows], rng), data.labels[rows].astype(np.int32)

    learner = _learner(settings, data.windows[:START_WINDOWS])
    train_steps(settings, out, learner, batches, resume, report)


def load_sign_net(run: Path) -> Any:
    """Return the net of a run with its averaged weights (a keras.Model)."""
    settings = load_settings(SignSettings, run)
    load_tensorflow()
    model = sign_net(settings.channels)
    assign(model.variables, run / WEIGHTS_FILE)
    return model


def _learner(settings: SignSettings, images: Windows) -> Learner:
    tf = load_tensorflow()
    import keras

    keras.utils.set_random_seed(settings.seed)
    model = sign_net(settings.channels)
    if settings.start is not None:
        start_from(model, settings.start, images)
    optimizer = make_optimizer(settings, settings.steps)
    optimizer.build(model.trainable_variables)

    def step(images: Any, labels: Any) -> Any:
        wanted = tf.one_hot(labels, len(LABELS))
        wanted = wanted * (1 - SMOOTHING) + SMOOTHING / len(LABELS)
        with tf.GradientTape() as tape:
            logits = model(images, training=True)
            loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(wanted, logits))
        weights = model.trainable_variables
        optimizer.apply(tape.gradient(loss, weights), weights)
        wrong = tf.cast(tf.argmax(logits, axis=1, output_type=tf.int32) != labels, tf.float32)
        return loss, tf.reduce_mean(wrong)

    return Learner(model, optimizer, tf.function(step, reduce_retracing=True))


def distorted(windows: Windows, rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Move, scale and slant (N, 32, 40, 2) windows slightly; returns float32, 0 to 1."""
    count = len(windows)
    scale, shear = np.exp(rng.normal(0, 0.07, count)), rng.normal(0, 0.06, count)
    move = rng.normal(0, [0.6, 1.0], (count, 2))
    middle = np.array([WINDOW[1] / 2 - 0.5, WINDOW[0] / 2 - 0.5])
    found = np.empty_like(windows)
    for row, window in enumerate(windows):
        matrix = np.array([[scale[row], shear[row]], [0.0, scale[row]]])
        moved = np.column_stack([matrix, middle - matrix @ middle + move[row]])
        found[row] = cv2.warpAffine(window, moved, WINDOW[::-1])
    return found.astype(np.float32) / np.float32(255)
