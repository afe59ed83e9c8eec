"""Define the frozen values that the stages of the pipeline exchange.

source -> Frame -> Ink -> Region -> Candidates -> Digit -> Number -> Result
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

BgrImage: TypeAlias = npt.NDArray[np.uint8]  # (H, W, 3), blue green red
GrayImage: TypeAlias = npt.NDArray[np.uint8]  # (H, W)
Glyphs: TypeAlias = npt.NDArray[np.uint8]  # (N, 28, 28), 255 = ink
Logits: TypeAlias = npt.NDArray[np.float32]  # (N, labels), any real numbers
Embeddings: TypeAlias = npt.NDArray[np.float32]  # (N, E), input of the model's last layer
Floats: TypeAlias = npt.NDArray[np.float64]
Flags: TypeAlias = npt.NDArray[np.bool_]

NONE = "none"  # label of the reject class


class Scored(NamedTuple):
    """Output of a scorer for N glyphs."""

    logits: Logits
    embeddings: Embeddings | None = None


# From glyphs to one row of logits per glyph: the TFLite model, or any other function.
Scorer: TypeAlias = Callable[[Glyphs], Logits | Scored]

EMPTY_MS: Mapping[str, float] = MappingProxyType({})


class Box(NamedTuple):
    """Integer pixel rectangle; image[y : y + height, x : x + width] is its content."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """First column to the right of the box."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """First row below the box."""
        return self.y + self.height

    @property
    def centre(self) -> tuple[float, float]:
        """Centre of the box as (x, y)."""
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass(frozen=True, slots=True, eq=False)  # eq=False: comparing arrays is ambiguous
class Frame:
    """One image of a source."""

    index: int  # number of earlier frames of the source; a gap means dropped frames
    time_s: float  # seconds since the source was opened, never decreasing
    bgr: BgrImage  # (H, W, 3) uint8, read-only
    source: str = ""  # name of the source as the user gave it


@dataclass(frozen=True, slots=True, eq=False)
class Ink:
    """Mask, contrast and polarity of the ink of an image."""

    mask: GrayImage  # (H, W) uint8, 255 on ink, 0 elsewhere
    contrast: GrayImage  # (H, W) uint8, grey levels darker (chalk: lighter) than the ground
    limits: GrayImage  # (H, W) uint8, contrast above which a pixel is ink
    light: bool  # most strokes are lighter than the ground: chalk on a board


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """One or more components of ink that may be a digit."""

    box: Box  # tight around the ink, in pixels of the searched image
    ink: GrayImage  # (box.height, box.width) uint8, 255 = full ink; other regions' ink is 0
    strength: float = 0.0  # grey levels between full ink and its ground; 0 is unknown


@dataclass(frozen=True, eq=False)
class Predictions:
    """Class probabilities of N glyphs."""

    probabilities: Floats  # (N, L) float64, rows sum to 1
    columns: tuple[str, ...]  # their L labels
    embeddings: Embeddings | None = None  # (N, E) float32 if the scorer has them

    def __len__(self) -> int:
        """Return N."""
        return len(self.probabilities)

    @cached_property
    def best(self) -> npt.NDArray[np.intp]:
        """(N,) column of the most probable label."""
        return np.asarray(self.probabilities.argmax(axis=1), np.intp)

    @cached_property
    def scores(self) -> Floats:
        """(N,) probability of the most probable label."""
        return np.asarray(self.probabilities[np.arange(len(self)), self.best], np.float64)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Most probable label of each glyph, "none" included."""
        return tuple(self.columns[column] for column in self.best.tolist())

    @property
    def none(self) -> Floats:
        """(N,) probability of the reject class; 0 if the labels have none."""
        if NONE not in self.columns:
            return np.zeros(len(self))
        return np.asarray(self.probabilities[:, self.columns.index(NONE)], np.float64)

    def accepted(self, threshold: float) -> Flags:
        """(N,) bool: the best label is a digit with at least this probability."""
        digits = self.best != (self.columns.index(NONE) if NONE in self.columns else -1)
        return np.asarray(digits & (self.scores >= threshold), np.bool_)

    def with_prior(self, odds: Floats | float) -> "Predictions":
        """Multiply the odds of "none", (N,) or one factor for all, and normalise again."""
        if NONE not in self.columns or not len(self):
            return self
        weighted = self.probabilities.copy()
        weighted[:, self.columns.index(NONE)] *= odds
        return replace(self, probabilities=weighted / weighted.sum(axis=1, keepdims=True))

    def take(self, rows: Sequence[int]) -> "Predictions":
        """Return some rows in the given order."""
        embeddings = None if self.embeddings is None else self.embeddings[list(rows)]
        return replace(self, probabilities=self.probabilities[list(rows)], embeddings=embeddings)

    def joined(self, other: "Predictions") -> "Predictions":
        """Return the rows of both."""
        embeddings = None
        if self.embeddings is not None and other.embeddings is not None:
            embeddings = np.concatenate([self.embeddings, other.embeddings])
        probabilities = np.concatenate([self.probabilities, other.probabilities])
        return replace(self, probabilities=probabilities, embeddings=embeddings)


