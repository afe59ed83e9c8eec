import numpy as np
import pytest

from camdigits.errors import ArrayError
from camdigits.recognize.glyph import glyphs_of, normalize
from camdigits.values import Box, Region


def test_longest_side_of_the_ink_becomes_20_pixels():
    """Width keeps its ratio to height: 60×30 ink comes out 20×10."""
    ink = np.zeros((80, 80), np.uint8)
    ink[10:70, 20:50] = 255

    rows, columns = normalize(ink).nonzero()

    assert np.ptp(rows) + 1 == 20
    assert np.ptp(columns) + 1 == 10


def test_small_ink_is_enlarged():
    """A digit 8 pixels high fills the same 20 pixels as a large one."""
    rows, _ = normalize(np.full((8, 4), 255, np.uint8)).nonzero()

    assert np.ptp(rows) + 1 == 20


def test_centre_of_mass_lies_in_the_middle():
    """As in MNIST, the centre of mass is centred, not the box."""
    ink = np.zeros((40, 20), np.uint8)
    ink[:30, 9:11] = 255
    ink[30:] = 255

    glyph = normalize(ink).astype(float)
    middle = (glyph.sum(axis=1) * np.arange(28)).sum() / glyph.sum()

    assert abs(middle - 14) <= 0.5 or glyph[0].any()  # or the ink is at the edge
    assert glyph[0].any()


def test_pale_ink_is_stretched_to_full():
    """A pencil of contrast 40 and a pen of 200 give the same glyph."""
    pen = np.zeros((40, 30), np.uint8)
    pen[5:35, 10:20] = 200

    assert np.array_equal(normalize(pen), normalize(pen // 5))
    assert normalize(pen).max() == 255


def test_normalizing_twice_changes_nothing():
    """A normalised glyph is unchanged, so MNIST images are, too."""
    ink = np.zeros((90, 60), np.uint8)
    ink[10:80, 10:20] = ink[70:80, 10:50] = 255
    once = normalize(ink)

    assert np.array_equal(normalize(once), once)


def test_no_ink_gives_an_empty_glyph():
    """Without ink the glyph is all 0."""
    assert not normalize(np.zeros((30, 30), np.uint8)).any()


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (500, 1)])
def test_extreme_shapes_stay_inside(shape):
    """A dot and a line have a 28×28 glyph."""
    assert normalize(np.full(shape, 255, np.uint8)).shape == (28, 28)


@pytest.mark.parametrize(
    "ink",
    [np.zeros((3, 3), np.float32), np.zeros((3, 3, 3), np.uint8), np.zeros((0, 3), np.uint8)],
)
def test_other_arrays_are_rejected(ink):
    """The message describes the array."""
    with pytest.raises(ArrayError, match="ink: wanted"):
        normalize(ink)


def test_glyphs_keep_the_order_of_their_regions():
    """One glyph per region; no regions give (0, 28, 28)."""
    tall = Region(Box(0, 0, 2, 20), np.full((20, 2), 255, np.uint8))
    flat = Region(Box(0, 0, 20, 2), np.full((2, 20), 255, np.uint8))

    glyphs = glyphs_of([tall, flat])

    assert glyphs.shape == (2, 28, 28)
    assert glyphs[0].any(axis=1).sum() == 20
    assert glyphs[1].any(axis=0).sum() == 20
    assert glyphs_of([]).shape == (0, 28, 28)
