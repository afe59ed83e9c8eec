"""Convert a run to a full-int8 .tflite model with its card.

    python -m train export runs/digits --out models/digits.tflite

Weights and activations are int8, the input is uint8 (0 to 255, the glyphs themselves); the outputs
are int8, "logits" and "embedding" (the input of the last layer), by these names in the model's
signature. Scales come from validation glyphs. Temperature, threshold and accuracies are measured
on the int8 model through `camdigits.recognize.tflite`, as the product runs it. Takes half a
minute.
"""

import hashlib
import json
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from camdigits import __version__
from camdigits.recognize.card import Card, card_path
from camdigits.recognize.context_net import NONE_PRIOR
from camdigits.recognize.tflite import load_scorer
from camdigits.values import Glyphs, Logits
from train.data import sets
from train.data.alphabets import Alphabet, alphabet_named, none_of
from train.data.sets import Glyphset
from train.errors import DataError
from train.fit.equalize import equalize
from train.fit.nets import load_tensorflow
from train.fit.pool import Pool, join, load_pool, none_share, split_crops
from train.fit.quantize import converted, quantized
from train.fit.run import load_model, load_settings, scores_of, to_input
from train.fit.settings import Settings
from train.metrics import measure
from train.metrics.evaluate import load_unseen, rows_of
from train.metrics.measure import LogitScorer

SCALE_GLYPHS = 2000  # glyphs that set the int8 scales; more change no scale by more than 1 %
# Share of the regions on a page that are non-labels, as the reader assumes. Training has four
# times as many, so that the net sees all kinds; the prior is corrected at export.
PRIOR_NONE = NONE_PRIOR
PRIOR_STEPS = tuple(step / 20 for step in range(-40, 41))  # tried changes of the logit of "none"
MIN_PRECISION = 0.99  # share of reported digits that are right at the threshold (chosen)


def export(
    run: Path, out: Path, pool: Pool | None = None, report: Callable[[str], None] = print
) -> None:
    """Write `out` (.tflite) and its card beside it; both appear only when they are complete.

    Args:
        run: folder of `fit`.
        out: path of the model.
        pool: the glyphs of the run; None loads those of its settings.
        report: receives the measurements.

    Raises:
        DataError: the run or a data set is missing, or `out` cannot be written.
    """
    if out.suffix != ".tflite":
        raise DataError(f"{out}: wanted a name that ends with .tflite")
    settings = load_settings(run)
    model = load_model(run)
    pool = pool or load_pool(settings)
    set_prior(model, settings.labels, none_share(pool, settings.labels))
    if settings.start or settings.averaged:
        fit_prior(model, settings.labels, pool.val)
    glyphs = sample(pool.val)
    equalize(model, to_input(glyphs))
    content = quantize(model, glyphs)
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / out.name
        made.write_bytes(content)
        scorer = load_scorer(made, _blank_card(settings.labels)).logits
        fields = _card(settings, pool, content, scorer, model)
    _place(out, content, fields)
    report(summary(out, fields))


def set_prior(model: Any, labels: tuple[str, ...], share: float) -> None:
    """Lower the logit of "none" from the training prior to its prior on pages, in place.

    Adds the difference of the log odds: Saerens, Latinne and Decaestecker, "Adjusting the outputs
    of a classifier to new a priori probabilities", 2002.
    """
    none = none_of(labels)
    if none is None or not 0 < share < 1:
        return
    _raise(model, none, np.log(PRIOR_NONE / (1 - PRIOR_NONE)) - np.log(share / (1 - share)))


