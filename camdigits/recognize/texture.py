"""Skip texture: cloth, stone and leaves have thousands of components the size of a digit.

If an image has far more components than a page, a few components of each tile are classified: the
largest ones and those most like strokes. A tile without a digit among them is not read.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from camdigits.image import cv2
from camdigits.recognize.classify import Classify
from camdigits.segment.contours import Components
from camdigits.segment.regions import region_of
from camdigits.values import Ink


@dataclass(frozen=True, slots=True)
class TextureConfig:
    """Limits for sampling components before they are classified."""

    max_components: int = 600  # a page of newsprint has fewer digit-sized components
    min_side_px: int = 8  # chosen: longest side of those
    tiles: int = 4  # chosen: along the longer side
    max_untested: int = 16  # chosen: components of a tile that are read without sampling
    samples_largest: int = 2  # chosen: a digit on cloth is larger than the weave
    samples_curled: int = 3  # chosen: components with the longest contour for their size
    size_range: tuple[float, float] = (0.3, 3.0)  # chosen: over the digits found in the tile
    max_kept: int = 300  # chosen: components kept at most


DEFAULT = TextureConfig()


def without_texture(
    components: Components,
    ink: Ink,
    classify: Classify,
    threshold: float,
    config: TextureConfig = DEFAULT,
) -> Components:
    """Keep the components of tiles that contain a digit.

    Args:
        components: digit-sized ones, the largest first.
        ink: where they were found.
        classify: predicts regions.
        threshold: a digit is at least this probable.
        config: limits.

    Returns:
        `components` itself up to the limit; above it those of tiles with a digit.
    """
    if np.count_nonzero(components.boxes[:, 2:].max(axis=1) >= config.min_side_px) <= (
        config.max_components
    ):
        return components
    tiles = list(_tiles(components, ink.mask.shape, config))
    samples = [_sample(tile, components, config) for tile in tiles]
    tried = [region_of(components, index, ink) for sample in samples for index in sample]
    digits = classify(tried).accepted(threshold)
    longest = components.boxes[:, 2:].max(axis=1)
    keep = np.zeros(len(longest), np.bool_)
    start = 0
    for tile, sample in zip(tiles, samples, strict=True):
        found = digits[start : start + len(sample)]
        start += len(sample)
        if len(tile) <= config.max_untested:
            keep[tile] = True
        elif found.any():
            low, high = (part * longest[np.asarray(sample)[found]] for part in config.size_range)
            keep[tile] = (longest[tile] >= low.min()) & (longest[tile] <= high.max())
    return components.only(np.flatnonzero(keep)[: config.max_kept])


def _tiles(
    components: Components, shape: tuple[int, ...], config: TextureConfig
) -> Iterator[npt.NDArray[np.intp]]:
    """Yield indexes of the components of each tile, the largest first."""
    side = -(-max(shape) // config.tiles)
    columns, rows = (components.boxes[:, :2] + components.boxes[:, 2:] // 2).T // side
    place = rows * config.tiles + columns
    for tile in np.unique(place):
        yield np.flatnonzero(place == tile)


def _sample(
    tile: npt.NDArray[np.intp], components: Components, config: TextureConfig
) -> list[int]:
    """Return indexes of components of a tile to classify; empty if all are kept anyway."""
    if len(tile) <= config.max_untested:
        return []
    rest = tile[config.samples_largest :]
    rest = rest[components.boxes[rest, 2:].max(axis=1) >= config.min_side_px]
    outline = [cv2.arcLength(components.contours[components.outer[index]], True) for index in rest]
    curled = np.array(outline) / components.boxes[rest, 2:].sum(axis=1)
    like_strokes = rest[np.argsort(-curled, kind="stable")[: config.samples_curled]]
    return [int(index) for index in (*tile[: config.samples_largest], *like_strokes)]
