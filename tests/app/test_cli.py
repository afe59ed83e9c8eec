import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support.command import COMMAND, ENVIRONMENT, call, started, wait_until, write_pictures
from support.written import page

import camdigits
from camdigits.app.cli import run
from camdigits.image import cv2
from camdigits.sources.synthetic import SyntheticSource


def lines(path):
    """Return the objects of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text().splitlines()]


def count_frames(path):
    """Return the number of frames that OpenCV decodes."""
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
    """--help prints the usage and ends with status 0."""
    assert run([*command, "--help"]) == 0
    assert "Usage: camdigits" in capsys.readouterr().out


def test_without_arguments_the_whole_help_is_printed(tmp_path):
    """Bare `camdigits` prints what --help prints, on standard error, with status 2."""
    bare, helped = call(cwd=tmp_path), call("--help", cwd=tmp_path)

    assert (bare.returncode, bare.stdout) == (2, "")
    assert bare.stderr == helped.stdout
    assert "\n  demo " in bare.stderr


@pytest.mark.parametrize("alias", [("--give-up", "--reconnect-for"), ("--save", "--record")])
def test_aliases_are_listed_in_help(alias, capsys):
    """An alias stands beside the older name of its option."""
    assert run(["live", "--help"]) == 0
    assert ", ".join(alias) in capsys.readouterr().out


def test_help_loads_nothing_heavy():
    """--help imports neither OpenCV nor NumPy."""
    code = (
        "import sys; from camdigits.app.cli import run; run(['--help']); "
        "sys.exit(bool({'cv2', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], env=ENVIRONMENT, capture_output=True)

    assert done.returncode == 0


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shell_completion_is_printed(shell, capsys):
    """The script calls the program itself for completions."""
    assert run(["completion", shell]) == 0
    assert "_CAMDIGITS_COMPLETE" in capsys.readouterr().out


def test_the_demo_reads_its_own_page_without_an_error(tmp_path):
    """Without camera, screen, network or data a clip is generated, read and annotated."""
    environment = {**ENVIRONMENT, "DISPLAY": "", "CAMDIGITS_DATA": ""}

    done = call("demo", "--jsonl", "readings.jsonl", cwd=tmp_path, env=environment)

    assert done.returncode == 0, done.stderr
    assert "All 7 numbers right in 150 of 150 frames." in done.stdout
    assert len(lines(tmp_path / "readings.jsonl")) == 150
    assert count_frames(tmp_path / "camdigits-demo.mp4") == 150


def test_a_photo_is_printed_line_by_line(demo_page, tmp_path):
    """The name of the picture and its numbers as they stand on the page."""
    done = call("image", demo_page, cwd=tmp_path)

    assert done.returncode == 0
    truth = SyntheticSource(1).truth
    assert done.stdout.startswith(f"{demo_page}: {truth[0]}")
    assert done.stdout.split()[1:] == list(truth)
    assert done.stderr == ""


def test_a_settings_file_is_used(demo_page, tmp_path):
    """--config passes the settings of a TOML file to the reader."""
    (tmp_path / "reader.toml").write_text("[regions]\nmin_side_px = 300\n")

    done = call("image", demo_page, "--config", "reader.toml", cwd=tmp_path)

    assert (done.returncode, done.stdout) == (0, f"{demo_page}: no digits\n"), done.stderr


def test_json_lines_have_the_documented_keys(demo_page, tmp_path):
    """Standard output has one object per picture and nothing else."""
    done = call("image", demo_page, "--jsonl", "-", cwd=tmp_path)

    reading = json.loads(done.stdout)
    assert reading["source"] == str(demo_page)
    assert (reading["width"], reading["height"]) == (1280, 720)
    assert [number["text"] for number in reading["numbers"]] == list(SyntheticSource(1).truth)
    first = reading["digits"][reading["numbers"][0]["digits"][0]]
    assert first["label"] == "3"
    assert 0.5 <= first["score"] <= 1
    assert len(first["box"]) == 4
    assert set(reading["ms"]) >= {"ink", "regions", "glyphs", "classify"}


def test_one_bad_picture_among_many_is_skipped(demo_page, tmp_path):
    """It is reported in one line; the others are read, and the status is 0."""
    for index in range(5):
        shutil.copy(demo_page, tmp_path / f"page{index}.png")
    (tmp_path / "page2.png").write_text("no picture")

    done = call("image", tmp_path, "-o", "out", "--jsonl", "r.jsonl", cwd=tmp_path)

    assert done.returncode == 0
    assert len(done.stderr.splitlines()) == 1
    assert "page2.png" in done.stderr
    assert len(lines(tmp_path / "r.jsonl")) == 4
    assert len(list((tmp_path / "out").iterdir())) == 4


def test_a_video_is_annotated_frame_for_frame(demo_clip, tmp_path):
    """The copy has all frames; results are written too; a pipe gets no progress bar."""
    done = call(
        "video", demo_clip, "-o", "out.mp4", "--jsonl", "r.jsonl", "--csv", "r.csv", cwd=tmp_path
    )

    assert done.returncode == 0, done.stderr
    assert count_frames(tmp_path / "out.mp4") == 30
    assert [reading["frame"] for reading in lines(tmp_path / "r.jsonl")] == list(range(30))
    assert (tmp_path / "r.csv").read_text().startswith("source,frame,")
    assert len(done.stderr.splitlines()) == 1
    assert "%|" not in done.stderr


def test_a_video_alone_is_written_under_its_own_name(demo_clip, tmp_path):
    """Without named outputs an annotated copy is written to the current folder."""
    assert call("video", demo_clip, cwd=tmp_path).returncode == 0
    assert count_frames(tmp_path / "clip-digits.mp4") == 30


def test_one_bad_video_among_several_does_not_stop_the_others(demo_clip, tmp_path):
    """It is reported, the others are read, and the status is that of the bad one."""
    (tmp_path / "bad.mp4").write_bytes(b"")
    done = call("video", "bad.mp4", demo_clip, "--jsonl", "r.jsonl", cwd=tmp_path)

    assert done.returncode == 3
    assert "bad.mp4" in done.stderr.splitlines()[0]
    assert len(lines(tmp_path / "r.jsonl")) == 30


def test_live_runs_without_a_window(demo_clip, tmp_path):
    """--no-window reads a file and writes results and a recording."""
    done = call(
        "live", demo_clip, "--no-window", "--jsonl", "r.jsonl", "--save", "s.mp4", cwd=tmp_path
    )

    assert done.returncode == 0, done.stderr
    assert len(lines(tmp_path / "r.jsonl")) == 30
    assert count_frames(tmp_path / "s.mp4") == 30


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_video_is_complete_and_playable(tmp_path, sent):
    """An interrupted run has status 130, complete lines and a video with as many frames."""
    write_pictures(tmp_path / "long.mp4", [f.bgr for f in SyntheticSource(60, (640, 360))] * 20)
    written = tmp_path / "r.jsonl"
    command = [*COMMAND, "video", "long.mp4", "-o", "out.mp4", "--jsonl", "r.jsonl"]

    with started(command, cwd=tmp_path, env=ENVIRONMENT) as process:
        wait_until(lambda: written.exists() and written.read_bytes().count(b"\n") >= 20, process)
        process.send_signal(sent)
        _, errors = process.communicate(timeout=60)

    assert process.returncode == 130
    assert errors.strip() == "camdigits: interrupted"
    readings = lines(tmp_path / "r.jsonl")
    assert 20 <= len(readings) < 1200
    assert abs(count_frames(tmp_path / "out.mp4") - len(readings)) <= 1


def test_a_closed_pipe_is_no_error(demo_page, tmp_path):
    """`camdigits image … --jsonl - | head -1` ends with status 0 and no message."""
    done = subprocess.run(
        f"{sys.executable} -c 'from camdigits.app.cli import main; main()' image "
        + " ".join([f"'{demo_page}'"] * 30)
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


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_standard_output_that_is_full_is_one_line(demo_page, tmp_path):
    """Full standard output is an error of one line, not a traceback."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*COMMAND, "image", str(demo_page)],
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


