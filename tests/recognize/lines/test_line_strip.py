import numpy as np
import pytest

from camdigits.image import cv2
from camdigits.recognize.lines.find import components_near, find_lines, worth_reading
from camdigits.recognize.lines.strip import HEIGHT, MARGIN, STEP, UNIT, Line, draw_line
from camdigits.segment.contours import trace_components
from camdigits.values import Box, Digit

DIGITS = [Box(100, 60, 20, 40), Box(150, 60, 20, 40)]
LINE = Line(90.0, 190.0, 80.0, 0.0, 40.0)


def components(*boxes, size=(200, 400), scale=1):
    """Trace a page with a block of ink per box."""
    mask = np.zeros(size, np.uint8)
    for x, y, width, height in boxes:
        mask[y : y + height, x : x + width] = 255
    side = size[1] * scale, size[0] * scale
    return trace_components(np.asarray(cv2.resize(mask, side, interpolation=0), np.uint8))


def test_digits_beside_each_other_are_a_line():
    """It has their median height, and reaches beyond them."""
    ((own, line),) = find_lines(DIGITS)

    assert own == (0, 1)
    assert (line.height, line.slope) == (40, 0)
    assert line.middle_at(130) == 80
    assert line.left < 100 - 40
    assert line.right > 170 + 40


@pytest.mark.parametrize("other", [Box(300, 60, 20, 40), Box(150, 110, 20, 40)])
def test_digits_far_away_or_below_are_another_line(other):
    """Each has a line of its own."""
    assert [own for own, _ in find_lines([DIGITS[0], other])] == [(0,), (1,)]


def test_a_much_smaller_digit_is_on_the_line_that_it_stands_in():
    """A comma that was read as a digit, the ring of a percent sign, an exponent."""
    comma = Box(125, 94, 8, 12)

    ((own, line),) = find_lines([*DIGITS, comma])

    assert own == (0, 2, 1)
    assert line.height == 40


def test_no_digits_no_lines():
    """An empty page."""
    assert find_lines([]) == []


def test_a_slanting_line_is_followed():
    """Its middle rises with the digits."""
    boxes = [Box(100 + 50 * place, 60 + 5 * place, 20, 40) for place in range(4)]

    ((_, line),) = find_lines(boxes)

    assert line.slope == pytest.approx(0.1)
    assert line.middle_at(110) == pytest.approx(80)
    assert line.has(boxes[3], 0.1)
    assert not line.has(Box(250, 20, 20, 40), 0.55)


def test_a_strip_has_the_scale_of_its_digits():
    """Digits are 20 pixels high in its middle; a point stays small, and on the baseline."""
    strip = draw_line(components(*DIGITS, (132, 92, 8, 8)), LINE)

    assert strip.shape == (HEIGHT, LINE.columns)
    assert LINE.columns % STEP == 0
    rows = np.flatnonzero(strip[:, 18] > 128)
    assert (rows.min(), rows.max()) == pytest.approx((10, 29), abs=1)
    point = np.argwhere(strip[:, 30:44] > 128)
    assert np.ptp(point[:, 0]) <= 5
    assert point[:, 0].max() == pytest.approx(29, abs=1)


def test_a_strip_does_not_depend_on_the_scale_of_the_picture():
    """The same page three times as large gives nearly the same strip."""
    large = Line(270.0, 570.0, 240.0, 0.0, 120.0)

    one = draw_line(components(*DIGITS, (130, 80, 12, 6)), LINE).astype(int)
    other = draw_line(components(*DIGITS, (130, 80, 12, 6), scale=3), large).astype(int)

    assert np.abs(one - other).mean() < 8


def test_what_is_not_on_the_line_is_not_drawn():
    """Other rows, frames, and what is beside the line."""
    strip = draw_line(
        components(
            *DIGITS, (120, 5, 20, 30), (120, 150, 20, 30), (195, 20, 4, 130), (10, 60, 9, 40)
        ),
        LINE,
    )

    assert np.array_equal(strip, draw_line(components(*DIGITS), LINE))


