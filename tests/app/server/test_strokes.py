"""Drawings become pictures that the reader reads."""

import numpy as np
import pytest

from camdigits.app.server.errors import RequestError
from camdigits.app.server.strokes import MAX_POINTS, MAX_STROKES, parse_drawing, render

SEVEN = {"strokes": [[[50, 50], [200, 50], [120, 250]]], "width": 300, "height": 300}


def test_a_stroke_is_dark_on_white():
    """As wide as the pen, in the size of the canvas."""
    line = {"strokes": [[[10, 20], [90, 20]]], "width": 100, "height": 40, "pen": 6}

    picture = render(parse_drawing(line))

    assert picture.shape == (40, 100, 3)
    assert (picture[20, 15:85] == 0).all()
    assert (picture[0] == 255).all()
    assert 5 <= (picture[:, 50, 0] < 128).sum() <= 7


def test_a_point_is_a_dot():
    """A click leaves ink."""
    dot = {"strokes": [[[16, 16]]], "width": 32, "height": 32, "pen": 8}

    assert render(parse_drawing(dot))[16, 16, 0] == 0


def test_no_strokes_is_white_paper():
    """Nothing to read is not an error."""
    blank = {"strokes": [], "width": 32, "height": 32}

    assert (render(parse_drawing(blank)) == 255).all()


def test_strokes_outside_the_canvas_are_clipped():
    """A pointer may leave the canvas while it draws."""
    wild = {"strokes": [[[-1e6, 5], [1e6, 5]]], "width": 32, "height": 32, "pen": 2}

    assert (render(parse_drawing(wild))[5, :, 0] < 128).all()


def test_times_are_ignored():
    """A point may have the time as a third number."""
    timed = {**SEVEN, "strokes": [[[*point, 1.5] for point in SEVEN["strokes"][0]]]}

    assert np.array_equal(render(parse_drawing(timed)), render(parse_drawing(SEVEN)))


@pytest.mark.parametrize(
    "change",
    [
        {"width": 0},
        {"width": 2049},
        {"width": 300.5},
        {"width": True},
        {"height": "300"},
        {"pen": 0},
        {"pen": None},
        {"pen": 1e9},
        {"strokes": None},
        {"strokes": [[]]},
        {"strokes": [[[1]]]},
        {"strokes": [[[1, 2, 3, 4]]]},
        {"strokes": [[["1", "2"]]]},
        {"strokes": [[[1e7, 0]]]},
        {"strokes": [[[float("nan"), 0]]]},
        {"strokes": [[[1, 2]]] * (MAX_STROKES + 1)},
        {"strokes": [[[1, 2]] * (MAX_POINTS + 1)]},
        {"colour": "red"},
    ],
)
def test_wrong_drawings_are_errors(change):
    """The error names what was wanted, and stays short."""
    with pytest.raises(RequestError, match=r"^drawing: .*wanted") as caught:
        parse_drawing({**SEVEN, **change})

    assert caught.value.status == 422
    assert len(str(caught.value)) < 200
