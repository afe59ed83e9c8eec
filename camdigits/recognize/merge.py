"""Merge strokes of one digit, and separate components that were joined by mistake.

The components of a rejected region are classified one by one: a digit next to part of a line.
Two rejected regions near each other are classified as one: a 5 far from its bar, a broken stroke.
The merge or separation is kept if a digit is accepted. Nothing is tried on a page without digits.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from camdigits.geometry import BARE_STROKE_ASPECT
from camdigits.image import cv2
from camdigits.recognize.classify import Classify
from camdigits.segment.regions import joined
from camdigits.values import Box, Candidates, Flags, Floats, Region


@dataclass(frozen=True, slots=True)
class MergeConfig:
    """Limits for rejected regions that are tried."""

    height_range: tuple[float, float] = (0.5, 2.0)  # chosen: over the height of some digit
    tall: float = 1.4  # chosen: over the digits' median height; such regions may be two things
    min_digits: int = 3  # chosen: digits for a median
    min_part_size: float = 0.15  # chosen: over the region's longer side; smaller is dropped
    bare_stroke_aspect: float = BARE_STROKE_ASPECT  # narrower regions are ambiguous
    max_gap_heights: float = 0.3  # chosen: largest gap, over the taller region's height
    max_aspect: float = 1.3  # chosen: width over height of the union; wider is two digits
    radius_heights: float = 10.0  # chosen: distance from a digit, in its heights
    max_tries: int = 40  # chosen: regions, and also pairs, in one image


DEFAULT = MergeConfig()


def merge(
    candidates: Candidates, classify: Classify, threshold: float, config: MergeConfig = DEFAULT
) -> Candidates:
    """Replace rejected regions by digits made of their strokes.

    Args:
        candidates: of one image.
        classify: predicts regions.
        threshold: a digit is at least this probable.
        config: limits.

    Returns:
        Candidates; unchanged ones come first, in the given order.
    """
    regions, read = candidates.regions, candidates.accepted(threshold)
    if not read.any() or read.all():
        return candidates
    boxes = candidates.boxes
    widths, heights = boxes[:, 2:].T
    digits = boxes[read & (widths >= config.bare_stroke_aspect * heights)]
    near = _near_digits(boxes, digits, config)
    order = np.argsort(-heights, kind="stable")
    low = _is_low(boxes, digits, config)
    rejected = [int(row) for row in order if near[row] & low[row] & ~read[row]]
    doubtful = ~read | _is_tall(boxes, digits, config)
    several = [int(row) for row in order if near[row] & doubtful[row]]
    tries = [
        *_separated(regions, several[: config.max_tries], digits, config),
        *_together(regions, rejected, digits, config),
    ]
    if not tries:
        return candidates
    new = classify([region for each in tries for region in each.regions])
    scores = [_best_score(each, new, digits, threshold, config) for each in _placed(tries)]
    surest = sorted(np.flatnonzero(scores).tolist(), key=lambda index: -scores[index])
    return _replaced(candidates, new, [_placed(tries)[index] for index in surest])


@dataclass(frozen=True, slots=True, eq=False)
class _Try:
    """Regions that would replace others."""

    regions: tuple[Region, ...]
    replaces: tuple[int, ...]  # indexes of those others
    start: int = 0  # row of its first region among the regions of all tries

    @property
    def rows(self) -> range:
        """Rows of its regions."""
        return range(self.start, self.start + len(self.regions))


def _placed(tries: Sequence[_Try]) -> list[_Try]:
    """Number the regions of all tries."""
    starts = np.cumsum([0, *(len(each.regions) for each in tries)]).tolist()
    return [replace(each, start=start) for each, start in zip(tries, starts, strict=False)]


def _best_score(
    one: _Try, new: Candidates, digits: Floats, threshold: float, config: MergeConfig
) -> float:
    """Return the best score of a try's digits that fit the page, 0 if it has none."""
    accepted = new.accepted(threshold)
    fitting = [
        float(new.scores[row])
        for row, region in zip(one.rows, one.regions, strict=True)
        if accepted[row] and _fits(region.box, digits, config)
    ]
    return max(fitting, default=0.0)


