"""Files, folders and patterns: the picture files that a command line means."""

from pathlib import Path

import pytest

from camdigits.errors import SourceError
from camdigits.sources.picture_file import picture_paths


class TestPaths:
    """Files, folders and patterns of a command line become a list of files."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """Three pictures and other files."""
        names = ["p10.jpg", "p2.JPG", "p1.png", "notes.txt", "._p1.png", "in/p3.png"]
        (tmp_path / "in").mkdir()
        for name in names:
            (tmp_path / name).touch()
        return tmp_path

    def test_a_folder_gives_its_pictures_in_natural_order(self, folder: Path):
        """2 before 10; no texts, no hidden files, nothing from folders inside."""
        names = [path.name for path in picture_paths([folder])]

        assert names == ["p1.png", "p2.JPG", "p10.jpg"]

    @pytest.mark.parametrize(
        ("pattern", "names"),
        [
            ("*.png", ["p1.png"]),
            ("**/*.png", ["p3.png", "p1.png"]),
            ("p?.*", ["p1.png", "p2.JPG"]),
        ],
    )
    def test_patterns_are_looked_up(self, folder: Path, pattern: str, names: list[str]):
        """What the shell left alone is matched here, folders inside included with **."""
        paths = picture_paths([str(folder / pattern)])

        assert [path.name for path in paths] == names

    def test_a_file_is_kept_whatever_its_name(self, folder: Path):
        """A file named by hand is tried: reading it reports what is wrong."""
        wanted = [folder / "notes.txt", folder / "missing.jpg"]

        assert picture_paths(wanted) == wanted

    def test_a_name_with_brackets_is_a_name_first(self, folder: Path):
        """scan[1].png is a pattern only where there is no such file."""
        (folder / "scan[1].png").touch()

        assert picture_paths([folder / "scan[1].png"]) == [folder / "scan[1].png"]

    @pytest.mark.parametrize(
        ("argument", "message"),
        [("in/empty", "the folder .* holds no picture"), ("*.gif", "no picture matches")],
    )
    def test_nothing_found_is_an_error(self, folder: Path, argument: str, message: str):
        """A folder or pattern without pictures has exit status 3."""
        (folder / "in" / "empty").mkdir()

        with pytest.raises(SourceError, match=message) as rejected:
            picture_paths([str(folder / argument)])

        assert rejected.value.exit_status == 3
