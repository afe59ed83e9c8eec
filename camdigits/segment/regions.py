"""Turn components into digit-sized regions: filter by size and join strokes of one digit."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from camdigits.geometry import union
from camdigits.image import cv2
from camdigits.segment.contours import Boxes, Components, Contour
from camdigits.segment.find_rules import find_components
from camdigits.values import Box, GrayImage, Ink, Region


@dataclass(frozen=True, slots=True)
class RegionConfig:
    """Limits in pixels of the searched image, or as fractions of a component's longer side."""

    min_side_px: int = 8  # chosen: a region with a smaller longer side is dust
    max_image_fraction: float = 0.95  # chosen: of height or width; sheets and tables are larger
    max_regions: int = 600  # chosen: with strokes; components of min_side_px are all kept
    max_speck_px: int = 6  # chosen: a component with a smaller longer side is a speck
    speck_cell_px: int = 32  # chosen: side of the square cells in which specks are counted
    max_specks_per_cell: float = 5.0  # 2.3 around the digits of real photos, 6 to 12 on stone
    max_join_gap: float = 0.12  # chosen: largest gap between strokes of one digit
    max_join_size: float = 0.7  # chosen: a longer stroke is a separate digit
    max_flat_aspect: float = 2.0  # chosen: width over height of a region lower than min_side_px
    max_digit_aspect: float = 2.0  # chosen: width over height; wider are several digits
    min_stroke_size: float = 0.2  # chosen: smaller is a dot or a comma


DEFAULT = RegionConfig()


def find_regions(ink: Ink, config: RegionConfig = DEFAULT) -> tuple[Region, ...]:
    """Return the regions of ink that have the size of a digit.

    Args:
        ink: mask and contrast of an (H, W) image.
        config: limits in pixels.

    Returns:
        Regions ordered by left edge, then by top edge; empty if nothing fits.
    """
    return join_regions(digit_sized(find_components(ink), ink.mask.shape, config), ink, config)


def digit_sized(
    components: Components, shape: tuple[int, ...], config: RegionConfig = DEFAULT
) -> Components:
    """Return components that may be a digit or a stroke of one, the largest first."""
    return components.only(_digit_sized(components.boxes, shape, config))


def specks_per_cell(
    components: Components, shape: tuple[int, ...], config: RegionConfig = DEFAULT
) -> float:
    """Return the mean number of specks per cell of an (H, W) image: sensor noise has many."""
    specks = np.count_nonzero(components.boxes[:, 2:].max(axis=1, initial=0) < config.max_speck_px)
    return float(specks) * config.speck_cell_px**2 / (shape[0] * shape[1])


def join_regions(
    components: Components, ink: Ink, config: RegionConfig = DEFAULT
) -> tuple[Region, ...]:
    """Join strokes of one digit and cut out each region with its own ink only.

    Args:
        components: digit-sized ones, the largest first.
        ink: in which they were found.
        config: limits in pixels.

    Returns:
        Regions ordered by left edge, then by top edge.
    """
    parts = [components.component(index) for index in range(len(components.boxes))]
    groups = join(parts, components.boxes, config)
    boxes = [Box(*box) for box in components.boxes.tolist()]
    members = [
        (
            [parts[index] for index in group],
            boxes[group[0]] if len(group) == 1 else union(boxes[index] for index in group),
        )
        for group in groups
    ]
    regions = [
        _region(own, box, ink.contrast)
        for own, box in members
        if max(box.width, box.height) >= config.min_side_px and not _is_flat(box, config)
    ]
    return tuple(sorted(regions, key=lambda region: region.box[:2]))


def region_of(components: Components, index: int, ink: Ink) -> Region:
    """Cut out one component."""
    box = Box(*components.boxes[index].tolist())
    return _region([components.component(index)], box, ink.contrast)


def _is_flat(box: Box, config: RegionConfig) -> bool:
    """Whether a region is a low dash, such as the grain of wood."""
    return box.height < config.min_side_px and box.width > config.max_flat_aspect * box.height


def joined(regions: Sequence[Region]) -> Region:
    """Return the ink of several regions as one."""
    box = union(region.box for region in regions)
    ink = np.zeros((box.height, box.width), np.uint8)
    for each in regions:
        left, top = each.box.x - box.x, each.box.y - box.y
        part = ink[top : top + each.box.height, left : left + each.box.width]
        np.maximum(part, each.ink, out=part)
    return Region(box, ink, max(region.strength for region in regions))


def _digit_sized(boxes: Boxes, shape: tuple[int, ...], config: RegionConfig) -> list[int]:
    """Return indexes of boxes that may be a digit or a stroke of one, the largest first."""
    height, width = shape[:2]
    longest = boxes[:, 2:].max(axis=1, initial=0)
    fits = (boxes[:, 2] <= config.max_image_fraction * width) & (
        boxes[:, 3] <= config.max_image_fraction * height
    )
    fits &= _specks_around(boxes, longest, (height, width), config) <= config.max_specks_per_cell
    fits &= longest >= max(2, round(config.min_side_px * config.min_stroke_size))
    order = np.argsort(-longest, kind="stable")
    count = max(config.max_regions, int(np.count_nonzero(longest >= config.min_side_px)))
    return [int(index) for index in order[fits[order]][:count]]


