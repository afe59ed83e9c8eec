"""Reopen a live source after it was lost: an unplugged camera, an interrupted stream.

Waits and reopens in the thread that iterates, so that to the reader the next frame is only late.
Works with any live source. Not for files, which have an end.
"""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from camdigits.closeable import Closeable
from camdigits.errors import SourceError, SourceLostError
from camdigits.sources.base import Source, SourceInfo
from camdigits.values import Frame

FIRST_WAIT_S, MAX_WAIT_S = (
    0.25,
    5.0,
)  # chosen: before the first attempt; it doubles up to the second
SILENCE_ALERT_S = (
    2.0  # chosen: time without a frame until `problem` reports it; less than timeout_s
)


@dataclass(frozen=True, slots=True)
class Outage:
    """Cause and start of the time during which a source is lost."""

    reason: str
    since_s: float  # by time.monotonic()


class Reconnecting(Closeable):
    """A live source that is reopened whenever it is lost.

    Index and time of its frames continue after the gap. Closing it, from any thread, also ends the
    attempts.

    Args:
        source: the source, open.
        reopen: opens it again; raises SourceError if it cannot.
        give_up_s: seconds of attempts after which SourceLostError is raised; 0 makes no attempt.
        notify: called with one line when the source is lost and when it is open again.

    Raises while iterating:
        SourceLostError: the source was lost and could not be reopened in time.
    """

    def __init__(
        self,
        source: Source,
        reopen: Callable[[], Source],
        give_up_s: float,
        notify: Callable[[str], None] | None = None,
    ) -> None:
        self._source = source
        self._reopen = reopen
        self._give_up_s = give_up_s
        self._notify = notify or (lambda _: None)
        self._closed = threading.Event()
        self._opened_s = self._frame_s = time.monotonic()
        self._outage: Outage | None = None
        self._gap = 0, 0.0  # added to index and time of the frames of this connection
        self._next = 0, 0.0  # lowest index and time that the next frame may have

    @property
    def info(self) -> SourceInfo:
        """Properties of the source as it was opened last."""
        return self._source.info

    @property
    def problem(self) -> str:
        """Present problem as a line to show on the picture; "" while frames arrive."""
        outage, now_s = self._outage, time.monotonic()
        if outage is not None:
            return f"{outage.reason}, {now_s - outage.since_s:.0f} s ago; trying again"
        quiet_s = now_s - self._frame_s
        usual_s = 3 / (self.info.fps or 30)
        return "" if quiet_s < max(SILENCE_ALERT_S, usual_s) else f"no picture for {quiet_s:.0f} s"

    def __iter__(self) -> Iterator[Frame]:
        while not self._closed.is_set():
            try:
                for frame in self._source:
                    yield self._renumbered(frame)
                return
            except SourceLostError as error:
                self._source.close()
                self._reconnect(error)

    def close(self) -> None:
        """Close the source and end the attempts. Safe to call twice and from another thread."""
        self._closed.set()
        self._source.close()

    def _renumbered(self, frame: Frame) -> Frame:
        """Return the frame with index and time that continue those of the frames before."""
        index = max(self._next[0], frame.index + self._gap[0])
        time_s = max(self._next[1], frame.time_s + self._gap[1])
        self._next = index + 1, time_s
        self._frame_s = time.monotonic()
        return replace(frame, index=index, time_s=time_s)

    def _reconnect(self, error: SourceLostError) -> None:
        """Reopen the source; return when it is open, or when this object is closed.

        Raises:
            SourceLostError: `give_up_s` is over.
        """
        if not self._give_up_s:
            raise error
        # In the message, the cause is before the semicolon and the advice after it.
        reason, _, advice = str(error).partition("; ")
        outage = self._outage = Outage(reason, time.monotonic())
        self._notify(f"{reason}; trying again")
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
        if self._closed.is_set():  # during the attempt: `close` closed only the old source
            source.close()
        else:
            self._notify(f"the picture is back after {now_s - outage.since_s:.1f} s")

    def _open_until(self, deadline_s: float) -> Source | None:
        """Try with increasing waits; None when this object is closed or the deadline is over."""
        wait_s = FIRST_WAIT_S
        while (left_s := deadline_s - time.monotonic()) > 0:
            if self._closed.wait(min(wait_s, left_s)):
                return None
            wait_s = min(2 * wait_s, MAX_WAIT_S)
            try:
                return self._reopen()
            except SourceError:
                continue  # not available yet; at the deadline the loss is reported
        return None