def fit_prior(model: Any, labels: tuple[str, ...], val: Glyphset) -> float:
    """Shift the logit of "none" to maximise the likelihood of validation glyphs as on pages.

    Needed only for a net trained on several mixtures in turn, which has no single training prior:
    the validation writers are known to the net, so the shift is slightly too large for others.
    Alexandari, Kundaje and Shrikumar, "Maximum likelihood with bias-corrected calibration", 2020.

    Returns:
        The shift, in natural log odds.
    """
    none = none_of(labels)
    if none is None:
        return 0.0
    pages = page_mixture(val, PRIOR_NONE, none)
    scores = scores_of(model, pages.images)
    temperature = measure.best_temperature(scores, pages.labels)

    def loss(step: float) -> float:
        return measure.loss(
            scores + step * np.eye(len(labels), dtype=np.float32)[none], pages.labels, temperature
        )

    step = min(PRIOR_STEPS, key=loss)
    _raise(model, none, step)
    return step


def _raise(model: Any, label: int, step: float) -> None:
    """Add to the logit of a label, in place."""
    layer = model.get_layer("logits")
    weights, bias = layer.get_weights()
    bias[label] += step
    layer.set_weights([weights, bias])


def page_mixture(glyphs: Glyphset, share: float, none: int | None) -> Glyphset:
    """Thin the non-labels evenly to this share."""
    named = measure.labelled(glyphs.labels, none)
    others = np.flatnonzero(~named)
    wanted = round(int(named.sum()) * share / (1 - share))
    if wanted == 0 or len(others) <= wanted:
        return glyphs
    kept = others[np.linspace(0, len(others) - 1, wanted).round().astype(np.int64)]
    chosen = np.sort(np.concatenate([np.flatnonzero(named), kept]))
    return Glyphset(glyphs.name, glyphs.images[chosen], glyphs.labels[chosen])


def quantize(model: Any, glyphs: Glyphs) -> bytes:
    """Convert a Keras model to a full-int8 TFLite model.

    Args:
        model: (N, 28, 28, 1) float, 0 to 1, to (N, labels) logits.
        glyphs: (M, 28, 28) uint8 that set the activation scales.
    """
    return quantized(with_embedding(model), glyphs[..., np.newaxis])


def float32(model: Any) -> bytes:
    """Convert a Keras model to a float TFLite model with the same uint8 input."""
    load_tensorflow()
    import keras

    glyphs = keras.Input(model.input_shape[1:], dtype="uint8", name="glyphs")
    pixels = keras.layers.Rescaling(1 / 255)(glyphs)
    return converted(with_embedding(keras.Model(glyphs, model(pixels))), lambda _: None)


def with_embedding(model: Any) -> Any:
    """Return the same net with named outputs, "embedding" only if it has such a layer."""
    import keras

    outputs = {"logits": model.output}
    if embedding_size(model) is not None:
        outputs["embedding"] = model.get_layer("embedding").output
    return keras.Model(model.input, outputs)


def embedding_size(model: Any) -> int | None:
    """Return the size of the layer named "embedding", or None if there is none."""
    sizes = [layer.output.shape[-1] for layer in model.layers if layer.name == "embedding"]
    return int(sizes[0]) if sizes else None


