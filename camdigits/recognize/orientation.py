"""Find out how a page lies, turn it upright, and bring boxes back to the picture.

A page on its side, on its head or held aslant shows in its readings: its glyphs are digits once
they are turned.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from camdigits.image import cv2
from camdigits.layout.grouping import turn
from camdigits.recognize.classify import Opinions, OutputSpec, opinions
from camdigits.recognize.glyph import SIDE
from camdigits.values import Box, Glyphs, GrayImage, Scorer

ROTATIONS = (0, 90, 180, 270)  # degrees clockwise that bring a page upright
QUARTERS = {
    90: cv2.ROTATE_90_CLOCKWISE,
    180: cv2.ROTATE_180,
    270: cv2.ROTATE_90_COUNTERCLOCKWISE,
}
TILTS = (0, -30, -15, 15, 30)  # degrees clockwise that straighten a page held aslant
MIN_TURNED = 2  # glyphs: one does not tell a 6 on its head from a 9
MIN_SURE = 4  # of them surely digits once the page is turned, if one is now
EITHER_WAY = "01689"  # digits on their head, too
FEW = 12  # glyphs: of so few nearly all may be digits on their head: 9961
UPRIGHT_PART = 0.9  # of the glyphs surely digits: the page stands upright
FIRST_SAMPLE = 48  # of them, tried first: cloth reads no better any way up
TURN_SAMPLE = 96  # glyphs are enough to tell which way is up
INKED = 50  # of 255: a weaker pixel of a glyph is its edge
BROAD = 0.45  # narrower for its length is a stroke, and might be anything
SURE = 0.95  # letters on their head look like digits, but seldom so much
TURNED_PART = 0.12  # of a turned page's glyphs surely digits: cables and leaves have fewer
TILTED_PART = 0.5  # of a tilted page's: on a form half of what stands there may be letters
STRAIGHT_PART = 0.1  # of them sure as they are: some digits stand straight on any page
TURN_GAIN = 1.15  # a page on its side reads at least so much better once it is turned


@dataclass(frozen=True, slots=True)
class Pose:
    """How a picture was turned to stand upright."""

    size: tuple[int, int]  # width and height of the picture before it was turned
    rotation: int = 0  # degrees clockwise: 0, 90, 180 or 270
    tilt: int = 0  # degrees clockwise on top of that

    def turned(self, gray: GrayImage) -> GrayImage:
        """Turn a picture of `size`; tilted, it gets room for its corners."""
        if self.rotation:
            gray = np.asarray(cv2.rotate(gray, QUARTERS[self.rotation]), np.uint8)
        if not self.tilt:
            return gray
        matrix, size = self._tilting()
        # The edge goes on outside: black corners would be ink.
        tilted = cv2.warpAffine(gray, matrix, size, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(tilted, np.uint8)

    def turned_back(self, mask: GrayImage) -> GrayImage:
        """Undo `turned`."""
        if self.tilt:
            matrix, _ = self._tilting()
            flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
            mask = np.asarray(cv2.warpAffine(mask, matrix, self._quarter(), flags=flags), np.uint8)
        if not self.rotation:
            return mask
        return np.asarray(cv2.rotate(mask, QUARTERS[360 - self.rotation]), np.uint8)

    def back(self, box: Box) -> Box:
        """Bring a box of the upright picture to the pixels of the one that was given."""
        if self.tilt:
            box = self._untilted(box)
        width, height = self.size
        x, y, *sides = turn(box, -self.rotation)
        # turn() goes about the origin; these are the corners that it moves the picture from.
        left = {0: 0, 90: 0, 180: width, 270: width}[self.rotation]
        top = {0: 0, 90: height, 180: height, 270: 0}[self.rotation]
        return Box(x + left, y + top, *sides)

    def _quarter(self) -> tuple[int, int]:
        """Width and height after the quarter turns."""
        width, height = self.size
        return (width, height) if self.rotation in (0, 180) else (height, width)

    def _tilting(self) -> tuple[npt.NDArray[np.float64], tuple[int, int]]:
        """(2, 3) map from before the tilt to after it, and the size that holds all corners."""
        width, height = self._quarter()
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -self.tilt, 1.0)
        cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
        wide, high = round(width * cos + height * sin), round(width * sin + height * cos)
        matrix[:, 2] += (wide - width) / 2, (high - height) / 2
        return np.asarray(matrix, np.float64), (wide, high)

    def _untilted(self, box: Box) -> Box:
        """Box around the turned ellipse in a box: the corners of a digit's box hold no ink."""
        matrix = cv2.invertAffineTransform(self._tilting()[0])
        x, y = matrix @ (*box.centre, 1.0)
        wide, high = np.hypot(*(matrix[:, :2] * (box.width / 2, box.height / 2)).T)
        left, top = max(0, round(x - wide)), max(0, round(y - high))
        width, height = self._quarter()
        right, bottom = min(width, round(x + wide)), min(height, round(y + high))
        return Box(left, top, max(1, right - left), max(1, bottom - top))


