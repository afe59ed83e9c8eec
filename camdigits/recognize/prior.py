"""Adapt the prior of the reject class to what surrounds each region.

The model's probabilities hold for pages where one candidate in ten is a non-digit. In a line of
sure digits a doubtful glyph is more likely a digit, among letters less likely: the odds of "none"
are corrected by the labels of neighbours of similar size (Saerens, Latinne and Decaestecker,
"Adjusting the outputs of a classifier to new a priori probabilities", Neural Computation, 2002).
"""

from dataclasses import dataclass

import numpy as np

from camdigits.geometry import BARE_STROKE_ASPECT
from camdigits.values import Candidates, Floats


@dataclass(frozen=True, slots=True)
class PriorConfig:
    """Which regions count as neighbours, and how much; sizes are longest sides."""

    none_prior: float = 0.1  # share of "none" for which the model is calibrated (by the export)
    max_size_ratio: float = 2.0  # chosen: larger or smaller regions are no neighbours
    neighbour_radius_sizes: float = 10.0  # chosen
    bare_stroke_aspect: float = BARE_STROKE_ASPECT  # narrower regions can be anything: ignored
    prior_weight: float = 2.0  # chosen: neighbours that the model's own prior counts for
    min_odds_factor: float = 0.15  # chosen: bounds of the correction
    max_odds_factor: float = 20.0  # chosen


DEFAULT = PriorConfig()


def odds_of_none(candidates: Candidates, config: PriorConfig = DEFAULT) -> Floats:
    """Return the factor on the odds of "none" of each candidate.

    Args:
        candidates: of one image, with the model's own predictions.
        config: what counts as a neighbour.

    Returns:
        (N,) float64; 1 where the neighbours are as mixed as the model assumes.
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
