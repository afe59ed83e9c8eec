"""Compare the outputs of the two TFLite runtimes.

CAMDIGITS_TFLITE_PYTHON names a Python that has tflite-runtime (2.14 wants Python 3.11 at most and
NumPy 1), OpenCV and NumPy; without it LiteRT is imported under the name of that runtime.
"""

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import numpy as np
import numpy.typing as npt
import pytest

from camdigits.reader import Reader
from camdigits.recognize.card import find_model, load_card
from camdigits.recognize.tflite import delegate_name, load_scorer, runtime_name
from camdigits.sources.picture_file import read_picture
from camdigits.values import Frame, Glyphs, Logits

ROOT = Path(__file__).parent.parent.parent
MODEL = find_model("digits")
PROGRAM = """
import sys
import numpy as np
from camdigits.recognize.card import find_model, load_card
from camdigits.recognize.tflite import delegate_name, load_scorer, runtime_name
model = find_model("digits")
np.save(sys.argv[2], load_scorer(model, load_card(model)).logits(np.load(sys.argv[1])))
print(runtime_name(), delegate_name(model))
"""


@pytest.fixture(scope="module")
def glyphs() -> Glyphs:
    """Return the glyphs of all regions of the golden pages."""
    reader = Reader(rotate=0)
    pages = sorted((ROOT / "tests" / "golden").glob("*.jpg"))
    traces = (reader.read(Frame(0, 0.0, read_picture(page)), trace=True).trace for page in pages)
    return np.concatenate([trace.glyphs for trace in traces if trace is not None])


@pytest.fixture(scope="module")
def logits_here(glyphs: Glyphs) -> Logits:
    """Return their logits from the installed runtime."""
    return load_scorer(MODEL, load_card(MODEL)).logits(glyphs)


def steps_apart(one: Logits, other: Logits) -> npt.NDArray[np.float32]:
    """Return the difference in int8 steps; all labels must be equal."""
    step = np.diff(np.unique(one)).min()
    assert (one.argmax(axis=1) == other.argmax(axis=1)).all()
    return np.rint(np.abs(one - other) / step)


def test_there_is_enough_to_compare(glyphs: Glyphs, logits_here: Logits) -> None:
    """Scores of a hundred glyphs lie on a grid of int8 steps."""
    steps: npt.NDArray[np.float32] = np.diff(np.unique(logits_here))

    assert len(glyphs) > 100
    assert np.allclose(steps / steps.min(), np.rint(steps / steps.min()), atol=0.01)


def test_the_second_runtime_gives_the_same_logits(
    glyphs: Glyphs, logits_here: Logits, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without LiteRT, tflite_runtime is used in the same way."""
    module = ModuleType("tflite_runtime.interpreter")
    module.Interpreter = import_module(  # type: ignore[attr-defined]
        "ai_edge_litert.interpreter"
    ).Interpreter
    monkeypatch.setitem(sys.modules, "tflite_runtime", ModuleType("tflite_runtime"))
    monkeypatch.setitem(sys.modules, "tflite_runtime.interpreter", module)
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)

    assert not steps_apart(logits_here, load_scorer(MODEL, load_card(MODEL)).logits(glyphs)).any()


def test_tflite_runtime_gives_the_same_labels(
    glyphs: Glyphs, logits_here: Logits, tmp_path: Path
) -> None:
    """The real one, in its own Python: equal labels, nearly all outputs within one int8 step.

    It leaves a net whose batch may vary to the plain kernels, LiteRT gives it to XNNPACK, and
    rounding adds up from layer to layer; 2 of 1760 outputs were found two steps apart. Between
    the plain kernels of both there is no difference.
    """
    python = os.environ.get("CAMDIGITS_TFLITE_PYTHON")
    if not python:
        pytest.skip("CAMDIGITS_TFLITE_PYTHON names no Python with tflite-runtime")
    inputs, outputs = tmp_path / "glyphs.npy", tmp_path / "scores.npy"
    np.save(inputs, glyphs)

    done = subprocess.run(
        [python, "-c", PROGRAM, inputs, outputs],
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("tflite-runtime 2.")
    apart = steps_apart(logits_here, np.load(outputs))
    assert apart.max() <= 2
    assert (apart > 1).mean() < 0.005


def test_the_delegate_has_a_name() -> None:
    """LiteRT computes with XNNPACK wherever it has a wheel."""
    assert runtime_name().startswith("ai-edge-litert")
    assert delegate_name(MODEL) == "XNNPACK"
