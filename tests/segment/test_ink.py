import numpy as np
import pytest

from camdigits.errors import ArrayError
from camdigits.segment.ink import find_ink


def test_a_stroke_is_masked_exactly(sheet):
    """On uniform paper the mask equals the stroke."""
    page = sheet((70, 30, 6, 50), ink=40, paper=220)

    ink = find_ink(page)

    assert np.array_equal(ink.mask == 255, page == 40)
    assert ink.contrast[50, 72] == 180
    assert not ink.light


def test_light_falloff_and_a_shadow_leave_no_ink():
    """Gradual changes in brightness are not ink."""
    x = np.linspace(0, 1, 320)
    page = np.tile((230 - 150 / (1 + np.exp(-(x - 0.5) / 0.1))).astype(np.uint8), (240, 1))

    assert not find_ink(page).mask.any()


def test_a_stroke_in_the_shadow_is_found():
    """The limit is local: a global threshold would include the shadow or miss the stroke."""
    page = np.full((240, 320), 220, np.uint8)
    page[:, 160:] = np.linspace(220, 60, 160).astype(np.uint8)
    page[100:160, 280:286] = 30

    mask = find_ink(page).mask

    assert mask[130, 283]
    assert not mask[:, :260].any()


def test_grain_is_not_ink():
    """Sensor noise marks less than 0.2 % of empty paper as ink."""
    rng = np.random.default_rng(1)
    for sigma in (1, 4, 8):
        page = np.clip(rng.normal(180, sigma, (240, 320)), 0, 255).astype(np.uint8)

        assert np.count_nonzero(find_ink(page).mask) < 0.002 * page.size


def test_chalk_is_found_on_a_board(sheet):
    """Light strokes on a dark ground are ink; the polarity is reported."""
    board = sheet((30, 30, 5, 60), (70, 30, 40, 5), (120, 40, 5, 50), ink=210, paper=50)

    ink = find_ink(board)

    assert ink.light
    assert np.array_equal(ink.mask == 255, board == 210)


def test_a_sheet_on_a_dark_desk_keeps_its_polarity(sheet):
    """Dark strokes on paper are found although most of the image is dark."""
    page = sheet(size=(240, 320), paper=50)
    page[60:180, 80:240] = 230
    page[90:150, 120:126] = page[90:150, 150:156] = page[90:150, 190:196] = 30

    ink = find_ink(page)

    assert not ink.light
    assert ink.mask[120, [123, 153, 193]].all()
    assert not ink.mask[120, 135]


def test_blur_around_a_strong_stroke_is_not_ink(sheet):
    """The halo of a blurred stroke must not join it to its neighbour."""
    page = sheet((60, 20, 8, 80), (76, 20, 8, 80), ink=20, paper=230).astype(float)
    kernel = np.exp(-(np.arange(-6, 7) ** 2) / 8.0)
    blurred = np.apply_along_axis(np.convolve, 1, page - 230, kernel / kernel.sum(), "same") + 230

    mask = find_ink(blurred.astype(np.uint8)).mask

    assert mask[60, [64, 80]].all()
    assert not mask[60, 72]


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (5000, 1), (7, 3)])
def test_tiny_and_narrow_images_have_a_mask(shape):
    """A side that would shrink to 0 pixels stays 1."""
    assert find_ink(np.full(shape, 200, np.uint8)).mask.shape == shape


def test_colour_is_rejected():
    """The caller converts to gray."""
    with pytest.raises(ArrayError, match=r"gray: wanted an \(H, W\) uint8 array"):
        find_ink(np.zeros((5, 5, 3), np.uint8))
