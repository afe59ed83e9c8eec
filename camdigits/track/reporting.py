"""Choose what a result reports of the tracked digits.

Pure functions. Three groups of shown digits count: those observed in this frame; those missed for
a moment, which are bridged (reported at their expected position); and those missed for longer,
which are not reported but still belong to their number.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from camdigits.layout.grouping import Layout, group, possible_digits
from camdigits.layout.notation import Decimal
from camdigits.track.motion import FloatBox
from camdigits.track.tracked_digit import TrackedDigit
from camdigits.values import SIGNS, Box, Digit, Mark, Number, Result


@dataclass(frozen=True, slots=True)
class ReportConfig:
    """Times of digits that are missed."""

    bridge_s: float = 0.4  # chosen: a digit that is missed stays shown for this time
    bridge_s_per_confidence_s: float = 1.0  # chosen: less for a digit with little confidence
    decimal: Decimal = "auto"  # which sign is before decimals
    number_wait_s: float = 1.5  # chosen: a number keeps a hidden digit for this time
    taken_radius_sizes: float = 0.4  # chosen: a digit observed this close replaces a missed one


DEFAULT = ReportConfig()


class Reading(NamedTuple):
    """Digits of a page, ordered by left edge, and the numbers they form."""

    digits: tuple[Digit, ...]
    layout: Layout

    @property
    def numbers(self) -> tuple[Number, ...]:
        """Return the numbers, in reading order."""
        return self.layout.numbers


class Report(NamedTuple):
    """What a result shows, and what its numbers consist of."""

    shown: Reading
    complete: Reading | None  # with hidden digits that numbers wait for; None: same as `shown`


def make_report(
    tracked: Sequence[TrackedDigit],
    result: Result,
    rotation: int,
    now_s: float,
    config: ReportConfig = DEFAULT,
) -> Report:
    """Build digits and numbers from the tracked digits.

    Args:
        tracked: all of them.
        result: the reading of this frame.
        rotation: of the page in degrees clockwise; `result` may have another one.
        now_s: time of this frame.
        config: how long missed digits count.
    """
    size = result.frame.bgr.shape[1::-1]
    visible = [each for each in tracked if each.state.is_shown]
    seen = [each for each in visible if each.seen_s == now_s]
    missed = _missed(visible, seen, now_s, config)
    bridged = [each for each in missed if _is_bridged(each, size, now_s, config)]
    awaited = [each for each in missed if _is_awaited(each, size, now_s, config)]
    # A digit that is seen and not yet sure enough to be shown is unread, too.
    doubtful = [
        each.observation.box
        for each in tracked
        if each.seen_s == now_s and not each.state.is_shown and each.state.label
    ]
    shown = _reading(seen + bridged, doubtful, result, rotation, now_s, config)
    if len(awaited) <= len(bridged):
        return Report(shown, None)
    return Report(shown, _reading(seen + awaited, doubtful, result, rotation, now_s, config))


def _reading(
    tracked: Sequence[TrackedDigit],
    doubtful: Sequence[Box],
    result: Result,
    rotation: int,
    now_s: float,
    config: ReportConfig,
) -> Reading:
    """Return the digits and signs of tracked items, and the numbers they form."""
    items = _items(tracked, now_s)
    digits = tuple(each for each in items if not isinstance(each, Mark))
    marks = tuple(each for each in items if isinstance(each, Mark))
    if _are_grouped(digits, marks, result, rotation):
        numbers = tuple(_scored(number, digits, marks) for number in result.numbers)
        return Reading(digits, Layout(numbers, marks, result.expressions))
    height, width = result.frame.bgr.shape[:2]
    layout = group(
        digits,
        rotation,
        marks=marks,
        decimal=config.decimal,
        unread=[*possible_digits(result.rejected, marks), *doubtful],
        size=(width, height),
    )
    return Reading(digits, layout)


def is_present(number: Number, digits: Sequence[Digit], config: ReportConfig = DEFAULT) -> bool:
    """Return whether one digit of a number was observed recently.

    A number may wait for digits that left the picture, but not for all of its digits.
    """
    return min(digits[index].missed_s for index in number.digits) < config.number_wait_s


def _missed(
    visible: Sequence[TrackedDigit],
    seen: Sequence[TrackedDigit],
    now_s: float,
    config: ReportConfig,
) -> list[TrackedDigit]:
    centres = [_centre(each.box) for each in seen]
    radius = config.taken_radius_sizes
    return [
        each
        for each in visible
        if each.seen_s < now_s and not _is_taken(each.box, centres, radius)
    ]


def _is_bridged(
    tracked: TrackedDigit, size: tuple[int, ...], now_s: float, config: ReportConfig
) -> bool:
    confidence_s = config.bridge_s_per_confidence_s * tracked.state.confidence_s
    missed_s = now_s - tracked.seen_s
    return missed_s < min(config.bridge_s, confidence_s) and _is_inside(tracked.box, size)


def _is_awaited(
    tracked: TrackedDigit, size: tuple[int, ...], now_s: float, config: ReportConfig
) -> bool:
    """Whether a number waits for a digit; one outside the picture may still be on the page."""
    is_inside = _is_inside(tracked.box, size)
    return now_s - tracked.seen_s < config.number_wait_s or not is_inside


def _is_inside(box: FloatBox, size: tuple[int, ...]) -> bool:
    """Whether the centre of a box lies in a picture of this width and height."""
    x, y, width, height = box
    return 0 <= x + width / 2 < size[0] and 0 <= y + height / 2 < size[1]


def _is_taken(box: FloatBox, centres: Sequence[complex], radius_sizes: float) -> bool:
    """Whether another digit is observed where this one is expected."""
    reach = radius_sizes * max(box[2], box[3])
    centre = _centre(box)
    return any(abs(other - centre) < reach for other in centres)


def _centre(box: FloatBox) -> complex:
    return complex(box[0] + box[2] / 2, box[1] + box[3] / 2)


def _items(tracked: Sequence[TrackedDigit], now_s: float) -> list[Digit]:
    ordered = sorted(tracked, key=lambda each: each.box[:2])
    return [_item(each, now_s) for each in ordered]


def _item(tracked: TrackedDigit, now_s: float) -> Digit:
    """Return a tracked digit or sign; what its label says counts, not its last observation."""
    state, observation = tracked.state, tracked.observation
    box = observation.box if tracked.seen_s == now_s else _rounded(tracked.box)
    plain = Digit(
        box,
        state.label,
        state.votes.mean_score(state.label),
        tracked.track,
        cell_boundary=observation.cell_boundary,
        missed_s=max(0.0, now_s - tracked.seen_s),
        in_comb=observation.in_comb,
    )
    if state.label not in SIGNS:
        return plain
    line = observation.line if isinstance(observation, Mark) else observation.box
    x, y = box.x - observation.box.x, box.y - observation.box.y
    return Mark(
        box,
        plain.label,
        plain.score,
        plain.track,
        missed_s=plain.missed_s,
        line=line._replace(x=line.x + x, y=line.y + y),
    )


def _rounded(box: FloatBox) -> Box:
    x, y, width, height = box
    return Box(round(x), round(y), max(1, round(width)), max(1, round(height)))


def _are_grouped(
    digits: Sequence[Digit], marks: Sequence[Mark], result: Result, rotation: int
) -> bool:
    """Whether the reader grouped exactly these digits and signs, with these labels."""
    if rotation != result.rotation or len(digits) != len(result.digits):
        return False
    if sum(len(number.digits) for number in result.numbers) != len(digits):
        return False
    if [mark.box for mark in marks] != [mark.box for mark in result.marks]:
        return False
    pairs = [*zip(digits, result.digits, strict=True), *zip(marks, result.marks, strict=True)]
    return all(one.box == other.box and one.label == other.label for one, other in pairs)


def _scored(number: Number, digits: Sequence[Digit], marks: Sequence[Mark]) -> Number:
    """Return a number of the reader with the pooled scores."""
    members = [*(digits[at] for at in number.digits), *(marks[at] for at in number.marks)]
    return replace(number, score=math.prod([member.score for member in members]))
