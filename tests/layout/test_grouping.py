import numpy as np
import pytest

from camdigits.geometry import rotated
from camdigits.layout.cells import mark_cell_boundaries
from camdigits.layout.grouping import group, possible_digits
from camdigits.values import Box, Digit, Mark, Rejected


def at(label, x, y=10, width=20, height=30, score=0.9):
    return Digit(Box(x, y, width, height), label, score)


def texts(*digits, rotation=0):
    return [number.text for number in group(digits, rotation).numbers]


def test_neighbours_on_a_line_are_one_number():
    """Digits are in reading order; the score is their product, the box their union."""
    (number,) = group([at("3", 60), at("1", 10), at("2", 35)]).numbers

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

    members = [index for number in group(digits).numbers for index in number.digits]

    assert sorted(members) == list(range(60))


def test_no_digits_no_numbers():
    """Without digits the result is empty."""
    assert group([]).numbers == ()


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
    assert [number.text for number in group(marked).numbers] == ["12", "34"]


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


def sign(label, x, y, width=6, height=6):
    """Return a sign on the line of the digits of `at`."""
    box = Box(x, y, width, height)
    return Mark(box, label, 0.9, line=Box(x, 10, width, 30))


def test_signs_are_part_of_numbers():
    """A point between digits is in the text, the score and the box."""
    layout = group([at("1", 10), at("5", 45)], marks=[sign(".", 34, 36)])

    (number,) = layout.numbers
    assert (number.text, number.kind, number.value) == ("1.5", "decimal", 1.5)
    assert (number.digits, number.marks) == ((0, 1), (0,))
    assert number.score == pytest.approx(0.9**3)
    assert number.box == Box(10, 10, 55, 32)
    assert [mark.label for mark in layout.marks] == ["."]


def test_an_operator_separates_numbers_and_joins_an_expression():
    """Both numbers and the sign are in the expression."""
    layout = group([at("1", 10), at("5", 55)], marks=[sign("+", 35, 20, 14, 14)])

    assert [number.text for number in layout.numbers] == ["1", "5"]
    (expression,) = layout.expressions
    assert (expression.text, expression.numbers, expression.marks) == ("1+5", (0, 1), (0,))
    assert expression.kind == "expression"


def test_a_number_over_another_is_a_fraction():
    """Its value is the quotient; with more than that it is an expression."""
    (fraction,) = group([at("1", 10), at("4", 55)], marks=[sign("/", 35, 8, 14, 34)]).expressions

    assert (fraction.kind, fraction.value) == ("fraction", 0.25)


def test_a_sign_alone_is_not_reported():
    """A point after the last digit belongs to no number."""
    layout = group([at("1", 10)], marks=[sign(".", 34, 36), sign("+", 300, 20)])

    assert [number.text for number in layout.numbers] == ["1"]
    assert layout.marks == ()


def test_an_unread_neighbour_makes_a_number_incomplete():
    """A region of digit size beside it may be one of its digits."""
    digits = [at("2", 40), at("3", 65)]
    (near,) = group(digits, unread=[Box(15, 10, 20, 30)]).numbers
    (far,) = group(digits, unread=[Box(200, 10, 20, 30)]).numbers
    (below,) = group(digits, unread=[Box(40, 60, 20, 30)]).numbers
    (dust,) = group(digits, unread=[Box(30, 10, 5, 5)]).numbers

    assert not near.complete
    assert near.unread == (Box(15, 10, 20, 30),)
    assert far.complete
    assert below.complete
    assert dust.complete


def test_the_edge_of_the_picture_cuts_a_number():
    """What touches the edge may go on beyond it."""
    first, second = group([at("1", 0), at("2", 100)], size=(200, 100)).numbers

    assert not first.complete
    assert second.complete


def test_only_likely_digits_are_unread():
    """A region that is surely no digit, or a sign, makes no number incomplete."""
    box = Box(10, 10, 20, 30)
    letter, doubtful = Rejected(box, "none", 0.999), Rejected(box, "none", 0.7)

    assert possible_digits([letter]) == []
    assert possible_digits([doubtful]) == [box]
    assert possible_digits([doubtful], [sign("/", 12, 12, 16, 26)]) == []


def test_lines_and_columns_of_a_table():
    """Numbers below each other are in one column."""
    digits = [
        at(str(n), x, y) for n, (x, y) in enumerate([(10, 10), (90, 10), (10, 60), (92, 60)])
    ]
    numbers = group(digits).numbers

    assert [(number.line, number.column) for number in numbers] == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_numbers_here_and_there_have_no_columns():
    """A single line is not a table."""
    numbers = group([at("1", 10), at("2", 100)]).numbers

    assert [number.column for number in numbers] == [None, None]


def comb(count, pitch=50, size=(100, 400)):
    """Draw a row of equal boxes."""
    lines = np.zeros(size, np.uint8)
    lines[5:7, 10 : 12 + count * pitch] = lines[43:45, 10 : 12 + count * pitch] = 255
    for index in range(count + 1):
        lines[5:45, 10 + index * pitch : 12 + index * pitch] = 255
    return lines


def test_the_digits_of_a_comb_are_one_number():
    """Boxes in a row with one digit each; their rules end with the row."""
    digits = [at(str(n), 25 + 50 * n) for n in range(4)]

    marked = mark_cell_boundaries(digits, comb(4))

    assert all(digit.in_comb for digit in marked)
    assert [number.text for number in group(marked).numbers] == ["0123"]


def test_two_digits_in_a_box_are_no_comb():
    """Boxes with several digits are the cells of a table."""
    digits = [at("1", 16, width=14), at("2", 36, width=14), at("3", 70, width=14)]

    assert [n.text for n in group(mark_cell_boundaries(digits, comb(3))).numbers] == ["12", "3"]


def test_evenly_spaced_digits_are_one_number_though_one_is_narrow():
    """The wheels of a meter: the gap between 7 and 1 is a digit high, and the pitch is even."""
    wheels = [at(label, 10 + 50 * place, width=26) for place, label in enumerate("00471")]
    wheels[4] = at("1", 216, width=14)

    assert texts(*wheels, at("2", 257, width=30)) == ["004712"]
    assert texts(at("1", 10), at("2", 60), at("3", 90)) == ["1", "23"]
