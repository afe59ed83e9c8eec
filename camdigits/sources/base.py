"""What every source of frames promises.

A source is a context manager and an iterator of frames. Opening happens in its constructor, so
that a source that exists is open; closing it twice is harmless; iterating over a closed source
ends at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from camdigits.values import Frame


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """What is known of a source before its first frame."""

    name: str  # as the user named it
    live: bool  # frames are lost unless taken in time: keep only the newest
    width: int | None = None  # pixels; None where pictures differ
    height: int | None = None
    fps: float | None = None  # frames per second; None where the source has no clock
    frame_count: int | None = None  # None for cameras, streams and files that do not say
    note: str = ""  # one line: what was asked of the device and not granted


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """Wishes; what a source cannot do it leaves."""

    size: tuple[int, int] | None = None  # width, height asked of a camera
    fps: float | None = None  # asked of a camera
    timeout_s: float = 10.0  # a camera or stream that sends nothing for so long is lost
    autofocus: bool | None = None  # on or off; None: on where the camera has it
    lock_exposure: bool = False  # keep what the camera chose in its first seconds
    hflip: bool = False  # turn left and right over; with vflip half a turn
    vflip: bool = False  # turn top and bottom over


class Source(Protocol):
    """Frames, one after the other.

    Raises while iterating:
        SourceLostError: the source broke off before its end.
    """

    @property
    def info(self) -> SourceInfo:
        """Facts known since the source was opened."""

    def __iter__(self) -> Iterator[Frame]: ...

    def close(self) -> None:
        """Give the device or file back. Safe to call twice and from another thread."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
