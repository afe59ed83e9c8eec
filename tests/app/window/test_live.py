"""The live loop with a fake window: keys come from a list, pictures are kept."""

import signal
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
from support.command import started, wait_until
from support.fakes import (
    CAMERA,
    FILE,
    PICTURES,
    FakeReader,
    FakeSink,
    FakeSource,
    FakeWindow,
    frame,
)

from camdigits.app.live.loop import frame_period_s, next_due_s
from camdigits.app.live.saving import free_path, recording_fps
from camdigits.app.live.session import LiveOptions, mirrored
from camdigits.app.window.live import run_live
from camdigits.errors import OutputError, SourceLostError
from camdigits.image import cv2
from camdigits.sinks.base import Picture, StopRun
from camdigits.sinks.jsonl import JsonlSink
from camdigits.sources.base import SourceInfo
from camdigits.values import Frame, Result

ROOT = Path(__file__).parent.parent.parent.parent


def run_file(
    keys: list[tuple[int, str]], folder: Path, reported: list[str] | None = None, count: int = 5
) -> tuple[FakeReader, FakeWindow]:
    reader = FakeReader()
    window = FakeWindow(reader, keys)
    report: Callable[[str], None] = [].append if reported is None else reported.append
    options = LiveOptions(folder)
    run_live(FakeSource(FILE, count), reader, window=window, options=options, report=report)
    return reader, window


def test_without_a_window_every_frame_of_a_file_is_read_and_written() -> None:
    """No frame is skipped, everything is closed, and the summary has the counts."""
    first, second, source = FakeSink(), FakeSink(), FakeSource(FILE, 5)

    summary = run_live(source, FakeReader(), sinks=[first, second])

    assert first.frames == second.frames == [0, 1, 2, 3, 4]
    assert first.closed == second.closed == 1
    assert source.closed
    assert (summary.frames, summary.digits) == (5, 5)


def test_a_file_in_a_window_is_not_skipped_either(tmp_path: Path) -> None:
    """Each frame is read once and shown."""
    reader, window = run_file([], tmp_path)

    assert [index for index, _, _ in reader.calls] == [0, 1, 2, 3, 4]
    assert len(window.shown) >= 5
    assert window.closed


def test_of_a_camera_only_the_newest_frame_is_read() -> None:
    """A slow reader skips frames and never reads an old one."""
    reader = FakeReader()
    gate = threading.Event()

    class Burst(FakeSource):
        def __iter__(self) -> Iterator[Frame]:
            yield frame(0)
            gate.wait(5)
            for index in range(1, 20):
                yield frame(index)

    class Slow(FakeSink):
        def write(self, result: Result, picture: Picture) -> None:
            super().write(result, picture)
            gate.set()
            time.sleep(0.2)

    sink = Slow()
    run_live(Burst(CAMERA, 20), reader, sinks=[sink])

    assert sink.frames == [0, 19]


@pytest.mark.parametrize("window", [True, False])
@pytest.mark.parametrize("info", [FILE, CAMERA])
def test_a_lost_source_finishes_the_files(info: SourceInfo, window: bool, tmp_path: Path) -> None:
    """Results are on disk before the error is raised."""
    reader = FakeReader()
    source = FakeSource(info, 1 if info.live else 3, SourceLostError("gone"))
    screen = FakeWindow(reader, []) if window else None
    sinks = JsonlSink(tmp_path / "out.jsonl"), FakeSink()

    with pytest.raises(SourceLostError, match="gone"):
        run_live(source, reader, window=screen, sinks=sinks)

    lines = (tmp_path / "out.jsonl").read_text().splitlines() if reader.calls else []
    assert len(lines) == len(reader.calls)
    assert sinks[1].closed == 1


def test_ctrl_c_finishes_the_files() -> None:
    """KeyboardInterrupt is raised after everything is closed."""
    sink = FakeSink()
    source = FakeSource(FILE, 2, KeyboardInterrupt())

    with pytest.raises(KeyboardInterrupt):
        run_live(source, FakeReader(), sinks=[sink])

    assert (sink.frames, sink.closed) == ([0, 1], 1)


