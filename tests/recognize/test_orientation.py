import numpy as np
import pytest

from camdigits.image import cv2
from camdigits.recognize.classify import OutputSpec, opinions
from camdigits.recognize.orientation import (
    FIRST_SAMPLE,
    ROTATIONS,
    TILTS,
    TURN_SAMPLE,
    Pose,
    tilt,
    way_up,
)
from camdigits.values import Box

LABELS = OutputSpec(("a", "none"))


def blank(count):
    return np.zeros((count, 28, 28), np.uint8)


def box_of(picture):
    return Box(*cv2.boundingRect(np.asarray(picture > 127, np.uint8)))


def top_heavy(glyphs):
    """Sure of "a" where the ink is in the top half, of "none" elsewhere."""
    top = glyphs[:, :14].sum(axis=(1, 2)) > glyphs[:, 14:].sum(axis=(1, 2))
    return np.where(top[:, None], np.float32([9, 0]), np.float32([0, 9]))


def turn_of(glyphs):
    """The rotation that is found for a page of these glyphs."""
    return way_up(glyphs, opinions(glyphs, top_heavy, LABELS), top_heavy, LABELS)


@pytest.mark.parametrize("rotation", ROTATIONS)
@pytest.mark.parametrize("size", [(31, 17), (30, 17), (17, 30)])
def test_a_box_comes_back_from_a_quarter_turn_exactly(rotation, size):
    """Width and height may be odd: the box is that of the very pixels."""
    picture = np.zeros(size[::-1], np.uint8)
    picture[3:9, 5:7] = 255
    pose = Pose(size, rotation)

    turned = pose.turned(picture)

    assert pose.back(box_of(turned)) == Box(5, 3, 2, 6)
    assert np.array_equal(pose.turned_back(turned), picture)


def test_a_page_on_its_side_is_turned_clockwise():
    """What was on the left comes to the top."""
    picture = np.array([[1, 0, 0], [1, 0, 0]], np.uint8)

    assert Pose((3, 2), 90).turned(picture).tolist() == [[1, 1], [0, 0], [0, 0]]


@pytest.mark.parametrize("slant", [degrees for degrees in TILTS if degrees])
@pytest.mark.parametrize("rotation", ROTATIONS)
@pytest.mark.parametrize("place", [(40, 30), (170, 30), (100, 90)])
def test_a_box_comes_back_from_a_tilt(slant, rotation, place):
    """Within two pixels, for something round; a tilt may come on top of a quarter turn."""
    picture = np.zeros((131, 201), np.uint8)
    cv2.circle(picture, place, 15, 255, -1)
    pose = Pose((201, 131), rotation, slant)

    back = pose.back(box_of(pose.turned(picture)))

    assert np.abs(np.array(back) - box_of(picture)).max() <= 2


@pytest.mark.parametrize("slant", [degrees for degrees in TILTS if degrees])
def test_a_tilted_mask_comes_back(slant):
    """It has the picture's size, and its ink where it was."""
    picture = np.zeros((131, 201), np.uint8)
    picture[30:90, 60:80] = 255
    pose = Pose((201, 131), 90, slant)

    back = pose.turned_back(pose.turned(picture))

    assert back.shape == picture.shape
    assert np.count_nonzero((back > 127) != (picture > 127)) < 0.1 * np.count_nonzero(picture)


def test_a_tilted_picture_keeps_its_corners():
    """It grows, and what is new around it is as bright as its edge: black would be ink."""
    picture = np.full((100, 200), 180, np.uint8)
    picture[:12, :12] = picture[-12:, -12:] = 250

    turned = Pose((200, 100), 0, 30).turned(picture)

    assert turned.shape == (187, 223)
    assert turned.min() >= 179
    assert np.count_nonzero(turned > 245) >= 2 * 12 * 12


def test_a_tilt_is_clockwise():
    """A line that climbs to the right by 30 degrees lies level afterwards."""
    picture = np.zeros((201, 201), np.uint8)
    cv2.line(picture, (100 - 69, 100 + 40), (100 + 69, 100 - 40), 255, 3)

    box = box_of(Pose((201, 201), 0, 30).turned(picture))

    assert box.width > 150
    assert box.height < 12


def test_no_box_leaves_the_picture():
    """A box in a corner that only the tilted page has is cut to the picture."""
    pose = Pose((200, 100), 0, 30)

    back = pose.back(Box(0, 0, 20, 20))

    assert back.x >= 0
    assert back.y >= 0
    assert back.right <= 200
    assert back.bottom <= 100


@pytest.mark.parametrize(("quarter_turns", "rotation"), [(0, 0), (1, 90), (2, 180), (3, 270)])
def test_it_is_found_out_how_a_page_lies(quarter_turns, rotation):
    """The rotation is what brings the page upright, clockwise."""
    page = blank(8)
    page[:, 2:8, 10:18] = 255

    lying = np.rot90(page, quarter_turns, axes=(1, 2))  # counter-clockwise

    assert turn_of(lying) == rotation


def test_one_glyph_does_not_turn_a_page():
    """Too few to tell a 6 on its head from a 9; it stays as it is."""
    lying = blank(1)
    lying[:, 20:26, 10:18] = 255

    assert turn_of(lying) == 0


@pytest.mark.parametrize("odd", [0, 1])
def test_of_three_glyphs_all_have_to_turn(odd):
    """A page with few digits is turned when every one of them says so."""
    lying = blank(3)
    lying[:, 20:26, 10:18] = 255
    lying[:odd] = lying[:odd, ::-1]

    assert turn_of(lying) == (0 if odd else 180)


