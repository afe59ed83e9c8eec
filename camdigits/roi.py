"""Read only a part of each picture: a digit's box stays in pixels of the whole.

The part is cut out, read as a picture of its own, and what was found is moved to where it was.
"""

from dataclasses import replace
from typing import NamedTuple, Protocol

from camdigits.values import Box, Frame, Result

SMALLEST_PX = 8  # a click that slipped is no area


class FrameReader(Protocol):
    """What reads a frame."""

    def read(self, image: Frame, *, trace: bool = False) -> Result:
        """Read one frame."""


class Drag(NamedTuple):
    """What the mouse has drawn."""

    box: Box  # in pixels of the picture that is shown; may reach beyond it
    done: bool  # the button is up again


class AreaReader:
    """Reads frames with another reader: all of them, or the part that `box` says."""

    def __init__(self, reader: FrameReader, box: Box | None = None) -> None:
        self._reader = reader
        self.box = box

    def read(self, image: Frame, *, trace: bool = False) -> Result:
        """Read one frame."""
        if self.box is None:
            return self._reader.read(image, trace=trace)
        return read_part(self._reader, image, self.box, trace=trace)


def read_part(reader: FrameReader, frame: Frame, box: Box, *, trace: bool = False) -> Result:
    """Read what lies within `box`; the part of it that is in the picture, if any.

    Returns:
        A result of the whole frame. Only its trace, if asked for, is the part's own.
    """
    part = clipped(box, frame.bgr.shape[1], frame.bgr.shape[0])
    if part is None:
        return Result(frame, (), ())
    pixels = frame.bgr[part.y : part.bottom, part.x : part.right]  # a view: as read-only as all
    result = reader.read(replace(frame, bgr=pixels), trace=trace)
    return replace(
        result,
        frame=frame,
        digits=tuple(replace(each, box=_moved(each.box, part)) for each in result.digits),
        numbers=tuple(replace(each, box=_moved(each.box, part)) for each in result.numbers),
        rejected=tuple(replace(each, box=_moved(each.box, part)) for each in result.rejected),
    )


def clipped(box: Box, width: int, height: int) -> Box | None:
    """Return what of a box lies within a picture of `width` by `height`; None if it is nothing.

    >>> clipped(Box(600, -5, 100, 50), 640, 480)
    Box(x=600, y=0, width=40, height=45)
    """
    left, top = max(0, box.x), max(0, box.y)
    right, bottom = min(width, box.right), min(height, box.bottom)
    return Box(left, top, right - left, bottom - top) if left < right and top < bottom else None


def drawn(box: Box, width: int, height: int) -> Box | None:
    """Return the area that a mouse drew on a picture; None for one too small to be meant."""
    part = clipped(box, width, height)
    return part if part is not None and min(part.width, part.height) >= SMALLEST_PX else None


def mirrored_box(box: Box, width: int) -> Box:
    """Where a box is once a picture of `width` is turned left to right.

    >>> mirrored_box(Box(0, 5, 10, 20), 100)
    Box(x=90, y=5, width=10, height=20)
    """
    return box._replace(x=width - box.right)


def _moved(box: Box, by: Box) -> Box:
    return box._replace(x=box.x + by.x, y=box.y + by.y)
