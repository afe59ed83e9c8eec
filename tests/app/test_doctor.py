"""The doctor reports missing parts and what to do, and finishes in every case."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from camdigits.app import doctor
from camdigits.app.doctor import Finding, findings_json, format_finding, passed, run_checks
from camdigits.errors import ModelError
from camdigits.sources import cameras, raspberry
from camdigits.sources.cameras import Camera, open_error_advice

ROOT = Path(__file__).parent.parent.parent
COMMAND = [sys.executable, "-c", "from camdigits.app.cli import main; main()", "doctor"]
NAMES = [name for name, _ in doctor.CHECKS]


def run(*options: str, path: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    paths = os.pathsep.join(each for each in (path, str(ROOT)) if each)
    return subprocess.run(
        [*COMMAND, *options],
        env={**os.environ, "PYTHONPATH": paths, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_if_reading_works_every_line_is_ok_or_a_note() -> None:
    """The status is 0; a missing display is a note; the last line is a measurement."""
    done = run(DISPLAY="", WAYLAND_DISPLAY="")

    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, "")
    assert [each.split()[1] for each in lines] == NAMES
    assert {each.split()[0] for each in lines} <= {"ok", "note"}
    assert "live --no-window" in lines[NAMES.index("display")]
    assert "frames per second on the demo's page" in lines[-1]


def test_without_opencv_the_other_checks_still_run(tmp_path: Path) -> None:
    """The status is 1, the line says what to install, and reading is not tried."""
    (tmp_path / "cv2.py").write_text("raise ImportError('libGL.so.1: cannot open')")

    done = run("--json", path=str(tmp_path))

    report = json.loads(done.stdout)
    checks = {each["name"]: each for each in report["checks"]}
    assert (done.returncode, done.stderr, report["ok"]) == (1, "", False)
    assert list(checks) == NAMES
    assert checks["opencv"]["state"] == "FAIL"
    assert "apt install libgl1" in checks["opencv"]["text"]
    assert checks["model"]["state"] == "ok"
    assert checks["reading"]["text"].startswith("not tried: ")


def test_a_broken_model_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """The finding is the error message; the remaining checks run."""

    def fail(_: Path) -> None:
        raise ModelError("digits.tflite: cut short; install it again")

    monkeypatch.setattr("camdigits.recognize.card.load_card", fail)

    findings = {each.name: each for each in run_checks()}

    assert findings["model"] == Finding(
        "model", "FAIL", "digits.tflite: cut short; install it again"
    )
    assert findings["runtime"].state == "ok"
    assert findings["reading"].state == "FAIL"
    assert not passed(list(findings.values()))


def test_a_camera_without_permission_is_a_note_with_the_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A camera is optional: it is a note, not a failure."""
    locked = Camera("0", "video0", "/dev/video0", "", (), open_error_advice(errno.EACCES))
    monkeypatch.setattr(cameras, "list_cameras", lambda: (locked,))

    state, text = doctor._cameras()

    assert state == "note"
    assert "usermod -aG video" in text


def test_a_pi_without_picamera2_is_a_note_with_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """picamera2 is optional, because a webcam works too."""
    (tmp_path / "model").write_bytes(b"Raspberry Pi 4 Model B Rev 1.5\0")
    monkeypatch.setattr(raspberry, "MODEL_FILE", tmp_path / "model")
    monkeypatch.setitem(sys.modules, "picamera2", None)

    found = doctor._finding("picamera", doctor._picamera, broken=False)

    assert found.state == "note"
    assert "sudo apt install python3-picamera2" in found.text


def test_two_opencv_packages_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """The note names both packages, which overwrite each other's files."""
    monkeypatch.setattr(doctor, "_version", lambda name: "4.11" if "contrib" not in name else None)

    state, text = doctor._opencv()

    assert state == "note"
    assert "opencv-python and opencv-python-headless overwrite each other" in text


def test_the_parts_of_opencv_are_read_from_its_build_information() -> None:
    """NO and NONE mean no, and so does a part that is not listed."""
    information = "  GUI:                           NONE\n  Video I/O:\n    FFMPEG:      YES\n"

    assert doctor._built_with(information) == {
        "windows": False,
        "FFMPEG": True,
        "GStreamer": False,
        "V4L2": False,
    }


def test_findings_are_plain_values_in_json() -> None:
    """The JSON object has the overall result and all checks; text lines align."""
    findings = [Finding("python", "ok", "3.11.2"), Finding("display", "note", "none")]

    assert findings_json(findings)["ok"] is True
    assert findings_json(findings)["checks"][1] == {
        "name": "display",
        "state": "note",
        "text": "none",
    }
    assert format_finding(findings[1]) == "note  display    none"
