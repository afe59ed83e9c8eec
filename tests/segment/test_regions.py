import numpy as np
import pytest
from support.printed import SIX, rectangle

from camdigits.image import cv2
from camdigits.segment.find_rules import find_components
from camdigits.segment.ink import find_ink
from camdigits.segment.regions import RegionConfig, digit_sized, find_regions
from camdigits.values import Box, Ink


def inked(mask):
    """Make ink of uniform contrast from a mask."""
    return Ink(mask, (mask // 2).astype(np.uint8), np.full_like(mask, 20), False)


def boxes(mask, **limits):
    return [region.box for region in find_regions(inked(mask), RegionConfig(**limits))]


def test_regions_are_ordered_from_left_to_right(sheet):
    """Each component becomes one region with exact bounds."""
    mask = sheet((50, 5, 5, 25), (20, 10, 5, 25))

    assert boxes(mask) == [Box(20, 10, 5, 25), Box(50, 5, 5, 25)]


def test_dust_is_dropped(sheet):
    """Components smaller than min_side_px are neither regions nor joined to distant ones."""
    assert boxes(sheet((20, 20, 3, 3), (80, 60, 5, 5))) == []


def test_a_detached_bar_joins_its_five(sheet):
    """A short stroke close to a longer one is joined to it."""
    mask = sheet((40, 30, 6, 40), (48, 30, 16, 5))

    assert boxes(mask) == [Box(40, 30, 24, 40)]


def test_two_ones_side_by_side_stay_two(sheet):
    """Strokes of equal length are separate digits at any distance."""
    assert len(boxes(sheet((40, 30, 4, 40), (47, 30, 4, 40)))) == 2


def test_digits_inside_a_border_are_found(sheet):
    """The border of a table neither contains nor joins its digits."""
    border = [(5, 5, 150, 2), (5, 113, 150, 2), (5, 5, 2, 110), (153, 5, 2, 110)]

    found = boxes(sheet(*border, (60, 40, 5, 30), (90, 40, 5, 30)))

    assert Box(60, 40, 5, 30) in found
    assert Box(90, 40, 5, 30) in found


def test_a_region_holds_its_own_ink_only(sheet):
    """Ink of other components in its box is 0; holes stay 0."""
    ring = sheet((20, 20, 60, 60))
    ring[30:70, 30:70] = 0
    ring[40:60, 46:54] = 255  # a separate component, too long for a stroke

    by_box = {
        region.box: region.ink
        for region in find_regions(inked(ring), RegionConfig(max_join_gap=0))
    }
    outer = by_box[Box(20, 20, 60, 60)]

    assert outer[0, 0] == 255
    assert not outer[12:48, 12:48].any()
    assert (by_box[Box(46, 40, 8, 20)] == 255).all()


def test_small_components_are_limited_in_number(sheet):
    """Beyond max_regions only components large enough for a digit are kept."""
    bars = [(x, 10, 10, 20) for x in range(5, 150, 20)]
    small = [(x, 60, 3, 3) for x in range(5, 150, 20)]
    ink = inked(sheet(*bars, *small))

    components = find_components(ink)
    few = digit_sized(components, ink.mask.shape, RegionConfig(max_regions=3))

    assert len(digit_sized(components, ink.mask.shape).boxes) == 16
    assert len(few.boxes) == 8


def test_pale_and_strong_strokes_are_stretched_alike(sheet):
    """Pencil and pen both reach 255."""
    pen = find_regions(find_ink(sheet((60, 30, 6, 60), ink=20, paper=220)))
    pencil = find_regions(find_ink(sheet((60, 30, 6, 60), ink=150, paper=220)))

    assert pen[0].box == pencil[0].box == Box(60, 30, 6, 60)
    assert pen[0].ink.max() == pencil[0].ink.max() == 255


def test_an_empty_mask_has_no_regions():
    """An image without contours gives an empty tuple."""
    assert find_regions(inked(np.zeros((50, 50), np.uint8))) == ()


def test_components_among_specks_are_texture(sheet):
    """A stroke on clean paper is a region; one among many specks, as on stone, is not."""
    specks = [(x, y, 2, 2) for x in range(200, 312, 8) for y in range(4, 116, 8)]

    found = boxes(
        sheet((40, 30, 5, 40), (250, 41, 5, 40), *specks, size=(120, 320)), max_join_gap=0
    )

    assert found == [Box(40, 30, 5, 40)]


def test_the_sides_of_table_cells_are_removed(sheet):
    """A stroke that connects two printed lines is removed with them."""
    lines = [(5, 20, 310, 2), (5, 90, 310, 2), *((x, 20, 3, 70) for x in range(5, 320, 60))]

    found = boxes(sheet(*lines, (30, 35, 6, 40), (90, 40, 6, 35), size=(120, 320)))

    assert found == [Box(30, 35, 6, 40), Box(90, 40, 6, 35)]


def test_parts_of_a_broken_line_are_removed(sheet):
    """Strokes end to end are a line, such as a sheet's edge; ones side by side are digits."""
    edge = [(200, 10, 7, 38), (201, 50, 7, 30), (202, 82, 7, 34)]

    found = boxes(sheet((40, 30, 5, 40), (52, 30, 5, 40), *edge, size=(130, 240)))

    assert found == [Box(40, 30, 5, 40), Box(52, 30, 5, 40)]


@pytest.mark.parametrize(("count", "left"), [(9, 0), (5, 5)])
def test_a_long_chain_of_dashes_is_removed(sheet, count, left):
    """A dashed rule; fewer strokes below each other may be a column of ones."""
    dashes = [(200, 10 + 33 * row, 8, 20) for row in range(count)]

    assert len(boxes(sheet(*dashes, size=(330, 240)))) == left


def test_a_form_box_is_removed(sheet):
    """The digit in a form box is found without the box."""
    mask = sheet(*rectangle(100, 45, 54, 70), *SIX, size=(300, 800))

    assert boxes(mask) == [Box(116, 60, 22, 40)]


def test_adjoining_form_boxes_are_removed(sheet):
    """Boxes share sides, and a digit that crosses one is kept whole."""
    row = [bar for x in range(100, 310, 52) for bar in rectangle(x, 45, 54, 70)]
    through = (170, 60, 6, 70)

    found = boxes(sheet(*row, *SIX, through, size=(300, 800)))

    assert found == [Box(116, 60, 22, 40), Box(170, 60, 6, 70)]


def test_a_zero_around_a_dot_is_kept():
    """A round hole is not that of a form box."""
    mask = np.zeros((300, 800), np.uint8)
    cv2.ellipse(mask, (200, 150), (25, 38), 0, 0, 360, 255, 4)
    mask[138:162, 196:204] = 255

    assert boxes(mask, max_join_gap=0)[0] == Box(*cv2.boundingRect(mask))


def test_an_empty_box_is_kept(sheet):
    """An empty box may be an angular 0; the classifier decides."""
    mask = sheet(*rectangle(100, 45, 54, 70, pen=4), size=(300, 800))

    assert boxes(mask) == [Box(100, 45, 54, 70)]


@pytest.mark.parametrize("pen", [5, 8])
def test_a_large_digit_keeps_its_strokes(sheet, pen):
    """The straight strokes of a 7 larger than a quarter of the image are not rules."""
    mask = sheet((50, 30, 50, pen), (100 - pen, 30, pen, 70))

    assert boxes(mask) == [Box(50, 30, 50, 70)]


def test_low_dashes_are_not_regions(sheet):
    """The grain of wood is lower than any digit; a higher stroke of the same length stays."""
    mask = sheet((20, 20, 40, 5), (20, 60, 40, 20), size=(200, 200))

    assert boxes(mask) == [Box(20, 60, 40, 20)]


def test_strokes_do_not_join_a_wide_number_that_is_farther_than_a_digit_s_gap(sheet):
    """The reach of joined digits is that of one digit, not of their whole width."""
    mask = sheet((20, 40, 200, 40), (20, 14, 30, 12), size=(200, 300))

    assert boxes(mask) == [Box(20, 14, 30, 12), Box(20, 40, 200, 40)]
