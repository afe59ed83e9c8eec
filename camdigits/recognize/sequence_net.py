"""Load the sequence net as a function: a strip in, a row of logits per four columns out.

The net is convolutional, so one file serves strips of any width. The runtime prepares its kernels
for one width, so the net is opened for two: most regions are two or three digits.
"""

import threading
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from camdigits.errors import ModelError
from camdigits.recognize.card import Card
from camdigits.recognize.strip import HEIGHT, STEP
from camdigits.recognize.tflite import (
    affine_of,
    dequantize,
    find_runtime,
    first_line,
    open_interpreter,
    silenced,
)
from camdigits.values import GrayImage, Logits

WIDTHS = 96, 192  # px: a strip is filled up to the narrower of two widths; a wider one is cut
OVERLAP = 72  # px: of the windows of a wider strip; an output depends on 36 px on either side

ReadStrip: TypeAlias = Callable[[GrayImage], Logits]
"""A function from an (H, W) uint8 strip to (W / 4, labels + 1) logits; the last is blank."""


def load_sequence_net(
    model: Path, card: Card, threads: int = 1, height: int = HEIGHT
) -> "SequenceNet":
    """Load a sequence net.

    Args:
        model: a .tflite file, (1, H, W, 1) uint8 to (1, 1, W / 4, labels + 1) int8 or float32.
        card: its card.
        threads: threads within one call.
        height: H of its strips.

    Raises:
        ModelError: no runtime is installed, or the file is not a model of these shapes.
    """
    with silenced():
        opened = {width: _open(model, card, (height, width), threads) for width in WIDTHS}
    return SequenceNet(opened)


class SequenceNet:
    """A loaded sequence net; may be called from several threads, which take turns."""

    def __init__(self, opened: dict[int, "_Window"]) -> None:
        self._opened = opened
        self._lock = threading.Lock()

    def __call__(self, strip: GrayImage) -> Logits:
        """Return (W / 4, labels + 1) float32 logits of an (H, W) uint8 strip."""
        width = strip.shape[1]
        with self._lock:
            if width <= WIDTHS[-1]:
                return self._window(strip)
            parts = [
                self._window(strip[:, start : start + WIDTHS[-1]])[first:last]
                for start, first, last in windows(width)
            ]
        return np.concatenate(parts)

    def _window(self, strip: GrayImage) -> Logits:
        width = next(each for each in WIDTHS if each >= strip.shape[1])
        return self._opened[width].run(strip)


def windows(width: int) -> list[tuple[int, int, int]]:
    """Return the windows of a strip wider than the widest: left edge, first and last output used.

    >>> windows(300)
    [(0, 0, 39), (120, 9, 45)]
    """
    hop, half = WIDTHS[-1] - OVERLAP, OVERLAP // 2
    starts = [*range(0, width - OVERLAP, hop)]
    ends = [*(start + hop + half for start in starts[:-1]), width]
    cuts = [0, *ends]
    return [
        ((start, (first - start) // STEP, (last - start) // STEP))
        for start, (first, last) in zip(starts, pairwise(cuts), strict=True)
    ]


class _Window:
    """The net prepared for strips of one width."""

    def __init__(self, interpreter: Any, size: tuple[int, int]) -> None:
        self._interpreter = interpreter
        self._input = int(interpreter.get_input_details()[0]["index"])
        output = interpreter.get_output_details()[0]
        self._output, self._affine = int(output["index"]), affine_of(output)
        self._strip = np.zeros((1, *size, 1), np.uint8)

    def run(self, strip: GrayImage) -> Logits:
        width = strip.shape[1]
        self._strip[0, :, :width, 0] = strip
        self._strip[0, :, width:] = 0
        self._interpreter.set_tensor(self._input, self._strip)
        self._interpreter.invoke()
        codes = self._interpreter.get_tensor(self._output)[0, 0, : -(-width // STEP)]
        return dequantize(codes, self._affine)


def _open(model: Path, card: Card, size: tuple[int, int], threads: int) -> _Window:
    interpreter = open_interpreter(find_runtime(), model, threads)
    inputs = interpreter.get_input_details()
    if inputs[0]["dtype"] != np.uint8 or len(inputs[0]["shape"]) != 4:
        raise _wrong(model, card, size[0], "another input")
    try:
        interpreter.resize_tensor_input(int(inputs[0]["index"]), (1, *size, 1))
        interpreter.allocate_tensors()
        interpreter.invoke()  # build the kernels now rather than on the first frame
    except (ValueError, RuntimeError) as error:
        raise _wrong(model, card, size[0], first_line(error)) from error
    shape = tuple(int(side) for side in interpreter.get_output_details()[0]["shape"])
    if shape != (1, 1, size[1] // STEP, len(card.labels) + 1):
        raise _wrong(model, card, size[0], f"an output of {shape}")
    return _Window(interpreter, size)


def _wrong(model: Path, card: Card, height: int, found: str) -> ModelError:
    return ModelError(
        f"{model}: wanted a sequence net, (1, {height}, W, 1) uint8 strips to "
        f"(1, 1, W / {STEP}, {len(card.labels) + 1}) logits, got {found}; "
        "export it with python -m train export-sequence"
    )
