import pytest

from camdigits.layout.plausibility import plausible_digits
from camdigits.values import Box, Digit


def at(label, x, y=50, width=20, height=30):
    return Digit(Box(x, y, width, height), label, 0.9)


SIZE = (800, 400)
SEVEN, EIGHT = at("7", 40), at("8", 70)


def test_a_stroke_as_high_as_its_neighbours_is_a_one():
    """Nothing is left out among digits of a size."""
    one = at("1", 20, width=5)

    assert plausible_digits([one, SEVEN, EIGHT], SIZE) == (one, SEVEN, EIGHT)


@pytest.mark.parametrize(
    "stroke",
    [at("1", 100, 10, 5, 90), at("1", 100, 60, 3, 12), at("1", 600, width=5), at("1", 0, width=5)],
    ids=["too long", "too short", "too far", "at the edge"],
)
def test_a_stroke_that_fits_no_digit_is_a_line(stroke):
    """A table's border, a dash, an edge across the page."""
    assert plausible_digits([SEVEN, EIGHT, stroke], SIZE) == (SEVEN, EIGHT)


def test_broad_digits_need_no_company():
    """A large digit beside small ones is one all the same."""
    large = at("5", 200, 10, 100, 160)

    assert plausible_digits([SEVEN, large], SIZE) == (SEVEN, large)


def test_strokes_alone_stay():
    """Somebody may have written 11."""
    ones = (at("1", 20, width=5), at("1", 32, width=5))

    assert plausible_digits(ones, SIZE) == ones


def test_a_stroke_fits_any_digit_near_by():
    """Small figures stand beside large ones: one neighbour of its size is enough."""
    large = at("5", 60, 10, 60, 120)
    stroke = at("1", 20, 60, 5, 30)

    assert plausible_digits([large, stroke], SIZE) == (large,)
    assert plausible_digits([large, EIGHT, stroke], SIZE) == (large, EIGHT, stroke)


def test_strokes_do_not_vouch_for_each_other():
    """Where broad digits are near, a row of other strokes is a fence."""
    fence = [at("1", 300 + 10 * i, 300, 3, 14) for i in range(6)]

    assert plausible_digits([SEVEN, EIGHT, *fence], SIZE) == (SEVEN, EIGHT)


@pytest.mark.parametrize(("others", "stays"), [(0, True), (6, True), (7, False)])
def test_strokes_alone_do_not_stay_in_clutter(others, stays):
    """Two ones among more than three times as many things of their size: a desk, a machine."""
    ones = (at("1", 20, width=5), at("1", 32, width=5))
    rejected = [Box(100 + 40 * i, 200, 30, 35) for i in range(others)]

    assert plausible_digits(ones, SIZE, rejected) == (ones if stays else ())


@pytest.mark.parametrize("side", [14, 121])
def test_things_of_another_size_are_no_clutter(side):
    """Dust and drawings say nothing about ones."""
    ones = (at("1", 20, width=5), at("1", 32, width=5))
    rejected = [Box(100, 200, side, side // 2)] * 50

    assert plausible_digits(ones, SIZE, rejected) == ones


def test_clutter_leaves_broad_digits_alone():
    """A digit on a crowded desk is one, and so is the one beside it."""
    one = at("1", 20, width=5)
    rejected = [Box(100 + 10 * i, 200, 30, 35) for i in range(50)]

    assert plausible_digits([one, SEVEN], SIZE, rejected) == (one, SEVEN)


def test_no_digits():
    """Nothing in, nothing out."""
    assert plausible_digits([], SIZE) == ()


def test_a_lonely_speck_among_large_digits_is_dirt():
    """One that is a quarter as high as all others; three of its size are a line of their own."""
    specks = [at("6", 300 + 12 * i, 300, 6, 8) for i in range(3)]
    large = [at("5", 60 * i, 50, 30, 40) for i in range(4)]

    assert plausible_digits([*large, specks[0]], SIZE) == tuple(large)
    assert plausible_digits([*large, *specks], SIZE) == (*large, *specks)


def test_a_faint_digit_needs_company():
    """The edge of a sheet is much paler than what is written on it; three pale ones are pencil."""
    digits = [at("5", 60 * i) for i in range(6)]

    assert plausible_digits(digits, SIZE, (), [100] * 5 + [20]) == tuple(digits[:5])
    assert plausible_digits(digits, SIZE, (), [100] * 3 + [20] * 3) == tuple(digits)
    assert plausible_digits(digits, SIZE) == tuple(digits)


def test_a_stroke_of_a_digit_is_no_digit_beside_it():
    """What lies inside another digit's box is a part of it, unless that is a large loop."""
    eight, stroke = at("8", 100), at("1", 101, width=8, height=29)
    loop = at("0", 300, 10, 150, 200)
    inner = at("7", 360, 100)

    assert plausible_digits([eight, stroke, SEVEN], SIZE) == (eight, SEVEN)
    assert plausible_digits([SEVEN, EIGHT, loop, inner], SIZE) == (SEVEN, EIGHT, loop, inner)
