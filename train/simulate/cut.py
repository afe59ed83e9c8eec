"""Cut training crops from scenes with the product's own ink, regions and glyphs.

So the net is trained on what it will see. Regions that are not a digit are labelled "none".
"""

from collections.abc import Sequence

import numpy as np

from camdigits.geometry import intersection
from camdigits.recognize.glyph import glyphs_of
from camdigits.segment.ink import find_ink
from camdigits.segment.regions import find_regions
from camdigits.values import Box, Glyphs, Region
from train.data.alphabets import DIGIT_NONE, Labels
from train.simulate.scenes import UNSURE, Scene, SceneMark

THIN_ASPECT = 2.2  # length to width: a thinner piece looks like a 1 (chosen)
BLOT_FILL = 0.72  # share of the box that is ink: a fuller region is illegible, or a 1 (chosen)


def cut(scene: Scene) -> tuple[Glyphs, Labels]:
    """Find regions on a scene, label them, and cut their glyphs.

    A region gets the label of a mark if both overlap by an IoU of at least 0.5 and no other mark
    lies largely inside it. It is "none" if it meets no mark, contains two, or is a piece of one.
    Ambiguous regions are left out: overlaps in between, thin pieces (the stem of a K looks like a
    1), digits run into a blot, and regions that meet an UNSURE mark.

    Returns:
        (N, 28, 28) uint8 glyphs and their (N,) labels.
    """
    regions = find_regions(find_ink(scene.gray))
    labels = np.array([_label(region, scene.marks) for region in regions], np.int16)
    sure = labels != UNSURE
    glyphs = glyphs_of([region for region, keep in zip(regions, sure, strict=True) if keep])
    return glyphs, labels[sure].astype(np.uint8)


def _label(region: Region, marks: Sequence[SceneMark]) -> int:
    box = region.box
    met = [(mark, shared) for mark in marks if (shared := _shared(box, mark.box)) > 0]
    thin = max(box.width, box.height) > THIN_ASPECT * min(box.width, box.height)
    like_a_one = box.height > THIN_ASPECT * box.width
    if sum(shared for _, shared in met) < 0.1 * _area(box):
        return UNSURE if thin else DIGIT_NONE
    if any(mark.label == UNSURE for mark, _ in met):
        return UNSURE
    if sum(shared >= 0.4 * _area(mark.box) for mark, shared in met) >= 2:
        return DIGIT_NONE
    mark, shared = max(met, key=lambda pair: pair[1] / _area(pair[0].box))
    iou = shared / (_area(box) + _area(mark.box) - shared)
    if iou >= 0.5 and mark.label == DIGIT_NONE:
        return UNSURE if like_a_one else DIGIT_NONE
    if iou >= 0.5:
        return UNSURE if _is_blot(region) and not thin else mark.label
    return DIGIT_NONE if iou < 0.3 and not thin else UNSURE


def _is_blot(region: Region) -> bool:
    """Return whether the strokes have run together: almost all of the box is dark."""
    return float((region.ink > 128).mean()) > BLOT_FILL


def _shared(a: Box, b: Box) -> float:
    """Return the shared area of two boxes in pixels; 0 where they are apart."""
    common = intersection(a, b)
    return 0.0 if common is None else float(common.width * common.height)


def _area(box: Box) -> float:
    return float(max(box.width * box.height, 1))
