import numpy as np
import pytest

from camdigits.image import cv2
from camdigits.segment.contours import fill_components, trace_components
from camdigits.segment.find_rules import slivers
from camdigits.segment.remove_rules import remove_lines

LONGER = 400  # longer side of the images below


def longest_component(mask):
    """Return outline and holes of the longest component."""
    contours, hierarchy = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    outlines = [index for index, row in enumerate(hierarchy[0]) if row[3] < 0]
    longest = max(outlines, key=lambda index: max(cv2.boundingRect(contours[index])[2:]))
    holes = [index for index, row in enumerate(hierarchy[0]) if row[3] == longest]
    return [contours[index] for index in (longest, *holes)]


def found_in(mask, weak=None):
    """Run remove_lines on the box of the longest component."""
    weak = mask if weak is None else weak
    contours = longest_component(weak)
    x, y, width, height = cv2.boundingRect(contours[0])
    here = np.s_[y : y + height, x : x + width]
    return here, remove_lines(
        mask[here], weak[here], [contour - (x, y) for contour in contours], LONGER
    )


def without_lines(mask, weak=None):
    """Return the mask without the lines of its longest component and their rough edges."""
    here, found = found_in(mask, weak)
    assert found is not None
    rest, lines = mask.copy(), np.zeros_like(mask)
    rest[here], lines[here] = found
    components = trace_components(rest)
    kept = components.without(slivers(components, lines))
    return fill_components(kept, mask.shape)


def skewed_line(degrees, *starts, size=(240, 400)):
    """Draw lines 2 pixels wide from edge to edge, falling by so many degrees."""
    mask = np.zeros(size, np.uint8)
    for column in range(size[1]):
        for start in starts:
            row = start + round(np.tan(np.deg2rad(degrees)) * column)
            mask[max(row, 0) : max(row + 2, 0), column] = 255
    return mask


def test_a_ruled_line_is_removed_and_the_digit_on_it_kept(sheet):
    """A stroke that crosses a line keeps its ink at the crossing."""
    stroke = sheet((200, 60, 8, 80), size=(200, 400))
    mask = sheet((0, 100, 400, 2), (200, 60, 8, 80), size=(200, 400))

    assert np.array_equal(without_lines(mask), stroke)


@pytest.mark.parametrize("width", [4, 6, 9])
def test_a_broad_line_cuts_no_stroke(sheet, width):
    """A stroke across a line of any width is whole after removal."""
    stroke = sheet((200, 60, 12, 80), size=(200, 400))
    mask = np.maximum(sheet((0, 96, 400, width), size=(200, 400)), stroke)

    assert np.array_equal(without_lines(mask), stroke)


def test_the_line_mask_is_returned(sheet):
    """The second mask covers the whole line and hardly any of the digit."""
    line = sheet((0, 100, 400, 2), size=(200, 400))
    mask = sheet((0, 100, 400, 2), (200, 60, 8, 80), size=(200, 400))

    here, (_, lines) = found_in(mask)

    assert (lines[line[here] > 0] == 255).all()
    assert not lines[:36].any()
    assert not lines[46:].any()


@pytest.mark.parametrize("degrees", [-10, -3, 3, 10])
def test_a_skewed_line_is_removed(sheet, degrees):
    """A skewed line is removed and the stroke across it kept."""
    line = skewed_line(degrees, 100 - round(np.tan(np.deg2rad(degrees)) * 200))
    stroke = sheet((196, 60, 8, 80), size=(240, 400))

    left = without_lines(np.maximum(line, stroke))

    assert np.array_equal(left, stroke)


def skewed_grid(degrees, cells=5, pitch=60, size=(440, 440)):
    """Draw a square grid rotated about the centre of the image."""
    cos, sin = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    places = (np.arange(cells + 1) - cells / 2) * pitch
    mask, middle = np.zeros(size, np.uint8), np.array(size) // 2
    for place in places:
        for ends in (
            [(places[0], place), (places[-1], place)],
            [(place, places[0]), (place, places[-1])],
        ):
            start, end = np.rint(np.array(ends) @ [[cos, sin], [-sin, cos]] + middle).astype(int)
            cv2.line(mask, start.tolist(), end.tolist(), 255, 2)
    return mask


@pytest.mark.parametrize("degrees", [0, 5, 12, 18])
def test_a_skewed_grid_is_removed_in_both_directions(sheet, degrees):
    """Strokes in a cell that touch no line are unchanged."""
    stroke = sheet((214, 208, 12, 24), size=(440, 440))

    left = without_lines(np.maximum(skewed_grid(degrees), stroke))

    assert np.array_equal(left, stroke)


