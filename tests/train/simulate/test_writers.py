import numpy as np
import pytest

from train.data.alphabets import DIGIT_NONE
from train.simulate.writers import (
    LONG_STEMS,
    STEMS,
    _lengthen,
    printed_writer,
    stroke_writer,
)


def test_strokes_are_drawn_with_pens_of_many_widths():
    """Drawings of one recording differ but keep its shape."""
    cross = [np.float32([[0, 50], [100, 50]]), np.float32([[50, 0], [50, 100]])]
    writer = stroke_writer("plus", [cross], np.array([DIGIT_NONE], np.uint8))
    rng = np.random.default_rng(1)

    cover = [float((writer.draw(0, 60, rng) > 128).mean()) for _ in range(20)]

    assert max(cover) > 1.5 * min(cover)
    assert max(writer.draw(0, 60, rng).shape) == 60


def figure():
    """Draw a head 12 wide over a stem 4 wide, 40 high together, on an empty margin."""
    image = np.zeros((60, 40), np.uint8)
    image[10:20, 10:22] = image[20:50, 14:18] = 255
    return image


def heights(image):
    """Return the number of rows with ink, and of rows broader than the stem."""
    widths = (image > 128).sum(axis=1)
    return int((widths > 0).sum()), int((widths > 8).sum())


def test_some_stems_are_long():
    """About a fifth of the sevens are longer; none is narrower, shorter or blurred."""
    rng = np.random.default_rng(1)

    drawn = [_lengthen(figure(), 7, rng) for _ in range(400)]

    longer = [image for image in drawn if heights(image) != heights(figure())]
    assert 0.8 * LONG_STEMS < len(longer) / 400 < 1.2 * LONG_STEMS
    assert all(heights(image)[0] > 40 for image in longer)
    assert all((image > 128).any(axis=0).sum() == 12 for image in longer)
    assert all(not image[:8].any() and not image[-8:].any() for image in longer)


def test_the_stem_of_a_six_grows_upwards():
    """That of a 7 grows downwards; the rest keeps its size."""
    rng = np.random.default_rng(2)

    sevens = [heights(_lengthen(figure(), 7, rng)) for _ in range(200)]
    sixes = [heights(_lengthen(figure()[::-1], 6, rng)) for _ in range(200)]

    for drawn in (sevens, sixes):
        assert max(drawn)[0] > 60
        assert {broad for high, broad in drawn if high > 40} == {10}


@pytest.mark.parametrize("label", [0, 1, 2, 3, 5, 8, DIGIT_NONE])
def test_digits_without_a_stem_keep_their_shape(label):
    """Only 4, 6, 7 and 9 have a stem."""
    rng = np.random.default_rng(1)

    assert label not in STEMS
    assert all(np.array_equal(_lengthen(figure(), label, rng), figure()) for _ in range(50))


def test_printed_characters_are_upright_and_at_most_squeezed():
    """They keep their height; their width changes, their corners stay square."""
    image = np.zeros((40, 20), np.uint8)
    image[:, :8] = image[32:, :] = 255
    writer = printed_writer("L", [image], np.array([DIGIT_NONE], np.uint8))
    rng = np.random.default_rng(1)

    drawn = [writer.draw(0, 80, rng) > 128 for _ in range(20)]

    assert {len(shape) for shape in drawn} == {80}
    widths = [shape.shape[1] for shape in drawn]
    assert 0.75 * 40 - 1 <= min(widths) < max(widths) <= 1.15 * 40 + 1
    for shape in drawn:
        assert shape[:, 0].all()
        assert shape[-1].all()
        assert not shape[: 64 - 2, shape.shape[1] // 2 :].any()
