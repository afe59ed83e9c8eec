"""Build the nets by name, as Keras models: glyphs in, one logit per label out.

Only plain layers, which become int8 operators of every TFLite runtime. The last layer is named
"logits", its input "embedding". There is no softmax: the temperature is on the card. The classic
nets are in `train.fit.classics`.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from camdigits.recognize.glyph import SIDE
from camdigits.recognize.tflite import silenced
from train.errors import NetError
from train.fit.classics import classic_cnn, lenet5

BN_MOMENTUM = 0.97  # with Keras' 0.99 half of the initial value remains after a short run


def build(name: str, labels: int) -> Any:
    """Build a net with random weights.

    Args:
        name: one of NETS.
        labels: number of logits.

    Returns:
        keras.Model: (N, 28, 28, 1) float, 0 to 1, to (N, labels) float.

    Raises:
        NetError: no net has this name.
    """
    if name not in NETS:
        raise NetError(f"no net {name}; nets are {', '.join(NETS)}")
    return NETS[name](labels)


def camdigits(labels: int) -> Any:
    """Build convolutions 16 (5×5, stride 2), 32, 64 (stride 2), 96, 128, 64: 3.4 M multiply-adds.

    Most of the time is spent on large feature maps, so the first layer already halves them; a
    glyph's margin of four pixels is empty, so padding begins only when the maps are as small as
    its body. The time saved against `small` is spent on more channels of small maps. As glyphs are
    centred, the last 64 channels see the position of each feature, not only its presence.
    """
    return _plain(labels, _halving(16, 32, 64, 96, 128, 64))


def wide(labels: int) -> Any:
    """Build `camdigits` with 1.5 times the channels: 7.7 M multiply-adds, a teacher for it."""
    return _plain(labels, _halving(24, 48, 96, 144, 192, 96))


def small(labels: int) -> Any:
    """Build six 3×3 convolutions 24-24s2-48-48s2-96-96, all padded: 10.3 M multiply-adds."""
    layers = [(24, 3, 1), (24, 3, 2), (48, 3, 1), (48, 3, 2), (96, 3, 1), (96, 3, 1)]
    return _plain(labels, [_Layer(*layer, "same") for layer in layers])


def tiny(labels: int) -> Any:
    """Build `camdigits` with an eighth of the channels, for tests."""
    return _plain(labels, _halving(4, 4, 8, 12, 16, 16))


def load_tensorflow() -> Any:
    """Import TensorFlow without its log lines on the terminal.

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
    """Return the layers whose maps have 28, 12, 10, 5, 5, 3 pixels and one pixel per side."""
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