def test_bare_strokes_do_not_turn_a_page():
    """Every printed line is a 1 when it stands upright."""
    lying = blank(20)
    lying[:, 22:24, 4:24] = 255

    assert turn_of(lying) == 0


def test_an_empty_page_asks_nobody():
    """No glyphs, no turn, no tilt."""

    def never(_):
        raise AssertionError("the scorer was called")

    nothing = opinions(blank(0), never, LABELS)

    assert way_up(blank(0), nothing, never, LABELS) == 0
    assert tilt(blank(0), nothing, never, LABELS) == 0


def test_letters_that_look_like_digits_on_their_head_do_not_turn_a_page():
    """They do not outweigh digits that stand upright."""
    page = blank(40)
    page[:12, 2:8, 10:18] = 255
    page[12:24, 20:26, 10:18] = 255
    page[24:, 8:20, 8:20] = 255

    assert turn_of(page) == 0


def test_a_few_digits_among_cables_do_not_turn_a_page():
    """Where hardly anything is a digit either way up, the picture stays as it is."""
    page = blank(60)
    page[:5, 20:26, 10:18] = 255
    page[5:, 8:20, 8:20] = 255

    assert turn_of(page) == 0


def counted(glyphs):
    """The rotation that is found, and how many glyphs the scorer was asked about for it."""
    asked = []

    def counting(some):
        asked.append(len(some))
        return top_heavy(some)

    first = opinions(glyphs, top_heavy, LABELS)
    return way_up(glyphs, first, counting, LABELS), sum(asked)


def test_a_page_that_reads_well_costs_no_second_look():
    """Where most glyphs are surely digits, the other ways up are not asked about."""
    page = blank(8)
    page[:, 2:8, 10:18] = 255

    assert counted(page) == (0, 0)


def test_a_sample_tells():
    """A page of thousands of glyphs is turned by the answer about a few of them."""
    lying = blank(2000)
    lying[:, 20:26, 10:18] = 255

    rotation, asked = counted(lying)

    assert rotation == 180
    assert asked <= 4 * (FIRST_SAMPLE + TURN_SAMPLE)


def test_cloth_costs_a_small_sample():
    """What reads no better any way up is not asked about further."""
    cloth = blank(2000)
    cloth[:, 8:20, 8:20] = 255

    rotation, asked = counted(cloth)

    assert rotation == 0
    assert asked <= 4 * FIRST_SAMPLE


def hook():
    """A shape that looks like itself only when it stands straight: an L with a long stem."""
    glyph = blank(1)[0]
    glyph[4:24, 8:12] = glyph[20:24, 8:20] = 255
    return glyph


def straight_hook(glyphs):
    """Sure of "a" where a glyph has all corners of a straight hook, of "none" elsewhere."""
    shape = hook() > 0
    ink = glyphs > 100
    alike = (ink & shape).sum(axis=(1, 2)) / (ink | shape).sum(axis=(1, 2))
    return np.where((alike > 0.75)[:, None], np.float32([9, 0]), np.float32([0, 9]))


def aslant(count, degrees):
    """Hooks on a page that was turned counter-clockwise by so much; one stands straight."""
    matrix = cv2.getRotationMatrix2D((13.5, 13.5), degrees, 1.0)
    return np.stack([hook(), *[cv2.warpAffine(hook(), matrix, (28, 28))] * (count - 1)])


def tilt_of(glyphs):
    return tilt(glyphs, opinions(glyphs, straight_hook, LABELS), straight_hook, LABELS)


@pytest.mark.parametrize("degrees", [-30, -15, 0, 15, 30])
def test_it_is_found_out_how_a_page_is_held(degrees):
    """The tilt is what straightens the page, clockwise."""
    assert tilt_of(aslant(8, degrees)) == degrees


def test_a_form_of_mostly_letters_is_not_tilted():
    """Ten slanting digits among thirty letters are a hand, not a page held aslant."""
    letters = blank(30)
    letters[:, 8:20, 8:20] = 255

    assert tilt_of(np.concatenate([aslant(10, 15), letters])) == 0


def test_where_nothing_stands_straight_nothing_is_tilted():
    """Some digits are read on any page that is one; cables and leaves have none."""
    assert tilt_of(aslant(12, 15)[1:]) == 0


def eight_if_large(glyphs):
    """Ink in the top half is an 8 where it is large, else a 2; elsewhere it is nothing."""
    top = glyphs[:, :14].sum(axis=(1, 2)) > glyphs[:, 14:].sum(axis=(1, 2))
    large = (glyphs > 0).sum(axis=(1, 2)) > 80
    answers = np.float32([[0, 0, 9], [9, 0, 0], [0, 9, 0]])  # none, 8, 2
    return answers[np.where(top, np.where(large, 1, 2), 0)]


@pytest.mark.parametrize(("twos", "rotation"), [(0, 90), (2, 0)])
def test_eights_do_not_turn_a_page_that_has_twos_as_it_is(twos, rotation):
    """Two digits that touch are an 8 on their side; a 2 stands upright only one way."""
    page = blank(10)
    page[:, 8:20, 2:12] = 255
    page[:twos] = 0
    page[:twos, 2:8, 10:18] = 255
    output_spec = OutputSpec(("8", "2", "none"))

    asked = opinions(page, eight_if_large, output_spec)

    assert way_up(page, asked, eight_if_large, output_spec) == rotation
