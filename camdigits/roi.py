"""Read only a region of interest (ROI) of each frame; boxes stay in pixels of the whole frame.

The ROI is cut out and read as an image of its own; the boxes found are moved back.
"""

from dataclasses import replace
from typing import Protocol

from camdigits.geometry import intersection, moved
from camdigits.recognize.split import Budget
from camdigits.values import Box, Frame, Result

MIN_ROI_PX = 8  # chosen: a smaller rectangle is an accidental click


class FrameReader(Protocol):
    """Anything that reads frames, such as `Reader`."""

    def read(self, image: Frame, *, trace: bool = False, budget: Budget | None = None) -> Result:
        """Read one frame; `budget` bounds the regions read as sequences."""


class RoiReader:
    """Reads frames with another reader: the whole frame, or only its ROI.

    Args:
        reader: reads the whole frame or the part. May be replaced between frames.
        box: the ROI; None for the whole frame. May be changed between frames.
    """

    def __init__(self, reader: FrameReader, box: Box | None = None) -> None:
        self.reader = reader
        self.box = box

    def read(self, image: Frame, *, trace: bool = False, budget: Budget | None = None) -> Result:
        """Read one frame."""
        if self.box is None:
            return self.reader.read(image, trace=trace, budget=budget)
        return read_roi(self.reader, image, self.box, trace=trace, budget=budget)


def read_roi(
    reader: FrameReader,
    frame: Frame,
    box: Box,
    *,
    trace: bool = False,
    budget: Budget | None = None,
) -> Result:
    """Read the part of a frame that lies in `box`.

    Returns:
        A result of the whole frame; empty if `box` lies outside of it. Only its trace, if
        requested, is in pixels of the part.
    """
    part = clipped(box, frame.bgr.shape[1], frame.bgr.shape[0])
    if part is None:
        return Result(frame, (), ())
    pixels = frame.bgr[part.y : part.bottom, part.x : part.right]  # a view, read-only as the frame
    result = reader.read(replace(frame, bgr=pixels), trace=trace, budget=budget)
    by = part.x, part.y
    return replace(
        result,
        frame=frame,
        digits=tuple(replace(each, box=moved(each.box, *by)) for each in result.digits),
        numbers=tuple(replace(each, box=moved(each.box, *by)) for each in result.numbers),
        rejected=tuple(replace(each, box=moved(each.box, *by)) for each in result.rejected),
    )


def clipped(box: Box, width: int, height: int) -> Box | None:
    """Return the part of a box inside an image of `width` by `height`; None if there is none.

    >>> clipped(Box(600, -5, 100, 50), 640, 480)
    Box(x=600, y=0, width=40, height=45)
    """
    return intersection(box, Box(0, 0, width, height))


def roi_from_drag(box: Box, width: int, height: int) -> Box | None:
    """Return the ROI that the mouse drew on an image; None if it is smaller than MIN_ROI_PX."""
    part = clipped(box, width, height)
    return part if part is not None and min(part.width, part.height) >= MIN_ROI_PX else None


def mirrored_box(box: Box, width: int) -> Box:
    """Mirror a box left to right within an image of `width`.

    >>> mirrored_box(Box(0, 5, 10, 20), 100)
    Box(x=90, y=5, width=10, height=20)
    """
    return box._replace(x=width - box.right)
