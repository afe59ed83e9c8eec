"""Adapt the prior of the reject class to the neighbours of each region.

The model is calibrated for pages on which one candidate in ten is a non-digit. Among digits an
ambiguous glyph is more likely a digit, among letters less likely: the odds of "none" are corrected
by the labels of neighbours of similar size (Saerens, Latinne and Decaestecker, "Adjusting the
outputs of a classifier to new a priori probabilities", Neural Computation, 2002).
"""

from dataclasses import dataclass

import numpy as np

from camdigits.geometry import BARE_STROKE_ASPECT
from camdigits.values import Candidates, Floats


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


DEFAULT = PriorConfig()


def odds_of_none(candidates: Candidates, config: PriorConfig = DEFAULT) -> Floats:
    """Return the factor on the odds of "none" of each candidate.

    Args:
        candidates: of one image, with the model's own predictions.
        config: limits for neighbours.

    Returns:
        (N,) float64; 1 if the neighbours are as mixed as the model assumes.
    """
    boxes = np.array([region.box for region in candidates.regions], np.float64).reshape(-1, 4)
    size = boxes[:, 2:].max(axis=1)
    middle = boxes[:, :2] + boxes[:, 2:] / 2
    away = np.abs(middle[:, None] - middle).max(axis=2)
    ratio = size[:, None] / size
    near = (away <= config.neighbour_radius_sizes * size[:, None]) & (
        ratio <= config.max_size_ratio
    )
    near &= ratio >= 1 / config.max_size_ratio
    near &= boxes[:, 2:].min(axis=1) >= config.bare_stroke_aspect * size
    np.fill_diagonal(near, False)
    none = near @ candidates.predictions.none
    count = near.sum(axis=1)
    part = (none + config.prior_weight * config.none_prior) / (count + config.prior_weight)
    usual = config.none_prior / (1 - config.none_prior)
    factor = part / (1 - part) / usual
    return np.asarray(np.clip(factor, config.min_odds_factor, config.max_odds_factor), np.float64)
