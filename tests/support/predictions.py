"""Predictions and candidates from labels, for tests of the stages that use a classifier."""

from collections.abc import Callable, Sequence

import numpy as np

from camdigits.recognize.classify import Classify
from camdigits.recognize.glyph import glyphs_of
from camdigits.values import (
    NONE,
    Candidates,
    Glyphs,
    GrayImage,
    Ink,
    Pose,
    Predictions,
    Region,
    Trace,
)

LABELS = ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", NONE)


def predictions(
    labels: Sequence[str], scores: float | Sequence[float] = 0.95, names: tuple[str, ...] = LABELS
) -> Predictions:
    """Give each label its score; the other labels share the rest."""
    count, width = len(labels), len(names)
    column = [names.index(label) for label in labels]
    score = np.broadcast_to(np.asarray(scores, np.float64), (count,))
    table = np.repeat((1 - score)[:, None] / (width - 1), width, axis=1)
    table[np.arange(count), column] = score
    return Predictions(table.reshape(count, width), names)


def candidates(
    regions: Sequence[Region], labels: Sequence[str], scores: float | Sequence[float] = 0.95
) -> Candidates:
    """Pair regions with labels."""
    return Candidates(tuple(regions), predictions(labels, scores))


def classifying(predict: Callable[[Glyphs], Predictions]) -> Classify:
    """Turn a function of glyphs into one of regions."""
    return lambda regions: Candidates(tuple(regions), predict(glyphs_of(regions)))


def trace_of(mask: GrayImage, found: Candidates, pose: Pose | None = None) -> Trace:
    """Return the trace of a pass in which no stage changed the candidates."""
    boxes = np.array([region.box for region in found.regions], np.int32).reshape(-1, 4)
    return Trace(
        pose=pose or Pose((mask.shape[1], mask.shape[0])),
        scale=1.0,
        ink=Ink(mask, mask, np.zeros_like(mask), light=False),
        components=mask,
        rules=None,
        component_boxes=boxes,
        is_textured=False,
        found=found,
        glyphs=glyphs_of(found.regions),
        prior_odds=np.ones(len(found)),
        with_prior=found,
        merged=found,
        split=found,
        rejected=(),
        accepted=(),
        digits=(),
    )
