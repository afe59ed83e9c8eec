"""Build the two classic nets as published.

LeNet-5 (LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document
recognition", 1998, section II-B), and the convolutional net of TensorFlow's "Deep MNIST for
Experts" (2015), which most camera demos use. Their recipes are in `train.fit.settings`.
"""

from typing import Any

from camdigits.recognize.glyph import SIDE

# Table I of the paper: the maps of S2 that each of C3's 16 maps sees.
CONNECTIONS = (
    *((0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5)),
    *((0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5)),
    *((0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5)),
    (0, 1, 2, 3, 4, 5),
)
PAPER, INK = -0.1, 1.175  # inputs for white and black in the paper: mean about 0, variance 1


def lenet5(labels: int) -> Any:
    """Build LeNet-5: C1 6@5×5, S2, C3 16@5×5 partially connected, S4, C5 120, F6 84, all tanh.

    The last layer is dense. In the paper it is an RBF unit per label, |x - w|², with w a drawing
    of the character in 7×12 pixels of ±1. |x|² and |w|² are the same for all labels, so a softmax
    over -|x - w|² equals one over 2w·x: a dense layer with fixed weights. Here they are trained,
    since the drawings of ten digits do not serve another alphabet.
    """
    from keras import Input, Model, layers

    glyphs = Input((SIDE, SIDE, 1), name="glyphs")
    maps = layers.Rescaling(INK - PAPER, PAPER)(layers.ZeroPadding2D(2)(glyphs))
    maps = _squash()(layers.Conv2D(6, 5, name="C1", **_even(25))(maps))
    maps = _squash()(_subsample(maps, "S2"))
    maps = _squash()(_connected("C3", CONNECTIONS)(maps))
    maps = _squash()(_subsample(maps, "S4"))
    maps = _squash()(layers.Conv2D(120, 5, name="C5", **_even(400))(maps))
    units = layers.Dense(84, name="F6", **_even(120))(layers.Flatten()(maps))
    embedding = _squash("embedding")(units)
    return Model(glyphs, layers.Dense(labels, name="logits", **_even(84))(embedding))


def classic_cnn(labels: int) -> Any:
    """Build conv 5×5×32, pool, conv 5×5×64, pool, dense 1024, dropout 0.5.

    Weights are initialised from a truncated normal of deviation 0.05, biases with 0.1: with the
    tutorial's deviation 0.1, 10,000 steps are too few (`train/LOG.md`, section 14).
    """
    from keras import Input, Model, layers
    from keras.initializers import Constant, TruncatedNormal

    def begin() -> dict[str, Any]:
        return {
            "kernel_initializer": TruncatedNormal(stddev=0.05),
            "bias_initializer": Constant(0.1),
        }

    glyphs = Input((SIDE, SIDE, 1), name="glyphs")
    maps = glyphs
    for count in (32, 64):
        maps = layers.Conv2D(count, 5, padding="same", activation="relu", **begin())(maps)
        maps = layers.MaxPooling2D(2)(maps)
    units = layers.Dense(1024, activation="relu", name="embedding", **begin())
    dropped = layers.Dropout(0.5)(units(layers.Flatten()(maps)))
    return Model(glyphs, layers.Dense(labels, name="logits", **begin())(dropped))


def _even(inputs: int) -> dict[str, Any]:
    """Return initialisers: uniform within ±2.4 / inputs (appendix A of the paper)."""
    from keras.initializers import RandomUniform

    return {"kernel_initializer": RandomUniform(-2.4 / inputs, 2.4 / inputs)}


def _squash(name: str | None = None) -> Any:
    """Return the activation 1.7159 tanh(2/3 a), which keeps ±1 (appendix A of the paper)."""
    from keras import layers, ops

    return layers.Activation(lambda a: 1.7159 * ops.tanh(a * (2 / 3)), name=name)


def _subsample(maps: Any, name: str) -> Any:
    """Average 2×2, then one trainable factor and bias per map: a depthwise 1×1 convolution."""
    from keras import layers

    return layers.DepthwiseConv2D(1, name=name, depthwise_initializer="ones")(
        layers.AveragePooling2D(2)(maps)
    )


def _connected(name: str, connections: tuple[tuple[int, ...], ...]) -> Any:
    """Return a 5×5 convolution in which each map sees only some of the input maps.

    Only the connected kernels are weights. They are scattered into a full kernel with zeros
    elsewhere, which becomes one plain convolution when exported.
    """
    import numpy as np
    from keras import layers, ops
    from keras.initializers import RandomUniform

    pairs = [(seen, own) for own, sees in enumerate(connections) for seen in sees]
    before, maps = 1 + max(seen for seen, _ in pairs), len(connections)
    spread = np.zeros((len(pairs), before * maps), np.float32)
    for row, (seen, own) in zip(spread, pairs, strict=True):
        row[seen * maps + own] = 1
    limits = np.array([2.4 / (25 * len(connections[own])) for _, own in pairs], np.float32)

    def begin(shape: Any, dtype: Any = None) -> Any:
        return RandomUniform(-1, 1)(shape, dtype) * limits

    class Connected(layers.Layer):  # type: ignore[misc]  # Keras has no types
        def build(self, _: Any) -> None:
            self.kernels = self.add_weight(shape=(25, len(pairs)), initializer=begin)
            self.bias = self.add_weight(shape=(maps,), initializer="zeros")

        def call(self, planes: Any) -> Any:
            kernel = ops.reshape(ops.matmul(self.kernels, spread), (5, 5, before, maps))
            return ops.conv(planes, kernel) + self.bias

    return Connected(name=name)
