"""Run the stages, in order, on an upright image: the only place that states this order."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from camdigits.config import ReaderConfig
from camdigits.image import cv2
from camdigits.layout.cells import mark_cell_boundaries
from camdigits.layout.plausibility import plausible_digits
from camdigits.meter import StageClock
from camdigits.recognize.classify import Classifier, digits_of
from camdigits.recognize.date_slashes import date_slashes
from camdigits.recognize.glyph import glyphs_of
from camdigits.recognize.merge import merge
from camdigits.recognize.prior import odds_of_none
from camdigits.recognize.reject_words import reject_words
from camdigits.recognize.sequence import SequenceReader
from camdigits.recognize.sign_windows import components_near
from camdigits.recognize.signs import FoundSign, SignConfig, SignReader, freed, without_pieces
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
    signs: SignReader | None  # None: signs are not read
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
        if self.signs is not None and not classified.is_textured:
            digits, marks = self._with_signs(self.signs, classified, last, digits)
            clock.lap("signs")
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

    def _with_signs(
        self,
        signs: SignReader,
        classified: Classified,
        last: Candidates,
        digits: Sequence[Digit],
    ) -> tuple[tuple[Digit, ...], tuple[Mark, ...]]:
        """Find signs; return the digits that are none, and the signs."""
        region_of = {region.box: region for region in last.regions}
        regions = [region_of[digit.box] for digit in digits]
        mask = classified.ink.mask
        if classified.components.rules is not None:
            mask = np.asarray(cv2.subtract(mask, classified.components.rules), np.uint8)
        components = components_near(classified.components, regions, mask.shape)
        found = signs.read(components, digits, regions, mask, self.config.signs)
        found = _with_dates(digits, found, self.config.signs)
        rest = without_pieces(regions, found, components)
        changed: dict[int, Digit] = {}
        if rest:
            again = self.classifier.regions(list(rest.values()))
            accepted = again.accepted(self.threshold).tolist()
            for row, (index, region) in enumerate(rest.items()):
                if accepted[row]:
                    label, score = again.labels[row], float(again.scores[row])
                    changed[index] = replace(
                        digits[index], box=region.box, label=label, score=score
                    )
            # Keep a stroke that the digit needs to be recognised.
            found = tuple(sign for sign in found if set(sign.pieces_of) <= set(changed))
        replaced = {index for sign in found for index in sign.digits}
        marks = tuple(_mark(sign) for sign in found)
        left = [at for at in range(len(digits)) if at not in replaced]
        kept = [changed.get(at, digits[at]) for at in left]
        return (*kept, *self._freed(last, found, components, kept)), marks

    def _freed(
        self,
        last: Candidates,
        signs: Sequence[FoundSign],
        components: Components,
        digits: Sequence[Digit],
    ) -> tuple[Digit, ...]:
        """Read rejected regions without the signs that were joined to them."""
        rows = np.flatnonzero(~last.accepted(self.threshold)).tolist()
        rest = freed([last.regions[row] for row in rows], signs, components)
        if not rest:
            return ()
        high = float(np.median([digit.box.height for digit in digits])) if digits else 0.0
        low, top = self.config.plausibility.height_range
        found = digits_of(self.classifier.regions(list(rest.values())), self.threshold)
        return tuple(each for each in found if low * high <= each.box.height <= top * high)


def _with_dates(
    digits: Sequence[Digit], signs: Sequence[FoundSign], config: SignConfig
) -> tuple[FoundSign, ...]:
    """Drop slashes that were read as ones and are not sure, unless they make a date."""
    doubtful = {
        sign.digits[0]: sign
        for sign in signs
        if sign.label == "/" and len(sign.digits) == 1 and sign.score < config.min_score_of_digit
    }
    sure = [sign for sign in signs if sign not in doubtful.values()]
    taken = {index for sign in sure for index in sign.digits}
    left = [index for index in range(len(digits)) if index not in taken]
    chances = {
        place: doubtful[index].score for place, index in enumerate(left) if index in doubtful
    }
    dates = date_slashes(
        [digits[index] for index in left], [_mark(sign) for sign in sure], chances
    )
    return (*sure, *(doubtful[left[place]] for place in dates))


def _mark(sign: FoundSign) -> Mark:
    return Mark(sign.box, sign.label, sign.score, line=sign.line)


def _with_parts_marked(digits: Sequence[Digit], merged: Candidates) -> tuple[Digit, ...]:
    """Mark digits that were cut out of a larger region."""
    whole = {region.box for region in merged.regions}
    return tuple(each if each.box in whole else replace(each, is_part=True) for each in digits)
