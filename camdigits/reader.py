"""Read the digits of a picture: the whole program on one page, and the public API."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import perf_counter
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from camdigits.image import cv2, frozen, to_bgr, to_green
from camdigits.layout.grouping import group, mark_cell_boundaries
from camdigits.layout.plausibility import plausible_digits
from camdigits.recognize.card import find_model, load_card
from camdigits.recognize.classify import NONE, Ask, Opinions, OutputSpec, digits_of, opinions
from camdigits.recognize.glyph import glyphs_of
from camdigits.recognize.merge import rejoin
from camdigits.recognize.orientation import ROTATIONS, Pose, tilt, way_up
from camdigits.recognize.prior import odds_of_none
from camdigits.recognize.split import split
from camdigits.recognize.texture import without_texture
from camdigits.recognize.tflite import load_scorer
from camdigits.segment.ink import Ink, InkConfig, find_ink
from camdigits.segment.regions import find_blobs, regions_of
from camdigits.values import (
    Box,
    Digit,
    Frame,
    Glyphs,
    GrayImage,
    Region,
    Rejected,
    Result,
    Scorer,
    Trace,
)

MAX_SIDE = 1920  # pixels: a larger picture is searched on a copy shrunk to this
THREADS = (
    2  # of the model: 25 glyphs take 1.1 ms in place of 1.8; more gain little on so small a net
)
FEW = 3  # digits: fewer may be pieces of a large one
CLOSE_UP = InkConfig(coarse_px=80, stroke_px=15)  # strokes up to a fifth of the picture
DIGITS = ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "none")


class Reader:
    """Reads handwritten digits in pictures.

    Build one and keep it: loading the model takes longer than reading. A reader remembers nothing
    between pictures, so the same picture always gives the same result, and several threads may
    share one (the model itself runs one call at a time).

    Args:
        model: a shipped model's name, or the path of a .tflite file with its .json card beside it.
        threshold: report digits at least this probable; None takes the card's.
        rotate: degrees clockwise that bring the pages upright (0, 90, 180 or 270), or None to find
            out for each picture.
        scorer: reads glyphs instead of a model: takes (N, 28, 28) uint8 and returns (N, labels)
            logits.
        labels: what the scorer's columns mean; "none" is whatever is no digit. Without it every
            blob gets a label, and blobs are not cut apart or joined.

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
    ) -> None:
        if rotate is not None and rotate not in ROTATIONS:
            raise ValueError(f"rotate: wanted None, 0, 90, 180 or 270, got {rotate!r}")
        if threshold is not None and not 0 <= threshold <= 1:
            raise ValueError(f"threshold: wanted 0 to 1, got {threshold!r}")
        if scorer is None:
            path = find_model(str(model))
            card = load_card(path)
            scorer = load_scorer(path, card, min(THREADS, os.cpu_count() or 1))
            output_spec = OutputSpec(card.labels, card.temperature, card.threshold)
        else:
            output_spec = OutputSpec(tuple(labels))
        self._score = scorer
        self._labelling = output_spec
        self._threshold = output_spec.threshold if threshold is None else threshold
        self._rotate = rotate

    @property
    def labels(self) -> tuple[str, ...]:
        """What the model can answer, "none" included."""
        return self._labelling.labels

    @property
    def threshold(self) -> float:
        """Digits less probable than this are not reported."""
        return self._threshold

    def read(self, image: Frame | npt.NDArray[np.uint8], *, trace: bool = False) -> Result:
        """Read one picture.

        Args:
            image: (H, W, 3) uint8 BGR, (H, W) uint8 gray, or a `Frame`.
            trace: keep what the stages made, in `Result.trace`.

        Returns:
            Digits by left edge, then by top edge; numbers in reading order; boxes in pixels of
            the picture given, tight around the ink.

        Raises:
            ArrayError: `image` is something else, or has no pixels.
        """
        frame = _checked(image)
        clock = _Clock()
        gray, scale = _working_size(to_green(frame.bgr))
        view = self._upright(gray, clock)
        place = _Place(view.pose, scale, frame.bgr.shape)
        placed = [replace(digit, box=place(digit.box)) for digit in view.digits]
        digits = tuple(sorted(placed, key=lambda digit: (digit.box.x, digit.box.y)))
        numbers = group(digits, view.pose.rotation)
        clock.lap("group")
        kept = _trace(view, place) if trace else None
        rejected = tuple(replace(each, box=place(each.box)) for each in view.rejected)
        return Result(
            frame, digits, numbers, view.pose.rotation, clock.laps(), kept, rejected=rejected
        )

    def results(self, frames: Iterable[Frame]) -> Iterator[Result]:
        """Read frame after frame, as they come."""
        return (self.read(frame) for frame in frames)

    def _upright(self, gray: GrayImage, clock: "_Clock") -> "_View":
        """See a page the right way up: one that is not is turned and seen again.

        So it reads as it does upright, to the last pixel.
        """
        pose = Pose(gray.shape[::-1], self._rotate or 0)
        view = self._closer(gray, pose, clock)
        model = self._score, self._labelling
        if self._rotate is None and (rotation := way_up(view.glyphs, view.first, *model)):
            view = self._closer(gray, replace(pose, rotation=rotation), clock)
        # Where every region is read, a tilt could only take digits apart.
        doubt = view.rejected and not view.crowded
        if doubt and (slant := tilt(view.glyphs, view.first, *model)):
            straight = self._closer(gray, replace(view.pose, tilt=slant), clock)
            view = max(view, straight, key=_View.certainty)
        clock.lap("classify")
        return view

    def _closer(self, gray: GrayImage, pose: Pose, clock: "_Clock") -> "_View":
        """See a page, and look for large digits where few were found.

        A digit that fills the picture has strokes too broad to be told from its paper.
        """
        turned = pose.turned(gray)
        view = self._view(turned, pose, InkConfig(), clock)
        if len(view.digits) >= FEW or view.crowded:
            return view
        return max(view, self._view(turned, pose, CLOSE_UP, clock), key=_View.certainty)

    def _view(self, gray: GrayImage, pose: Pose, config: InkConfig, clock: "_Clock") -> "_View":
        """Run the stages that see pixels."""
        ink = find_ink(gray, config)
        clock.lap("ink")
        ask = partial(opinions, score=self._score, output_spec=self._labelling)
        blobs = find_blobs(ink)
        clock.lap("regions")
        kept = without_texture(blobs, ink, ask, self._threshold)
        clock.lap("texture")
        regions = regions_of(kept, ink)
        clock.lap("regions")
        glyphs = glyphs_of(regions)
        clock.lap("glyphs")
        first = ask(glyphs)
        odds = odds_of_none(regions, first)
        asked, crowded = first.weighed(odds), kept is not blobs
        uncut = regions
        # Pieces of blobs are tried only by what can refuse them: any piece is a digit to the rest.
        if not crowded and NONE in self._labelling.labels:
            again = _weighing(ask, odds[asked.digits(self._threshold)])
            uncut, asked = rejoin(regions, asked, again, self._threshold)
            regions, asked = split(uncut, asked, again, self._threshold)
        sure = _cut_marked(digits_of(regions, asked, self._threshold), uncut)
        read = asked.digits(self._threshold)
        refused = _refused(regions, asked, read)
        strengths = [
            region.strength for region, is_read in zip(regions, read, strict=True) if is_read
        ]
        boxes = [each.box for each in refused]
        digits = plausible_digits(sure, gray.shape[::-1], boxes, strengths)
        digits = mark_cell_boundaries(digits, blobs.lines)
        clock.lap("classify")
        return _View(ink, glyphs, first, regions, asked, digits, pose, crowded, refused)


