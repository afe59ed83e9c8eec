import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from camdigits.errors import ArrayError, ModelError
from camdigits.recognize.card import Card
from camdigits.recognize.tflite import BATCH, load_scorer, runtime_name
from camdigits.values import Glyphs

MODELS = Path(__file__).parent.parent / "models"
LABELS = (*"0123456789", "none")


def card(labels: tuple[str, ...] = LABELS, embedding: int | None = None) -> Card:
    return Card(labels, temperature=1.0, threshold=0.5, sha256="", embedding=embedding)


def levels(count: int) -> Glyphs:
    """Plain glyphs from white to black: their mean ink is known."""
    grays = np.linspace(0, 255, count).astype(np.uint8)
    return np.tile(grays[:, np.newaxis, np.newaxis], (1, 28, 28))


@pytest.mark.parametrize("name", ["mean_ink", "mean_ink_uint8", "mean_ink_float"])
def test_logits_are_real_numbers_whatever_the_output_type(name: str) -> None:
    """int8 and uint8 codes are dequantised with the model's scale."""
    score = load_scorer(MODELS / f"{name}.tflite", card())

    logits = score.logits(levels(3))

    assert logits.dtype == np.float32
    wanted = np.outer([0, 127 / 255, 1], np.arange(11))
    np.testing.assert_allclose(logits, wanted, atol=0.05)


@pytest.mark.parametrize("count", [0, 3, 10])
def test_the_embedding_comes_with_the_logits(count: int) -> None:
    """Outputs are distinguished by name: here both have 11 numbers, and the embedding is first."""
    net = load_scorer(MODELS / "embedded.tflite", card(embedding=11))
    glyphs = levels(10)[:count]

    logits, embeddings = net.embed(glyphs)

    mean = glyphs.mean(axis=(1, 2)) / 255
    assert net.embedding == 11
    np.testing.assert_allclose(embeddings, np.tile(mean[:, np.newaxis], (1, 11)), atol=0.01)
    np.testing.assert_allclose(logits, np.outer(mean, np.arange(11)), atol=0.05)
    np.testing.assert_array_equal(logits, net(glyphs).logits)


def test_a_model_without_an_embedding_is_reported() -> None:
    """It returns logits; embed() raises an error that states what to do."""
    net = load_scorer(MODELS / "mean_ink.tflite", card())

    assert net.embedding is None
    with pytest.raises(ModelError, match="wanted an output named embedding, got none"):
        net.embed(levels(2))


@pytest.mark.parametrize(
    ("name", "size", "got"),
    [
        ("mean_ink", 11, r"\(N, 11\) int8;"),
        ("embedded", 128, r"\(N, 11\) int8 and \(N, 11\) int8;"),
    ],
)
def test_an_embedding_must_be_that_of_the_card(name: str, size: int, got: str) -> None:
    """The card of another model is rejected."""
    wanted = rf"wanted an output named embedding of \(N, {size}\), as in its card, got {got}"

    with pytest.raises(ModelError, match=wanted):
        load_scorer(MODELS / f"{name}.tflite", card(embedding=size))


@pytest.mark.parametrize("count", [0, 1, BATCH - 1, BATCH, BATCH + 1, 3 * BATCH + 2, 100])
def test_any_number_of_glyphs_is_scored(count: int) -> None:
    """One row per glyph, in their order, for any number of batches."""
    score = load_scorer(MODELS / "mean_ink.tflite", card())
    glyphs = levels(max(count, 2))[:count]

    logits = score.logits(glyphs)

    assert logits.shape == (count, 11)
    np.testing.assert_allclose(logits[:, 10], glyphs.mean(axis=(1, 2)) / 25.5, atol=0.05)


def test_a_scorer_is_safe_from_several_threads() -> None:
    """Four concurrent threads get the same logits as one."""
    score = load_scorer(MODELS / "mean_ink.tflite", card())
    parts = [levels(30)[first:] for first in range(16)]
    alone = [score.logits(part) for part in parts]

    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(score.logits, parts * 5))

    for got, wanted in zip(together, alone * 5, strict=True):
        np.testing.assert_array_equal(got, wanted)


def test_more_threads_give_the_same_numbers() -> None:
    """Threads within a call change nothing but its time."""
    glyphs = levels(21)

    one, two = (load_scorer(MODELS / "mean_ink.tflite", card(), n).logits(glyphs) for n in (1, 2))

    np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("glyphs", [np.zeros((2, 28, 28)), np.zeros((2, 20, 28), np.uint8)])
