import numpy as np
import pytest

from camdigits.image import cv2
from camdigits.segment.remove_rules import remove_lines

LONGER = 400  # longer side of the pictures below


def frame_of(mask):
    """Outline and holes of the longest component."""
    contours, hierarchy = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    outlines = [index for index, row in enumerate(hierarchy[0]) if row[3] < 0]
    longest = max(outlines, key=lambda index: max(cv2.boundingRect(contours[index])[2:]))
    holes = [index for index, row in enumerate(hierarchy[0]) if row[3] == longest]
    return [contours[index] for index in (longest, *holes)]


def found_in(mask, weak=None):
    """What is found in the part of a picture that its longest component takes."""
    weak = mask if weak is None else weak
    frame = frame_of(weak)
    x, y, width, height = cv2.boundingRect(frame[0])
    here = np.s_[y : y + height, x : x + width]
    return here, remove_lines(
        mask[here], weak[here], [contour - (x, y) for contour in frame], LONGER
    )


def freed(mask, weak=None):
    """The picture without the lines of its longest component."""
    here, found = found_in(mask, weak)
    assert found is not None
    rest = mask.copy()
    rest[here] = found[0]
    return rest


def aslant(degrees, *starts, size=(240, 400)):
    """Draw lines 2 pixels wide from edge to edge, falling by so many degrees."""
    mask = np.zeros(size, np.uint8)
    for column in range(size[1]):
        for start in starts:
            row = start + round(np.tan(np.deg2rad(degrees)) * column)
            mask[max(row, 0) : max(row + 2, 0), column] = 255
    return mask


def test_a_ruled_line_goes_and_the_digit_on_it_stays(sheet):
    """A stroke that crosses the line keeps its ink at the crossing."""
    stroke = sheet((200, 60, 8, 80), size=(200, 400))
    mask = sheet((0, 100, 400, 2), (200, 60, 8, 80), size=(200, 400))

    assert np.array_equal(freed(mask), stroke)


@pytest.mark.parametrize("width", [4, 6, 9])
def test_a_broad_line_cuts_no_stroke(sheet, width):
    """However broad the line, a stroke across it is whole afterwards."""
    stroke = sheet((200, 60, 12, 80), size=(200, 400))
    mask = np.maximum(sheet((0, 96, 400, width), size=(200, 400)), stroke)

    assert np.array_equal(freed(mask), stroke)


def test_the_lines_are_told(sheet):
    """The second mask is what was printed: all of the line, and of the digit hardly more."""
    line = sheet((0, 100, 400, 2), size=(200, 400))
    mask = sheet((0, 100, 400, 2), (200, 60, 8, 80), size=(200, 400))

    here, (_, lines) = found_in(mask)

    assert (lines[line[here] > 0] == 255).all()
    assert not lines[:36].any()
    assert not lines[46:].any()


@pytest.mark.parametrize("degrees", [-10, -3, 3, 10])
def test_a_line_aslant_goes(sheet, degrees):
    """A hand-held camera is never level: the line goes, the stroke across it stays."""
    line = aslant(degrees, 100 - round(np.tan(np.deg2rad(degrees)) * 200))
    stroke = sheet((196, 60, 8, 80), size=(240, 400))

    left = freed(np.maximum(line, stroke))

    assert np.array_equal(left, stroke)


def tilted_grid(degrees, cells=5, pitch=60, size=(440, 440)):
    """Draw a square grid turned about the middle of its picture."""
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
def test_a_tilted_grid_goes_with_both_its_directions(sheet, degrees):
    """What is written in a cell, touching no line, is left as it was."""
    written = sheet((214, 208, 12, 24), size=(440, 440))

    left = freed(np.maximum(tilted_grid(degrees), written))

    assert np.array_equal(left, written)


def test_gaps_in_the_ink_are_no_gaps_in_a_line(sheet):
    """Faint print comes in pieces; with fainter ink the line is whole, and all pieces go."""
    stroke = sheet((200, 60, 8, 80), size=(200, 400))
    weak = sheet((0, 100, 400, 2), (200, 60, 8, 80), size=(200, 400))
    mask = weak.copy()
    mask[100:102, np.r_[0:200:12, 210:400:12][:, None] + np.arange(5)] = 0

    assert np.array_equal(freed(mask, weak), stroke)


def test_slivers_along_a_line_go(sheet):
    """A line's rough edge stands out from it here and there, and is no ink of its own."""
    line, stroke = (0, 100, 400, 3), (200, 60, 8, 80)
    rough = [(x, 97, 9, 3) for x in (30, 90, 130, 300)] + [(x, 103, 14, 2) for x in (60, 330)]

    left = freed(sheet(line, stroke, *rough, size=(200, 400)))

    assert np.array_equal(left, sheet(stroke, size=(200, 400)))


@pytest.mark.parametrize("pen", [6, 8, 14])
def test_the_stem_of_a_large_one_stays(sheet, pen):
    """A digit half as high as the picture is long, but thick for its length."""
    mask = sheet((200, 20, pen, 110), size=(240, 400))

    assert found_in(mask)[1] is None


@pytest.mark.parametrize("pen", [4, 5, 8])
def test_a_large_digit_of_straight_strokes_stays(sheet, pen):
    """A seven as high as a third of the picture has no printed line, however fine the pen."""
    mask = sheet((150, 60, 90, pen), (240 - pen, 60, pen, 130), size=(240, 400))

    assert found_in(mask)[1] is None


def test_a_form_s_box_goes_and_the_digit_through_its_border_stays(sheet):
    """The stem of a nine that leaves its box below is whole."""
    box = [(100, 50, 62, 2), (100, 128, 62, 2), (100, 50, 2, 80), (160, 50, 2, 80)]
    nine = [(120, 66, 6, 30), (120, 66, 24, 6), (120, 90, 24, 6), (138, 66, 6, 76)]

    left = freed(sheet(*box, *nine, size=(240, 400)))

    assert np.array_equal(left, sheet(*nine, size=(240, 400)))


def test_a_round_stroke_is_no_line():
    """The answer to a large 0 is that there is nothing to take out."""
    mask = np.zeros((200, 400), np.uint8)
    cv2.ellipse(mask, (200, 100), (50, 80), 0, 0, 360, 255, 6)

    assert found_in(mask)[1] is None


def test_the_given_mask_is_left_as_it_was(sheet):
    """Stages return new arrays."""
    mask = sheet((0, 100, 400, 2), (200, 60, 8, 80), size=(200, 400))
    before = mask.copy()

    freed(mask)

    assert np.array_equal(mask, before)