def _checked(image: Frame | npt.NDArray[np.uint8]) -> Frame:
    """The very frame given, or one around an array; gray becomes colour."""
    if not isinstance(image, Frame):
        return Frame(0, 0.0, frozen(to_bgr(image)))
    bgr = to_bgr(image.bgr, "frame.bgr")
    return image if bgr is image.bgr else replace(image, bgr=frozen(bgr))


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    """What was seen in the upright picture at working size; boxes are in its pixels."""

    ink: Ink
    glyphs: Glyphs  # of the regions as they were found
    first: Opinions  # of those glyphs
    regions: tuple[Region, ...]  # after a second look
    asked: Opinions
    digits: tuple[Digit, ...]
    pose: Pose
    crowded: bool  # parts of it are texture and were not read
    rejected: tuple[Rejected, ...]

    def certainty(self) -> float:
        """How much was read: the sum of the digits' scores."""
        return sum(digit.score for digit in self.digits)


def _weighing(ask: Ask, odds: npt.NDArray[np.float64]) -> Ask:
    """Weigh further opinions as those of the digits on the page were, but none down."""
    usual = min(1.0, float(np.median(odds))) if len(odds) else 1.0
    return lambda glyphs: ask(glyphs).weighed(usual)


def _cut_marked(digits: Sequence[Digit], uncut: Sequence[Region]) -> tuple[Digit, ...]:
    whole = {region.box for region in uncut}
    return tuple(d if d.box in whole else replace(d, is_part=True) for d in digits)


def _refused(
    regions: Sequence[Region], asked: Opinions, read: npt.NDArray[np.bool_]
) -> tuple[Rejected, ...]:
    rows = zip(regions, asked.labels, asked.scores.tolist(), read.tolist(), strict=True)
    return tuple(
        Rejected(region.box, label, score) for region, label, score, is_read in rows if not is_read
    )


def _trace(view: _View, place: Callable[[Box], Box]) -> Trace:
    regions = tuple(replace(region, box=place(region.box)) for region in view.regions)
    mask = view.pose.turned_back(view.ink.mask)
    glyphs = glyphs_of(view.regions)
    return Trace(mask, regions, glyphs, view.asked.labels, tuple(view.asked.scores))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where what was seen lies in the picture that was given."""

    pose: Pose
    scale: float  # from working size to the picture's own pixels
    shape: tuple[int, ...]  # of the picture

    def __call__(self, box: Box) -> Box:
        """Bring a box of the upright picture at working size to the picture's own pixels."""
        return _enlarge(self.pose.back(box), self.scale, self.shape)


def _working_size(gray: GrayImage) -> tuple[GrayImage, float]:
    """Shrink a large picture; the second value brings its pixels back to the original's."""
    height, width = gray.shape
    scale = MAX_SIDE / max(height, width)
    if scale >= 1:
        return gray, 1.0
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA), np.uint8), 1 / scale


def _enlarge(box: Box, scale: float, shape: tuple[int, ...]) -> Box:
    """Bring a box from the working size to the picture's own pixels."""
    if scale == 1.0:
        return box
    left, top = round(box.x * scale), round(box.y * scale)
    right, bottom = round(box.right * scale), round(box.bottom * scale)
    return Box(left, top, min(right, shape[1]) - left, min(bottom, shape[0]) - top)


class _Clock:
    """Milliseconds between one stage's end and the next one's."""

    def __init__(self) -> None:
        self._last = perf_counter()
        self._laps: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        now = perf_counter()
        self._laps[stage] = self._laps.get(stage, 0.0) + (now - self._last) * 1000
        self._last = now

    def laps(self) -> Mapping[str, float]:
        return MappingProxyType(self._laps)
