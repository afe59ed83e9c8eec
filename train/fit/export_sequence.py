"""Convert a run of `fit-sequence` to a full-int8 .tflite model with its card.

    python -m train export-sequence runs/sequence runs/strips-dev.npz --out models/sequence.tflite

Weights and activations are int8, the input is uint8 (0 to 255, the strips themselves). Scales come
from strips of the training files. Temperature, threshold and accuracies are measured on strips of
writers that the net has not seen, on the int8 model through `camdigits.recognize.sequence_net`.
"""

import hashlib
import shlex
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from camdigits import __version__
from camdigits.recognize.card import Card
from camdigits.recognize.classify import probabilities
from camdigits.recognize.sequence import best_path, labels_probability
from camdigits.recognize.sequence_net import ReadStrip, load_sequence_net
from camdigits.recognize.strip import HEIGHT
from camdigits.values import NONE, GrayImage, Logits
from train.data.strips import WIDTHS, load_strips
from train.errors import DataError
from train.fit.export import _commit, _place
from train.fit.quantize import quantized
from train.fit.sequence import LABELS, SequenceSettings, sequence_net
from train.fit.sequence import load_sequence_net as load_net
from train.fit.steps import load_settings

SCALE_STRIPS = 1000  # strips that set the int8 scales (chosen)
TEMPERATURES = tuple(np.exp(np.linspace(-1, 1.2, 45)))  # tried
MIN_PRECISION = 0.97  # share of the accepted readings that are right at the threshold (chosen)


def export_sequence(
    run: Path, dev: Path, out: Path, report: Callable[[str], None] = print
) -> None:
    """Write `out` (.tflite) and its card beside it; both appear only when they are complete.

    Args:
        run: folder of `fit-sequence`.
        dev: strips of other writers.
        out: path of the model.
        report: receives the measurements.

    Raises:
        DataError: the run or the strips are missing, or `out` cannot be written.
    """
    if out.suffix != ".tflite":
        raise DataError(f"{out}: wanted a name that ends with .tflite")
    settings = load_settings(SequenceSettings, run)
    width, middle = sorted(load_strips(Path(settings.data[0])).items())[1]
    model, learned = fixed_width(load_net(run), settings, width), middle.images
    content = quantized(model, learned[:: -(-len(learned) // SCALE_STRIPS), ..., np.newaxis])
    strips, truth = _strips(dev)
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / out.name
        made.write_bytes(content)
        read = load_sequence_net(made, Card(settings.labels, 1.0, 0.0, ""), height=settings.height)
        found = evaluate_strips(read, strips, truth, settings.labels)
    sha256 = hashlib.sha256(content).hexdigest()
    fields = {
        "labels": list(settings.labels),
        "temperature": round(found.temperature, 3),
        "threshold": round(found.threshold, 3),
        "sha256": sha256,
        "bytes": len(content),
        "net": "sequence" if settings.height == HEIGHT else "lines",
        "parameters": int(model.count_params()),
        "accuracies": {name: round(share, 4) for name, share in found.accuracies.items()},
        "strips": list(settings.data),
        "steps": settings.steps,
        "seed": settings.seed,
        "start": settings.start,
        "command": shlex.join(["python", "-m", "train", *sys.argv[1:]]),
        "commit": _commit(),
        "version": __version__,
    }
    _place(out, content, fields)
    shares = "  ".join(f"{name} {share:.2%}" for name, share in found.accuracies.items())
    report(
        f"{out}: {len(content)} bytes, temperature {found.temperature:.3f}, "
        f"threshold {found.threshold:.3f}\n{shares}"
    )


@dataclass(frozen=True, slots=True)
class StripScore:
    """Calibration and accuracies of a sequence net."""

    temperature: float
    threshold: float
    accuracies: dict[str, float]


def evaluate_strips(
    read: ReadStrip,
    strips: Sequence[GrayImage],
    truth: Sequence[tuple[int, ...]],
    names: Sequence[str] = LABELS,
) -> StripScore:
    """Measure a net on labelled strips: all labels right, by number of digits."""
    logits = [read(strip) for strip in strips]
    temperature = min(TEMPERATURES, key=lambda t: _loss(logits, truth, float(t)))
    chances = [probabilities(each, float(temperature)) for each in logits]
    paths = [best_path(each) for each in chances]
    right = np.array([path.labels == labels for path, labels in zip(paths, truth, strict=True)])
    certainty = np.array(
        [labels_probability(each, path.labels) for each, path in zip(chances, paths, strict=True)]
    )
    none = np.array([names.index(NONE) in labels for labels in truth])
    called = np.array([names.index(NONE) in path.labels for path in paths])
    length = np.array([len(labels) for labels in truth])
    noun = "digits" if tuple(names) == LABELS else "characters"
    accuracies = {
        f"{count} {noun}": float(right[~none & (length == count)].mean())
        for count in range(1, 8)
        if (~none & (length == count)).any()
    }
    accuracies["joined"] = float(right[~none & (length > 1)].mean())
    if none.any():
        accuracies["non-digits rejected"] = float(called[none].mean())
        accuracies["digits called non-digits"] = float(called[~none].mean())
    order = np.argsort(-certainty)
    read_as_digits = ~called[order]
    precision = np.cumsum(right[order] & read_as_digits) / np.maximum(read_as_digits.cumsum(), 1)
    fine = np.flatnonzero(precision >= MIN_PRECISION)
    threshold = float(certainty[order][fine[-1]]) if len(fine) else 1.0
    return StripScore(float(temperature), threshold, accuracies)


def _loss(logits: Sequence[Logits], truth: Sequence[tuple[int, ...]], temperature: float) -> float:
    """Return the cross-entropy of "this reading is right" given its certainty."""
    chances = [probabilities(each, temperature) for each in logits[::4]]
    paths = [best_path(each) for each in chances]
    certainties = [
        labels_probability(each, path.labels) for each, path in zip(chances, paths, strict=True)
    ]
    certainty = np.clip(certainties, 1e-6, 1 - 1e-6)
    right = [path.labels == labels for path, labels in zip(paths, truth[::4], strict=True)]
    return float(-np.where(right, np.log(certainty), np.log1p(-certainty)).mean())


def fixed_width(model: Any, settings: SequenceSettings, width: int = WIDTHS[1]) -> Any:
    """Return the same net for strips of one width; the runtime can change the width."""
    fixed = sequence_net(settings, width)
    fixed.set_weights(model.get_weights())
    return fixed


def _strips(path: Path) -> tuple[list[GrayImage], list[tuple[int, ...]]]:
    strips: list[GrayImage] = []
    truth: list[tuple[int, ...]] = []
    for part in load_strips(path).values():
        strips += [image[:, :width] for image, width in zip(part.images, part.widths, strict=True)]
        truth += [tuple(int(label) for label in row if label >= 0) for row in part.labels]
    return strips, truth
