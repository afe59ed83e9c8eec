from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from camdigits.recognize.strip import HEIGHT
from train.errors import DataError

pytest.importorskip("tensorflow")

from train.fit import nets
from train.fit.export_sequence import fixed_width
from train.fit.nets import load_tensorflow
from train.fit.quantize import quantized
from train.fit.sequence import LINES, SequenceSettings, sequence_net
from train.fit.start import start_from

TINY = SequenceSettings(channels=(4, 4, 4, 4, 4, 4, 8, 8))


def strips(count: int = 30) -> np.ndarray:
    rng = np.random.default_rng(1)
    return ((rng.random((count, HEIGHT, 128, 1)) > 0.8) * 255).astype(np.uint8)


def test_a_net_starts_with_the_weights_of_a_model(tmp_path: Path) -> None:
    """The new net computes nearly what the int8 model computes, and can be trained on."""
    load_tensorflow()
    import keras

    keras.utils.set_random_seed(1)
    old, new = sequence_net(TINY), sequence_net(TINY)
    path = tmp_path / "old.tflite"
    path.write_bytes(quantized(fixed_width(old, TINY), strips()))

    start_from(new, str(path), strips())

    images = strips(4).astype(np.float32) / np.float32(255)
    wanted, found = np.asarray(old(images)), np.asarray(new(images))
    assert np.abs(found - wanted).max() < 0.1 * np.ptp(wanted)


def test_a_digit_net_starts_with_the_weights_of_a_model(tmp_path: Path) -> None:
    """Its last layer is dense."""
    load_tensorflow()
    import keras

    keras.utils.set_random_seed(1)
    old, new = nets.build("tiny", 11), nets.build("tiny", 11)
    old.layers[-1].bias.assign(np.arange(11) / 10)  # a bias of zeros is not in the model
    glyphs = ((np.random.default_rng(1).random((300, 28, 28, 1)) > 0.8) * 255).astype(np.uint8)
    path = tmp_path / "old.tflite"
    path.write_bytes(quantized(old, glyphs))

    start_from(new, str(path), glyphs)

    images = glyphs[:20].astype(np.float32) / np.float32(255)
    wanted, found = np.asarray(old(images)), np.asarray(new(images))
    assert np.abs(found - wanted).max() < 0.1 * np.ptp(wanted)


def test_the_net_for_lines_starts_with_the_weights_of_that_for_joined_digits(
    tmp_path: Path,
) -> None:
    """Its strips are higher, so one kernel grows; its last layer has labels of its own."""
    load_tensorflow()
    old, new = sequence_net(TINY), sequence_net(replace(LINES, channels=TINY.channels))
    path = tmp_path / "old.tflite"
    path.write_bytes(quantized(fixed_width(old, TINY), strips()))
    lines = np.repeat(strips(), 2, axis=1)[:, :40]
    logits = [np.asarray(weight) for weight in new.layers[-1].get_weights()]

    start_from(new, str(path), lines)

    first = np.asarray(old.layers[1].get_weights()[0])
    assert np.abs(np.asarray(new.layers[1].get_weights()[0]) - first).max() < 0.05
    assert all(map(np.array_equal, new.layers[-1].get_weights(), logits))


def test_a_model_of_another_net_is_rejected() -> None:
    """The message says what was wanted."""
    model = Path(__file__).parents[3] / "models/digits.tflite"

    with pytest.raises(DataError, match="wanted"):
        start_from(sequence_net(TINY), str(model), strips())
