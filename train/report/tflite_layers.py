"""Inspect a .tflite file: layers, multiply-adds, first filters and feature maps.

The int8 file itself is read, so that neither the run nor TensorFlow is needed.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from camdigits.recognize.feature_maps import open_model
from camdigits.recognize.tflite import Affine, dequantize
from camdigits.values import GrayImage

Planes = npt.NDArray[np.float32]  # (height, width, channels)
WORDS = {
    "CONV_2D": "convolution",
    "DEPTHWISE_CONV_2D": "depthwise convolution",
    "FULLY_CONNECTED": "dense",
    "MAX_POOL_2D": "max pooling",
    "AVERAGE_POOL_2D": "average pooling",
    "MEAN": "global average pooling",
}
WEIGHTED = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")
CONVOLUTIONS = WEIGHTED[:2]


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of a net and its cost for one glyph."""

    kind: str  # operator name in TFLite
    name: str  # readable name, numbered
    kernel: tuple[int, ...]  # shape of its weights; () if it has none
    output: tuple[int, ...]  # shape for one glyph
    multiply_adds: int
    number: int  # index of its output tensor

    @property
    def weights(self) -> int:
        """Return the number of weights, without biases."""
        return math.prod(self.kernel) if self.kernel else 0


def load(model: Path) -> Any:
    """Open a model file for inspection."""
    return open_model(model.read_bytes())


def layers_of(opened: Any) -> tuple[Layer, ...]:
    """List the computing layers in order."""
    tensors = _tensors(opened)
    found: list[Layer] = []
    counts: dict[str, int] = {}
    for step in opened._get_ops_details():  # there is no public call
        kind = str(step["op_name"])
        if kind not in WORDS:
            continue
        counts[kind] = counts.get(kind, 0) + 1
        number = int(step["outputs"][0])
        output = _shape(tensors[number])[1:]
        kernel = _shape(tensors[int(step["inputs"][1])]) if kind in WEIGHTED else ()
        name = f"{WORDS[kind]} {counts[kind]}"
        found.append(Layer(kind, name, kernel, output, _work(kind, kernel, output), number))
    return tuple(found)


def first_filters(opened: Any) -> npt.NDArray[np.float32] | None:
    """Return the weights of the first convolution, (filters, height, width, channels), or None."""
    tensors = _tensors(opened)
    for step in opened._get_ops_details():
        if step["op_name"] == "CONV_2D":
            return _real_weights(opened, tensors[int(step["inputs"][1])])
    return None


def feature_maps(
    opened: Any, layers: Sequence[Layer], glyph: GrayImage
) -> tuple[tuple[Layer, Planes], ...]:
    """Return the feature maps of each convolution for one (28, 28) uint8 glyph."""
    feed = opened.get_input_details()[0]["index"]
    opened.set_tensor(feed, glyph[np.newaxis, :, :, np.newaxis])
    opened.invoke()
    tensors = _tensors(opened)
    return tuple(
        (layer, _real(opened.get_tensor(layer.number)[0], tensors[layer.number]))
        for layer in layers
        if layer.kind in CONVOLUTIONS and len(layer.output) == 3
    )


def _tensors(opened: Any) -> dict[int, dict[str, Any]]:
    return {int(tensor["index"]): tensor for tensor in opened.get_tensor_details()}


def _shape(tensor: dict[str, Any]) -> tuple[int, ...]:
    return tuple(int(size) for size in tensor["shape"])


def _work(kind: str, kernel: tuple[int, ...], output: tuple[int, ...]) -> int:
    """Return the multiply-adds for one glyph: each weight once per output position."""
    if kind not in WEIGHTED:
        return 0
    places = math.prod(output[:2]) if kind in CONVOLUTIONS else math.prod(output) // kernel[0]
    return math.prod(kernel) * places


def _real(codes: npt.NDArray[Any], tensor: dict[str, Any]) -> Planes:
    scale, zero_point = tensor["quantization"]
    return dequantize(codes, Affine(float(scale), int(zero_point)) if scale else None)


def _real_weights(opened: Any, tensor: dict[str, Any]) -> npt.NDArray[np.float32]:
    """Dequantise weights: one scale per filter, no zero point."""
    codes = np.asarray(opened.get_tensor(int(tensor["index"])), np.float32)
    scales = np.asarray(tensor["quantization_parameters"]["scales"], np.float32)
    return codes * scales.reshape(-1, 1, 1, 1) if scales.size else codes
