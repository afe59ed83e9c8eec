"""Read the digits of an image: the public API and the order of the stages.

Three nested searches run the stages: `_search_orientation` corrects rotation and skew,
`_search_scale` searches for large digits if few were found, and `_pass` runs each stage once.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from camdigits.config import DEFAULT, ReaderConfig
from camdigits.geometry import ROTATIONS, make_upright, to_frame
from camdigits.image import cv2, frozen, to_bgr, to_green
from camdigits.layout.grouping import group, mark_cell_boundaries
from camdigits.layout.plausibility import plausible_digits
from camdigits.meter import StageClock
from camdigits.recognize.card import find_model, load_card
from camdigits.recognize.classify import Classifier, OutputSpec, digits_of
from camdigits.recognize.glyph import glyphs_of
from camdigits.recognize.merge import merge
from camdigits.recognize.orientation import find_rotation, find_skew
from camdigits.recognize.prior import odds_of_none
from camdigits.recognize.split import split
from camdigits.recognize.texture import without_texture
from camdigits.recognize.tflite import load_scorer
from camdigits.segment.contours import Components, fill_components
from camdigits.segment.find_rules import find_components
from camdigits.segment.ink import InkConfig, find_ink
from camdigits.segment.regions import digit_sized, join_regions
from camdigits.values import (
    NONE,
    Candidates,
    Digit,
    Floats,
    Frame,
    Glyphs,
    GrayImage,
    Ink,
    Pose,
    Region,
    Rejected,
    Result,
    Scorer,
    Trace,
)

DIGITS = ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", NONE)


class Reader:
    """Read handwritten digits in images.

    Build one and keep it: loading the model takes longer than reading. A reader keeps no state
    between images, so the same image always gives the same result, and several threads may share
    one (the model itself runs one call at a time).

    Args:
        model: a shipped model's name, or the path of a .tflite file with a .json card next to it.
        threshold: report digits at least this probable; None means the card's.
        rotate: degrees clockwise that bring the pages upright (0, 90, 180 or 270), or None to
            detect it in each image.
        scorer: used instead of a model: takes (N, 28, 28) uint8 glyphs and returns (N, labels)
            logits, or `Scored` with embeddings.
        labels: the scorer's columns; "none" is the reject class. Without it every region gets a
            digit label, and regions are neither merged nor split.
        config: settings of the stages; None means the defaults.

    Raises:
        ModelError: the model or its card cannot be used.
        ValueError: `rotate` or `threshold` is out of range.

    >>> page = np.full((100, 100), 255, np.uint8)
    >>> page[20:80, 48:54] = 0
    >>> sure_of_one = lambda glyphs: np.tile(np.float32([0, 9, 0]), (len(glyphs), 1))
    >>> reader = Reader(scorer=sure_of_one, labels=("0", "1", "none"))
    >>> [(digit.label, digit.box) for digit in reader.read(page).digits]
    [('1', Box(x=48, y=20, width=6, height=60))]
    """

    def __init__(
        self,
        model: str | Path = "digits",
        *,
        threshold: float | None = None,
        rotate: int | None = None,
        scorer: Scorer | None = None,
        labels: Sequence[str] = DIGITS,
        config: ReaderConfig | None = None,
    ) -> None:
        _check_options(threshold, rotate)
        self._config = config or DEFAULT
        if scorer is None:
            path = find_model(str(model))
            card = load_card(path)
            scorer = load_scorer(path, card, min(self._config.threads, os.cpu_count() or 1))
            spec = OutputSpec(card.labels, card.temperature, card.threshold)
        else:
            spec = OutputSpec(tuple(labels))
        self._classifier = Classifier(scorer, spec)
        self._threshold = spec.threshold if threshold is None else threshold
        self._rotate = rotate

    def adjusted(self, *, threshold: float | None = None, rotate: int | None = None) -> "Reader":
        """Return a reader with another threshold and rotation that shares this one's model.

        Args:
            threshold: None keeps this reader's.
            rotate: as for the constructor; None detects it.

        Raises:
            ValueError: `rotate` or `threshold` is out of range.
        """
        _check_options(threshold, rotate)
        other = copy(self)
        other._threshold = self._threshold if threshold is None else threshold
        other._rotate = rotate
        return other

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels of the model, "none" included."""
        return self._classifier.spec.labels

    @property
    def threshold(self) -> float:
        """Probability below which digits are not reported."""
        return self._threshold

    @property
    def config(self) -> ReaderConfig:
        """Settings of the stages."""
        return self._config

    def read(self, image: Frame | npt.NDArray[Any] | None, *, trace: bool = False) -> Result:
        """Read one image.

        Args:
            image: (H, W, 3) uint8 BGR, (H, W, 4) uint8 BGRA, (H, W) uint8 gray, or a `Frame`.
            trace: keep every intermediate step in `Result.trace`.

        Returns:
            Digits by left edge, then by top edge; numbers in reading order; boxes in pixels of
            the given image, tight around the ink; milliseconds per stage.

        Raises:
            ArrayError: `image` has another type or shape, or no pixels.
        """
        clock = StageClock()
        frame = _checked(image)
        gray, scale = _working_size(to_green(frame.bgr), self._config.max_side_px)
        clock.lap("prepare")
        found = self._search_orientation(gray, clock)
        size = frame.bgr.shape[1], frame.bgr.shape[0]
        to_image = partial(to_frame, pose=found.pose, scale=scale, size=size)
        placed = [replace(digit, box=to_image(digit.box)) for digit in found.digits]
        digits = tuple(sorted(placed, key=lambda digit: (digit.box.x, digit.box.y)))
        rejected = tuple(replace(each, box=to_image(each.box)) for each in found.rejected)
        rotation = found.pose.rotation
        numbers = group(digits, rotation, self._config.grouping)
        clock.lap("group")
        steps = _trace(found, scale, clock.passes) if trace else None
        if trace:
            clock.lap("trace")
        return Result(frame, digits, numbers, rotation, clock.laps(), steps, rejected=rejected)

    def results(self, frames: Iterable[Frame]) -> Iterator[Result]:
        """Read frames one by one, lazily."""
        return (self.read(frame) for frame in frames)

    def _search_orientation(self, gray: GrayImage, clock: StageClock) -> "_Pass":
        """Read an image, and read it again upright if its glyphs are rotated or skewed.

        All stages run again on the rotated image, so the result is that of the upright page.
        """
        config = self._config.orientation
        pose = Pose((gray.shape[1], gray.shape[0]), self._rotate or 0)
        found = self._search_scale(gray, pose, clock)
        if self._rotate is None:
            rotation = find_rotation(
                found.glyphs, found.found.predictions, self._classifier, config
            )
            clock.lap("orientation")
            if rotation:
                found = self._search_scale(gray, replace(pose, rotation=rotation), clock)
        # If every region is accepted, a skew correction could only lose digits.
        if found.rejected and not found.is_textured:
            skew = find_skew(found.glyphs, found.found.predictions, self._classifier, config)
            clock.lap("orientation")
            if skew:
                straight = self._search_scale(gray, replace(found.pose, skew=skew), clock)
                found = max(found, straight, key=_Pass.certainty)
        return found

    def _search_scale(self, gray: GrayImage, pose: Pose, clock: StageClock) -> "_Pass":
        """Read an upright image, and search for large digits if few were found.

        A digit that fills the image has strokes too broad for the default estimate of the paper.
        """
        upright = make_upright(gray, pose)
        clock.lap("orientation")
        found = self._pass(upright, pose, self._config.ink, clock)
        if len(found.digits) >= self._config.min_digits_one_scale or found.is_textured:
            return found
        close_up = self._pass(upright, pose, self._config.close_up_ink, clock)
        return max(found, close_up, key=_Pass.certainty)

    def _pass(
        self, gray: GrayImage, pose: Pose, ink_config: InkConfig, clock: StageClock
    ) -> "_Pass":
        """Run each stage once on an upright image at working size."""
        config, threshold, classify = self._config, self._threshold, self._classifier.regions
        clock.passes += 1
        ink = find_ink(gray, ink_config)
        clock.lap("ink")
        components = find_components(ink, config.rules)
        clock.lap("rules")
        sized = digit_sized(components, ink.mask.shape, config.regions)
        clock.lap("regions")
        kept = without_texture(sized, ink, classify, threshold, config.texture)
        clock.lap("texture")
        regions = join_regions(kept, ink, config.regions)
        clock.lap("regions")
        glyphs = glyphs_of(regions)
        clock.lap("glyphs")
        found = Candidates(regions, self._classifier.glyphs(glyphs))
        clock.lap("classify")
        odds = odds_of_none(found, config.prior)
        with_prior = found.with_prior(odds)
        clock.lap("prior")
        merged, last = self._merge_and_split(with_prior, odds, kept is not sized, clock)
        rejected = last.rejected(threshold)
        accepted = _with_parts_marked(digits_of(last, threshold), merged)
        strengths = [
            region.strength
            for region, is_accepted in zip(last.regions, last.accepted(threshold), strict=True)
            if is_accepted
        ]
        plausible = plausible_digits(
            accepted,
            (gray.shape[1], gray.shape[0]),
            [each.box for each in rejected],
            strengths,
            config.plausibility,
        )
        digits = mark_cell_boundaries(plausible, components.rules, config.grouping)
        clock.lap("plausibility")
        return _Pass(
            pose, ink, components, sized, kept is not sized, found, glyphs, odds, with_prior,
            merged, last, rejected, accepted, digits,
        )  # fmt: skip

    def _merge_and_split(
        self, candidates: Candidates, odds: Floats, is_textured: bool, clock: StageClock
    ) -> tuple[Candidates, Candidates]:
        """Merge strokes and split touching digits; only a reject class can reject trial parts."""
        if is_textured or NONE not in self.labels:
            return candidates, candidates
        threshold = self._threshold
        accepted_odds = odds[candidates.accepted(threshold)]
        # Apply the prior of the digits on the page to trial parts, but do not raise "none".
        factor = min(1.0, float(np.median(accepted_odds))) if len(accepted_odds) else 1.0

        def classify(regions: Sequence[Region]) -> Candidates:
            return self._classifier.regions(regions).with_prior(factor)

        merged = merge(candidates, classify, threshold, self._config.merge)
        clock.lap("merge")
        last = split(merged, classify, threshold, self._config.split)
        clock.lap("split")
        return merged, last


