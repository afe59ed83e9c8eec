"""Read regions of joined digits as a sequence, and split them into their digits.

A rejected region of suitable size and shape is read by the sequence net, once. Where it reads
two digits or more, the region is cut between them, and the digit net classifies the parts. A
part's score pools both nets; the parts replace the region if each is accepted.

Text has many regions of this shape. A region is skipped if several neighbours of its size were
read and turned out to be non-digits, so a page of print costs a few readings.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from camdigits.geometry import BARE_STROKE_ASPECT
from camdigits.recognize.classify import Classify
from camdigits.recognize.cut_reading import MIN_CHANCE, CutConfig, cut_readings
from camdigits.recognize.sequence import Reading
from camdigits.values import (
    NONE,
    Box,
    Candidates,
    Flags,
    Glyphs,
    GrayImage,
    Scored,
    Scorer,
)


class Budget(Protocol):
    """Memory of a live reader: which regions to read in this frame (`track.frame_budget`)."""

    left: tuple[Box, ...]  # regions left for later frames

    @property
    def reused(self) -> int:
        """Number of this frame's glyphs that are the same as before."""

    def begin(self) -> None:
        """Begin a frame."""

    def score(self, scorer: Scorer, glyphs: Glyphs) -> Scored:
        """Return what the scorer returns, without a call for glyphs it had before."""

    def choose(self, boxes: list[Box]) -> list[int]:
        """Return the indexes of the regions to read."""

    def learn(self, boxes: list[Box], digits: list[bool]) -> None:
        """Remember which regions that were read are digits."""


ReadInk = Callable[[Sequence[GrayImage]], list[Reading]]


@dataclass(frozen=True, slots=True)
class SplitConfig:
    """Limits for regions that are read as a sequence; lengths are fractions of their height."""

    cut: CutConfig = field(default_factory=CutConfig)
    hopeless_odds: float = 2000.0  # chosen: factor by the context; above it a region is not read
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


DEFAULT = SplitConfig()


def split(
    candidates: Candidates,
    classify: Classify,
    read_ink: ReadInk,
    threshold: float,
    config: SplitConfig = DEFAULT,
    budget: Budget | None = None,
    hopeless: Flags | None = None,
) -> Candidates:
    """Replace regions that consist of several digits by their parts.

    Args:
        candidates: of one image.
        classify: predicts regions.
        read_ink: reads (h, w) uint8 inks as sequences.
        threshold: every part has to be a digit at least this probable.
        config: limits.
        budget: chooses which regions are read in this frame; None reads all.
        hopeless: (N,) bool, regions that have no digit in them; they are not read.

    Returns:
        Candidates in the given order, each split region replaced by its parts.
    """
    rows = _worth_reading(candidates, threshold, config)
    if hopeless is not None:
        rows = [row for row in rows if not hopeless[row]]
    if budget is not None:
        rows = [rows[index] for index in budget.choose([candidates.regions[r].box for r in rows])]
    readings = _read(candidates, rows, read_ink, threshold, config, budget)
    parts = cut_readings(candidates.regions, readings, classify, threshold, config.cut)
    return candidates.split(parts)


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
    boxes = candidates.boxes.astype(np.float32)  # a page may have thousands of regions
    high = boxes[:, 3]
    ratio = high[:, None] / high
    near = (ratio <= config.neighbour_size_ratio) & (ratio >= 1 / config.neighbour_size_ratio)
    for axis in (0, 1):
        half = boxes[:, 2 + axis] / 2
        middle = boxes[:, axis] + half
        away = np.abs(middle[:, None] - middle) - half[:, None] - half
        near &= away <= config.neighbour_radius_heights * high[:, None]
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
