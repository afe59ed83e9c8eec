import numpy as np
import pytest

from camdigits.values import Box
from train.data.alphabets import DIGIT_NONE
from train.simulate.camera import film
from train.simulate.cut import cut
from train.simulate.scenes import UNSURE, Scene, SceneConfig, SceneMark, write_page
from train.simulate.writers import (
    bitmap_writer,
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
