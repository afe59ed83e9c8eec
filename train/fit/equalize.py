"""Make the channels of a layer more equally large, so that int8 serves the small ones too.

An int8 tensor has one scale for all channels, set by the largest number in any of them. A channel
divided by a number, and the weights that read it multiplied by the same, leave what a net with
ReLU answers as it is: Nagel et al., "Data-free quantization through weight equalization and bias
correction", ICCV 2019. Here the largest activations on glyphs decide; half-way, since weights have
scales too.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

PART = 0.5  # exponent of the way to channels that are all as large


def equalize(model: Any, images: npt.NDArray[np.float32]) -> None:
    """Equalize all that lies between two convolutions, in place; the net answers as before.

    Args:
        model: Keras model; convolutions followed by batch normalisation, ReLU and at once another
            convolution count, all else stays as it is.
        images: (N, 28, 28, 1) float32, as the net takes them.
    """
    import keras

    links = _links(model)
    if not links:
        return
    relus = [relu.output for _, relu, _ in links]
    planes = keras.Model(model.input, relus).predict(images, batch_size=256, verbose=0)
    # What one link changes leaves what the next one measured as it was.
    for (norm, _, reader), seen in zip(links, planes if len(links) > 1 else [planes], strict=True):
        largest = np.maximum(seen.max(axis=(0, 1, 2)), 1e-3 * seen.max())
        scale = (largest / largest.max()) ** PART
        gamma, beta, *moments = norm.get_weights()
        norm.set_weights([gamma / scale, beta / scale, *moments])
        kernel, *bias = reader.get_weights()
        reader.set_weights([kernel * scale[:, np.newaxis], *bias])


def _links(model: Any) -> list[tuple[Any, Any, Any]]:
    """Batch normalisation, its ReLU and the convolution that reads it, one after the other."""
    from keras.layers import BatchNormalization, Conv2D, ReLU

    kinds = BatchNormalization, ReLU, Conv2D
    rows = zip(model.layers, model.layers[1:], model.layers[2:], strict=False)
    return [row for row in rows if all(map(isinstance, row, kinds))]
