"""Find form boxes: frames with digits inside, one or several cells."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from camdigits.image import cv2
from camdigits.segment.contours import Components, Contour


@dataclass(frozen=True, slots=True)
class FormBoxConfig:
    """Limits in pixels, or as fractions of the length or area given."""

    max_holes: int = 80  # chosen: holes examined per component
    min_side_px: int = 14  # chosen: a smaller form box cannot contain a digit
    min_rectangularity: float = 0.86  # hole over the rectangle around it; the hole of a 0 has 0.78
    min_frame_aspect: float = 1.2  # chosen: width over height of a form box that digits touch
    min_frame_rectangularity: float = 0.93  # chosen: of its outline
    min_frame_hole: float = 0.4  # chosen: empty area over the whole
    min_content_heights: float = 0.3  # chosen: lowest content, over the form box's hole


def form_boxes(components: Components, known: Sequence[int], config: FormBoxConfig) -> set[int]:
    """Return indexes of the components that are form boxes.

    Args:
        components: of an ink mask.
        known: indexes that are not looked at.
        config: limits.
    """
    has_hole = components.hierarchy[components.outer, 2] >= 0
    large = components.boxes[:, 2:].min(axis=1, initial=1 << 30) >= config.min_side_px
    candidates = set(np.flatnonzero(has_hole & large).tolist()) - set(known)
    return {index for index in candidates if _is_form_box(components, index, config)}


def _is_form_box(components: Components, index: int, config: FormBoxConfig) -> bool:
    """Whether a component has a rectangular hole with a large component inside.

    What is written may touch the box, which then is a wide rectangle with little ink.
    """
    outline, *holes = components.component(index, config.max_holes)
    if _is_wide_frame(outline, holes, config):
        return True
    for hole in holes:
        x, y, width, height = cv2.boundingRect(hole)
        if min(width, height) < config.min_side_px:
            continue
        _, sides, _ = cv2.minAreaRect(hole)
        if cv2.contourArea(hole) < config.min_rectangularity * sides[0] * sides[1]:
            continue
        boxes = components.boxes
        inside = (boxes[:, 0] > x) & (boxes[:, 1] > y)
        inside &= (boxes[:, 0] + boxes[:, 2] < x + width) & (
            boxes[:, 1] + boxes[:, 3] < y + height
        )
        if (inside & (boxes[:, 3] >= config.min_content_heights * height)).any():
            return True
    return False


def _is_wide_frame(outline: Contour, holes: Sequence[Contour], config: FormBoxConfig) -> bool:
    """Whether an outline is a rectangle, wider than high and mostly empty: no digit is."""
    _, _, width, height = cv2.boundingRect(outline)
    if width < config.min_frame_aspect * height:
        return False
    _, sides, _ = cv2.minAreaRect(outline)
    full = cv2.contourArea(outline)
    if full < config.min_frame_rectangularity * sides[0] * sides[1]:
        return False
    return sum(map(cv2.contourArea, holes)) >= config.min_frame_hole * full
