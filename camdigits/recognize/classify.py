"""Say which digit each glyph is, how sure that is, and which glyphs are no digit at all.

The model is a plain function (a `Scorer`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from camdigits.errors import ModelError
from camdigits.values import Digit, Glyphs, Region, Scorer, Scores

NONE = "none"  # the label of whatever is not one of the others


@dataclass(frozen=True, slots=True)
class OutputSpec:
    """What the model's numbers mean: the part of a card that classifying needs."""

    labels: tuple[str, ...]
    temperature: float = 1.0  # logits are divided by it, so that scores are probabilities
    threshold: float = 0.5  # a less sure digit is not reported


@dataclass(frozen=True, slots=True, eq=False)
class Opinions:
    """The best label of each glyph with its probability, before anything is refused."""

    labels: tuple[str, ...]
    scores: npt.NDArray[np.float64]  # (N,)
    chances: npt.NDArray[np.float64] | None = None  # (N, L) of all labels
    names: tuple[str, ...] = ()  # the L labels

    def digits(self, least: float) -> npt.NDArray[np.bool_]:
        """(N,) bool: glyphs that are a digit with at least this probability."""
        named = np.array([label != NONE for label in self.labels], np.bool_)
        return np.asarray(named & (self.scores >= least), np.bool_)

    @property
    def none(self) -> npt.NDArray[np.float64]:
        """(N,) how probably each glyph is no digit."""
        if self.chances is None or NONE not in self.names:
            return np.zeros(len(self.labels))
        return np.asarray(self.chances[:, self.names.index(NONE)], np.float64)

    def weighed(self, odds: npt.NDArray[np.float64] | float) -> "Opinions":
        """Multiply the odds of "none" of each glyph, or of all."""
        if self.chances is None or NONE not in self.names:
            return self
        chances = self.chances.copy()
        chances[:, self.names.index(NONE)] *= odds
        return _best(chances / chances.sum(axis=1, keepdims=True), self.names)


def _best(chances: npt.NDArray[np.float64], names: tuple[str, ...]) -> Opinions:
    best = chances.argmax(axis=1)
    labels = tuple(names[index] for index in best)
    return Opinions(labels, chances[np.arange(len(best)), best], chances, names)


Ask = Callable[[Glyphs], Opinions]


def probabilities(logits: Scores, temperature: float = 1.0) -> npt.NDArray[np.float64]:
    """Softmax of (N, L) logits divided by the temperature (Guo et al., ICML 2017).

    >>> probabilities(np.float32([[0, 0], [1000, 0]])).round(2).tolist()
    [[0.5, 0.5], [1.0, 0.0]]
    """
    scaled = np.asarray(logits, np.float64) / temperature
    # The largest exponent is 0, so that none overflows.
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float64)


def opinions(glyphs: Glyphs, score: Scorer, output_spec: OutputSpec) -> Opinions:
    """Ask the model about every glyph.

    Raises:
        ModelError: the scorer's answer is not one row of numbers per glyph, one number per label.
    """
    if not len(glyphs):
        return Opinions((), np.zeros(0))
    logits = np.asarray(score(glyphs), np.float32)
    wanted = len(glyphs), len(output_spec.labels)
    if logits.shape != wanted:
        raise ModelError(
            f"scorer: wanted a {wanted} array, one score per glyph and label, got {logits.shape}"
        )
    return _best(probabilities(logits, output_spec.temperature), output_spec.labels)


def digits_of(regions: Sequence[Region], asked: Opinions, threshold: float) -> tuple[Digit, ...]:
    """Keep the regions that are digits, with their labels, in the regions' order."""
    return tuple(
        Digit(region.box, label, float(score))
        for region, label, score in zip(regions, asked.labels, asked.scores, strict=True)
        if label != NONE and score >= threshold
    )
