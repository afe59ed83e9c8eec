"""Follow digits and numbers from frame to frame; the only memory of the pipeline.

The tracker sees boxes and labels, never pixels. All times are seconds of the frames, so the frame
rate of the camera does not matter.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import replace
from time import perf_counter
from types import MappingProxyType

import numpy as np

from camdigits.track.association import (
    Expected,
    cheapest_pairs,
    page_motion,
    pairing_costs,
    rejections_at,
)
from camdigits.track.label_state import rejected, restarted
from camdigits.track.motion import (
    STILL,
    Floats,
    Positions,
    coasted,
    positions,
    predicted_motion,
)
from camdigits.track.number_events import NumberEvents
from camdigits.track.reporting import Reading, Report, is_present, make_report
from camdigits.track.settings import DEFAULT, TrackConfig
from camdigits.track.tracked_digit import (
    Step,
    TrackedDigit,
    moved_to,
    new_digit,
    with_observation,
)
from camdigits.values import Digit, Event, Number, Rejected, Result


class Tracker:
    """Follow the digits and numbers of one camera or video.

    Give it the result of each frame in order; use one tracker per camera or video. Each digit
    keeps its id while the page moves, its label is pooled over about a second, and a digit that
    the reader misses in a few frames is reported at its expected position. A digit is shown once
    its mean log-odds reach `LabelConfig.show_log_odds`, never in the first frame. Use `config_for`
    to derive that limit from the threshold of a reader.

    Times are seconds, boxes are whole pixels of the frame. After a pause of more than `memory_s`,
    or a time that goes back, all digits are forgotten; ids are never used twice.

    Args:
        config: settings; the default suits a threshold of 0.82.

    Methods: greedy association by distance after compensation of the common motion, similar to
    SORT (Bewley et al. 2016, "Simple Online and Realtime Tracking"); the motion is the best
    supported of all point pair hypotheses, as in RANSAC (Fischler and Bolles 1981), refined by a
    least-squares similarity (Umeyama 1991); labels are the mean of log-odds over correlated frames
    (logarithmic pooling, Genest and Zidek 1986).

    >>> from camdigits.values import Box, Frame
    >>> frame = Frame(0, 0.0, np.zeros((100, 100, 3), np.uint8))
    >>> seven = Digit(Box(40, 30, 20, 40), "7", 0.99)
    >>> tracker = Tracker()
    >>> for index in range(6):
    ...     result = tracker.follow(Result(replace(frame, time_s=index / 30), (seven,), ()))
    >>> [(digit.label, digit.track) for digit in result.digits]
    [('7', 1)]
    """

    def __init__(self, config: TrackConfig = DEFAULT) -> None:
        self._config = config
        self._next = 1
        self._number_events = NumberEvents(config.number_events)
        self._now_s = -math.inf
        self._reset(self._now_s)

    def follow(self, result: Result) -> Result:
        """Take the reading of the next frame and return what to show for it.

        Args:
            result: of a reader, without tracks.

        Returns:
            A result of the same frame: digits with track, pooled label and mean score; missed
            digits at their expected boxes with `missed_s` above 0; the numbers they form; the
            rotation of the page; events of numbers; and `ms["track"]`, the time this took.
        """
        start = perf_counter()
        step = self._advance(result.frame.time_s)
        is_upright = self._accept_rotation(result, step.now_s)
        seen: list[Digit] = [*result.digits, *result.marks]
        found = positions([each.box for each in seen], [each.label for each in seen])
        expected = self._move(found, step)
        self._observe(seen, found, expected, step, is_upright)
        if is_upright:
            self._reject(result.rejected, step)
        self._forget(step.now_s)
        shown, events = self._report(result, step.now_s)
        ms = {**result.ms, "track": (perf_counter() - start) * 1000}
        return replace(
            result,
            digits=shown.digits,
            numbers=shown.numbers,
            marks=shown.layout.marks,
            expressions=shown.layout.expressions,
            rotation=self._rotation or 0,
            events=events,
            ms=MappingProxyType(ms),
        )

    @property
    def config(self) -> TrackConfig:
        """Settings of this tracker."""
        return self._config

    def reconfigure(self, config: TrackConfig) -> None:
        """Use other settings from the next frame on; digits and numbers keep their ids."""
        self._config = config

    def forget(self) -> None:
        """Forget all digits: what follows is another picture. Ids are never used twice."""
        self._reset(self._now_s)

    def _advance(self, now_s: float) -> Step:
        if not 0 <= now_s - self._now_s <= self._config.memory_s:
            self._reset(now_s)
        elapsed_s, self._now_s = now_s - self._now_s, now_s
        return Step(now_s, elapsed_s)

    def _reset(self, now_s: float) -> None:
        """Forget all but the ids that were used."""
        self._tracked: list[TrackedDigit] = []
        self._now_s = now_s
        self._motion, self._motion_s = STILL, 0.0  # of the last frame interval, and its length
        self._rotation: int | None = None
        self._turned_s: float | None = None  # since when another rotation is read

    def _accept_rotation(self, result: Result, now_s: float) -> bool:
        """Return whether a frame's labels count: it was read with the rotation of the page."""
        if not result.digits or result.rotation == self._rotation:
            self._turned_s = None
            return True
        if self._rotation is not None:
            self._turned_s = now_s if self._turned_s is None else self._turned_s
            if now_s - self._turned_s < self._config.rotation_hold_s:
                return False
            self._restart_labels()
        self._rotation, self._turned_s = result.rotation, None
        return True

    def _restart_labels(self) -> None:
        self._tracked = [
            each.with_state(restarted(each.state)) for each in self._tracked if each.state.label
        ]

    def _move(self, found: Positions, step: Step) -> Positions:
        """Move all tracked digits with the page, missed ones included; return their positions."""
        config = self._config.motion
        own = positions(
            [each.box for each in self._tracked], [each.state.best_label for each in self._tracked]
        )
        predicted = predicted_motion(self._motion, self._motion_s, step.elapsed_s, config)
        is_recent = self._seen_s() >= step.now_s - step.elapsed_s - self._config.report.bridge_s
        motion = page_motion(own, is_recent, found, predicted, config)
        motion = motion or coasted(predicted, step.elapsed_s, config)
        self._motion, self._motion_s = motion, step.elapsed_s
        moved = own.moved(motion)
        zoom = abs(motion.turn)
        self._tracked = [
            moved_to(each, centre, zoom)
            for each, centre in zip(self._tracked, moved.centres.tolist(), strict=True)
        ]
        return moved

    def _seen_s(self) -> Floats:
        return np.array([each.seen_s for each in self._tracked], np.float64)

    def _observe(
        self,
        digits: Sequence[Digit],
        found: Positions,
        expected: Positions,
        step: Step,
        is_upright: bool,
    ) -> None:
        """Add each digit to the tracked digit it belongs to, or track it as a new one."""
        config = self._config
        pairs = cheapest_pairs(
            pairing_costs(self._expected(expected, step.now_s), found, config.association)
        )
        if is_upright and self._is_cut(digits, pairs, step):
            rotation = self._rotation
            self._reset(step.now_s)
            self._rotation, pairs = rotation, []
        for row, column in pairs:
            self._tracked[row] = with_observation(
                self._tracked[row],
                digits[column],
                step,
                is_upright,
                config.settle_s,
                config.label,
            )
        if is_upright:
            self._start(digits, {column for _, column in pairs}, step.now_s)

    def _is_cut(
        self, digits: Sequence[Digit], pairs: Sequence[tuple[int, int]], step: Step
    ) -> bool:
        """Whether this frame shows another page than the last one: hardly a label agrees."""
        config = self._config
        last_s = step.now_s - step.elapsed_s
        shown = {
            row
            for row, each in enumerate(self._tracked)
            if each.state.is_shown and each.seen_s >= last_s
        }
        agreed = sum(
            row in shown and self._tracked[row].state.label == digits[column].label
            for row, column in pairs
        )
        fewer = min(len(shown), len(digits))
        return fewer >= config.min_cut_digits and agreed <= config.max_cut_agreement * fewer

    def _expected(self, positions: Positions, now_s: float) -> Expected:
        missed_s = now_s - self._seen_s()
        is_recent = missed_s <= self._config.report.bridge_s
        is_labelled = np.array([bool(each.state.label) for each in self._tracked], np.bool_)
        return Expected(positions, missed_s, is_recent, is_labelled)

    def _start(self, digits: Sequence[Digit], known: Collection[int], now_s: float) -> None:
        """Track the digits whose index is not known."""
        for index, digit in enumerate(digits):
            if index not in known:
                self._tracked.append(new_digit(self._next, digit, now_s, self._config.label))
                self._next += 1

    def _reject(self, rejections: Sequence[Rejected], step: Step) -> None:
        """Count rejected regions where digits were expected, unless these are occluded."""
        if not rejections or step.elapsed_s <= 0:
            return
        earliest_s = step.now_s - self._config.label.max_miss_s
        missed = [
            index
            for index, each in enumerate(self._tracked)
            if earliest_s <= each.seen_s < step.now_s
        ]
        if not missed:
            return
        boxes = [self._tracked[index].box for index in missed]
        regions = [each.box for each in rejections]
        found = rejections_at(boxes, regions, self._config.association)
        for index, region in zip(missed, found, strict=True):
            if region is not None:
                each = self._tracked[index]
                state = rejected(
                    each.state, rejections[region], step.elapsed_s, self._config.label
                )
                self._tracked[index] = each.with_state(state)

    def _forget(self, now_s: float) -> None:
        """Drop digits that never got a label, and those missed for long."""
        config = self._config
        kept = [
            each
            for each in self._tracked
            if now_s - each.seen_s
            <= (config.memory_s if each.state.label else config.unlabelled_memory_s)
        ]
        if len(kept) > config.max_digits:
            kept = sorted(kept, key=lambda each: each.seen_s)[-config.max_digits :]
        self._tracked = kept

    def _report(self, result: Result, now_s: float) -> tuple[Reading, tuple[Event, ...]]:
        """Return the digits and numbers to show, and the events."""
        config = self._config.report
        report = make_report(self._tracked, result, self._rotation or 0, now_s, config)
        numbers, complete = self._assign(report)
        alive = {each.track for each in self._tracked}
        digits = report.shown.digits if report.complete is None else report.complete.digits
        shown_digits = {digit.track for digit in report.shown.digits}
        hidden = {
            number.track
            for number in complete
            if number.track is not None
            and not {digits[index].track for index in number.digits} <= shown_digits
        }
        events = self._number_events.update(complete, alive, now_s, hidden)
        shown = replace(report.shown.layout, numbers=numbers)
        return Reading(report.shown.digits, shown), events

    def _assign(self, report: Report) -> tuple[tuple[Number, ...], tuple[Number, ...]]:
        """Return the numbers to show and the complete numbers, with ids."""
        if report.complete is None:
            shown = report.shown
            numbers = self._number_events.assign(shown.digits, shown.numbers)
            return numbers, numbers
        digits = report.complete.digits
        complete = self._number_events.assign(digits, report.complete.numbers)
        present = tuple(n for n in complete if is_present(n, digits, self._config.report))
        shown = report.shown
        return self._number_events.lookup(shown.digits, shown.numbers), present
