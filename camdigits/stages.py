"""Run the stages, in order, on an upright image: the only place that states this order."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from camdigits.config import ReaderConfig
from camdigits.layout.cells import mark_cell_boundaries
from camdigits.layout.plausibility import plausible_digits
from camdigits.meter import StageClock
from camdigits.recognize.classify import Classifier, digits_of
from camdigits.recognize.glyph import glyphs_of
from camdigits.recognize.lines.read import LineReader
from camdigits.recognize.lines.stage import LineStage
from camdigits.recognize.merge import merge
from camdigits.recognize.prior import odds_of_none
from camdigits.recognize.reject_words import reject_words
from camdigits.recognize.sequence import SequenceReader
from camdigits.recognize.split import Budget, split
from camdigits.recognize.texture import without_texture
from camdigits.segment.contours import Components, fill_components
from camdigits.segment.find_rules import find_components
from camdigits.segment.ink import InkConfig, find_ink
from camdigits.segment.regions import digit_sized, join_regions
from camdigits.values import (
    NONE,
    Box,
    Candidates,
    Digit,
    Floats,
    Glyphs,
    GrayImage,
    Ink,
    Mark,
    Pose,
    Region,
    Rejected,
    Trace,
)


@dataclass(frozen=True, slots=True, eq=False)
class Classified:
    """The regions of an upright image at working size, each classified by itself."""

    pose: Pose
    ink_config: InkConfig
    ink: Ink
    components: Components  # without rules
    sized: Components  # digit-sized ones
    is_textured: bool  # parts are texture and were skipped
    found: Candidates
    glyphs: Glyphs
    prior_odds: Floats
    with_prior: Candidates

    def certainty(self, threshold: float) -> float:
        """Return the sum of the scores of the regions that are digits by themselves."""
        return float(self.with_prior.scores[self.with_prior.accepted(threshold)].sum())


@dataclass(frozen=True, slots=True, eq=False)
class Pass:
    """Outputs of each stage on the upright image at working size; boxes are in its pixels."""

    classified: Classified
    merged: Candidates
    split: Candidates
    rejected: tuple[Rejected, ...]
    accepted: tuple[Digit, ...]
    digits: tuple[Digit, ...]
    marks: tuple[Mark, ...]  # signs beside digits
    postponed: tuple[Box, ...]  # regions left for later frames

    def certainty(self) -> float:
        """Return the sum of the digits' scores; the pass with the larger sum is kept."""
        return sum(digit.score for digit in self.digits)

    def trace(self, scale: float, passes: int) -> Trace:
        """Return the steps as the public value.

        Args:
            scale: from working size to frame size.
            passes: how often the stages ran.
        """
        first = self.classified
        mask = fill_components(first.components, first.ink.mask.shape)
        return Trace(
            first.pose, scale, first.ink, mask, first.components.rules, first.sized.boxes,
            first.is_textured, first.found, first.glyphs, first.prior_odds, first.with_prior,
            self.merged, self.split, self.rejected, self.accepted, self.digits, passes,
            self.postponed,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stages:
    """The stages with their models and settings.

    `classify` is enough to compare orientations; `complete` runs the other stages.
    """

    classifier: Classifier
    sequences: SequenceReader | None  # None: joined digits are not split
    lines: LineReader | None  # None: lines are not read as a whole, and no signs
    threshold: float
    config: ReaderConfig

    def classify(
        self, gray: GrayImage, pose: Pose, ink_config: InkConfig, clock: StageClock
    ) -> Classified:
        """Find the regions of an image and classify each by itself.

        Args:
            gray: (H, W) uint8, upright, at working size.
            pose: how it was rotated.
            ink_config: settings of the ink, for the default scale or for large digits.
            clock: receives the time of each stage.
        """
        config, threshold = self.config, self.threshold
        clock.passes += 1
        ink = find_ink(gray, ink_config)
        clock.lap("ink")
        components = find_components(ink, config.rules)
        clock.lap("rules")
        sized = digit_sized(components, ink.mask.shape, config.regions)
        clock.lap("regions")
        kept = without_texture(sized, ink, self.classifier.regions, threshold, config.texture)
        clock.lap("texture")
        regions = join_regions(kept, ink, config.regions)
        clock.lap("regions")
        glyphs = glyphs_of(regions)
        clock.lap("glyphs")
        found = Candidates(regions, self.classifier.glyphs(glyphs))
        clock.lap("classify")
        odds = odds_of_none(found, config.prior)
        with_prior = found.with_prior(odds)
        clock.lap("prior")
        return Classified(
            pose, ink_config, ink, components, sized, kept is not sized, found, glyphs, odds,
            with_prior,
        )  # fmt: skip

    def complete(
        self, classified: Classified, clock: StageClock, budget: Budget | None = None
    ) -> Pass:
        """Merge strokes, split joined digits, and drop what is implausible on the page.

        Args:
            classified: the regions of an image.
            clock: receives the time of each stage.
            budget: chooses the regions that are read as sequences; None reads all.
        """
        config, threshold = self.config, self.threshold
        merged, last = self._merge_and_split(classified, clock, budget)
        rejected = last.rejected(threshold)
        accepted = _with_parts_marked(digits_of(last, threshold), merged)
        strengths = [
            region.strength
            for region, is_accepted in zip(last.regions, last.accepted(threshold), strict=True)
            if is_accepted
        ]
        height, width = classified.ink.mask.shape
        plausible = plausible_digits(
            accepted,
            (width, height),
            [each.box for each in rejected],
            strengths,
            config.plausibility,
        )
        digits = mark_cell_boundaries(plausible, classified.components.rules, config.grouping)
        clock.lap("plausibility")
        marks: tuple[Mark, ...] = ()
        if self.lines is not None and not classified.is_textured:
            stage = LineStage(
                self.lines,
                self.classifier.regions,
                threshold,
                config.plausibility.height_range,
                config.lines,
                config.split.cut,
            )
            digits, marks = stage.read(classified.components, last, digits, classified.ink)
            clock.lap("lines")
        postponed = () if budget is None else budget.left
        return Pass(classified, merged, last, rejected, accepted, digits, marks, postponed)

    def _merge_and_split(
        self, classified: Classified, clock: StageClock, budget: Budget | None
    ) -> tuple[Candidates, Candidates]:
        """Merge strokes and split joined digits; only a reject class can reject trial parts."""
        threshold, config = self.threshold, self.config
        candidates, odds = classified.with_prior, classified.prior_odds
        if classified.is_textured or NONE not in self.classifier.spec.labels:
            return candidates, candidates
        if self.sequences is not None:
            read_ink = self.sequences.read
            candidates = reject_words(
                candidates,
                self.sequences.read_once,
                threshold,
                config.prior,
                config.reject_words,
            )
            clock.lap("words")
        accepted_odds = odds[candidates.accepted(threshold)]
        # Apply the prior of the digits on the page to trial parts, but do not raise "none".
        factor = min(1.0, float(np.median(accepted_odds))) if len(accepted_odds) else 1.0

        def classify(regions: Sequence[Region]) -> Candidates:
            return self.classifier.regions(regions).with_prior(factor)

        merged = merge(candidates, classify, threshold, config.merge)
        clock.lap("merge")
        if self.sequences is None:
            return merged, merged
        last = split(merged, classify, read_ink, threshold, config.split, budget)
        clock.lap("split")
        return merged, last


def _with_parts_marked(digits: Sequence[Digit], merged: Candidates) -> tuple[Digit, ...]:
    """Mark digits that were cut out of a larger region."""
    whole = {region.box for region in merged.regions}
    return tuple(each if each.box in whole else replace(each, is_part=True) for each in digits)
