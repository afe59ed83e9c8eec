import numpy as np
import pytest

from camdigits.values import Box
from train.data.alphabets import DIGIT_NONE
from train.simulate.camera import film
from train.simulate.cut import cut
from train.simulate.scenes import UNSURE, Scene, SceneConfig, SceneMark, write_page
from train.simulate.writers import (
    LONG_STEMS,
    STEMS,
    _lengthen,
    bitmap_writer,
    printed_writer,
    stroke_writer,
)


@pytest.fixture
def ones():
    """Return a writer of vertical strokes."""
    image = np.zeros((28, 28), np.uint8)
    image[4:24, 12:16] = 255
    return bitmap_writer("ones", image[None], np.array([1], np.uint8))


def ring(x, y, width, height):
    """Return four strokes around a box."""
    return [
        (x, y, width, 4),
        (x, y + height - 4, width, 4),
        (x, y, 4, height),
        (x + width - 4, y, 4, height),
    ]


def test_a_scene_is_the_same_for_the_same_seed(ones):
    """Every choice comes from the generator."""
    config = SceneConfig(size_px=(320, 240))

    def make():
        rng = np.random.default_rng(5)
        return film(*write_page([ones], [], rng, config), rng, config)

    assert np.array_equal(make().gray, make().gray)
    assert make().marks == make().marks


def test_marks_lie_where_the_ink_is(ones):
    """Each hull on the page encloses its ink to the edges."""
    ink, marks = write_page(
        [ones], [], np.random.default_rng(2), SceneConfig(size_px=(320, 240), touching_share=0.0)
    )

    assert marks
    for mark in marks:
        (left, top), (right, bottom) = mark.hull.min(axis=(0, 1)), mark.hull.max(axis=(0, 1))
        part = ink[int(top) : int(bottom), int(left) : int(right)]
        assert part.max() > 0.5
        assert part.any(axis=1)[[0, -1]].all()
        assert part.any(axis=0)[[0, -1]].all()


def test_filmed_digits_are_cut_and_labelled(ones):
    """Most of what was written comes back as crops with its label."""
    rng = np.random.default_rng(3)
    config = SceneConfig(
        size_px=(480, 360), heights_px=(24, 60), ruled_share=0.0, touching_share=0.0
    )
    scenes = [film(*write_page([ones], [], rng, config), rng, config) for _ in range(5)]

    labels = np.concatenate([cut(scene)[1] for scene in scenes])

    written = sum(len(scene.marks) for scene in scenes)
    assert (labels == 1).sum() >= 0.85 * written


def test_merged_digits_and_stains_are_none(sheet):
    """A lone vertical stroke is left out: it could be a 1."""
    strokes = [(20, 20, 5, 40), *ring(60, 20, 30, 40), *ring(100, 20, 25, 40), (140, 20, 5, 40)]
    page = sheet(*strokes, ink=30, paper=220)
    marks = (
        SceneMark(1, Box(20, 20, 5, 40)),
        SceneMark(8, Box(60, 20, 14, 40)),
        SceneMark(8, Box(76, 20, 14, 40)),
    )

    _, labels = cut(Scene(page, marks))

    assert labels.tolist() == [1, DIGIT_NONE, DIGIT_NONE]


def test_regions_that_meet_an_unsure_mark_are_left_out(sheet):
    """Their label is unknown."""
    page = sheet(*ring(20, 20, 20, 40), (0, 20, 5, 40), ink=30, paper=220)
    marks = (SceneMark(7, Box(20, 20, 20, 40)), SceneMark(UNSURE, Box(-10, 20, 20, 40)))

    _, labels = cut(Scene(page, marks))

    assert labels.tolist() == [7]


def test_strokes_are_drawn_with_pens_of_many_widths():
    """Drawings of one recording differ but keep its shape."""
    cross = [np.float32([[0, 50], [100, 50]]), np.float32([[50, 0], [50, 100]])]
    writer = stroke_writer("plus", [cross], np.array([DIGIT_NONE], np.uint8))
    rng = np.random.default_rng(1)

    cover = [float((writer.draw(0, 60, rng) > 128).mean()) for _ in range(20)]

    assert max(cover) > 1.5 * min(cover)
    assert max(writer.draw(0, 60, rng).shape) == 60