def _separated(
    regions: Sequence[Region],
    rejected: Sequence[int],
    digits: Floats,
    config: MergeConfig,
) -> list[_Try]:
    """Return the components of each region that has several, if one may be a digit."""
    parts = ((index, _components(regions[index], config.min_part_size)) for index in rejected)
    return [
        _Try(tuple(found), (index,))
        for index, found in parts
        if any(_fits(each.box, digits, config) for each in found)
    ]


def _components(region: Region, min_part_size: float) -> list[Region]:
    """Return the components of a region, each alone; empty if there is only one."""
    min_side = min_part_size * max(region.box[2:])
    solid = np.asarray(region.ink > 0, np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(solid, connectivity=8)
    if count <= 2:
        return []
    found = []
    for label in range(1, count):
        x, y, width, height, _ = stats[label].tolist()
        if max(width, height) >= min_side:
            here = np.s_[y : y + height, x : x + width]
            own = np.where(labels[here] == label, region.ink[here], np.uint8(0))
            box = Box(region.box.x + x, region.box.y + y, width, height)
            found.append(Region(box, own, region.strength))
    return found


def _together(
    regions: Sequence[Region],
    rejected: Sequence[int],
    digits: Floats,
    config: MergeConfig,
) -> list[_Try]:
    """Return pairs of regions near each other that may be one digit."""
    tries: list[_Try] = []
    boxes = np.array([regions[index].box for index in rejected], np.int64).reshape(-1, 4)
    low, high = boxes[:, :2], boxes[:, :2] + boxes[:, 2:]
    gaps = np.maximum(low[:, None], low) - np.minimum(high[:, None], high)
    away = np.hypot(*np.maximum(gaps, 0).transpose(2, 0, 1))
    both = np.maximum(high[:, None], high) - np.minimum(low[:, None], low)
    near = away <= config.max_gap_heights * np.maximum(boxes[:, None, 3], boxes[:, 3])
    near &= both[..., 0] <= config.max_aspect * both[..., 1]
    for one, other in np.argwhere(np.triu(near, 1)).tolist():
        if len(tries) == config.max_tries:
            break
        box = Box(*np.minimum(low[one], low[other]).tolist(), *both[one, other].tolist())
        if _fits(box, digits, config):
            pair = rejected[one], rejected[other]
            tries.append(_Try((joined([regions[row] for row in pair]),), pair))
    return tries


def _near_digits(boxes: Floats, digits: Floats, config: MergeConfig) -> Flags:
    """(N,) bool: regions near a digit, M of (M, 4)."""
    near = np.ones((len(boxes), len(digits)), np.bool_)
    for axis in (0, 1):
        half = boxes[:, 2 + axis] / 2
        own = boxes[:, axis] + half
        middle = digits[:, axis] + digits[:, 2 + axis] / 2
        away = np.abs(own[:, None] - middle) - half[:, None]
        near &= away <= config.radius_heights * digits[:, 3]
    return np.asarray(near.any(axis=1), np.bool_)


def _is_low(boxes: Floats, digits: Floats, config: MergeConfig) -> Flags:
    """(N,) bool: regions not much higher than some digit."""
    return np.asarray(
        boxes[:, 3] <= config.height_range[1] * digits[:, 3].max(initial=0), np.bool_
    )


def _is_tall(boxes: Floats, digits: Floats, config: MergeConfig) -> Flags:
    """(N,) bool: regions clearly higher than the page's digits: a bracket with a digit."""
    if len(digits) < config.min_digits:
        return np.zeros(len(boxes), np.bool_)
    return np.asarray(boxes[:, 3] > config.tall * np.median(digits[:, 3]), np.bool_)


def _fits(box: Box, digits: Floats, config: MergeConfig) -> bool:
    """Whether a box has about the height of a digit on this page and is not a bare stroke."""
    if box.width < config.bare_stroke_aspect * box.height:
        return False
    part = box.height / digits[:, 3]
    return bool(((config.height_range[0] <= part) & (part <= config.height_range[1])).any())


def _replaced(candidates: Candidates, new: Candidates, tries: Sequence[_Try]) -> Candidates:
    """Replace regions by tries; of tries that share a region only the first is used."""
    gone: set[int] = set()
    rows: list[int] = []
    for one in tries:
        if gone.isdisjoint(one.replaces):
            gone.update(one.replaces)
            rows += [len(candidates) + row for row in one.rows]
    stay = [row for row in range(len(candidates)) if row not in gone]
    return candidates.replaced([*stay, *rows], new)
