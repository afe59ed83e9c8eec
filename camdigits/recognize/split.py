"""Split regions of touching digits.

A rejected region that is about as high as digits on the page and wide enough for two is cut along
several paths. The combination with the largest product of scores is used, provided that every
part is accepted. Nothing is split on a page without accepted digits.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise, product

import numpy as np

from camdigits.geometry import BARE_STROKE_ASPECT
from camdigits.image import cv2
from camdigits.recognize.classify import Classify
from camdigits.segment.cut_paths import CutPathConfig, Span, find_cut_paths
from camdigits.values import NONE, Candidates, Flags, Floats, Region

MIN_STROKE_LEVEL = 60  # of 255, chosen: a weaker pixel is the edge of a stroke


@dataclass(frozen=True, slots=True)
class SplitConfig:
    """Limits for splits; lengths are fractions of the region's height."""

    cut_paths: CutPathConfig = field(default_factory=CutPathConfig)
    height_range: tuple[float, float] = (0.6, 2.0)  # chosen: over the height of some digit
    bare_stroke_aspect: float = BARE_STROKE_ASPECT  # narrower digits give no height
    min_width_heights: float = 0.5  # chosen: narrower is one digit
    max_width_heights: float = 4.0  # chosen: wider is a word or a line
    part_width_range: tuple[float, float] = (0.08, 1.3)  # chosen: width of one digit
    max_stroke_thickness: float = BARE_STROKE_ASPECT  # of its length, in any direction
    shared_heights: float = 0.1  # chosen: overlap across a cut; both digits own a crossing
    min_part_height: float = 0.55  # chosen: of the whole
    max_regions: int = 24  # chosen: regions cut apart in one image, the widest first
    min_page_fraction: float = 0.1  # chosen: digits among regions of a page of digits
    max_regions_elsewhere: int = 4  # chosen: the same on other pages


DEFAULT = SplitConfig()


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A part of a region that may be one digit."""

    start: int  # number of the path on its left; 0 is the region's edge
    end: int  # number of the path on its right
    span: Span
    region: Region

    @property
    def is_last(self) -> bool:
        """Whether the part extends to the region's right edge."""
        return self.span.right is None


def split(
    candidates: Candidates, classify: Classify, threshold: float, config: SplitConfig = DEFAULT
) -> Candidates:
    """Replace regions that consist of several digits by their parts.

    Args:
        candidates: of one image.
        classify: predicts regions.
        threshold: every part has to be a digit at least this probable.
        config: limits.

    Returns:
        Candidates in the given order, each cut region replaced by its parts.
    """
    chosen = _worth_cutting(candidates, threshold, config)
    tries = {row: parts_of(candidates.regions[row], config) for row in chosen}
    parts = [part for each in tries.values() for part in each]
    if not parts:
        return candidates
    new = classify([part.region for part in parts])
    accepted, start = new.accepted(threshold), 0
    cut: dict[int, list[int]] = {}
    for row, own in tries.items():
        best = _best(_spans(own, start, new, accepted), new.scores, own)
        start += len(own)
        # Two bare strokes and nothing else are a V or an N far more often than an 11.
        if not all(_is_stroke(new.regions[part], config) for part in best):
            cut[row] = [len(candidates) + part for part in best]
    rows = [new_row for row in range(len(candidates)) for new_row in cut.get(row, [row])]
    return candidates.replaced(rows, new)


def _worth_cutting(candidates: Candidates, threshold: float, config: SplitConfig) -> list[int]:
    """Return indexes of regions that may consist of several digits, the widest first."""
    read = candidates.accepted(threshold)
    if not read.any():
        return []
    wide, high = np.array([region.box[2:] for region in candidates.regions], np.float64).T
    usual = high[read & (wide >= config.bare_stroke_aspect * high)]
    part = high[:, None] / usual
    low, top = config.height_range
    fits = ~read & ((low <= part) & (part <= top)).any(axis=1)
    fits &= (wide >= config.min_width_heights * high) & (wide <= config.max_width_heights * high)
    order = np.argsort(-wide, kind="stable")
    is_page = read.sum() >= config.min_page_fraction * len(read)
    limit = config.max_regions if is_page else config.max_regions_elsewhere
    return [int(row) for row in order if fits[row]][:limit]


def parts_of(region: Region, config: SplitConfig = DEFAULT) -> list[Part]:
    """Cut out the part between any two paths, the region's edges included, if it may be a digit.

    Overlapping strokes belong to both digits: each part is also cut out with the width of a
    stroke added on either side.
    """
    height, width = region.ink.shape
    edges = [None, *find_cut_paths(region.ink, config.cut_paths), None]
    last = len(edges) - 1
    places = [0.0, *(float(path.mean()) for path in edges[1:-1] if path is not None), width]
    low, high = (part * height for part in config.part_width_range)
    more = config.shared_heights * height
    parts = []
    for start, end in combinations(range(last + 1), 2):
        if not low <= places[end] - places[start] <= high or (start, end) == (0, last):
            continue
        for left, right in product(_both(edges[start], -more), _both(edges[end], more)):
            span = Span(left, right)
            part = span.part(region)
            if part is not None and part.box.height >= config.min_part_height * height:
                parts.append(Part(start, end, span, part))
    return parts


def _both(path: Floats | None, more: float) -> tuple[Floats | None, ...]:
    """Return a path as it is, and moved sideways."""
    return (None,) if path is None else (path, path + more)


def _is_stroke(region: Region, config: SplitConfig) -> bool:
    """Whether a part is one bare stroke, vertical or slanting."""
    points = cv2.findNonZero(np.asarray(region.ink > MIN_STROKE_LEVEL, np.uint8))
    if points is None:
        return True
    sides = cv2.minAreaRect(points)[1]
    return bool(min(sides) <= config.max_stroke_thickness * max(sides))


Spans = dict[tuple[int, int], int]  # from path to path: row of the best part between them


def _spans(parts: Sequence[Part], start: int, new: Candidates, accepted: Flags) -> Spans:
    """Return the most digit-like part between any two paths, if it is accepted."""
    none = np.array([label == NONE for label in new.labels[start : start + len(parts)]])
    scores = np.where(none, 0.0, new.scores[start : start + len(parts)]).tolist()
    best: dict[tuple[int, int], int] = {}
    for index, part in enumerate(parts):
        span = part.start, part.end
        if span not in best or scores[index] > scores[best[span]]:
            best[span] = index
    return {span: start + index for span, index in best.items() if accepted[start + index]}


def _best(spans: Spans, scores: Floats, parts: Sequence[Part]) -> list[int]:
    """Choose the chain of parts, from edge to edge, with the largest product of scores."""
    last = max((part.end for part in parts if part.is_last), default=None)
    if last is None:
        return []
    best: dict[int, tuple[float, tuple[int, ...]]] = {0: (1.0, (0,))}
    for end in range(1, last + 1):
        chains = [
            (best[start][0] * float(scores[row]), (*best[start][1], end))
            for (start, stop), row in spans.items()
            if stop == end and start in best
        ]
        if chains:
            best[end] = max(chains)
    if last not in best:
        return []
    return [spans[span] for span in pairwise(best[last][1])]
