"""Go through the stages of the reader one after the other, and keep what each hands on.

They are the product's own, called as `camdigits.reader` calls them: what is kept is what it sees.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from camdigits.image import cv2, to_bgr, to_green
from camdigits.layout.grouping import mark_cell_boundaries
from camdigits.layout.plausibility import plausible_digits
from camdigits.reader import CLOSE_UP, FEW, MAX_SIDE
from camdigits.recognize.classify import Ask, Opinions, OutputSpec, digits_of, opinions
from camdigits.recognize.glyph import glyphs_of
from camdigits.recognize.merge import rejoin
from camdigits.recognize.orientation import Pose, tilt, way_up
from camdigits.recognize.prior import odds_of_none
from camdigits.recognize.split import split
from camdigits.recognize.texture import without_texture
from camdigits.segment.contours import Outlines
from camdigits.segment.ink import Ink, InkConfig, find_ink
from camdigits.segment.regions import find_blobs, regions_of
from camdigits.values import BgrImage, Digit, Glyphs, Region, Scorer


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """What each stage handed on, in pixels of the upright picture at working size."""

    bgr: BgrImage  # (H, W, 3), what was read
    ink: Ink
    blobs: Outlines  # without lines
    found: tuple[Region, ...]
    glyphs: Glyphs  # of the regions found
    first: Opinions  # the model's, of those glyphs
    weighed: Opinions  # the same with the odds of "none" put right
    joined: tuple[Region, ...]  # after strokes were tried apart and together
    regions: tuple[Region, ...]  # after touching digits were cut apart
    asked: Opinions  # of these
    digits: tuple[Digit, ...]
    threshold: float

    @property
    def certainty(self) -> float:
        """How much was read."""
        return sum(digit.score for digit in self.digits)


def walk(picture: BgrImage, score: Scorer, output_spec: OutputSpec) -> Steps:
    """Read a picture and keep what each stage hands on.

    A page that does not lie upright is turned first, as the reader does.
    """
    bgr = _working_size(to_bgr(picture))
    pose = Pose((bgr.shape[1], bgr.shape[0]))
    steps = _closer(bgr, score, output_spec)
    if rotation := way_up(steps.glyphs, steps.first, score, output_spec):
        pose = Pose(pose.size, rotation)
        steps = _closer(_turned(bgr, pose), score, output_spec)
    if slant := tilt(steps.glyphs, steps.first, score, output_spec):
        straight = _turned(bgr, Pose(pose.size, pose.rotation, slant))
        steps = max(steps, _closer(straight, score, output_spec), key=lambda each: each.certainty)
    return steps


def _working_size(bgr: BgrImage) -> BgrImage:
    scale = MAX_SIDE / max(bgr.shape)
    if scale >= 1:
        return bgr
    size = max(1, round(bgr.shape[1] * scale)), max(1, round(bgr.shape[0] * scale))
    return np.asarray(cv2.resize(bgr, size, interpolation=cv2.INTER_AREA), np.uint8)


def _turned(bgr: BgrImage, pose: Pose) -> BgrImage:
    return np.dstack([pose.turned(np.ascontiguousarray(bgr[..., c])) for c in range(3)])


def _closer(bgr: BgrImage, score: Scorer, output_spec: OutputSpec) -> Steps:
    """Go through the stages, and for large digits again where few were found."""
    steps = _stages(bgr, score, output_spec, InkConfig())
    if len(steps.digits) >= FEW:
        return steps
    close = _stages(bgr, score, output_spec, CLOSE_UP)
    return max(steps, close, key=lambda each: each.certainty)


def _stages(bgr: BgrImage, score: Scorer, output_spec: OutputSpec, config: InkConfig) -> Steps:
    """Call stage after stage."""
    gray = to_green(bgr)
    ink = find_ink(gray, config)
    ask = partial(opinions, score=score, output_spec=output_spec)
    least = output_spec.threshold
    all_blobs = find_blobs(ink)
    blobs = without_texture(all_blobs, ink, ask, least)
    found = regions_of(blobs, ink)
    glyphs = glyphs_of(found)
    first = ask(glyphs)
    odds = odds_of_none(found, first)
    weighed = first.weighed(odds)
    regions, joined, asked = found, found, weighed
    if blobs is all_blobs:
        again = _weighing(ask, odds[weighed.digits(least)])
        joined, asked = rejoin(found, weighed, again, least)
        regions, asked = split(joined, asked, again, least)
    sure = digits_of(regions, asked, least)
    read = asked.digits(least)
    refused = [region.box for region, kept in zip(regions, read, strict=True) if not kept]
    strengths = [region.strength for region, kept in zip(regions, read, strict=True) if kept]
    digits = plausible_digits(sure, gray.shape[::-1], refused, strengths)
    digits = mark_cell_boundaries(digits, all_blobs.lines)
    digits = tuple(sorted(digits, key=lambda digit: (digit.box.x, digit.box.y)))
    return Steps(
        bgr, ink, blobs, found, glyphs, first, weighed, joined, regions, asked, digits, least
    )


def _weighing(ask: Ask, odds: npt.NDArray[np.float64]) -> Ask:
    usual = min(1.0, float(np.median(odds))) if len(odds) else 1.0
    return lambda glyphs: ask(glyphs).weighed(usual)
