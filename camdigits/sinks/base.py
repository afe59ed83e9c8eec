"""The interface of every output.

A sink is a context manager. It creates nothing before the first write, and what was written is
complete and readable after `close`, whether the run ended normally or by an error.
"""

from collections.abc import Callable
from typing import Protocol, TypeAlias

from camdigits.values import BgrImage, Result

Picture: TypeAlias = Callable[[], BgrImage]
"""Returns the annotated (H, W, 3) uint8 frame of a result; renders it at the first call only."""


class StopRun(Exception):  # noqa: N818 - not an error
    """Raised by a sink's `write` to end the run: the user closed the window, for example."""


class Sink(Protocol):
    """Receives every result of a run.

    Raises:
        OutputError: the output cannot be written.
    """

    def write(self, result: Result, picture: Picture, /) -> None:
        """Write one result; call `picture` only if its annotated frame is needed."""

    def close(self) -> None:
        """Finish the output. Safe to call twice."""
