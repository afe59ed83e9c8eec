"""Synthetic readings for a tracker, 30 frames per second by default."""

from collections.abc import Iterable, Sequence

import numpy as np

from camdigits.layout.grouping import group
from camdigits.track.tracker import Tracker
from camdigits.values import Box, Digit, Frame, Result

BLANK = np.zeros((480, 640, 3), np.uint8)
Spots = Sequence[tuple[str, int, int]]  # label, x, y of digits 20 wide and 40 high
ROW: Spots = [("4", 50, 100), ("7", 200, 100), ("1", 350, 100), ("9", 500, 100), ("3", 50, 300)]


def reading(time_s: float, spots: Spots, score: float = 0.995, rotation: int = 0) -> Result:
    digits = tuple(Digit(Box(x, y, 20, 40), label, score) for label, x, y in spots)
    frame = Frame(round(time_s * 1000), time_s, BLANK)
    return Result(frame, digits, group(digits, rotation).numbers, rotation)


class Film:
    """Feed a tracker at a constant frame rate and keep its results."""

    def __init__(self, fps: float = 30.0) -> None:
        self.tracker, self.fps, self.count = Tracker(), fps, 0
        self.shown: list[Result] = []

    def play(self, frames: Iterable[Spots], rotation: int = 0) -> list[Result]:
        """Follow these frames and return their results."""
        fed = []
        for spots in frames:
            result = reading(self.count / self.fps, spots, rotation=rotation)
            fed.append(self.tracker.follow(result))
            self.count += 1
        self.shown += fed
        return fed


def labels(result: Result) -> list[str]:
    return [digit.label for digit in result.digits]


def ids(result: Result) -> list[int | None]:
    return [digit.track for digit in result.digits]


def shifted(spots: Spots, x: float, y: float = 0) -> Spots:
    return [(label, round(left + x), round(top + y)) for label, left, top in spots]
