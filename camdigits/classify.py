"""Say which digit each glyph is, how sure that is, and which glyphs are no digit at all.

The model is a plain function (a `Scorer`). A page that lies on its side is found out here too,
from how well its glyphs read when they are turned.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from camdigits.errors import ModelError
from camdigits.values import Digit, Glyphs, Region, Scorer, Scores

NONE = "none"  # the label of whatever is not one of the others
ROTATIONS = (0, 90, 180, 270)  # degrees clockwise that bring a page upright
MIN_TURNED = 4  # glyphs: fewer do not tell a 6 on its head from a 9
SURE_PART = 0.75  # of the glyphs read as digits: the page stands upright
TURN_SAMPLE = 48  # glyphs are enough to tell which way is up
INKED = 50  # of 255: a weaker pixel of a glyph is its edge
BROAD = 0.45  # narrower for its length is a stroke, and might be anything
TURNED_PART = 0.3  # of a turned page's glyphs read as digits: cables and leaves have fewer
TURN_GAIN = 1.15  # a page on its side reads at least so much better once it is turned


@dataclass(frozen=True, slots=True)
class Labelling:
    """What the model's numbers mean: the part of a card that classifying needs."""

    labels: tuple[str, ...]
    temperature: float = 1.0  # logits are divided by it, so that scores are probabilities
    threshold: float = 0.5  # a less sure digit is not reported


@dataclass(frozen=True, slots=True, eq=False)
class Opinions:
    """The best label of each glyph with its probability, before anything is refused."""

    labels: tuple[str, ...]
    scores: npt.NDArray[np.float64]  # (N,)
    rotation: int = 0  # how the glyphs were turned

    def evidence(self, among: npt.NDArray[np.bool_] | None = None) -> float:
        """How much speaks for digits standing this way up: the sum of their scores."""
        digits = np.array([label != NONE for label in self.labels], np.bool_)
        return float(self.scores[digits if among is None else digits & among].sum())


def probabilities(logits: Scores, temperature: float = 1.0) -> npt.NDArray[np.float64]:
    """Softmax of (N, L) logits divided by the temperature (Guo et al., ICML 2017).

    >>> probabilities(np.float32([[0, 0], [1000, 0]])).round(2).tolist()
    [[0.5, 0.5], [1.0, 0.0]]
    """
    scaled = np.asarray(logits, np.float64) / temperature
    # The largest exponent is 0, so that none overflows.
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float64)


def opinions(glyphs: Glyphs, score: Scorer, labelling: Labelling, rotation: int = 0) -> Opinions:
    """Ask the model about every glyph, turned clockwise by `rotation` degrees first.

    Raises:
        ModelError: the scorer's answer is not one row of numbers per glyph, one number per label.
    """
    if not len(glyphs):
        return Opinions((), np.zeros(0), rotation)
    turned = np.ascontiguousarray(np.rot90(glyphs, -rotation // 90, axes=(1, 2)))
    logits = np.asarray(score(turned), np.float32)
    wanted = len(glyphs), len(labelling.labels)
    if logits.shape != wanted:
        raise ModelError(
            f"scorer: wanted a {wanted} array, one score per glyph and label, got {logits.shape}"
        )
    chances = probabilities(logits, labelling.temperature)
    best = chances.argmax(axis=1)
    labels = tuple(labelling.labels[index] for index in best)
    return Opinions(labels, chances[np.arange(len(best)), best], rotation)


def upright(glyphs: Glyphs, score: Scorer, labelling: Labelling) -> Opinions:
    """Read the glyphs the way up that makes most of them digits.

    The other ways are tried only when the first leaves doubt, and on a sample; the page is turned
    only when that is clearly better. Bare strokes have no say: every printed line is a 1 when it
    stands upright.
    """
    first = opinions(glyphs, score, labelling)
    telling = _broad(glyphs)
    count = int(telling.sum())
    if count < MIN_TURNED or first.evidence(telling) >= SURE_PART * count:
        return first
    sample = glyphs[telling][:: -(-count // TURN_SAMPLE)]
    tries = [opinions(sample, score, labelling, rotation) for rotation in ROTATIONS]
    best = max(tries[1:], key=Opinions.evidence)
    needed = max(TURN_GAIN * tries[0].evidence() + 1, TURNED_PART * len(sample))
    if best.evidence() < needed:
        return first
    return opinions(glyphs, score, labelling, best.rotation)


def _broad(glyphs: Glyphs) -> npt.NDArray[np.bool_]:
    """(N,) bool: glyphs that are more than a stroke, at least half as wide as high or long."""
    inked = glyphs > INKED
    height = np.count_nonzero(inked.any(axis=2), axis=1)
    width = np.count_nonzero(inked.any(axis=1), axis=1)
    return np.asarray(np.minimum(height, width) >= BROAD * np.maximum(height, width), np.bool_)


def digits_of(regions: Sequence[Region], asked: Opinions, threshold: float) -> tuple[Digit, ...]:
    """Keep the regions that are digits, with their labels, in the regions' order."""
    return tuple(
        Digit(region.box, label, float(score))
        for region, label, score in zip(regions, asked.labels, asked.scores, strict=True)
        if label != NONE and score >= threshold
    )
