"""Describe for a page what the network saw: regions, their glyphs and probabilities, masks."""

import base64
from functools import partial
from typing import Any

import numpy as np

from camdigits.geometry import iou_table, to_frame, undo_upright
from camdigits.image import cv2
from camdigits.recognize.glyph import glyphs_of
from camdigits.roi import clipped
from camdigits.values import NONE, Box, Digit, GrayImage, Result, rounded

MAX_REGIONS = 300  # chosen: a page of text has more, and no screen shows them
MIN_IOU = 0.3  # chosen: a tracked digit's box is smoothed over frames, its region is of this one


def details_of(result: Result, masks: bool, part: Box | None = None) -> dict[str, Any]:
    """Return the JSON object `details` of a result that was read with a trace.

    Args:
        result: with its trace.
        masks: add the ink and the removed lines as PNG.
        part: the ROI that was read, whose pixels the trace has; None for the whole frame.

    Raises:
        ValueError: the result has no trace.
    """
    trace = result.trace
    if trace is None:
        raise ValueError("details: wanted a result with a trace; read with trace=True")
    height, width = result.frame.bgr.shape[:2]
    part = None if part is None else clipped(part, width, height)
    last = trace.split
    rows = _shown_rows(result, len(last))
    size = (width, height) if part is None else (part.width, part.height)
    place = partial(to_frame, pose=trace.pose, scale=trace.scale, size=size)
    boxes = [_moved(place(last.regions[row].box), part) for row in rows]
    digit_of = _digits_of(boxes, result.digits)
    probabilities = last.predictions.probabilities
    glyphs = glyphs_of([last.regions[row] for row in rows])
    regions = [
        {
            "box": list(map(int, box)),
            "label": last.labels[row],
            "score": rounded(float(last.scores[row]), 4),
            "accepted": digit is not None,
            "digit": digit,
            "probabilities": [rounded(each, 4) for each in probabilities[row].tolist()],
            "glyph": base64.b64encode(glyph.tobytes()).decode(),
        }
        for row, box, digit, glyph in zip(rows, boxes, digit_of, glyphs, strict=True)
    ]
    has_rules = masks and trace.rules is not None
    return {
        "labels": list(last.predictions.columns),
        "regions": regions,
        "ink": _png_url(undo_upright(trace.ink.mask, trace.pose)) if masks else None,
        "rules": _png_url(undo_upright(trace.rules, trace.pose)) if has_rules else None,  # type: ignore[arg-type]
        "area": None if part is None else list(map(int, part)),
        "rotation": trace.pose.rotation,
        "skew": trace.pose.skew,
        "passes": trace.passes,
    }


def _shown_rows(result: Result, count: int) -> list[int]:
    """Return the rows to show: all, or the digits and then the largest others."""
    trace = result.trace
    assert trace is not None
    if count <= MAX_REGIONS:
        return list(range(count))
    areas = np.array([r.box.width * r.box.height for r in trace.split.regions], np.float64)
    is_digit = np.array([label != NONE for label in trace.split.labels])
    order = np.lexsort((-areas, ~is_digit))
    return sorted(order[:MAX_REGIONS].tolist())


def _moved(box: Box, part: Box | None) -> Box:
    return box if part is None else box._replace(x=box.x + part.x, y=box.y + part.y)


def _digits_of(boxes: list[Box], digits: tuple[Digit, ...]) -> list[int | None]:
    """Return for each region the index of the digit it became, or None."""
    found: list[int | None] = [None] * len(boxes)
    if not boxes or not digits:
        return found
    overlap = iou_table(boxes, [digit.box for digit in digits])
    for index in range(len(digits)):
        row = int(overlap[:, index].argmax())
        if overlap[row, index] >= MIN_IOU and found[row] is None:
            found[row] = index
    return found


def _png_url(mask: GrayImage) -> str:
    done, data = cv2.imencode(".png", mask)
    return "data:image/png;base64," + base64.b64encode(data.tobytes() if done else b"").decode()
