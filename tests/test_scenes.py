import numpy as np
import pytest

from camdigits.values import Box
from train.cut import cut
from train.scenes import (
    NONE,
    UNSURE,
    Mark,
    Scene,
    SceneConfig,
    bitmap_hand,
    film,
    stroke_hand,
    write_page,
)


@pytest.fixture
def ones():
    """A hand that writes upright strokes."""
    image = np.zeros((28, 28), np.uint8)
    image[4:24, 12:16] = 255
    return bitmap_hand("ones", image[None], np.array([1], np.uint8))


def ring(x, y, width, height):
    """Four strokes around a box."""
    return [
        (x, y, width, 4),
        (x, y + height - 4, width, 4),
        (x, y, 4, height),
        (x + width - 4, y, 4, height),
    ]


def test_a_scene_is_the_same_for_the_same_seed(ones):
    """Every choice comes from the generator."""
    config = SceneConfig(size=(320, 240))

    def make():
        rng = np.random.default_rng(5)
        return film(*write_page([ones], [], rng, config), rng, config)

    assert np.array_equal(make().gray, make().gray)
    assert make().marks == make().marks


def test_marks_lie_where_the_ink_is(ones):
    """Each hull on the page is that of its ink, to its edges."""
    ink, marks = write_page(
        [ones], [], np.random.default_rng(2), SceneConfig(size=(320, 240), touching=0.0)
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
    config = SceneConfig(size=(480, 360), heights=(24, 60), ruled=0.0, touching=0.0)
    scenes = [film(*write_page([ones], [], rng, config), rng, config) for _ in range(5)]

    labels = np.concatenate([cut(scene)[1] for scene in scenes])

    written = sum(len(scene.marks) for scene in scenes)
    assert (labels == 1).sum() >= 0.85 * written


def test_pairs_and_paper_are_none_and_the_doubtful_is_left_out(sheet):
    """Two digits grown together and a stain are none; a bare upright stroke could be a 1."""
    strokes = [(20, 20, 5, 40), *ring(60, 20, 30, 40), *ring(100, 20, 25, 40), (140, 20, 5, 40)]
    page = sheet(*strokes, ink=30, paper=220)
    marks = (
        Mark(1, Box(20, 20, 5, 40)),
        Mark(8, Box(60, 20, 14, 40)),
        Mark(8, Box(76, 20, 14, 40)),
    )

    _, labels = cut(Scene(page, marks))

    assert labels.tolist() == [1, NONE, NONE]


def test_what_the_frame_cuts_or_the_blur_eats_is_left_out(sheet):
    """Nobody could tell what a region is that meets an UNSURE mark."""
    page = sheet(*ring(20, 20, 20, 40), (0, 20, 5, 40), ink=30, paper=220)
    marks = (Mark(7, Box(20, 20, 20, 40)), Mark(UNSURE, Box(-10, 20, 20, 40)))

    _, labels = cut(Scene(page, marks))

    assert labels.tolist() == [7]


def test_strokes_are_drawn_with_pens_of_many_widths():
    """The same recording looks different each time, but keeps its shape."""
    cross = [np.float32([[0, 50], [100, 50]]), np.float32([[50, 0], [50, 100]])]
    hand = stroke_hand("plus", [cross], np.array([NONE], np.uint8))
    rng = np.random.default_rng(1)

    cover = [float((hand.draw(0, 60, rng) > 128).mean()) for _ in range(20)]

    assert max(cover) > 1.5 * min(cover)
    assert max(hand.draw(0, 60, rng).shape) == 60
