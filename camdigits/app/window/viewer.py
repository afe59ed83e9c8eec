"""Show each annotated frame in a window while a video is read: a sink."""

from camdigits.app.window.window import LiveWindow
from camdigits.closeable import Closeable
from camdigits.sinks.base import Picture, StopRun
from camdigits.values import Result

QUIT_KEYS = ("q", "Q", "\x1b")


class Viewer(Closeable):
    """Shows each annotated frame; q, Escape and the window's close button end the run."""

    def __init__(self, window: LiveWindow) -> None:
        self._window = window

    def write(self, result: Result, picture: Picture) -> None:  # noqa: ARG002
        """Show one frame.

        Raises:
            StopRun: the user quit.
        """
        self._window.show(picture())
        if self._window.key(1) in QUIT_KEYS or self._window.closed:
            raise StopRun

    def close(self) -> None:
        """Close the window. Safe to call twice."""
        self._window.close()
