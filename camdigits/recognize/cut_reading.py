"""Cut regions into the characters that were read in them, and pool both nets' probabilities.

The digit net classifies every part between two paths; the paths are taken whose parts fit the
reading best.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np

from camdigits.recognize.classify import Classify
from camdigits.recognize.sequence import Reading
from camdigits.segment.cut_paths import CutPathConfig, Span, cut_between
from camdigits.values import NONE, Candidates, Floats, Region

NARROW = {"1": 0.4, ",": 0.4}  # chosen: widths of narrow characters, over that of the others
MIN_CHANCE = 1e-4  # of a label, so that its logarithm is finite


@dataclass(frozen=True, slots=True)
class CutConfig:
    """Limits for the parts of a region; lengths are fractions of its height."""

    paths: CutPathConfig = field(default_factory=CutPathConfig)
    part_weight: float = 0.5  # chosen: of the digit net's log-probabilities
    min_part_chance: float = 0.02  # chosen: bound of its doubt: the part's strokes may be cut
    max_paths: int = 3  # chosen: paths tried for each gap, the digit net chooses
    min_part_height: float = 0.25  # chosen: of the region; a lower part is a scrap of ink
    full_height: float = 0.5  # chosen: of the region; a lower part may be a piece of a digit
    short_cost: float = 6.0  # chosen: per logarithm of its height over the full height
    max_short_length: int = 4  # chosen: in longer numbers two paths are tried


DEFAULT = CutConfig()


def cut_readings(
    regions: Sequence[Region],
    readings: Mapping[int, Sequence[Reading]],
    classify: Classify,
    threshold: float,
    config: CutConfig = DEFAULT,
) -> dict[int, Candidates]:
    """Cut regions as they were read.

    Args:
        regions: of one image.
        readings: of some regions, by index; the one that both nets find most probable is taken.
        classify: predicts regions.
        threshold: every part has to be a digit at least this probable.
        config: limits.

    Returns:
        The parts of each region whose parts are all digits, by index.
    """
    cuts = [
        _Cut.make(row, regions[row], reading, config)
        for row, found in readings.items()
        for reading in found
    ]
    parts = [part for cut in cuts for part in cut.parts]
    if not parts:
        return {}
    plain, start = classify(parts), 0
    best: dict[int, _Choice] = {}
    for cut in cuts:
        own = plain.predictions.probabilities[start : start + len(cut.parts)]
        choice = cut.choose(own, plain.predictions.columns, start, config)
        start += len(cut.parts)
        if choice and (cut.row not in best or choice.total > best[cut.row].total):
            best[cut.row] = choice
    return {
        row: Candidates(
            tuple(plain.regions[part] for part in each.parts),
            replace(plain.predictions.take(list(each.parts)), probabilities=each.chances),
        )
        for row, each in best.items()
        if each.accepted(threshold)
    }


@dataclass(frozen=True, slots=True, eq=False)
class _Choice:
    """The parts chosen for a reading, and the probabilities of their labels by both nets."""

    total: float  # log-probability of the reading by both nets
    parts: tuple[int, ...]  # rows among the parts of all regions
    chances: Floats  # (N, L) of the digit net's labels
    none: int  # column of "none"

    def accepted(self, threshold: float) -> bool:
        """Whether every part is a digit at least this probable."""
        digits = self.chances.argmax(axis=1) != self.none
        return bool((digits & (self.chances.max(axis=1) >= threshold)).all())


@dataclass(frozen=True, slots=True, eq=False)
class _Cut:
    """A region with a reading, and its parts between any two paths of neighbouring gaps."""

    row: int
    height: int  # of the region in pixels
    reading: Reading
    counts: tuple[int, ...]  # paths of each gap; 1 at both ends of the region
    places: dict[tuple[int, int, int], int]  # character, left path, right path -> index of a part
    parts: list[Region]

    @classmethod
    def make(cls, row: int, region: Region, reading: Reading, config: CutConfig) -> "_Cut":
        """Cut out every part that may be a digit."""
        count = config.max_paths if len(reading.labels) <= config.max_short_length else 2
        gaps: list[list[Floats | None]] = [[None]]
        widths = [NARROW.get(label, 1.0) for label in reading.labels]
        centres = reading.centres
        for paths in cut_between(region.ink, centres, count, config.paths, widths):
            gaps.append([*paths])
        gaps.append([None])
        parts, places = list[Region](), dict[tuple[int, int, int], int]()
        for index, label in enumerate(reading.labels):
            if not _is_character(label):
                continue
            for left, right in product(range(len(gaps[index])), range(len(gaps[index + 1]))):
                span = Span(gaps[index][left], gaps[index + 1][right])
                part = span.part(region)
                if (
                    part is not None
                    and part.box.height >= config.min_part_height * region.box.height
                ):
                    places[index, left, right] = len(parts)
                    parts.append(part)
        return cls(row, region.box.height, reading, tuple(map(len, gaps)), places, parts)

    def choose(
        self, chances: Floats, columns: tuple[str, ...], start: int, config: CutConfig
    ) -> _Choice | None:
        """Choose the paths whose parts fit the reading best; None if a part has no ink.

        Args:
            chances: (parts, L) of the digit net.
            columns: its L labels.
            start: row of the first part among the parts of all regions.
            config: weights.
        """
        expected = _as_columns(self.reading, columns)
        best: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, ())}
        for index, label in enumerate(self.reading.labels):
            after: dict[int, tuple[float, tuple[int, ...]]] = {}
            for left, right in product(best, range(self.counts[index + 1])):
                total, chosen = best[left]
                if _is_character(label):
                    part = self.places.get((index, left, right))
                    if part is None:
                        continue
                    total += float(np.log(expected[index] @ chances[part] + MIN_CHANCE))
                    share = self.parts[part].box.height / self.height
                    total += config.short_cost * float(
                        np.log(min(1.0, share / config.full_height))
                    )
                    chosen = (*chosen, part)
                if right not in after or total > after[right][0]:
                    after[right] = total, chosen
            best = after
        if 0 not in best:
            return None
        total, chosen = best[0]
        digits = [i for i, label in enumerate(self.reading.labels) if _is_character(label)]
        pooled = _pooled(expected[digits], chances[list(chosen)], config)
        whole = float(np.log(self.reading.certainty + MIN_CHANCE)) + config.part_weight * total
        parts = tuple(start + part for part in chosen)
        return _Choice(whole, parts, pooled, columns.index(NONE))


def _as_columns(reading: Reading, columns: tuple[str, ...]) -> Floats:
    """Return (N, L) probabilities of a reading in the order of the digit net's labels."""
    found = np.zeros((len(reading.labels), len(columns)))
    for column, label in enumerate(reading.columns):
        if label in columns:
            found[:, columns.index(label)] = reading.chances[:, column]
    return found


def _is_character(label: str) -> bool:
    """Whether a label is a digit or "none", not a separator."""
    return label.isdecimal() or label == NONE


def _pooled(expected: Floats, chances: Floats, config: CutConfig) -> Floats:
    """Pool the probabilities of both nets, (N, L) each, as a weighted product.

    This is logarithmic pooling (Genest and Zidek, "Combining probability distributions",
    Statistical Science, 1986), without dividing the weights: the nets err independently.
    """
    bounded = np.maximum(chances, config.min_part_chance)
    pooled = (expected + MIN_CHANCE) * bounded**config.part_weight
    return np.asarray(pooled / pooled.sum(axis=1, keepdims=True), np.float64)
