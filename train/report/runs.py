"""The run of `fit` that a model came from: its training curves, and its net before int8.

Needs TensorFlow only for `compare`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from camdigits.recognize.card import Card
from camdigits.values import Scores
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
    """How the float net and the int8 model answer on one set."""

    name: str
    count: int
    float_accuracy: float  # accuracy of the float net
    int8_accuracy: float
    agreement: float  # share with the same answer
    largest_gap: float  # of the differences between their logits


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """The float net against the int8 model."""

    pairs: tuple[SetComparison, ...]
    total: SetComparison
    shift: float  # what the export added to the logit of "none", left out of the differences
    logits: Reals  # (M,) of the float net, a sample
    gaps: Reals  # (M,) int8 minus float at the same places


def find_run(model: Path, card: Card, given: Path | None) -> Path | None:
    """The run that was given, or else the model's own, if it is there.

    That is the one which the card's command names, or one of the model's name, if it was trained
    as the card says.

    Raises:
        DataError: what was given is no run, or one with other labels.
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
    """Whether a run has the card's labels, and else what the card tells of it."""
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
    """The epochs of a run and of those that it began from or averages, in their order.

    A run that averages others was not trained itself. Those no longer there are left out.
    """
    found: dict[str, History] = {}
    _gather(run, found, frozenset())
    return tuple(history for history in found.values() if history.rows)


def compare(run: Path, predictions: Sequence[SetPredictions], card: Card) -> Comparison:
    """Put the same glyphs to the run's float net.

    The export gives "none" another prior by a constant; it is taken out, as the median of the
    differences.

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


def _pair(predictions: SetPredictions, whole: Scores) -> SetComparison:
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
    """A run by its path, or by its name where its folder has moved."""
    return Path(name) if Path(name).is_dir() else run.parent / Path(name).name


def _rows(run: Path) -> Rows:
    try:
        return tuple({key: row[key] for key in _KEYS} for row in trained.load_history(run))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise DataError(
            f"{run / trained.HISTORY}: wanted the epochs of a run, got {error!r}; fit it again"
        ) from error


_KEYS = ("loss", "accuracy", "val_accuracy")
