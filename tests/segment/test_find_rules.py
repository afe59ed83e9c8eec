import numpy as np
from support.printed import SIX, rectangle

from camdigits.image import cv2
from camdigits.segment.contours import trace_components
from camdigits.segment.find_rules import DEFAULT, _is_form_box, _ruled


def test_frames_are_long_or_hold_something(sheet):
    """A long blob and a box with a digit in it; no box with a dot, no digit."""
    shapes = [
        (10, 280, 300, 3),  # a line
        *rectangle(100, 45, 54, 70),
        *SIX,
        *rectangle(200, 45, 54, 70),
        (220, 70, 6, 6),  # a dot
        (400, 60, 20, 60),
    ]
    components = trace_components(sheet(*shapes, size=(300, 800)))

    found = _ruled(components, 800, DEFAULT)

    framed = sorted(tuple(components.boxes[index].tolist()) for index in found)
    assert framed == [(10, 280, 300, 3), (100, 45, 54, 70)]


def test_a_tilted_box_is_a_box():
    """A form that lies aslant has boxes all the same."""
    mask = np.zeros((300, 400), np.uint8)
    corners = cv2.boxPoints(((150, 100), (54, 70), 14))
    cv2.polylines(mask, [np.rint(corners).astype(np.int32)], True, 255, 2)
    mask[85:115, 145:155] = 255
    components = trace_components(mask)

    tilted = [index for index in range(2) if _is_form_box(components, index, DEFAULT)]

    assert [components.boxes[index, 2] > 50 for index in tilted] == [True]
