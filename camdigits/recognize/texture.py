"""Leave out texture: cloth, stone and leaves have thousands of blobs the size of a digit.

Where a picture has far more blobs than a page, each tile of it is tried on a few of its blobs, the
largest and those most like strokes; a tile none of whose samples is a digit is not read.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from camdigits.image import cv2
from camdigits.recognize.classify import Ask
from camdigits.recognize.glyph import glyphs_of
from camdigits.segment.contours import Outlines
from camdigits.segment.ink import Ink
from camdigits.segment.regions import region_of


@dataclass(frozen=True, slots=True)
class TextureConfig:
    """When blobs are tried before they are read."""

    many: int = 600  # blobs that may be a digit: a page of newsprint has fewer
    least_px: int = 8  # longest side of those
    tiles: int = 4  # along the longer side
    crowded: int = 16  # blobs in a tile; fewer are read without a trial
    largest: int = 2  # blobs of a tile that are tried: a digit on cloth is larger than the weave
    strokes: int = 3  # and so many of those with the longest outlines for their size
    sizes: tuple[float, float] = (0.3, 3.0)  # of the digits found in a tile: read, too
    most: int = 300  # blobs that are read after all


DEFAULT = TextureConfig()


def without_texture(
    blobs: Outlines, ink: Ink, ask: Ask, threshold: float, config: TextureConfig = DEFAULT
) -> Outlines:
    """Keep the blobs worth reading.

    Args:
        blobs: digit-sized components, the largest first.
        ink: where they were found.
        ask: gives opinions of glyphs.
        threshold: a digit is at least this probable.
        config: when and how many are tried.

    Returns:
        `blobs` itself where there are not too many; else those of tiles with a digit.
    """
    if np.count_nonzero(blobs.boxes[:, 2:].max(axis=1) >= config.least_px) <= config.many:
        return blobs
    tiles = list(_tiles(blobs, ink.mask.shape, config))
    samples = [_sample(tile, blobs, config) for tile in tiles]
    tried = [region_of(blobs, index, ink) for sample in samples for index in sample]
    digits = ask(glyphs_of(tried)).digits(threshold)
    longest = blobs.boxes[:, 2:].max(axis=1)
    keep = np.zeros(len(longest), np.bool_)
    start = 0
    for tile, sample in zip(tiles, samples, strict=True):
        found = digits[start : start + len(sample)]
        start += len(sample)
        if len(tile) <= config.crowded:
            keep[tile] = True
        elif found.any():
            low, high = (part * longest[np.asarray(sample)[found]] for part in config.sizes)
            keep[tile] = (longest[tile] >= low.min()) & (longest[tile] <= high.max())
    return blobs.only(np.flatnonzero(keep)[: config.most])


def _tiles(
    blobs: Outlines, shape: tuple[int, ...], config: TextureConfig
) -> Iterator[npt.NDArray[np.intp]]:
    """Indexes of the blobs of each tile, the largest first."""
    side = -(-max(shape) // config.tiles)
    columns, rows = (blobs.boxes[:, :2] + blobs.boxes[:, 2:] // 2).T // side
    place = rows * config.tiles + columns
    for tile in np.unique(place):
        yield np.flatnonzero(place == tile)


def _sample(tile: npt.NDArray[np.intp], blobs: Outlines, config: TextureConfig) -> list[int]:
    """Blobs of a tile to be tried; none where all are read anyway."""
    if len(tile) <= config.crowded:
        return []
    rest = tile[config.largest :]
    rest = rest[blobs.boxes[rest, 2:].max(axis=1) >= config.least_px]
    outline = [cv2.arcLength(blobs.contours[blobs.outer[index]], True) for index in rest]
    curled = np.array(outline) / blobs.boxes[rest, 2:].sum(axis=1)
    like_strokes = rest[np.argsort(-curled, kind="stable")[: config.strokes]]
    return [int(index) for index in (*tile[: config.largest], *like_strokes)]
