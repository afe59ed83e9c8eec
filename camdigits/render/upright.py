"""Rotate a result whose page lies on its side or upside down, so that it is shown upright."""

from dataclasses import replace

from camdigits.geometry import box_from_upright, make_upright
from camdigits.image import frozen
from camdigits.values import Box, Pose, Result


def upright(result: Result) -> Result:
    """Return the same reading of the rotated frame; an upright page is returned as it is.

    The trace is dropped: its boxes are those of the frame as it came.
    """
    if not result.rotation:
        return result
    height, width = result.frame.bgr.shape[:2]
    bgr = frozen(make_upright(result.frame.bgr, Pose((width, height), result.rotation)))
    back = Pose((bgr.shape[1], bgr.shape[0]), 360 - result.rotation)

    def turned(box: Box) -> Box:
        return box_from_upright(box, back)

    return replace(
        result,
        frame=replace(result.frame, bgr=bgr),
        digits=tuple(replace(each, box=turned(each.box)) for each in result.digits),
        marks=tuple(
            replace(each, box=turned(each.box), line=turned(each.line)) for each in result.marks
        ),
        numbers=tuple(
            replace(each, box=turned(each.box), unread=tuple(map(turned, each.unread)))
            for each in result.numbers
        ),
        expressions=tuple(replace(each, box=turned(each.box)) for each in result.expressions),
        rejected=tuple(replace(each, box=turned(each.box)) for each in result.rejected),
        rotation=0,
        trace=None,
    )
