import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import camdigits
from camdigits.cli import run
from camdigits.image import cv2
from camdigits.sources.demo import DemoSource


def write_clip(path, pictures, fps=30):
    """Write pictures as an MPEG-4 file."""
    height, width = pictures[0].shape[:2]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"mp4v"), fps, (width, height))
    for picture in pictures:
        writer.write(picture)
    writer.release()


COMMAND = [sys.executable, "-m", "camdigits"]
ROOT = Path(__file__).parent.parent
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


def call(*arguments, cwd, env=ENVIRONMENT, **options):
    """Run the command line as a process."""
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=cwd,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        **options,
    )


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """A photo of the demo's page."""
    path = tmp_path_factory.mktemp("page") / "page.png"
    cv2.imwrite(str(path), next(iter(DemoSource(1))).bgr)
    return path


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """A second of the demo's page as a video file."""
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    write_clip(path, [frame.bgr for frame in DemoSource(30, (640, 360))])
    return path


def lines(path):
    """The objects of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text().splitlines()]


def count_frames(path):
    """Frames of a video as OpenCV decodes them."""
    capture = cv2.VideoCapture(str(path))
    count = 0
    while capture.read()[0]:
        count += 1
    return count


def test_version_is_the_packages(tmp_path):
    """One line on standard output."""
    done = call("--version", cwd=tmp_path)

    assert done.returncode == 0
    assert camdigits.__version__ in done.stdout


@pytest.mark.parametrize("command", [(), ("live",), ("video",), ("image",), ("demo",), ("bench",)])
def test_every_command_has_help(command, capsys):
    """--help ends well and says how the command is used."""
    assert run([*command, "--help"]) == 0
    assert "Usage: camdigits" in capsys.readouterr().out


def test_help_loads_nothing_heavy():
    """The command line answers before OpenCV and NumPy are loaded."""
    code = (
        "import sys; from camdigits.cli import run; run(['--help']); "
        "sys.exit(bool({'cv2', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], env=ENVIRONMENT, capture_output=True)

    assert done.returncode == 0


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shell_completion_is_printed(shell, capsys):
    """The script asks the program itself for its words."""
    assert run(["completion", shell]) == 0
    assert "_CAMDIGITS_COMPLETE" in capsys.readouterr().out


def test_the_demo_reads_its_own_page_without_a_mistake(tmp_path):
    """No camera, screen, network or data: a clip is made, read, and written annotated."""
    environment = {**ENVIRONMENT, "DISPLAY": "", "CAMDIGITS_DATA": ""}

    done = call("demo", "--jsonl", "readings.jsonl", cwd=tmp_path, env=environment)

    assert done.returncode == 0, done.stderr
    assert "All 7 numbers right in 150 of 150 frames." in done.stdout
    assert len(lines(tmp_path / "readings.jsonl")) == 150
    assert count_frames(tmp_path / "camdigits-demo.mp4") == 150


def test_a_photo_is_printed_as_a_line(page, tmp_path):
    """The picture's name, and its numbers in reading order."""
    done = call("image", page, cwd=tmp_path)

    assert done.returncode == 0
    assert done.stdout == f"{page}: {' '.join(DemoSource(1).truth)}\n"
    assert done.stderr == ""


def test_json_lines_hold_what_the_design_promises(page, tmp_path):
    """One object per picture on standard output, nothing else there."""
    done = call("image", page, "--jsonl", "-", cwd=tmp_path)

    reading = json.loads(done.stdout)
    assert reading["source"] == str(page)
    assert (reading["width"], reading["height"]) == (1280, 720)
    assert [number["text"] for number in reading["numbers"]] == list(DemoSource(1).truth)
    first = reading["digits"][reading["numbers"][0]["digits"][0]]
    assert first["label"] == "3"
    assert 0.5 <= first["score"] <= 1
    assert len(first["box"]) == 4
    assert set(reading["ms"]) >= {"ink", "regions", "glyphs", "classify"}


def test_one_bad_picture_among_many_costs_one_line(page, tmp_path):
    """The others are read, and the status is that of success."""
    for index in range(5):
        shutil.copy(page, tmp_path / f"page{index}.png")
    (tmp_path / "page2.png").write_text("no picture")

    done = call("image", tmp_path, "-o", "out", "--jsonl", "r.jsonl", cwd=tmp_path)

    assert done.returncode == 0
    assert len(done.stderr.splitlines()) == 1
    assert "page2.png" in done.stderr
    assert len(lines(tmp_path / "r.jsonl")) == 4
    assert len(list((tmp_path / "out").iterdir())) == 4


def test_a_video_is_annotated_frame_for_frame(clip, tmp_path):
    """Same size, same count; readings beside it; no progress bar in a pipe."""
    done = call(
        "video", clip, "-o", "out.mp4", "--jsonl", "r.jsonl", "--csv", "r.csv", cwd=tmp_path
    )

    assert done.returncode == 0, done.stderr
    assert count_frames(tmp_path / "out.mp4") == 30
    assert [reading["frame"] for reading in lines(tmp_path / "r.jsonl")] == list(range(30))
    assert (tmp_path / "r.csv").read_text().startswith("source,frame,")
    assert len(done.stderr.splitlines()) == 1
    assert "%|" not in done.stderr


def test_a_video_alone_is_written_under_its_own_name(clip, tmp_path):
    """Without outputs the annotated copy is what is wanted; it lies in the current folder."""
    assert call("video", clip, cwd=tmp_path).returncode == 0
    assert count_frames(tmp_path / "clip-digits.mp4") == 30


