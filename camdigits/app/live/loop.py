"""The live loop: from a source to a screen and the sinks, controlled by the screen's user.

Every file is finished however the loop ends.
"""

import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress

from camdigits.app.live.prefetch import ENDED, NOT_YET, Polled, Prefetcher
from camdigits.app.live.session import LiveOptions, LiveSummary, Screen, Session
from camdigits.roi import FrameReader
from camdigits.sinks.base import Sink, StopRun
from camdigits.sources.base import Source, SourceInfo
from camdigits.sources.latest import LatestFrame
from camdigits.sources.reconnect import Reconnecting
from camdigits.track.tracker import Tracker
from camdigits.values import Frame

POLL_MS = 3  # chosen: at most this much is added to the age of a frame by polling for it
IDLE_MS = 30  # chosen: between two polls of the screen while no frame is due


def run_loop(
    source: Source,
    reader: FrameReader,
    *,
    tracker: Tracker | None = None,
    sinks: Sequence[Sink] = (),
    screen: Screen | None = None,
    options: LiveOptions | None = None,
    report: Callable[[str], None] | None = None,
    on_end: Callable[[LiveSummary], None] | None = None,
) -> LiveSummary:
    """Read a source until it ends, the user quits, or Ctrl-C; close everything passed in.

    Args:
        source: of a live one only the newest frame is read; a file is shown at its own speed.
        reader: reads the frames.
        tracker: follows digits from frame to frame, except through a folder of pictures.
        sinks: receive each result once.
        screen: shows the frames and controls the run; None to only write.
        options: settings.
        report: receives a line about each file that the user saved; None prints it to stderr.
        on_end: receives the summary when everything is finished, even after an error.

    Raises:
        SourceLostError: the source broke off.
        OutputError: one of `sinks` cannot be written.
        KeyboardInterrupt: Ctrl-C. In each case the files are finished first.
    """
    if not (source.info.live or source.info.fps):
        tracker = None  # the pictures of a folder are independent
    problem = _problem_of(source)
    report = report or _to_stderr
    session = Session(source.info, reader, tracker, sinks, options, report, problem)
    with ExitStack() as stack:
        if on_end is not None:
            stack.callback(lambda: on_end(session.summary()))
        for each in (*sinks, screen):
            if each is not None:
                stack.callback(each.close)
        frames = LatestFrame(source) if source.info.live else source
        stack.callback(frames.close)
        stack.callback(session.close)
        if screen is None:
            session.run(frames)
        else:
            stack.enter_context(suppress(StopRun))
            _run_screen(stack.enter_context(Prefetcher(frames)), session, screen)
    return session.summary()  # after the files are finished, so that a recording is included


def frame_period_s(info: SourceInfo, slide_s: float) -> float:
    """Return how long each frame is shown: 0 for a camera, 1 / fps for a file, else `slide_s`."""
    if info.live:
        return 0.0
    return 1 / info.fps if info.fps else slide_s


def next_due_s(due_s: float, now_s: float, period_s: float) -> float:
    """Return when the next frame is due; a delay is not caught up, no frame is skipped.

    >>> next_due_s(10.0, 10.25, 0.5), next_due_s(10.0, 12.0, 0.5)
    (10.5, 12.0)
    """
    return max(due_s + period_s, now_s)


def _problem_of(source: Source) -> Callable[[], str]:
    """Return a function that describes the source's current problem; "" if there is none."""
    return (lambda: source.problem) if isinstance(source, Reconnecting) else str


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr)


def _run_screen(prefetcher: Prefetcher, session: Session, screen: Screen) -> None:
    info = session.info
    period_s, due_s = frame_period_s(info, session.options.slide_s), time.monotonic()
    # The last picture of a folder stays until a key.
    stays = session.options.stay or (not info.live and not info.fps)
    while not session.state.quit and not screen.closed:
        polled = NOT_YET if session.ended else _poll(prefetcher, session, due_s)
        if polled is ENDED:
            if not stays:
                return
            session.end()
            session.note("the end: q quits")
        elif isinstance(polled, Frame):
            due_s = next_due_s(due_s, time.monotonic(), period_s)
            session.process(polled)
        session.show(screen)
        is_idle = session.ended or (session.state.paused and not session.state.step)
        screen.control(session, IDLE_MS if is_idle else _wait_ms(due_s))


def _poll(prefetcher: Prefetcher, session: Session, due_s: float) -> Polled:
    """Poll for a frame if one is due; while paused, drop those that arrive from a camera."""
    if session.state.step or (not session.state.paused and time.monotonic() >= due_s):
        return prefetcher.poll()
    if session.state.paused:
        prefetcher.drop_stale()
    return NOT_YET


def _wait_ms(due_s: float) -> int:
    left_ms = round((due_s - time.monotonic()) * 1000)
    return max(POLL_MS, min(IDLE_MS, left_ms)) if left_ms > 0 else POLL_MS
