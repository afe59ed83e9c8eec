"""Predictions and candidates from labels, for tests of the stages that use a classifier."""

from collections.abc import Callable, Sequence

import numpy as np

from camdigits.recognize.classify import Classify
from camdigits.recognize.glyph import glyphs_of
from camdigits.values import NONE, Candidates, Glyphs, Predictions, Region

LABELS = ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", NONE)


def predictions(
    labels: Sequence[str], scores: float | Sequence[float] = 0.95, names: tuple[str, ...] = LABELS
) -> Predictions:
    """Give each label its score; the other labels share the rest."""
    count, width = len(labels), len(names)
    column = [names.index(label) for label in labels]
    score = np.broadcast_to(np.asarray(scores, np.float64), (count,))
    table = np.repeat((1 - score)[:, None] / (width - 1), width, axis=1)
    table[np.arange(count), column] = score
    return Predictions(table.reshape(count, width), names)


def candidates(
    regions: Sequence[Region], labels: Sequence[str], scores: float | Sequence[float] = 0.95
) -> Candidates:
    """Pair regions with labels."""
    return Candidates(tuple(regions), predictions(labels, scores))


def classifying(predict: Callable[[Glyphs], Predictions]) -> Classify:
    """Turn a function of glyphs into one of regions."""
    return lambda regions: Candidates(tuple(regions), predict(glyphs_of(regions)))
