"""Skip texture: cloth, stone and leaves have thousands of components the size of a digit.

If an image has far more components than a page, those on a sheet are kept, if it shows one.
Otherwise a few components of each tile are classified: the largest ones and those most like
strokes. From the digits among them the search grows: components of similar size near a digit are
classified next, until no more digits are found. If most of the sampled ones are digits, the image
is a dense page and is read as a whole.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from camdigits.image import cv2
from camdigits.recognize.classify import Classify
from camdigits.segment.contours import Boxes, Components
from camdigits.segment.regions import region_of
from camdigits.segment.sheets import Sheet
from camdigits.values import Flags, Ink


@dataclass(frozen=True, slots=True)
class TextureConfig:
    """Limits for sampling components before they are classified."""

    max_components: int = 600  # a page of newsprint has fewer digit-sized components
    min_side_px: int = 8  # chosen: longest side of those
    min_outside: int = 200  # chosen: components beside a sheet that are texture
    tiles: int = 6  # chosen: along the longer side
    max_untested: int = 6  # chosen: components of a tile that are read without sampling
    samples_largest: int = 2  # chosen: a digit on cloth is larger than the weave
    samples_curled: int = 3  # chosen: components with the longest contour for their size
    min_dense_share: float = 0.5  # chosen: digits among the samples of a dense page
    size_range: tuple[float, float] = (0.4, 2.2)  # chosen: over a digit nearby
    radius_heights: float = 4.0  # chosen: distance from a digit to components tried next
    max_rounds: int = 12  # chosen: of growing
    max_tried: int = 900  # chosen: components classified at most
    max_kept: int = 6000  # chosen: components of a dense page at most


DEFAULT = TextureConfig()


def without_texture(
    components: Components,
    ink: Ink,
    classify: Classify,
    threshold: float,
    find_sheets: Callable[[], Sequence[Sheet]],
    config: TextureConfig = DEFAULT,
) -> tuple[Components, bool]:
    """Keep the components that may be digits on an image that is full of components.

    Args:
        components: digit-sized ones, the largest first.
        ink: where they were found.
        classify: predicts regions.
        threshold: a digit is at least this probable.
        find_sheets: finds the sheets in the image.
        config: limits.

    Returns:
        `components` itself up to the limit; above it those on a sheet, or near digits; and
        whether what is left is among texture.
    """
    longest = components.boxes[:, 2:].max(axis=1)
    large = longest >= config.min_side_px
    if np.count_nonzero(large) <= config.max_components:
        return components, False
    centres = components.boxes[:, :2] + components.boxes[:, 2:] / 2
    for sheet in find_sheets():
        inside = sheet.contains(centres)
        on_sheet = np.count_nonzero(inside & large)
        is_calm = on_sheet <= config.max_components
        if on_sheet > 0 and is_calm and np.count_nonzero(large) - on_sheet >= config.min_outside:
            return components.only(np.flatnonzero(inside)), False
    tiles = list(_tiles(components.boxes, ink.mask.shape, config))
    samples = [_sample(tile, components, config) for tile in tiles]
    tried = np.array(sorted({index for sample in samples for index in sample}), np.intp)
    digits = _accepted(tried, components, ink, classify, threshold)
    if len(tried) and len(digits) >= config.min_dense_share * len(tried):
        return components.only(np.arange(len(longest))[: config.max_kept]), False
    keep = _grown(digits, tried, components, ink, classify, threshold, config)
    for tile in tiles:
        keep[tile] |= len(tile) <= config.max_untested
    return components.only(np.flatnonzero(keep)), True


def _grown(
    digits: npt.NDArray[np.intp],
    tried: npt.NDArray[np.intp],
    components: Components,
    ink: Ink,
    classify: Classify,
    threshold: float,
    config: TextureConfig,
) -> Flags:
    """(N,) bool: components of similar size near the digits that are found by growing."""
    boxes = components.boxes.astype(np.float32)
    keep = np.zeros(len(boxes), np.bool_)
    known = np.zeros(len(boxes), np.bool_)
    known[tried] = True
    for _ in range(config.max_rounds):
        near = _near(boxes, digits, config)
        keep |= near
        fresh = np.flatnonzero(near & ~known)[: max(0, config.max_tried - known.sum())]
        if not len(fresh):
            break
        known[fresh] = True
        digits = _accepted(fresh, components, ink, classify, threshold)
        if not len(digits):
            break
    return keep


def _accepted(
    indexes: npt.NDArray[np.intp],
    components: Components,
    ink: Ink,
    classify: Classify,
    threshold: float,
) -> npt.NDArray[np.intp]:
    """Return which of the components are digits by themselves."""
    regions = [region_of(components, index, ink) for index in indexes.tolist()]
    return indexes[classify(regions).accepted(threshold)]


def _near(
    boxes: npt.NDArray[np.float32], digits: npt.NDArray[np.intp], config: TextureConfig
) -> Flags:
    """(N,) bool: components of similar size as one of the digits, and near it."""
    size = boxes[:, 2:].max(axis=1)
    centres = boxes[:, :2] + boxes[:, 2:] / 2
    near = np.zeros(len(boxes), np.bool_)
    for index in digits.tolist():
        part = size / size[index]
        fits = (config.size_range[0] <= part) & (part <= config.size_range[1])
        away = np.abs(centres - centres[index]).max(axis=1)
        near |= fits & (away <= config.radius_heights * size[index])
    return near


def _tiles(
    boxes: Boxes, shape: tuple[int, ...], config: TextureConfig
) -> Iterator[npt.NDArray[np.intp]]:
    """Yield indexes of the components of each tile, the largest first."""
    side = -(-max(shape) // config.tiles)
    columns, rows = (boxes[:, :2] + boxes[:, 2:] // 2).T // side
    place = rows * config.tiles + columns
    for tile in np.unique(place):
        yield np.flatnonzero(place == tile)


def _sample(
    tile: npt.NDArray[np.intp], components: Components, config: TextureConfig
) -> list[int]:
    """Return indexes of components of a tile to classify."""
    rest = tile[config.samples_largest :]
    rest = rest[components.boxes[rest, 2:].max(axis=1) >= config.min_side_px]
    outline = [cv2.arcLength(components.contours[components.outer[index]], True) for index in rest]
    curled = np.array(outline) / components.boxes[rest, 2:].sum(axis=1)
    like_strokes = rest[np.argsort(-curled, kind="stable")[: config.samples_curled]]
    return [int(index) for index in (*tile[: config.samples_largest], *like_strokes)]
