import numpy as np
import pytest

from camdigits.geometry import rotated
from camdigits.layout.grouping import group, mark_cell_boundaries
from camdigits.values import Box, Digit


def at(label, x, y=10, width=20, height=30, score=0.9):
    return Digit(Box(x, y, width, height), label, score)


def texts(*digits, rotation=0):
    return [number.text for number in group(digits, rotation)]


def test_neighbours_on_a_line_are_one_number():
    """Digits are in reading order; the score is their product, the box their union."""
    (number,) = group([at("3", 60), at("1", 10), at("2", 35)])

    assert number.text == "123"
    assert number.digits == (1, 2, 0)
    assert number.box == Box(10, 10, 70, 30)
    assert number.score == pytest.approx(0.9**3)


def test_a_wide_gap_separates_numbers():
    """A space as wide as a digit is high ends a number."""
    assert texts(at("1", 10), at("2", 35), at("3", 90), at("4", 115)) == ["12", "34"]


def test_lines_are_read_from_top_to_bottom():
    """Digits below each other are not one number."""
    assert texts(at("3", 10, 60), at("1", 10, 10), at("2", 35, 10), at("4", 35, 60)) == [
        "12",
        "34",
    ]


def test_numbers_of_one_line_are_read_from_left_to_right():
    """The right one may be slightly higher."""
    assert texts(at("2", 200, 6), at("1", 10, 12)) == ["1", "2"]


def test_a_slanting_line_is_followed():
    """Each digit is compared with its neighbour, not with the first."""
    assert texts(*(at(str(i), 10 + 25 * i, 10 + 10 * i) for i in range(8))) == ["01234567"]


def test_a_small_digit_beside_a_large_one_is_another_number():
    """An exponent or page number is not part of the number next to it."""
    assert texts(at("5", 10, 10, 40, 60), at("2", 55, 10, 8, 14)) == ["5", "2"]


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_rotated_page_has_the_same_numbers(rotation):
    """Boxes are in the rotated image; order and lines are those of the upright page."""
    upright = [at("1", 10), at("2", 35), at("3", 10, 70)]
    seen = [Digit(rotated(digit.box, 360 - rotation), digit.label, 0.9) for digit in upright]

    assert texts(*seen, rotation=rotation) == ["12", "3"]


def test_every_digit_is_in_exactly_one_number():
    """No digit is lost or used twice."""
    digits = [at(str(i % 10), 7 + 13 * (i % 9), 9 + 17 * (i // 9)) for i in range(60)]

    members = [index for number in group(digits) for index in number.digits]

    assert sorted(members) == list(range(60))


def test_no_digits_no_numbers():
    """Without digits the result is empty."""
    assert group([]) == ()


def lines_at(*columns, size=(200, 400)):
    """Draw a vertical printed line at each of these columns."""
    lines = np.zeros(size, np.uint8)
    for x in columns:
        lines[:, x : x + 2] = 255
    return lines


def test_digits_in_separate_cells_are_separate_numbers():
    """A printed line in the gap separates digits close enough for one number."""
    digits = [at("1", 20), at("2", 50), at("3", 80), at("4", 110)]

    marked = mark_cell_boundaries(digits, lines_at(75))

    assert [digit.cell_boundary for digit in marked] == [False, False, True, False]
    assert [number.text for number in group(marked)] == ["12", "34"]


def test_a_line_outside_the_gap_separates_nothing():
    """Only a line in the gap itself, over its whole middle half, is a cell boundary."""
    digits = [at("1", 50), at("2", 80)]
    short = lines_at(75)
    short[20:] = 0

    assert [digit.cell_boundary for digit in mark_cell_boundaries(digits, lines_at(45))] == [
        True,
        False,
    ]
    assert not any(digit.cell_boundary for digit in mark_cell_boundaries(digits, short))
    assert mark_cell_boundaries(digits, None) == tuple(digits)


def test_slanted_lines_are_read_line_by_line():
    """Numbers far apart on a line skewed by eight degrees belong to that line."""
    first = [at("1", 20, y=40), at("2", 120, y=54), at("3", 220, y=68)]
    second = [at("4", 20, y=90), at("5", 120, y=104), at("6", 220, y=118)]

    assert texts(*first, *second) == ["1", "2", "3", "4", "5", "6"]
