"""Equalise the channels of a layer, so that int8 resolves the small ones too.

An int8 tensor has one scale for all channels, set by the largest value of any channel. Dividing a
channel by a factor and multiplying the weights that read it by the same factor does not change the
output of a net with ReLU: Nagel et al., "Data-free quantization through weight equalization and
bias correction", ICCV 2019. Here the factors come from the largest activations on glyphs, taken to
the power of 0.5, since weights have scales too.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

EXPONENT = 0.5  # exponent of the factors: 1 would make all channels equally large (chosen)


def equalize(model: Any, images: npt.NDArray[np.float32]) -> None:
    """Equalise the channels between consecutive convolutions in place; outputs do not change.

    Args:
        model: Keras model; only convolutions followed by batch normalisation, ReLU and directly
            another convolution are changed.
        images: (N, 28, 28, 1) float32, 0 to 1.
    """
    import keras

    links = _links(model)
    if not links:
        return
    relus = [relu.output for _, relu, _ in links]
    planes = keras.Model(model.input, relus).predict(images, batch_size=256, verbose=0)
    # Changing one link does not change what was measured for the next one.
    for (norm, _, reader), seen in zip(links, planes if len(links) > 1 else [planes], strict=True):
        largest = np.maximum(seen.max(axis=(0, 1, 2)), 1e-3 * seen.max())
        scale = (largest / largest.max()) ** EXPONENT
        gamma, beta, *moments = norm.get_weights()
        norm.set_weights([gamma / scale, beta / scale, *moments])
        kernel, *bias = reader.get_weights()
        reader.set_weights([kernel * scale[:, np.newaxis], *bias])


def _links(model: Any) -> list[tuple[Any, Any, Any]]:
    """Return each batch normalisation with its ReLU and the convolution that reads it."""
    from keras.layers import BatchNormalization, Conv2D, ReLU

    kinds = BatchNormalization, ReLU, Conv2D
    rows = zip(model.layers, model.layers[1:], model.layers[2:], strict=False)
    return [row for row in rows if all(map(isinstance, row, kinds))]
