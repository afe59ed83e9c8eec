"""Bad input ends with one line and its documented status, never with a traceback.

No partial file remains.
"""

import shlex
import shutil
import subprocess

import numpy as np
import pytest
from support.command import COMMAND, ENVIRONMENT, call

from camdigits.image import cv2


def cut_in_half(path, tmp_path):
    """Copy the first half of a file."""
    half = tmp_path / f"half{path.suffix}"
    half.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return half


@pytest.fixture
def here(tmp_path, demo_page, demo_clip):
    """A folder with all kinds of bad files."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "text.png").write_text("not a picture")
    (tmp_path / "text.mp4").write_text("not a video")
    cv2.imwrite(str(tmp_path / "whole.jpg"), cv2.imread(str(demo_page)))
    cut_in_half(tmp_path / "whole.jpg", tmp_path)
    cut_in_half(demo_clip, tmp_path)
    (tmp_path / "file").write_text("a file")
    (tmp_path / "cut.tflite").write_bytes(b"TFL3" * 100)
    (tmp_path / "no-card.tflite").write_bytes(b"TFL3" * 100)
    (tmp_path / "cut.json").write_text("{}")
    shutil.copy(demo_page, tmp_path / "page.png")
    shutil.copy(demo_clip, tmp_path / "clip.mp4")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["image", "missing.png"], 3),
        (["image", "empty"], 3),
        (["image", ""], 3),
        (["image", "page.png", "--jsonl", "same", "--csv", "./same"], 2),
        (["video", "."], 3),
        (["image", "nothing*.png"], 3),
        (["image", "empty.png"], 1),
        (["image", "text.png"], 1),
        (["image", "half.jpg"], 1),
        (["image", "page.png", "-o", "file"], 2),
        (["image", "page.png", "-o", "out.png"], 2),
        (["image", "https://a.example/b.jpg"], 3),
        (["image", "page.png", "--jsonl", "empty"], 2),
        (["image", "page.png", "--jsonl", "no/such/folder.jsonl"], 2),
        (["image", "page.png", "--csv", "page.png"], 2),
        (["image", "page.png", "--config", "missing.toml"], 2),
        (["image", "page.png", "--config", "text.png"], 2),
        (["image", "page.png", "--model", "missing"], 5),
        (["image", "page.png", "--model", "missing.tflite"], 5),
        (["image", "page.png", "--model", "no-card.tflite"], 5),
        (["image", "page.png", "--model", "cut.tflite"], 5),
        (["video", "missing.mp4"], 3),
        (["video", "empty"], 3),
        (["video", "text.mp4"], 3),
        (["video", "half.mp4"], 3),
        (["video", "clip.mp4", "-o", "clip.mp4"], 2),
        (["video", "clip.mp4", "-o", "out.xyz"], 2),
        (["video", "clip.mp4", "-o", "no/such/out.mp4"], 2),
        (["live", "77", "--no-window"], 3),
        (["live", "clip.mp4", "--no-window", "--save", "clip.mp4"], 2),
        (["live", "missing.mp4", "--no-window"], 3),
        (["live", "nonsense", "--no-window"], 3),
        (["demo", "-o", "empty"], 2),
    ],
)
def test_one_line_and_its_status(here, arguments, status):
    """The line says what was expected, what was found and what to do; no file is created."""
    before = sorted(here.rglob("*"))

    done = call(*arguments, cwd=here)

    assert done.returncode == status, done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert done.stderr.startswith("camdigits: ")
    assert done.stdout == ""
    assert sorted(here.rglob("*")) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["image"],
        ["nonsense"],
        ["image", "page.png", "--threshold", "7"],
        ["image", "page.png", "--threshold", "nan"],
        ["live", "clip.mp4", "--timeout", "nan"],
        ["image", "page.png", "-o", ""],
        ["video", "clip.mp4", "--jsonl", ""],
    ],
)
def test_usage_is_status_2(here, arguments):
    """A usage error is one line that names the command with --help."""
    done = call(*arguments, cwd=here)

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert done.stderr.endswith(" --help\n")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["video", "missing.mp4"], "no such file; check its name"),
        (["image", "https://a.example/b.jpg"], "got an address; download the picture first"),
        (["image", "page.png", "-o", "out.png"], "wanted a folder, got the name of a picture"),
    ],
)
def test_the_message_fits_the_command(here, arguments, text):
    """The advice depends on the command and the kind of argument."""
    assert text in call(*arguments, cwd=here).stderr


def test_readings_for_a_closed_output_are_an_error(here):
    """With `>&-` results would be lost without a message."""
    command = shlex.join([*COMMAND, "image", "page.png", "--jsonl", "-"])

    done = subprocess.run(
        ["bash", "-c", f"{command} >&-"],
        cwd=here,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert done.stderr == "camdigits: cannot write standard output: it is closed; give a file\n"


def test_no_display_is_one_line(here):
    """Without a display the window system does not abort the process."""
    environment = {
        name: value
        for name, value in ENVIRONMENT.items()
        if name not in ("DISPLAY", "WAYLAND_DISPLAY")
    }

    done = call("live", "clip.mp4", cwd=here, env=environment)

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "--no-window" in done.stderr


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (5000, 1)])
def test_tiny_and_narrow_pictures_are_read(here, shape):
    """A picture without digits is no error."""
    cv2.imwrite(str(here / "odd.png"), np.full(shape, 200, np.uint8))

    done = call("image", "odd.png", "-o", "out", cwd=here)

    assert done.returncode == 0, done.stderr
    assert done.stdout == "odd.png: no digits\n"
