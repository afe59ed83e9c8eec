"""Cut apart digits that touch each other.

A blob that is no digit as a whole, but as high as the digits around it and wide enough for two,
is cut at its thinnest places; the classifier decides whether the parts are digits. Nothing is
cut on a page where no digit was read, so letters, drawings and cloth cost nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from camdigits.classify import NONE, Opinions
from camdigits.glyph import glyphs_of
from camdigits.image import cv2
from camdigits.values import Box, Glyphs, GrayImage, Region

Ask = Callable[[Glyphs], Opinions]
Found = list[tuple[Region, str, float]]  # parts with their labels and scores


@dataclass(frozen=True, slots=True)
class SplitConfig:
    """What is worth a try; lengths are parts of the height along the line of writing."""

    heights: tuple[float, float] = (0.6, 2.0)  # of the usual digit on the page
    least_width: float = 0.7  # of the blob's own height: narrower is one digit
    most_width: float = 4.0  # wider is a word or a line
    least_part: float = 0.12  # of its height: a part narrower than this is no digit
    slants: tuple[float, ...] = (-0.25, 0.0, 0.25)  # how far a cut leans, as part of its height
    places: int = 3  # cuts tried per slant
    most: int = 12  # blobs cut apart in one picture, the widest first
    rounds: int = 3  # cuts one after the other: four digits in a blob


DEFAULT = SplitConfig()


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
        ask: gives opinions of glyphs, turned as `asked.rotation` says.
        threshold: every part has to be a digit at least this probable.
        config: what is tried.

    Returns:
        Regions and opinions in the given order, each cut region replaced by its parts.
    """
    candidates = _candidates(regions, asked, threshold, config)
    if not candidates:
        return tuple(regions), asked
    across = asked.rotation in (90, 270)  # lines of writing run down the picture
    parts = _cut_all([regions[index] for index in candidates], across, ask, threshold, config)
    cut = {index: found for index, found in zip(candidates, parts, strict=True) if found}
    rows: Found = []
    for index, region in enumerate(regions):
        whole = [(region, asked.labels[index], float(asked.scores[index]))]
        rows += cut.get(index, whole)
    return tuple(row[0] for row in rows), Opinions(
        tuple(row[1] for row in rows), np.array([row[2] for row in rows]), asked.rotation
    )


def _candidates(
    regions: Sequence[Region], asked: Opinions, threshold: float, config: SplitConfig
) -> list[int]:
    """Indexes of blobs that may hold several digits, the widest first."""
    sizes = np.array([region.box[2:] for region in regions], np.float64).reshape(-1, 2)
    wide, high = sizes.T if asked.rotation in (0, 180) else sizes.T[::-1]
    none = np.array([label == NONE for label in asked.labels], np.bool_)
    read = ~none & (asked.scores >= threshold)
    if not read.any():
        return []
    usual = float(np.median(high[read]))
    fits = ~read & (high >= config.heights[0] * usual) & (high <= config.heights[1] * usual)
    fits &= (wide >= config.least_width * high) & (wide <= config.most_width * high)
    order = np.argsort(-wide, kind="stable")
    return [int(index) for index in order if fits[index]][: config.most]


def _cut_all(
    blobs: Sequence[Region], across: bool, ask: Ask, threshold: float, config: SplitConfig
) -> list[Found]:
    """Cut every blob, all of one round in one call; an empty list where no cut gives digits."""
    found: list[Found] = [[] for _ in blobs]
    open_parts = dict(enumerate(blobs))
    for _ in range(config.rounds):
        tries = {
            index: pairs
            for index, blob in open_parts.items()
            if (pairs := list(_pairs(blob, across, config)))
        }
        halves = [half for pairs in tries.values() for pair in pairs for half in pair]
        opinions = ask(glyphs_of(halves))
        rows = list(zip(halves, opinions.labels, opinions.scores.tolist(), strict=True))
        open_parts, start = {}, 0
        for index, pairs in tries.items():
            own = rows[start : start + 2 * len(pairs)]
            start += 2 * len(pairs)
            done, rest = _best(own, threshold, across, config)
            found[index] += done
            if rest is not None:
                open_parts[index] = rest
            elif not done:
                found[index] = []
        if not open_parts:
            break
    for index in open_parts:
        found[index] = []
    return found


def _best(
    rows: Sequence[tuple[Region, str, float]], threshold: float, across: bool, config: SplitConfig
) -> tuple[Found, Region | None]:
    """Choose among cuts: two digits, else one digit and a rest wide enough to be cut again."""
    pairs = list(zip(rows[::2], rows[1::2], strict=True))

    def is_digit(row: tuple[Region, str, float]) -> bool:
        return row[1] != NONE and row[2] >= threshold

    both = [pair for pair in pairs if is_digit(pair[0]) and is_digit(pair[1])]
    if both:
        return [*max(both, key=lambda pair: pair[0][2] * pair[1][2])], None
    single = [
        (digit, rest)
        for one, other in pairs
        for digit, rest in ((one, other), (other, one))
        if is_digit(digit) and _is_wide(rest[0], across, config)
    ]
    if not single:
        return [], None
    digit, rest = max(single, key=lambda pair: pair[0][2])
    return [digit], rest[0]


def _is_wide(region: Region, across: bool, config: SplitConfig) -> bool:
    wide, high = region.box[2:] if not across else region.box[:1:-1]
    return wide >= config.least_width * high


def _pairs(blob: Region, across: bool, config: SplitConfig) -> list[tuple[Region, Region]]:
    """Cut a blob in two at its thinnest places, upright and slanting."""
    ink = np.ascontiguousarray(blob.ink.T) if across else blob.ink
    pairs = []
    for slant in config.slants:
        columns = _columns(ink.shape, slant)
        for place in _thin_places(ink, columns, config):
            sides = [np.where(side, ink, 0).astype(np.uint8) for side in _sides(columns, place)]
            parts = [_part(side.T if across else side, blob.box) for side in sides]
            if parts[0] is not None and parts[1] is not None:
                pairs.append((parts[0], parts[1]))
    return pairs


def _columns(shape: tuple[int, ...], slant: float) -> npt.NDArray[np.float64]:
    """(h, w): where each pixel lies along the line of writing, measured along slanting cuts."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    return np.asarray(x + slant * (y - shape[0] / 2), np.float64)


def _sides(
    columns: npt.NDArray[np.float64], place: float
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    return columns < place, columns >= place


def _thin_places(
    ink: GrayImage, columns: npt.NDArray[np.float64], config: SplitConfig
) -> list[int]:
    """Columns with the least ink, away from the ends and from each other."""
    height, width = ink.shape
    where = np.rint(columns).astype(np.int64).clip(0, width - 1)
    profile = np.bincount(where.ravel(), weights=ink.ravel() / 255.0, minlength=width)
    smooth = np.convolve(profile, [0.25, 0.5, 0.25], "same")
    margin = max(2, round(config.least_part * height))
    smooth[:margin] = smooth[width - margin :] = np.inf
    places: list[int] = []
    while len(places) < config.places:
        place = int(smooth.argmin())
        if not np.isfinite(smooth[place]):
            break
        places.append(place)
        smooth[max(0, place - margin) : place + margin + 1] = np.inf
    return places


def _part(ink: GrayImage, box: Box) -> Region | None:
    """One side of a cut, tight around its ink; None without any."""
    x, y, width, height = cv2.boundingRect(np.ascontiguousarray(ink))
    if width == 0:
        return None
    tight = np.ascontiguousarray(ink[y : y + height, x : x + width])
    return Region(Box(box.x + x, box.y + y, width, height), tight)
