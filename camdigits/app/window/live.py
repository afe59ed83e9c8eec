"""The live loop: frame by frame from a source to the window and the files, obeying keys.

Reads, draws, shows, writes; every file is finished however the loop ends. What keys mean stands in
keys.py, how pictures look in draw.py and status.py.
"""

import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack

from camdigits.app.window.prefetch import ENDED, NOT_YET, Feed
from camdigits.app.window.session import LiveOptions, LiveSummary, Screen, Session
from camdigits.roi import FrameReader
from camdigits.sinks.base import PictureSink, ReadingSink
from camdigits.sources.base import Source, SourceInfo
from camdigits.sources.latest import LatestFrame
from camdigits.sources.reconnect import Reconnecting
from camdigits.track.tracker import Tracker
from camdigits.values import Frame

POLL_MS = 3  # what looking for a new frame may add to its age
IDLE_MS = 30  # between looks at the keyboard while nothing moves


def run_live(
    source: Source,
    reader: FrameReader,
    *,
    window: Screen | None = None,
    readings: Sequence[ReadingSink] = (),
    recorder: PictureSink | None = None,
    options: LiveOptions | None = None,
    say: Callable[[str], None] | None = None,
    done: Callable[[LiveSummary], None] | None = None,
    tracker: Tracker | None = None,
) -> LiveSummary:
    """Read a source until it ends, the user quits, or Ctrl-C; closes all that it was given.

    Args:
        source: of a live one only the newest frame is read; a file is shown at its own speed.
        reader: reads the frames.
        window: shows them and takes keys; None to only write.
        readings: get each result once.
        recorder: gets each annotated picture.
        options: how to behave.
        say: told in one line what keys brought about; stderr if left out.
        done: told what was done when all is finished, even if that is by an error.
        tracker: follows digits from frame to frame, except through a folder of pictures.

    Raises:
        SourceLostError: the source broke off.
        OutputError: one of `readings` or the `recorder` cannot be written.
        KeyboardInterrupt: Ctrl-C. In each case the files are finished first.
    """
    options = options or LiveOptions()
    say, trouble = say or _to_stderr, _trouble_of(source)
    if not (source.info.live or source.info.fps):
        tracker = None  # one picture has nothing to do with the next
    session = Session(source.info, reader, readings, recorder, options, say, trouble, tracker)
    with ExitStack() as stack:
        if done is not None:
            stack.callback(lambda: done(session.summary()))
        for each in (*readings, recorder, window):
            if each is not None:
                stack.callback(each.close)
        frames = LatestFrame(source) if source.info.live else source
        stack.callback(frames.close)
        stack.callback(session.close)
        if window is None:
            for frame in frames:
                session.take(frame)
        else:
            _run_window(stack.enter_context(Feed(frames)), session, window)
    return session.summary()  # after the files are finished: a recording counts then


def pace_s(info: SourceInfo, slide_s: float) -> float:
    """Tell how long a frame stays: none for a camera, by its rate for a file, else as a slide."""
    if info.live:
        return 0.0
    return 1 / info.fps if info.fps else slide_s


def next_due_s(due_s: float, now_s: float, pace: float) -> float:
    """Tell when the next frame is due; time lost is not made up for, nothing is skipped.

    >>> next_due_s(10.0, 10.25, 0.5), next_due_s(10.0, 12.0, 0.5)
    (10.5, 12.0)
    """
    return max(due_s + pace, now_s)


def _trouble_of(source: Source) -> Callable[[], str]:
    """What tells, at any moment, what is wrong with a source; "" where nothing is."""
    return (lambda: source.problem) if isinstance(source, Reconnecting) else str


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr)


def _run_window(feed: Feed, session: Session, window: Screen) -> None:
    info, options = session.info, session.options
    pace, due_s = pace_s(info, options.slide_s), time.monotonic()
    hold = not info.live and not info.fps  # the last picture of a folder stays until a key
    ended = False
    while not session.view.quit and not window.closed:
        wanted = session.view.step or (not session.view.paused and time.monotonic() >= due_s)
        got = feed.poll() if wanted and not ended else NOT_YET
        if got is ENDED:
            if not hold:
                return
            ended = True
            session.note("the end: q quits")
        elif isinstance(got, Frame):
            due_s = next_due_s(due_s, time.monotonic(), pace)
            session.take(got)
        if session.view.paused and not session.view.step:
            feed.forget()
        if (drag := window.drag()) is not None:
            session.draw(drag)
        session.show(window)
        idle = ended or (session.view.paused and not session.view.step)
        key = window.key(IDLE_MS if idle else _wait_ms(due_s))
        if key is not None:
            session.obey(key)


def _wait_ms(due_s: float) -> int:
    left_ms = round((due_s - time.monotonic()) * 1000)
    return max(POLL_MS, min(IDLE_MS, left_ms)) if left_ms > 0 else POLL_MS
