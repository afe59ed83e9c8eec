from itertools import pairwise

import numpy as np
import pytest

from camdigits.errors import CamdigitsError
from camdigits.synth.handwriting import (
    SHAPES,
    Pen,
    WriterStyle,
    curve,
    make_writer,
    parse,
    spline,
    write,
)


def with_variant(variant):
    return WriterStyle(variants=(variant,) * 10)


def test_the_same_seed_writes_the_same_ink():
    """All chance comes from the generator that is given."""
    first, again, other = (
        write(
            "2718",
            40,
            np.random.default_rng(seed),
            writer=make_writer(np.random.default_rng(seed)),
        )
        for seed in (5, 5, 6)
    )

    assert np.array_equal(first.ink, again.ink)
    assert first.boxes == again.boxes
    assert first.boxes != other.boxes


def test_boxes_are_tight_and_hold_all_ink():
    """Every row and column at the rim of a box has ink, and no ink lies outside the boxes."""
    writing = write("0123456789", 50, np.random.default_rng(1))

    inside = np.zeros_like(writing.ink)
    for x, y, width, height in writing.boxes:
        digit = writing.ink[y : y + height, x : x + width]
        inside[y : y + height, x : x + width] = digit
        assert all(rim.any() for rim in (digit[0], digit[-1], digit[:, 0], digit[:, -1]))
    assert np.array_equal(inside, writing.ink)


@pytest.mark.parametrize("seed", range(20))
def test_digits_stand_in_order_with_white_between(seed):
    """No two digits share a column, whoever writes: at least 0.1 of the height is white."""
    rng = np.random.default_rng(seed)

    boxes = write("74015926", 60, rng, Pen(), make_writer(rng)).boxes

    gaps = [after.x - before.right for before, after in pairwise(boxes)]
    assert min(gaps) >= 5


@pytest.mark.parametrize(
    ("digit", "variant"), [(digit, i) for digit in SHAPES for i in range(len(SHAPES[digit]))]
)
def test_every_shape_is_as_high_as_asked(digit, variant):
    """The requested height is that of the ink, within the variation of a writer."""
    writing = write(digit, 100, np.random.default_rng(variant), writer=with_variant(variant))

    assert 85 <= writing.ink.shape[0] <= 116
    assert writing.ink.shape[1] <= 95


def test_edges_of_the_ink_are_soft():
    """Coverage has steps between none and full: the pen is drawn finer than the pixels."""
    ink = write("8", 40, np.random.default_rng(0)).ink

    assert ink.max() == 255
    assert len(np.unique(ink)) > 8


def test_a_hand_keeps_to_its_shape():
    """A hand with a barred 7 always bars it: the bar adds ink to the same skeleton."""
    plain, barred = (
        write("7777", 60, np.random.default_rng(2), writer=with_variant(variant)).ink.astype(int)
        for variant in (0, 1)
    )

    assert barred.sum() > 1.2 * plain.sum()


def test_spaces_are_white_and_not_text():
    """A space moves the next digit away; it has no box."""
    close, apart = (write(text, 50, np.random.default_rng(3)) for text in ("11", "1  1"))

    assert close.text == apart.text == "11"
    assert len(apart.boxes) == 2
    assert apart.boxes[1].x - close.boxes[1].x == 80


@pytest.mark.parametrize("text", ["", "  ", "12a", "-1", "1\n2"])
def test_what_has_no_skeleton_is_rejected(text):
    """Only digits and spaces can be written, and at least one digit."""
    with pytest.raises(CamdigitsError, match="wanted digits 0-9 and spaces, got"):
        write(text, 40, np.random.default_rng(0))


def test_a_curve_goes_through_its_points():
    """A spline interpolates: every tenth point is a control point."""
    points = np.array([[0, 0], [0.3, 0.1], [0.4, 0.5], [0.1, 0.9]])

    path = spline(points)

    assert np.allclose(path[::10], points)
    assert path.shape == (31, 2)


def test_a_corner_stays_sharp():
    """Both sides of a corner are curves of their own: two points each are two straight lines."""
    ((points, corners),) = parse("0,0 50,0/ 50,100")

    path = curve((points, corners))

    assert corners == (1,)
    assert np.all((path[:, 0] == 0.5) | (path[:, 1] == 0))
