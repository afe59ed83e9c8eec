"""Start a net with the weights of an older one: of a run, or of its int8 model.

The model has no batch normalisation any more: it is folded into the weights. Each normalisation
is set so that the net computes the same, with the statistics of some training images.
"""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from camdigits.recognize.tflite import find_runtime, open_interpreter, silenced
from train.errors import DataError
from train.fit.run import WEIGHTS_FILE, assign

Array = npt.NDArray[np.float32]


def start_from(model: Any, start: str, images: npt.NDArray[np.uint8]) -> None:
    """Set the weights of a Keras net.

    Args:
        model: convolutions, each with a batch normalisation, and a last convolution or dense layer
            without.
        start: folder of a run of the same net; or a .tflite model of a net whose kernels are the
            same or smaller; its last layer may have other labels.
        images: (M, H, W, C) uint8, for the statistics.

    Raises:
        DataError: there is no such run or model, or it is another net.
    """
    if start.endswith(".tflite"):
        copy_weights(model, Path(start), images)
    else:
        assign(model.variables, Path(start) / WEIGHTS_FILE)


def copy_weights(model: Any, tflite: Path, images: npt.NDArray[np.uint8]) -> None:
    """Copy the layers of a full-int8 model into a Keras net."""
    from keras import layers

    kernels, biases = _weights(tflite)
    weighted = [each for each in model.layers if isinstance(each, layers.Conv2D | layers.Dense)]
    if len(kernels) != len(weighted) or len(biases) != len(kernels):
        raise DataError(f"{tflite}: wanted {len(weighted)} layers, got {len(kernels)}")
    planes: Any = images.astype(np.float32) / np.float32(255)
    left = iter(zip(kernels, biases, strict=True))
    bias = np.zeros(0, np.float32)
    for layer in model.layers:
        if isinstance(layer, layers.InputLayer):
            continue
        if isinstance(layer, layers.Conv2D | layers.Dense):
            kernel, bias = next(left)
            if layer.use_bias and layer.kernel.shape != kernel.shape:
                break  # the last layer, of other labels, keeps its random weights
            layer.kernel.assign(_widened(kernel, tuple(layer.kernel.shape), tflite))
            if layer.use_bias:
                layer.bias.assign(bias)
        elif isinstance(layer, layers.BatchNormalization):
            values = np.asarray(planes).reshape(-1, planes.shape[-1])
            mean, variance = values.mean(axis=0), values.var(axis=0)
            layer.moving_mean.assign(mean)
            layer.moving_variance.assign(variance)
            layer.gamma.assign(np.sqrt(variance + layer.epsilon))
            layer.beta.assign(bias + mean)
        planes = layer(planes)


def _weights(tflite: Path) -> tuple[list[Array], list[Array]]:
    """Return kernels and biases of a model, from the first layer to the last.

    Kernels are (h, w, in, out), those of dense layers (in, out).
    """
    with silenced():
        interpreter = open_interpreter(find_runtime(), tflite, 1)
        interpreter.allocate_tensors()
    kernels: list[Array] = []
    biases: list[Array] = []
    for tensor in interpreter.get_tensor_details():
        scales = tensor["quantization_parameters"]["scales"]
        sides = len(tensor["shape"])
        # One scale for each output channel; the tensors between layers have one in all.
        if tensor["dtype"] == np.int8 and sides in (2, 4) and len(scales) > 1:
            codes = interpreter.get_tensor(tensor["index"]).astype(np.float32)
            kernel = codes * scales.reshape(-1, *[1] * (sides - 1))
            kernels.append(np.moveaxis(kernel, 0, -1))
        elif tensor["dtype"] == np.int32 and len(scales):
            biases.append(interpreter.get_tensor(tensor["index"]).astype(np.float32) * scales)
    return kernels[::-1], biases[::-1]


def _widened(kernel: Array, shape: tuple[int, ...], tflite: Path) -> Array:
    """Return a kernel with zeros on all sides, as large as wanted."""
    more = [wanted - found for wanted, found in zip(shape, kernel.shape, strict=True)]
    if min(more) < 0 or any(more[2:]):
        raise DataError(f"{tflite}: wanted kernels of at most {shape}, got {kernel.shape}")
    return np.asarray(np.pad(kernel, [(side // 2, side - side // 2) for side in more]), np.float32)
