"""A net with random weights and a pool of noise: enough to export and measure a model."""

import numpy as np

from train.data.sets import Glyphset
from train.fit.pool import Pool
from train.fit.settings import Settings

SETTINGS = Settings(net="tiny", sets=())


def noise(count: int, seed: int) -> Glyphset:
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (count, 28, 28)).astype(np.uint8)
    return Glyphset("noise", images, rng.integers(0, 11, count).astype(np.uint8))


POOL = Pool(((noise(50, 1), 1.0),), noise(200, 2))