@dataclass(frozen=True, eq=False)
class Candidates:
    """Regions of one image with one prediction each.

    Raises:
        ValueError: there is not one prediction per region.
    """

    regions: tuple[Region, ...]
    predictions: Predictions

    def __post_init__(self) -> None:
        if len(self.regions) != len(self.predictions):
            raise ValueError(
                f"candidates: wanted one prediction per region, got {len(self.predictions)} "
                f"for {len(self.regions)} regions"
            )

    def __len__(self) -> int:
        """Return the number of candidates."""
        return len(self.regions)

    @cached_property
    def boxes(self) -> Floats:
        """(N, 4) float64 x, y, width, height of the regions."""
        return np.array([region.box for region in self.regions], np.float64).reshape(-1, 4)

    @property
    def labels(self) -> tuple[str, ...]:
        """Most probable label of each candidate, "none" included."""
        return self.predictions.labels

    @property
    def scores(self) -> Floats:
        """(N,) probability of these labels."""
        return self.predictions.scores

    def accepted(self, threshold: float) -> Flags:
        """(N,) bool: candidates that are a digit with at least this probability."""
        return self.predictions.accepted(threshold)

    def rejected(self, threshold: float) -> "tuple[Rejected, ...]":
        """Return the candidates that are not reported."""
        rows = np.flatnonzero(~self.accepted(threshold)).tolist()
        return tuple(
            Rejected(self.regions[row].box, self.labels[row], float(self.scores[row]))
            for row in rows
        )

    def with_prior(self, odds: Floats | float) -> "Candidates":
        """Multiply the odds of "none" of each candidate, or of all."""
        return replace(self, predictions=self.predictions.with_prior(odds))

    def replaced(self, rows: Sequence[int], new: "Candidates") -> "Candidates":
        """Return candidates in the order of `rows`; row len(self) + i is candidate i of `new`."""
        every = self.regions + new.regions
        regions = tuple(every[row] for row in rows)
        return Candidates(regions, self.predictions.joined(new.predictions).take(rows))


@dataclass(frozen=True, slots=True)
class Digit:
    """One region with the label that the model predicted."""

    box: Box
    label: str  # one of the card's labels, never "none"
    score: float  # calibrated probability, 0 to 1
    track: int | None = None  # id of this digit across frames
    cell_boundary: bool = False  # a printed line separates it from its left neighbour
    missed_s: float = 0.0  # seconds since it was last detected; its box is an estimate then
    is_part: bool = False  # cut out of a region that was rejected as a whole

    def to_dict(self) -> dict[str, Any]:
        """Return the object that JSON Lines has for this digit."""
        box = [int(side) for side in self.box]
        plain = {"label": self.label, "score": rounded(self.score, 4), "box": box}
        missed = {"missed_s": rounded(self.missed_s, 4)} if self.missed_s else {}
        return {**plain, "track": self.track, **missed}


@dataclass(frozen=True, slots=True)
class Rejected:
    """One region that was classified and not reported."""

    box: Box
    label: str  # the most probable one, usually "none"
    score: float  # its probability


