import numpy as np
import pytest
from support.printed import SIX, rectangle

from camdigits.image import cv2
from camdigits.segment.contours import trace_components
from camdigits.segment.form_boxes import FormBoxConfig, form_boxes

CONFIG = FormBoxConfig()


def found(mask, known=()):
    """Return the boxes of the components that are form boxes."""
    components = trace_components(mask)
    indexes = form_boxes(components, known, CONFIG)
    return [tuple(components.boxes[index].tolist()) for index in indexes]


def test_a_box_around_a_digit_is_a_form_box(sheet):
    """Neither a line, nor a box around a dot, nor a digit is one."""
    shapes = [
        (10, 280, 300, 3),
        *rectangle(100, 45, 54, 70),
        *SIX,
        *rectangle(200, 45, 54, 70),
        (220, 70, 6, 6),
        (400, 60, 20, 60),
    ]

    assert found(sheet(*shapes, size=(300, 800))) == [(100, 45, 54, 70)]


def test_a_skewed_form_box_is_found():
    """Holes are measured along their own sides."""
    mask = np.zeros((300, 400), np.uint8)
    corners = cv2.boxPoints(((150, 100), (54, 70), 14))
    cv2.polylines(mask, [np.rint(corners).astype(np.int32)], True, 255, 2)
    mask[85:115, 145:155] = 255

    assert [box[2] > 50 for box in found(mask)] == [True]


@pytest.mark.parametrize(("size", "is_box"), [((90, 40), True), ((40, 60), False)])
def test_a_wide_frame_that_a_digit_touches_is_a_form_box(sheet, size, is_box):
    """A narrow one may be a zero of straight strokes."""
    width, height = size
    shapes = [*rectangle(50, 50, width, height, 3), (60, 50, 6, height - 10)]

    assert bool(found(sheet(*shapes, size=(200, 300)))) == is_box


def test_known_components_are_not_looked_at(sheet):
    """The caller knows them as ruled already."""
    mask = sheet(*rectangle(100, 45, 54, 70), *SIX, size=(300, 800))

    assert found(mask, known=(0, 1)) == []
