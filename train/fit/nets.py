"""The nets by name, as Keras models: glyphs in, one logit per label out.

Plain layers only: all of them become int8 operators that every TFLite runtime has. The last layer
is named "logits", what it sees "embedding". No softmax: the temperature comes with the card. The
classic nets stand in `train.fit.classics`.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from camdigits.recognize.glyph import SIDE
from camdigits.recognize.tflite import silenced
from train.errors import NetError
from train.fit.classics import classic_cnn, lenet5

BN_MOMENTUM = 0.97  # Keras' 0.99 is still half its first guess after the steps of a short run


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
    """Convolutions 16 (5×5, stride 2), 32, 64 (stride 2), 96, 128, 64: 3.4 million multiply-adds.

    Most of a net's time goes where planes are large, so the first layer already halves them; and
    a glyph's margin of four pixels is empty, so nothing is padded until the planes are as small
    as its body. What that saves against `small` pays for more weights where planes are small; and
    since a glyph lies in the middle, the last 64 see where each feature is, not only that it is.
    """
    return _plain(labels, _halving(16, 32, 64, 96, 128, 64))


def wide(labels: int) -> Any:
    """As `camdigits` with half as many channels again: 7.7 million multiply-adds, to teach it."""
    return _plain(labels, _halving(24, 48, 96, 144, 192, 96))


def small(labels: int) -> Any:
    """Six 3×3 convolutions 24-24s2-48-48s2-96-96, all padded: 10.3 million multiply-adds."""
    layers = [(24, 3, 1), (24, 3, 2), (48, 3, 1), (48, 3, 2), (96, 3, 1), (96, 3, 1)]
    return _plain(labels, [_Layer(*layer, "same") for layer in layers])


def tiny(labels: int) -> Any:
    """As `camdigits` with an eighth of the channels, for tests."""
    return _plain(labels, _halving(4, 4, 8, 12, 16, 16))


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
    "wide": wide,
    "small": small,
    "tiny": tiny,
    "lenet5": lenet5,
    "classic-cnn": classic_cnn,
}


class _Layer(NamedTuple):
    """A convolution, its batch normalisation and ReLU."""

    channels: int
    kernel: int
    stride: int
    padding: str


def _halving(*channels: int) -> list[_Layer]:
    """Planes of 28, 12, 10, 5, 5 and 3 pixels, and one."""
    shapes = [(5, 2, "valid"), (3, 1, "valid"), (3, 2, "same"), (3, 1, "same")]
    shapes += [(3, 1, "valid")] * 2
    return [_Layer(count, *shape) for count, shape in zip(channels, shapes, strict=True)]


def _plain(labels: int, layers: Sequence[_Layer]) -> Any:
    import keras

    glyphs = keras.Input((SIDE, SIDE, 1), name="glyphs")
    planes = glyphs
    for layer in layers:
        planes = _convolve(planes, layer)
    embedding = keras.layers.GlobalAveragePooling2D(name="embedding")(planes)
    logits = keras.layers.Dense(labels, name="logits")(embedding)
    return keras.Model(glyphs, logits)


def _convolve(planes: Any, layer: _Layer) -> Any:
    from keras import layers

    planes = layers.Conv2D(
        layer.channels,
        layer.kernel,
        strides=layer.stride,
        padding=layer.padding,
        use_bias=False,
    )(planes)
    return layers.ReLU()(layers.BatchNormalization(momentum=BN_MOMENTUM)(planes))
