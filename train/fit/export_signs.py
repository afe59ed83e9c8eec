"""Convert a run of `fit-signs` to a full-int8 .tflite model with its card.

    python -m train export-signs runs/signs runs/signs-dev.npz --out models/signs.tflite

Temperature and accuracies are measured on windows of writers that the net has not seen, on the
int8 model through `camdigits.recognize.sign_net`.
"""

import hashlib
import shlex
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from camdigits import __version__
from camdigits.recognize.card import Card
from camdigits.recognize.classify import probabilities
from camdigits.recognize.sign_net import ScoreWindows, load_sign_net
from camdigits.recognize.signs import DEFAULT
from camdigits.values import NONE, Logits
from train.data.windows import WindowSet, load_windows
from train.fit.export import _commit, _place
from train.fit.quantize import quantized
from train.fit.signs import SignSettings
from train.fit.signs import load_sign_net as load_net
from train.fit.steps import load_settings
from train.simulate.sign_pages import DIGIT, LABELS

SCALE_WINDOWS = 1000  # windows that set the int8 scales (chosen)
TEMPERATURES = tuple(np.exp(np.linspace(-1, 1, 41)))  # tried


def export_signs(run: Path, dev: Path, out: Path, report: Callable[[str], None] = print) -> None:
    """Write `out` (.tflite) and its card beside it; both appear only when they are complete.

    Args:
        run: folder of `fit-signs`.
        dev: windows of other writers.
        out: path of the model.
        report: receives the measurements.

    Raises:
        DataError: the run or the windows are missing, or `out` cannot be written.
    """
    settings = load_settings(SignSettings, run)
    model = load_net(run)
    learned = load_windows(Path(settings.data[0])).windows
    content = quantized(model, learned[:: -(-len(learned) // SCALE_WINDOWS)])
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "signs.tflite"
        made.write_bytes(content)
        found = evaluate_windows(load_sign_net(made, Card(LABELS, 1, 0, "")), load_windows(dev))
    fields = {
        "labels": list(LABELS),
        "temperature": round(found.temperature, 3),
        "threshold": DEFAULT.min_score,
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "net": "signs",
        "parameters": int(model.count_params()),
        "accuracies": {name: round(share, 4) for name, share in found.accuracies.items()},
        "windows": list(settings.data),
        "steps": settings.steps,
        "seed": settings.seed,
        "start": settings.start,
        "command": shlex.join(["python", "-m", "train", *sys.argv[1:]]),
        "commit": _commit(),
        "version": __version__,
    }
    _place(out, content, fields)
    shares = "  ".join(f"{name} {share:.2%}" for name, share in found.accuracies.items())
    report(f"{out}: {len(content)} bytes, temperature {found.temperature:.3f}\n{shares}")


@dataclass(frozen=True, slots=True)
class WindowScore:
    """Calibration and accuracies of a sign net."""

    temperature: float
    accuracies: dict[str, float]


def evaluate_windows(read: ScoreWindows, data: WindowSet) -> WindowScore:
    """Measure a net on labelled windows: each sign's share found at the threshold."""
    logits, labels = read(data.windows), data.labels.astype(np.int64)
    temperature = min(TEMPERATURES, key=lambda t: _loss(logits, labels, float(t)))
    chances = probabilities(logits, float(temperature))
    best, score = chances.argmax(axis=1), chances.max(axis=1)
    others = np.isin(best, [LABELS.index(DIGIT), LABELS.index(NONE)])
    is_sign = ~others & (score >= DEFAULT.min_score)
    accuracies = {"all": float((best == labels).mean())}
    for index, label in enumerate(LABELS):
        own = labels == index
        if not own.any():
            continue
        if label in (DIGIT, NONE):
            accuracies[f"{label} called a sign"] = float(is_sign[own].mean())
        else:
            accuracies[label] = float((is_sign & (best == index))[own].mean())
    return WindowScore(float(temperature), accuracies)


def _loss(logits: Logits, labels: npt.NDArray[np.int64], temperature: float) -> float:
    chances = probabilities(logits, temperature)
    return float(-np.log(chances[np.arange(len(labels)), labels] + 1e-9).mean())