def test_signs_tables_and_numbers(tmp_path):
    """A decimal is printed with its point, and without signs as it is written otherwise."""
    cv2.imwrite(str(tmp_path / "page.png"), page("2.75"))

    printed = call("image", "page.png", cwd=tmp_path)
    plain = call("image", "page.png", "--signs", "off", cwd=tmp_path)
    table = call("image", "page.png", "--table", "-", "--numbers-csv", "n.csv", cwd=tmp_path)

    assert printed.stdout == "page.png: 2.75\n"
    assert plain.stdout == "page.png: 275\n"
    assert table.stdout == "2.75\n"
    header, row = (tmp_path / "n.csv").read_text().splitlines()
    cells = dict(zip(header.split(","), row.split(","), strict=True))
    assert (cells["text"], cells["kind"], cells["value"]) == ("2.75", "decimal", "2.75")


def test_annotated_pictures_can_be_upright(tmp_path):
    """A page on its side is saved as wide as it is when held upright."""
    cv2.imwrite(str(tmp_path / "side.png"), cv2.rotate(page("2648"), cv2.ROTATE_90_CLOCKWISE))

    done = call("image", "side.png", "--upright", "--rotate", "270", "-o", "out", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert cv2.imread(str(tmp_path / "out/side.png")).shape == (200, 1100, 3)
