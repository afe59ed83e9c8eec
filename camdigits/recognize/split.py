"""Cut apart digits that touch each other.

A blob that is no digit as a whole, but as high as the digits around it and wide enough for two,
is cut along several paths; of all ways to use some of them the one is taken whose parts are most
probably digits, every one of them. Nothing is cut on a page where no digit was read, so letters,
drawings and cloth cost nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, product

import numpy as np

from camdigits.image import cv2
from camdigits.recognize.classify import NONE, Ask, Opinions
from camdigits.recognize.glyph import glyphs_of
from camdigits.segment.cut_paths import Floats, Span, find_cuts
from camdigits.values import Region

INKED = 60  # of 255: a weaker pixel is the edge of a stroke
Found = list[tuple[Region, str, float]]  # parts with their labels and scores


@dataclass(frozen=True, slots=True)
class SplitConfig:
    """What is worth a try; lengths are parts of the blob's height."""

    heights: tuple[float, float] = (0.6, 2.0)  # of some digit on the page
    thin: float = 0.36  # a narrower region is a bare stroke, and says nothing
    least_width: float = 0.5  # narrower is one digit
    most_width: float = 4.0  # wider is a word or a line
    part_width: tuple[float, float] = (0.08, 1.3)  # of a digit
    stroke: float = 0.36  # of its length: a narrower part is a bare stroke, however it slants
    shared: float = 0.1  # how far a part reaches over a cut: where strokes cross, both own the ink
    part_height: float = 0.55  # a part is nearly as high as the whole
    most: int = 24  # blobs cut apart in one picture, the widest first
    page: float = 0.1  # of what stands on a page are read digits; else it is no page of numbers
    most_elsewhere: int = 4  # blobs cut apart there


DEFAULT = SplitConfig()


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """What may be one digit of a blob."""

    start: int  # number of the path on its left; 0 is the blob's edge
    end: int  # and of that on its right
    span: Span
    region: Region

    @property
    def is_last(self) -> bool:
        """Whether it reaches the blob's right edge."""
        return self.span.right is None


def split(
    regions: Sequence[Region],
    asked: Opinions,
    ask: Ask,
    threshold: float,
    config: SplitConfig = DEFAULT,
) -> tuple[tuple[Region, ...], Opinions]:
    """Replace regions that hold several digits by their parts.

    Args:
        regions: of one picture.
        asked: the classifier's opinion of each.
        ask: gives opinions of glyphs.
        threshold: every part has to be a digit at least this probable.
        config: what is tried.

    Returns:
        Regions and opinions in the given order, each cut region replaced by its parts.
    """
    candidates = _candidates(regions, asked, threshold, config)
    tries = {index: parts_of(regions[index], config) for index in candidates}
    halves = [part.region for parts in tries.values() for part in parts]
    if not halves:
        return tuple(regions), asked
    opinions = ask(glyphs_of(halves))
    answers = iter(zip(halves, opinions.labels, opinions.scores.tolist(), strict=True))
    cut: dict[int, Found] = {}
    for index, parts in tries.items():
        rows: dict[tuple[int, int], tuple[Region, str, float]] = {}
        for part in parts:
            answer = next(answers)
            place = part.start, part.end
            if place not in rows or _digit_score(answer) > _digit_score(rows[place]):
                rows[place] = answer
        last = max((part.end for part in parts if part.is_last), default=None)
        found = _best(rows, threshold, last)
        # Two strokes and nothing else are a V or an N far more often than an 11.
        if not all(_is_stroke(region, config) for region, _, _ in found):
            cut[index] = found
    rest: Found = []
    for index, region in enumerate(regions):
        whole = [(region, asked.labels[index], float(asked.scores[index]))]
        rest += cut.get(index, whole)
    return tuple(row[0] for row in rest), Opinions(
        tuple(row[1] for row in rest), np.array([row[2] for row in rest])
    )


def _candidates(
    regions: Sequence[Region], asked: Opinions, threshold: float, config: SplitConfig
) -> list[int]:
    """Indexes of blobs that may hold several digits, the widest first."""
    read = asked.digits(threshold)
    if not read.any():
        return []
    wide, high = np.array([region.box[2:] for region in regions], np.float64).T
    usual = high[read & (wide >= config.thin * high)]
    part = high[:, None] / usual
    fits = ~read & ((config.heights[0] <= part) & (part <= config.heights[1])).any(axis=1)
    fits &= (wide >= config.least_width * high) & (wide <= config.most_width * high)
    order = np.argsort(-wide, kind="stable")
    most = config.most if read.sum() >= config.page * len(read) else config.most_elsewhere
    return [int(index) for index in order if fits[index]][:most]


def parts_of(blob: Region, config: SplitConfig = DEFAULT) -> list[Part]:
    """Cut out what lies between any two paths, the blob's edges counted, if it may be a digit.

    Where strokes lie over each other both digits own the ink: each part is also cut out with a
    stroke's width more on either side.
    """
    height, width = blob.ink.shape
    edges = [None, *find_cuts(blob.ink), None]
    last = len(edges) - 1
    places = [0.0, *(float(path.mean()) for path in edges[1:-1] if path is not None), width]
    low, high = (part * height for part in config.part_width)
    more = config.shared * height
    parts = []
    for start, end in combinations(range(last + 1), 2):
        if not low <= places[end] - places[start] <= high or (start, end) == (0, last):
            continue
        for left, right in product(_both(edges[start], -more), _both(edges[end], more)):
            span = Span(left, right)
            region = span.part(blob)
            if region is not None and region.box.height >= config.part_height * height:
                parts.append(Part(start, end, span, region))
    return parts


def _both(path: Floats | None, more: float) -> tuple[Floats | None, ...]:
    """A path as it is, and moved aside."""
    return (None,) if path is None else (path, path + more)


def _is_stroke(region: Region, config: SplitConfig) -> bool:
    """Whether a part is one bare stroke, upright or slanting."""
    points = cv2.findNonZero(np.asarray(region.ink > INKED, np.uint8))
    if points is None:
        return True
    sides = cv2.minAreaRect(points)[1]
    return bool(min(sides) <= config.stroke * max(sides))


def _digit_score(answer: tuple[Region, str, float]) -> float:
    return 0.0 if answer[1] == NONE else answer[2]


def _best(
    rows: dict[tuple[int, int], tuple[Region, str, float]], threshold: float, last: int | None
) -> Found:
    """Choose the row of parts, from edge to edge, whose scores multiply to the most."""
    if last is None:
        return []
    best: dict[int, tuple[float, tuple[int, ...]]] = {0: (1.0, (0,))}
    for end in range(1, last + 1):
        ways = [
            (best[start][0] * row[2], (*best[start][1], end))
            for (start, stop), row in rows.items()
            if stop == end and start in best and row[1] != NONE and row[2] >= threshold
        ]
        if ways:
            best[end] = max(ways)
    if last not in best:
        return []
    return [rows[span] for span in pairwise(best[last][1])]
