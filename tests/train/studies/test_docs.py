from pathlib import Path

import pytest

from train.errors import DataError
from train.studies.docs import END, begin, put_table

COMMAND = "python -m train compare"


def test_the_table_is_replaced_in_a_page(tmp_path: Path) -> None:
    """Other text and other commands' tables stay; repeating it changes nothing."""
    page = tmp_path / "page.md"
    other = f"{begin('python -m train survival')}\nits own\n{END}\n"
    page.write_text(f"{other}before\n{begin(COMMAND)}\nold\n{END}\nafter\n")

    put_table(page, COMMAND, "new")
    put_table(page, COMMAND, "new")

    assert page.read_text() == f"{other}before\n{begin(COMMAND)}\nnew\n{END}\nafter\n"


def test_a_page_without_markers_is_unchanged(tmp_path: Path) -> None:
    """The error says what is missing."""
    page = tmp_path / "page.md"
    page.write_text("nothing")

    with pytest.raises(DataError, match="wanted the lines"):
        put_table(page, COMMAND, "new")

    assert page.read_text() == "nothing"


def test_a_missing_page_is_rejected(tmp_path: Path) -> None:
    """No page is created for a table."""
    with pytest.raises(DataError, match=r"none\.md: cannot be read"):
        put_table(tmp_path / "none.md", COMMAND, "new")


@pytest.mark.parametrize(
    ("page", "command"),
    [("mnist-is-not-a-camera.md", "survival"), ("how-it-works.md", "compare")],
)
def test_the_pages_have_a_place_for_their_tables(page: str, command: str) -> None:
    """Without the markers the commands would fail after minutes of work."""
    text = (Path(__file__).parent.parent.parent.parent / "docs" / page).read_text()

    assert begin(f"python -m train {command}") in text
