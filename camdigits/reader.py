"""Read the digits of an image: the public API.

`camdigits.stages` runs the stages, and searches for the orientation and the scale of the image.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import copy
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy.typing as npt

from camdigits.config import DEFAULT, ReaderConfig
from camdigits.geometry import ROTATIONS, to_frame
from camdigits.image import frozen, to_bgr, to_green, working_size
from camdigits.layout.grouping import group, possible_digits
from camdigits.layout.notation import Decimal
from camdigits.meter import StageClock
from camdigits.recognize.card import SEQUENCE_MODEL, find_context, find_model, load_card
from camdigits.recognize.classify import Classifier, OutputSpec
from camdigits.recognize.context_net import load_context_net
from camdigits.recognize.lines.read import load_line_reader
from camdigits.recognize.sequence import load_sequence_reader
from camdigits.recognize.split import Budget
from camdigits.recognize.tflite import load_scorer
from camdigits.stages import Search, Stages
from camdigits.values import (
    NONE,
    Box,
    Digit,
    Frame,
    Mark,
    Rejected,
    Result,
    Scorer,
)

Found = TypeVar("Found", Digit, Mark, Rejected)
DIGITS = ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", NONE)


class Reader:
    """Read handwritten digits in images.

    Build one and keep it: loading the model takes longer than reading. A reader keeps no state
    between images, so the same image always gives the same result, and several threads may share
    one (the model itself runs one call at a time).

    Args:
        model: a shipped model's name, or the path of a .tflite file with a .json card next to it.
        threshold: report digits at least this probable; None means the card's. Up to the card's,
            what surely is a digit is reported from `ReaderConfig.min_label_score` on.
        rotate: degrees clockwise that bring the pages upright (0, 90, 180 or 270), or None to
            detect it in each image.
        scorer: used instead of a model: takes (N, 28, 28) uint8 glyphs and returns (N, labels)
            logits, or `Scored` with embeddings.
        labels: the scorer's columns; "none" is the reject class. Without it every region gets a
            digit label, and regions are neither merged nor split.
        sequence: name or path of the net that reads joined digits; None means the shipped one, or
            none for a scorer. It is used if the other model has all ten digits as labels.
        signs: whether to read the signs beside digits, with the shipped net or one named here;
            False also for a scorer.
        decimal: which sign is before decimals: "point", "comma", or "auto", which decides by the
            digits behind it.
        config: settings of the stages; None means the defaults.

    Raises:
        ModelError: the model or its card cannot be used.
        ValueError: `rotate` or `threshold` is out of range.

    >>> import numpy as np
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
        sequence: str | Path | None = None,
        signs: str | Path | bool = True,
        decimal: Decimal = "auto",
        config: ReaderConfig | None = None,
    ) -> None:
        _check_options(threshold, rotate)
        self._config = config or DEFAULT
        if sequence is None and scorer is None:
            sequence = SEQUENCE_MODEL
        signs = False if scorer is not None and signs is True else signs
        threads = min(self._config.threads, _usable_cpus())
        self._context = load_context_net(find_context()) if scorer is None else None
        if scorer is None:
            path = find_model(str(model))
            card = load_card(path)
            scorer = load_scorer(path, card, threads)
            spec = OutputSpec(card.labels, card.temperature, card.threshold)
        else:
            spec = OutputSpec(tuple(labels))
        self._classifier = Classifier(scorer, spec)
        if not set(DIGITS) <= set(spec.labels):
            sequence, signs = None, False
        self._sequences = None if sequence is None else load_sequence_reader(sequence, threads)
        self._lines = None if signs is False else load_line_reader(signs, threads)
        self._decimal = decimal
        self._threshold = spec.threshold if threshold is None else threshold
        self._rotate = rotate

    def _min_label_score(self) -> float:
        """Return the probability from which a label is reported where there surely is a digit.

        A threshold above that of the model applies to all digits.
        """
        own = self._classifier.spec.threshold
        least = self._threshold if self._threshold > own else self._config.min_label_score
        return min(self._threshold, least)

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
    def rotate(self) -> int | None:
        """Degrees clockwise that bring the pages upright; None: determined for each."""
        return self._rotate

    @property
    def decimal(self) -> Decimal:
        """Which sign is before decimals."""
        return self._decimal

    @property
    def threshold(self) -> float:
        """Probability from which digits are reported; lower where there surely is one."""
        return self._threshold

    @property
    def config(self) -> ReaderConfig:
        """Settings of the stages."""
        return self._config

    def read(
        self,
        image: Frame | npt.NDArray[Any] | None,
        *,
        trace: bool = False,
        budget: Budget | None = None,
    ) -> Result:
        """Read one image.

        Args:
            image: (H, W, 3) uint8 BGR, (H, W, 4) uint8 BGRA, (H, W) uint8 gray, or a `Frame`.
            trace: keep every intermediate step in `Result.trace`.
            budget: bounds the regions that are read as sequences and remembers glyphs, for live
                use (`FrameBudget`).

        Returns:
            Digits by left edge, then by top edge; numbers in reading order; boxes in pixels of
            the given image, tight around the ink; milliseconds per stage.

        Raises:
            ArrayError: `image` has another type or shape, or no pixels.
        """
        clock = StageClock()
        frame = _checked(image)
        gray, scale = working_size(to_green(frame.bgr), self._config.max_side_px)
        clock.lap("prepare")
        classifier = self._classifier
        if budget is not None:
            budget.begin()
            classifier = replace(classifier, scorer=partial(budget.score, classifier.scorer))
        stages = Stages(
            classifier,
            self._sequences,
            self._context,
            self._lines,
            self._threshold,
            self._min_label_score(),
            self._config,
        )
        found = Search(stages, self._rotate).run(gray, clock, budget)
        size = frame.bgr.shape[1], frame.bgr.shape[0]
        place = partial(
            _placed, to_image=partial(to_frame, pose=found.classified.pose, scale=scale, size=size)
        )
        digits = tuple(sorted(map(place, found.digits), key=_left_edge))
        rejected = tuple(map(place, found.rejected))
        rotation = found.classified.pose.rotation
        marks = tuple(sorted((_on_line(mark, place) for mark in found.marks), key=_left_edge))
        layout = group(
            digits,
            rotation,
            self._config.grouping,
            marks=marks,
            decimal=self._decimal,
            unread=possible_digits(rejected, marks),
            size=size,
        )
        clock.lap("group")
        steps = found.trace(scale, clock.passes) if trace else None
        if trace:
            clock.lap("trace")
        return Result(
            frame,
            digits,
            layout.numbers,
            rotation,
            clock.laps(),
            steps,
            rejected=rejected,
            marks=layout.marks,
            expressions=layout.expressions,
            postponed=len(found.postponed),
            reused=0 if budget is None else budget.reused,
        )

    def results(self, frames: Iterable[Frame]) -> Iterator[Result]:
        """Read frames one by one, lazily."""
        return (self.read(frame) for frame in frames)


