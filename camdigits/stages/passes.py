"""Hold the outputs of the stages on an upright image, and choose among several readings."""

from collections.abc import Sequence
from dataclasses import dataclass

from camdigits.config import ReaderConfig
from camdigits.geometry import BARE_STROKE_ASPECT, intersection
from camdigits.recognize.context_net import Odds
from camdigits.segment.contours import Components, fill_components
from camdigits.values import (
    Box,
    Candidates,
    Digit,
    Glyphs,
    Ink,
    Mark,
    Pose,
    Rejected,
    Trace,
)

MIN_PIECE_RATIO = 1.5  # chosen: area of a digit over that of a piece of it
MIN_PIECE_INSIDE = 0.8  # chosen: share of a piece's box inside the digit's
BARE_STROKE_WEIGHT = 0.25  # chosen: in the choice of a pass


@dataclass(frozen=True, slots=True, eq=False)
class Classified:
    """The regions of an upright image at working size, each classified by itself."""

    pose: Pose
    config: ReaderConfig  # with which they were found
    ink: Ink
    components: Components  # without rules
    sized: Components  # digit-sized ones
    is_textured: bool  # parts are texture and were skipped
    specks_per_cell: float  # mean number of specks in the ink
    found: Candidates
    glyphs: Glyphs
    odds: Odds  # factors on the odds of "none" by the context
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
            first.is_textured, first.found, first.glyphs, first.odds.alone, first.with_prior,
            self.merged, self.split, self.rejected, self.accepted, self.digits, passes,
            self.postponed,
        )  # fmt: skip


def surest_pass(passes: Sequence[Pass]) -> Pass:
    """Return the pass with the largest sum of scores; the first of equal ones.

    Digits mostly inside a larger digit of another pass do not count: they are pieces of its
    strokes. Bare strokes count little: noise and texture have many.
    """

    def certainty(one: Pass) -> float:
        pose = one.classified.pose  # boxes of another rotation are not comparable
        alike = [each for each in passes if each.classified.pose == pose]
        every = [digit.box for each in alike for digit in each.digits]
        whole = (digit for digit in one.digits if not _is_piece(digit.box, every))
        return sum(digit.score * _weight(digit.box) for digit in whole)

    return max(passes, key=certainty)


def _weight(box: Box) -> float:
    """Return how much a digit counts in the choice of a pass."""
    return 1.0 if box.width >= BARE_STROKE_ASPECT * box.height else BARE_STROKE_WEIGHT


def _is_piece(box: Box, others: Sequence[Box]) -> bool:
    """Whether a box is mostly inside one that is clearly larger."""
    own = box.width * box.height
    larger = (each for each in others if each.width * each.height >= MIN_PIECE_RATIO * own)
    shared = (intersection(each, box) for each in larger)
    return any(each and each.width * each.height >= MIN_PIECE_INSIDE * own for each in shared)
