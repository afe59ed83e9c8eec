from pathlib import Path

import pytest

from train.errors import DataError
from train.studies.docs import END, begin, put_table

COMMAND = "python -m train compare"


def test_the_table_takes_its_place_in_a_page(tmp_path: Path) -> None:
    """What stands around it stays, other commands' tables too; twice is the same as once."""
    page = tmp_path / "page.md"
    other = f"{begin('python -m train survival')}\nits own\n{END}\n"
    page.write_text(f"{other}before\n{begin(COMMAND)}\nold\n{END}\nafter\n")

    put_table(page, COMMAND, "new")
    put_table(page, COMMAND, "new")

    assert page.read_text() == f"{other}before\n{begin(COMMAND)}\nnew\n{END}\nafter\n"


def test_a_page_without_its_comments_is_left_alone(tmp_path: Path) -> None:
    """One line says what is missing."""
    page = tmp_path / "page.md"
    page.write_text("nothing")

    with pytest.raises(DataError, match="wanted the lines"):
        put_table(page, COMMAND, "new")

    assert page.read_text() == "nothing"


def test_a_page_that_is_not_there_is_named(tmp_path: Path) -> None:
    """No page is made up for a table."""
    with pytest.raises(DataError, match=r"none\.md: cannot be read"):
        put_table(tmp_path / "none.md", COMMAND, "new")


@pytest.mark.parametrize(
    ("page", "command"),
    [("mnist-is-not-a-camera.md", "survival"), ("how-it-works.md", "compare")],
)
def test_the_pages_have_a_place_for_their_tables(page: str, command: str) -> None:
    """The commands that fill them would stop without it, after minutes of work."""
    text = (Path(__file__).parent.parent.parent.parent / "docs" / page).read_text()

    assert begin(f"python -m train {command}") in text
