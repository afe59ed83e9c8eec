"""Decide for each region whether it is a digit by what is around it.

A glyph cannot show whether it is an O or a 0, a stem or a 1, a fleck of stone or a digit; the
regions beside it can: their size, distance, stroke width, and what they look like. A small graph
network (two rounds of messages between each region and its nearest neighbours, as Gilmer et al.,
"Neural message passing for quantum chemistry", ICML 2017) gives the probability of "none". It was
trained on rendered pages of many kinds (`train.fit.context_net`), and replaces the prior of the
digit net, which is calibrated for one kind of page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from camdigits.errors import ModelError
from camdigits.geometry import BARE_STROKE_ASPECT
from camdigits.recognize.context_features import (
    ASPECT_COLUMN,
    CHUNK,
    EDGE_FEATURES,
    NODE_FEATURES,
    ODDS_COLUMN,
    ODDS_SCALE,
    Array,
    Graph,
    graph_of,
    is_ready,
)
from camdigits.values import Candidates, Floats, Glyphs, GrayImage

ROUNDS = 2  # of messages
# Log odds by which the context may change what a glyph says: among digits little, among regions
# that are surely not digits much (chosen).
EVIDENCE, EVIDENCE_PER_CLUTTER, USUAL_CLUTTER = 2.0, 14.0, 0.1
# Chosen: share of that bound for bare strokes, which `layout.plausibility` judges afterwards.
BARE_EVIDENCE = 0.4
MAX_LOGIT = 20.0  # log odds are clipped
NONE_PRIOR = 0.1  # share of "none" for which the digit net is calibrated (by the export)
MIN_PARTS_FACTOR, MAX_PARTS_FACTOR = 0.15, 1e4  # chosen: for parts of regions


@dataclass(frozen=True, slots=True, eq=False)
class ContextNet:
    """Weights of the network, by name."""

    weights: Mapping[str, Array]

    def logits(self, graph: Graph) -> Array:
        """Return (N, 3) log odds of each region.

        That it is not one digit, that it has no digit at all, and that its page is turned.
        """
        own = self.weights
        state = np.maximum(graph.nodes @ own["in_w"] + own["in_b"], 0)
        present = graph.present[..., None]
        count = np.maximum(graph.present.sum(axis=1, keepdims=True), 1)
        for step in range(1, ROUNDS + 1):
            message = (state @ own[f"other{step}"])[graph.neighbours]
            message += (state @ own[f"own{step}"] + own[f"msg_b{step}"])[:, None]
            message += graph.edges @ own[f"edge{step}"]
            np.maximum(message, 0, out=message)
            message *= present
            gathered = [state, message.sum(axis=1) / count, message.max(axis=1)]
            new = np.concatenate(gathered, axis=1) @ own[f"up{step}"] + own[f"up_b{step}"]
            state = state + np.maximum(new, 0)
        logits = state @ own["out_w"] + graph.nodes @ own["skip"] + own["out_b"]
        bound = evidence_bound(clutter(graph))
        is_bare = graph.nodes[:, ASPECT_COLUMN] < np.log(BARE_STROKE_ASPECT)
        bound = np.where(is_bare, BARE_EVIDENCE * bound, bound)
        bounded = bound * np.tanh(logits[:, 0] / bound)
        own_odds = ODDS_SCALE * graph.nodes[:, ODDS_COLUMN]
        return np.concatenate([(own_odds + bounded)[:, None], logits[:, 1:]], axis=1)


def clutter(graph: Graph) -> Array:
    """Return (N,) share of each region's neighbours that look like non-digits by themselves."""
    strange = (graph.nodes[graph.neighbours, ODDS_COLUMN] > 0) * graph.present
    return np.asarray(strange.sum(axis=1) / np.maximum(graph.present.sum(axis=1), 1), np.float32)


def evidence_bound(share: Array) -> Array:
    """Return (N,) the bound of the context's evidence at a share of clutter."""
    return np.asarray(
        EVIDENCE + EVIDENCE_PER_CLUTTER * np.maximum(share - USUAL_CLUTTER, 0), np.float32
    )


def load_context_net(path: Path) -> ContextNet:
    """Load the weights from a .npz file.

    Raises:
        ModelError: the file is missing, or is not such weights.
    """
    try:
        with np.load(path) as arrays:
            weights = {name: np.asarray(arrays[name], np.float32) for name in arrays.files}
        net = ContextNet(weights)
        net.logits(_empty())
    except (OSError, KeyError, ValueError) as error:
        raise ModelError(
            f"{path}: wanted the weights of a context net, got {error}; install camdigits again"
        ) from error
    return net


def _empty() -> Graph:
    rows = np.zeros((1, 1), np.int32)
    edges = np.zeros((1, 1, EDGE_FEATURES), np.float32)
    return Graph(np.zeros((1, NODE_FEATURES), np.float32), rows, rows.astype(np.float32), edges)


@dataclass(frozen=True, slots=True, eq=False)
class Odds:
    """What the context of each region says."""

    boxes: Floats  # (N, 4) x, y, width, height of the regions
    alone: Floats  # (N,) factor on the odds of "none" of the region as one digit
    parts: Floats  # (N,) the same for parts of the region, and for it with its neighbours
    turned: float | None  # share of the regions that look turned by 90, 180 or 270 degrees

    def of_parts(self, boxes: Floats) -> Floats:
        """Return (M,) the factors for (M, 4) boxes of parts: of the region they mostly are in."""
        factors = np.ones(len(boxes))
        if not len(self.boxes):
            return factors
        for start in range(0, len(boxes), CHUNK):
            own = boxes[start : start + CHUNK, None]
            low = np.maximum(own[..., :2], self.boxes[:, :2])
            high = np.minimum(own[..., :2] + own[..., 2:], self.boxes[:, :2] + self.boxes[:, 2:])
            shared = np.clip(high - low, 0, None).prod(axis=2)
            inside = shared.max(axis=1) > 0
            best = self.parts[shared.argmax(axis=1)]
            factors[start : start + CHUNK] = np.where(inside, best, 1.0)
        return factors


def odds_of_none(
    candidates: Candidates,
    glyphs: Glyphs,
    shape: tuple[int, ...],
    rules: GrayImage | None,
    net: ContextNet | None,
) -> Odds:
    """Return the factors on the odds of "none" of each candidate.

    Args:
        candidates: of one image, with the digit net's own predictions.
        glyphs: (N, 28, 28) uint8 of their regions.
        shape: height and width of the image.
        rules: (H, W) uint8, 255 on printed lines; None if there are none.
        net: None changes nothing.
    """
    if net is None or not len(candidates) or not is_ready(candidates.predictions.columns):
        same = np.ones(len(candidates))
        return Odds(candidates.boxes, same, same, None)
    logits = net.logits(graph_of(candidates, glyphs, shape, rules)).astype(np.float64)
    powers = np.exp(np.clip(logits, -MAX_LOGIT, MAX_LOGIT))
    none = np.clip(candidates.predictions.none, 1e-9, 1 - 1e-9)
    usual = NONE_PRIOR / (1 - NONE_PRIOR)
    parts = np.clip(powers[:, 1] / usual, MIN_PARTS_FACTOR, MAX_PARTS_FACTOR)
    turned = float((powers[:, 2] / (1 + powers[:, 2])).mean())
    return Odds(candidates.boxes, powers[:, 0] * (1 - none) / none, parts, turned)
