"""A live source that comes back: a camera unplugged, a stream cut is opened again.

Waits and opens in the thread of whoever iterates, so that frames go on as if they had only been
late. Knows no kind of source. Never for files: they have an end.
"""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from camdigits.closeable import Closeable
from camdigits.errors import SourceError, SourceLostError
from camdigits.sources.base import Source, SourceInfo
from camdigits.values import Frame

FIRST_WAIT_S, LONGEST_WAIT_S = 0.25, 5.0  # before the first attempt, between the later ones
QUIET_S = 2.0  # without a frame, after which the picture says so; the time limit is longer


@dataclass(frozen=True, slots=True)
class Outage:
    """Since when a source has been lost, and how."""

    reason: str
    since_s: float  # by time.monotonic()


class Reconnecting(Closeable):
    """A live source that is opened again whenever it is lost.

    Index and time of its frames go on over the gap. Closeable it, from whichever thread, ends the
    attempts too.

    Args:
        source: the source, open.
        reopen: opens it anew; raises SourceError as long as it cannot.
        give_up_s: after so many seconds of trying it is lost for good; 0 does not try.
        tell: is told in one line that the source went, and that it is back.

    Raises while iterating:
        SourceLostError: the source was lost and did not come back in time.
    """

    def __init__(
        self,
        source: Source,
        reopen: Callable[[], Source],
        give_up_s: float,
        tell: Callable[[str], None] | None = None,
    ) -> None:
        self._source = source
        self._reopen = reopen
        self._give_up_s = give_up_s
        self._tell = tell or (lambda _: None)
        self._closed = threading.Event()
        self._opened_s = self._frame_s = time.monotonic()
        self._outage: Outage | None = None
        self._gap = 0, 0.0  # what is added to index and time of the frames of this connection
        self._next = 0, 0.0  # lowest index and time that the next frame may have

    @property
    def info(self) -> SourceInfo:
        """Facts of the source as it was opened last."""
        return self._source.info

    @property
    def trouble(self) -> str:
        """What is wrong at this moment, for the person at the picture; "" while frames come."""
        outage, now_s = self._outage, time.monotonic()
        if outage is not None:
            return f"{outage.reason}, {now_s - outage.since_s:.0f} s ago; trying again"
        quiet_s = now_s - self._frame_s
        usual_s = 3 / (self.info.fps or 30)
        return "" if quiet_s < max(QUIET_S, usual_s) else f"no picture for {quiet_s:.0f} s"

    def __iter__(self) -> Iterator[Frame]:
        while not self._closed.is_set():
            try:
                for frame in self._source:
                    yield self._in_line(frame)
                return
            except SourceLostError as error:
                self._source.close()
                self._come_back(error)

    def close(self) -> None:
        """Close the source and stop trying. Safe to call twice and from another thread."""
        self._closed.set()
        self._source.close()

    def _in_line(self, frame: Frame) -> Frame:
        """Number a frame so that neither index nor time goes back."""
        index = max(self._next[0], frame.index + self._gap[0])
        time_s = max(self._next[1], frame.time_s + self._gap[1])
        self._next = index + 1, time_s
        self._frame_s = time.monotonic()
        return replace(frame, index=index, time_s=time_s)

    def _come_back(self, error: SourceLostError) -> None:
        """Open the source again; returns when it is open, or this was closed.

        Raises:
            SourceLostError: it is time to give up.
        """
        if not self._give_up_s:
            raise error
        # Messages say what happened before the semicolon, and what to do behind it.
        reason, _, advice = str(error).partition("; ")
        outage = self._outage = Outage(reason, time.monotonic())
        self._tell(f"{reason}; trying again")
        source = self._open_until(outage.since_s + self._give_up_s)
        if source is None:
            if self._closed.is_set():
                return
            raise SourceLostError(
                f"{reason} and did not come back within {self._give_up_s:g} s; {advice}"
            ) from error
        now_s = time.monotonic()
        self._gap = self._next[0], now_s - self._opened_s
        self._frame_s = now_s
        self._source, self._outage = source, None
        if self._closed.is_set():  # meanwhile: `close` saw the old source only
            source.close()
        else:
            self._tell(f"the picture is back after {now_s - outage.since_s:.1f} s")

    def _open_until(self, deadline_s: float) -> Source | None:
        """Try with growing pauses; None once this is closed or time is up."""
        wait_s = FIRST_WAIT_S
        while (left_s := deadline_s - time.monotonic()) > 0:
            if self._closed.wait(min(wait_s, left_s)):
                return None
            wait_s = min(2 * wait_s, LONGEST_WAIT_S)
            try:
                return self._reopen()
            except SourceError:
                continue  # not there yet; at the deadline the loss itself is reported
        return None
