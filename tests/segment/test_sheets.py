import numpy as np
import pytest

from camdigits.image import cv2
from camdigits.segment.sheets import find_sheets, only_sheet

CORNERS = np.array([[150, 100], [480, 130], [460, 380], [130, 350]])


def scene(sheet=225, surface=90, noise=25, corners=CORNERS):
    """A sheet with a stroke on a rough surface."""
    rng = np.random.default_rng(1)
    page = np.clip(rng.normal(surface, noise, (480, 640)), 0, 255).astype(np.uint8)
    page = np.asarray(cv2.GaussianBlur(page, (5, 5), 0), np.uint8)
    cv2.fillConvexPoly(page, corners, sheet)
    cv2.line(page, (250, 200), (260, 270), 255 - sheet, 6)
    return page


@pytest.mark.parametrize(("sheet", "surface"), [(225, 90), (30, 160)])
def test_a_sheet_is_found(sheet, surface):
    """Light on dark, or dark on light; its corners are within a few pixels."""
    (found,) = find_sheets(scene(sheet, surface))

    corners = found.corners
    for wanted in CORNERS:
        assert np.hypot(*(corners - wanted).T).min() < 14
    assert found.area == pytest.approx(0.27, abs=0.03)
    inside = found.contains(np.array([[300.0, 240], [20, 20], [600, 240]]))
    assert inside.tolist() == [True, False, False]


def test_a_page_that_fills_the_image_is_no_sheet():
    """It has no edge, only a shadow."""
    light = np.linspace(150, 240, 640)[None] * np.ones((480, 1))

    assert find_sheets(light.astype(np.uint8)) == ()


def test_texture_is_no_sheet():
    """A rough surface has no calm area."""
    noise = np.random.default_rng(2).normal(120, 40, (480, 640))

    assert find_sheets(np.clip(noise, 0, 255).astype(np.uint8)) == ()


def test_what_is_beside_a_sheet_becomes_paper():
    """The sheet's edge and the surface are gone; the stroke stays."""
    page = scene()
    (found,) = find_sheets(page)

    alone = only_sheet(page, found)

    assert np.abs(alone[:60].astype(int) - 225).max() <= 8
    assert np.abs(alone[:, :90].astype(int) - 225).max() <= 8
    assert np.array_equal(alone[190:280, 240:270], page[190:280, 240:270])
