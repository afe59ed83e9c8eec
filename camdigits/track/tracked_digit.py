"""One digit that is followed from frame to frame: its id, its box and its label.

Frozen; a motion, an observation or a rejection gives a new value.
"""

import math
from typing import NamedTuple

from camdigits.track.label_state import LabelConfig, LabelState, first_state, observed
from camdigits.track.motion import FloatBox
from camdigits.values import Box, Digit


class Step(NamedTuple):
    """Time of a frame."""

    now_s: float
    elapsed_s: float  # since the previous frame


class TrackedDigit(NamedTuple):
    """One tracked digit."""

    track: int  # its id
    box: FloatBox  # expected in the current frame, smoothed
    observation: Digit  # the last
    seen_s: float  # time of that observation
    state: LabelState

    def with_state(self, state: LabelState) -> "TrackedDigit":
        """Return the digit with another label state."""
        return TrackedDigit(self.track, self.box, self.observation, self.seen_s, state)


def new_digit(track: int, digit: Digit, now_s: float, config: LabelConfig) -> TrackedDigit:
    """Start to track a digit."""
    return TrackedDigit(track, digit.box, digit, now_s, first_state(digit, config))


def moved_to(tracked: TrackedDigit, centre: complex, zoom: float) -> TrackedDigit:
    """Move a tracked digit with the page.

    Args:
        tracked: a digit.
        centre: its new centre x + iy in pixels.
        zoom: factor of its width and height.
    """
    width, height = tracked.box[2] * zoom, tracked.box[3] * zoom
    box = (centre.real - width / 2, centre.imag - height / 2, width, height)
    return TrackedDigit(tracked.track, box, tracked.observation, tracked.seen_s, tracked.state)


def with_observation(
    tracked: TrackedDigit,
    digit: Digit,
    step: Step,
    is_upright: bool,
    settle_s: float,
    config: LabelConfig,
) -> TrackedDigit:
    """Add an observation to a tracked digit.

    A frame that is read twice changes nothing but the observation.

    Args:
        tracked: a digit.
        digit: the observation.
        step: time of the frame.
        is_upright: whether the label counts; the position always does.
        settle_s: time constant of the box in seconds.
        config: thresholds of the label.
    """
    if step.now_s <= tracked.seen_s:
        return TrackedDigit(tracked.track, tracked.box, digit, tracked.seen_s, tracked.state)
    box = _smoothed(tracked.box, digit.box, step.now_s - tracked.seen_s, settle_s)
    missed_s = step.now_s - step.elapsed_s - tracked.seen_s
    state = tracked.state
    if is_upright:
        state = observed(state, digit, step.elapsed_s, missed_s, config)
    return TrackedDigit(tracked.track, box, digit, step.now_s, state)


def _smoothed(old: FloatBox, new: Box, passed_s: float, settle_s: float) -> FloatBox:
    """Move a box towards an observation by exponential smoothing.

    A digit half covered by a hand has a smaller box next to the hand, so one observation must not
    replace the box.
    """
    weight = 1 - math.exp(-passed_s / settle_s)
    return (
        old[0] + weight * (new[0] - old[0]),
        old[1] + weight * (new[1] - old[1]),
        old[2] + weight * (new[2] - old[2]),
        old[3] + weight * (new[3] - old[3]),
    )
