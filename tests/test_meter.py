"""Frames per second and times per stage."""

from collections.abc import Callable

import numpy as np
import pytest

from camdigits.meter import Meter, Speed, StageTimes, frames_per_second, median, p95, quantile
from camdigits.values import Frame, Result


def result(index: int, **ms: float) -> Result:
    return Result(Frame(index, 0.0, np.zeros((1, 1, 3), np.uint8), "camera"), (), (), ms=ms)


def ticking(*moments: float) -> Callable[[], float]:
    return iter(moments).__next__


def test_the_rate_is_gaps_over_time() -> None:
    """Three frames in one second are two frames per second: gaps count, not frames."""
    meter = Meter(clock=ticking(10.0, 10.5, 11.0))

    for index in range(3):
        meter.add(result(index))

    assert meter.speed().fps == 2.0


def test_one_frame_counts_once() -> None:
    """A frame that is read again, for the debug view say, is not a new frame."""
    meter = Meter(clock=ticking(10.0, 10.5, 11.0))

    for index in (0, 0, 1, 1, 2):
        meter.add(result(index))

    assert meter.speed().fps == 2.0


def test_the_rate_follows_the_last_seconds() -> None:
    """What was before the window is forgotten."""
    slow, fast = [0.0, 1.0, 2.0], [10.0 + step / 10 for step in range(21)]
    meter = Meter(window_s=2.0, clock=ticking(*slow, *fast))

    for index in range(len(slow) + len(fast)):
        meter.add(result(index))

    assert meter.speed().fps == pytest.approx(10.0)


def test_a_source_slower_than_the_window_still_has_a_rate() -> None:
    """The last two frames always count."""
    meter = Meter(window_s=2.0, clock=ticking(0.0, 5.0, 10.0))

    for index in range(3):
        meter.add(result(index))

    assert meter.speed().fps == pytest.approx(0.2)


def test_there_is_no_rate_at_first() -> None:
    """No frame or one frame is no rate, and no stage has a time."""
    assert Meter().speed() == Speed(None, {})


def test_each_stage_has_its_median_and_p95() -> None:
    """Times are kept per stage, in the order the stages came."""
    meter = Meter(clock=ticking(*range(101)))

    for index in range(101):
        meter.add(result(index, ink=float(index), group=2.0))

    stages = meter.speed().stages
    assert list(stages) == ["ink", "group"]
    assert stages["ink"] == StageTimes(50.0, 95.0)
    assert stages["group"] == StageTimes(2.0, 2.0)


@pytest.mark.parametrize("moments", [(), (1.0,), (1.0, 1.0)])
def test_no_time_gone_by_is_no_rate(moments: tuple[float, ...]) -> None:
    """Nothing is divided by zero."""
    assert frames_per_second(moments) is None


@pytest.mark.parametrize("count", [1, 2, 7, 100])
def test_quantiles_are_numpys(count: int) -> None:
    """Interpolated as np.quantile does by default."""
    values = np.random.default_rng(count).random(count).tolist()

    assert median(values) == pytest.approx(np.quantile(values, 0.5))
    assert p95(values) == pytest.approx(np.quantile(values, 0.95))


def test_a_quantile_of_nothing_is_refused() -> None:
    """An empty list has no middle."""
    with pytest.raises(ValueError, match="at least one value"):
        quantile((), 0.5)
