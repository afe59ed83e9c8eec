"""A tiny net, and glyphs that it learns in seconds."""

import numpy as np

from train.data.sets import Glyphset
from train.fit.settings import Settings

TINY = Settings(net="tiny", epochs=2, batch=16, labels=("0", "1", "none"), sets=())


def bars(count: int, seed: int) -> Glyphset:
    """Return vertical bars (0), horizontal bars (1) and dots (2)."""
    rng = np.random.default_rng(seed)
    images = np.zeros((count, 28, 28), np.uint8)
    labels = rng.integers(0, 3, count).astype(np.uint8)
    for image, label in zip(images, labels, strict=True):
        y, x = rng.integers(10, 18, 2)
        high, wide = ((10, 2), (2, 10), (3, 3))[label]
        image[y - high : y + high, x - wide : x + wide] = 255
    return Glyphset("bars", images, labels)
