"""Webcams: OpenCV's own V4L2 code on a preloaded fake device."""

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from support.clips import jpeg

from camdigits.image import cv2

TESTS = Path(__file__).parent.parent
LIVE = "from camdigits.app.cli import main; main()"
READ = """
import json, sys
from itertools import islice
from support.clips import number_of
from camdigits.errors import CamdigitsError
from camdigits.sources.opening import open_source
from camdigits.sources import capture
from camdigits.sources.base import SourceOptions
capture.SETTLE_S = 0.05
requested = {"size": (640, 480), "fps": 15, "timeout_s": 1.0, **json.loads(sys.argv[1])}
requested["size"] = tuple(requested["size"])
report = {"numbers": []}
try:
    with open_source("0", SourceOptions(**requested)) as source:
        info = source.info
        report["note"] = info.note
        report["facts"] = [info.live, info.width, info.height, info.fps, info.frame_count]
        for frame in islice(source, 8):
            report["numbers"].append(number_of(frame.bgr))
except CamdigitsError as error:
    report["error"] = [type(error).__name__, str(error)]
json.dump(report, sys.stdout)
"""


def run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, env=environment, cwd=TESTS.parent, capture_output=True, text=True, timeout=60
    )


def start_live(environment: dict[str, str], folder: Path, *options: str) -> subprocess.Popen[str]:
    """Start `camdigits live 0` without a window, its readings in r.jsonl."""
    command = [sys.executable, "-c", LIVE, "live", "0", "--no-window", "--jsonl", "r.jsonl"]
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [*command, *options], env=environment, cwd=folder, stdout=pipe, stderr=pipe, text=True
    )


def readings(folder: Path) -> list[dict[str, float]]:
    path = folder / "r.jsonl"
    lines = path.read_text().splitlines(keepends=True) if path.exists() else []
    return [json.loads(line) for line in lines if line.endswith("\n")]


def wait_for(happened: Callable[[], object], process: subprocess.Popen[str]) -> None:
    deadline_s = time.monotonic() + 30
    while not happened():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline_s, "did not happen"
        time.sleep(0.02)


def read(environment: dict[str, str], **requested: object) -> dict[str, list[object]]:
    done = run(environment, "-c", READ, json.dumps(requested))
    assert done.stderr == ""
    return json.loads(done.stdout)


def test_the_contract_holds_for_a_webcam(camera: dict[str, str]):
    """The suite that every source passes, with a camera."""
    suite = [str(TESTS / "contract" / "test_sources.py"), "-p", "no:cacheprovider", "-q"]

    done = run(camera, "-m", "pytest", *suite)

    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
    assert "skipped" not in done.stdout


def test_frames_come_in_order_with_the_properties_of_the_driver(camera: dict[str, str]):
    """Size and rate are read back from the camera, not copied from the request."""
    report = read(camera)

    assert report["facts"] == [True, 64, 48, 50.0, None]
    first = report["numbers"][0]
    assert report["numbers"] == list(range(first, first + 8))


def test_unsupported_settings_are_reported(camera: dict[str, str]):
    """Size, rate, focus and exposure in one line; an empty note if all are supported."""
    unsupported = read(camera, autofocus=True, lock_exposure=True)
    supported = read(camera, size=(64, 48), fps=50)

    assert unsupported["note"] == (
        "camera 0 does not support 640x480 (it delivers 64x48), "
        "15 frames per second (it delivers 50), autofocus, a locked exposure"
    )
    assert supported["note"] == ""


def test_focus_and_exposure_are_set_where_the_camera_has_them(
    camera: dict[str, str], tmp_path: Path
):
    """Autofocus is switched on; after SETTLE_S the exposure is fixed at its value."""
    log = tmp_path / "controls"
    able = {**camera, "FAKECAM_CONTROLS": str(log)}

    report = read(able, size=(64, 48), fps=50, autofocus=True, lock_exposure=True)

    focus, manual, exposure = 0x9A090C, 0x9A0901, 0x9A0902
    assert report["note"] == ""
    assert log.read_text().splitlines() == [f"{focus} 1", f"{manual} 1", f"{exposure} 157"]


@pytest.mark.parametrize(("requested", "value"), [({}, 1), ({"autofocus": False}, 0)])
def test_focus_is_left_on_unless_it_is_to_be_off(
    camera: dict[str, str], tmp_path: Path, requested: dict[str, bool], value: int
):
    """Autofocus is the default; exposure is not touched."""
    log = tmp_path / "controls"

    read({**camera, "FAKECAM_CONTROLS": str(log)}, **requested)

    assert log.read_text() == f"{0x9A090C} {value}\n"


def test_both_flips_rotate_by_180_degrees(camera: dict[str, str]):
    """Both flips are half a turn: the first cells lie in the last rows."""
    upright, turned = read(camera), read(camera, hflip=True, vflip=True)

    assert max(upright["numbers"]) < 20
    assert min(turned["numbers"]) > 47 - 20


