"""Read regions of joined digits as a sequence, and split them into their digits.

A rejected region of suitable size and shape is read by the sequence net, once. Where it reads
two digits or more, the region is cut between them, and the digit net classifies the parts. A
part's score pools both nets; the parts replace the region if each is accepted.

Text has many regions of this shape. A region is skipped if several neighbours of its size were
read and turned out to be non-digits, so a page of print costs a few readings.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Protocol

import numpy as np

from camdigits.geometry import BARE_STROKE_ASPECT
from camdigits.recognize.classify import Classify
from camdigits.recognize.sequence import Reading
from camdigits.segment.cut_paths import CutPathConfig, Span, cut_between
from camdigits.values import NONE, Box, Candidates, Flags, Floats, GrayImage, Region


class Budget(Protocol):
    """Memory of a live reader: which regions to read in this frame (`track.frame_budget`)."""

    left: tuple[Box, ...]  # regions left for later frames

    def choose(self, boxes: list[Box]) -> list[int]:
        """Return the indexes of the regions to read."""

    def learn(self, boxes: list[Box], digits: list[bool]) -> None:
        """Remember which regions that were read are digits."""


NARROW = {"1": 0.4, ",": 0.4}  # chosen: widths of narrow characters, over that of the others
MIN_CHANCE = 1e-4  # of a label, so that its logarithm is finite

ReadInk = Callable[[Sequence[GrayImage]], list[Reading]]


@dataclass(frozen=True, slots=True)
class SplitConfig:
    """Limits for regions that are read as a sequence; lengths are fractions of their height."""

    cut_paths: CutPathConfig = field(default_factory=CutPathConfig)
    min_height_px: int = 10  # chosen: joined digits that are lower are illegible
    height_range: tuple[float, float] = (0.3, 3.0)  # chosen: over the height of some digit
    width_range: tuple[float, float] = (0.5, 9.0)  # chosen: narrower is one digit, wider a line
    fill_range: tuple[float, float] = (0.09, 0.7)  # chosen: ink in the box; numbers have 0.17 up
    max_digit_aspect: float = 0.95  # chosen: an accepted digit that is wider is read, too
    min_sure_score: float = 0.97  # chosen: of an accepted digit; below it is doubtful
    max_doubtful_aspect: float = 0.6  # chosen: a doubtful digit that is wider is read, too
    neighbour_radius_heights: float = 8.0  # chosen: between two boxes
    neighbour_size_ratio: float = 2.0  # chosen: heights of neighbours
    max_failed_neighbours: int = 3  # chosen: neighbours without digits after which text is assumed
    max_failed_per_digit: float = 0.25  # chosen: the same, for each neighbour that is a digit
    min_certainty: float = 0.15  # chosen: of a whole sequence
    part_weight: float = 0.5  # chosen: of the digit net's log-probabilities
    min_part_chance: float = 0.02  # chosen: bound of its doubt: the part's strokes may be cut
    max_paths: int = 3  # chosen: paths tried for each gap, the digit net chooses
    min_part_height: float = 0.25  # chosen: of the region; a lower part is a scrap of ink
    full_height: float = 0.5  # chosen: of the region; a lower part may be a piece of a digit
    short_cost: float = 6.0  # chosen: per logarithm of its height over the full height
    max_short_length: int = 4  # chosen: in longer numbers two paths are tried


DEFAULT = SplitConfig()


def split(
    candidates: Candidates,
    classify: Classify,
    read_ink: ReadInk,
    threshold: float,
    config: SplitConfig = DEFAULT,
    budget: Budget | None = None,
) -> Candidates:
    """Replace regions that consist of several digits by their parts.

    Args:
        candidates: of one image.
        classify: predicts regions.
        read_ink: reads (h, w) uint8 inks as sequences.
        threshold: every part has to be a digit at least this probable.
        config: limits.
        budget: chooses which regions are read in this frame; None reads all.

    Returns:
        Candidates in the given order, each split region replaced by its parts.
    """
    rows = _worth_reading(candidates, threshold, config)
    if budget is not None:
        rows = [rows[index] for index in budget.choose([candidates.regions[r].box for r in rows])]
    readings = _read(candidates, rows, read_ink, threshold, config, budget)
    cuts = [
        _Cut.make(row, candidates.regions[row], reading, config)
        for row, found in readings.items()
        for reading in found
    ]
    regions = [part for cut in cuts for part in cut.parts]
    if not regions:
        return candidates
    plain, start = classify(regions), 0
    best: dict[int, _Choice] = {}
    for cut in cuts:
        own = plain.predictions.probabilities[start : start + len(cut.parts)]
        choice = cut.choose(own, plain.predictions.columns, start, config)
        start += len(cut.parts)
        if choice and (cut.row not in best or choice.total > best[cut.row].total):
            best[cut.row] = choice
    accepted = {row: each for row, each in best.items() if each.accepted(threshold)}
    if not accepted:
        return candidates
    chosen = [part for each in accepted.values() for part in each.parts]
    pooled = np.concatenate([each.chances for each in accepted.values()])
    new = Candidates(
        tuple(plain.regions[part] for part in chosen),
        replace(plain.predictions.take(chosen), probabilities=pooled),
    )
    first, places = len(candidates), dict[int, list[int]]()
    for row, each in accepted.items():
        places[row] = list(range(first, first + len(each.parts)))
        first += len(each.parts)
    order = [new_row for row in range(len(candidates)) for new_row in places.get(row, [row])]
    return candidates.replaced(order, new)


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
    def make(cls, row: int, region: Region, reading: Reading, config: SplitConfig) -> "_Cut":
        """Cut out every part that may be a digit."""
        count = config.max_paths if len(reading.labels) <= config.max_short_length else 2
        gaps: list[list[Floats | None]] = [[None]]
        widths = [NARROW.get(label, 1.0) for label in reading.labels]
        centres, paths_config = reading.centres, config.cut_paths
        for paths in cut_between(region.ink, centres, count, paths_config, widths):
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
        self, chances: Floats, columns: tuple[str, ...], start: int, config: SplitConfig
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


def _worth_reading(candidates: Candidates, threshold: float, config: SplitConfig) -> list[int]:
    """Return indexes of regions that may consist of several digits, the most digit-like first."""
    if not len(candidates):
        return []
    accepted = candidates.accepted(threshold)
    boxes = candidates.boxes
    wide, high = boxes[:, 2], boxes[:, 3]
    low, top = config.width_range
    fits = (high >= config.min_height_px) & (wide >= low * high) & (wide <= top * high)
    doubtful = candidates.scores < config.min_sure_score
    aspect = np.where(doubtful, config.max_doubtful_aspect, config.max_digit_aspect)
    fits &= ~accepted | (wide > aspect * high)
    usual = high[accepted & (wide >= BARE_STROKE_ASPECT * high)]
    if len(usual):
        part = high[:, None] / usual
        fits &= ((config.height_range[0] <= part) & (part <= config.height_range[1])).any(axis=1)
    fill = np.ones(len(fits))
    for row in np.flatnonzero(fits):
        ink = candidates.regions[row].ink
        fill[row] = np.count_nonzero(ink) / ink.size
    least, most = config.fill_range
    fits &= (least <= fill) & (fill <= most)
    order = np.argsort(candidates.predictions.none, kind="stable")
    return [int(row) for row in order if fits[row]]


def _read(
    candidates: Candidates,
    rows: Sequence[int],
    read_ink: ReadInk,
    threshold: float,
    config: SplitConfig,
    budget: Budget | None,
) -> dict[int, list[Reading]]:
    """Read regions one by one; skip those among neighbours that turned out to be non-digits."""
    near = _neighbours(candidates, config) if len(rows) > config.max_failed_neighbours else None
    is_digit: Flags = candidates.accepted(threshold)
    failed = np.zeros(len(candidates), np.bool_)
    found: dict[int, list[Reading]] = {}
    tried: set[int] = set()
    for row in rows:
        if near is not None:
            in_vain = np.count_nonzero(near[row] & failed)
            allowed = config.max_failed_per_digit * np.count_nonzero(near[row] & is_digit)
            if in_vain >= max(config.max_failed_neighbours, allowed):
                continue
        (reading,) = read_ink([candidates.regions[row].ink])
        tried.add(row)
        numbers = [each for each in (reading, *reading.others) if is_number(each, config)]
        if numbers:
            found[row] = _given_the_whole(numbers, reading, candidates, row)
        digits = sum(label.isdecimal() for label in reading.labels)
        is_digit[row] = digits >= 2
        failed[row] = digits == 0
    if budget is not None:
        read = [row for row in rows if row in tried]
        boxes = [candidates.regions[row].box for row in read]
        budget.learn(boxes, [row in found for row in read])
    return found


def _neighbours(candidates: Candidates, config: SplitConfig) -> Flags:
    """Return (N, N) bool: regions of similar height near each other."""
    boxes = candidates.boxes
    middle, high = boxes[:, :2] + boxes[:, 2:] / 2, boxes[:, 3]
    away = np.abs(middle[:, None] - middle) - (boxes[:, None, 2:] + boxes[:, 2:]) / 2
    ratio = high[:, None] / high
    near = away.max(axis=2) <= config.neighbour_radius_heights * high[:, None]
    near &= (ratio <= config.neighbour_size_ratio) & (ratio >= 1 / config.neighbour_size_ratio)
    return np.asarray(near, np.bool_)


def is_number(reading: Reading, config: SplitConfig = DEFAULT) -> bool:
    """Whether a reading is a number of several digits, separators aside.

    One "none" among the digits is allowed: the digit net may know better what that is.
    """
    digits = sum(label.isdecimal() for label in reading.labels)
    none = reading.labels.count(NONE)
    return (
        none <= min(digits, 1) and digits + none >= 2 and reading.certainty >= config.min_certainty
    )


def _given_the_whole(
    numbers: Sequence[Reading], best: Reading, candidates: Candidates, row: int
) -> list[Reading]:
    """Correct the certainty of numbers where the best reading is a single digit.

    The digit net has seen the whole region, and may have ruled that digit out.
    """
    if len(best.labels) != 1 or best.labels[0] not in candidates.predictions.columns:
        return list(numbers)
    column = candidates.predictions.columns.index(best.labels[0])
    single = best.certainty * float(candidates.predictions.probabilities[row, column])
    return [
        each.with_certainty(each.certainty / (each.certainty + single + MIN_CHANCE))
        for each in numbers
    ]


def _is_character(label: str) -> bool:
    """Whether a label is a digit or "none", not a separator."""
    return label.isdecimal() or label == NONE


def _pooled(expected: Floats, chances: Floats, config: SplitConfig) -> Floats:
    """Pool the probabilities of both nets, (N, L) each, as a weighted product.

    This is logarithmic pooling (Genest and Zidek, "Combining probability distributions",
    Statistical Science, 1986), without dividing the weights: the nets err independently.
    """
    bounded = np.maximum(chances, config.min_part_chance)
    pooled = (expected + MIN_CHANCE) * bounded**config.part_weight
    return np.asarray(pooled / pooled.sum(axis=1, keepdims=True), np.float64)