def test_one_bad_video_among_several_does_not_stop_the_others(clip, tmp_path):
    """It is reported; the status is its own."""
    (tmp_path / "bad.mp4").write_bytes(b"")
    done = call("video", "bad.mp4", clip, "--jsonl", "r.jsonl", cwd=tmp_path)

    assert done.returncode == 3
    assert "bad.mp4" in done.stderr.splitlines()[0]
    assert len(lines(tmp_path / "r.jsonl")) == 30


def test_live_runs_without_a_window(clip, tmp_path):
    """A file as source, readings and a recording as outputs, no screen."""
    done = call("live", clip, "--no-window", "--jsonl", "r.jsonl", "--save", "s.mp4", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert len(lines(tmp_path / "r.jsonl")) == 30
    assert count_frames(tmp_path / "s.mp4") == 30


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_video_is_complete_and_playable(tmp_path, sent):
    """Stopped half-way: status 130, whole lines, a video with as many frames."""
    write_clip(tmp_path / "long.mp4", [f.bgr for f in DemoSource(60, (640, 360))] * 20)
    process = subprocess.Popen(
        [*COMMAND, "video", "long.mp4", "-o", "out.mp4", "--jsonl", "r.jsonl"],
        cwd=tmp_path,
        env=ENVIRONMENT,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        written = tmp_path / "r.jsonl"
        if written.exists() and written.read_bytes().count(b"\n") >= 20:
            break
        time.sleep(0.02)
    process.send_signal(sent)
    _, errors = process.communicate(timeout=60)

    assert process.returncode == 130
    assert errors.strip() == "camdigits: interrupted"
    readings = lines(tmp_path / "r.jsonl")
    assert 20 <= len(readings) < 1200
    assert abs(count_frames(tmp_path / "out.mp4") - len(readings)) <= 1


def test_a_reader_that_goes_away_is_no_error(page, tmp_path):
    """`camdigits image … --jsonl - | head -1` ends quietly."""
    done = subprocess.run(
        f"{sys.executable} -c 'from camdigits.cli import main; main()' image "
        + " ".join([f"'{page}'"] * 30)
        + " --jsonl - | head -n 1 | wc -l; exit ${PIPESTATUS[0]}",
        shell=True,
        executable=shutil.which("bash"),
        cwd=tmp_path,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0
    assert done.stdout.strip() == "1"
    assert done.stderr == ""


def cut_in_half(path, tmp_path):
    """Copy the first half of a file."""
    half = tmp_path / f"half{path.suffix}"
    half.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return half


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_standard_output_that_is_full_is_one_line(page, tmp_path):
    """Results that go nowhere are an error, not a traceback."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*COMMAND, "image", str(page)],
            cwd=tmp_path,
            env=ENVIRONMENT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert done.returncode == 2
    assert done.stderr.startswith("camdigits: cannot write standard output: No space left")
    assert len(done.stderr.splitlines()) == 1


class TestBadInput:
    """Each: one line, the documented status, no traceback, nothing half-written."""

    @pytest.fixture
    def here(self, tmp_path, page, clip):
        """A folder with everything that is wrong."""
        (tmp_path / "empty").mkdir()
        (tmp_path / "empty.png").write_bytes(b"")
        (tmp_path / "text.png").write_text("this is no picture")
        (tmp_path / "text.mp4").write_text("this is no video")
        cv2.imwrite(str(tmp_path / "whole.jpg"), cv2.imread(str(page)))
        cut_in_half(tmp_path / "whole.jpg", tmp_path)
        cut_in_half(clip, tmp_path)
        (tmp_path / "file").write_text("a file")
        (tmp_path / "cut.tflite").write_bytes(b"TFL3" * 100)
        (tmp_path / "no-card.tflite").write_bytes(b"TFL3" * 100)
        (tmp_path / "cut.json").write_text("{}")
        shutil.copy(page, tmp_path / "page.png")
        shutil.copy(clip, tmp_path / "clip.mp4")
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
    def test_one_line_and_its_status(self, here, arguments, status):
        """What was wanted, what came, what to do."""
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
        ],
    )
    def test_usage_is_status_2(self, here, arguments):
        """What is wrong, and where to read on, in one line; nothing is read."""
        done = call(*arguments, cwd=here)

        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1, done.stderr
        assert done.stderr.endswith("--help tells what there is\n")

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["video", "missing.mp4"], "no such file; look at its name"),
            (["image", "https://a.example/b.jpg"], "got an address; download the picture first"),
            (["image", "page.png", "-o", "out.png"], "wanted a folder, got the name of a picture"),
        ],
    )
    def test_what_is_said_fits_the_command(self, here, arguments, said):
        """A video is no camera, an address no file, a picture's name no folder."""
        assert said in call(*arguments, cwd=here).stderr

    def test_readings_for_a_closed_output_are_an_error(self, here):
        """With `>&-` they would be lost without a word."""
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
        assert (
            done.stderr == "camdigits: cannot write standard output: it is closed; give a file\n"
        )

    def test_no_display_is_one_line(self, here):
        """Never an abort of the window system."""
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
    def test_tiny_and_narrow_pictures_are_read(self, here, shape):
        """Nothing is on them; that is no error."""
        cv2.imwrite(str(here / "odd.png"), np.full(shape, 200, np.uint8))

        done = call("image", "odd.png", "-o", "out", cwd=here)

        assert done.returncode == 0, done.stderr
        assert done.stdout == "odd.png: no digits\n"
