"""Find sheets: large calm areas with straight edges on a surface that differs in brightness.

A sheet on carpet, stone or cloth, a panel of a drawing page, a screen or a board in a room. Ink in
it is removed by a closing of a small copy first (an opening for a dark sheet); areas above or
below a few levels of brightness that fill their convex hull are sheets.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from camdigits.image import cv2
from camdigits.values import Floats, GrayImage


@dataclass(frozen=True, slots=True)
class SheetConfig:
    """Limits on a small copy of the image, in its pixels, or as fractions."""

    side_px: int = 192  # chosen: longer side of the copy
    ink_px: int = 9  # chosen: broadest stroke on it
    levels: int = 12  # chosen: of brightness that are tried
    min_area: float = 0.03  # chosen: of the image
    max_area: float = 0.93  # chosen: of the image; a larger one is the page itself
    min_solidity: float = 0.9  # chosen: of the convex hull; corners may be hidden by a hand
    min_rectangularity: float = 0.72  # chosen: hull over the smallest rectangle around it
    min_edge_levels: float = 14.0  # chosen: difference in brightness across its edge
    edge_fraction: float = 0.006  # chosen: of the image's longer side, cut off around a sheet
    max_overlap: float = 0.6  # chosen: of the smaller of two sheets; more is the same sheet


DEFAULT = SheetConfig()


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A sheet in an image."""

    corners: Floats  # (N, 2) x y of its convex outline in pixels of the image
    area: float  # of the image

    def contains(self, points: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        """(N,) bool: which of (N, 2) points are inside."""
        edges = np.roll(self.corners, -1, axis=0) - self.corners
        away = points[:, None] - self.corners
        turns = edges[:, 0] * away[..., 1] - edges[:, 1] * away[..., 0]
        return np.asarray((turns >= 0).all(axis=1) | (turns <= 0).all(axis=1), np.bool_)


def find_sheets(gray: GrayImage, config: SheetConfig = DEFAULT) -> tuple[Sheet, ...]:
    """Return the sheets in an (H, W) uint8 image, the one with the strongest edge first.

    Sheets do not overlap; there is none if a page fills the image.
    """
    scale = config.side_px / max(gray.shape)
    size = max(8, round(gray.shape[1] * scale)), max(8, round(gray.shape[0] * scale))
    small = np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA), np.uint8)
    kernel = np.ones((config.ink_px, config.ink_px), np.uint8)
    found: list[tuple[float, Floats, GrayImage]] = []
    for operation, is_light in ((cv2.MORPH_CLOSE, True), (cv2.MORPH_OPEN, False)):
        calm = np.asarray(cv2.morphologyEx(small, operation, kernel), np.uint8)
        calm = np.asarray(cv2.medianBlur(calm, 5), np.uint8)
        shares = np.linspace(0.04, 0.96, config.levels)
        even = np.linspace(float(calm.min()), float(calm.max()), config.levels + 2)[1:-1]
        for level in np.unique(np.rint([*np.quantile(calm, shares), *even])):
            kind = cv2.THRESH_BINARY if is_light else cv2.THRESH_BINARY_INV
            _, above = cv2.threshold(calm, float(level), 255, kind)
            found += _areas(np.asarray(above, np.uint8), calm, is_light, config)
    found.sort(key=lambda each: -each[0])
    sheets: list[Sheet] = []
    masks: list[GrayImage] = []
    for _, hull, mask in found:
        own = cv2.countNonZero(mask)
        shared = (cv2.countNonZero(cv2.bitwise_and(mask, other)) / own for other in masks)
        if all(each <= config.max_overlap for each in shared):
            masks.append(mask)
            sheets.append(Sheet((hull + 0.5) / scale - 0.5, own / mask.size))
    return tuple(sheets)


def only_sheet(gray: GrayImage, sheet: Sheet, config: SheetConfig = DEFAULT) -> GrayImage:
    """Return an image in which the surroundings of a sheet are as bright as its nearest edge.

    What was beside the sheet is gone, and the sheet has no edge that could be a stroke.
    """
    height, width = gray.shape
    margin = max(1, round(config.edge_fraction * max(gray.shape)))
    mask = np.zeros_like(gray)
    cv2.fillConvexPoly(mask, np.rint(sheet.corners).astype(np.int32), 255)
    # The image's own edge is not an edge of the sheet.
    framed = cv2.copyMakeBorder(mask, *(margin,) * 4, cv2.BORDER_REPLICATE)
    inner = cv2.erode(framed, np.ones((2 * margin + 1, 2 * margin + 1), np.uint8))
    inner = np.asarray(inner[margin : margin + height, margin : margin + width], np.uint8)
    if not cv2.countNonZero(inner):
        return gray
    factor = max(1, round(max(gray.shape) / config.side_px))
    size = max(1, width // factor), max(1, height // factor)
    small = cv2.resize(gray, size, interpolation=cv2.INTER_AREA)
    small = np.asarray(cv2.medianBlur(small, 5), np.uint8)
    inside = cv2.resize(inner, size, interpolation=cv2.INTER_NEAREST)
    outside = np.asarray(np.asarray(inside) == 0, np.uint8)
    _, labels = cv2.distanceTransformWithLabels(
        outside, cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
    )
    levels = np.zeros(int(labels.max()) + 1, np.uint8)
    levels[labels[outside == 0]] = small[outside == 0]
    ground = cv2.resize(levels[labels], (width, height), interpolation=cv2.INTER_LINEAR)
    return np.where(inner > 0, gray, np.asarray(cv2.blur(ground, (2 * factor + 1,) * 2), np.uint8))


def _areas(
    above: GrayImage, calm: GrayImage, is_light: bool, config: SheetConfig
) -> list[tuple[float, Floats, GrayImage]]:
    """Return strength of the edge, hull and mask of each area that may be a sheet."""
    contours, _ = cv2.findContours(above, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    found = []
    for contour in contours:
        hull = np.asarray(cv2.convexHull(contour)).reshape(-1, 2)
        if len(hull) < 4:
            continue
        area = cv2.contourArea(hull.astype(np.int32))
        if not config.min_area <= area / above.size <= config.max_area:
            continue
        _, sides, _ = cv2.minAreaRect(hull.astype(np.int32))
        if area < config.min_rectangularity * sides[0] * sides[1]:
            continue
        mask = np.zeros_like(above)
        cv2.fillConvexPoly(mask, hull.astype(np.int32), 255)
        inside = cv2.countNonZero(cv2.bitwise_and(above, mask))
        if inside < config.min_solidity * cv2.countNonZero(mask):
            continue
        strength = _edge(mask, calm, is_light)
        if strength >= config.min_edge_levels:
            found.append((strength * np.sqrt(area / above.size), hull.astype(np.float64), mask))
    return found


def _edge(mask: GrayImage, calm: GrayImage, is_light: bool) -> float:
    """Return by how much the inside of an area's edge differs from the outside, most of the way.

    The quarter of the edge with the least difference counts, so that a bright spot is no sheet.
    """
    kernel = np.ones((3, 3), np.uint8)
    small = np.asarray(cv2.erode(mask, kernel, iterations=2), np.uint8)
    large = np.asarray(cv2.dilate(mask, kernel, iterations=2), np.uint8)
    inner, outer = cv2.subtract(mask, small), cv2.subtract(large, mask)
    if not cv2.countNonZero(inner) or not cv2.countNonZero(outer):
        return 0.0
    low, high = (
        (calm[outer > 0], calm[inner > 0])
        if is_light
        else (255 - calm[outer > 0], 255 - calm[inner > 0])
    )
    return float(np.quantile(high, 0.25)) - float(np.quantile(low, 0.75))
