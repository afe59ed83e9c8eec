import pytest

from camdigits.context import in_context
from camdigits.group import turn
from camdigits.values import Box, Digit


def at(label, x, y=50, width=20, height=30):
    return Digit(Box(x, y, width, height), label, 0.9)


SIZE = (800, 400)
SEVEN, EIGHT = at("7", 40), at("8", 70)


def test_a_stroke_as_high_as_its_neighbours_is_a_one():
    """Nothing is left out among digits of a size."""
    one = at("1", 20, width=5)

    assert in_context([one, SEVEN, EIGHT], SIZE) == (one, SEVEN, EIGHT)


@pytest.mark.parametrize(
    "stroke",
    [at("1", 100, 10, 5, 90), at("1", 100, 60, 3, 12), at("1", 600, width=5), at("1", 0, width=5)],
    ids=["too long", "too short", "too far", "at the edge"],
)
def test_a_stroke_that_fits_no_digit_is_a_line(stroke):
    """A table's border, a dash, an edge across the page."""
    assert in_context([SEVEN, EIGHT, stroke], SIZE) == (SEVEN, EIGHT)


def test_broad_digits_need_no_company():
    """A large digit beside small ones is one all the same."""
    large = at("5", 200, 10, 100, 160)

    assert in_context([SEVEN, large], SIZE) == (SEVEN, large)


def test_strokes_alone_stay():
    """Somebody may have written 11."""
    ones = (at("1", 20, width=5), at("1", 32, width=5))

    assert in_context(ones, SIZE) == ones


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_height_is_that_of_the_upright_page(rotation):
    """On a page on its side a one lies."""
    upright = [at("1", 20, width=5), SEVEN, at("1", 100, 10, 5, 90)]
    turned = [turn(digit.box, 360 - rotation) for digit in upright]
    left, top = min(box.x for box in turned) - 10, min(box.y for box in turned) - 10
    seen = [
        Digit(Box(box.x - left, box.y - top, box.width, box.height), digit.label, 0.9)
        for box, digit in zip(turned, upright, strict=True)
    ]

    assert in_context(seen, SIZE, rotation) == tuple(seen[:2])


def test_no_digits():
    """Nothing in, nothing out."""
    assert in_context([], SIZE) == ()


def test_a_lonely_speck_among_large_digits_is_dirt():
    """One that is a quarter as high as all others; three of its size are a line of their own."""
    specks = [at("6", 300 + 12 * i, 300, 6, 8) for i in range(3)]
    large = [at("5", 60 * i, 50, 30, 40) for i in range(4)]

    assert in_context([*large, specks[0]], SIZE) == tuple(large)
    assert in_context([*large, *specks], SIZE) == (*large, *specks)