def test_live_reads_an_area_and_reports_unsupported_settings(
    camera: dict[str, str], tmp_path: Path
):
    """The flags of the command line reach the camera; an area outside the picture is rejected."""
    small = ["--size", "320x240", "--roi", "8,8,40,32"]
    process = start_live({**camera, "FAKECAM_UNPLUG": "20"}, tmp_path, *small, "--give-up", "0")
    _, said = process.communicate(timeout=30)
    outside = run(camera, "-c", LIVE, "live", "0", "--no-window", "--roi", "64,0,10,10")

    assert process.returncode == 4, said
    assert said.startswith("camdigits: camera 0 does not support 320x240 (it delivers 64x48)\n")
    assert {(line["width"], line["height"]) for line in readings(tmp_path)} == {(64, 48)}
    assert outside.returncode == 2
    assert "--roi 64,0,10,10 lies outside the picture, which is 64x48" in outside.stderr


def test_unplugging_is_a_loss(camera: dict[str, str]):
    """A camera that goes away is a SourceLostError with the number of frames."""
    report = read({**camera, "FAKECAM_UNPLUG": "5"})

    assert len(report["numbers"]) >= 3
    assert report["error"] == [
        "SourceLostError",
        f"camera 0 stopped after {len(report['numbers'])} frames; "
        "was it unplugged? Plug it in and start again",
    ]


def test_a_camera_plugged_in_again_is_read_again(camera: dict[str, str], tmp_path: Path):
    """Unplugged every 12 frames for 0.3 s: readings go on, neither index nor time goes back."""
    pulled = {**camera, "FAKECAM_UNPLUG": "12", "FAKECAM_REPLUG": "300"}
    process = start_live(pulled, tmp_path)
    wait_for(lambda: len(readings(tmp_path)) >= 30, process)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)

    frames = [line["frame"] for line in readings(tmp_path)]
    times_s = [line["time_s"] for line in readings(tmp_path)]
    assert process.returncode == 130
    assert all(earlier < later for earlier, later in pairwise(frames))
    assert all(earlier < later for earlier, later in pairwise(times_s))
    assert max(later - earlier for earlier, later in pairwise(times_s)) > 0.3
    lines = said.splitlines()
    assert re.match(r"camdigits: camera 0 stopped after 1\d frames; trying again", lines[0])
    assert re.match(r"camdigits: the picture is back after 0\.\d s", lines[1])
    assert re.match(r"\d+ frames, \d+ digits, ", lines[-3])
    assert lines[-1] == "camdigits: interrupted"


def test_a_camera_that_stays_away_is_given_up(camera: dict[str, str], tmp_path: Path):
    """Status 4 after --give-up seconds, with the figures and one line that says why."""
    process = start_live({**camera, "FAKECAM_UNPLUG": "8"}, tmp_path, "--give-up", "1")
    _, said = process.communicate(timeout=30)

    assert process.returncode == 4, said
    gone, figures, loss = said.splitlines()
    assert gone.endswith("; trying again")
    assert figures.startswith(f"{len(readings(tmp_path))} frames, ")
    assert loss.endswith(
        "frames and did not come back within 1 s; was it unplugged? Plug it in and start again"
    )


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_quitting_while_a_camera_is_gone_finishes_the_files(
    camera: dict[str, str], tmp_path: Path, sent: signal.Signals
):
    """Status 130 at once, whole lines, a recording that plays."""
    process = start_live({**camera, "FAKECAM_UNPLUG": "8"}, tmp_path, "--save", "s.mp4")
    assert process.stderr is not None
    assert process.stderr.readline().endswith("; trying again\n")
    wait_for(lambda: readings(tmp_path), process)
    started_s = time.monotonic()
    process.send_signal(sent)
    process.communicate(timeout=30)

    assert process.returncode == 130
    assert time.monotonic() - started_s < 5
    assert (tmp_path / "r.jsonl").read_text().endswith("}\n")
    assert cv2.VideoCapture(str(tmp_path / "s.mp4")).read()[0]


def test_a_camera_that_sends_nothing_is_rejected_in_time(camera: dict[str, str]):
    """Opening ends after the time limit when no picture comes."""
    kind, message = read({**camera, "FAKECAM_SILENT": "1"})["error"]

    assert kind == "SourceError"
    assert "sent no picture within 1 s" in message


def test_broken_pictures_are_skipped(camera: dict[str, str], tmp_path: Path):
    """USB cameras send a broken JPEG now and then: such pictures are skipped."""
    clip = [jpeg(number) for number in range(20)]
    clip[3] = clip[3][:4] + b"\0" * 60
    (tmp_path / "clip.mjpeg").write_bytes(b"".join(clip))

    report = read({**camera, "FAKECAM_MJPEG": str(tmp_path / "clip.mjpeg")})

    assert "error" not in report
    assert 3 not in report["numbers"]
    assert len(report["numbers"]) == 8
