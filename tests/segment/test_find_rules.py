import numpy as np
from support.printed import SIX, rectangle

from camdigits.image import cv2
from camdigits.segment.contours import trace_components
from camdigits.segment.find_rules import (
    DEFAULT,
    _form_boxes,
    _is_form_box,
    _ruled,
    find_components,
)
from camdigits.segment.ink import find_ink


def test_rules_are_long_or_form_boxes(sheet):
    """A long component and a box around a digit; not a box around a dot, not a digit."""
    shapes = [
        (10, 280, 300, 3),  # a line
        *rectangle(100, 45, 54, 70),
        *SIX,
        *rectangle(200, 45, 54, 70),
        (220, 70, 6, 6),  # a dot
        (400, 60, 20, 60),
    ]
    components = trace_components(sheet(*shapes, size=(300, 800)))

    long = _ruled(components, (300, 800), DEFAULT)
    framed = _form_boxes(components, long, DEFAULT)

    assert [components.boxes[index].tolist() for index in long] == [[10, 280, 300, 3]]
    assert [components.boxes[index].tolist() for index in framed] == [[100, 45, 54, 70]]


def test_a_skewed_form_box_is_found():
    """Form boxes are found on a skewed form."""
    mask = np.zeros((300, 400), np.uint8)
    corners = cv2.boxPoints(((150, 100), (54, 70), 14))
    cv2.polylines(mask, [np.rint(corners).astype(np.int32)], True, 255, 2)
    mask[85:115, 145:155] = 255
    components = trace_components(mask)

    skewed = [index for index in range(2) if _is_form_box(components, index, DEFAULT)]

    assert [components.boxes[index, 2] > 50 for index in skewed] == [True]


def test_the_sides_of_a_comb_are_rules(sheet):
    """Strokes between two rules are removed, and known as rules: they separate boxes."""
    bars = [(20, 40, 360, 2), (20, 90, 360, 2)]
    bars += [(20 + 60 * index, 42, 2, 48) for index in range(7)]
    ink = find_ink(255 - sheet(*bars, (100, 52, 6, 30), size=(200, 400)))

    components = find_components(ink)

    assert components.rules is not None
    assert (components.rules[60, 78:84] > 0).any()
    assert components.rules[60, 102] == 0
