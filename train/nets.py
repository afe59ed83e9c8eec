"""The nets by name, as Keras models: glyphs in, one logit per label out.

Plain layers only: all of them become int8 operators that every TFLite runtime has. The last layer
is named "logits", what it sees "embedding". No softmax: the temperature comes with the card. The
classic nets stand in `train.classics`.
"""

import os
from collections.abc import Callable, Container, Mapping
from typing import Any

from camdigits.errors import CamdigitsError
from camdigits.glyph import SIDE
from camdigits.tflite import silenced
from train.classics import classic_cnn, lenet5

BN_MOMENTUM = 0.97  # Keras' 0.99 is still half its first guess after the steps of a short run


class NetError(CamdigitsError):
    """There is no such net, or nothing to build it with."""


def build(name: str, labels: int) -> Any:
    """Build a net with fresh weights.

    Args:
        name: one of NETS.
        labels: how many logits it gives.

    Returns:
        keras.Model: (N, 28, 28, 1) float, 0 to 1, to (N, labels) float.

    Raises:
        NetError: there is no net of this name.
    """
    if name not in NETS:
        raise NetError(f"no net {name}; nets are {', '.join(NETS)}")
    return NETS[name](labels)


def camdigits(labels: int) -> Any:
    """Six 3×3 convolutions 16-32s2-48-64s2-96-128: 5.2 million multiply-adds a glyph.

    A glyph's margin of four pixels is empty, so nothing is padded until the planes are as small
    as its body: that halves the work of `small` and leaves room for a third more weights.
    """
    return _plain(labels, (16, 32, 48, 64, 96, 128), padded=(3, 4))


def small(labels: int) -> Any:
    """Six 3×3 convolutions 24-24s2-48-48s2-96-96, all padded: 10.3 million multiply-adds."""
    return _plain(labels, (24, 24, 48, 48, 96, 96))


def tiny(labels: int) -> Any:
    """As `camdigits` with an eighth of the channels, for tests."""
    return _plain(labels, (4, 4, 6, 8, 12, 16), padded=(3, 4))


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


NETS: Mapping[str, Callable[[int], Any]] = {
    "camdigits": camdigits,
    "small": small,
    "tiny": tiny,
    "lenet5": lenet5,
    "classic-cnn": classic_cnn,
}


def _plain(labels: int, channels: tuple[int, ...], padded: Container[int] = range(6)) -> Any:
    import keras

    glyphs = keras.Input((SIDE, SIDE, 1), name="glyphs")
    planes = glyphs
    for index, count in enumerate(channels):
        padding = "same" if index in padded else "valid"
        planes = _convolve(planes, count, 2 if index in (1, 3) else 1, padding)
    embedding = keras.layers.GlobalAveragePooling2D(name="embedding")(planes)
    logits = keras.layers.Dense(labels, name="logits")(embedding)
    return keras.Model(glyphs, logits)


def _convolve(planes: Any, channels: int, stride: int, padding: str) -> Any:
    from keras import layers

    planes = layers.Conv2D(channels, 3, strides=stride, padding=padding, use_bias=False)(planes)
    return layers.ReLU()(layers.BatchNormalization(momentum=BN_MOMENTUM)(planes))
