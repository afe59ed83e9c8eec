import numpy as np
import pytest

from camdigits.image import cv2
from camdigits.recognize.classify import Classifier, OutputSpec, predict
from camdigits.recognize.orientation import (
    DEFAULT,
    find_rotation,
    find_skew,
)

LABELS = OutputSpec(("a", "none"))


def blank(count):
    return np.zeros((count, 28, 28), np.uint8)


def top_heavy(glyphs):
    """Sure of "a" where the ink is in the top half, of "none" elsewhere."""
    top = glyphs[:, :14].sum(axis=(1, 2)) > glyphs[:, 14:].sum(axis=(1, 2))
    return np.where(top[:, None], np.float32([9, 0]), np.float32([0, 9]))


def rotation_of(glyphs):
    """The rotation that is found for a page of these glyphs."""
    first = predict(glyphs, top_heavy, LABELS)
    return find_rotation(glyphs, first, Classifier(top_heavy, LABELS))


@pytest.mark.parametrize(("quarter_turns", "rotation"), [(0, 0), (1, 90), (2, 180), (3, 270)])
def test_it_is_found_out_how_a_page_lies(quarter_turns, rotation):
    """The rotation is what brings the page upright, clockwise."""
    page = blank(8)
    page[:, 2:8, 10:18] = 255

    lying = np.rot90(page, quarter_turns, axes=(1, 2))  # counter-clockwise

    assert rotation_of(lying) == rotation


def test_one_glyph_does_not_turn_a_page():
    """Too few to tell a 6 on its head from a 9; it stays as it is."""
    lying = blank(1)
    lying[:, 20:26, 10:18] = 255

    assert rotation_of(lying) == 0


@pytest.mark.parametrize("odd", [0, 1])
def test_of_three_glyphs_all_have_to_turn(odd):
    """A page with few digits is turned when every one of them says so."""
    lying = blank(3)
    lying[:, 20:26, 10:18] = 255
    lying[:odd] = lying[:odd, ::-1]

    assert rotation_of(lying) == (0 if odd else 180)


def test_bare_strokes_do_not_turn_a_page():
    """Every printed line is a 1 when it stands upright."""
    lying = blank(20)
    lying[:, 22:24, 4:24] = 255

    assert rotation_of(lying) == 0


def test_an_empty_page_asks_nobody():
    """No glyphs, no turn, no skew."""

    def not_called(_):
        raise AssertionError("the scorer was called")

    nothing = predict(blank(0), not_called, LABELS)

    assert find_rotation(blank(0), nothing, Classifier(not_called, LABELS)) == 0
    assert find_skew(blank(0), nothing, Classifier(not_called, LABELS)) == 0


def test_letters_that_look_like_digits_on_their_head_do_not_turn_a_page():
    """They do not outweigh digits that stand upright."""
    page = blank(40)
    page[:12, 2:8, 10:18] = 255
    page[12:24, 20:26, 10:18] = 255
    page[24:, 8:20, 8:20] = 255

    assert rotation_of(page) == 0


def test_a_few_digits_among_cables_do_not_turn_a_page():
    """Where hardly anything is a digit either way up, the picture stays as it is."""
    page = blank(60)
    page[:5, 20:26, 10:18] = 255
    page[5:, 8:20, 8:20] = 255

    assert rotation_of(page) == 0


def counted(glyphs):
    """The rotation that is found, and how many glyphs the scorer was asked about for it."""
    asked = []

    def counting(some):
        asked.append(len(some))
        return top_heavy(some)

    first = predict(glyphs, top_heavy, LABELS)
    return find_rotation(glyphs, first, Classifier(counting, LABELS)), sum(asked)


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
    assert asked <= 4 * (DEFAULT.first_sample + DEFAULT.sample)


def test_cloth_costs_a_small_sample():
    """What reads no better any way up is not asked about further."""
    cloth = blank(2000)
    cloth[:, 8:20, 8:20] = 255

    rotation, asked = counted(cloth)

    assert rotation == 0
    assert asked <= 4 * DEFAULT.first_sample


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


def skew_of(glyphs):
    return find_skew(
        glyphs, predict(glyphs, straight_hook, LABELS), Classifier(straight_hook, LABELS)
    )


@pytest.mark.parametrize("degrees", [-30, -15, 0, 15, 30])
def test_it_is_found_out_how_a_page_is_held(degrees):
    """The skew is what straightens the page, clockwise."""
    assert skew_of(aslant(8, degrees)) == degrees


def test_a_form_of_mostly_letters_is_not_skewed():
    """Ten slanting digits among thirty letters are a hand, not a page held aslant."""
    letters = blank(30)
    letters[:, 8:20, 8:20] = 255

    assert skew_of(np.concatenate([aslant(10, 15), letters])) == 0


def test_where_nothing_stands_straight_nothing_is_skewed():
    """Some digits are read on any page that is one; cables and leaves have none."""
    assert skew_of(aslant(12, 15)[1:]) == 0


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

    asked = predict(page, eight_if_large, output_spec)

    assert find_rotation(page, asked, Classifier(eight_if_large, output_spec)) == rotation
