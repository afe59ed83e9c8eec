import numpy as np
import pytest

from train.simulate.camera import film
from train.simulate.scenes import SceneConfig, write_page
from train.simulate.writers import (
    bitmap_writer,
)


@pytest.fixture
def ones():
    """Return a writer of vertical strokes."""
    image = np.zeros((28, 28), np.uint8)
    image[4:24, 12:16] = 255
    return bitmap_writer("ones", image[None], np.array([1], np.uint8))


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
