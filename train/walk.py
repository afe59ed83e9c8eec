"""Go through the stages of the reader one after the other, and keep what each hands on.

They are the product's own, called as `camdigits.reader` calls them: what is kept is what it sees.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from camdigits.classify import Ask, Labelling, Opinions, digits_of, opinions
from camdigits.context import in_context
from camdigits.glyph import glyphs_of
from camdigits.group import with_walls
from camdigits.image import cv2, to_bgr, to_green
from camdigits.ink import Ink, InkConfig, find_ink
from camdigits.outlines import Outlines
from camdigits.prior import odds_of_none
from camdigits.reader import CLOSE_UP, FEW, MAX_SIDE
from camdigits.regions import find_blobs, regions_of
from camdigits.split import split
from camdigits.strokes import rejoin
from camdigits.texture import without_texture
from camdigits.upright import Pose, tilt, way_up
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


def walk(picture: BgrImage, score: Scorer, labelling: Labelling) -> Steps:
    """Read a picture and keep what each stage hands on.

    A page that does not lie upright is turned first, as the reader does.
    """
    bgr = _working_size(to_bgr(picture))
    pose = Pose((bgr.shape[1], bgr.shape[0]))
    steps = _closer(bgr, score, labelling)
    if rotation := way_up(steps.glyphs, steps.first, score, labelling):
        pose = Pose(pose.size, rotation)
        steps = _closer(_turned(bgr, pose), score, labelling)
    if slant := tilt(steps.glyphs, steps.first, score, labelling):
        straight = _turned(bgr, Pose(pose.size, pose.rotation, slant))
        steps = max(steps, _closer(straight, score, labelling), key=lambda each: each.certainty)
    return steps


def _working_size(bgr: BgrImage) -> BgrImage:
    scale = MAX_SIDE / max(bgr.shape)
    if scale >= 1:
        return bgr
    size = max(1, round(bgr.shape[1] * scale)), max(1, round(bgr.shape[0] * scale))
    return np.asarray(cv2.resize(bgr, size, interpolation=cv2.INTER_AREA), np.uint8)


def _turned(bgr: BgrImage, pose: Pose) -> BgrImage:
    return np.dstack([pose.turned(np.ascontiguousarray(bgr[..., c])) for c in range(3)])


def _closer(bgr: BgrImage, score: Scorer, labelling: Labelling) -> Steps:
    """Go through the stages, and for large digits again where few were found."""
    steps = _stages(bgr, score, labelling, InkConfig())
    if len(steps.digits) >= FEW:
        return steps
    close = _stages(bgr, score, labelling, CLOSE_UP)
    return max(steps, close, key=lambda each: each.certainty)


def _stages(bgr: BgrImage, score: Scorer, labelling: Labelling, config: InkConfig) -> Steps:
    """Call stage after stage."""
    gray = to_green(bgr)
    ink = find_ink(gray, config)
    ask = partial(opinions, score=score, labelling=labelling)
    least = labelling.threshold
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
    digits = in_context(sure, gray.shape[::-1], refused, strengths)
    digits = with_walls(digits, all_blobs.lines)
    digits = tuple(sorted(digits, key=lambda digit: (digit.box.x, digit.box.y)))
    return Steps(
        bgr, ink, blobs, found, glyphs, first, weighed, joined, regions, asked, digits, least
    )


def _weighing(ask: Ask, odds: npt.NDArray[np.float64]) -> Ask:
    usual = min(1.0, float(np.median(odds))) if len(odds) else 1.0
    return lambda glyphs: ask(glyphs).weighed(usual)
