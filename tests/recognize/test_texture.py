import numpy as np
from support.predictions import classifying, predictions

from camdigits.recognize.texture import TextureConfig, without_texture
from camdigits.segment.contours import trace_components
from camdigits.segment.sheets import Sheet
from camdigits.values import NONE, Ink


def inked(mask):
    return Ink(mask, mask, np.zeros_like(mask), False)


@classifying
def rings(glyphs):
    """Predict "0" if the middle is blank, else "none"."""
    hollow = glyphs[:, 12:16, 12:16].max(axis=(1, 2)) < 60
    labels = tuple("0" if ring else NONE for ring in hollow)
    return predictions(labels, 0.99)


def cloth(size=(400, 400)):
    """A mask full of dots."""
    mask = np.zeros(size, np.uint8)
    for y in range(4, size[0] - 12, 20):
        for x in range(4, size[1] - 12, 20):
            mask[y : y + 10, x : x + 10] = 255
    return mask


def no_sheets():
    return ()


def found(mask, classify=rings, sheets=no_sheets, **limits):
    ink = inked(mask)
    components = trace_components(mask)
    order = np.argsort(-components.boxes[:, 2:].max(axis=1), kind="stable")
    config = TextureConfig(**{"max_components": 100, "tiles": 4, **limits})
    return without_texture(components.only(order), ink, classify, 0.9, sheets, config)[0]


def test_cloth_is_skipped():
    """If no sampled component is a digit, no component is kept."""
    assert len(found(cloth()).boxes) == 0


def test_what_is_near_a_digit_is_read():
    """A ring among the dots keeps the components of similar size near it."""
    mask = cloth()
    mask[110:190, 110:190] = 0
    mask[120:160, 120:150] = 255
    mask[126:154, 126:144] = 0

    boxes = found(mask, size_range=(0.2, 2.0), radius_heights=1.5).boxes.tolist()

    assert boxes[0] == [120, 120, 30, 40]
    assert len(boxes) > 1
    assert all(60 <= x < 220 and 60 <= y < 220 for x, y, _, _ in boxes)


def test_a_page_full_of_digits_is_read_as_a_whole():
    """Most sampled components are digits: nothing is skipped."""
    mask = np.zeros((400, 400), np.uint8)
    for y in range(4, 388, 24):
        for x in range(4, 388, 24):
            mask[y : y + 16, x : x + 14] = 255
            mask[y + 4 : y + 12, x + 4 : x + 10] = 0

    assert len(found(mask).boxes) == len(trace_components(mask).boxes)


def test_only_the_components_on_a_sheet_are_kept():
    """A sheet on a surface of many components hides them."""
    sheet = Sheet(np.array([[100.0, 100], [200, 100], [200, 200], [100, 200]]), 0.06)

    boxes = found(cloth(), sheets=lambda: (sheet,), min_outside=50).boxes.tolist()

    assert len(boxes) == 25
    assert all(95 <= x < 200 and 95 <= y < 200 for x, y, _, _ in boxes)


def test_a_page_with_few_components_costs_nothing():
    """The classifier is not called and the components are returned as they are."""

    def not_called(_):
        raise AssertionError("the classifier was called")

    ink = inked(cloth((100, 100)))
    components = trace_components(ink.mask)

    assert without_texture(components, ink, not_called, 0.9, no_sheets) == (components, False)


def test_a_tile_with_few_components_is_kept_unsampled():
    """An isolated component, as on a sheet on cloth, is kept."""
    mask = cloth()
    mask[:100, :100] = 0
    mask[40:60, 40:60] = 255

    assert [40, 40, 20, 20] in found(mask).boxes.tolist()