def figure():
    """Draw a head 12 wide over a stem 4 wide, 40 high together, on an empty margin."""
    image = np.zeros((60, 40), np.uint8)
    image[10:20, 10:22] = image[20:50, 14:18] = 255
    return image


def heights(image):
    """Return the number of rows with ink, and of rows broader than the stem."""
    widths = (image > 128).sum(axis=1)
    return int((widths > 0).sum()), int((widths > 8).sum())


def test_some_stems_are_long():
    """About a fifth of the sevens are longer; none is narrower, shorter or blurred."""
    rng = np.random.default_rng(1)

    drawn = [_lengthen(figure(), 7, rng) for _ in range(400)]

    longer = [image for image in drawn if heights(image) != heights(figure())]
    assert 0.8 * LONG_STEMS < len(longer) / 400 < 1.2 * LONG_STEMS
    assert all(heights(image)[0] > 40 for image in longer)
    assert all((image > 128).any(axis=0).sum() == 12 for image in longer)
    assert all(not image[:8].any() and not image[-8:].any() for image in longer)


def test_the_stem_of_a_six_grows_upwards():
    """That of a 7 grows downwards; the rest keeps its size."""
    rng = np.random.default_rng(2)

    sevens = [heights(_lengthen(figure(), 7, rng)) for _ in range(200)]
    sixes = [heights(_lengthen(figure()[::-1], 6, rng)) for _ in range(200)]

    for drawn in (sevens, sixes):
        assert max(drawn)[0] > 60
        assert {broad for high, broad in drawn if high > 40} == {10}


@pytest.mark.parametrize("label", [0, 1, 2, 3, 5, 8, DIGIT_NONE])
def test_digits_without_a_stem_keep_their_shape(label):
    """Only 4, 6, 7 and 9 have a stem."""
    rng = np.random.default_rng(1)

    assert label not in STEMS
    assert all(np.array_equal(_lengthen(figure(), label, rng), figure()) for _ in range(50))


def test_printed_characters_are_upright_and_at_most_squeezed():
    """They keep their height; their width changes, their corners stay square."""
    image = np.zeros((40, 20), np.uint8)
    image[:, :8] = image[32:, :] = 255
    writer = printed_writer("L", [image], np.array([DIGIT_NONE], np.uint8))
    rng = np.random.default_rng(1)

    drawn = [writer.draw(0, 80, rng) > 128 for _ in range(20)]

    assert {len(shape) for shape in drawn} == {80}
    widths = [shape.shape[1] for shape in drawn]
    assert 0.75 * 40 - 1 <= min(widths) < max(widths) <= 1.15 * 40 + 1
    for shape in drawn:
        assert shape[:, 0].all()
        assert shape[-1].all()
        assert not shape[: 64 - 2, shape.shape[1] // 2 :].any()


def boxed_page(ones, boxed):
    config = SceneConfig(
        size_px=(320, 240), heights_px=(24, 30), touching_share=0.0, boxed_share=boxed
    )
    return write_page([ones], [], np.random.default_rng(4), config)


def test_the_rows_of_a_form_stand_in_boxes(ones):
    """Every mark has a printed line on all sides, except at the page's edge."""
    ink, marks = boxed_page(ones, 1.0)

    assert marks
    for mark in marks:
        (left, top), (right, bottom) = mark.hull.min(axis=(0, 1)), mark.hull.max(axis=(0, 1))
        x, y = int((left + right) / 2), int((top + bottom) / 2)
        assert ink[y, : int(left)].any() or left < 14
        assert ink[y, int(right) + 1 :].any()
        assert ink[max(0, int(top) - 24) : int(top), x].any() or top < 24
        assert ink[int(bottom) + 1 : int(bottom) + 24, x].any()


def test_boxes_are_not_marks(ones):
    """Printed boxes change the ink, not the labels."""
    bare, marks = boxed_page(ones, 0.0)
    first = int(marks[0].hull[:, 0, 1].max())

    ink, boxed = boxed_page(ones, 1.0)

    assert ink.shape == bare.shape
    assert np.array_equal(boxed[0].hull, marks[0].hull)
    assert (ink[:first] >= bare[:first]).all()
    assert np.count_nonzero(ink) > np.count_nonzero(bare)
    assert ink.max() <= 1.0
