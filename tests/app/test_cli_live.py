"""`camdigits live` as a person runs it: a process, a network camera, a window with keys."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.mjpeg_server import serving

from camdigits.image import cv2
from camdigits.sources.synthetic import SyntheticSource

COMMAND = [sys.executable, "-c", "from camdigits.app.cli import main; main()", "live"]
ROOT = Path(__file__).parent.parent.parent
PATIENCE_S = 30.0


@pytest.fixture(scope="module")
def pictures():
    """A second of the demo's page, as JPEG."""
    source = SyntheticSource(20, (640, 360))
    return [bytes(cv2.imencode(".jpg", frame.bgr)[1]) for frame in source]


def start(*arguments, cwd, **environment):
    """Start the command line."""
    return subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def until(happened, process):
    """Wait for it, but not for ever."""
    deadline = time.monotonic() + PATIENCE_S
    while not happened():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "did not happen"
        time.sleep(0.05)


def readings(folder):
    """Whole lines of r.jsonl so far."""
    path = folder / "r.jsonl"
    text = path.read_text() if path.exists() else ""
    return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]


def test_a_network_camera_that_goes_away_is_status_4(pictures, tmp_path):
    """What was read until then is on disk, and so is the recording; the loss is the last word."""
    outputs = ["--jsonl", "r.jsonl", "--save", "s.mp4", "--give-up", "0"]
    with serving(pictures, fps=25, limit=40) as camera:
        process = start(camera.address, "--no-window", *outputs, cwd=tmp_path)
        _, errors = process.communicate(timeout=PATIENCE_S)

    assert process.returncode == 4, errors
    figures, loss = errors.splitlines()
    assert "frames per second" in figures
    assert "ended after 40 frames; " in loss
    assert readings(tmp_path)
    assert readings(tmp_path)[-1]["numbers"]
    assert cv2.VideoCapture(str(tmp_path / "s.mp4")).read()[0]


def test_a_camera_that_never_answers_is_given_up(tmp_path):
    """A server that accepts and stays silent: status 3 after the time limit, one line."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/video"
        started = time.monotonic()
        process = start(address, "--no-window", "--timeout", "1", cwd=tmp_path)
        _, errors = process.communicate(timeout=PATIENCE_S)

    assert process.returncode == 3, errors
    assert len(errors.splitlines()) == 1
    assert time.monotonic() - started < 15


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_camera_finishes_its_files(pictures, tmp_path, sent):
    """Status 130, whole lines, a recording that plays."""
    with serving(pictures, fps=25) as camera:
        process = start(
            camera.address, "--no-window", "--jsonl", "r.jsonl", "--save", "s.mp4", cwd=tmp_path
        )
        until(lambda: len(readings(tmp_path)) >= 10, process)
        process.send_signal(sent)
        process.communicate(timeout=PATIENCE_S)

    assert process.returncode == 130
    assert (tmp_path / "r.jsonl").read_text().endswith("\n")
    assert cv2.VideoCapture(str(tmp_path / "s.mp4")).read()[0]


def test_a_run_that_is_killed_leaves_readable_lines(pictures, tmp_path):
    """SIGKILL cannot be caught: each line is on disk whole, at worst the one video is not."""
    with serving(pictures, fps=25) as camera:
        process = start(
            camera.address, "--no-window", "--jsonl", "r.jsonl", "--save", "s.mp4", cwd=tmp_path
        )
        until(lambda: len(readings(tmp_path)) >= 10, process)
        process.kill()
        process.communicate(timeout=PATIENCE_S)

    lines = (tmp_path / "r.jsonl").read_text().splitlines()
    assert process.returncode == -signal.SIGKILL
    assert len(lines) >= 10
    assert all(json.loads(line)["frame"] >= 0 for line in lines)
    assert {path.name for path in tmp_path.iterdir()} <= {"r.jsonl", "s.mp4"}


def test_keys_work_in_the_window(pictures, tmp_path, display):
    """S saves what is seen, h and d change the picture, q quits with status 0."""
    environment = {**os.environ, "DISPLAY": display}

    def press(key):
        subprocess.run(["xdotool", "key", key], env=environment, check=True)

    with serving(pictures, fps=15) as camera:
        process = start(camera.address, "--jsonl", "r.jsonl", cwd=tmp_path, DISPLAY=display)
        until(lambda: len(readings(tmp_path)) >= 5, process)
        search = ["xdotool", "search", "--sync", "--name", "camdigits", "windowfocus"]
        subprocess.run(search, env=environment, check=True, capture_output=True, timeout=20)
        press("h")
        press("d")
        press("s")
        until(lambda: list(tmp_path.glob("*.png")), process)
        press("q")
        _, errors = process.communicate(timeout=PATIENCE_S)

    assert process.returncode == 0, errors
    assert "snapshot" in errors
    (snapshot,) = tmp_path.glob("*.png")
    assert cv2.imread(str(snapshot)) is not None
