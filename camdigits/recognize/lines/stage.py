"""Read the lines of an image: correct its digits, and find its signs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from camdigits.geometry import contains
from camdigits.recognize.classify import Classify, digits_of
from camdigits.recognize.cut_reading import CutConfig, cut_readings
from camdigits.recognize.lines.config import LineConfig
from camdigits.recognize.lines.dates import date_slashes
from camdigits.recognize.lines.division import division_dots
from camdigits.recognize.lines.erase import freed, without_pieces
from camdigits.recognize.lines.find import components_near, find_lines, worth_reading
from camdigits.recognize.lines.read import LineReader
from camdigits.recognize.lines.second_reading import second_readings, unread_components
from camdigits.recognize.lines.signs import FoundSign, find_signs
from camdigits.segment.contours import Components
from camdigits.values import Box, Candidates, Digit, Ink, Mark, Region

Found = tuple[tuple[Digit, ...], tuple[Mark, ...]]


@dataclass(frozen=True, slots=True)
class LineStage:
    """The line net with the other net and the settings that it needs."""

    lines: LineReader
    classify: Classify  # by the digit net
    threshold: float  # of a digit
    height_range: tuple[float, float]  # of a digit over the median of all
    config: LineConfig = field(default_factory=LineConfig)
    cut: CutConfig = field(default_factory=CutConfig)

    def read(
        self,
        components: Components,
        candidates: Candidates,
        digits: Sequence[Digit],
        ink: Ink,
    ) -> Found:
        """Return the digits and the signs of an upright image.

        Args:
            components: of the image, without rules.
            candidates: its regions, digits and others.
            digits: those that are digits.
            ink: of the image.
        """
        boxes = [digit.box for digit in digits]
        components = components_near(components, boxes, ink.mask.shape, self.config)
        dots = division_dots(digits, components)
        if dots:
            digits = [digit for index, digit in enumerate(digits) if index not in dots]
            boxes = [digit.box for digit in digits]
        row_of = {region.box: row for row, region in enumerate(candidates.regions)}
        known = set(boxes)
        rest = [box for box in row_of if box not in known]
        others = np.array(rest, np.float64).reshape(-1, 4)
        found = find_lines(boxes, others, self.config)
        lines = [
            part
            for each in found
            for part in worth_reading(each, digits, others, components, self.config)
        ]
        readings = self.lines.read(components, lines)
        rows = [(row_of[digit.box], digit) for digit in digits]
        second = second_readings(readings, candidates, rows, self.config)
        unread = unread_components(readings, candidates, rows, components, ink, self.config)
        count = len(candidates)
        second |= {count + at: [reading] for at, (_, reading) in enumerate(unread)}
        regions = [*candidates.regions, *(region for region, _ in unread)]
        parts = cut_readings(regions, second, self.classify, self.threshold, self.cut)
        if parts:
            whole = [regions[row].box for row in parts if row >= count]
            digits = self._corrected(rows, parts, whole)
            new = [each for row, each in parts.items() if row >= count]
            old = {row: each for row, each in parts.items() if row < count}
            candidates = candidates.split(old).with_more(new)
            boxes = [digit.box for digit in digits]
            readings = [reading.with_digits(boxes, self.config) for reading in readings]
        region_of = {region.box: region for region in candidates.regions}
        regions = [region_of[digit.box] for digit in digits]
        signs = find_signs(readings, components, digits, regions, self.config)
        return self._without(signs, components, candidates, digits, regions)

    def _corrected(
        self,
        rows: Sequence[tuple[int, Digit]],
        parts: Mapping[int, Candidates],
        whole: Sequence[Box],
    ) -> list[Digit]:
        """Return digits; those in regions that were read again are replaced by their parts.

        Args:
            rows: digits with their regions' indexes.
            parts: of the regions that were read again.
            whole: boxes of components that were read again.
        """
        kept = [
            digit
            for row, digit in rows
            if row not in parts and not any(contains(box, digit.box.centre) for box in whole)
        ]
        for each in parts.values():
            new = digits_of(each, each.accepted(self.threshold))
            kept += [replace(digit, is_part=len(new) > 1) for digit in new]
        return kept

    def _without(
        self,
        signs: Sequence[FoundSign],
        components: Components,
        candidates: Candidates,
        digits: Sequence[Digit],
        regions: Sequence[Region],
    ) -> Found:
        """Return the digits that are no signs, without the signs' ink, and the signs."""
        signs = self._with_dates(digits, signs)
        rest = without_pieces(regions, signs, components)
        changed: dict[int, Digit] = {}
        if rest:
            again = self.classify(list(rest.values()))
            accepted = again.accepted(self.threshold).tolist()
            for row, (index, region) in enumerate(rest.items()):
                if accepted[row]:
                    label, score = again.labels[row], float(again.scores[row])
                    changed[index] = replace(
                        digits[index], box=region.box, label=label, score=score
                    )
            # Keep a stroke that the digit needs to be recognised.
            signs = tuple(sign for sign in signs if set(sign.pieces_of) <= set(changed))
        replaced = {index for sign in signs for index in sign.digits}
        left = [at for at in range(len(digits)) if at not in replaced]
        kept = [changed.get(at, digits[at]) for at in left]
        free = self._freed(candidates, signs, components, kept)
        return (*kept, *free), tuple(_mark(sign) for sign in signs)

    def _with_dates(
        self, digits: Sequence[Digit], signs: Sequence[FoundSign]
    ) -> tuple[FoundSign, ...]:
        """Drop slashes that were read as ones and are not sure, unless they make a date."""
        sure_score = self.config.min_score_of_digit
        doubtful = {
            sign.digits[0]: sign
            for sign in signs
            if sign.label == "/" and len(sign.digits) == 1 and sign.score < sure_score
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

    def _freed(
        self,
        candidates: Candidates,
        signs: Sequence[FoundSign],
        components: Components,
        digits: Sequence[Digit],
    ) -> tuple[Digit, ...]:
        """Read rejected regions without the signs that were joined to them."""
        rows = np.flatnonzero(~candidates.accepted(self.threshold)).tolist()
        rest = freed([candidates.regions[row] for row in rows], signs, components)
        if not rest:
            return ()
        high = float(np.median([digit.box.height for digit in digits])) if digits else 0.0
        low, top = self.height_range
        again = self.classify(list(rest.values()))
        found = digits_of(again, again.accepted(self.threshold))
        return tuple(each for each in found if low * high <= each.box.height <= top * high)


def _mark(sign: FoundSign) -> Mark:
    return Mark(sign.box, sign.label, sign.score, line=sign.line)
