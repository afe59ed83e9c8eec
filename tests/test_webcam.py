"""A webcam that is not there: OpenCV's own V4L2 code on a preloaded fake device."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from clips import jpeg

TESTS = Path(__file__).parent
pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or shutil.which("gcc") is None,
    reason="the fake camera needs Linux and gcc",
)
READ = """
import json, sys
from itertools import islice
from clips import number_of
from camdigits.errors import CamdigitsError
from camdigits.sources import open_source
from camdigits.sources.base import SourceOptions
told = {"numbers": []}
try:
    with open_source("0", SourceOptions(size=(640, 480), fps=15, timeout_s=1.0)) as source:
        info = source.info
        told["facts"] = [info.live, info.width, info.height, info.fps, info.frame_count]
        for frame in islice(source, 8):
            told["numbers"].append(number_of(frame.bgr))
except CamdigitsError as error:
    told["error"] = [type(error).__name__, str(error)]
json.dump(told, sys.stdout)
"""


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Environment in which /dev/video0 is a camera that sends frames 0, 1, 2 ... 19."""
    folder = tmp_path_factory.mktemp("fakecam")
    library, clip = folder / "fakecam.so", folder / "clip.mjpeg"
    source = TESTS / "fakecam.c"
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    clip.write_bytes(b"".join(jpeg(number) for number in range(20)))
    paths = os.pathsep.join([str(TESTS.parent), str(TESTS)])
    ours = {"LD_PRELOAD": str(library), "FAKECAM_MJPEG": str(clip), "PYTHONPATH": paths}
    theirs = os.environ.get("PYTHONPATH")
    return {
        **os.environ,
        **ours,
        "PYTHONPATH": f"{paths}{os.pathsep}{theirs}" if theirs else paths,
    }


def run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, env=environment, cwd=TESTS.parent, capture_output=True, text=True, timeout=60
    )


def read(environment: dict[str, str]) -> dict[str, list[object]]:
    done = run(environment, "-c", READ)
    assert done.stderr == ""
    return json.loads(done.stdout)


def test_the_contract_holds_for_a_webcam(camera: dict[str, str]):
    """The suite that every source passes, with a camera."""
    suite = [str(TESTS / "test_sources.py"), "-p", "no:cacheprovider", "-q"]

    done = run(camera, "-m", "pytest", *suite)

    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
    assert "skipped" not in done.stdout


def test_frames_come_in_order_with_the_facts_the_driver_gave(camera: dict[str, str]):
    """What was asked for is a wish: size and rate are read back from the camera."""
    told = read(camera)

    assert told["facts"] == [True, 64, 48, 50.0, None]
    first = told["numbers"][0]
    assert told["numbers"] == list(range(first, first + 8))


def test_unplugging_is_a_loss(camera: dict[str, str]):
    """A camera that goes away is a SourceLostError that counts the frames it gave."""
    told = read({**camera, "FAKECAM_UNPLUG": "5"})

    assert len(told["numbers"]) >= 3
    assert told["error"] == [
        "SourceLostError",
        f"camera 0 stopped after {len(told['numbers'])} frames; "
        "was it unplugged? Plug it in and start again",
    ]


def test_a_camera_that_sends_nothing_is_refused_in_time(camera: dict[str, str]):
    """Opening ends after the time limit when no picture comes."""
    kind, message = read({**camera, "FAKECAM_SILENT": "1"})["error"]

    assert kind == "SourceError"
    assert "sent no picture within 1 s" in message


def test_broken_pictures_are_passed_over(camera: dict[str, str], tmp_path: Path):
    """USB cameras send a broken JPEG now and then: the next good one counts."""
    clip = [jpeg(number) for number in range(20)]
    clip[3] = clip[3][:4] + b"\0" * 60
    (tmp_path / "clip.mjpeg").write_bytes(b"".join(clip))

    told = read({**camera, "FAKECAM_MJPEG": str(tmp_path / "clip.mjpeg")})

    assert "error" not in told
    assert 3 not in told["numbers"]
    assert len(told["numbers"]) == 8


def test_a_device_that_may_not_be_opened_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """No permission is told apart from no device."""
    from camdigits.errors import SourceError
    from camdigits.sources import webcam

    monkeypatch.setattr(webcam, "_problem", lambda _: 13)

    with pytest.raises(SourceError, match=r"no permission for .*usermod -aG video"):
        webcam.WebcamSource(str(tmp_path / "video0"))


def test_the_cameras_there_are_get_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A wrong index is answered with the right ones, 2 before 10."""
    from camdigits.errors import SourceError
    from camdigits.sources import webcam

    for name in ("video10", "video2", "videobook"):
        (tmp_path / name).touch()
    monkeypatch.setattr(webcam, "DEVICES", tmp_path)

    with pytest.raises(SourceError, match=r"there are \S+/video2, \S+/video10; give one"):
        webcam.WebcamSource(987)
