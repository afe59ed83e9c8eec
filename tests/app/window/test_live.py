"""The live loop with a window of paper: keys are a list, pictures are kept."""

import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from support.fakes import CAMERA, FILE, PICTURES, FakeReader, FakeSource, FakeWindow, Kept, frame

from camdigits.app.window.live import next_due_s, pace_s, run_live
from camdigits.app.window.session import LiveOptions, free_name, mirrored
from camdigits.errors import OutputError, SourceLostError
from camdigits.image import cv2
from camdigits.sinks.jsonl import JsonlSink
from camdigits.sources.base import SourceInfo
from camdigits.values import Frame

ROOT = Path(__file__).parent.parent.parent.parent


def run_file(
    keys: list[tuple[int, str]], folder: Path, said: list[str] | None = None, count: int = 5
) -> tuple[FakeReader, FakeWindow]:
    reader = FakeReader()
    window = FakeWindow(reader, keys)
    say: Callable[[str], None] = [].append if said is None else said.append
    options = LiveOptions(folder)
    run_live(FakeSource(FILE, count), reader, window=window, options=options, say=say)
    return reader, window


def test_without_a_window_every_frame_of_a_file_is_read_and_written() -> None:
    """Nothing is skipped, everything is closed, and the summary counts."""
    readings, recorder, source = Kept(), Kept(), FakeSource(FILE, 5)

    summary = run_live(source, FakeReader(), readings=[readings], recorder=recorder)

    assert readings.frames == recorder.frames == [0, 1, 2, 3, 4]
    assert readings.closed == recorder.closed == 1
    assert source.closed
    assert (summary.frames, summary.digits) == (5, 5)


def test_a_file_in_a_window_is_not_skipped_either(tmp_path: Path) -> None:
    """Each frame is read once and shown."""
    reader, window = run_file([], tmp_path)

    assert [index for index, _, _ in reader.asked] == [0, 1, 2, 3, 4]
    assert len(window.shown) >= 5
    assert window.closed


def test_of_a_camera_only_the_newest_frame_is_read() -> None:
    """A slow reader sees gaps, never the past."""
    reader = FakeReader()
    gate = threading.Event()

    class Burst(FakeSource):
        def __iter__(self) -> Iterator[Frame]:
            yield frame(0)
            gate.wait(5)
            for index in range(1, 20):
                yield frame(index)

    class Slow(Kept):
        def write(self, *given: object) -> None:
            super().write(*given)
            gate.set()
            time.sleep(0.2)

    readings = Slow()
    run_live(Burst(CAMERA, 20), reader, readings=[readings])

    assert readings.frames == [0, 19]


@pytest.mark.parametrize("window", [True, False])
@pytest.mark.parametrize("info", [FILE, CAMERA])
def test_a_lost_source_finishes_the_files(info: SourceInfo, window: bool, tmp_path: Path) -> None:
    """What was read is on disk before the error goes on its way."""
    reader = FakeReader()
    source = FakeSource(info, 1 if info.live else 3, SourceLostError("gone"))
    screen = FakeWindow(reader, []) if window else None
    sink, recorder = JsonlSink(tmp_path / "out.jsonl"), Kept()

    with pytest.raises(SourceLostError, match="gone"):
        run_live(source, reader, window=screen, readings=[sink], recorder=recorder)

    lines = (tmp_path / "out.jsonl").read_text().splitlines() if reader.asked else []
    assert len(lines) == len(reader.asked)
    assert recorder.closed == 1


def test_ctrl_c_finishes_the_files() -> None:
    """KeyboardInterrupt passes, after everything is closed."""
    readings, recorder = Kept(), Kept()
    source = FakeSource(FILE, 2, KeyboardInterrupt())

    with pytest.raises(KeyboardInterrupt):
        run_live(source, FakeReader(), readings=[readings], recorder=recorder)

    assert (readings.frames, readings.closed, recorder.closed) == ([0, 1], 1, 1)


def test_an_output_that_fails_closes_the_others() -> None:
    """One full disk does not spoil what is written elsewhere."""

    class Full(Kept):
        def write(self, *_: object) -> None:
            raise OutputError("full")

    good, full = Kept(), Full()

    with pytest.raises(OutputError, match="full"):
        run_live(FakeSource(FILE, 3), FakeReader(), readings=[good, full])

    assert (good.frames, good.closed, full.closed) == ([0], 1, 1)


def test_sigterm_leaves_whole_files(tmp_path: Path) -> None:
    """With the handler of the command line, SIGTERM ends like Ctrl-C: whole lines, whole video."""
    program = """
        import signal, sys, time
        from pathlib import Path
        from support.fakes import CAMERA, FakeReader, FakeSource, frame
        from camdigits.app.window.live import run_live
        from camdigits.sinks.jsonl import JsonlSink
        from camdigits.sinks.video import VideoSink
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        class Endless(FakeSource):
            def __iter__(self):
                for index in range(10_000):
                    time.sleep(0.002)
                    yield frame(index % 20)
        folder = Path(sys.argv[1])
        sinks = [JsonlSink(folder / "out.jsonl")]
        recorder = VideoSink(folder / "out.mp4", 30)
        try:
            run_live(Endless(CAMERA, 0), FakeReader(), readings=sinks, recorder=recorder)
        except KeyboardInterrupt:
            sys.exit(130)
    """
    command = [sys.executable, "-c", textwrap.dedent(program), str(tmp_path)]
    environ = {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "PATH": "/usr/bin:/bin"}
    lines = tmp_path / "out.jsonl"
    started = subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True)
    give_up = time.monotonic() + 20
    while not (lines.exists() and lines.stat().st_size > 3000) and time.monotonic() < give_up:
        time.sleep(0.02)

    started.send_signal(signal.SIGTERM)
    _, said = started.communicate(timeout=20)

    film, count = cv2.VideoCapture(str(tmp_path / "out.mp4")), 0
    while film.read()[0]:
        count += 1
    assert (started.returncode, said) == (130, "")
    assert lines.read_text().endswith("}\n")
    assert abs(count - len(lines.read_text().splitlines())) <= 1


