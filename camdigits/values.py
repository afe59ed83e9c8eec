"""The values that travel through the pipeline: frozen, and nothing but data.

source ─Frame→ ink → regions ─Region→ glyphs → classify ─Digit→ group ─Number→ Result
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

BgrImage: TypeAlias = npt.NDArray[np.uint8]  # (H, W, 3), blue green red
GrayImage: TypeAlias = npt.NDArray[np.uint8]  # (H, W)
Glyphs: TypeAlias = npt.NDArray[np.uint8]  # (N, 28, 28), 255 = ink
Scores: TypeAlias = npt.NDArray[np.float32]  # (N, labels): logits, any real numbers

NONE = "none"  # label of the reject class

Scorer: TypeAlias = Callable[[Glyphs], Scores]
"""Glyphs in, one row of logits per glyph out: the TFLite model, or any function."""

NOTHING_MS: Mapping[str, float] = MappingProxyType({})


class Box(NamedTuple):
    """Whole pixels; image[y : y + height, x : x + width] is its content."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """First column behind the box."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """First row below the box."""
        return self.y + self.height

    @property
    def centre(self) -> tuple[float, float]:
        """Middle of the box as (x, y)."""
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass(frozen=True, slots=True, eq=False)  # eq=False: comparing arrays is not yes or no
class Frame:
    """One picture of a source."""

    index: int  # frames the source produced before this one; a gap means dropped frames
    time_s: float  # seconds since the source was opened, never going back
    bgr: BgrImage  # (H, W, 3) uint8, made read-only: drawing on it is an error
    source: str = ""  # the source as the user named it, for the readings


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """One blob of ink the size of a digit."""

    box: Box  # tight around the ink, in pixels of the frame
    ink: GrayImage  # (box.height, box.width) uint8, 255 = full ink; the ink of others is 0
    strength: float = 0.0  # grey levels between full ink and its ground; 0 is unknown


@dataclass(frozen=True, slots=True)
class Digit:
    """One region with the label the model gave it."""

    box: Box
    label: str  # one of the card's labels, never "none"
    score: float  # calibrated probability, 0 to 1
    track: int | None = None  # id that follows this digit from frame to frame
    cell_boundary: bool = (
        False  # a printed line parts it from what stands on its left: another cell
    )
    missed_s: float = 0.0  # since it was last seen: shown from memory, at its likely place
    is_part: bool = False  # cut out of a region that is not a digit as a whole


@dataclass(frozen=True, slots=True)
class Rejected:
    """One region that was looked at and not reported."""

    box: Box
    label: str  # the most probable one, "none" as a rule
    score: float  # its probability


@dataclass(frozen=True, slots=True)
class Number:
    """Digits that stand together, in reading order."""

    text: str
    score: float  # probability that every digit is right: the product of theirs
    box: Box
    digits: tuple[int, ...]  # indexes into Result.digits
    track: int | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """What became of a number that is followed from frame to frame."""

    kind: Literal["stable", "changed", "gone"]
    track: int  # the number's
    text: str  # never empty; of one that is gone, the last
    previous: str | None  # the text reported before; None for a new number
    score: float
    box: Box


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """What the stages made on the way, for the debug view."""

    ink: GrayImage  # (H, W) uint8 mask of the frame, 255 = ink
    regions: tuple[Region, ...]
    glyphs: Glyphs  # (len(regions), 28, 28) as the model saw them
    labels: tuple[str, ...]  # the best label of each region, "none" included
    scores: tuple[float, ...]  # and its probability


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """What was read in one frame."""

    frame: Frame  # the very frame the digits were read from
    digits: tuple[Digit, ...]
    numbers: tuple[Number, ...]
    rotation: int = 0  # degrees the page had to be turned clockwise to stand upright: 0 90 180 270
    ms: Mapping[str, float] = field(default_factory=lambda: NOTHING_MS)  # per stage
    trace: Trace | None = None  # only when asked for
    events: tuple[Event, ...] = ()  # only of a tracker: what changed with this frame
    rejected: tuple[Rejected, ...] = ()  # what else was looked at, in no order
