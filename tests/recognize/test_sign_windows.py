import numpy as np
import pytest

from camdigits.image import cv2
from camdigits.recognize.sign_windows import (
    WINDOW,
    draw_windows,
    find_sign_candidates,
    singles,
)
from camdigits.segment.contours import trace_components
from camdigits.values import Box, Region

SIZE = (200, 400)


def page(*boxes):
    """Return a mask with a block of ink per box x, y, width, height."""
    mask = np.zeros(SIZE, np.uint8)
    for x, y, width, height in boxes:
        mask[y : y + height, x : x + width] = 255
    return mask


def region(x, y, width, height):
    return Region(Box(x, y, width, height), np.full((height, width), 255, np.uint8))


DIGITS = [(100, 60, 20, 40), (150, 60, 20, 40)]


def candidates(*others, digits=DIGITS, reviewed=()):
    """Return the candidates of a page with digits and other blocks."""
    flags = np.array([index in reviewed for index in range(len(digits))], np.bool_)
    components = trace_components(page(*digits, *others))
    return find_sign_candidates(components, [region(*each) for each in digits], flags, SIZE)


def test_ink_beside_digits_is_a_candidate():
    """Its line has the height and the middle of the digits beside it."""
    (point,) = candidates((132, 94, 5, 5))

    assert point.box == Box(132, 94, 5, 5)
    assert (point.height, point.middle) == (40, 80)
    assert point.digits == ()


def test_a_digit_is_a_candidate_only_if_it_is_reviewed():
    """The ink of other digits is taken."""
    assert candidates() == []
    (found,) = candidates(reviewed=[1])
    assert found.digits == (1,)
    assert found.box == Box(*DIGITS[1])


def test_ink_far_from_digits_is_no_candidate():
    """Neither a digit's height away on the line, nor above or below it."""
    assert candidates((250, 80, 5, 5)) == []
    assert candidates((132, 20, 5, 5)) == []
    assert candidates((132, 150, 5, 5)) == []


def test_dust_and_large_ink_are_no_candidates():
    """A point has at least two pixels; a bracket is less than twice as high as its digits."""
    assert candidates((132, 94, 1, 1)) == []
    assert candidates((132, 40, 5, 90)) == []


def test_what_is_above_each_other_is_one_candidate():
    """A colon; its dots are candidates of their own too, if it turns out to be none."""
    (colon,) = candidates((132, 70, 5, 5), (133, 90, 5, 5))

    assert colon.box == Box(132, 70, 6, 25)
    assert len(colon.members) == 2
    mask = page(*DIGITS, (132, 70, 5, 5), (133, 90, 5, 5))
    parts = singles(colon, trace_components(mask))
    assert {part.box for part in parts} == {Box(132, 70, 5, 5), Box(133, 90, 5, 5)}


def test_a_reviewed_digit_needs_another_digit_beside_it():
    """A lone 1 is a 1."""
    assert candidates(digits=[DIGITS[0]], reviewed=[0]) == []


def test_a_stroke_of_a_digit_is_a_candidate():
    """A comma that was joined to a 9: the digit has two components."""
    ink = np.zeros((52, 24), np.uint8)
    ink[:40, :20], ink[44:52, 18:24] = 255, 255
    nine = Region(Box(100, 60, 24, 52), ink)
    mask = page(DIGITS[1])
    mask[60:112, 100:124] = ink
    components = trace_components(mask)

    found = find_sign_candidates(
        components, [nine, region(*DIGITS[1])], np.zeros(2, np.bool_), SIZE
    )

    (comma,) = found
    assert comma.box == Box(118, 104, 6, 8)
    assert comma.pieces_of == (0,)


def test_a_page_without_digits_has_no_candidates():
    """Signs alone are never reported."""
    assert candidates((10, 10, 5, 5), digits=[]) == []


def test_a_window_shows_the_candidate_and_what_is_around_it():
    """Own ink and other ink are two planes; a line is 16 pixels high, in the middle."""
    mask = page(*DIGITS, (132, 94, 5, 5))
    components = trace_components(mask)
    digits = [region(*each) for each in DIGITS]
    found = find_sign_candidates(components, digits, np.zeros(2, np.bool_), SIZE)

    (window,) = draw_windows(found, components, digits, mask)

    own, other = window[..., 0], window[..., 1]
    assert window.shape == (*WINDOW, 2)
    assert np.argwhere(own > 128)[:, 0].min() >= WINDOW[0] / 2 + 4  # on the baseline
    assert np.argwhere(own > 128)[:, 1].mean() == pytest.approx(WINDOW[1] / 2 - 0.5, abs=1)
    rows = np.flatnonzero((other > 128).any(axis=1))
    assert (rows.min(), rows.max()) == (8, 23)
    assert not ((own > 0) & (other > 128)).any()


def test_the_window_does_not_depend_on_the_scale():
    """The same page twice as large gives nearly the same window."""
    windows = []
    for scale in (1, 2):
        mask = cv2.resize(
            page(*DIGITS, (132, 80, 9, 5)), None, fx=scale, fy=scale, interpolation=0
        )
        digits = [region(*(scale * side for side in each)) for each in DIGITS]
        components = trace_components(mask)
        found = find_sign_candidates(components, digits, np.zeros(2, np.bool_), mask.shape)
        windows.append(draw_windows(found, components, digits, mask).astype(int))

    assert np.abs(windows[0] - windows[1]).mean() < 6


def test_a_window_may_reach_beyond_the_picture():
    """A sign at the edge has paper around it."""
    digits = [(4, 0, 20, 40)]
    mask = page(*digits, (28, 36, 4, 4))
    components = trace_components(mask)
    found = find_sign_candidates(
        components, [region(*digits[0])], np.zeros(1, np.bool_), mask.shape
    )

    assert draw_windows(found, components, [region(*digits[0])], mask).shape == (1, *WINDOW, 2)


def test_the_dots_of_a_slanted_colon_are_one_candidate():
    """They are beside each other by half a pen; a point after a 1 stays alone."""
    (colon,) = candidates((134, 70, 4, 4), (129, 92, 4, 4))

    assert len(colon.members) == 2
    one = (120, 60, 5, 40)
    found = candidates((128, 95, 4, 4), digits=[DIGITS[0], one, DIGITS[1]], reviewed=[1])
    assert sorted(len(each.members) + len(each.digits) for each in found) == [1, 1]
