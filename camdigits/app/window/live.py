"""Run the live loop with a window, controlled by keys and the mouse, or without one."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from camdigits.app.live.loop import run_loop
from camdigits.app.live.session import LiveOptions, LiveSummary, Session
from camdigits.app.live.view import View
from camdigits.app.window.keys import HELP, press
from camdigits.app.window.window import LiveWindow
from camdigits.closeable import Closeable
from camdigits.render.status import with_status
from camdigits.roi import FrameReader
from camdigits.sinks.base import Sink
from camdigits.sources.base import Source
from camdigits.track.tracker import Tracker

HINT = "h: keys"  # at the start


class WindowScreen(Closeable):
    """A screen that shows views in a window and carries out its keys and drags."""

    def __init__(self, window: LiveWindow) -> None:
        self._window = window
        self._has_hinted = False

    @property
    def closed(self) -> bool:
        """Whether the user closed the window."""
        return self._window.closed

    def show(self, view: View) -> None:
        """Show the annotated frame or the debug view with the status, and the keys if wanted."""
        status = replace(view.status, help=HELP if view.state.help else ())
        self._window.fill_screen(view.state.fullscreen)
        self._window.show(with_status(view.picture(), status))

    def control(self, session: Session, wait_ms: int) -> None:
        """Carry out what the mouse drew and, if one comes within `wait_ms`, a key."""
        if not self._has_hinted:
            session.note(HINT)
            self._has_hinted = True
        if (drag := self._window.drag()) is not None:
            session.draw_roi(drag.box, drag.done)
        key = self._window.key(wait_ms)
        if key is not None:
            session.change(press(session.state, key))

    def close(self) -> None:
        """Close the window. Safe to call twice."""
        self._window.close()


def run_live(
    source: Source,
    reader: FrameReader,
    *,
    tracker: Tracker | None = None,
    sinks: Sequence[Sink] = (),
    window: LiveWindow | None = None,
    options: LiveOptions | None = None,
    report: Callable[[str], None] | None = None,
    on_end: Callable[[LiveSummary], None] | None = None,
) -> LiveSummary:
    """Read a source with `run_loop`; show it in `window` unless that is None.

    Raises:
        As `run_loop` does.
    """
    return run_loop(
        source,
        reader,
        tracker=tracker,
        sinks=sinks,
        screen=None if window is None else WindowScreen(window),
        options=options,
        report=report,
        on_end=on_end,
    )
