"""Convert a Keras model to TFLite."""

import tempfile
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from camdigits.recognize.tflite import silenced
from train.fit.nets import load_tensorflow


def quantized(model: Any, images: npt.NDArray[np.uint8]) -> bytes:
    """Convert a Keras model to a full-int8 TFLite model with uint8 input.

    Args:
        model: (N, H, W, C) float, 0 to 1, to logits.
        images: (M, H, W, C) uint8 that set the activation scales.
    """
    tf = load_tensorflow()
    # The input scale must be exactly 1/255, so that raw bytes equal the training input.
    ends = np.zeros((1, *images.shape[1:]), np.uint8)
    ends[:, images.shape[1] // 2] = 255
    floats = np.concatenate([ends, images]).astype(np.float32) / np.float32(255)

    def to_int8(converter: Any) -> None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([image[np.newaxis]] for image in floats)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = tf.uint8
        converter.inference_output_type = tf.int8

    return converted(model, to_int8)


def converted(model: Any, configure: Callable[[Any], None]) -> bytes:
    """Convert a Keras model with the settings that `configure` sets on the converter."""
    tf = load_tensorflow()
    with tempfile.TemporaryDirectory() as folder, silenced():
        model.export(folder, verbose=False)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        configure(converter)
        return bytes(converter.convert())