def sample(val: Glyphset) -> Glyphs:
    """Take SCALE_GLYPHS glyphs, evenly over all sets and crops."""
    return val.images[:: -(-len(val.images) // SCALE_GLYPHS)]


def summary(out: Path, fields: Mapping[str, Any]) -> str:
    """Summarise the export in a few lines."""
    accuracies = "  ".join(f"{name} {share:.2%}" for name, share in fields["accuracies"].items())
    return (
        f"{out}: {fields['bytes']} bytes, {fields['parameters']} parameters\n"
        f"float - int8: {fields['float_minus_int8']:+.3%} (validation)\n"
        f"temperature {fields['temperature']}, threshold {fields['threshold']}, "
        f"calibration error {fields['calibration_error']:.4f}\n"
        f"{accuracies}"
    )


def _card(
    settings: Settings, pool: Pool, content: bytes, scorer: LogitScorer, model: Any
) -> dict[str, Any]:
    """Return the fields of the card; test sets are measured for the record only."""
    alphabet = _alphabet(settings)
    val = page_mixture(pool.val, PRIOR_NONE, alphabet.none)
    scores = scorer(val.images)
    temperature = round(measure.best_temperature(scores, val.labels), 3)
    threshold = _ceil(
        measure.best_threshold(scores, val.labels, temperature, alphabet.none, MIN_PRECISION)
    )
    sha256 = hashlib.sha256(content).hexdigest()
    card = Card(settings.labels, temperature, threshold, sha256)
    labelled, rejected = rows_of(_unseen(settings, alphabet), alphabet, scorer, card)
    return {
        "labels": list(settings.labels),
        "temperature": temperature,
        "threshold": threshold,
        "sha256": sha256,
        "bytes": len(content),
        "embedding": embedding_size(model),
        "alphabet": settings.alphabet,
        "net": settings.net,
        "parameters": int(model.count_params()),
        "calibration_error": measure.calibration_error(scores, val.labels, temperature),
        "crops_calibration_error": _crops_error(settings, alphabet, scorer, temperature),
        "float_minus_int8": _float_loss(model, val, scores),
        "accuracies": {"val": measure.accuracy(scores, val.labels)}
        | {row.name: row.accuracy for row in labelled},
        "accuracies_but_for_none": {row.name: row.named for row in labelled},
        "rejects": {
            row.name: {"auroc": row.auroc, "false_accepts_at_95": row.false_accepts_at_95}
            for row in rejected
        },
        "data": {part.name: len(part.labels) for part, _ in pool.parts},
        "epochs": settings.epochs if settings.steps is None else None,
        "steps": settings.steps,
        "seed": settings.seed,
        "start": settings.start,
        "averaged": list(settings.averaged),
        "teachers": list(settings.teachers),
        "doubt": settings.doubt,
        "prior_none": None if alphabet.none is None else PRIOR_NONE,
        "command": shlex.join(["python", "-m", "train", *sys.argv[1:]]),
        "commit": _commit(),
        "version": __version__,
    }


def _alphabet(settings: Settings) -> Alphabet:
    return alphabet_named(settings.alphabet).labelled(settings.labels)


def _unseen(settings: Settings, alphabet: Alphabet) -> list[Glyphset]:
    """Load the held-out parts of a run's sets, and sets that no run learns from."""
    more = alphabet.unseen if len(settings.sets) > 1 else ()
    trained = frozenset(settings.sets)
    return [load_unseen(name, trained, alphabet=alphabet) for name in (*settings.sets, *more)]


def _crops_error(
    settings: Settings, alphabet: Alphabet, scorer: LogitScorer, temperature: float
) -> float | None:
    """Return the expected calibration error on held-out camera crops, mixed as on pages."""
    if not settings.crops:
        return None
    held_out = join([split_crops(sets.load_crops(Path(path)))[1] for path in settings.crops])
    crops = page_mixture(held_out, PRIOR_NONE, alphabet.none)
    return measure.calibration_error(scorer(crops.images), crops.labels, temperature)


def _float_loss(model: Any, val: Glyphset, scores: Logits) -> float:
    """Return the accuracy of the float net minus that of the int8 model."""
    whole = scores_of(model, val.images)
    return measure.accuracy(whole, val.labels) - measure.accuracy(scores, val.labels)


def _ceil(threshold: float) -> float:
    """Round up to 0.001: rounding down would accept the glyph below the threshold."""
    return min(float(np.ceil(threshold * 1000) / 1000), 1.0)


def _blank_card(labels: tuple[str, ...]) -> Card:
    return Card(labels, temperature=1.0, threshold=0.0, sha256="")


def _commit() -> str:
    try:
        done = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()


def _place(out: Path, content: bytes, fields: dict[str, Any]) -> None:
    """Write both files under temporary names, then rename them: the pair stays consistent."""
    text = json.dumps(fields, indent=2, ensure_ascii=False) + "\n"
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        for path, body in ((out, content), (card_path(out), text.encode())):
            unfinished = path.with_name(path.name + ".part")
            unfinished.write_bytes(body)
            os.replace(unfinished, path)
    except OSError as error:
        raise DataError(
            f"{out}: cannot be written: {error.strerror}; name another --out"
        ) from error
