"""The debug view of a trace."""

import numpy as np
import pytest
from support.outputs import page

from camdigits.errors import ArrayError
from camdigits.render.debug import debug_view
from camdigits.values import Box, Frame, Region, Result, Trace

SIZES = [(320, 240), (640, 480), (1280, 720), (4000, 3000)]


def traced(count: int, size: tuple[int, int] = (640, 480)) -> Result:
    box = Box(100, 100, 20, 30)
    trace = Trace(
        ink=np.zeros(size[::-1], np.uint8),
        regions=(Region(box, np.full((30, 20), 255, np.uint8)),) * count,
        glyphs=np.full((count, 28, 28), 255, np.uint8),
        labels=("7", "none")[:count] + ("1",) * (count - 2),
        scores=(0.9,) * count,
    )
    return Result(Frame(0, 0.0, page(200, size), "page.png"), (), (), trace=trace)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("count", [0, 2, 25, 400])
def test_the_debug_view_keeps_its_size(size: tuple[int, int], count: int) -> None:
    """The size does not depend on the number of glyphs."""
    assert debug_view(traced(count, size)).shape == debug_view(traced(1, size)).shape


def test_the_debug_view_shows_the_glyphs() -> None:
    """A white glyph is shown magnified."""
    panel = debug_view(traced(1))[:, 640:]

    white = np.all(panel == 255, axis=2)

    assert white.sum() >= 100 * 100


def test_the_debug_view_needs_a_trace() -> None:
    """A result without a trace is an error that says what to do."""
    with pytest.raises(ArrayError, match="read with trace=True"):
        debug_view(Result(Frame(0, 0.0, page()), (), ()))
