"""Pictures that are read only in another way: too close, on a panel, noisy, a display."""

import numpy as np
import pytest
from support.written import put

from camdigits import Reader
from camdigits.image import cv2

READER = Reader()


def blank(size=(480, 640), level=235):
    return np.full(size, level, np.uint8)


def text(picture):
    return " ".join(number.text for number in READER.read(picture).numbers)


@pytest.mark.parametrize(("ink", "paper"), [(30, 230), (250, 10)])
@pytest.mark.parametrize("digit", ["2", "3", "5", "8"])
def test_a_thick_digit_that_fills_the_picture_is_read(digit, ink, paper):
    """The first thing that people draw in an app."""
    page = blank((400, 330), paper)
    put(page, digit, (60, 30), 330, ink, pen=0.2)

    assert text(page) == digit


@pytest.mark.parametrize(("page", "panel"), [(240, 15), (15, 240)])
def test_a_digit_in_a_panel_is_read(page, panel):
    """A drawing page: a dark square on a light page, and the reverse."""
    picture = blank(level=page)
    picture[120:320, 200:400] = panel
    put(picture, "3", (260, 160), 120, page, pen=0.12)

    assert text(picture) == "3"


def test_a_noisy_picture_is_read():
    """Low light: specks of noise everywhere."""
    page = blank(level=40)
    put(page, "3847", (60, 60), 60, 8)
    noise = np.random.default_rng(3).normal(0, 4, page.shape)
    dark = np.clip(page + noise, 0, 255).astype(np.uint8)

    assert text(dark) == "3847"


def test_a_filmed_screen_is_read():
    """Moiré: thin stripes over the whole picture."""
    page = blank(level=200)
    put(page, "5926", (60, 60), 70)
    y, x = np.mgrid[0:480, 0:640]
    stripes = 1 + 0.15 * np.sin(2 * np.pi * (0.9 * x + 0.4 * y) / 6)

    assert text(np.clip(page * stripes, 0, 255).astype(np.uint8)) == "5926"


def test_a_sheet_on_a_rough_surface_is_read():
    """Only what is on the sheet is a digit."""
    rough = np.clip(np.random.default_rng(4).normal(90, 45, (720, 960)), 0, 255)
    picture = np.asarray(cv2.GaussianBlur(rough.astype(np.uint8), (3, 3), 0), np.uint8)
    picture[200:500, 250:750] = 225
    put(picture, "40718", (300, 300), 50)

    result = READER.read(picture)

    assert [number.text for number in result.numbers] == ["40718"]
    assert len(result.digits) == 5


def test_a_seven_segment_display_is_read():
    """The gaps between the segments are closed."""
    shown = {"2": "abged", "7": "abc", "5": "afgcd", "0": "abcdef"}
    ends = {
        "a": ((6, 0), (44, 0)), "b": ((50, 6), (50, 44)), "c": ((50, 56), (50, 94)),
        "d": ((6, 100), (44, 100)), "e": ((0, 56), (0, 94)), "f": ((0, 6), (0, 44)),
        "g": ((6, 50), (44, 50)),
    }  # fmt: skip
    picture = blank((200, 420), 185)
    for place, digit in enumerate("2750"):
        for segment in shown[digit]:
            (x0, y0), (x1, y1) = ends[segment]
            left = 50 + 80 * place
            cv2.rectangle(
                picture, (left + x0 - 5, 50 + y0 - 5), (left + x1 + 5, 50 + y1 + 5), 30, cv2.FILLED
            )
            cv2.rectangle(picture, (left - 2, 98), (left + 2, 102), 185, cv2.FILLED)

    assert text(picture) == "2750"


def test_print_is_not_digits_and_stays_upright():
    """Letters such as O, S and I among other letters."""
    page = blank((300, 900))
    lines = "THE HOUSE NEAR A FOREST", "Where the Old Mother reads", "another letter from home"
    for y, line in zip((80, 160, 240), lines, strict=True):
        cv2.putText(page, line, (30, y), cv2.FONT_HERSHEY_SIMPLEX, 1.8, 40, 4, cv2.LINE_AA)

    result = READER.read(page)

    assert result.digits == ()
    assert result.rotation == 0


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_turned_page_reads_as_upright(turns):
    """The layout of the regions and their glyphs show which way is up."""
    page = blank((500, 700))
    put(page, "347259", (60, 60), 50)
    put(page, "2475", (60, 180), 50)
    put(page, "93524", (60, 300), 50)

    turned = np.ascontiguousarray(np.rot90(page, turns))

    assert text(page) == text(turned) == "347259 2475 93524"


@pytest.mark.parametrize("margin", [8, 40, 160])
def test_a_crop_and_a_padded_page_read_the_same(margin):
    """Limits are relative to the digits, not to the picture."""
    page = blank((700, 900))
    put(page, "52847", (250, 300), 70)
    x0, y0, x1, y1 = 250, 300, 620, 372

    crop = np.ascontiguousarray(page[y0 - margin : y1 + margin, x0 - margin : x1 + margin])

    assert text(crop) == text(page) == "52847"