@pytest.mark.parametrize("key", ["q", "Q", "\x1b"])
def test_q_and_escape_quit(key: str, tmp_path: Path) -> None:
    """The rest of the file is left."""
    reader, _ = run_file([(1, key)], tmp_path, count=100)

    assert len(reader.asked) < 100


def test_closing_the_window_quits(tmp_path: Path) -> None:
    """A window that was closed ends the loop."""
    reader = FakeReader()
    window = FakeWindow(reader, [], patience=5)

    summary = run_live(
        FakeSource(FILE, 1000), reader, window=window, options=LiveOptions(tmp_path)
    )

    assert summary.frames < 1000


def test_pause_and_step_take_one_frame_each(tmp_path: Path) -> None:
    """While paused only '.' reads on."""
    keys = [(1, " "), (1, "."), (2, "."), (3, "q")]

    reader, _ = run_file(keys, tmp_path)

    assert [index for index, _, _ in reader.asked] == [0, 1, 2]


def test_the_debug_view_reads_the_held_frame_again() -> None:
    """Paused, d shows what the stages made of this very frame; it is written only once."""
    reader, readings = FakeReader(), Kept()
    window = FakeWindow(reader, [(1, " "), (1, "d"), (2, "q")])

    run_live(FakeSource(FILE, 5), reader, window=window, readings=[readings])

    assert reader.asked == [(0, False, 0), (0, True, 0)]
    assert window.shown[-1].shape != window.shown[0].shape
    assert readings.frames == [0]


def test_mirroring_turns_the_frame_before_it_is_read(tmp_path: Path) -> None:
    """A mirrored digit is another digit: the reader must see it turned back."""
    reader, _ = run_file([(1, " "), (1, "m"), (2, "m"), (3, "q")], tmp_path)

    assert [left for _, _, left in reader.asked] == [0, 255, 0]


def test_a_snapshot_is_what_is_shown(tmp_path: Path) -> None:
    """It is the annotated frame in its own size, its place is told, and none is overwritten."""
    said: list[str] = []

    run_file([(1, " "), (1, "s"), (1, "s"), (1, "q")], tmp_path / "new", said)

    files = sorted((tmp_path / "new").iterdir())
    assert len(files) == 2
    assert sorted(said) == sorted(f"snapshot: {path}" for path in files)
    assert all(cv2.imread(str(path)).shape == (48, 64, 3) for path in files)


def test_recording_goes_on_and_off(tmp_path: Path) -> None:
    """Each time on is a new file with the frames in between."""
    said: list[str] = []
    keys = [(1, "r"), (3, " "), (3, "r"), (3, "r"), (3, " ")]

    run_file(keys, tmp_path, said, count=6)

    files = sorted(tmp_path.glob("*.mp4"))
    assert len(files) == 2
    assert sorted(said) == sorted(f"recording: {path}" for path in files)
    assert all(cv2.VideoCapture(str(path)).read()[0] for path in files)


def test_a_place_that_cannot_be_written_does_not_end_the_loop(tmp_path: Path) -> None:
    """What a key cannot do is said in a line, and the loop goes on."""
    (tmp_path / "file").write_text("mine")
    said: list[str] = []

    reader, _ = run_file([(1, "s"), (1, "r")], tmp_path / "file", said)

    assert len(reader.asked) == 5
    assert len(said) == 2
    assert all(line.startswith(f"cannot write {tmp_path / 'file'}: ") for line in said)


def test_help_and_unknown_keys_change_no_reading(tmp_path: Path) -> None:
    """Key h shows all keys; x means nothing."""
    reader, window = run_file([(1, " "), (1, "x"), (1, "h"), (1, "q")], tmp_path)

    assert len(reader.asked) == 1
    assert len(window.shown) >= 1


def test_the_last_picture_of_a_folder_stays() -> None:
    """A photo is not gone before anyone saw it: q ends."""
    reader = FakeReader()
    window = FakeWindow(reader, [(2, "h"), (2, "q")])
    options = LiveOptions(slide_s=0.01)

    summary = run_live(FakeSource(PICTURES, 2), reader, window=window, options=options)

    assert summary.frames == 2
    assert len(window.shown) >= 3


@pytest.mark.parametrize(
    ("info", "pace"), [(CAMERA, 0.0), (replace(FILE, fps=25.0), 0.04), (PICTURES, 2.0)]
)
def test_files_run_at_their_own_speed(info: SourceInfo, pace: float) -> None:
    """A camera runs as it comes, a file by its rate, pictures as slides."""
    assert pace_s(info, 2.0) == pytest.approx(pace)


def test_lost_time_is_not_made_up_for() -> None:
    """After a pause a file goes on at its speed, it does not rush."""
    assert next_due_s(10.0, 60.0, 0.04) == 60.0


def test_names_are_never_taken_twice(tmp_path: Path) -> None:
    """A second file of one second gets a number."""
    moment = datetime(2025, 1, 2, 3, 4, 5)
    first = free_name(tmp_path, moment, ".png")
    first.touch()

    assert first.name == "camdigits-20250102-030405.png"
    assert free_name(tmp_path, moment, ".png").name == "camdigits-20250102-030405-2.png"


def test_mirroring_twice_is_the_frame() -> None:
    """Left is right, and right is left."""
    given = frame(3)

    assert mirrored(given).bgr[0, 0, 0] == 255
    assert np.array_equal(mirrored(mirrored(given)).bgr, given.bgr)
