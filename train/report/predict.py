"""Run a model on unseen sets and derive the figures of the report.

Labels are the card's; accuracies and false accepts are those of `train.metrics.evaluate`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from camdigits.recognize.card import Card
from camdigits.recognize.classify import probabilities
from camdigits.values import Glyphs, GrayImage, Logits
from train.data.alphabets import Alphabet, alphabet_of, none_of
from train.data.sets import Glyphset
from train.errors import DataError
from train.metrics import measure
from train.metrics.evaluate import DigitRow, RejectRow, digit_row, load_unseen, only, reject_rows
from train.metrics.measure import LogitScorer, Reals

Indexes = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class SetPredictions:
    """A set of glyphs with the model's predictions."""

    name: str
    images: Glyphs
    truth: Indexes  # (N,) indexes into the card's labels
    scores: Logits  # (N, L) logits
    labelled: bool  # True for glyphs that have a label, False for non-labels to be rejected


@dataclass(frozen=True, slots=True, eq=False)
class Mistake:
    """One misclassified glyph."""

    image: GrayImage
    truth: str
    predicted: str
    score: float  # probability of the predicted label


@dataclass(frozen=True, slots=True, eq=False)
class Bins:
    """Confidence and accuracy in bins of equal width."""

    counts: Indexes
    confidence: Reals  # mean probability of each bin; NaN if it is empty
    accuracy: Reals  # share of each bin that is right; NaN if it is empty


@dataclass(frozen=True, slots=True, eq=False)
class RocCurve:
    """ROC curve: false accepts of one kind of non-label against kept glyphs, over thresholds."""

    name: str
    kept: Reals
    accepted: Reals
    at_threshold: tuple[float, float]  # kept, accepted at the card's threshold


def load_sets(card: Card, limit: int | None = None) -> tuple[Glyphset, ...]:
    """Load the parts of the alphabet's sets that the model has not seen.

    Labelled glyphs and other glyphs are separate sets. Empty if the labels have no alphabet.

    Raises:
        DataError: a data set is missing.
    """
    alphabet = _alphabet(card)
    if alphabet is None:
        return ()
    trained = frozenset(str(name).split("/")[0] for name in card.notes.get("data", ()))
    found = []
    for name in alphabet.sets:
        part = load_unseen(name, trained, limit, alphabet)
        labelled, others = (only(part, alphabet, labelled=which) for which in (True, False))
        if len(labelled.labels) and len(others.labels):
            others = replace(others, name=f"{others.name}, others")
        found += [one for one in (labelled, others) if len(one.labels)]
    return tuple(found)


def predict_set(part: Glyphset, scorer: LogitScorer, card: Card) -> SetPredictions:
    """Run a scorer on a set whose labels are indexes into the card's."""
    truth = part.labels.astype(np.int64)
    labelled = bool(measure.labelled(truth, none_of(card.labels)).any())
    return SetPredictions(part.name, part.images, truth, scorer(part.images), labelled)


def read_row(predictions: SetPredictions, card: Card) -> DigitRow:
    """Return the figures of a labelled set, as `train.metrics.evaluate` measures them."""
    return digit_row(_glyphs(predictions), lambda _: predictions.scores, card)


def reject_rows_of(predictions: Sequence[SetPredictions], card: Card) -> tuple[RejectRow, ...]:
    """Return the figures of each kind of non-label, as `train.metrics.evaluate` measures them."""
    scores = {id(one.images): one.scores for one in predictions}  # computed once, not per row
    others = [_glyphs(one) for one in predictions if not one.labelled]
    known = [_glyphs(one) for one in reference_sets(predictions, card)]
    return reject_rows(others, known, lambda images: scores[id(images)], card)


def reference_sets(predictions: Sequence[SetPredictions], card: Card) -> list[SetPredictions]:
    """Return the sets that non-labels are compared with: the alphabet's typical ones, or all."""
    alphabet = _alphabet(card)
    wanted = [one for one in predictions if one.labelled]
    names = alphabet.typical if alphabet else ()
    return [one for one in wanted if one.name.split("/")[0] in names] or wanted


