from itertools import combinations

import numpy as np
import pytest

from camdigits.image import cv2
from camdigits.values import Box
from train.data.held_out import SETS, fit_height, held_out_writers, pen_writer, scan_writer
from train.simulate.rendered import (
    INK_COVER,
    MAX_PRESS,
    contact,
    number_pages,
    pair_pages,
    touching,
)

LEFT = np.float32([[0, 0], [0, 40], [20, 40]])  # an angle, drawn in one stroke
BOWL = np.float32([[0, 0], [30, 0], [30, 40], [0, 40], [0, 0]])


def writers():
    """Return one writer of two synthetic digits."""
    return {"unipen": [pen_writer("unipen", [[LEFT], [BOWL]], np.array([1, 0], np.uint8))]}


def blot(*bars, size):
    """Draw full ink in bars (x, y, width, height)."""
    picture = np.zeros(size[::-1], np.uint8)
    for x, y, wide, high in bars:
        picture[y : y + high, x : x + wide] = 255
    return picture


def test_a_pen_draws_at_the_requested_height():
    """The drawing is cropped to its ink at any size of the recording."""
    draw = writers()["unipen"][0].draw

    drawing = draw(1, 48, 4.0)

    assert drawing.shape[0] == 48
    assert all(edge.max() > 128 for edge in (drawing[0], drawing[-1], drawing.T[0], drawing.T[-1]))


def test_the_pen_has_the_requested_width():
    """A vertical stroke has the ink of four pixels at full coverage."""
    drawing = writers()["unipen"][0].draw(0, 60, 4.0)

    ink = drawing[20:40].astype(float).sum(axis=1) / 255
    assert ink == pytest.approx(4.0, abs=0.6)


def test_an_enlarged_scan_stays_sharp():
    """At three times its size nearly all pixels are paper or ink."""
    scan = cv2.GaussianBlur(blot((10, 4, 8, 20), size=(28, 28)), (0, 0), 1)

    drawing = scan_writer("mnist", scan[None], np.zeros(1, np.uint8)).draw(0, 60, 1.0)

    assert drawing.shape[0] == 60
    assert np.mean((drawing > 40) & (drawing < 215)) < 0.2


def test_a_drawing_is_cropped_to_its_ink():
    """Empty margins do not count as height."""
    drawing = fit_height(blot((10, 10, 5, 20), size=(50, 50)), 40)

    assert drawing.shape == (40, 10)
    assert drawing.min() == 255


def test_contact_is_8_connected():
    """Drawings touch one pixel to the side or diagonally."""
    left = blot((0, 0, 4, 3), (0, 3, 9, 3), size=(9, 6))
    right = blot((0, 0, 5, 3), size=(5, 3))

    beside = contact(left, right, 3)
    above = contact(left, right, 0)  # its lowest row meets the corner of the long bar
    apart = contact(left[:3], right, 0)

    assert (beside, above, apart) == (9, 9, 4)


def test_touching_digits_are_one_component():
    """They overlap by MAX_PRESS at most, and each keeps its height."""
    rng = np.random.default_rng(1)

    for touch in (touching(writers()["unipen"][0], 40, 3.0, rng) for _ in range(20)):
        left, right = touch.shapes
        x, y = touch.at
        whole = np.zeros((200, 200), np.uint8)
        whole[: left.shape[0], : left.shape[1]] = left > INK_COVER * 255
        whole[y : y + right.shape[0], x : x + right.shape[1]] |= right > INK_COVER * 255
        assert cv2.connectedComponents(whole, connectivity=8)[0] == 2
        assert 0 <= touch.press <= MAX_PRESS + 0.02  # whole pixels
        assert {left.shape[0], right.shape[0]} <= set(range(38, 43))


def test_pages_depend_on_seed_and_index_only():
    """Page k of a seed is the same for any number of pages."""
    one, two = list(pair_pages(writers(), 2)), list(pair_pages(writers(), 1))
    (other,) = pair_pages(writers(), 1, seed=2)

    assert np.array_equal(one[0].picture, two[0].picture)
    assert not np.array_equal(one[0].picture, other.picture)


@pytest.mark.parametrize("render", [pair_pages, number_pages])
def test_labels_lie_on_the_ink(render):
    """Every box is inside the picture and has dark ink, and all dark ink is in a box."""
    (page,) = render(writers(), 1)

    paper = cv2.medianBlur(page.picture, 5)[::8, ::8].max()
    dark = page.picture < 0.55 * paper
    height, width = dark.shape
    for digit in page.truth["digits"]:
        box = Box(*digit["box"])
        assert min(box.x, box.y) >= 0
        assert box.right <= width
        assert box.bottom <= height
        assert dark[box.y : box.bottom, box.x : box.right].mean() > 0.02
        dark[box.y - 1 : box.bottom + 1, box.x - 1 : box.right + 1] = False
    assert not dark.any()


def meet(a, b):
    """Return whether two boxes share a pixel or are adjacent."""
    across = a.x - 1 <= b.right and b.x - 1 <= a.right
    return across and a.y <= b.bottom and b.y <= a.bottom


def test_only_pairs_touch():
    """The boxes of a pair touch; those of different pairs do not."""
    (page,) = pair_pages(writers(), 1)

    boxes = [Box(*digit["box"]) for digit in page.truth["digits"]]
    near = {(i, j) for (i, a), (j, b) in combinations(enumerate(boxes), 2) if meet(a, b)}
    assert near == {(pair.left, pair.right) for pair in page.pairs}
    assert 3 <= len(page.pairs) < len(boxes) / 2


@pytest.mark.usefixtures("data_folder")
def test_held_out_writers_exist():
    """UNIPEN has many writers with nearly all digits; each other set is one writer."""
    writers = held_out_writers()

    assert tuple(writers) == SETS
    assert len(writers["unipen"]) > 20
    assert all(len(set(one.labels)) >= 9 for own in writers.values() for one in own)
    assert writers["unipen"][0].draw(0, 40, 3.0).shape[0] == 40
