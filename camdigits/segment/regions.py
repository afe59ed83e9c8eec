"""Find digit-sized blobs of ink.

Size filters, and the joining of strokes that belong together. No learning, no drawing, nothing
remembered.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from camdigits.image import cv2
from camdigits.segment.contours import Boxes, Contour, Outlines
from camdigits.segment.find_rules import without_frames
from camdigits.segment.ink import Ink
from camdigits.values import Box, GrayImage, Region


@dataclass(frozen=True, slots=True)
class RegionConfig:
    """Limits in pixels of the image that is searched, or as parts of a longer side."""

    min_side: int = 8  # a smaller longest side is dust
    max_part: float = 0.95  # of the image's height or width: larger are frames and table edges
    most: int = 600  # blobs in one image, strokes among them; those large enough for a digit all
    speck_side: int = 6  # a smaller longest side is a speck
    speck_cell: int = 32  # side of the squares in which specks are counted
    most_specks: float = 5.0  # in a square: 2.3 around the digits of real photos, 6 to 12 on stone
    join_gap: float = 0.12  # strokes of one digit are no further apart
    join_size: float = 0.7  # a stroke as long as its neighbour is a digit of its own
    dust: float = 0.2  # a smaller one is a dot or a comma, not a stroke


DEFAULT = RegionConfig()


def find_regions(ink: Ink, config: RegionConfig = DEFAULT) -> tuple[Region, ...]:
    """Find blobs of ink the size of a digit.

    Args:
        ink: mask and contrast of an (H, W) image.
        config: limits in pixels.

    Returns:
        Regions ordered by left edge, then by top edge; empty if nothing fits.
    """
    return regions_of(find_blobs(ink, config), ink, config)


def find_blobs(ink: Ink, config: RegionConfig = DEFAULT) -> Outlines:
    """Find components that may be a digit or a stroke of one, the largest first."""
    outlines = without_frames(ink)
    return outlines.only(_digit_sized(outlines.boxes, ink.mask.shape, config))


def regions_of(blobs: Outlines, ink: Ink, config: RegionConfig = DEFAULT) -> tuple[Region, ...]:
    """Join strokes and cut the digits out, each with its own ink.

    Args:
        blobs: as `find_blobs` gives them, some left out perhaps.
        ink: where they were found.
        config: limits in pixels.

    Returns:
        Regions ordered by left edge, then by top edge.
    """
    pieces = [blobs.piece(index) for index in range(len(blobs.boxes))]
    groups = join(pieces, blobs.boxes, config)
    members = [[pieces[index] for index in group] for group in groups]
    regions = [_region(own, ink.contrast) for own in members if _longest(own) >= config.min_side]
    return tuple(sorted(regions, key=lambda region: (region.box.x, region.box.y)))


def region_of(blobs: Outlines, index: int, ink: Ink) -> Region:
    """Cut one blob out, alone."""
    return _region([blobs.piece(index)], ink.contrast)


def _digit_sized(boxes: Boxes, shape: tuple[int, ...], config: RegionConfig) -> list[int]:
    """Indexes of boxes that may be a digit or a stroke of one, the largest first."""
    height, width = shape[:2]
    longest = boxes[:, 2:].max(axis=1, initial=0)
    fits = (boxes[:, 2] <= config.max_part * width) & (boxes[:, 3] <= config.max_part * height)
    fits &= _specks_around(boxes, longest, (height, width), config) <= config.most_specks
    fits &= longest >= max(2, round(config.min_side * config.dust))
    order = np.argsort(-longest, kind="stable")
    most = max(config.most, int(np.count_nonzero(longest >= config.min_side)))
    return [int(index) for index in order[fits[order]][:most]]


def _specks_around(
    boxes: Boxes, longest: npt.NDArray[np.int32], shape: tuple[int, int], config: RegionConfig
) -> npt.NDArray[np.float32]:
    """Specks per cell around the middle of each box: stone and cloth are full of them."""
    side = config.speck_cell
    counts = np.zeros((shape[0] // side + 1, shape[1] // side + 1), np.float32)
    columns, rows = (boxes[:, :2] + boxes[:, 2:] // 2).T // side
    specks = longest < config.speck_side
    np.add.at(counts, (rows[specks], columns[specks]), 1)
    near = np.asarray(cv2.blur(counts, (3, 3)), np.float32)
    return np.asarray(near[rows, columns], np.float32)


def join(pieces: Sequence[list[Contour]], boxes: Boxes, config: RegionConfig) -> list[list[int]]:
    """Put strokes to the digit they belong to: the bar of a five, the second stroke of a four.

    Args:
        pieces: outline and holes of each blob.
        boxes: (N, 4) x, y, width, height of each blob, the longest blobs first.
        config: how near and how small a stroke is.

    Returns:
        Indexes of the blobs of each digit.
    """
    longest = boxes[:, 2:].max(axis=1, initial=0)
    reach = config.join_gap * longest
    # Column j: may blob j be a stroke of blob i?
    fits = (longest <= config.join_size * longest[:, None]) & (
        longest >= config.dust * longest[:, None]
    )
    near = fits & (_gaps(boxes) <= reach[:, None])
    home = list(range(len(pieces)))
    for stroke in np.flatnonzero(near.any(axis=0)).tolist():
        rivals = [
            (distance, other)
            for other in np.flatnonzero(near[:, stroke]).tolist()
            if home[other] == other  # a stroke of a stroke would chain through a whole word
            and (distance := _distance(pieces[other], pieces[stroke])) <= reach[other]
        ]
        if rivals:
            home[stroke] = min(rivals)[1]
    members: dict[int, list[int]] = {}
    for index, owner in enumerate(home):
        members.setdefault(owner, []).append(index)
    return list(members.values())


def _distance(home: list[Contour], stroke: list[Contour]) -> float:
    """Pixels from the outline of `home` to the nearest of a few points of `stroke`.

    Boxes are not enough: all digits of a table lie inside the box of its frame.
    """
    points = stroke[0][:: max(1, len(stroke[0]) // 16), 0]
    return min(
        abs(cv2.pointPolygonTest(home[0], (float(x), float(y)), measureDist=True))
        for x, y in points
    )


def _gaps(boxes: Boxes) -> npt.NDArray[np.float64]:
    """(N, N) pixels between boxes, 0 where they overlap."""
    left, top = boxes[:, 0], boxes[:, 1]
    right, bottom = left + boxes[:, 2], top + boxes[:, 3]
    across = np.maximum(left[:, None], left[None]) - np.minimum(right[:, None], right[None])
    down = np.maximum(top[:, None], top[None]) - np.minimum(bottom[:, None], bottom[None])
    gaps: npt.NDArray[np.float64] = np.hypot(np.maximum(across, 0), np.maximum(down, 0))
    return gaps


def _region(members: Sequence[list[Contour]], contrast: GrayImage) -> Region:
    """Cut out the ink of the members and of nobody else, stretched to the full range."""
    x, y, width, height = cv2.boundingRect(np.concatenate([piece[0] for piece in members]))
    own = np.zeros((height, width), np.uint8)
    for piece in members:
        # Outline and holes together: filled by the even-odd rule, so holes stay open.
        cv2.drawContours(own, piece, -1, 255, cv2.FILLED, offset=(-x, -y))
    ink = cv2.bitwise_and(contrast[y : y + height, x : x + width], own)
    mean, deviation = cv2.meanStdDev(ink, mask=own)
    # The strong half of the strokes is 255: a pale pencil reads like a pen.
    full = max(1.0, float(mean[0, 0] + deviation[0, 0]))
    stretched = np.asarray(cv2.convertScaleAbs(ink, alpha=255 / full), np.uint8)
    return Region(Box(x, y, width, height), stretched, full)


def _longest(members: Sequence[list[Contour]]) -> int:
    """Longest side of the box around all members."""
    _, _, width, height = cv2.boundingRect(np.concatenate([piece[0] for piece in members]))
    return max(width, height)
