"""Load a TFLite model as a Scorer: glyphs in, logits and embeddings out.

The only module that imports a TFLite runtime, and only when a model is loaded. Quantisation ends
here: outputs are float32. No softmax, no labels, no thresholds.

A model may have two outputs, distinguished by their names in its signature: "logits", and
"embedding", the input of the last layer. A model without such names has logits only: the first
output with one number per label.
"""

import contextlib
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from camdigits.errors import ArrayError, ModelError
from camdigits.image import describe
from camdigits.recognize.card import Card
from camdigits.recognize.glyph import SIDE
from camdigits.values import Embeddings, Glyphs, Logits, Scored

RUNTIMES = ("ai_edge_litert.interpreter", "tflite_runtime.interpreter")
LOGITS, EMBEDDING = "logits", "embedding"  # outputs, as `python -m train export` names them
INSTALL = "pip install ai-edge-litert (32-bit ARM: pip install tflite-runtime 'numpy<2')"
# Glyphs per invocation and thread. XNNPACK takes 70 µs per glyph for a batch of 1 as for 64 (one
# core of an AMD EPYC), but changing the batch size costs 0.2 ms (4 glyphs) to 1.3 ms (64), and a
# batch of 32 that holds 25 glyphs wastes 0.5 ms. So the batch size never changes and is small.
BATCH = 5


@dataclass(frozen=True, slots=True)
class Affine:
    """Quantisation of a tensor: real = (code - zero_point) * scale."""

    scale: float
    zero_point: int


def load_scorer(model: Path, card: Card, threads: int = 1) -> "Net":
    """Load a model.

    Args:
        model: a .tflite file, (N, 28, 28, 1) uint8 to (N, labels) int8, uint8 or float32.
        card: its card; the model must have one logit per label, and the card's embedding.
        threads: threads within one call.

    Returns:
        A Scorer: (N, 28, 28) uint8 glyphs to float32 logits and embeddings; N may be 0. It may be
        called from several threads, which take turns.

    Raises:
        ModelError: no runtime is installed, or the file is not a model of these shapes.
    """
    with silenced():
        interpreter = open_interpreter(find_runtime(), model, threads)
        input_index = _check_input(model, interpreter)
        outputs = _check_outputs(model, interpreter, card)
        batch = BATCH * threads
        try:
            interpreter.resize_tensor_input(input_index, (batch, SIDE, SIDE, 1))
            interpreter.allocate_tensors()
            interpreter.invoke()  # build the kernels now rather than on the first frame
        except (ValueError, RuntimeError) as error:
            raise ModelError(
                f"{model}: the runtime cannot run it ({first_line(error)}); export it again"
            ) from error
    return Net(model, interpreter, input_index, outputs, batch)


def dequantize(codes: npt.NDArray[Any], affine: Affine | None) -> Logits:
    """Return the real numbers for quantised codes of any shape; float models have no affine.

    >>> dequantize(np.int8([-128, 0, 127]), Affine(scale=0.5, zero_point=-128)).tolist()
    [0.0, 64.0, 127.5]
    """
    real = np.asarray(codes, np.float32)  # before the subtraction: int8 would wrap
    if affine is None:
        return real
    return np.asarray(
        (real - np.float32(affine.zero_point)) * np.float32(affine.scale), np.float32
    )


@dataclass(frozen=True, slots=True)
class _Output:
    index: int
    affine: Affine | None
    size: int  # numbers per glyph


