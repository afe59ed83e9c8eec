"""What cameras are there, and why one cannot be opened: a fake device, a fake /dev, a fake Pi."""

import errno
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from camdigits.errors import CamdigitsError, SourceError
from camdigits.sources import cameras, raspberry
from camdigits.sources.cameras import Camera, describe, list_cameras
from camdigits.sources.opening import open_source

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="V4L2 is Linux's")
if sys.platform.startswith("linux"):
    from camdigits.sources import v4l2
    from camdigits.sources.v4l2 import Device, Mode

WEBCAM = Device(
    Path("/dev/video2"),
    "A webcam",
    "uvcvideo",
    (Mode("MJPG", 640, 480, (30.0, 7.5)), Mode("MJPG", 1280, 720, ()), Mode("YUYV", 64, 48, ())),
)
SENSOR = Device(Path("/dev/video0"), "unicam-image", "unicam")


def run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from camdigits.app.cli import main; main()", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


def shows(monkeypatch: pytest.MonkeyPatch, *found: "Device") -> None:
    monkeypatch.setattr(v4l2, "devices", lambda: found)
    monkeypatch.setattr(
        v4l2, "probe", lambda path: next((each for each in found if each.path == path), None)
    )


@pytest.fixture
def picamera2(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A picamera2 that knows one camera of its own and one on USB."""

    class Picamera2:
        @staticmethod
        def global_camera_info() -> list[dict[str, object]]:
            return [
                {"Model": "imx708", "Location": 2, "Id": "/base/i2c0mux/imx708@1a", "Num": 0},
                {"Model": "A webcam", "Id": "/base/scb/pcie/usb@0-1:1.0-046d:0825", "Num": 1},
            ]

    module = ModuleType("picamera2")
    module.Picamera2 = Picamera2  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "picamera2", module)
    return module


def test_a_camera_is_listed_with_sizes_and_rates(camera: dict[str, str]) -> None:
    """Through the driver's own answers, in a process; status 0."""
    lines, as_json = run(camera, "cameras"), run(camera, "cameras", "--json")

    assert (lines.returncode, lines.stderr) == (0, "")
    assert lines.stdout.splitlines() == [
        "0           Fake camera (/dev/video0, fakecam)",
        "            MJPG 64x48 at 50 25",
    ]
    (found,) = json.loads(as_json.stdout)["cameras"]
    assert found["modes"] == [{"format": "MJPG", "width": 64, "height": 48, "fps": [50.0, 25.0]}]
    assert (found["source"], found["path"]) == ("0", "/dev/video0")


def test_no_camera_is_one_line_and_status_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Nothing found is said so; JSON says it with an empty list."""
    from camdigits.app.cli import run as run_here

    monkeypatch.setattr(v4l2, "DEVICES", tmp_path)
    monkeypatch.setattr(raspberry, "MODEL_FILE", tmp_path / "model")

    assert run_here(["cameras"]) == 1
    assert run_here(["cameras", "--json"]) == 1
    assert capsys.readouterr().out.splitlines() == [cameras.NONE_FOUND, '{"cameras": []}']


def test_a_file_that_is_no_device_is_omitted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A file that answers no ioctl is no camera."""
    (tmp_path / "video0").touch()
    monkeypatch.setattr(v4l2, "DEVICES", tmp_path)

    assert v4l2.devices() == ()


def test_sizes_follow_their_format() -> None:
    """One line per format, rates if the driver reports them."""
    (found,) = (cameras._from_v4l2(WEBCAM),)

    assert describe(found).splitlines() == [
        "2           A webcam (/dev/video2, uvcvideo)",
        "            MJPG 640x480 at 30 7.5, 1280x720",
        "            YUYV 64x48",
    ]


@pytest.mark.parametrize(
    ("number", "advice"),
    [(errno.EACCES, "usermod -aG video"), (errno.EBUSY, "another program"), (errno.EIO, "Input")],
)
def test_a_camera_that_cannot_be_opened_is_listed_with_what_to_do(
    number: int, advice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No permission is not "no camera"."""
    shows(monkeypatch, Device(Path("/dev/video0"), "video0", "", problem=number))

    (found,) = list_cameras()

    assert advice in found.problem
    assert advice in describe(found)


@pytest.mark.usefixtures("picamera2")
def test_the_cameras_of_a_pi_are_listed_by_libcamera(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its raw devices are not what to open, and USB cameras are not listed twice."""
    shows(monkeypatch, SENSOR, WEBCAM)

    found = list_cameras()

    assert [each.source for each in found] == ["2", "picamera:0"]
    assert found[1].name == "imx708"


def test_without_picamera2_a_pi_camera_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The command to run, and the kind of venv."""
    monkeypatch.setitem(sys.modules, "picamera2", None)
    shows(monkeypatch, SENSOR)

    (found,) = list_cameras()

    assert found.source == "picamera"
    assert "sudo apt install python3-picamera2" in found.problem
    assert "--system-site-packages" in found.problem


def test_other_systems_are_told_what_to_try(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cameras are listed on Linux only."""
    monkeypatch.setattr(sys, "platform", "darwin")

    with pytest.raises(CamdigitsError, match="on Linux only; try camdigits live 0"):
        list_cameras()


def test_a_pi_camera_opened_as_a_webcam_is_pointed_out(camera: dict[str, str]) -> None:
    """`live 0` where only libcamera can open it: use picamera."""
    done = run({**camera, "FAKECAM_DRIVER": "unicam"}, "live", "0", "--no-window")

    assert done.returncode == 3
    assert done.stderr == (
        "camdigits: cannot open camera 0: /dev/video0 is the Pi's own camera, which only "
        "libcamera reads; use picamera\n"
    )


def test_a_camera_in_use_is_reported(camera: dict[str, str]) -> None:
    """The driver lets nobody else set a format: that is not "no device"."""
    done = run({**camera, "FAKECAM_BUSY": "1"}, "live", "0", "--no-window")

    assert done.returncode == 3
    assert "another program uses it; close that first" in done.stderr


def test_no_permission_names_the_group(monkeypatch: pytest.MonkeyPatch) -> None:
    """A device that may not be opened says what to run."""
    path = Path("/dev/video987")
    shows(monkeypatch, Device(path, "video987", "", problem=errno.EACCES))

    with pytest.raises(SourceError, match=r"/dev/video987: no permission; .*usermod -aG video"):
        open_source("987")


def test_a_wrong_number_is_answered_with_the_right_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only devices that take pictures are named."""
    shows(monkeypatch, WEBCAM, SENSOR)

    with pytest.raises(SourceError, match=r"there are /dev/video2; give one"):
        open_source("987")


def test_on_a_pi_without_webcam_its_own_camera_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The board's model file is enough to say `picamera`."""
    (tmp_path / "model").write_bytes(b"Raspberry Pi 5 Model B Rev 1.0\0")
    monkeypatch.setattr(raspberry, "MODEL_FILE", tmp_path / "model")
    shows(monkeypatch)

    with pytest.raises(SourceError, match="for the Pi's own camera use picamera"):
        open_source("987")


def test_a_camera_is_plain_values_in_json() -> None:
    """Everything a program may want, by name."""
    values = Camera("0", "A", "/dev/video0", "uvcvideo", WEBCAM.modes[:1]).as_json()

    assert json.loads(json.dumps(values))["modes"][0]["fps"] == [30.0, 7.5]
