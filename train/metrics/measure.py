"""Compute accuracy, calibration, thresholds and rejection from arrays of scores."""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from camdigits.recognize.classify import probabilities
from camdigits.values import Glyphs, Logits
from train.data.alphabets import Labels

Reals = npt.NDArray[np.float64]
LogitScorer: TypeAlias = Callable[[Glyphs], Logits]  # (N, 28, 28) uint8 to (N, labels)
BINS = 15  # of equal width, as in Guo et al., ICML 2017


def accuracy(scores: Logits, labels: Labels) -> float:
    """Return the share of rows whose best label is right; "none" for a digit is wrong."""
    return float((scores.argmax(1) == labels).mean())


def accuracy_of_labels(scores: Logits, labels: Labels, none: int | None) -> float:
    """Return the accuracy of the best label, ignoring the reject class `none`."""
    named = scores if none is None else scores.copy()
    if none is not None:
        named[:, none] = -np.inf
    return accuracy(named, labels)


def loss(scores: Logits, labels: Labels, temperature: float = 1.0) -> float:
    """Return the mean negative log likelihood of (N, L) logits divided by the temperature."""
    chances = probabilities(scores, temperature)[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(chances, 1e-12)).mean())


def best_temperature(scores: Logits, labels: Labels) -> float:
    """Return the temperature of minimum loss, to 1 %, 0.2 to 5 (Guo et al., ICML 2017)."""
    tries = np.geomspace(0.2, 5.0, 324)
    return float(min(tries, key=lambda t: loss(scores, labels, float(t))))


def calibration_error(scores: Logits, labels: Labels, temperature: float) -> float:
    """Return the expected calibration error: mean gap between confidence and accuracy."""
    chances = probabilities(scores, temperature)
    sure = chances.max(1)
    right = chances.argmax(1) == labels
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    gaps = [abs(sure[bins == b].sum() - right[bins == b].sum()) for b in range(BINS)]
    return float(sum(gaps) / len(labels))


def best_threshold(
    scores: Logits, labels: Labels, temperature: float, none: int | None, wanted: float = 0.99
) -> float:
    """Return the lowest threshold at which a share `wanted` of the reported labels is right.

    A glyph is reported when its best label is not that of index `none`. Reporting a non-label is
    wrong. 1.0 if no threshold reaches `wanted`.
    """
    chances = probabilities(scores, temperature)
    best, sure = chances.argmax(1), chances.max(1)
    reported = labelled(best, none)
    order = np.argsort(-sure[reported], kind="stable")
    right = (best == labels)[reported][order]
    sure = sure[reported][order]
    share = np.cumsum(right) / np.arange(1, right.size + 1)
    ends = np.append(sure[1:] < sure[:-1], True)[: right.size]  # equal scores pass together
    enough = np.flatnonzero((share >= wanted) & ends)
    return float(sure[enough[-1]]) if enough.size else 1.0


def digit_score(scores: Logits, temperature: float, none: int | None) -> Reals:
    """Return the probability of the best label, ignoring the reject class, (N,)."""
    chances = probabilities(scores, temperature)
    named = chances if none is None else np.delete(chances, none, axis=1)
    return np.asarray(named.max(1), np.float64)


def labelled(labels: npt.NDArray[Any], none: int | None) -> npt.NDArray[np.bool_]:
    """Return (N,) bool: True where the index is not that of "none"."""
    return np.asarray(np.ones_like(labels) if none is None else labels != none, np.bool_)


def auroc(digits: Reals, others: Reals) -> float:
    """Return the probability that a digit scores above a non-digit; ties count half.

    >>> auroc(np.array([0.9, 0.5]), np.array([0.5, 0.1]))
    0.875
    """
    both = np.concatenate([digits, others])
    _, where, counts = np.unique(both, return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - (counts - 1) / 2
    above = ranks[where[: len(digits)]].sum() - len(digits) * (len(digits) + 1) / 2
    return float(above / (len(digits) * len(others)))


def false_accepts(digits: Reals, others: Reals, kept: float = 0.95) -> float:
    """Return the share of others accepted where a share `kept` of the digits is (FPR at 95 %)."""
    threshold = np.quantile(digits, 1 - kept, method="lower")
    return float((others >= threshold).mean())
