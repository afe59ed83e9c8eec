"""Second thoughts about which strokes belong together, where the first gave no digit.

A refused region of several blobs is tried blob by blob: a digit beside a scrap of a line. Two
refused regions near each other are tried as one: a five far from its bar, a broken stroke. The
classifier decides. Nothing is tried on a page where no digit was read.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from camdigits.image import cv2
from camdigits.recognize.classify import NONE, Ask, Opinions
from camdigits.recognize.glyph import glyphs_of
from camdigits.values import Box, Region


@dataclass(frozen=True, slots=True)
class StrokesConfig:
    """What is worth a try."""

    heights: tuple[float, float] = (0.5, 2.0)  # of some digit on the page
    least_part: float = 0.3  # of the region's longer side: a smaller blob is no digit of its own
    thin: float = 0.36  # of its height: a narrower region is a bare stroke, and may be anything
    gap: float = 0.3  # of the higher one's height: strokes further apart are not tried
    wide: float = 1.3  # of its height: two regions that are wider together are two
    most: int = 40  # regions, and pairs, in one picture


DEFAULT = StrokesConfig()


def rejoin(
    regions: Sequence[Region],
    asked: Opinions,
    ask: Ask,
    threshold: float,
    config: StrokesConfig = DEFAULT,
) -> tuple[tuple[Region, ...], Opinions]:
    """Replace refused regions by the digits that their strokes make otherwise.

    Args:
        regions: of one picture.
        asked: the classifier's opinion of each.
        ask: gives opinions of glyphs.
        threshold: a digit is at least this probable.
        config: what is tried.

    Returns:
        Regions and opinions; those that stay come first, in the given order.
    """
    read = asked.digits(threshold)
    if not read.any() or read.all():
        return tuple(regions), asked
    widths, heights = np.array([region.box[2:] for region in regions], np.float64).T
    usual = heights[read & (widths >= config.thin * heights)]
    refused = [int(index) for index in np.argsort(-heights, kind="stable") if not read[index]]
    tries = [
        *_apart(regions, refused[: config.most], usual, config),
        *_together(regions, refused, usual, config),
    ]
    if not tries:
        return tuple(regions), asked
    opinions = ask(glyphs_of([region for new in tries for region in new.regions]))
    answers = iter(zip(opinions.labels, opinions.scores.tolist(), strict=True))
    answered = [(new, [next(answers) for _ in new.regions]) for new in tries]
    good = {
        index: max(sure)
        for index, (new, answer) in enumerate(answered)
        if (sure := _sure(new, answer, usual, threshold, config))
    }
    surest = sorted(good, key=lambda index: -good[index])
    return _replaced(regions, asked, [answered[index] for index in surest])


Answer = list[tuple[str, float]]  # label and score of each region of a try


@dataclass(frozen=True, slots=True, eq=False)
class _Try:
    """Regions that would take the place of others."""

    regions: tuple[Region, ...]
    places: tuple[int, ...]  # indexes of those others


def _sure(
    new: _Try,
    answer: Answer,
    usual: npt.NDArray[np.float64],
    threshold: float,
    config: StrokesConfig,
) -> list[float]:
    """Scores of the regions of a try that are digits of this page, and more than bare strokes."""
    return [
        score
        for region, (label, score) in zip(new.regions, answer, strict=True)
        if label != NONE and score >= threshold and _fits(region.box, usual, config)
    ]


def _apart(
    regions: Sequence[Region],
    refused: Sequence[int],
    usual: npt.NDArray[np.float64],
    config: StrokesConfig,
) -> list[_Try]:
    """The blobs of each region that has several, if one may be a digit."""
    parts = ((index, _blobs(regions[index], config.least_part)) for index in refused)
    return [
        _Try(tuple(blobs), (index,))
        for index, blobs in parts
        if any(_fits(blob.box, usual, config) for blob in blobs)
    ]


def _blobs(region: Region, least_part: float) -> list[Region]:
    """Blobs of a region, each alone; empty where it is but one."""
    least = least_part * max(region.box[2:])
    solid = np.asarray(region.ink > 0, np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(solid, connectivity=8)
    if count <= 2:
        return []
    blobs = []
    for label in range(1, count):
        x, y, width, height, _ = stats[label].tolist()
        if max(width, height) >= least:
            here = np.s_[y : y + height, x : x + width]
            own = np.where(labels[here] == label, region.ink[here], np.uint8(0))
            box = Box(region.box.x + x, region.box.y + y, width, height)
            blobs.append(Region(box, own, region.strength))
    return blobs


def _together(
    regions: Sequence[Region],
    refused: Sequence[int],
    usual: npt.NDArray[np.float64],
    config: StrokesConfig,
) -> list[_Try]:
    """Pairs of regions near each other that might be one digit."""
    tries: list[_Try] = []
    boxes = np.array([regions[index].box for index in refused], np.int64).reshape(-1, 4)
    low, high = boxes[:, :2], boxes[:, :2] + boxes[:, 2:]
    gaps = np.maximum(low[:, None], low) - np.minimum(high[:, None], high)
    away = np.hypot(*np.maximum(gaps, 0).transpose(2, 0, 1))
    both = np.maximum(high[:, None], high) - np.minimum(low[:, None], low)
    near = away <= config.gap * np.maximum(boxes[:, None, 3], boxes[:, 3])
    near &= both[..., 0] <= config.wide * both[..., 1]
    for one, other in np.argwhere(np.triu(near, 1)).tolist():
        if len(tries) == config.most:
            break
        if _fits(Box(0, 0, *both[one, other].tolist()), usual, config):
            pair = refused[one], refused[other]
            tries.append(_Try((_union(regions[pair[0]], regions[pair[1]]),), pair))
    return tries


def _fits(box: Box, usual: npt.NDArray[np.float64], config: StrokesConfig) -> bool:
    """Whether something so large may be a digit of this page, and more than a bare stroke."""
    if box.width < config.thin * box.height:
        return False
    part = box.height / usual
    return bool(((config.heights[0] <= part) & (part <= config.heights[1])).any())


def _union(one: Region, other: Region) -> Region:
    x, y = min(one.box.x, other.box.x), min(one.box.y, other.box.y)
    right, bottom = max(one.box.right, other.box.right), max(one.box.bottom, other.box.bottom)
    ink = np.zeros((bottom - y, right - x), np.uint8)
    for region in (one, other):
        left, top, width, height = region.box
        part = ink[top - y : top - y + height, left - x : left - x + width]
        np.maximum(part, region.ink, out=part)
    strength = max(one.strength, other.strength)
    return Region(Box(x, y, right - x, bottom - y), ink, strength)


def _replaced(
    regions: Sequence[Region], asked: Opinions, tries: Sequence[tuple[_Try, Answer]]
) -> tuple[tuple[Region, ...], Opinions]:
    """Put tries in the place of what they were made of; the first one has the choice."""
    gone: set[int] = set()
    new: list[tuple[Region, str, float]] = []
    for one, answer in tries:
        if gone.isdisjoint(one.places):
            gone.update(one.places)
            new += [
                (region, label, score)
                for region, (label, score) in zip(one.regions, answer, strict=True)
            ]
    stay = [index for index in range(len(regions)) if index not in gone]
    return (
        (*(regions[index] for index in stay), *(region for region, _, _ in new)),
        Opinions(
            (*(asked.labels[index] for index in stay), *(label for _, label, _ in new)),
            np.concatenate([asked.scores[stay], [score for _, _, score in new]]),
        ),
    )
