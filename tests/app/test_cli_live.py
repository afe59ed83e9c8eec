"""`camdigits live` in its own process, with a network camera and a window with keys."""

import json
import os
import signal
import socket
import subprocess
import time

import pytest
from support.command import COMMAND, ENVIRONMENT, TIMEOUT_S, started, wait_until
from support.mjpeg_server import serving

from camdigits.image import cv2
from camdigits.sources.synthetic import SyntheticSource


@pytest.fixture(scope="module")
def pictures():
    """Twenty frames of the demo, as JPEG."""
    source = SyntheticSource(20, (640, 360))
    return [bytes(cv2.imencode(".jpg", frame.bgr)[1]) for frame in source]


def live(*arguments, cwd, **environment):
    """Start `camdigits live` for the length of a with block."""
    return started([*COMMAND, "live", *arguments], cwd=cwd, env={**ENVIRONMENT, **environment})


def readings(folder):
    """Return the complete lines of r.jsonl so far."""
    path = folder / "r.jsonl"
    text = path.read_text() if path.exists() else ""
    return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]


def test_a_lost_network_camera_is_status_4(pictures, tmp_path):
    """Results and recording up to the loss are on disk; the loss is the last message."""
    outputs = ["--jsonl", "r.jsonl", "--save", "s.mp4", "--give-up", "0"]
    with (
        serving(pictures, fps=25, limit=40) as camera,
        live(camera.address, "--no-window", *outputs, cwd=tmp_path) as process,
    ):
        _, errors = process.communicate(timeout=TIMEOUT_S)

    assert process.returncode == 4, errors
    figures, loss = errors.splitlines()
    assert "frames per second" in figures
    assert "ended after 40 frames; " in loss
    assert readings(tmp_path)
    assert readings(tmp_path)[-1]["numbers"]
    assert cv2.VideoCapture(str(tmp_path / "s.mp4")).read()[0]


def test_a_camera_that_never_answers_is_status_3(tmp_path):
    """A server that accepts and sends nothing is an error of one line after the time limit."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/video"
        start_s = time.monotonic()
        with live(address, "--no-window", "--timeout", "1", cwd=tmp_path) as process:
            _, errors = process.communicate(timeout=TIMEOUT_S)

    assert process.returncode == 3, errors
    assert len(errors.splitlines()) == 1
    assert time.monotonic() - start_s < 15


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_camera_finishes_its_files(pictures, tmp_path, sent):
    """An interrupted run has status 130, complete lines and a recording that plays."""
    outputs = ["--jsonl", "r.jsonl", "--save", "s.mp4"]
    with (
        serving(pictures, fps=25) as camera,
        live(camera.address, "--no-window", *outputs, cwd=tmp_path) as process,
    ):
        wait_until(lambda: len(readings(tmp_path)) >= 10, process)
        process.send_signal(sent)
        process.communicate(timeout=TIMEOUT_S)

    assert process.returncode == 130
    assert (tmp_path / "r.jsonl").read_text().endswith("\n")
    assert cv2.VideoCapture(str(tmp_path / "s.mp4")).read()[0]


def test_a_killed_run_leaves_complete_lines(pictures, tmp_path):
    """SIGKILL cannot be handled: every line is complete, only the video may be missing."""
    outputs = ["--jsonl", "r.jsonl", "--save", "s.mp4"]
    with (
        serving(pictures, fps=25) as camera,
        live(camera.address, "--no-window", *outputs, cwd=tmp_path) as process,
    ):
        wait_until(lambda: len(readings(tmp_path)) >= 10, process)
        process.kill()
        process.communicate(timeout=TIMEOUT_S)

    lines = (tmp_path / "r.jsonl").read_text().splitlines()
    assert process.returncode == -signal.SIGKILL
    assert len(lines) >= 10
    assert all(json.loads(line)["frame"] >= 0 for line in lines)
    assert {path.name for path in tmp_path.iterdir()} <= {"r.jsonl", "s.mp4"}


def test_keys_work_in_the_window(pictures, tmp_path, display):
    """Key s saves the picture shown, h and d change it, q quits with status 0."""
    environment = {**os.environ, "DISPLAY": display}

    def press(key):
        subprocess.run(["xdotool", "key", key], env=environment, check=True)

    with (
        serving(pictures, fps=15) as camera,
        live(camera.address, "--jsonl", "r.jsonl", cwd=tmp_path, DISPLAY=display) as process,
    ):
        wait_until(lambda: len(readings(tmp_path)) >= 5, process)
        search = ["xdotool", "search", "--sync", "--name", "camdigits", "windowfocus"]
        subprocess.run(search, env=environment, check=True, capture_output=True, timeout=20)
        press("h")
        press("d")
        press("s")
        wait_until(lambda: list(tmp_path.glob("*.png")), process)
        press("q")
        _, errors = process.communicate(timeout=TIMEOUT_S)

    assert process.returncode == 0, errors
    assert "snapshot" in errors
    _, snapshot = sorted(tmp_path.glob("*.png"))  # the frame as it came is beside it
    assert cv2.imread(str(snapshot)) is not None