def test_glyphs_of_another_kind_are_rejected(glyphs: Any) -> None:
    """Floats are not converted to bytes silently."""
    score = load_scorer(MODELS / "mean_ink.tflite", card())

    with pytest.raises(ArrayError, match=r"wanted \(N, 28, 28\) uint8 glyphs, got \(2, "):
        score(glyphs)


@pytest.mark.parametrize(
    ("name", "got"),
    [("colour", r"\(N, 32, 32, 3\) uint8"), ("float_input", r"\(N, 28, 28, 1\) float32")],
)
def test_a_model_of_another_input_is_rejected(name: str, got: str) -> None:
    """The message states the shape that was wanted and the one that came."""
    wanted = r"input must be \(N, 28, 28, 1\) uint8, got "

    with pytest.raises(ModelError, match=rf"{name}\.tflite: {wanted}{got};"):
        load_scorer(MODELS / f"{name}.tflite", card())


def test_a_model_that_does_not_match_its_card_is_rejected() -> None:
    """The model must have one logit per label."""
    with pytest.raises(ModelError, match=r"output must be \(N, 2\).* got \(N, 11\) int8"):
        load_scorer(MODELS / "mean_ink.tflite", card(("0", "1")))


@pytest.mark.parametrize("content", [b"", b"hello" * 50, bytes(5000)])
def test_a_file_that_is_not_a_model_is_rejected(tmp_path: Path, content: bytes) -> None:
    """Empty, text, zeros: a message of one line each."""
    path = tmp_path / "x.tflite"
    path.write_bytes(content)

    with pytest.raises(ModelError, match=r"x\.tflite: wanted a TFLite model, got") as caught:
        load_scorer(path, card())
    assert "\n" not in str(caught.value)


def test_an_incomplete_model_is_rejected(tmp_path: Path) -> None:
    """A partial download cannot be loaded."""
    path = tmp_path / "x.tflite"
    path.write_bytes((MODELS / "mean_ink.tflite").read_bytes()[:900])

    with pytest.raises(ModelError, match=r"x\.tflite: wanted a TFLite model, got"):
        load_scorer(path, card())


def test_a_missing_model_is_an_error(tmp_path: Path) -> None:
    """The message names the file."""
    with pytest.raises(ModelError, match=r"x\.tflite: cannot read the model: No such file"):
        load_scorer(tmp_path / "x.tflite", card())


def test_without_a_runtime_the_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither runtime is installed."""
    for name in ("ai_edge_litert", "tflite_runtime"):
        monkeypatch.setitem(sys.modules, name, None)
        monkeypatch.setitem(sys.modules, f"{name}.interpreter", None)

    with pytest.raises(ModelError, match=r"no TFLite runtime loads .* pip install ai-edge-litert"):
        load_scorer(MODELS / "mean_ink.tflite", card())


def test_the_second_runtime_is_used_if_the_first_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """tflite-runtime is used without LiteRT; with NumPy 2 it raises a SystemError."""

    def dies(**_: object) -> None:
        raise SystemError("initialization of _pywrap raised unreported exception")

    other = ModuleType("tflite_runtime.interpreter")
    monkeypatch.setattr(other, "Interpreter", dies, raising=False)
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    monkeypatch.setitem(sys.modules, "tflite_runtime", ModuleType("tflite_runtime"))
    monkeypatch.setitem(sys.modules, "tflite_runtime.interpreter", other)

    with pytest.raises(ModelError, match=r"does not work with NumPy .* 'numpy<2'"):
        load_scorer(MODELS / "mean_ink.tflite", card())


def test_loading_writes_nothing_to_the_terminal() -> None:
    """The runtime's log to descriptor 2 is suppressed, later output is not."""
    program = (
        "import os; from pathlib import Path; from camdigits.recognize.card import Card\n"
        "from camdigits.recognize.tflite import load_scorer\n"
        f"load_scorer(Path({str(MODELS / 'mean_ink.tflite')!r}), Card({LABELS!r}, 1, 1, ''))\n"
        "os.write(2, b'ours')"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "ours")


def test_the_runtime_has_a_name() -> None:
    """The pip name with the version."""
    name, number = runtime_name().split()

    assert name in ("ai-edge-litert", "tflite-runtime")
    assert number[0].isdigit()
