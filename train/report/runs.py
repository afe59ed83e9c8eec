"""Find the run of `fit` that made a model: its training curves and its float net.

Only `compare` needs TensorFlow.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from camdigits.recognize.card import Card
from camdigits.values import Logits
from train.data.alphabets import none_of
from train.errors import DataError
from train.fit import run as trained
from train.metrics.measure import Reals
from train.report.predict import SetPredictions

Rows = tuple[dict[str, float], ...]


@dataclass(frozen=True, slots=True)
class History:
    """The epochs of one run."""

    name: str
    rows: Rows


@dataclass(frozen=True, slots=True)
class SetComparison:
    """Predictions of the float net and the int8 model on one set."""

    name: str
    count: int
    float_accuracy: float
    int8_accuracy: float
    agreement: float  # share of glyphs with the same label
    largest_gap: float  # largest difference between their logits


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """The float net compared with the int8 model."""

    pairs: tuple[SetComparison, ...]
    total: SetComparison
    shift: float  # added to the logit of "none" by the export; excluded from the differences
    logits: Reals  # (M,) of the float net, a sample
    gaps: Reals  # (M,) int8 minus float at the same places


def find_run(model: Path, card: Card, given: Path | None) -> Path | None:
    """Return the given run, or the model's own run if it exists.

    The model's own run is the one that the card's command names, or the one of the model's name,
    if its settings agree with the card.

    Raises:
        DataError: the given folder is not a run, or has other labels.
    """
    if given is None:
        places = [*_exported(card), Path("runs") / model.stem]
        return next((place for place in places if _is_of(place, card)), None)
    labels = trained.load_settings(given).labels
    if labels != card.labels:
        raise DataError(
            f"{given}: wanted the run of the model, with the labels {' '.join(card.labels)}, "
            f"got one with {' '.join(labels)}; name another --run"
        )
    return given


def _exported(card: Card) -> list[Path]:
    words = str(card.notes.get("command", "")).split()
    return [Path(word) for before, word in pairwise(words) if before == "export"]


def _is_of(run: Path, card: Card) -> bool:
    """Return whether a run has the card's labels and the settings that the card states."""
    if not (run / trained.CONFIG).is_file():
        return False
    settings = trained.load_settings(run)
    expected = {"labels": card.labels, **card.notes}
    return all(
        _listed(expected[name]) == _listed(getattr(settings, name))
        for name in ("labels", "net", "seed", "start", "averaged")
        if name in expected
    )


def _listed(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def histories(run: Path) -> tuple[History, ...]:
    """Return the epochs of a run and of the runs it started from or averages, in order.

    A run that averages others was not trained itself. Missing runs are left out.
    """
    found: dict[str, History] = {}
    _gather(run, found, frozenset())
    return tuple(history for history in found.values() if history.rows)


def compare(run: Path, predictions: Sequence[SetPredictions], card: Card) -> Comparison:
    """Compare the int8 model with the run's float net on the same glyphs.

    The export changes the prior of "none" by a constant; the median difference is removed.

    Raises:
        NetError: TensorFlow is missing.
        DataError: the weights do not fit the net.
    """
    net = trained.load_model(run)
    whole = [trained.scores_of(net, one.images) for one in predictions]
    none = none_of(card.labels)
    shift = 0.0
    if none is not None:
        gaps = [
            one.scores[:, none] - w[:, none] for one, w in zip(predictions, whole, strict=True)
        ]
        shift = float(np.median(np.concatenate(gaps)))
        for scores in whole:
            scores[:, none] += np.float32(shift)
    pairs = tuple(_pair(one, scores) for one, scores in zip(predictions, whole, strict=True))
    logits = np.concatenate(whole).astype(np.float64)
    gaps_all = np.concatenate([one.scores for one in predictions]).astype(np.float64) - logits
    chosen = np.linspace(0, logits.size - 1, min(logits.size, 6000)).astype(np.int64)
    return Comparison(
        pairs, _total(pairs), shift, logits.ravel()[chosen], gaps_all.ravel()[chosen]
    )


def _pair(predictions: SetPredictions, whole: Logits) -> SetComparison:
    best, other = predictions.scores.argmax(1), whole.argmax(1)
    return SetComparison(
        predictions.name,
        len(best),
        float((other == predictions.truth).mean()),
        float((best == predictions.truth).mean()),
        float((best == other).mean()),
        float(np.abs(predictions.scores - whole).max()),
    )


def _total(pairs: Sequence[SetComparison]) -> SetComparison:
    counts = [pair.count for pair in pairs]

    def mean(values: Sequence[float]) -> float:
        return float(np.average(values, weights=counts))

    return SetComparison(
        "all together",
        sum(counts),
        mean([pair.float_accuracy for pair in pairs]),
        mean([pair.int8_accuracy for pair in pairs]),
        mean([pair.agreement for pair in pairs]),
        max(pair.largest_gap for pair in pairs),
    )


def _gather(run: Path, found: dict[str, History], above: frozenset[str]) -> None:
    if str(run) in above or not (run / trained.CONFIG).is_file():
        return
    settings = trained.load_settings(run)
    began = [settings.start] if settings.start is not None else []
    for name in (*began, *settings.averaged):
        _gather(_beside(run, name), found, above | {str(run)})
    rows = () if settings.averaged else _rows(run)
    found.setdefault(str(run), History(run.name, rows))


def _beside(run: Path, name: str) -> Path:
    """Return a run by its path, or by its name next to `run` if its folder was moved."""
    return Path(name) if Path(name).is_dir() else run.parent / Path(name).name


def _rows(run: Path) -> Rows:
    try:
        return tuple({key: row[key] for key in _KEYS} for row in trained.load_history(run))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise DataError(
            f"{run / trained.HISTORY}: wanted the epochs of a run, got {error!r}; fit it again"
        ) from error


_KEYS = ("loss", "accuracy", "val_accuracy")
