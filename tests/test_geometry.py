import numpy as np
import pytest

from camdigits.geometry import (
    ROTATIONS,
    box_from_upright,
    contains,
    intersection,
    iou,
    iou_table,
    make_upright,
    moved,
    padded,
    rotated,
    scaled,
    undo_upright,
    union,
)
from camdigits.image import cv2
from camdigits.values import Box, Pose

SKEWS = (-30, -15, 15, 30)


def box_of(image):
    return Box(*cv2.boundingRect(np.asarray(image > 127, np.uint8)))


@pytest.mark.parametrize("rotation", ROTATIONS)
@pytest.mark.parametrize("size", [(31, 17), (30, 17), (17, 30)])
def test_a_box_comes_back_from_a_quarter_turn_exactly(rotation, size):
    """The box is exact for odd and even widths and heights."""
    image = np.zeros(size[::-1], np.uint8)
    image[3:9, 5:7] = 255
    pose = Pose(size, rotation)

    upright = make_upright(image, pose)

    assert box_from_upright(box_of(upright), pose) == Box(5, 3, 2, 6)
    assert np.array_equal(undo_upright(upright, pose), image)


def test_a_quarter_turn_is_clockwise():
    """The left column becomes the top row."""
    image = np.array([[1, 0, 0], [1, 0, 0]], np.uint8)

    assert make_upright(image, Pose((3, 2), 90)).tolist() == [[1, 1], [0, 0], [0, 0]]


@pytest.mark.parametrize("skew", SKEWS)
@pytest.mark.parametrize("rotation", ROTATIONS)
@pytest.mark.parametrize("place", [(40, 30), (170, 30), (100, 90)])
def test_a_box_comes_back_from_a_skew(skew, rotation, place):
    """The box of a circle is mapped back within two pixels, also after a quarter turn."""
    image = np.zeros((131, 201), np.uint8)
    cv2.circle(image, place, 15, 255, -1)
    pose = Pose((201, 131), rotation, skew)

    back = box_from_upright(box_of(make_upright(image, pose)), pose)

    assert np.abs(np.array(back) - box_of(image)).max() <= 2


@pytest.mark.parametrize("skew", SKEWS)
def test_a_skewed_mask_comes_back(skew):
    """It has the size of the image, and its ink at the same position."""
    image = np.zeros((131, 201), np.uint8)
    image[30:90, 60:80] = 255
    pose = Pose((201, 131), 90, skew)

    back = undo_upright(make_upright(image, pose), pose)

    assert back.shape == image.shape
    assert np.count_nonzero((back > 127) != (image > 127)) < 0.1 * np.count_nonzero(image)


def test_a_skewed_image_keeps_its_corners():
    """The canvas is enlarged and filled with the edge pixels; black would be ink."""
    image = np.full((100, 200), 180, np.uint8)
    image[:12, :12] = image[-12:, -12:] = 250

    upright = make_upright(image, Pose((200, 100), 0, 30))

    assert upright.shape == (187, 223)
    assert upright.min() >= 179
    assert np.count_nonzero(upright > 245) >= 2 * 12 * 12


def test_a_skew_is_clockwise():
    """A line that rises to the right by 30 degrees is horizontal afterwards."""
    image = np.zeros((201, 201), np.uint8)
    cv2.line(image, (100 - 69, 100 + 40), (100 + 69, 100 - 40), 255, 3)

    box = box_of(make_upright(image, Pose((201, 201), 0, 30)))

    assert box.width > 150
    assert box.height < 12


def test_boxes_are_clipped_to_the_image():
    """A box in a corner of the enlarged canvas is clipped."""
    pose = Pose((200, 100), 0, 30)

    back = box_from_upright(Box(0, 0, 20, 20), pose)

    assert back.x >= 0
    assert back.y >= 0
    assert back.right <= 200
    assert back.bottom <= 100


def test_boxes_that_share_nothing_have_no_intersection():
    """Touching edges share no pixel; overlap is 0 then."""
    one, other = Box(0, 0, 4, 4), Box(4, 0, 4, 4)

    assert intersection(one, other) is None
    assert iou(one, other) == 0
    assert iou_table([one], [one, other]).round(6).tolist() == [[1, 0]]


def test_union_padding_and_moves_of_boxes():
    """Sides are whole pixels; edges belong to the box."""
    assert union([Box(1, 2, 3, 4), Box(0, 5, 2, 2)]) == Box(0, 2, 4, 5)
    assert padded(Box(5, 5, 2, 2), 1) == Box(4, 4, 4, 4)
    assert moved(Box(5, 5, 2, 2), -1, 3) == Box(4, 8, 2, 2)
    assert contains(Box(0, 0, 4, 4), (4, 0))
    assert not contains(Box(0, 0, 4, 4), (4.5, 0))


def test_four_quarter_turns_of_a_box_are_none():
    """Rotation is about the origin."""
    box = Box(1, 2, 3, 4)

    assert rotated(rotated(box, 90), 270) == box
    assert rotated(box, 360) == box


def test_a_scaled_box_stays_in_its_image():
    """Rounding must not exceed the far edges."""
    assert scaled(Box(0, 0, 10, 10), 2.06, (20, 21)) == Box(0, 0, 20, 21)
    assert scaled(Box(1, 2, 3, 4), 1.0, (2, 2)) == Box(1, 2, 3, 4)
