"""Frames per second and times per stage."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from camdigits.meter import Meter, Speed, StageTimes, frames_per_second, median, p95, quantile
from camdigits.values import Box, Digit, Frame, Result


def result(index: int, **ms: float) -> Result:
    return Result(Frame(index, 0.0, np.zeros((1, 1, 3), np.uint8), "camera"), (), (), ms=ms)


def ticking(*moments: float) -> Callable[[], float]:
    return iter(moments).__next__


def test_the_rate_is_intervals_over_time() -> None:
    """Three frames in one second are two frames per second: intervals count, not frames."""
    meter = Meter(clock=ticking(10.0, 10.5, 11.0))

    for index in range(3):
        meter.add(result(index))

    assert meter.speed().fps == 2.0


def test_one_frame_counts_once() -> None:
    """A frame read again, for example for the debug view, is not counted."""
    meter = Meter(clock=ticking(10.0, 10.5, 11.0))

    for index in (0, 0, 1, 1, 2):
        meter.add(result(index))

    assert meter.speed().fps == 2.0


def test_the_rate_follows_the_last_seconds() -> None:
    """Frames before the window are not counted."""
    slow, fast = [0.0, 1.0, 2.0], [10.0 + step / 10 for step in range(21)]
    meter = Meter(window_s=2.0, clock=ticking(*slow, *fast))

    for index in range(len(slow) + len(fast)):
        meter.add(result(index))

    assert meter.speed().fps == pytest.approx(10.0)


def test_a_source_slower_than_the_window_still_has_a_rate() -> None:
    """The last two frames are always counted."""
    meter = Meter(window_s=2.0, clock=ticking(0.0, 5.0, 10.0))

    for index in range(3):
        meter.add(result(index))

    assert meter.speed().fps == pytest.approx(0.2)


def test_at_first_there_is_no_rate() -> None:
    """Without two frames there is no rate and no stage time."""
    assert Meter().speed() == Speed(None, {})


def test_each_stage_has_its_median_and_p95() -> None:
    """Times are kept per stage, in order of first appearance."""
    meter = Meter(clock=ticking(*(index / 100 for index in range(101))))

    for index in range(101):
        meter.add(result(index, ink=float(index), group=2.0))

    stages = meter.speed().stages
    assert list(stages) == ["ink", "group"]
    assert stages["ink"] == StageTimes(50.0, 95.0)
    assert stages["group"] == StageTimes(2.0, 2.0)


def test_the_summary_counts_frames_and_digits() -> None:
    """Digits are summed over all frames; a frame read again is not counted."""
    meter = Meter(clock=ticking(*range(3)))
    digit = Digit(Box(0, 0, 1, 1), "7", 0.9)

    for index in (0, 1, 1, 2):
        meter.add(replace(result(index), digits=(digit,) * index))

    summary = meter.summary()
    assert (summary.frames, summary.digits) == (3, 3)
    assert summary.speed == meter.speed()
    assert summary.fps == 1.0


def test_the_rate_of_the_whole_run_counts_every_frame() -> None:
    """A pause counts, too; the current rate and the times are those of the last two seconds."""
    meter = Meter(clock=ticking(0.0, 1.0, 9.0, 9.5, 10.0))
    for index in range(5):
        meter.add(result(index, ink=float(index)))

    assert meter.summary().fps == pytest.approx(0.4)
    assert meter.speed().fps == pytest.approx(2.0)
    assert meter.speed().stages["ink"].median_ms == 3.0


@pytest.mark.parametrize("moments", [(), (1.0,), (1.0, 1.0)])
def test_without_elapsed_time_there_is_no_rate(moments: tuple[float, ...]) -> None:
    """There is no division by zero."""
    assert frames_per_second(moments) is None


@pytest.mark.parametrize("count", [1, 2, 7, 100])
def test_quantiles_are_numpys(count: int) -> None:
    """Values are interpolated as np.quantile does by default."""
    values = np.random.default_rng(count).random(count).tolist()

    assert median(values) == pytest.approx(np.quantile(values, 0.5))
    assert p95(values) == pytest.approx(np.quantile(values, 0.95))


def test_a_quantile_of_no_values_is_rejected() -> None:
    """An empty sequence is a ValueError."""
    with pytest.raises(ValueError, match="at least one value"):
        quantile((), 0.5)
