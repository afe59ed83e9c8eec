"""Adapt the prior of the reject class to the neighbours of each region, and to its word.

The model is calibrated for pages on which one candidate in ten is a non-digit. Among digits an
ambiguous glyph is more likely a digit, among letters less likely: the odds of "none" are corrected
by the labels of neighbours of similar size (Saerens, Latinne and Decaestecker, "Adjusting the
outputs of a classifier to new a priori probabilities", Neural Computation, 2002). A word is the
regions that follow each other closely on one line; the S of "Surname" is not a 5.
"""

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from camdigits.geometry import BARE_STROKE_ASPECT
from camdigits.layout.words import WordConfig, find_words
from camdigits.values import Candidates, Flags, Floats

Boxes: TypeAlias = npt.NDArray[np.float32]  # (N, 4) x, y, width, height


@dataclass(frozen=True, slots=True)
class PriorConfig:
    """Limits for neighbours, and their weight; sizes are longer sides."""

    none_prior: float = 0.1  # share of "none" for which the model is calibrated (by the export)
    max_size_ratio: float = 2.0  # chosen: larger or smaller regions are ignored
    neighbour_radius_sizes: float = 10.0  # chosen: distance of centres, over the size
    bare_stroke_aspect: float = BARE_STROKE_ASPECT  # narrower regions are ambiguous: ignored
    prior_weight: float = 2.0  # chosen: weight of the model's own prior, in neighbours
    min_odds_factor: float = 0.15  # chosen: bounds of the correction
    max_odds_factor: float = 20.0  # chosen
    words: WordConfig = field(default_factory=WordConfig)
    word_weight: float = 0.5  # chosen: of no evidence, in regions
    max_word_factor: float = 400.0  # chosen: bound of the correction by a word


DEFAULT = PriorConfig()


def odds_of_none(candidates: Candidates, config: PriorConfig = DEFAULT) -> Floats:
    """Return the factor on the odds of "none" of each candidate.

    Args:
        candidates: of one image, with the model's own predictions.
        config: limits for neighbours.

    Returns:
        (N,) float64; 1 if the neighbours are as mixed as the model assumes.
    """
    boxes = candidates.boxes.astype(np.float32)
    none = candidates.predictions.none.astype(np.float32)
    near = _neighbours(boxes, config)
    count = near.sum(axis=1)
    part = (near.astype(np.float32) @ none + config.prior_weight * config.none_prior) / (
        count + config.prior_weight
    )
    usual = config.none_prior / (1 - config.none_prior)
    factor = np.clip(part / (1 - part) / usual, config.min_odds_factor, config.max_odds_factor)
    return np.asarray(factor * _word_factor(boxes, none, config), np.float64)


def _neighbours(boxes: Boxes, config: PriorConfig) -> Flags:
    """(N, N) bool: regions of similar size near each other that are not bare strokes."""
    size = boxes[:, 2:].max(axis=1)
    x, y = (boxes[:, :2] + boxes[:, 2:] / 2).T
    limit = config.neighbour_radius_sizes * size[:, None]
    near = np.abs(x[:, None] - x) <= limit
    near &= np.abs(y[:, None] - y) <= limit
    near &= size[:, None] <= config.max_size_ratio * size
    near &= size <= config.max_size_ratio * size[:, None]
    near &= boxes[:, 2:].min(axis=1) >= config.bare_stroke_aspect * size
    np.fill_diagonal(near, False)
    return np.asarray(near, np.bool_)


def _word_factor(
    boxes: Boxes, none: npt.NDArray[np.float32], config: PriorConfig
) -> npt.NDArray[np.float32]:
    """Return (N,) the factor on the odds of "none" by the other regions of the same word.

    It is at least 1, and the squared ratio of non-digits to digits: letters of a word are not
    independent, one letter is evidence for the next.
    """
    factor = np.ones(len(boxes), np.float32)
    doubtful = np.flatnonzero(none < 0.5)
    if not len(doubtful) or len(doubtful) == len(boxes):
        return factor
    words = find_words(np.asarray(boxes, np.float64), config.words)
    size = boxes[:, 2:].max(axis=1)
    broad = boxes[:, 2:].min(axis=1) >= config.bare_stroke_aspect * size
    strange = np.bincount(words, none * broad, len(boxes))[words] - none * broad
    plain = np.bincount(words, (1 - none) * broad, len(boxes))[words] - (1 - none) * broad
    ratio = (strange + config.word_weight) / (plain + config.word_weight)
    return np.asarray(np.clip(ratio**2, 1, config.max_word_factor), np.float32)
