"""Predict the label of each glyph, with a calibrated probability and a reject class.

The model is a plain function (`camdigits.values.Scorer`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from camdigits.errors import ModelError
from camdigits.recognize.glyph import glyphs_of
from camdigits.values import (
    Candidates,
    Digit,
    Flags,
    Floats,
    Glyphs,
    Logits,
    Predictions,
    Region,
    Scored,
    Scorer,
)


@dataclass(frozen=True, slots=True)
class OutputSpec:
    """What the columns of a scorer mean: the part of a model's card that prediction needs."""

    labels: tuple[str, ...]
    temperature: float = 1.0  # logits are divided by it, so that scores are probabilities
    threshold: float = 0.5  # digits with a lower probability are not reported


@dataclass(frozen=True, slots=True)
class Classifier:
    """A scorer with the meaning of its outputs."""

    scorer: Scorer
    spec: OutputSpec

    def glyphs(self, glyphs: Glyphs) -> Predictions:
        """Predict (N, 28, 28) uint8 glyphs."""
        return predict(glyphs, self.scorer, self.spec)

    def regions(self, regions: Sequence[Region]) -> Candidates:
        """Normalise regions to glyphs and predict these."""
        return Candidates(tuple(regions), self.glyphs(glyphs_of(regions)))


Classify = Callable[[Sequence[Region]], Candidates]


def probabilities(logits: Logits, temperature: float = 1.0) -> Floats:
    """Return the softmax of (N, L) logits divided by the temperature.

    Temperature scaling calibrates the probabilities (Guo et al., "On calibration of modern neural
    networks", ICML 2017).

    >>> probabilities(np.float32([[0, 0], [1000, 0]])).round(2).tolist()
    [[0.5, 0.5], [1.0, 0.0]]
    """
    scaled = np.asarray(logits, np.float64) / temperature
    # Subtract the maximum, so that no exponent overflows.
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float64)


def score(glyphs: Glyphs, scorer: Scorer) -> Scored:
    """Call a scorer that may return plain logits."""
    output = scorer(glyphs)
    return output if isinstance(output, Scored) else Scored(output)


def predict(glyphs: Glyphs, scorer: Scorer, spec: OutputSpec) -> Predictions:
    """Predict (N, 28, 28) uint8 glyphs; the scorer is not called for N = 0.

    Raises:
        ModelError: the scorer does not return one row per glyph with one number per label.
    """
    wanted = len(glyphs), len(spec.labels)
    if not len(glyphs):
        return Predictions(np.zeros(wanted), spec.labels)
    scored = score(glyphs, scorer)
    logits = np.asarray(scored.logits, np.float32)
    if logits.shape != wanted:
        raise ModelError(
            f"scorer: wanted a {wanted} array, one score per glyph and label, got {logits.shape}"
        )
    return Predictions(probabilities(logits, spec.temperature), spec.labels, scored.embeddings)


def digits_of(candidates: Candidates, accepted: Flags) -> tuple[Digit, ...]:
    """Return the accepted candidates, (N,) bool, as digits, in their order."""
    rows = np.flatnonzero(accepted).tolist()
    labels, scores = candidates.labels, candidates.scores
    return tuple(
        Digit(candidates.regions[row].box, labels[row], float(scores[row])) for row in rows
    )