def label_score(scores: Logits, card: Card) -> Reals:
    """Return the probability of the best label, ignoring the reject class, (N,)."""
    return measure.digit_score(scores, card.temperature, none_of(card.labels))


def roc_curve(
    predictions: SetPredictions, reference: Reals, card: Card, points: int = 1000
) -> RocCurve:
    """Return the share of non-labels accepted where a threshold keeps a share of the labelled.

    Args:
        predictions: of the non-labels.
        reference: label_score of the labelled glyphs.
        card: the model's card.
        points: number of thresholds.
    """
    strange = np.sort(label_score(predictions.scores, card))
    thresholds = np.unique(np.quantile(reference, np.linspace(0, 1, points), method="lower"))
    ordered = np.sort(reference)
    kept, accepted = (
        1 - np.searchsorted(values, np.append(thresholds, card.threshold)) / len(values)
        for values in (ordered, strange)
    )
    return RocCurve(
        predictions.name, kept[:-1], accepted[:-1], (float(kept[-1]), float(accepted[-1]))
    )


def confusion(predictions: Sequence[SetPredictions], labels: int) -> Indexes:
    """Return (L, L) counts: one row per true label, one column per predicted label."""
    counts = np.zeros((labels, labels), np.int64)
    for one in predictions:
        np.add.at(counts, (one.truth, one.scores.argmax(1)), 1)
    return counts


def mistakes(
    predictions: SetPredictions, card: Card, limit: int
) -> tuple[int, tuple[Mistake, ...]]:
    """Return the number of misclassified glyphs and the `limit` most confident of them."""
    chances = probabilities(predictions.scores, card.temperature)
    best, sure = chances.argmax(1), chances.max(1)
    wrong = np.flatnonzero(best != predictions.truth)
    order = wrong[np.argsort(-sure[wrong], kind="stable")][:limit]
    names = card.labels
    found = (
        Mistake(predictions.images[i], names[predictions.truth[i]], names[best[i]], float(sure[i]))
        for i in order
    )
    return len(wrong), tuple(found)


def page_mixture(predictions: Sequence[SetPredictions], card: Card) -> tuple[Logits, Indexes]:
    """Return all glyphs, "none" thinned evenly to its prior on pages if the card states it.

    Returns:
        (N, L) logits and (N,) labels.
    """
    scores = np.concatenate([one.scores for one in predictions])
    truth = np.concatenate([one.truth for one in predictions])
    labelled = measure.labelled(truth, none_of(card.labels))
    none, read = np.flatnonzero(~labelled), np.flatnonzero(labelled)
    share = float(card.notes.get("prior_none", 0) or 0)
    wanted = round(len(read) * share / (1 - share)) if 0 < share < 1 else len(none)
    if wanted < len(none):
        none = none[np.linspace(0, len(none) - 1, wanted).round().astype(np.int64)]
    chosen = np.sort(np.concatenate([read, none]))
    return scores[chosen], truth[chosen]


def reliability(scores: Logits, truth: Indexes, temperature: float) -> Bins:
    """Sort predictions into the bins of `measure.calibration_error`."""
    chances = probabilities(scores, temperature)
    sure, right = chances.max(1), chances.argmax(1) == truth
    bins = np.minimum((sure * measure.BINS).astype(int), measure.BINS - 1)
    counts = np.bincount(bins, minlength=measure.BINS)
    filled = np.where(counts, counts, np.nan)
    sums = [np.bincount(bins, values, measure.BINS) / filled for values in (sure, right)]
    return Bins(counts.astype(np.int64), sums[0], sums[1])


def _alphabet(card: Card) -> Alphabet | None:
    try:
        return alphabet_of(card.labels)
    except DataError:  # labels of another project
        return None


def _glyphs(predictions: SetPredictions) -> Glyphset:
    return Glyphset(predictions.name, predictions.images, predictions.truth.astype(np.uint8))
