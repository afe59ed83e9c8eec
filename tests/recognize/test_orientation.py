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
    """Predict "a" surely if most ink is in the top half, else "none"."""
    top = glyphs[:, :14].sum(axis=(1, 2)) > glyphs[:, 14:].sum(axis=(1, 2))
    return np.where(top[:, None], np.float32([9, 0]), np.float32([0, 9]))


def rotation_of(glyphs):
    """Return the rotation that is found for a page of these glyphs."""
    first = predict(glyphs, top_heavy, LABELS)
    return find_rotation(glyphs, first, Classifier(top_heavy, LABELS))


@pytest.mark.parametrize(("quarter_turns", "rotation"), [(0, 0), (1, 90), (2, 180), (3, 270)])
def test_the_rotation_of_a_page_is_found(quarter_turns, rotation):
    """The rotation brings the page upright, in degrees clockwise."""
    page = blank(8)
    page[:, 2:8, 10:18] = 255

    rotated = np.rot90(page, quarter_turns, axes=(1, 2))  # counter-clockwise

    assert rotation_of(rotated) == rotation


def test_one_glyph_does_not_rotate_a_page():
    """One glyph does not distinguish a rotated 6 from a 9."""
    rotated = blank(1)
    rotated[:, 20:26, 10:18] = 255

    assert rotation_of(rotated) == 0


@pytest.mark.parametrize("odd", [0, 1])
def test_of_three_glyphs_all_have_to_be_rotated(odd):
    """A page with few digits is rotated only if all of them are rotated."""
    rotated = blank(3)
    rotated[:, 20:26, 10:18] = 255
    rotated[:odd] = rotated[:odd, ::-1]

    assert rotation_of(rotated) == (0 if odd else 180)


def test_bare_strokes_do_not_rotate_a_page():
    """Every printed line is a 1 if it is vertical."""
    rotated = blank(20)
    rotated[:, 22:24, 4:24] = 255

    assert rotation_of(rotated) == 0


def test_an_empty_page_costs_nothing():
    """Without glyphs the scorer is not called; rotation and skew are 0."""

    def not_called(_):
        raise AssertionError("the scorer was called")

    nothing = predict(blank(0), not_called, LABELS)

    assert find_rotation(blank(0), nothing, Classifier(not_called, LABELS)) == 0
    assert find_skew(blank(0), nothing, Classifier(not_called, LABELS)) == 0


def test_letters_like_digits_upside_down_do_not_rotate_a_page():
    """As many upright digits keep the page as it is."""
    page = blank(40)
    page[:12, 2:8, 10:18] = 255
    page[12:24, 20:26, 10:18] = 255
    page[24:, 8:20, 8:20] = 255

    assert rotation_of(page) == 0


def test_a_few_digits_among_cables_do_not_rotate_a_page():
    """An image with hardly any digit in any orientation is not rotated."""
    page = blank(60)
    page[:5, 20:26, 10:18] = 255
    page[5:, 8:20, 8:20] = 255

    assert rotation_of(page) == 0


def counted(glyphs):
    """Return the rotation that is found and the number of glyphs scored for it."""
    scored = []

    def counting(batch):
        scored.append(len(batch))
        return top_heavy(batch)

    first = predict(glyphs, top_heavy, LABELS)
    return find_rotation(glyphs, first, Classifier(counting, LABELS)), sum(scored)


def test_an_upright_page_costs_nothing():
    """If most glyphs are sure, no other orientation is tried."""
    page = blank(8)
    page[:, 2:8, 10:18] = 255

    assert counted(page) == (0, 0)


def test_a_sample_is_enough():
    """The rotation of thousands of glyphs is found from a sample."""
    rotated = blank(2000)
    rotated[:, 20:26, 10:18] = 255

    rotation, scored = counted(rotated)

    assert rotation == 180
    assert scored <= 4 * (DEFAULT.first_sample + DEFAULT.sample)


def test_cloth_costs_a_small_sample():
    """If no orientation gains on the first sample, no more glyphs are scored."""
    cloth = blank(2000)
    cloth[:, 8:20, 8:20] = 255

    rotation, scored = counted(cloth)

    assert rotation == 0
    assert scored <= 4 * DEFAULT.first_sample


def hook():
    """Draw an L with a long stem, which differs from itself at any other angle."""
    glyph = blank(1)[0]
    glyph[4:24, 8:12] = glyph[20:24, 8:20] = 255
    return glyph


def straight_hook(glyphs):
    """Predict "a" surely for a straight hook, else "none"."""
    shape = hook() > 0
    ink = glyphs > 100
    alike = (ink & shape).sum(axis=(1, 2)) / (ink | shape).sum(axis=(1, 2))
    return np.where((alike > 0.75)[:, None], np.float32([9, 0]), np.float32([0, 9]))


def skewed(count, degrees):
    """Draw hooks rotated counter-clockwise by `degrees`, the first one straight."""
    matrix = cv2.getRotationMatrix2D((13.5, 13.5), degrees, 1.0)
    return np.stack([hook(), *[cv2.warpAffine(hook(), matrix, (28, 28))] * (count - 1)])


def skew_of(glyphs):
    return find_skew(
        glyphs, predict(glyphs, straight_hook, LABELS), Classifier(straight_hook, LABELS)
    )


@pytest.mark.parametrize("degrees", [-30, -15, 0, 15, 30])
def test_the_skew_of_a_page_is_found(degrees):
    """The skew straightens the page, in degrees clockwise."""
    assert skew_of(skewed(8, degrees)) == degrees


def test_a_form_of_mostly_letters_is_not_skewed():
    """Ten slanted digits among thirty letters are slanted writing, not a skewed page."""
    letters = blank(30)
    letters[:, 8:20, 8:20] = 255

    assert skew_of(np.concatenate([skewed(10, 15), letters])) == 0


def test_without_straight_digits_no_skew_is_found():
    """On a page of digits batch are accepted before deskewing; cables and leaves have none."""
    assert skew_of(skewed(12, 15)[1:]) == 0


def eight_if_large(glyphs):
    """Predict an 8 for large ink in the top half, a 2 for small, else "none"."""
    top = glyphs[:, :14].sum(axis=(1, 2)) > glyphs[:, 14:].sum(axis=(1, 2))
    large = (glyphs > 0).sum(axis=(1, 2)) > 80
    answers = np.float32([[0, 0, 9], [9, 0, 0], [0, 9, 0]])  # none, 8, 2
    return answers[np.where(top, np.where(large, 1, 2), 0)]


@pytest.mark.parametrize(("twos", "rotation"), [(0, 90), (2, 0)])
def test_eights_do_not_rotate_a_page_with_upright_twos(twos, rotation):
    """Touching digits can be a rotated 8; a 2 is a 2 in one orientation only."""
    page = blank(10)
    page[:, 8:20, 2:12] = 255
    page[:twos] = 0
    page[:twos, 2:8, 10:18] = 255
    output_spec = OutputSpec(("8", "2", "none"))

    scored = predict(page, eight_if_large, output_spec)

    assert find_rotation(page, scored, Classifier(eight_if_large, output_spec)) == rotation