def way_up(glyphs: Glyphs, asked: Opinions, score: Scorer, output_spec: OutputSpec) -> int:
    """Degrees clockwise that bring the page upright: the way up that makes most glyphs digits.

    Args:
        glyphs: (N, 28, 28) uint8 of the page as it is.
        asked: opinions of them.
        score: the model.
        output_spec: what its numbers mean.

    Returns:
        0, 90, 180 or 270. The other ways are tried only when the first leaves doubt, and on a
        sample; the page is turned only when that is clearly better. Bare strokes have no say:
        every printed line is a 1 when it stands upright.
    """
    return _best_turn(glyphs, asked, ROTATIONS, TURNED_PART, score, output_spec)


def tilt(glyphs: Glyphs, asked: Opinions, score: Scorer, output_spec: OutputSpec) -> int:
    """Degrees clockwise that straighten a page which is the right way up but held aslant.

    Args:
        glyphs: (N, 28, 28) uint8 of the page as it is.
        asked: opinions of them.
        score: the model.
        output_spec: what its numbers mean.

    Returns:
        One of `TILTS`; 0 unless another is clearly better.
    """
    if asked.digits(SURE).sum() < STRAIGHT_PART * len(glyphs):
        return 0
    return _best_turn(glyphs, asked, TILTS, TILTED_PART, score, output_spec)


def _best_turn(
    glyphs: Glyphs,
    asked: Opinions,
    turns: Sequence[int],
    least: float,
    score: Scorer,
    output_spec: OutputSpec,
) -> int:
    """Choose among turns, of which the first is none; `least` of the glyphs have to be digits."""
    sure_at_once = asked.digits(SURE)
    if sure_at_once.all():
        return 0
    telling = _broad(glyphs)
    count = int(telling.sum())
    sure = int((sure_at_once & telling).sum())
    if count < MIN_TURNED or (sure >= UPRIGHT_PART * count and count > FEW):
        return 0
    sample = glyphs[telling][:: -(-count // TURN_SAMPLE)]
    few = sample[:: -(-len(sample) // FIRST_SAMPLE)]
    tries, plain = _sure(few, turns, score, output_spec)
    if tries[1:].sum(axis=1).max() <= tries[0].sum():
        return 0
    if len(few) < len(sample):
        tries, plain = _sure(sample, turns, score, output_spec)
    best = 1 + int(tries[1:].sum(axis=1).argmax())
    if turns[best] == 180 and not (plain[best] & ~tries[0]).any():
        return 0
    if plain[best].sum() < plain[0].sum():  # two digits that touch are an 8 or a 0 on their side
        return 0
    return turns[best] if _is_better(tries[best], tries[0], least) else 0


def _is_better(
    turned: npt.NDArray[np.bool_], as_it_is: npt.NDArray[np.bool_], least: float
) -> bool:
    """Whether glyphs read better by far; or, of a few, all of them and no other way.

    >>> few, all_of_them = np.array([True, True, False]), np.ones(3, bool)
    >>> _is_better(all_of_them, few, 0.1), _is_better(few, ~few, 0.1)
    (True, False)
    """
    if turned.all():
        return not as_it_is.all()
    needed = max(TURN_GAIN * as_it_is.sum() + 1, least * len(turned))
    return bool(turned.sum() >= max(needed, MIN_SURE if as_it_is.any() else 2))


def _sure(
    glyphs: Glyphs, turns: Sequence[int], score: Scorer, output_spec: OutputSpec
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """(turns, N) bool: which glyphs are surely digits, and which of these not on their head."""
    tries = np.concatenate([_turned(glyphs, turn) for turn in turns])
    asked = opinions(tries, score, output_spec)
    sure = asked.digits(SURE)
    plain = sure & np.array([label not in EITHER_WAY for label in asked.labels], np.bool_)
    return sure.reshape(len(turns), -1), plain.reshape(len(turns), -1)


def _turned(glyphs: Glyphs, degrees: int) -> Glyphs:
    """Turn each glyph clockwise about its middle."""
    if degrees % 90 == 0:
        return np.ascontiguousarray(np.rot90(glyphs, -degrees // 90, axes=(1, 2)))
    matrix = cv2.getRotationMatrix2D(((SIDE - 1) / 2, (SIDE - 1) / 2), -degrees, 1.0)
    return np.stack([cv2.warpAffine(glyph, matrix, (SIDE, SIDE)) for glyph in glyphs])


def _broad(glyphs: Glyphs) -> npt.NDArray[np.bool_]:
    """(N,) bool: glyphs that are more than a stroke, at least half as wide as high or long."""
    inked = glyphs > INKED
    height = np.count_nonzero(inked.any(axis=2), axis=1)
    width = np.count_nonzero(inked.any(axis=1), axis=1)
    return np.asarray(np.minimum(height, width) >= BROAD * np.maximum(height, width), np.bool_)
