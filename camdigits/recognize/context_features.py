"""Measure the regions of a page and how each relates to its neighbours.

Lengths are relative to the region's own size, so that a page reads the same at any scale.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from camdigits.image import cv2
from camdigits.values import NONE, Candidates, Glyphs, GrayImage

NEIGHBOURS = 12  # nearest regions that are looked at
MAX_SIZE_RATIO = 3.5  # larger and smaller regions are ignored
RADIUS_SIZES = 14.0  # distance beyond which regions are ignored, in sizes of the region
ROW_WEIGHT = 2.0  # vertical distances count more: neighbours on the line come first
LIMIT = 10.0  # log odds are clipped
ODDS_SCALE = 4.0  # log odds are divided by it
CHUNK = 512  # rows of the table of distances made at once

Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """Features of N regions, of their neighbours, and of the page."""

    nodes: Array  # (N, NODE_FEATURES)
    neighbours: npt.NDArray[np.int32]  # (N, NEIGHBOURS) rows
    present: Array  # (N, NEIGHBOURS) 1 for a neighbour, 0 where there are fewer
    edges: Array  # (N, NEIGHBOURS, EDGE_FEATURES)


NODE_FEATURES = 31
EDGE_FEATURES = 9
ODDS_COLUMN, ASPECT_COLUMN, SIZE_COLUMN = 0, 2, 3  # of the features of a region


def graph_of(
    candidates: Candidates, glyphs: Glyphs, shape: tuple[int, ...], rules: GrayImage | None
) -> Graph:
    """Measure the candidates of one image.

    Args:
        candidates: with the predictions of the digit net, whose last label is "none".
        glyphs: (N, 28, 28) uint8 of their regions.
        shape: height and width of the image.
        rules: (H, W) uint8, 255 on printed lines; None if there are none.
    """
    boxes = candidates.boxes.astype(np.float32)
    size = boxes[:, 2:].max(axis=1) if len(boxes) else np.zeros(0, np.float32)
    strength = np.array([region.strength for region in candidates.regions], np.float32)
    mass, stroke = _strokes(glyphs)
    probabilities = candidates.predictions.probabilities.astype(np.float32)
    nodes = _nodes(boxes, size, strength, mass, stroke, probabilities, shape)
    nodes = np.concatenate([nodes, _rules_beside(boxes, size, rules)], axis=1)
    neighbours, present = _nearest(boxes, size)
    edges = _edges(boxes, size, strength, stroke, neighbours, present)
    return Graph(nodes, neighbours, present, edges)


def _strokes(glyphs: Glyphs) -> tuple[Array, Array]:
    """Return (N,) share of ink in the glyph's body, and (N,) stroke width over its size."""
    ink = glyphs.astype(np.float32) / np.float32(255)
    mass = ink.sum(axis=(1, 2))
    outline = np.abs(np.diff(ink, axis=1)).sum(axis=(1, 2))
    outline += np.abs(np.diff(ink, axis=2)).sum(axis=(1, 2))
    return mass / 400, 2 * mass / np.maximum(outline, 1) / 20 * np.float32(1.25)


def _nodes(
    boxes: Array,
    size: Array,
    strength: Array,
    mass: Array,
    stroke: Array,
    probabilities: Array,
    shape: tuple[int, ...],
) -> Array:
    count = len(boxes)
    height, width = np.float32(shape[0]), np.float32(shape[1])
    none = probabilities[:, -1]
    digits = probabilities[:, :-1]
    best = digits.max(axis=1, initial=0)
    odds = _log_odds(none)
    share = digits / np.maximum(digits.sum(axis=1, keepdims=True), 1e-6)
    sure_digit, sure_none = best > 0.95, none > 0.9
    broad = boxes[:, 2:].min(axis=1) > 0.35 * size
    page = np.array(
        [
            np.log1p(count) / 6,
            none.mean() if count else 0,
            sure_digit.mean() if count else 0,
            (sure_digit & broad).sum() / max(count, 1),
            (sure_none & broad).sum() / max(count, 1),
        ],
        np.float32,
    )
    right, bottom = boxes[:, 0] + boxes[:, 2], boxes[:, 1] + boxes[:, 3]
    at_edge = (boxes[:, :2] <= 1).any(axis=1) | (right >= width - 1) | (bottom >= height - 1)
    usual = np.median(size[sure_digit]) if sure_digit.any() else 0.0
    ink = np.median(strength[sure_digit]) if sure_digit.any() else 0.0
    columns = [
        odds / ODDS_SCALE,
        _log_odds(best) / ODDS_SCALE,
        np.log(np.maximum(boxes[:, 2], 1) / np.maximum(boxes[:, 3], 1)),
        np.log(size / 30),
        np.log(np.maximum(strength, 1) / 60),
        2 * mass,
        8 * stroke,
        at_edge.astype(np.float32),
        np.clip(np.log(size / usual), -2, 2) if usual else np.zeros(count),
        np.clip(np.log(np.maximum(strength, 1) / ink), -2, 2) if ink else np.zeros(count),
        np.full(count, 1.0 if usual else 0.0),
        digits.max(axis=1, initial=0) - np.sort(digits, axis=1)[:, -2] if count else np.zeros(0),
    ]
    own = np.stack([np.asarray(each, np.float32) for each in columns], axis=1)
    return np.concatenate([own, share, np.tile(page, (count, 1))], axis=1).astype(np.float32)


