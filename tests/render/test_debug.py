"""The debug view of a trace."""

import numpy as np
import pytest
from support.outputs import page
from support.predictions import candidates, trace_of

from camdigits.errors import ArrayError
from camdigits.render.debug import debug_view
from camdigits.values import Box, Frame, Pose, Region, Result

SIZES = [(320, 240), (640, 480), (1280, 720), (4000, 3000)]


def traced(count: int, size: tuple[int, int] = (640, 480), rotation: int = 0) -> Result:
    """Return a result whose trace has `count` equal regions; `size` is that of the frame."""
    region = Region(Box(100, 100, 20, 30), np.full((30, 20), 255, np.uint8))
    found = candidates([region] * count, (["7", "none"] + ["1"] * count)[:count], 0.9)
    upright = size if rotation % 180 == 0 else size[::-1]
    mask = np.zeros(upright[::-1], np.uint8)
    trace = trace_of(mask, found, Pose(size, rotation))
    return Result(Frame(0, 0.0, page(200, size), "page.png"), (), (), trace=trace)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("count", [0, 2, 25, 400])
def test_the_debug_view_keeps_its_size(size: tuple[int, int], count: int) -> None:
    """The size does not depend on the number of glyphs."""
    assert debug_view(traced(count, size)).shape == debug_view(traced(1, size)).shape


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_the_debug_view_has_the_orientation_of_the_frame(rotation: int) -> None:
    """The upright ink mask is rotated back, so that the window keeps its size."""
    assert debug_view(traced(2, rotation=rotation)).shape == debug_view(traced(2)).shape


def test_the_debug_view_shows_the_glyphs() -> None:
    """A white glyph is shown magnified."""
    result = traced(1)
    assert result.trace is not None

    panel = debug_view(result)[:, 640:]

    white = np.all(panel == 255, axis=2)
    assert white.sum() >= 16 * (result.trace.glyphs == 255).sum()  # magnified four times


def test_the_debug_view_needs_a_trace() -> None:
    """A result without a trace is an error that says what to do."""
    with pytest.raises(ArrayError, match="read with trace=True"):
        debug_view(Result(Frame(0, 0.0, page()), (), ()))
