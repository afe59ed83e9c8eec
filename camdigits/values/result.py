"""Define the result of reading one frame."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from camdigits.values.basic import Frame
from camdigits.values.digits import Digit, Event, Expression, Mark, Number, rounded
from camdigits.values.predictions import Rejected
from camdigits.values.trace import Trace

EMPTY_MS: Mapping[str, float] = MappingProxyType({})


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
    marks: tuple[Mark, ...] = ()  # signs that are part of a number or an expression
    expressions: tuple[Expression, ...] = ()
    postponed: int = 0  # regions of joined digits left for later frames, in live use
    reused: int = 0  # glyphs with the same pixels as in the frame before: not classified again

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
            "marks": [mark.to_dict() for mark in self.marks],
            "expressions": [each.to_dict() for each in self.expressions],
            "ms": {stage: rounded(ms, 2) for stage, ms in self.ms.items()},
            **({"postponed": self.postponed} if self.postponed else {}),
            **({"reused": self.reused} if self.reused else {}),
        }

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy the times as a dict: a mappingproxy can do neither."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return _restored, ({**values, "ms": dict(self.ms)},)


def _restored(values: dict[str, Any]) -> Result:
    return Result(**{**values, "ms": MappingProxyType(values["ms"])})
