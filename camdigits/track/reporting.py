"""Choose what a result reports of the tracked digits.

Pure functions. Three groups of shown digits count: those observed in this frame; those missed for
a moment, which are bridged (reported at their expected position); and those missed for longer,
which are not reported but still belong to their number.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from camdigits.layout.grouping import group
from camdigits.track.motion import FloatBox
from camdigits.track.tracked_digit import TrackedDigit
from camdigits.values import Box, Digit, Number, Result


@dataclass(frozen=True, slots=True)
class ReportConfig:
    """Times of digits that are missed."""

    bridge_s: float = 0.4  # chosen: a digit that is missed stays shown for this time
    bridge_s_per_confidence_s: float = 1.0  # chosen: less for a digit with little confidence
    number_wait_s: float = 1.5  # chosen: a number keeps a hidden digit for this time
    taken_radius_sizes: float = 0.4  # chosen: a digit observed this close replaces a missed one


DEFAULT = ReportConfig()


class Reading(NamedTuple):
    """Digits of a page, ordered by left edge, and the numbers they form."""

    digits: tuple[Digit, ...]
    numbers: tuple[Number, ...]


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
    digits = _digits(seen + bridged, now_s)
    shown = Reading(digits, _numbers(digits, result, rotation))
    if len(awaited) <= len(bridged):
        return Report(shown, None)
    digits = _digits(seen + awaited, now_s)
    return Report(shown, Reading(digits, group(digits, rotation)))


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


def _digits(tracked: Sequence[TrackedDigit], now_s: float) -> tuple[Digit, ...]:
    ordered = sorted(tracked, key=lambda each: each.box[:2])
    return tuple(_digit(each, now_s) for each in ordered)


def _digit(tracked: TrackedDigit, now_s: float) -> Digit:
    state, observation = tracked.state, tracked.observation
    is_seen = tracked.seen_s == now_s
    return Digit(
        observation.box if is_seen else _rounded(tracked.box),
        state.label,
        state.votes.mean_score(state.label),
        tracked.track,
        cell_boundary=observation.cell_boundary,
        missed_s=max(0.0, now_s - tracked.seen_s),
    )


def _rounded(box: FloatBox) -> Box:
    x, y, width, height = box
    return Box(round(x), round(y), max(1, round(width)), max(1, round(height)))


def _numbers(digits: Sequence[Digit], result: Result, rotation: int) -> tuple[Number, ...]:
    """Group digits; the reader's groups are kept if it reported exactly these digits."""
    if not _are_grouped(digits, result, rotation):
        return group(digits, rotation)
    return tuple(_relabelled(number, digits) for number in result.numbers)


def _are_grouped(digits: Sequence[Digit], result: Result, rotation: int) -> bool:
    if rotation != result.rotation or len(digits) != len(result.digits):
        return False
    if sum(len(number.digits) for number in result.numbers) != len(digits):
        return False
    return all(one.box == other.box for one, other in zip(digits, result.digits, strict=True))


def _relabelled(number: Number, digits: Sequence[Digit]) -> Number:
    members = [digits[index] for index in number.digits]
    text = "".join([digit.label for digit in members])
    score = math.prod([digit.score for digit in members])
    return Number(text, score, number.box, number.digits)
