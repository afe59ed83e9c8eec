import numpy as np
import pytest

from camdigits.recognize.lines.erase import without_pieces
from camdigits.recognize.lines.read import Character, LineReading
from camdigits.recognize.lines.signs import FoundSign, find_signs
from camdigits.recognize.lines.strip import Line
from camdigits.segment.contours import trace_components
from camdigits.values import Box, Digit, Region

LINE = Line(50.0, 350.0, 80.0, 0.0, 40.0)
PAIR = ((100, 60, 20, 40, "7"), (150, 60, 20, 40, "3"))


def reading(digits, *characters):
    """Return a reading with (label, x) or (label, x, score) characters."""
    read = [Character(label, (*score, 0.99)[0], x) for label, x, *score in characters]
    order = tuple(sorted(range(len(digits)), key=lambda index: digits[index][0]))
    return LineReading(LINE, order, tuple(read), np.zeros((len(read), 3)), ("a", "b", "c"))


def signs(*characters, others=(), digits=PAIR):
    """Return the signs of a page with digits and other blocks of ink."""
    mask = np.zeros((200, 400), np.uint8)
    boxes = [Box(*each[:4]) for each in digits]
    for x, y, width, height in [*boxes, *others]:
        mask[y : y + height, x : x + width] = 255
    found = [Digit(box, each[4], 0.99) for box, each in zip(boxes, digits, strict=True)]
    regions = [Region(box, np.full((box.height, box.width), 255, np.uint8)) for box in boxes]
    read = [reading(digits, *characters)]
    return find_signs(read, trace_components(mask), found, regions)


def test_a_sign_has_its_ink_and_its_line():
    """The line is as high as the digits beside it."""
    (point,) = signs(("7", 110), (".", 134), ("3", 160), others=[(132, 94, 5, 5)])

    assert (point.label, point.box, point.digits) == (".", Box(132, 94, 5, 5), ())
    assert point.line == Box(132, 60, 5, 40)
    assert len(point.members) == 1


def test_the_pieces_of_a_sign_are_one():
    """Both dots of a colon are nearest to it."""
    dots = [(132, 70, 5, 5), (133, 90, 5, 5)]

    (colon,) = signs(("7", 110), (":", 134), ("3", 160), others=dots)

    assert colon.box == Box(132, 70, 6, 25)
    assert len(colon.members) == 2


def test_an_uncertain_sign_is_not_reported():
    """Below the threshold it is dirt."""
    assert signs(("7", 110), (".", 134, 0.4), ("3", 160), others=[(132, 94, 5, 5)]) == ()


@pytest.mark.parametrize(("score", "count"), [(0.99, 1), (0.3, 0)])
def test_a_one_may_be_a_slash(score, count):
    """The sign names the digit; a doubtful one is kept for dates only."""
    digits = (*PAIR, (132, 55, 8, 50, "1"))

    found = signs(("7", 110), ("/", 136, score), ("3", 160), digits=digits)

    assert [(sign.label, sign.digits) for sign in found] == [("/", (2,))] * count


def test_a_seven_is_not_a_slash():
    """Only a 1 looks like a stroke: both nets disagree about the 7, and it stays."""
    assert signs(("/", 110), ("3", 160)) == ()


def test_the_rings_of_a_percent_sign_are_part_of_it():
    """A small zero in which nothing was read is one of its rings."""
    digits = (
        (100, 60, 20, 40, "5"),
        (128, 58, 16, 44, "1"),
        (146, 84, 14, 16, "0"),
        (200, 60, 20, 40, "3"),
    )

    (percent,) = signs(("5", 110), ("%", 137), ("3", 210), digits=digits)

    assert sorted(percent.digits) == [1, 2]
    assert percent.box == Box(128, 58, 32, 44)


def test_a_sign_without_ink_of_its_own_has_a_place():
    """A comma that touches a 7: beside the middle of its line, below it."""
    (comma,) = signs(("7", 108), (",", 118), ("3", 160))

    assert comma.digits == comma.members == ()
    assert comma.box.centre[0] == pytest.approx(118, abs=1)
    assert comma.box.centre[1] > 90


def test_a_line_of_digits_has_no_signs():
    """Nothing was read between them."""
    assert signs(("7", 110), ("3", 160), others=[(132, 94, 5, 5)]) == ()


def test_a_digit_loses_the_stroke_that_is_a_sign():
    """What is left of it has a tight box."""
    ink = np.zeros((52, 24), np.uint8)
    ink[:40, :20], ink[44:52, 18:24] = 255, 255
    mask = np.zeros((100, 100), np.uint8)
    mask[10:62, 30:54] = ink
    components = trace_components(mask)
    line = Line(0.0, 100.0, 30.0, 0.0, 40.0)
    read = LineReading(
        line,
        (0,),
        (Character("9", 0.9, 40.0), Character(",", 0.9, 51.0)),
        np.zeros((2, 1)),
        ("a",),
    )
    nine = Region(Box(30, 10, 24, 52), ink)

    found = find_signs([read], components, [Digit(nine.box, "9", 0.9)], [nine])
    rest = without_pieces([nine], found, components)

    assert [(sign.label, sign.box, sign.pieces_of) for sign in found] == [
        (",", Box(48, 54, 6, 8), (0,))
    ]
    assert rest[0].box == Box(30, 10, 20, 40)
    assert rest[0].ink.min() == 255
    assert isinstance(found[0], FoundSign)