def test_an_empty_line_is_an_empty_strip():
    """Nothing was found on it."""
    assert not draw_line(components(), LINE).any()


def test_columns_of_the_strip_are_places_of_the_image():
    """Both ways, on a line with a slope too."""
    line = Line(50.0, 250.0, 70.0, 0.1, 40.0)

    (x, y) = line.to_strip(np.array([130.0, 78.0]))

    assert line.x_of(x) == pytest.approx(130)
    assert y == pytest.approx(HEIGHT / 2)
    assert line.to_strip(np.array([130.0, 58.0]))[1] == pytest.approx(HEIGHT / 2 - UNIT / 2)
    assert line.to_strip(np.array([50.0, 70.0]))[0] == pytest.approx(MARGIN)


def test_only_components_near_digits_are_kept():
    """Clutter elsewhere, and single pixels, are not looked at."""
    every = components(*DIGITS, (132, 92, 6, 6), (132, 20, 1, 1), (300, 180, 9, 9))

    near = components_near(every, DIGITS, (200, 400))

    assert {tuple(box) for box in near.boxes.tolist()} == {*map(tuple, DIGITS), (132, 92, 6, 6)}


def test_what_may_be_a_digit_links_lines():
    """A bracket and digits that were rejected: the whole row is one line, and reaches beyond."""
    far = Box(300, 60, 20, 40)
    between = [Box(185, 58, 40, 44), Box(240, 70, 20, 20), Box(330, 62, 20, 38)]

    ((own, line),) = find_lines([DIGITS[0], DIGITS[1], far], np.array(between, float))
    (first, second) = find_lines([DIGITS[0], DIGITS[1], far], np.array([[180.0, 160, 90, 40]]))

    assert own == (0, 1, 2)
    assert line.right > 350
    assert line.middle_at(200) == pytest.approx(80)
    assert (first[0], second[0]) == ((0, 1), (2,))


ROW = [Box(100 + 50 * place, 60, 20, 40) for place in range(12)]


def parts(digits, *boxes, others=()):
    """Return the digits of each part of a row that is worth reading."""
    ((own, line),) = find_lines([digit.box for digit in digits])
    every = components(*ROW, *boxes, size=(200, 800))
    return [
        own
        for own, _ in worth_reading(
            (own, line), digits, np.array(others, float).reshape(-1, 4), every
        )
    ]


def test_sure_digits_without_other_ink_are_not_read_again():
    """Seven twos on clean paper."""
    assert parts([Digit(box, "2", 0.99) for box in ROW]) == []


def test_what_may_be_a_sign_is_read_with_its_neighbours():
    """A 1, a doubtful digit, a point, a rejected region: with three digits on either side."""
    sure = [Digit(box, "2", 0.99) for box in ROW]
    one = [*sure[:10], Digit(ROW[10], "1", 0.99), sure[11]]
    doubtful = [Digit(ROW[0], "2", 0.9), *sure[1:]]

    assert parts(one) == [(7, 8, 9, 10, 11)]
    assert parts(doubtful) == [(0, 1, 2, 3)]
    assert parts(sure, (679, 94, 5, 5)) == [(8, 9, 10, 11)]
    assert parts(sure, others=[Box(60, 60, 20, 40)]) == [(0, 1, 2, 3)]


def test_the_digits_of_linked_lines_are_in_order():
    """Two lines that interleave are one, from left to right, and each part has a width."""
    small = [Box(150, 66, 10, 22), Box(330, 66, 10, 22)]
    digits = [Digit(box, "1", 0.9) for box in (Box(100, 60, 20, 40), Box(250, 60, 20, 40), *small)]
    rest = np.array([[130.0, 60, 15, 40], [170, 60, 60, 40], [280, 60, 40, 40]])

    found = find_lines([digit.box for digit in digits], rest)

    for own, line in found:
        places = [digits[index].box.x for index in own]
        assert places == sorted(places)
        for _, part in worth_reading((own, line), digits, rest, components()):
            assert part.columns > 0
