"""Picture files as frames: bad ones are reported and left out."""

import logging
from pathlib import Path

import pytest
from support.clips import number_of, write_pictures

from camdigits.errors import PictureError
from camdigits.sources.images import ImagesSource


def pictures_with_a_bad_one(folder: Path) -> list[Path]:
    write_pictures(folder, 4)
    (folder / "2.png").write_text("no picture")
    return sorted(folder.iterdir())


def test_a_bad_picture_is_reported_and_left_out(tmp_path: Path):
    """One bad file ends nothing: the others come, numbered without a gap."""
    errors: list[PictureError] = []
    paths = pictures_with_a_bad_one(tmp_path / "pictures")

    frames = list(ImagesSource(paths, "pictures", on_error=errors.append))

    assert [number_of(frame.bgr) for frame in frames] == [0, 1, 3]
    assert [frame.index for frame in frames] == [0, 1, 2]
    assert [frame.source for frame in frames] == [str(paths[0]), str(paths[1]), str(paths[3])]
    assert [str(paths[2]) in str(error) for error in errors] == [True]


def test_without_a_callback_it_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    """Python's logging shows it as one line."""
    paths = pictures_with_a_bad_one(tmp_path / "pictures")

    with caplog.at_level(logging.WARNING):
        list(ImagesSource(paths, "pictures"))

    assert [record.getMessage().count(str(paths[2])) for record in caplog.records] == [1]


def test_nothing_but_bad_pictures_is_an_error(tmp_path: Path):
    """When nothing could be read, exit status 1 says so."""
    missing = [tmp_path / "a.png", tmp_path / "b.png"]

    with pytest.raises(PictureError, match="not one of its pictures can be read") as rejected:
        list(ImagesSource(missing, "pictures", on_error=lambda _: None))

    assert rejected.value.exit_status == 1
