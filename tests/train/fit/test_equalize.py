"""Equalisation before int8: channels become more equal, outputs do not change."""

import numpy as np
import pytest

from train.fit.equalize import equalize
from train.fit.nets import build

pytest.importorskip("tensorflow")


def peaks(model, images):
    """Return the largest activation of each channel after the first convolution."""
    import keras

    return np.asarray(keras.Model(model.input, model.layers[3].output)(images)).max(axis=(0, 1, 2))


def test_channels_become_more_equal() -> None:
    """The outputs of the net do not change."""
    import keras

    images = np.random.default_rng(1).uniform(0, 1, (64, 28, 28, 1)).astype(np.float32)
    keras.utils.set_random_seed(1)  # without a seed a channel may be dead
    model = build("tiny", 11)
    norm = model.layers[2]
    gamma, *others = norm.get_weights()
    norm.set_weights([gamma * [1, 4, 16, 64], *others])
    answers, before = np.asarray(model(images)), peaks(model, images)

    equalize(model, images)

    after = peaks(model, images)
    assert after.max() == pytest.approx(before.max(), rel=1e-5)
    assert after.max() / after.min() == pytest.approx(
        (before.max() / before.min()) ** 0.5, rel=1e-3
    )
    np.testing.assert_allclose(model(images), answers, rtol=1e-3, atol=1e-4)


def test_the_embedding_does_not_change() -> None:
    """Distances between glyphs must not depend on the quantization."""
    import keras

    images = np.random.default_rng(1).uniform(0, 1, (16, 28, 28, 1)).astype(np.float32)
    model = build("tiny", 11)
    seen = keras.Model(model.input, model.get_layer("embedding").output)
    before = np.asarray(seen(images))

    equalize(model, images)

    np.testing.assert_allclose(seen(images), before, rtol=1e-3, atol=1e-5)


def test_a_net_without_batch_normalisation_is_unchanged() -> None:
    """There is no link to equalise."""
    images = np.zeros((2, 28, 28, 1), np.float32)
    model = build("classic-cnn", 10)
    before = model.get_weights()

    equalize(model, images)

    assert all(
        np.array_equal(one, two) for one, two in zip(before, model.get_weights(), strict=True)
    )
