"""Define the protocol of frame sources, their options and their properties.

A source is a context manager and an iterable of frames. Its constructor opens it. Closing it twice
is harmless; iterating over a closed source ends at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from camdigits.values import Frame


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """Properties of a source that are known before its first frame."""

    name: str  # as the user named it
    live: bool  # frames not read in time are lost: read it through `LatestFrame`
    width: int | None = None  # pixels; None where pictures differ in size
    height: int | None = None
    fps: float | None = None  # frames per second; None where the source has no clock
    frame_count: int | None = None  # None for cameras, streams and files that do not say
    note: str = ""  # one line: requested settings that the device does not support


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """Requested settings; a source ignores those that it does not support."""

    size: tuple[int, int] | None = None  # width, height in pixels; cameras only
    fps: float | None = None  # of a camera; the pace of picture files
    timeout_s: float = 10.0  # chosen: seconds without a frame until a live source is lost
    autofocus: bool | None = None  # on or off; None: on where the camera has it
    lock_exposure: bool = False  # keep the exposure that the camera has after SETTLE_S
    hflip: bool = False  # mirror left and right; with vflip a rotation by 180 degrees
    vflip: bool = False  # mirror top and bottom


class Source(Protocol):
    """Iterable of frames that is closed after use.

    Raises while iterating:
        SourceLostError: the source failed before its end.
    """

    @property
    def info(self) -> SourceInfo:
        """Properties known since the source was opened."""

    def __iter__(self) -> Iterator[Frame]: ...

    def close(self) -> None:
        """Release the device or file. Safe to call twice and from another thread."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
