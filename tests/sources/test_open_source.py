"""`open_source`: names that are accepted, and names that are rejected."""

import time
from itertools import islice
from pathlib import Path

import pytest
from support.clips import FPS, HEIGHT, WIDTH, numbered, write_pictures

from camdigits.errors import SourceError
from camdigits.image import cv2
from camdigits.sources.base import SourceOptions
from camdigits.sources.opening import open_source


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("nothing.mp4", "no such file"),
        ("", "no such file"),
        ("nothing*.png", "no picture matches"),
        ("gopher://x", "wanted one of http"),
        ("987", "no device answered"),
        ("/dev/video987", "no device answered"),
    ],
)
def test_an_unknown_source_is_rejected(wrong: str, message: str):
    """A wrong name is one line that says what was wanted, with exit status 3."""
    with pytest.raises(SourceError, match=message) as rejected:
        open_source(wrong)

    assert rejected.value.exit_status == 3
    assert "\n" not in str(rejected.value)


def test_an_empty_folder_is_rejected(tmp_path: Path):
    """A folder without pictures is said to be one."""
    (tmp_path / "notes.txt").write_text("no picture")

    with pytest.raises(SourceError, match="holds no picture"):
        open_source(str(tmp_path))


def test_one_picture_is_a_source_of_one_frame(tmp_path: Path):
    """A picture's name opens as pictures, not as a video."""
    cv2.imwrite(str(tmp_path / "one.jpg"), numbered(3))

    with open_source(str(tmp_path / "one.jpg")) as source:
        frames = list(source)

    assert [frame.bgr.shape for frame in frames] == [(HEIGHT, WIDTH, 3)]


def test_a_pattern_opens_the_pictures_it_matches(tmp_path: Path):
    """Patterns that the shell left alone are looked up."""
    write_pictures(tmp_path / "pictures", 6)

    with open_source(str(tmp_path / "pictures" / "[0-2].png")) as source:
        names = [Path(frame.source).name for frame in source]

    assert names == ["0.png", "1.png", "2.png"]


def test_pictures_have_the_requested_rate(tmp_path: Path):
    """Without a clock of their own, pictures are a second apart, or as options say."""
    folder = write_pictures(tmp_path / "pictures", 6)

    with (
        open_source(str(folder)) as slow,
        open_source(str(folder), SourceOptions(fps=FPS)) as fast,
    ):
        times_s = [[frame.time_s for frame in islice(source, 3)] for source in (slow, fast)]

    assert times_s == [[0.0, 1.0, 2.0], pytest.approx([0.0, 0.1, 0.2])]


def test_opening_without_a_network_is_quick():
    """A port nobody listens on is rejected at once, whatever the time limit."""
    started_s = time.monotonic()

    with pytest.raises(SourceError, match="no video there"):
        open_source("http://127.0.0.1:9/video", SourceOptions(timeout_s=30))

    assert time.monotonic() - started_s < 5
