import pytest

from camdigits.layout.plausibility import plausible_digits
from camdigits.values import Box, Digit


def at(label, x, y=50, width=20, height=30):
    return Digit(Box(x, y, width, height), label, 0.9)


SIZE = (800, 400)
SEVEN, EIGHT = at("7", 40), at("8", 70)


def test_a_stroke_as_high_as_its_neighbours_is_a_one():
    """A bare stroke among digits of similar height is kept."""
    one = at("1", 20, width=5)

    assert plausible_digits([one, SEVEN, EIGHT], SIZE) == (one, SEVEN, EIGHT)


@pytest.mark.parametrize(
    "stroke",
    [at("1", 100, 10, 5, 90), at("1", 100, 60, 3, 12), at("1", 600, width=5), at("1", 0, width=5)],
    ids=["too long", "too short", "too far", "at the edge"],
)
def test_a_stroke_that_fits_no_digit_is_a_line(stroke):
    """Borders of tables, dashes and edges of the page are dropped."""
    assert plausible_digits([SEVEN, EIGHT, stroke], SIZE) == (SEVEN, EIGHT)


def test_broad_digits_need_no_company():
    """A large digit next to small ones is kept."""
    large = at("5", 200, 10, 100, 160)

    assert plausible_digits([SEVEN, large], SIZE) == (SEVEN, large)


def test_strokes_alone_are_kept():
    """A page may contain only 11."""
    ones = (at("1", 20, width=5), at("1", 32, width=5))

    assert plausible_digits(ones, SIZE) == ones


def test_a_stroke_needs_one_similar_neighbour():
    """One neighbour of similar height is enough; others may be larger."""
    large = at("5", 60, 10, 60, 120)
    stroke = at("1", 20, 60, 5, 30)

    assert plausible_digits([large, stroke], SIZE) == (large,)
    assert plausible_digits([large, EIGHT, stroke], SIZE) == (large, EIGHT, stroke)


def test_strokes_are_not_neighbours_of_strokes():
    """On a page with broad digits a row of strokes of another height is dropped."""
    fence = [at("1", 300 + 10 * i, 300, 3, 14) for i in range(6)]

    assert plausible_digits([SEVEN, EIGHT, *fence], SIZE) == (SEVEN, EIGHT)


@pytest.mark.parametrize(("others", "kept"), [(0, True), (2, True), (3, False)])
def test_strokes_alone_are_dropped_in_clutter(others, kept):
    """Strokes among more other regions of their size than there are strokes are dropped."""
    ones = (at("1", 20, width=5), at("1", 32, width=5))
    rejected = [Box(100 + 40 * i, 200, 30, 35) for i in range(others)]

    assert plausible_digits(ones, SIZE, rejected) == (ones if kept else ())


@pytest.mark.parametrize("side", [2, 121])
def test_regions_of_another_size_are_not_clutter(side):
    """Smaller or larger rejected regions are ignored."""
    ones = (at("1", 20, width=5), at("1", 32, width=5))
    rejected = [Box(100, 200, side, side // 2)] * 50

    assert plausible_digits(ones, SIZE, rejected) == ones


def test_clutter_has_no_effect_on_broad_digits():
    """A broad digit and the 1 next to it are kept in clutter."""
    one = at("1", 20, width=5)
    rejected = [Box(100 + 10 * i, 200, 30, 35) for i in range(50)]

    assert plausible_digits([one, SEVEN], SIZE, rejected) == (one, SEVEN)


def test_no_digits():
    """Without digits the result is empty."""
    assert plausible_digits([], SIZE) == ()


def test_a_lonely_speck_among_large_digits_is_dirt():
    """A speck a quarter as high as the digits is dropped; three of its size are kept."""
    specks = [at("6", 300 + 12 * i, 300, 6, 8) for i in range(3)]
    large = [at("5", 60 * i, 50, 30, 40) for i in range(4)]

    assert plausible_digits([*large, specks[0]], SIZE) == tuple(large)
    assert plausible_digits([*large, *specks], SIZE) == (*large, *specks)


def test_a_faint_digit_needs_company():
    """One pale digit among darker ones is dropped; three pale ones are kept."""
    digits = [at("5", 60 * i) for i in range(6)]

    assert plausible_digits(digits, SIZE, (), [100] * 5 + [20]) == tuple(digits[:5])
    assert plausible_digits(digits, SIZE, (), [100] * 3 + [20] * 3) == tuple(digits)
    assert plausible_digits(digits, SIZE) == tuple(digits)


def test_a_stroke_of_a_digit_is_dropped():
    """A digit inside the box of another one is dropped unless that box is much larger."""
    eight, stroke = at("8", 100), at("1", 101, width=8, height=29)
    loop = at("0", 300, 10, 150, 200)
    inner = at("7", 360, 100)

    assert plausible_digits([eight, stroke, SEVEN], SIZE) == (eight, SEVEN)
    assert plausible_digits([SEVEN, EIGHT, loop, inner], SIZE) == (SEVEN, EIGHT, loop, inner)
