"""Search for the orientation and the scale at which an image is read best.

The stages run again on a rotated or straightened image, on a softened one if it is noisy, and for
large digits, displays and sheets if few digits were found. The reading with the surest digits is
kept.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from camdigits.config import ReaderConfig
from camdigits.geometry import BARE_STROKE_ASPECT, ROTATIONS, make_upright
from camdigits.image import cv2
from camdigits.meter import StageClock
from camdigits.recognize.orientation import find_rotation, find_skew
from camdigits.recognize.split import Budget
from camdigits.segment.sheets import find_sheets, only_sheet
from camdigits.stages.passes import Classified, Pass, surest_pass
from camdigits.stages.run import Stages
from camdigits.values import GrayImage, Pose


@dataclass(frozen=True, slots=True)
class Search:
    """The stages, and the rotation if it is known."""

    stages: Stages
    rotate: int | None  # degrees clockwise that bring the pages upright; None: detected

    def run(self, gray: GrayImage, clock: StageClock, budget: Budget | None) -> Pass:
        """Read an image upright, at the scale and without the skew that give the most digits.

        A digit that fills the image has strokes too broad for the default estimate of the paper.
        """
        found = self._turn(gray, self.stages.config, clock, budget)
        others = self._other_passes(gray, found, clock, budget)
        found = surest_pass([found, *others])
        # If every region is accepted, a skew correction could only lose digits.
        if found.rejected and not found.classified.is_textured:
            return self._straightened(gray, found, clock, budget)
        return found

    def _other_passes(
        self, gray: GrayImage, found: Pass, clock: StageClock, budget: Budget | None
    ) -> Iterator[Pass]:
        """Read an image in the other ways that may suit it.

        A noisy one is softened; one with few digits may show a digit that fills it, or a sheet
        with another ground.
        """
        config = self.stages.config
        if self._is_noisy(found.classified):
            for sigma in config.noise_blurs_px:
                soft = np.asarray(cv2.GaussianBlur(gray, (0, 0), sigma), np.uint8)
                clock.lap("soften")
                yield self._turn(soft, config, clock, budget)
        too_many = len(found.classified.found) > config.max_regions_close_up
        if too_many or self._is_settled(found) or not self._has_few_digits(found):
            return
        close_up = replace(config, ink=config.close_up_ink, rules=config.close_up_rules)
        yield self._turn(gray, close_up, clock, budget)
        if len(found.classified.found) <= config.max_regions_display:
            # The segments of a display are too broad or too straight for the first reading.
            bridged = replace(close_up, ink=config.segments_ink)
            yield self._turn(gray, bridged, clock, budget)
        for sheet in find_sheets(gray, config.sheets)[: config.max_sheets]:
            alone = only_sheet(gray, sheet, config.sheets)
            clock.lap("sheets")
            yield self._turn(alone, close_up, clock, budget)

    def _is_noisy(self, found: Classified) -> bool:
        """Whether an image has the specks of sensor noise, or a texture such as moiré."""
        return found.is_textured or found.specks_per_cell >= self.stages.config.min_noise_specks

    def _is_settled(self, found: Pass) -> bool:
        """Whether every region is a sure digit: nothing else is in the picture."""
        sure = self.stages.config.settled_score
        return (
            bool(found.digits)
            and len(found.digits) == len(found.classified.found)
            and all(
                digit.score >= sure and digit.box.width >= BARE_STROKE_ASPECT * digit.box.height
                for digit in found.digits
            )
        )

    def _has_few_digits(self, found: Pass) -> bool:
        """Whether few digits were found, or only bare strokes."""
        digits, few = found.digits, self.stages.config.min_digits_one_scale
        if found.classified.is_textured or not few:
            return False
        return len(digits) < few or all(
            digit.box.width < BARE_STROKE_ASPECT * digit.box.height for digit in digits
        )

    def _turn(
        self, gray: GrayImage, config: ReaderConfig, clock: StageClock, budget: Budget | None
    ) -> Pass:
        """Read an image, rotated by quarter turns if its glyphs are.

        The image is rotated, not its glyphs, so the result is that of the upright page.
        """
        pose = Pose((gray.shape[1], gray.shape[0]), self.rotate or 0)
        found = self._classify(gray, pose, config, clock)
        if self.rotate is None and self._may_be_turned(found):
            found = self._upright(gray, found, clock)
        return replace(self.stages, config=config).complete(found, clock, budget)

    def _may_be_turned(self, found: Classified) -> bool:
        """Whether the layout of a page looks turned; few regions have no layout."""
        turned = self._layout_turned(found)
        return turned is None or turned >= self.stages.config.orientation.min_turned

    def _layout_turned(self, found: Classified) -> float | None:
        """Return how much the layout of a page looks turned; None if it has too few regions."""
        few = len(found.found) < self.stages.config.orientation.min_layout_regions
        return None if few else found.odds.turned

    def _upright(self, gray: GrayImage, found: Classified, clock: StageClock) -> Classified:
        """Turn a page as its glyphs say, or its layout, if more of its regions are digits then."""
        orientation = self.stages.config.orientation
        first = find_rotation(
            found.glyphs, found.found.predictions, self.stages.classifier, orientation
        )
        clock.lap("orientation")
        best = found
        for rotation in self._rotations(first, found):
            pose = replace(found.pose, rotation=rotation)
            turned = self._classify(gray, pose, found.config, clock)
            if self._is_more_upright(turned, best):
                best = turned
            if best is not found and not self._may_be_turned(best):
                break
        return best

    def _rotations(self, first: int, found: Classified) -> tuple[int, ...]:
        """Return the rotations to try; all if the layout shows clearly that a page is turned."""
        turned = self._layout_turned(found)
        is_sure = turned is not None and turned >= self.stages.config.orientation.surely_turned
        others = ROTATIONS if is_sure and not found.is_textured else ()
        return tuple(dict.fromkeys(each for each in (first, *others) if each))

    def _is_more_upright(self, turned: Classified, found: Classified) -> bool:
        """Whether a page looks less turned than in another rotation, and has more digits."""
        before, after = self._layout_turned(found), self._layout_turned(turned)
        least = self.stages.config.orientation.max_turned_left
        if before is not None and after is not None and after > least * before:
            return False
        return self._certainty(turned) > self._certainty(found)

    def _certainty(self, found: Classified) -> float:
        return found.certainty(self.stages.threshold)

    def _straightened(
        self, gray: GrayImage, found: Pass, clock: StageClock, budget: Budget | None
    ) -> Pass:
        """Read a skewed image again, straightened, if that makes more regions digits."""
        first = found.classified
        skew = find_skew(
            first.glyphs,
            first.found.predictions,
            self.stages.classifier,
            self.stages.config.orientation,
        )
        clock.lap("orientation")
        if not skew:
            return found
        pose = replace(first.pose, skew=skew)
        straight = self._classify(gray, pose, first.config, clock)
        if self._certainty(straight) <= self._certainty(first):
            return found
        complete = replace(self.stages, config=first.config).complete(straight, clock, budget)
        return max(found, complete, key=Pass.certainty)

    def _classify(
        self, gray: GrayImage, pose: Pose, config: ReaderConfig, clock: StageClock
    ) -> Classified:
        upright = make_upright(gray, pose)
        clock.lap("orientation")
        return replace(self.stages, config=config).classify(upright, pose, clock)