def _rules_beside(boxes: Array, size: Array, rules: GrayImage | None) -> Array:
    """Return (N, 4) share of printed lines in a strip on each side of a region."""
    if rules is None or not len(boxes):
        return np.zeros((len(boxes), 4), np.float32)
    sums = cv2.integral(cv2.threshold(rules, 0, 1, cv2.THRESH_BINARY)[1])
    reach = np.maximum(3, 0.15 * size)
    left, top = boxes[:, 0], boxes[:, 1]
    right, bottom = left + boxes[:, 2], top + boxes[:, 3]
    strips = (
        (left - reach, top, left + 1, bottom),
        (left, top - reach, right, top + 1),
        (right - 1, top, right + reach, bottom),
        (left, bottom - 1, right, bottom + reach),
    )
    height, width = rules.shape
    columns = []
    for x0, y0, x1, y1 in strips:
        a, c = (np.clip(np.rint(each), 0, width).astype(np.int32) for each in (x0, x1))
        b, d = (np.clip(np.rint(each), 0, height).astype(np.int32) for each in (y0, y1))
        inked = sums[d, c] - sums[b, c] - sums[d, a] + sums[b, a]
        columns.append(2 * inked / np.maximum((c - a) * (d - b), 1))
    return np.stack(columns, axis=1).astype(np.float32)


def _log_odds(probability: Array) -> Array:
    safe = np.clip(probability, 1e-6, 1 - 1e-6)
    return np.asarray(np.clip(np.log(safe / (1 - safe)), -LIMIT, LIMIT), np.float32)


def _nearest(boxes: Array, size: Array) -> tuple[npt.NDArray[np.int32], Array]:
    """Return (N, NEIGHBOURS) rows of the nearest regions of similar size, and which there are."""
    count = len(boxes)
    rows = np.zeros((count, NEIGHBOURS), np.int32)
    present = np.zeros((count, NEIGHBOURS), np.float32)
    x, y = (boxes[:, :2] + boxes[:, 2:] / 2).T
    few = min(NEIGHBOURS, max(count - 1, 0))
    if not few:
        return rows, present
    for start in range(0, count, CHUNK):
        own = slice(start, min(start + CHUNK, count))
        away = np.abs(x[own, None] - x) + np.float32(ROW_WEIGHT) * np.abs(y[own, None] - y)
        away /= size[own, None]
        ratio = size / size[own, None]
        far = (ratio > MAX_SIZE_RATIO) | (ratio * MAX_SIZE_RATIO < 1) | (away > RADIUS_SIZES)
        away[far] = np.inf
        away[np.arange(away.shape[0]), np.arange(own.start, own.stop)] = np.inf
        nearest = np.argpartition(away, few - 1, axis=1)[:, :few]
        distance = np.take_along_axis(away, nearest, axis=1)
        order = np.argsort(distance, axis=1, kind="stable")
        rows[own, :few] = np.take_along_axis(nearest, order, axis=1)
        present[own, :few] = np.isfinite(np.take_along_axis(distance, order, axis=1))
    return rows, present


def _edges(
    boxes: Array,
    size: Array,
    strength: Array,
    stroke: Array,
    neighbours: npt.NDArray[np.int32],
    present: Array,
) -> Array:
    """Return (N, NEIGHBOURS, EDGE_FEATURES): where each neighbour is, how large and how alike."""
    if not len(boxes):
        return np.zeros((0, NEIGHBOURS, EDGE_FEATURES), np.float32)
    own, other = boxes[:, None], boxes[neighbours]
    scale = size[:, None]
    left = (other[..., 0] - own[..., 0] - own[..., 2]) / scale
    right = (own[..., 0] - other[..., 0] - other[..., 2]) / scale
    middle = (other[..., 0] + other[..., 2] / 2 - own[..., 0] - own[..., 2] / 2) / scale
    bottom = (other[..., 1] + other[..., 3] - own[..., 1] - own[..., 3]) / scale
    top = (other[..., 1] - own[..., 1]) / scale
    columns = [
        np.clip(middle, -14, 14) / 4,
        np.clip(np.maximum(left, right), -1, 6),
        np.clip(bottom, -7, 7),
        np.clip(top, -7, 7),
        np.log(other[..., 3] / own[..., 3]),
        np.log(other[..., 2] / own[..., 2]) / 2,
        np.clip(np.log(strength[neighbours] / np.maximum(strength[:, None], 1)), -2, 2),
        np.clip(
            np.log(
                np.maximum(stroke[neighbours] * size[neighbours], 0.3)
                / np.maximum(stroke * size, 0.3)[:, None]
            ),
            -2,
            2,
        ),
        (np.abs(bottom) < 0.15) & (np.abs(top) < 0.15),
    ]
    return (
        np.stack([np.asarray(each, np.float32) for each in columns], axis=2) * present[..., None]
    )


def is_ready(columns: tuple[str, ...]) -> bool:
    """Whether these are the labels that the features are made for: ten digits and "none"."""
    return columns == (*map(str, range(10)), NONE)