@dataclass(frozen=True, slots=True)
class Number:
    """Neighbouring digits in reading order."""

    text: str
    score: float  # product of the digits' scores: probability that all are right
    box: Box
    digits: tuple[int, ...]  # indexes into Result.digits
    track: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the object that JSON Lines has for this number."""
        box, digits = [int(side) for side in self.box], [int(index) for index in self.digits]
        plain = {"text": self.text, "score": rounded(self.score, 4), "box": box}
        return {**plain, "digits": digits, "track": self.track}


@dataclass(frozen=True, slots=True)
class Event:
    """A change of a tracked number."""

    kind: Literal["stable", "changed", "gone"]
    track: int  # the number's
    text: str  # never empty; the last text of a number that is gone
    previous: str | None  # the text reported before; None for a new number
    score: float
    box: Box


@dataclass(frozen=True, slots=True)
class Pose:
    """How an image was rotated to make its page upright; see `geometry` for its functions."""

    size: tuple[int, int]  # width and height of the image before rotation
    rotation: int = 0  # degrees clockwise: 0, 90, 180 or 270
    skew: int = 0  # degrees clockwise on top of that


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """Every intermediate step of the pass that gave the result.

    Boxes and masks are in pixels of the upright image at working size; `pose` and `scale` map
    them to the frame (`geometry.to_frame`).
    """

    pose: Pose
    scale: float  # working size to frame size
    ink: Ink
    components: GrayImage  # (H, W) uint8, 255 on components after rules were removed
    rules: GrayImage | None  # (H, W) uint8, 255 on printed lines that were removed
    component_boxes: npt.NDArray[np.int32]  # (N, 4) x, y, width, height of digit-sized ones
    is_textured: bool  # parts of the image are texture and were not read
    found: Candidates  # regions as found, with the model's own predictions
    glyphs: Glyphs  # (len(found), 28, 28)
    prior_odds: Floats  # (len(found),) factor on the odds of "none"
    with_prior: Candidates  # the same regions, prior applied
    merged: Candidates  # after strokes were merged or separated
    split: Candidates  # after joined digits were cut apart: the last candidates
    rejected: tuple[Rejected, ...]
    accepted: tuple[Digit, ...]  # candidates above the threshold
    digits: tuple[Digit, ...]  # plausible ones, as in the result
    passes: int = 1  # how often the stages ran, for other orientations and scales
    postponed: tuple[Box, ...] = ()  # regions whose reading as a sequence was left for later


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """Digits, numbers and times of one frame."""

    frame: Frame  # the frame that the digits were read from
    digits: tuple[Digit, ...]
    numbers: tuple[Number, ...]
    rotation: int = 0  # degrees clockwise that bring the page upright: 0, 90, 180, 270
    ms: Mapping[str, float] = field(default_factory=lambda: EMPTY_MS)  # per stage
    trace: Trace | None = None  # only on request
    events: tuple[Event, ...] = ()  # of this frame; only from a tracker
    rejected: tuple[Rejected, ...] = ()  # regions that were classified and not reported
    postponed: int = 0  # regions of joined digits left for later frames, in live use

    def to_dict(self) -> dict[str, Any]:
        """Return the object that JSON Lines has for this result: plain Python values."""
        return {
            "source": self.frame.source,
            "frame": int(self.frame.index),
            "time_s": rounded(self.frame.time_s, 4),
            "width": self.frame.bgr.shape[1],
            "height": self.frame.bgr.shape[0],
            "rotation": int(self.rotation),
            "digits": [digit.to_dict() for digit in self.digits],
            "numbers": [number.to_dict() for number in self.numbers],
            "ms": {stage: rounded(ms, 2) for stage, ms in self.ms.items()},
            **({"postponed": self.postponed} if self.postponed else {}),
        }

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy the times as a dict: a mappingproxy can do neither."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return _restored, ({**values, "ms": dict(self.ms)},)


def _restored(values: dict[str, Any]) -> Result:
    return Result(**{**values, "ms": MappingProxyType(values["ms"])})


def rounded(value: float, decimals: int) -> float | None:
    """Round to a plain float; NaN and infinity, which JSON lacks, become None."""
    return round(float(value), decimals) if math.isfinite(value) else None