def _check_options(threshold: float | None, rotate: int | None) -> None:
    if rotate is not None and rotate not in ROTATIONS:
        raise ValueError(f"rotate: wanted None, 0, 90, 180 or 270, got {rotate!r}")
    if threshold is not None and not 0 <= threshold <= 1:
        raise ValueError(f"threshold: wanted 0 to 1, got {threshold!r}")


def _usable_cpus() -> int:
    """Return the number of processors that this process may use: threads beyond it only wait."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _checked(image: Frame | npt.NDArray[Any] | None) -> Frame:
    """Convert an image to BGR and wrap it in a frame; a frame is returned as it is."""
    if not isinstance(image, Frame):
        return Frame(0, 0.0, frozen(to_bgr(image)))
    bgr = to_bgr(image.bgr, "frame.bgr")
    return image if bgr is image.bgr else replace(image, bgr=frozen(bgr))


def _placed(found: Found, to_image: Callable[[Box], Box]) -> Found:
    """Map the box of a digit or a rejected region to the frame."""
    box = to_image(found.box)
    return found if box == found.box else replace(found, box=box)


def _on_line(mark: Mark, place: Callable[[Mark], Mark]) -> Mark:
    """Map the boxes of a sign and of its line to the frame."""
    line = place(replace(mark, box=mark.line)).box
    return replace(place(mark), line=line)


def _left_edge(digit: Digit) -> Box:
    return digit.box