def test_a_line_with_gaps_is_removed(sheet):
    """A pale line has gaps in the mask, but none at the lower limit; all of it is removed."""
    stroke = sheet((200, 60, 8, 80), size=(200, 400))
    weak = sheet((0, 100, 400, 2), (200, 60, 8, 80), size=(200, 400))
    mask = weak.copy()
    mask[100:102, np.r_[0:200:12, 210:400:12][:, None] + np.arange(5)] = 0

    assert np.array_equal(without_lines(mask, weak), stroke)


def test_slivers_along_a_line_are_removed(sheet):
    """The rough edge of a line is removed with it."""
    line, stroke = (0, 100, 400, 3), (200, 60, 8, 80)
    rough = [(x, 97, 9, 3) for x in (30, 90, 130, 300)] + [(x, 103, 14, 2) for x in (60, 330)]

    left = without_lines(sheet(line, stroke, *rough, size=(200, 400)))

    assert np.array_equal(left, sheet(stroke, size=(200, 400)))


@pytest.mark.parametrize("pen", [6, 8, 14])
def test_the_stem_of_a_large_one_is_kept(sheet, pen):
    """A long stroke that is thick for its length is not a line."""
    mask = sheet((200, 20, pen, 110), size=(240, 400))

    assert found_in(mask)[1] is None


@pytest.mark.parametrize("pen", [4, 5, 8])
def test_a_large_digit_of_straight_strokes_is_kept(sheet, pen):
    """A 7 as high as a third of the image has no printed line, even with a fine pen."""
    mask = sheet((150, 60, 90, pen), (240 - pen, 60, pen, 130), size=(240, 400))

    assert found_in(mask)[1] is None


def test_a_form_box_is_removed_and_the_digit_across_its_border_kept(sheet):
    """The stem of a 9 that crosses the bottom of its box is whole."""
    box = [(100, 50, 62, 2), (100, 128, 62, 2), (100, 50, 2, 80), (160, 50, 2, 80)]
    nine = [(120, 66, 6, 30), (120, 66, 24, 6), (120, 90, 24, 6), (138, 66, 6, 76)]

    left = without_lines(sheet(*box, *nine, size=(240, 400)))

    assert np.array_equal(left, sheet(*nine, size=(240, 400)))


def test_a_round_stroke_is_not_a_line():
    """For a large 0 the result is None."""
    mask = np.zeros((200, 400), np.uint8)
    cv2.ellipse(mask, (200, 100), (50, 80), 0, 0, 360, 255, 6)

    assert found_in(mask)[1] is None


def test_the_given_mask_is_not_changed(sheet):
    """remove_lines returns new arrays."""
    mask = sheet((0, 100, 400, 2), (200, 60, 8, 80), size=(200, 400))
    before = mask.copy()

    without_lines(mask)

    assert np.array_equal(mask, before)


def test_the_base_of_joined_digits_is_a_wave_and_not_a_line():
    """Low arcs end to end stay; the same stroke drawn straight is a line."""
    wave, straight = np.zeros((60, 200), np.uint8), np.zeros((60, 200), np.uint8)
    x = np.arange(10, 150)
    arcs = np.stack([x, 30 + 4 * np.abs(np.sin(x / 15))], axis=1).round().astype(np.int32)
    cv2.polylines(wave, [arcs], False, 255, 2)
    cv2.line(straight, (10, 30), (150, 30), 255, 2)

    assert found_in(wave)[1] is None
    assert found_in(straight)[1] is not None


def test_a_stroke_across_joined_digits_is_not_a_line(sheet):
    """A straight stem as high as a wide component stays: a rule would go along the component."""
    stem = sheet((60, 40, 1, 60), (60, 66, 150, 9), size=(200, 400))
    table = sheet((60, 40, 1, 60), (60, 68, 150, 2), size=(200, 400))

    assert found_in(stem)[1] is None
    assert found_in(table)[1] is not None


@pytest.mark.parametrize("bow", [0, 6])
def test_a_long_line_may_bend_with_the_paper(bow):
    """A line of a curved page is a parabola."""
    mask = np.zeros((60, 400), np.uint8)
    x = np.arange(400)
    bent = np.stack([x, 20 + bow * (x / 200 - 1) ** 2], axis=1).round().astype(np.int32)
    cv2.polylines(mask, [bent], False, 255, 2)

    assert found_in(mask)[1] is not None
