import numpy as np
import pytest

from train.data.by_writer import Person
from train.simulate.strings import (
    MAX_ALONG,
    NONE_LABEL,
    POINTS,
    StringStyle,
    draw_style,
    redraw,
    trace,
    write,
    write_number,
)

STYLE = StringStyle(
    height_px=40.0,
    pen=0.1,
    shear=0.0,
    wideness=1.0,
    unevenness=0.0,
    drift=0.0,
    wander=0.0,
    closeness=(0.2, 0.2),
    ligatures=0.0,
)


def block(width, height=40):
    """Return a function that draws a filled rectangle."""
    return lambda *_: np.full((height, width), 255, np.uint8)


def scanned(label):
    """Draw a 28x28 vertical bar as a scanned digit."""
    image = np.zeros((28, 28), np.uint8)
    image[4:24, 11:17] = 255
    return Person("test", np.full(3, label, np.uint8), images=np.stack([image] * 3))


def test_characters_follow_each_other_at_the_gap_of_the_style():
    """The gap is measured from the ink before, in heights."""
    line = write([(3, block(20)), (5, block(10))], STYLE, np.random.default_rng(1))

    assert line.ink.shape == (40, 20 + 8 + 10)
    assert [mark.label for mark in line.marks] == [3, 5]
    assert line.marks[0].points.shape == (POINTS, 2)
    assert line.marks[0].points[:, 0].max() < 20
    assert line.marks[1].points[:, 0].min() >= 28


def test_characters_that_would_merge_are_moved_apart():
    """Two blocks touching along their whole height are illegible."""
    close = StringStyle(**{**_fields(STYLE), "closeness": (-0.2, -0.2)})

    line = write([(1, block(20)), (1, block(20))], close, np.random.default_rng(1))

    columns = line.ink.any(axis=0)
    assert not columns.all()
    assert MAX_ALONG < 1


def test_characters_that_touch_at_one_place_are_pushed_together():
    """A bar that meets another in a few rows may overlap it."""
    close = StringStyle(**{**_fields(STYLE), "closeness": (-0.1, -0.1)})

    def cross(*_):
        shape = np.zeros((40, 21), np.uint8)
        shape[18:22] = shape[:, 9:12] = 255
        return shape

    line = write([(1, cross), (1, cross)], close, np.random.default_rng(1))

    assert line.ink.shape[1] == 21 + 21 - 4
    assert line.ink[20].all()


def test_a_connecting_stroke_joins_characters_that_are_apart():
    """With ligatures in every gap the ink is one piece."""
    joined = StringStyle(**{**_fields(STYLE), "ligatures": 1.0})

    line = write([(1, block(10)), (1, block(10))], joined, np.random.default_rng(1))

    assert line.ink[:, 10:18].any(axis=0).all()


@pytest.mark.parametrize("height", [15.0, 40.0, 90.0])
def test_scans_and_strokes_have_the_height_of_the_style(height):
    """Whatever the size of the sample."""
    style = StringStyle(**{**_fields(STYLE), "height_px": height})
    image = np.zeros((28, 28), np.uint8)
    image[4:24, 8:20] = 255
    stroke = np.float32([[0, 0], [400, 1000], [0, 500]])

    scan = redraw(image, style, np.random.default_rng(1))
    drawn = trace([stroke], style, np.random.default_rng(1))

    assert scan.shape[0] == pytest.approx(height, abs=3)
    assert drawn.shape[0] == pytest.approx(height, abs=0.15 * height + 3)


def test_a_number_has_the_labels_of_its_writer():
    """Separators aside."""
    rng = np.random.default_rng(4)
    numbers = [write_number(scanned(7), draw_style(rng, (20, 40)), rng) for _ in range(20)]

    labels = {mark.label for number in numbers for mark in number.marks}
    assert 7 in labels
    assert labels <= {7, NONE_LABEL + 1}
    assert all(1 <= len(number.marks) <= 13 for number in numbers)


def test_the_same_seed_gives_the_same_number():
    """Every choice comes from the generator."""
    once, again = (write_number(scanned(3), STYLE, np.random.default_rng(9)).ink for _ in range(2))

    assert np.array_equal(once, again)


def _fields(style):
    return {name: getattr(style, name) for name in style.__dataclass_fields__}