def _specks_around(
    boxes: Boxes, longest: npt.NDArray[np.int32], shape: tuple[int, int], config: RegionConfig
) -> npt.NDArray[np.float32]:
    """Return (N,) specks per cell around the centre of each box; stone and cloth have many."""
    side = config.speck_cell_px
    counts = np.zeros((shape[0] // side + 1, shape[1] // side + 1), np.float32)
    columns, rows = (boxes[:, :2] + boxes[:, 2:] // 2).T // side
    specks = longest < config.max_speck_px
    np.add.at(counts, (rows[specks], columns[specks]), 1)
    near = np.asarray(cv2.blur(counts, (3, 3)), np.float32)
    return np.asarray(near[rows, columns], np.float32)


def join(parts: Sequence[list[Contour]], boxes: Boxes, config: RegionConfig) -> list[list[int]]:
    """Assign strokes to the component they belong to: the bar of a 5, the second stroke of a 4.

    Args:
        parts: outline and holes of each component.
        boxes: (N, 4) x, y, width, height of each component, the longest first.
        config: limits for gap and size of a stroke.

    Returns:
        Indexes of the components of each digit.
    """
    longest = boxes[:, 2:].max(axis=1, initial=0)
    # Joined digits are wide: their strokes have the size of one digit.
    size = np.minimum(longest, config.max_digit_aspect * boxes[:, 3])
    reach = config.max_join_gap * size
    owner_of = list(range(len(parts)))
    owners, strokes = _near(boxes, longest, size, config)
    rivals_of: dict[int, list[int]] = {}
    for owner, stroke in zip(owners.tolist(), strokes.tolist(), strict=True):
        rivals_of.setdefault(stroke, []).append(owner)
    for stroke in sorted(rivals_of):
        rivals = [
            (distance, other)
            for other in rivals_of[stroke]
            if owner_of[other] == other  # otherwise strokes would be chained along a whole word
            and (distance := _distance(parts[other], parts[stroke])) <= reach[other]
        ]
        if rivals:
            owner_of[stroke] = min(rivals)[1]
    members: dict[int, list[int]] = {}
    for index, owner in enumerate(owner_of):
        members.setdefault(owner, []).append(index)
    return list(members.values())


def _distance(outline: list[Contour], stroke: list[Contour]) -> float:
    """Return the distance in pixels of two outlines, from at least 16 points of `stroke`.

    The distance of boxes is not enough: the box of a table contains all its digits.
    """
    points = stroke[0][:: max(1, len(stroke[0]) // 16), 0]
    return min(
        abs(cv2.pointPolygonTest(outline[0], (float(x), float(y)), measureDist=True))
        for x, y in points
    )


def _near(
    boxes: Boxes,
    longest: npt.NDArray[np.int32],
    size: npt.NDArray[np.float64],
    config: RegionConfig,
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return indexes of components and of strokes near enough and small enough to be theirs."""
    stroke, own = longest.astype(np.float32), size.astype(np.float32)[:, None]
    near = (stroke <= config.max_join_size * own) & (stroke >= config.min_stroke_size * own)
    low, high = boxes[:, :2].astype(np.float32), (boxes[:, :2] + boxes[:, 2:]).astype(np.float32)
    reach = config.max_join_gap * own
    for axis in (0, 1):
        near &= low[:, axis] - high[:, axis, None] <= reach
        near &= low[:, axis, None] - high[:, axis] <= reach
    owners, strokes = np.nonzero(near)
    gaps = np.maximum(low[owners], low[strokes]) - np.minimum(high[owners], high[strokes])
    close = np.hypot(*np.maximum(gaps, 0).T) <= reach[owners, 0]
    return owners[close], strokes[close]


def _region(members: Sequence[list[Contour]], box: Box, contrast: GrayImage) -> Region:
    """Cut out the ink of the members only, and stretch it to the full range."""
    x, y, width, height = box
    own = np.zeros((height, width), np.uint8)
    for part in members:
        # Outline and holes are filled together by the even-odd rule, so holes stay 0.
        cv2.drawContours(own, part, -1, 255, cv2.FILLED, offset=(-x, -y))
    ink = cv2.bitwise_and(contrast[y : y + height, x : x + width], own)
    mean, deviation = cv2.meanStdDev(ink, mask=own)
    # Mean plus one standard deviation becomes 255: pale pencil gets the contrast of pen.
    full = max(1.0, float(mean[0, 0] + deviation[0, 0]))
    stretched = np.asarray(cv2.convertScaleAbs(ink, alpha=255 / full), np.uint8)
    return Region(box, stretched, full)