def test_an_output_that_fails_closes_the_others() -> None:
    """An OutputError of one sink leaves the files of the others complete."""

    class Full(FakeSink):
        def write(self, *_: object) -> None:
            raise OutputError("full")

    good, full = FakeSink(), Full()

    with pytest.raises(OutputError, match="full"):
        run_live(FakeSource(FILE, 3), FakeReader(), sinks=[good, full])

    assert (good.frames, good.closed, full.closed) == ([0], 1, 1)


def test_sigterm_leaves_whole_files(tmp_path: Path) -> None:
    """With the command line's handler SIGTERM leaves complete lines and a complete video."""
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
        sinks = [JsonlSink(folder / "out.jsonl"), VideoSink(folder / "out.mp4", 30)]
        try:
            run_live(Endless(CAMERA, 0), FakeReader(), sinks=sinks)
        except KeyboardInterrupt:
            sys.exit(130)
    """
    command = [sys.executable, "-c", textwrap.dedent(program), str(tmp_path)]
    environ = {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "PATH": "/usr/bin:/bin"}
    lines = tmp_path / "out.jsonl"
    with started(command, env=environ) as process:
        wait_until(lambda: lines.exists() and lines.stat().st_size > 3000, process)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=20)

    video, count = cv2.VideoCapture(str(tmp_path / "out.mp4")), 0
    while video.read()[0]:
        count += 1
    assert (process.returncode, errors) == (130, "")
    assert lines.read_text().endswith("}\n")
    assert abs(count - len(lines.read_text().splitlines())) <= 1


@pytest.mark.parametrize("key", ["q", "Q", "\x1b"])
def test_q_and_escape_quit(key: str, tmp_path: Path) -> None:
    """The rest of the file is not read."""
    reader, _ = run_file([(1, key)], tmp_path, count=100)

    assert len(reader.calls) < 100


def test_closing_the_window_quits(tmp_path: Path) -> None:
    """A window that was closed ends the loop."""
    reader = FakeReader()
    window = FakeWindow(reader, [], max_polls=5)

    summary = run_live(
        FakeSource(FILE, 1000), reader, window=window, options=LiveOptions(tmp_path)
    )

    assert summary.frames < 1000


def test_pause_and_step_take_one_frame_each(tmp_path: Path) -> None:
    """While paused only '.' reads another frame."""
    keys = [(1, " "), (1, "."), (2, "."), (3, "q")]

    reader, _ = run_file(keys, tmp_path)

    assert [index for index, _, _ in reader.calls] == [0, 1, 2]


def test_the_debug_view_reads_the_current_frame_again() -> None:
    """While paused, d reads the same frame with a trace; it is written only once."""
    reader, sink = FakeReader(), FakeSink()
    window = FakeWindow(reader, [(1, " "), (1, "d"), (2, "q")])

    run_live(FakeSource(FILE, 5), reader, window=window, sinks=[sink])

    assert reader.calls == [(0, False, 0), (0, True, 0)]
    assert window.shown[-1].shape != window.shown[0].shape
    assert sink.frames == [0]


def test_mirroring_flips_the_frame_before_it_is_read(tmp_path: Path) -> None:
    """The reader receives the flipped frame, because a mirrored digit is another digit."""
    reader, _ = run_file([(1, " "), (1, "m"), (2, "m"), (3, "q")], tmp_path)

    assert [left for _, _, left in reader.calls] == [0, 255, 0]


def test_a_snapshot_is_what_is_shown(tmp_path: Path) -> None:
    """The annotated frame in its own size, and beside it the frame; none is overwritten."""
    reported: list[str] = []

    run_file([(1, " "), (1, "s"), (1, "s"), (1, "q")], tmp_path / "new", reported)

    every = sorted((tmp_path / "new").iterdir())
    files = [path for path in every if not path.stem.endswith("-frame")]
    assert len(files) == 2
    assert {path.stem for path in every} == {
        stem for path in files for stem in (path.stem, f"{path.stem}-frame")
    }
    assert sorted(reported) == sorted(f"snapshot: {path}" for path in files)
    assert all(cv2.imread(str(path)).shape == (48, 64, 3) for path in files)


def test_recording_goes_on_and_off(tmp_path: Path) -> None:
    """Each recording is a new file."""
    reported: list[str] = []
    keys = [(1, "r"), (3, " "), (3, "r"), (3, "r"), (3, " ")]

    run_file(keys, tmp_path, reported, count=6)

    files = sorted(tmp_path.glob("*.mp4"))
    assert len(files) == 2
    assert sorted(reported) == sorted(f"recording: {path}" for path in files)
    assert all(cv2.VideoCapture(str(path)).read()[0] for path in files)


def test_a_folder_that_cannot_be_written_does_not_end_the_loop(tmp_path: Path) -> None:
    """A failed snapshot or recording is reported in one line, and reading continues."""
    (tmp_path / "file").write_text("kept")
    reported: list[str] = []

    reader, _ = run_file([(1, "s"), (1, "r")], tmp_path / "file", reported)

    assert len(reader.calls) == 5
    assert len(reported) == 2
    assert all(line.startswith(f"cannot write {tmp_path / 'file'}: ") for line in reported)


def test_help_and_unknown_keys_change_no_reading(tmp_path: Path) -> None:
    """Key h shows the help; x has no effect."""
    reader, window = run_file([(1, " "), (1, "x"), (1, "h"), (1, "q")], tmp_path)

    assert len(reader.calls) == 1
    assert len(window.shown) >= 1


def test_the_last_picture_of_a_folder_stays() -> None:
    """After the last picture the window stays open until a key."""
    reader = FakeReader()
    window = FakeWindow(reader, [(2, "h"), (2, "q")])
    options = LiveOptions(slide_s=0.01)

    summary = run_live(FakeSource(PICTURES, 2), reader, window=window, options=options)

    assert summary.frames == 2
    assert len(window.shown) >= 3


@pytest.mark.parametrize(
    ("info", "period_s"), [(CAMERA, 0.0), (replace(FILE, fps=25.0), 0.04), (PICTURES, 2.0)]
)
def test_files_run_at_their_own_speed(info: SourceInfo, period_s: float) -> None:
    """Camera frames are shown at once, a file at its rate, pictures as slides."""
    assert frame_period_s(info, 2.0) == pytest.approx(period_s)


def test_a_delay_is_not_made_up_for() -> None:
    """After a delay a file continues at its own speed."""
    assert next_due_s(10.0, 60.0, 0.04) == 60.0


@pytest.mark.parametrize("window", [True, False])
def test_a_sink_may_end_the_run(window: bool) -> None:
    """After StopRun nothing more is read and everything is closed."""

    class Enough(FakeSink):
        def write(self, result: Result, picture: Picture) -> None:
            super().write(result, picture)
            if len(self.results) == 2:
                raise StopRun

    reader, sink = FakeReader(), Enough()
    screen = FakeWindow(reader, []) if window else None

    summary = run_live(FakeSource(FILE, 5), reader, window=screen, sinks=[sink])

    assert (sink.frames, sink.closed, summary.frames) == ([0, 1], 1, 2)


@pytest.mark.parametrize(
    ("info", "fps"),
    [
        (CAMERA, 30.0),
        (replace(CAMERA, fps=90_000.0), None),
        (replace(CAMERA, fps=0.0), None),
        (FILE, 200.0),
    ],
)
def test_an_unlikely_rate_of_a_camera_is_ignored(info: SourceInfo, fps: float | None) -> None:
    """A recording takes the rate of a file, but of a camera only a plausible one."""
    assert recording_fps(info) == fps


def test_saved_files_have_different_names(tmp_path: Path) -> None:
    """A second file with the same time stamp gets a number."""
    moment = datetime(2025, 1, 2, 3, 4, 5)
    first = free_path(tmp_path, moment, ".png")
    first.touch()

    assert first.name == "camdigits-20250102-030405.png"
    assert free_path(tmp_path, moment, ".png").name == "camdigits-20250102-030405-2.png"


def test_mirroring_twice_restores_the_frame() -> None:
    """Mirroring swaps left and right."""
    original = frame(3)

    assert mirrored(original).bgr[0, 0, 0] == 255
    assert np.array_equal(mirrored(mirrored(original)).bgr, original.bgr)
