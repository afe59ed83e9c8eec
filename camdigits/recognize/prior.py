"""How likely digits are at a place, from what stands around it.

The model's scores hold for pages on which one thing in ten is no digit. In a line of sure digits
a doubtful glyph is more likely one, among letters less: the odds of "none" are put right by what
the neighbours of about its size are (Saerens, Latinne and Decaestecker, "Adjusting the outputs of
a classifier to new a priori probabilities", 2002).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from camdigits.recognize.classify import Opinions
from camdigits.values import Region

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PriorConfig:
    """What counts as a neighbour, and for how much."""

    none: float = 0.1  # part of "none" for which the model's scores hold
    sizes: float = 2.0  # a neighbour is at most so many times larger or smaller
    far: float = 10.0  # times its size: how far away neighbours stand
    thin: float = 0.36  # of its length: bare strokes are anything and have no say
    wide: float = 1.1  # times its height: wider may be two digits, and has no say either
    doubt: float = 2.0  # neighbours that the model's own prior counts for
    least: float = 0.15  # the odds of "none" are at least multiplied by this
    most: float = 20.0  # and at most by this


DEFAULT = PriorConfig()


def odds_of_none(
    regions: Sequence[Region], asked: Opinions, config: PriorConfig = DEFAULT
) -> Floats:
    """Factor on the odds of "none" at each region.

    Args:
        regions: of one picture.
        asked: the model's opinion of each.
        config: what counts as a neighbour.

    Returns:
        (N,) float64, 1 where the neighbours are as mixed as the model takes for granted.
    """
    boxes = np.array([region.box for region in regions], np.float64).reshape(-1, 4)
    size = boxes[:, 2:].max(axis=1)
    middle = boxes[:, :2] + boxes[:, 2:] / 2
    away = np.abs(middle[:, None] - middle).max(axis=2)
    ratio = size[:, None] / size
    near = (away <= config.far * size[:, None]) & (ratio <= config.sizes)
    near &= ratio >= 1 / config.sizes
    near &= boxes[:, 2:].min(axis=1) >= config.thin * size
    np.fill_diagonal(near, False)
    none = near @ asked.none
    count = near.sum(axis=1)
    part = (none + config.doubt * config.none) / (count + config.doubt)
    usual = config.none / (1 - config.none)
    return np.asarray(np.clip(part / (1 - part) / usual, config.least, config.most), np.float64)
