import json
from pathlib import Path

import pytest

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
