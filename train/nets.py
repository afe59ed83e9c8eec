"""The nets by name, as Keras models: glyphs in, one logit per label out.

Plain layers only (3×3 convolutions, batch norm, ReLU, global average, dense): all of them fold
into int8 operators that every TFLite runtime has. No softmax: the temperature comes with the card.
"""

from collections.abc import Callable, Mapping
from typing import Any

from camdigits.errors import CamdigitsError
from camdigits.glyph import SIDE

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


def small(labels: int) -> Any:
    """Six 3×3 convolutions 24-24s2-48-48s2-96-96, global average: 163,331 weights."""
    return _plain(labels, (24, 24, 48, 48, 96, 96))


def tiny(labels: int) -> Any:
    """As `small` with a quarter of the channels, for tests."""
    return _plain(labels, (6, 6, 12, 12, 24, 24))


NETS: Mapping[str, Callable[[int], Any]] = {"small": small, "tiny": tiny}


def _plain(labels: int, channels: tuple[int, ...]) -> Any:
    import keras

    glyphs = keras.Input((SIDE, SIDE, 1), name="glyphs")
    planes = glyphs
    for index, count in enumerate(channels):
        planes = _convolve(planes, count, stride=2 if index in (1, 3) else 1)
    embedding = keras.layers.GlobalAveragePooling2D(name="embedding")(planes)
    logits = keras.layers.Dense(labels, name="logits")(embedding)
    return keras.Model(glyphs, logits)


def _convolve(planes: Any, channels: int, stride: int) -> Any:
    from keras import layers

    planes = layers.Conv2D(channels, 3, strides=stride, padding="same", use_bias=False)(planes)
    return layers.ReLU()(layers.BatchNormalization(momentum=BN_MOMENTUM)(planes))
