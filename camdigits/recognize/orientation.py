"""Find the orientation of a page from its glyphs: rotation by quarter turns, and skew.

On a page that is rotated or skewed the digit net accepts more glyphs once they are rotated.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from camdigits.geometry import ROTATIONS
from camdigits.image import cv2
from camdigits.recognize.classify import Classifier
from camdigits.recognize.glyph import SIDE
from camdigits.values import Flags, Glyphs, Predictions


@dataclass(frozen=True, slots=True)
class OrientationConfig:
    """Limits for trying and choosing other orientations; counts are glyphs."""

    skews_deg: tuple[int, ...] = (-30, -15, 15, 30)  # chosen: clockwise, tried besides 0
    sure_score: float = 0.95  # rotated letters seldom reach it
    min_stroke_level: int = 50  # chosen: of 255; a weaker pixel is the edge of a stroke
    min_aspect: float = 0.45  # chosen: narrower glyphs are bare strokes, which are ambiguous
    min_glyphs: int = 2  # one does not distinguish a rotated 6 from a 9
    min_sure_glyphs: int = 4  # chosen: sure ones after rotation, if any are sure before
    max_ambiguous_glyphs: int = 12  # chosen: up to this many may all be rotated, as 9961
    upright_fraction: float = 0.9  # chosen: fraction of sure glyphs of an upright page
    first_sample: int = 32  # chosen: tried first; enough to give up on cloth
    first_fraction: float = 0.7  # chosen: of the fraction that is needed, in the first sample
    sample: int = 96  # chosen: enough to decide
    min_rotated_fraction: float = 0.12  # of a rotated page's glyphs; cables and leaves have fewer
    min_skewed_fraction: float = 0.5  # chosen: of a skewed page's; half of a form may be letters
    min_straight_fraction: float = 0.1  # chosen: sure glyphs; with fewer no skew is tried
    min_gain: float = 1.15  # chosen: sure glyphs after rotation over before
    min_layout_regions: int = 6  # chosen: fewer regions have no layout that shows which way is up
    min_turned: float = 0.2  # chosen: share of regions that look turned, by the context net
    surely_turned: float = 0.75  # chosen: the same, above which every rotation is tried
    max_turned_left: float = 0.7  # chosen: that share after a rotation, over the one before
    both_ways: str = "01689"  # digits that are also digits upside down


DEFAULT = OrientationConfig()


def find_rotation(
    glyphs: Glyphs,
    predictions: Predictions,
    classifier: Classifier,
    config: OrientationConfig = DEFAULT,
) -> int:
    """Return the rotation that makes most glyphs digits.

    Args:
        glyphs: (N, 28, 28) uint8 of the page as it is.
        predictions: of these glyphs.
        classifier: predicts rotated glyphs.
        config: limits.

    Returns:
        Degrees clockwise that bring the page upright: 0, 90, 180 or 270. Angles other than 0 are
        tried on a sample, and only if the page is not clearly upright. Bare strokes are ignored:
        every vertical line is a 1.
    """
    fraction = config.min_rotated_fraction
    return _best_angle(glyphs, predictions, ROTATIONS, fraction, classifier, config)


def find_skew(
    glyphs: Glyphs,
    predictions: Predictions,
    classifier: Classifier,
    config: OrientationConfig = DEFAULT,
) -> int:
    """Return the rotation by less than a quarter turn that straightens the page.

    Args:
        glyphs: (N, 28, 28) uint8 of the page as it is.
        predictions: of these glyphs.
        classifier: predicts rotated glyphs.
        config: limits.

    Returns:
        0 or one of `config.skews_deg`, degrees clockwise; 0 unless another is clearly better.
    """
    if predictions.accepted(config.sure_score).sum() < config.min_straight_fraction * len(glyphs):
        return 0
    angles = (0, *config.skews_deg)
    return _best_angle(glyphs, predictions, angles, config.min_skewed_fraction, classifier, config)


def _best_angle(
    glyphs: Glyphs,
    predictions: Predictions,
    angles: Sequence[int],
    min_fraction: float,
    classifier: Classifier,
    config: OrientationConfig,
) -> int:
    """Choose among angles, the first being 0; `min_fraction` of the glyphs have to be digits."""
    sample = _sample(glyphs, predictions, config)
    if sample is None:
        return 0
    few = sample[:: -(-len(sample) // config.first_sample)]
    sure, plain = _sure(glyphs, predictions, few, angles, classifier, config)
    most, now = sure[1:].sum(axis=1).max(), sure[0].sum()
    if most < now or not most:
        return 0
    if most < config.first_fraction * min_fraction * len(few):
        return 0
    if len(few) < len(sample):
        sure, plain = _sure(glyphs, predictions, sample, angles, classifier, config)
    best = 1 + int(sure[1:].sum(axis=1).argmax())
    if angles[best] == 180 and not (plain[best] & ~sure[0]).any():
        return 0
    if plain[best].sum() < plain[0].sum():  # rotated, two touching digits are an 8 or 0
        return 0
    return angles[best] if _is_better(sure[best], sure[0], min_fraction, config) else 0


def _sample(
    glyphs: Glyphs, predictions: Predictions, config: OrientationConfig
) -> npt.NDArray[np.intp] | None:
    """Return indexes of a sample of broad glyphs; None if the page is upright."""
    sure = predictions.accepted(config.sure_score)
    if sure.all():
        return None
    broad = _is_broad(glyphs, config)
    count, sure_count = int(broad.sum()), int((sure & broad).sum())
    is_upright = sure_count >= config.upright_fraction * count
    if count < config.min_glyphs or (is_upright and count > config.max_ambiguous_glyphs):
        return None
    return np.flatnonzero(broad)[:: -(-count // config.sample)]


def _is_better(
    rotated: Flags, unrotated: Flags, min_fraction: float, config: OrientationConfig = DEFAULT
) -> bool:
    """Whether clearly more glyphs are sure, or all of them only in this orientation.

    >>> few, every = np.array([True, True, False]), np.ones(3, bool)
    >>> _is_better(every, few, 0.1), _is_better(few, ~few, 0.1)
    (True, False)
    """
    if rotated.all():
        return not unrotated.all()
    needed = max(config.min_gain * unrotated.sum() + 1, min_fraction * len(rotated))
    minimum = config.min_sure_glyphs if unrotated.any() else config.min_glyphs
    return bool(rotated.sum() >= max(needed, minimum))


def _sure(
    glyphs: Glyphs,
    predictions: Predictions,
    sample: npt.NDArray[np.intp],
    angles: Sequence[int],
    classifier: Classifier,
    config: OrientationConfig,
) -> tuple[Flags, Flags]:
    """(angles, N) bool: which glyphs are surely digits, and which of these not upside down."""
    tries = np.concatenate([_rotated(glyphs[sample], angle) for angle in angles[1:]])
    every = predictions.take(sample.tolist()).joined(classifier.glyphs(tries))
    sure = every.accepted(config.sure_score)
    plain = sure & np.array([label not in config.both_ways for label in every.labels], np.bool_)
    return sure.reshape(len(angles), -1), plain.reshape(len(angles), -1)


def _rotated(glyphs: Glyphs, degrees: int) -> Glyphs:
    """Rotate each glyph clockwise about its centre."""
    if degrees % 90 == 0:
        return np.ascontiguousarray(np.rot90(glyphs, -degrees // 90, axes=(1, 2)))
    matrix = cv2.getRotationMatrix2D(((SIDE - 1) / 2, (SIDE - 1) / 2), -degrees, 1.0)
    return np.stack([cv2.warpAffine(glyph, matrix, (SIDE, SIDE)) for glyph in glyphs])


def _is_broad(glyphs: Glyphs, config: OrientationConfig) -> Flags:
    """(N,) bool: glyphs that are not bare strokes."""
    inked = glyphs > config.min_stroke_level
    height = np.count_nonzero(inked.any(axis=2), axis=1)
    width = np.count_nonzero(inked.any(axis=1), axis=1)
    narrow, long = np.minimum(height, width), np.maximum(height, width)
    return np.asarray(narrow >= config.min_aspect * long, np.bool_)
