"""Count results and measure speed: frames per second and milliseconds per stage."""

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from camdigits.values import Result

WINDOW_S = 2.0  # chosen: long enough to be steady, short enough to follow a change
MAX_TIMES = 1000  # chosen: times kept per stage, so that memory stays constant


@dataclass(frozen=True, slots=True)
class StageTimes:
    """Milliseconds that one stage took."""

    median_ms: float
    p95_ms: float


@dataclass(frozen=True, slots=True)
class Speed:
    """Frames per second and stage times at one moment."""

    fps: float | None = None  # None until there are two frames
    stages: Mapping[str, StageTimes] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts and speed of a run."""

    frames: int
    digits: int  # over all frames
    speed: Speed
    fps: float | None = None  # of the whole run; None until there are two frames


class Meter:
    """Counts results; computes frames per second and the time of each stage.

    Args:
        window_s: seconds over which frames per second are averaged.
        clock: returns monotonic seconds.
    """

    def __init__(
        self, window_s: float = WINDOW_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._window_s = window_s
        self._clock = clock
        self._moments: deque[float] = deque()
        self._last: tuple[str, int] | None = None
        self._frames = self._digits = 0
        self._first_s = 0.0
        self._ms: dict[str, deque[tuple[float, float]]] = {}  # time and duration

    def add(self, result: Result) -> None:
        """Count a result, unless its frame was the last one counted."""
        frame = result.frame.source, result.frame.index
        if frame == self._last:
            return
        self._last = frame
        self._frames += 1
        self._digits += len(result.digits)
        now = self._clock()
        if self._frames == 1:
            self._first_s = now
        self._moments.append(now)
        # Two always stay: a source slower than one frame per window still has a rate.
        while len(self._moments) > 2 and now - self._moments[0] > self._window_s:
            self._moments.popleft()
        for stage, ms in result.ms.items():
            self._ms.setdefault(stage, deque(maxlen=MAX_TIMES)).append((now, ms))

    def speed(self) -> Speed:
        """Return frames per second and the times of each stage over the last `window_s`."""
        since = self._moments[0] if self._moments else 0.0
        recent = {
            stage: tuple(ms for moment, ms in times if moment >= since) or (times[-1][1],)
            for stage, times in self._ms.items()
        }
        stages = {stage: StageTimes(median(ms), p95(ms)) for stage, ms in recent.items()}
        return Speed(frames_per_second(tuple(self._moments)), MappingProxyType(stages))

    def summary(self) -> Summary:
        """Return the number of frames and digits so far, and the speed."""
        passed_s = self._moments[-1] - self._first_s if self._moments else 0.0
        fps = (self._frames - 1) / passed_s if passed_s > 0 else None
        return Summary(self._frames, self._digits, self.speed(), fps)


class StageClock:
    """Sums the milliseconds of each stage, from one `lap` to the next."""

    def __init__(self) -> None:
        self._last = time.perf_counter()
        self._laps: dict[str, float] = {}
        self.passes = 0

    def lap(self, stage: str) -> None:
        """Add the time since the last lap to a stage."""
        now = time.perf_counter()
        self._laps[stage] = self._laps.get(stage, 0.0) + (now - self._last) * 1000
        self._last = now

    def laps(self) -> Mapping[str, float]:
        """Return the milliseconds of each stage."""
        return MappingProxyType(self._laps)


def frames_per_second(moments: Sequence[float]) -> float | None:
    """Return (n - 1) / (last - first) of increasing seconds; None if no time passed.

    >>> frames_per_second((10.0, 10.5, 11.0))
    2.0
    """
    if len(moments) < 2 or moments[-1] <= moments[0]:
        return None
    return (len(moments) - 1) / (moments[-1] - moments[0])


def median(values: Sequence[float]) -> float:
    """Return the median of one or more values.

    >>> median((3.0, 1.0, 2.0, 10.0))
    2.5
    """
    return quantile(values, 0.5)


def p95(values: Sequence[float]) -> float:
    """Return the 95th percentile of one or more values.

    >>> round(p95(range(101)), 6)
    95.0
    """
    return quantile(values, 0.95)


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value at `share` (0 to 1) of the sorted values, interpolated as NumPy does.

    Raises:
        ValueError: there are no values.
    """
    if not values:
        raise ValueError("a quantile needs at least one value, got none")
    ordered = sorted(values)
    at = share * (len(ordered) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)
