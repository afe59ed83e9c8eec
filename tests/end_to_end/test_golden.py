import json
from pathlib import Path

import pytest

from camdigits.geometry import padded
from camdigits.image import cv2
from camdigits.reader import Reader
from camdigits.sources.picture_file import read_picture
from train.metrics.matching import match_photo

GOLDEN = Path(__file__).parent.parent / "golden"
PAGES = json.loads((GOLDEN / "labels.json").read_text())


@pytest.fixture(scope="module")
def reader():
    """The shipped model."""
    return Reader()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page["file"])
def test_golden_pages_are_read_without_an_error(reader, page):
    """Every digit is found and nothing else, and numbers are in reading order."""
    result = reader.read(read_picture(GOLDEN / page["file"]))

    counts = match_photo(page, [(digit.label, digit.box) for digit in result.digits]).counts
    assert counts.read == counts.truth == len(page["digits"])
    assert counts.strict == 0
    assert [number.text for number in result.numbers] == page["numbers"]


def test_the_rotation_of_a_page_on_its_side_is_found(reader):
    """The rotation is the clockwise turn that brings the page upright."""
    assert reader.read(read_picture(GOLDEN / "side.jpg")).rotation == 90
    assert reader.read(read_picture(GOLDEN / "paper.jpg")).rotation == 0


def texts(result):
    return sorted(number.text for number in result.numbers)


def test_joined_digits_keep_their_order_upside_down(reader):
    """The page is read upright, so joined numbers are not reversed."""
    page = read_picture(GOLDEN / "touching.jpg")

    turned = reader.read(cv2.rotate(page, cv2.ROTATE_180))

    assert turned.rotation == 180
    assert texts(turned) == texts(reader.read(page))


@pytest.mark.parametrize("degrees", [-6, 6])
def test_joined_digits_keep_their_order_on_a_slanted_page(reader, degrees):
    """Left to right along the line."""
    page = read_picture(GOLDEN / "touching.jpg")
    height, width = page.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 0.9)
    slanted = cv2.warpAffine(page, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)

    assert texts(reader.read(slanted)) == texts(reader.read(page))


def test_a_joined_number_alone_in_a_small_picture_is_read(reader):
    """Nothing else says how high a digit is, and no stroke of it is a printed line."""
    page = read_picture(GOLDEN / "touching.jpg")
    result = reader.read(page)
    joined = [
        number
        for number in result.numbers
        if all(result.digits[index].is_part for index in number.digits)
    ]

    assert joined
    for number in joined:
        x, y, width, height = padded(number.box, 14)
        alone = reader.read(page[max(0, y) : y + height, max(0, x) : x + width])
        assert [each.text for each in alone.numbers] == [number.text]