class Net:
    """A loaded model: a Scorer with embeddings."""

    def __init__(
        self,
        model: Path,
        interpreter: Any,
        input_index: int,
        outputs: tuple[_Output, ...],
        batch: int,
    ) -> None:
        self._model = model
        self._interpreter = interpreter
        self._input = input_index
        self._outputs = outputs  # logits, and the embedding if there is one
        self._batch = batch
        self._lock = threading.Lock()

    @property
    def embedding(self) -> int | None:
        """Length of the embedding; None if the model has none."""
        return self._outputs[1].size if len(self._outputs) > 1 else None

    def __call__(self, glyphs: Glyphs) -> Scored:
        """Score (N, 28, 28) uint8 glyphs.

        Returns:
            (N, labels) float32 logits; and (N, `embedding`) float32 embeddings, the input of the
            model's last layer, if the model has that output: similar glyphs have similar ones.
        """
        outputs = self._run(glyphs)
        return Scored(outputs[0], outputs[1] if len(outputs) > 1 else None)

    def logits(self, glyphs: Glyphs) -> Logits:
        """Score (N, 28, 28) uint8 glyphs; (N, labels) float32."""
        return self(glyphs).logits

    def embed(self, glyphs: Glyphs) -> tuple[Logits, Embeddings]:
        """Score and embed (N, 28, 28) uint8 glyphs.

        Raises:
            ModelError: the model has no embedding.
        """
        logits, embeddings = self(glyphs)
        if embeddings is None:
            raise ModelError(
                f"{self._model}: wanted an output named {EMBEDDING}, got none of this name; "
                "export it with python -m train export"
            )
        return logits, embeddings

    def _run(self, glyphs: Glyphs) -> list[npt.NDArray[np.float32]]:
        """Run all glyphs; per output (N, its size) float32."""
        if glyphs.dtype != np.uint8 or glyphs.shape[1:] != (SIDE, SIDE):
            raise ArrayError(
                f"glyphs: wanted (N, {SIDE}, {SIDE}) uint8 glyphs, got {describe(glyphs)}"
            )
        padded = np.zeros((-(-len(glyphs) // self._batch) * self._batch, SIDE, SIDE, 1), np.uint8)
        padded[: len(glyphs), :, :, 0] = glyphs
        with self._lock:
            parts = [
                self._invoke(padded[start : start + self._batch])
                for start in range(0, len(padded), self._batch)
            ]
        if not parts:
            return [np.zeros((0, output.size), np.float32) for output in self._outputs]
        return [
            dequantize(np.concatenate(rows)[: len(glyphs)], output.affine)
            for rows, output in zip(zip(*parts, strict=True), self._outputs, strict=True)
        ]

    def _invoke(self, batch: npt.NDArray[np.uint8]) -> list[npt.NDArray[Any]]:
        self._interpreter.set_tensor(self._input, batch)
        self._interpreter.invoke()
        return [np.asarray(self._interpreter.get_tensor(each.index)) for each in self._outputs]


def runtime_name() -> str:
    """Return name and version of the installed runtime, for reports.

    Raises:
        ModelError: no runtime is installed.
    """
    package = find_runtime().__module__.partition(".")[0].replace("_", "-")
    return f"{package} {version(package)}"


def delegate_name(model: Path) -> str | None:
    """Return the delegate that runs a model's layers; None for the runtime's own kernels.

    Raises:
        ModelError: no runtime is installed, or the file is not a model.
    """
    with silenced():
        interpreter = open_interpreter(find_runtime(), model, 1)
        interpreter.allocate_tensors()
    # There is no public API for it; the log line on stderr appears once per process.
    steps: list[dict[str, Any]] = getattr(interpreter, "_get_ops_details", list)()
    taken = any("DELEGATE" in str(step["op_name"]).upper() for step in steps)
    return "XNNPACK" if taken else None  # the only delegate that a runtime applies by default


def find_runtime() -> Callable[..., Any]:
    """Find the Interpreter class of whichever runtime is installed.

    Raises:
        ModelError: none is.
    """
    for name in RUNTIMES:
        try:
            made: Callable[..., Any] = import_module(name).Interpreter
        except ImportError as error:
            reason: Exception = error
        else:
            return made
    raise ModelError(f"no TFLite runtime loads ({first_line(reason)}); {INSTALL}") from reason


def open_interpreter(runtime: Callable[..., Any], model: Path, threads: int) -> Any:
    """Load a model file into a runtime.

    Raises:
        ModelError: the file cannot be read, or is not a model.
    """
    try:
        return runtime(model_content=_content(model), num_threads=threads)
    except SystemError as error:  # tflite-runtime's C++ was built against NumPy 1
        raise ModelError(
            f"the TFLite runtime does not work with NumPy {np.__version__}; {INSTALL}"
        ) from error
    except (ValueError, RuntimeError) as error:
        raise ModelError(
            f"{model}: wanted a TFLite model, got another or a damaged file "
            f"({first_line(error)}); install or export it again"
        ) from error


def _content(model: Path) -> bytes:
    try:
        content = model.read_bytes()
    except OSError as error:
        raise ModelError(
            f"{model}: cannot read the model: {error.strerror}; name a .tflite file"
        ) from error
    if not content:
        raise ModelError(f"{model}: wanted a TFLite model, got an empty file; export it again")
    return content


def _check_input(model: Path, interpreter: Any) -> int:
    """Return the input's index; raw bytes go in, without quantisation."""
    inputs = interpreter.get_input_details()
    shapes = [_shape(each) for each in inputs]
    if shapes != [("N", SIDE, SIDE, 1)] or inputs[0]["dtype"] != np.uint8:
        raise ModelError(
            f"{model}: input must be (N, {SIDE}, {SIDE}, 1) uint8, got {_named(inputs)}; "
            "export it with python -m train export"
        )
    return int(inputs[0]["index"])


def _check_outputs(model: Path, interpreter: Any, card: Card) -> tuple[_Output, ...]:
    """Find the logits, one number per label, and the embedding if the card lists one."""
    found = interpreter.get_output_details()
    named = _signature(interpreter)
    usual = [tensor for tensor in found if _fits(tensor, len(card.labels))]
    logits = named.get(LOGITS, usual[0] if usual else None)
    if logits is None or not _fits(logits, len(card.labels)):
        raise ModelError(
            f"{model}: output must be (N, {len(card.labels)}), one int8, uint8 or float32 number "
            f"per label of its card, got {_named(found)}; take the card that came with it"
        )
    embedding = named.get(EMBEDDING)
    if card.embedding is None and embedding is None:
        return (_output(logits),)
    if embedding is None or not _fits(embedding, card.embedding or _shape(embedding)[-1]):
        raise ModelError(
            f"{model}: wanted an output named {EMBEDDING} of (N, {card.embedding}), as in its "
            f"card, got {_named(found)}; take the card that came with it"
        )
    return _output(logits), _output(embedding)


def _signature(interpreter: Any) -> Mapping[str, dict[str, Any]]:
    """Return outputs by their names in the model's signature; empty if it has none."""
    signatures = interpreter.get_signature_list()
    if len(signatures) != 1:
        return {}
    details: Mapping[str, dict[str, Any]]
    details = interpreter.get_signature_runner(*signatures).get_output_details()
    return details


def _fits(tensor: dict[str, Any], size: object) -> bool:
    known = tensor["dtype"] in (np.int8, np.uint8, np.float32)
    return known and _shape(tensor) == ("N", size)


def _output(tensor: dict[str, Any]) -> _Output:
    return _Output(int(tensor["index"]), affine_of(tensor), int(tensor["shape"][-1]))


def affine_of(tensor: dict[str, Any]) -> Affine | None:
    """Return the quantisation of a tensor; None if it is float."""
    if tensor["dtype"] == np.float32:
        return None
    scale, zero_point = tensor["quantization"]
    return Affine(float(scale), int(zero_point))


def _shape(tensor: dict[str, Any]) -> tuple[object, ...]:
    """Return the shape, with "N" for a batch that varies, or is 1 and can be resized."""
    shape = tuple(int(size) for size in tensor["shape_signature"])
    return ("N", *shape[1:]) if shape and shape[0] in (-1, 1) else shape


def _named(tensors: list[dict[str, Any]]) -> str:
    named = [
        f"({', '.join(map(str, _shape(tensor)))}) {np.dtype(tensor['dtype']).name}"
        for tensor in tensors
    ]
    return " and ".join(named) or "none"


def first_line(error: Exception) -> str:
    """Return the first line of an error's text, or its type."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


@contextlib.contextmanager
def silenced() -> Iterator[None]:
    """Keep the runtime's "INFO: Created TensorFlow Lite XNNPACK delegate" off the terminal.

    It is written by C++ straight to descriptor 2; no environment variable turns it off. For the
    length of a load what other threads write to stderr is lost too.
    """
    try:
        kept = os.dup(2)
    except OSError:  # no stderr at all: nothing to keep clean
        yield
        return
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
