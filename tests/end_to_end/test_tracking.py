"""The tracker is used live and on video files, not on pictures; `--events` writes its events."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.clips import write_clip, write_pictures
from support.fakes import CAMERA, FILE, PICTURES, FakeReader, FakeSink, FakeSource
from support.outputs import RESULT, ROOT

from camdigits.app.cli import run
from camdigits.app.window.live import run_live
from camdigits.image import cv2
from camdigits.pipeline import run as run_pipeline
from camdigits.render.annotate import annotate
from camdigits.sources.base import SourceInfo
from camdigits.sources.synthetic import SyntheticSource
from camdigits.track.tracker import Tracker


@pytest.mark.parametrize("info", [FILE, CAMERA])
def test_live_results_have_tracks(info: SourceInfo) -> None:
    """Digits of cameras and videos are tracked: they get an id after a few frames."""
    sink = FakeSink()

    run_live(FakeSource(info, 20), FakeReader(), sinks=[sink], tracker=Tracker())

    last = sink.results[-1].digits
    assert info.live or [digit.track for digit in last] == [1]
    assert all("track" in result.ms for result in sink.results)


def test_pictures_of_a_folder_are_independent() -> None:
    """No tracker is used for a folder of pictures."""
    sink = FakeSink()

    run_live(FakeSource(PICTURES, 3), FakeReader(), sinks=[sink], tracker=Tracker())

    assert [[digit.track for digit in result.digits] for result in sink.results] == [[None]] * 3


def test_a_video_is_tracked_if_a_tracker_is_given() -> None:
    """Sinks receive the tracker's results; without a tracker, the reader's."""
    tracked, untracked = FakeSink(), FakeSink()

    run_pipeline(FakeSource(FILE, 20), FakeReader(), Tracker(), [tracked])
    run_pipeline(FakeSource(FILE, 3), FakeReader(), None, [untracked])

    assert [digit.track for digit in tracked.results[-1].digits] == [1]
    assert [digit.track for each in untracked.results for digit in each.digits] == [None] * 3


def test_events_of_a_real_clip(tmp_path: Path) -> None:
    """`video --events -` prints each number of a page once, and writes no video."""
    page = cv2.imread(str(ROOT / "tests/golden/paper.jpg"))
    height, width = page.shape[:2]
    clip = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(clip), cv2.VideoWriter_fourcc(*"MJPG"), 10.0, (width, height))
    for _ in range(10):
        writer.write(page)
    writer.release()
    events, readings = tmp_path / "events.jsonl", tmp_path / "readings.jsonl"

    status = run(["video", str(clip), "--events", str(events), "--jsonl", str(readings)])

    lines = [json.loads(line) for line in events.read_text().splitlines()]
    last = json.loads(readings.read_text().splitlines()[-1])
    assert status == 0
    assert {line["event"] for line in lines} == {"stable"}
    texts = [line["text"] for line in lines]  # in the order in which they become stable
    assert sorted(texts) == sorted(number["text"] for number in last["numbers"])
    assert sorted(tmp_path.iterdir()) == sorted([clip, events, readings])


def test_a_missed_digit_is_drawn_paler_and_marked_in_json() -> None:
    """The longer it is missed the grayer it is; only then JSON has `missed_s`."""
    seen = replace(RESULT, digits=RESULT.digits[:1], numbers=())
    missed = replace(seen, digits=(replace(seen.digits[0], missed_s=0.2),))
    x, y, _, _ = seen.digits[0].box

    edges = [annotate(result)[y + 10, x - 2].astype(int) for result in (seen, missed)]

    assert np.ptp(edges[1]) < np.ptp(edges[0])
    assert "missed_s" not in seen.to_dict()["digits"][0]
    assert missed.to_dict()["digits"][0]["missed_s"] == 0.2


def test_the_demos_numbers_are_reported_once_and_complete(tmp_path: Path) -> None:
    """Each number is stable within a second, with all its digits, and never changes."""
    events = tmp_path / "events.jsonl"

    status = run(["live", "demo", "--no-window", "--events", str(events)])

    written = [json.loads(line) for line in events.read_text().splitlines()]
    stable = [event for event in written if event["event"] == "stable"]
    assert status == 0
    assert sorted(event["text"] for event in stable) == sorted(SyntheticSource(1).truth)
    assert max(event["time_s"] for event in stable) < 1.0
    assert not [event for event in written if event["event"] == "changed"]


def test_without_a_tracker_each_frame_is_read_by_itself(tmp_path: Path) -> None:
    """`--no-track` writes the reader's own results from the first frame on."""
    page = cv2.imread(str(ROOT / "tests/golden/paper.jpg"))
    clip, readings = tmp_path / "clip.avi", tmp_path / "readings.jsonl"
    size = page.shape[1::-1]
    writer = cv2.VideoWriter(str(clip), cv2.VideoWriter_fourcc(*"MJPG"), 10.0, size)
    writer.write(page)
    writer.release()

    run(["video", str(clip), "--no-track", "--jsonl", str(readings)])

    (line,) = map(json.loads, readings.read_text().splitlines())
    assert line["digits"]
    assert all(digit["track"] is None for digit in line["digits"])


@pytest.mark.parametrize("command", ["live", "video"])
def test_events_need_the_tracker(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """--events with --no-track is a usage error."""
    source = str(write_clip(tmp_path / "clip.avi", "MJPG"))
    window = ["--no-window"] if command == "live" else []

    status = run([command, source, *window, "--no-track", "--events", str(tmp_path / "e")])

    assert status == 2
    assert "--events needs the tracker" in capsys.readouterr().err


def test_events_and_readings_need_two_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two outputs with the same path are rejected."""
    source = str(write_clip(tmp_path / "clip.avi", "MJPG"))
    path = str(tmp_path / "out")

    status = run(["video", source, "--events", path, "--jsonl", path])

    assert status == 2
    assert "cannot write JSON Lines and events both to" in capsys.readouterr().err


def test_pictures_have_no_events(tmp_path: Path) -> None:
    """`image` has no option --events."""
    folder = write_pictures(tmp_path / "pictures", 1)

    assert run(["image", str(folder), "--events", "-"]) == 2
