"""Find words: regions that follow each other closely on one line. Only boxes are used."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from camdigits.values import Floats


@dataclass(frozen=True, slots=True)
class WordConfig:
    """Limits for two neighbours of a word, over the height of the taller one."""

    max_gap_heights: float = 0.6  # chosen: a wider space separates words
    max_step_heights: float = 0.5  # chosen: vertical distance of the centres
    max_height_ratio: float = 2.0  # chosen: an x beside an l


DEFAULT = WordConfig()


def find_words(boxes: Floats, config: WordConfig = DEFAULT) -> npt.NDArray[np.intp]:
    """Return the word of each region, as the smallest index in it.

    Args:
        boxes: (N, 4) x, y, width, height, in any order.
        config: limits.

    >>> find_words(np.array([[0, 0, 10, 20], [60, 0, 10, 20], [14, 2, 10, 20]])).tolist()
    [0, 1, 0]
    """
    x, y, width, height = boxes.astype(np.float32).T
    tall = np.maximum(height[:, None], height)
    middle = y + height / 2
    follows = np.abs(middle[:, None] - middle) <= config.max_step_heights * tall
    gap = np.maximum(x[:, None], x) - np.minimum((x + width)[:, None], x + width)
    follows &= gap <= config.max_gap_heights * tall
    follows &= tall <= config.max_height_ratio * np.minimum(height[:, None], height)
    words = np.arange(len(boxes))
    one, other = np.nonzero(follows)
    while True:
        smaller = words.copy()
        np.minimum.at(smaller, one, words[other])
        smaller = smaller[smaller]
        if (smaller == words).all():
            return words
        words = smaller