@dataclass(frozen=True, slots=True, eq=False)
class _Pass:
    """Outputs of each stage on the upright image at working size; boxes are in its pixels."""

    pose: Pose
    ink: Ink
    components: Components  # without rules
    sized: Components  # digit-sized ones
    is_textured: bool  # parts are texture and were skipped
    found: Candidates
    glyphs: Glyphs
    prior_odds: Floats
    with_prior: Candidates
    merged: Candidates
    split: Candidates
    rejected: tuple[Rejected, ...]
    accepted: tuple[Digit, ...]
    digits: tuple[Digit, ...]

    def certainty(self) -> float:
        """Return the sum of the digits' scores; the pass with the larger sum is kept."""
        return sum(digit.score for digit in self.digits)


def _check_options(threshold: float | None, rotate: int | None) -> None:
    if rotate is not None and rotate not in ROTATIONS:
        raise ValueError(f"rotate: wanted None, 0, 90, 180 or 270, got {rotate!r}")
    if threshold is not None and not 0 <= threshold <= 1:
        raise ValueError(f"threshold: wanted 0 to 1, got {threshold!r}")


def _checked(image: Frame | npt.NDArray[Any] | None) -> Frame:
    """Convert an image to BGR and wrap it in a frame; a frame is returned as it is."""
    if not isinstance(image, Frame):
        return Frame(0, 0.0, frozen(to_bgr(image)))
    bgr = to_bgr(image.bgr, "frame.bgr")
    return image if bgr is image.bgr else replace(image, bgr=frozen(bgr))


def _with_parts_marked(digits: Sequence[Digit], merged: Candidates) -> tuple[Digit, ...]:
    """Mark digits that were cut out of a larger region."""
    whole = {region.box for region in merged.regions}
    return tuple(each if each.box in whole else replace(each, is_part=True) for each in digits)


def _trace(found: _Pass, scale: float, passes: int) -> Trace:
    mask = fill_components(found.components, found.ink.mask.shape)
    return Trace(
        found.pose, scale, found.ink, mask, found.components.rules, found.sized.boxes,
        found.is_textured, found.found, found.glyphs, found.prior_odds, found.with_prior,
        found.merged, found.split, found.rejected, found.accepted, found.digits, passes,
    )  # fmt: skip


def _working_size(gray: GrayImage, max_side_px: int) -> tuple[GrayImage, float]:
    """Shrink a large image; return it and the scale from its pixels to the original's."""
    height, width = gray.shape
    scale = max_side_px / max(height, width)
    if scale >= 1:
        return gray, 1.0
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA), np.uint8), 1 / scale
