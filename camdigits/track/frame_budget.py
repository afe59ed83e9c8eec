"""Bound the readings of rejected regions in live use: new and changed ones first, a few a frame.

Glyphs that are the same as in the frame before are not classified again.

On a desk most regions are rejected, frame after frame. Those that were read as a sequence and
turned out to be no digits are skipped while they stay where they are.
"""

from dataclasses import dataclass

import numpy as np

from camdigits.geometry import iou_table
from camdigits.track.glyph_memory import GlyphMemory
from camdigits.values import Box, Flags, Floats, Glyphs, Scored, Scorer


@dataclass(frozen=True, slots=True)
class FrameBudgetConfig:
    """Limits; ages are frames."""

    per_frame: int = 12  # chosen: 12 readings take about 3 ms on a desktop
    max_age: int = 45  # chosen: after it a region is read again; 1.5 s at 30 per second
    min_iou: float = 0.6  # chosen: a region that moved or changed more is a new one


DEFAULT = FrameBudgetConfig()


class FrameBudget:
    """Memory of the regions and glyphs that were read in the frames before.

    Args:
        config: limits.

    >>> budget = FrameBudget(FrameBudgetConfig(per_frame=1))
    >>> boxes = [Box(0, 0, 40, 20), Box(100, 0, 40, 20)]
    >>> budget.choose(boxes), budget.left
    ([0], (Box(x=100, y=0, width=40, height=20),))
    >>> budget.learn(boxes[:1], [False])
    >>> budget.choose(boxes), budget.left
    ([1], ())
    """

    def __init__(self, config: FrameBudgetConfig = DEFAULT) -> None:
        self._config = config
        self._boxes: Floats = np.zeros((0, 4))
        self._digits: Flags = np.zeros(0, np.bool_)
        self._ages = np.zeros(0, np.int64)
        self._glyphs = GlyphMemory()
        self.left: tuple[Box, ...] = ()  # regions left for later frames by the last choice

    @property
    def reused(self) -> int:
        """Number of this frame's glyphs whose pixels are the same as before."""
        return self._glyphs.reused

    def begin(self) -> None:
        """Begin a frame."""
        self._glyphs.begin()

    def score(self, scorer: Scorer, glyphs: Glyphs) -> Scored:
        """Return what the scorer returns for glyphs; it is not called for those it had before."""
        return self._glyphs.score(scorer, glyphs)

    def choose(self, boxes: list[Box]) -> list[int]:
        """Return the indexes of the regions to read in this frame, at most `per_frame`.

        Args:
            boxes: regions that may be joined digits, the most digit-like first.
        """
        self._ages = self._ages + 1
        self._keep(self._ages <= self._config.max_age)
        known = self._match(boxes)
        read_before = [i for i, row in enumerate(known) if row >= 0 and self._digits[row]]
        new = [i for i, row in enumerate(known) if row < 0]
        wanted = read_before + new
        limit = max(self._config.per_frame, len(read_before))
        self.left = tuple(boxes[index] for index in wanted[limit:])
        return wanted[:limit]

    def learn(self, boxes: list[Box], digits: list[bool]) -> None:
        """Remember which regions that were read are digits."""
        known = self._match(boxes)
        self._keep(~np.isin(np.arange(len(self._ages)), known))
        self._boxes = np.concatenate([self._boxes, np.array(boxes, np.float64).reshape(-1, 4)])
        self._digits = np.concatenate([self._digits, np.array(digits, np.bool_)])
        self._ages = np.concatenate([self._ages, np.zeros(len(boxes), np.int64)])

    def _match(self, boxes: list[Box]) -> list[int]:
        """Return the remembered region that each box continues, or -1; it moves along."""
        if not len(self._boxes) or not boxes:
            return [-1] * len(boxes)
        table = iou_table(boxes, [Box(*map(int, box)) for box in self._boxes.tolist()])
        best = table.argmax(axis=1)
        same = table[np.arange(len(boxes)), best] >= self._config.min_iou
        self._boxes[best[same]] = np.array(boxes, np.float64)[same]
        return [int(row) if is_same else -1 for row, is_same in zip(best, same, strict=True)]

    def _keep(self, kept: Flags) -> None:
        self._boxes, self._digits = self._boxes[kept], self._digits[kept]
        self._ages = self._ages[kept]
