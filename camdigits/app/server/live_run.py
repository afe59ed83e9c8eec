"""Run the live loop on a thread of its own, watched and controlled by browsers.

The loop waits for no viewer: it puts each result into one slot, and between two frames it carries
out what browsers requested.
"""

import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypeVar

from camdigits.app.live.loop import run_loop
from camdigits.app.live.session import LiveOptions, LiveSummary, Session
from camdigits.app.live.view import View
from camdigits.app.server.errors import RequestError
from camdigits.app.server.latest import LatestResult
from camdigits.closeable import Closeable
from camdigits.errors import CamdigitsError
from camdigits.reader import Reader
from camdigits.render.status import Status
from camdigits.sinks.base import Sink
from camdigits.sources.base import Source, SourceInfo
from camdigits.track.tracker import Tracker
from camdigits.values import Box

DETAILS_S = 2.0  # chosen: frames are read with a trace this long after a viewer requested one
COMMAND_S = 5.0  # chosen: longest wait for the loop to carry out a command
JOIN_S = 5.0  # chosen: a camera that hangs is not waited for

T = TypeVar("T")
State: TypeAlias = Literal["none", "starting", "running", "paused", "lost", "ended", "failed"]
Command = tuple[Callable[[Session], Any], Future[Any]]


@dataclass(frozen=True, slots=True)
class LiveStatus:
    """What a live run does at one moment."""

    state: State
    problem: str = ""  # of the source or the outputs
    status: Status = Status()  # noqa: RUF009 - frozen
    mirror: bool = False
    roi: Box | None = None
    saved: tuple[Path, ...] = ()  # recordings that are finished


class BrowserScreen(Closeable):
    """A screen whose users sit at browsers.

    Args:
        latest: receives every view.
    """

    def __init__(self, latest: LatestResult) -> None:
        self._latest = latest
        self._commands: queue.SimpleQueue[Command] = queue.SimpleQueue()
        self._details_until_s = 0.0
        self._closed = threading.Event()
        self.status = LiveStatus("starting")

    @property
    def closed(self) -> bool:
        """Whether the server shuts down."""
        return self._closed.is_set()

    def show(self, view: View) -> None:
        """Make a view the newest one."""
        self._latest.put(view)

    def control(self, session: Session, wait_ms: int) -> None:
        """Note the session's status, and carry out a command if one comes in time."""
        self.status = _status_of(session, self._latest.moment is not None)
        wants_details = time.monotonic() < self._details_until_s
        if session.state.debug != wants_details:
            session.change(replace(session.state, debug=wants_details))
        try:
            work, done = self._commands.get(timeout=wait_ms / 1000)
        except queue.Empty:
            return
        if done.set_running_or_notify_cancel():
            self._carry_out(work, session, done)

    def want_details(self) -> None:
        """Read the frames of the next DETAILS_S with a trace."""
        self._details_until_s = time.monotonic() + DETAILS_S

    def submit(self, work: Callable[[Session], T]) -> Future[T]:
        """Carry out work on the session between two frames, in the loop's thread."""
        done: Future[T] = Future()
        self._commands.put((work, done))
        return done

    def close(self) -> None:
        """End the loop. Safe to call twice and from another thread."""
        self._closed.set()

    def _carry_out(self, work: Callable[[Session], T], session: Session, done: Future[T]) -> None:
        try:
            result = work(session)
        except CamdigitsError as error:
            done.set_exception(error)
            return
        # First the status: who waits for the work looks at it next.
        self.status = _status_of(session, self._latest.moment is not None)
        done.set_result(result)


class LiveRun(Closeable):
    """The live loop on its own thread.

    Args:
        source: open; closed when the run ends.
        reader: reads the frames.
        tracker: follows digits from frame to frame; None if frames are independent.
        sinks: receive each result; closed when the run ends.
        options: of the session.
        latest: receives every view.
        report: receives a line about each saved file and each error.
    """

    def __init__(
        self,
        source: Source,
        reader: Reader,
        tracker: Tracker | None,
        sinks: Sequence[Sink],
        options: LiveOptions,
        latest: LatestResult,
        report: Callable[[str], None],
    ) -> None:
        self.info: SourceInfo = source.info
        self._saved: tuple[Path, ...] | None = None  # when the run is over
        self.reader = reader
        self._screen = BrowserScreen(latest)
        self._problem = ""
        self._report = report
        # A daemon thread: a camera that hangs must not keep the program from ending.
        self._thread = threading.Thread(
            target=self._run, args=(source, tracker, sinks, options), name="live", daemon=True
        )

    def start(self) -> None:
        """Start reading."""
        self._thread.start()

    @property
    def status(self) -> LiveStatus:
        """What the run does now."""
        now = self._screen.status
        if self._saved is not None:
            now = replace(now, saved=self._saved)
        if self._problem:
            return replace(now, state="failed", problem=self._problem)
        return now if self._thread.is_alive() else replace(now, state="ended")

    def want_details(self) -> None:
        """Read the frames of the next DETAILS_S with a trace."""
        self._screen.want_details()

    def submit(self, work: Callable[[Session], T]) -> Future[T]:
        """Carry out work on the session between two frames.

        Raises:
            RequestError: the run is over.
        """
        if not self._thread.is_alive():
            problem = self._problem or "its source has ended"
            raise RequestError(409, f"wanted a live run, got one that is over: {problem}; restart")
        return self._screen.submit(work)

    def close(self) -> None:
        """End the run, finish its files, and wait for the thread. Safe to call twice."""
        self._screen.close()
        if self._thread.is_alive():
            self._thread.join(JOIN_S)

    def _note_files(self, summary: LiveSummary) -> None:
        self._saved = summary.saved

    def _run(
        self,
        source: Source,
        tracker: Tracker | None,
        sinks: Sequence[Sink],
        options: LiveOptions,
    ) -> None:
        try:
            run_loop(
                source,
                self.reader,
                tracker=tracker,
                sinks=sinks,
                screen=self._screen,
                options=options,
                report=self._report,
                on_end=self._note_files,
            )
        except CamdigitsError as error:
            self._problem = str(error)
            self._report(f"{error}; the page stays up")


def _status_of(session: Session, has_frame: bool) -> LiveStatus:
    status = session.status()
    state: State = "running" if has_frame else "starting"
    if session.state.paused:
        state = "paused"
    elif status.alert:
        state = "lost"
    elif session.ended:
        state = "ended"
    return LiveStatus(
        state, status.alert, status, session.state.mirror, session.roi, tuple(session.saved)
    )
