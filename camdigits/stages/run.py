"""Run the stages, in order, on an upright image: the only place that states this order."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from camdigits.config import ReaderConfig
from camdigits.geometry import contains
from camdigits.layout.cells import mark_cell_boundaries
from camdigits.layout.plausibility import plausible_digits
from camdigits.meter import StageClock
from camdigits.recognize.classify import Classifier, Classify, digits_of
from camdigits.recognize.context_net import ContextNet, odds_of_none
from camdigits.recognize.glyph import glyphs_of
from camdigits.recognize.lines.read import LineReader
from camdigits.recognize.lines.stage import LineStage
from camdigits.recognize.merge import merge
from camdigits.recognize.sequence import SequenceReader
from camdigits.recognize.split import Budget, split
from camdigits.recognize.texture import without_texture
from camdigits.segment.find_rules import find_components
from camdigits.segment.ink import find_ink
from camdigits.segment.regions import digit_sized, join_regions, specks_per_cell
from camdigits.segment.sheets import find_sheets
from camdigits.stages.passes import Classified, Pass
from camdigits.values import (
    NONE,
    Candidates,
    Digit,
    Flags,
    GrayImage,
    Mark,
    Pose,
    Region,
)


@dataclass(frozen=True, slots=True)
class Stages:
    """The stages with their models and settings.

    `classify` is enough to compare orientations; `complete` runs the other stages.
    """

    classifier: Classifier
    sequences: SequenceReader | None  # None: joined digits are not split
    context: ContextNet | None  # None: each region is judged by itself
    lines: LineReader | None  # None: lines are not read as a whole, and no signs
    threshold: float
    min_label_score: float  # of a region that is surely a digit
    config: ReaderConfig

    def classify(self, gray: GrayImage, pose: Pose, clock: StageClock) -> Classified:
        """Find the regions of an image and classify each by itself.

        Args:
            gray: (H, W) uint8, upright, at working size.
            pose: how it was rotated.
            clock: receives the time of each stage.
        """
        config, threshold = self.config, self.threshold
        clock.passes += 1
        ink = find_ink(gray, config.ink)
        clock.lap("ink")
        components = find_components(ink, config.rules)
        clock.lap("rules")
        sized = digit_sized(components, ink.mask.shape, config.regions)
        clock.lap("regions")
        kept, is_textured = without_texture(
            sized,
            ink,
            self.classifier.regions,
            threshold,
            partial(find_sheets, gray, config.sheets),
            config.texture,
        )
        clock.lap("texture")
        regions = join_regions(kept, ink, config.regions)
        clock.lap("regions")
        glyphs = glyphs_of(regions)
        clock.lap("glyphs")
        found = Candidates(regions, self.classifier.glyphs(glyphs))
        clock.lap("classify")
        odds = odds_of_none(found, glyphs, ink.mask.shape, components.rules, self.context)
        with_prior = found.with_prior(odds.alone)
        clock.lap("context")
        return Classified(
            pose, config, ink, components, sized, is_textured,
            specks_per_cell(components, ink.mask.shape, config.regions), found, glyphs, odds,
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
        is_accepted = last.accepted(threshold) | self._doubtful(last)
        rejected = last.rejected(is_accepted)
        accepted = _with_parts_marked(digits_of(last, is_accepted), merged)
        strengths = [last.regions[row].strength for row in np.flatnonzero(is_accepted).tolist()]
        height, width = classified.ink.mask.shape
        plausible = plausible_digits(
            accepted,
            (width, height),
            [each.box for each in rejected],
            strengths,
            config.plausibility,
        )
        every = mark_cell_boundaries(plausible, classified.components.rules, config.grouping)
        digits = tuple(digit for digit in every if digit.score >= threshold)
        doubtful = [digit for digit in every if digit.score < threshold]
        clock.lap("plausibility")
        marks: tuple[Mark, ...] = ()
        if self.lines is not None and not classified.is_textured:
            stage = LineStage(
                self.lines,
                self._in_context(classified),
                threshold,
                config.plausibility.height_range,
                config.lines,
                config.split.cut,
            )
            digits, marks = stage.read(classified.components, last, digits, classified.ink)
            clock.lap("lines")
        digits = (*digits, *_free(doubtful, digits, marks))
        postponed = () if budget is None else budget.left
        return Pass(classified, merged, last, rejected, accepted, digits, marks, postponed)

    def _doubtful(self, candidates: Candidates) -> Flags:
        """(N,) bool: surely a digit, although no label is as probable as the threshold."""
        sure = candidates.predictions.surely_digits(self.config.max_none_of_digit)
        return sure & candidates.accepted(self.min_label_score)

    def _merge_and_split(
        self, classified: Classified, clock: StageClock, budget: Budget | None
    ) -> tuple[Candidates, Candidates]:
        """Merge strokes and split joined digits; only a reject class can reject trial parts."""
        threshold, config = self.threshold, self.config
        candidates = classified.with_prior
        if classified.is_textured or NONE not in self.classifier.spec.labels:
            return candidates, candidates
        classify = self._in_context(classified)
        merged = merge(candidates, classify, threshold, config.merge)
        clock.lap("merge")
        if self.sequences is None:
            return merged, merged
        hopeless = classified.odds.of_parts(merged.boxes) > config.split.hopeless_odds
        last = split(
            merged, classify, self.sequences.read, threshold, config.split, budget, hopeless
        )
        clock.lap("split")
        return merged, last

    def _in_context(self, classified: Classified) -> Classify:
        """Return a function that classifies parts of regions, given what is around them."""

        def classify(regions: Sequence[Region]) -> Candidates:
            found = self.classifier.regions(regions)
            odds = np.minimum(classified.odds.of_parts(found.boxes), self.config.max_parts_odds)
            return found.with_prior(odds)

        return classify


def _free(
    doubtful: Sequence[Digit], digits: Sequence[Digit], marks: Sequence[Mark]
) -> list[Digit]:
    """Return the doubtful digits where no line was read otherwise."""
    taken = [each.box for each in (*digits, *marks)]
    return [
        digit
        for digit in doubtful
        if not any(
            contains(box, digit.box.centre) or contains(digit.box, box.centre) for box in taken
        )
    ]


def _with_parts_marked(digits: Sequence[Digit], merged: Candidates) -> tuple[Digit, ...]:
    """Mark digits that were cut out of a larger region."""
    whole = {region.box for region in merged.regions}
    return tuple(each if each.box in whole else replace(each, is_part=True) for each in digits)
