"""Load the sign net: windows beside digits in, one row of logits per window out."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from camdigits.errors import ModelError
from camdigits.recognize.card import Card
from camdigits.recognize.sign_windows import WINDOW, Windows
from camdigits.recognize.tflite import (
    affine_of,
    dequantize,
    find_runtime,
    first_line,
    open_interpreter,
    silenced,
)
from camdigits.values import Logits

BATCH = 4  # windows per invocation: most numbers have few signs
ScoreWindows: TypeAlias = Callable[[Windows], Logits]
"""A function from (N, 32, 40, 2) uint8 windows to (N, labels) logits."""


def load_sign_net(model: Path, card: Card, threads: int = 1) -> "SignNet":
    """Load a sign net.

    Args:
        model: a .tflite file, (N, 32, 40, 2) uint8 to (N, labels) int8 or float32.
        card: its card.
        threads: threads within one call.

    Raises:
        ModelError: no runtime is installed, or the file is not a model of these shapes.
    """
    with silenced():
        interpreter = open_interpreter(find_runtime(), model, threads)
        inputs = interpreter.get_input_details()
        found = tuple(int(side) for side in inputs[0]["shape"][1:])
        if inputs[0]["dtype"] != np.uint8 or found != (*WINDOW, 2):
            raise _wrong(model, card, f"an input of {found}")
        try:
            interpreter.resize_tensor_input(int(inputs[0]["index"]), (BATCH, *WINDOW, 2))
            interpreter.allocate_tensors()
            interpreter.invoke()  # build the kernels now rather than on the first frame
        except (ValueError, RuntimeError) as error:
            raise _wrong(model, card, first_line(error)) from error
        shape = tuple(int(side) for side in interpreter.get_output_details()[0]["shape"])
        if shape != (BATCH, len(card.labels)):
            raise _wrong(model, card, f"an output of {shape}")
    return SignNet(interpreter)


class SignNet:
    """A loaded sign net; may be called from several threads, which take turns."""

    def __init__(self, interpreter: Any) -> None:
        self._interpreter = interpreter
        self._input = int(interpreter.get_input_details()[0]["index"])
        output = interpreter.get_output_details()[0]
        self._output, self._affine = int(output["index"]), affine_of(output)
        self._size = int(output["shape"][-1])
        self._lock = threading.Lock()

    def __call__(self, windows: Windows) -> Logits:
        """Return (N, labels) float32 logits of (N, 32, 40, 2) uint8 windows; N may be 0."""
        padded = np.zeros((-(-len(windows) // BATCH) * BATCH, *WINDOW, 2), np.uint8)
        padded[: len(windows)] = windows
        parts = [np.zeros((0, self._size), np.float32)]
        with self._lock:
            for start in range(0, len(padded), BATCH):
                self._interpreter.set_tensor(self._input, padded[start : start + BATCH])
                self._interpreter.invoke()
                codes = self._interpreter.get_tensor(self._output)
                parts.append(dequantize(codes, self._affine))
        return np.concatenate(parts)[: len(windows)]


def _wrong(model: Path, card: Card, found: str) -> ModelError:
    rows, columns = WINDOW
    return ModelError(
        f"{model}: wanted a sign net, (N, {rows}, {columns}, 2) uint8 windows to "
        f"(N, {len(card.labels)}) logits, got {found}; export it with python -m train export-signs"
    )
