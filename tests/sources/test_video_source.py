"""Video files: every frame, the file's own time, and files that are not whole."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from support.clips import FPS, FRAMES, HEIGHT, WIDTH, collect, number_of, write_clip

from camdigits.errors import SourceError, SourceLostError
from camdigits.sources.base import SourceInfo
from camdigits.sources.video import VideoSource
from camdigits.values import Frame


def cut(path: Path, share: float) -> Path:
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path


def read_until_lost(path: Path) -> tuple[list[Frame], SourceLostError]:
    frames: list[Frame] = []
    with VideoSource(path) as source, pytest.raises(SourceLostError) as lost:
        collect(source, frames)
    return frames, lost.value


@pytest.mark.parametrize(
    ("name", "codec"), [("a.mp4", "mp4v"), ("a.avi", "MJPG"), ("a.mkv", "mp4v")]
)
def test_every_frame_comes_once_and_in_order(tmp_path: Path, name: str, codec: str):
    """Files drop nothing, and time is the file's own."""
    path = write_clip(tmp_path / name, codec)

    with VideoSource(path) as source:
        frames = list(source)

    assert [number_of(frame.bgr) for frame in frames] == list(range(FRAMES))
    assert [frame.index for frame in frames] == list(range(FRAMES))
    assert [frame.time_s for frame in frames] == pytest.approx([n / FPS for n in range(FRAMES)])
    assert source.info == SourceInfo(str(path), False, WIDTH, HEIGHT, FPS, FRAMES)


def test_a_second_loop_goes_on_where_the_first_stopped(tmp_path: Path):
    """A video is read once: leaving a loop loses nothing."""
    with VideoSource(write_clip(tmp_path / "a.mp4")) as source:
        first, second = next(iter(source)), next(iter(source))

    assert (first.index, second.index) == (0, 1)


def test_a_name_like_an_address_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """FFmpeg would take 12:30.mp4 for a protocol, and a%02d.mp4 for a row of files."""
    monkeypatch.chdir(tmp_path)
    names = ["12:30.mp4", "a%02d.mp4", "-i.mp4"]
    for name in names:
        shutil.copy(write_clip(tmp_path / "a.mp4", frames=3), name)

    counts = [sum(1 for _ in VideoSource(name)) for name in names]

    assert counts == [3, 3, 3]


def test_raw_video_without_times_is_counted_by_its_rate(tmp_path: Path):
    """Raspberry Pi cameras record bare MJPEG and H.264: no length, no times, all frames."""
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg makes this clip")
    clip, raw = write_clip(tmp_path / "a.mp4"), tmp_path / "raw.mjpeg"
    subprocess.run(["ffmpeg", "-loglevel", "error", "-i", clip, raw], check=True)

    with VideoSource(raw) as source:
        times_s = [frame.time_s for frame in source]

    assert source.info.frame_count is None
    assert len(times_s) == FRAMES
    assert times_s == sorted(set(times_s))
    assert times_s[-1] < 1


@pytest.mark.parametrize(("name", "codec"), [("a.avi", "MJPG"), ("a.mkv", "mp4v")])
def test_a_cut_file_gives_its_frames_and_is_then_lost(tmp_path: Path, name: str, codec: str):
    """The frames before the damage are read; the error names the frame and has status 4."""
    path = cut(write_clip(tmp_path / name, codec), 0.5)

    frames, lost = read_until_lost(path)

    assert 3 < len(frames) < FRAMES - 3
    assert [number_of(frame.bgr) for frame in frames] == list(range(len(frames)))
    assert f"broke off after frame {len(frames)} of {FRAMES}" in str(lost)
    assert lost.exit_status == 4


def test_frames_that_cannot_be_decoded_are_skipped(tmp_path: Path):
    """Damage in the middle loses its own frames, not those behind it."""
    path = write_clip(tmp_path / "a.avi", "MJPG")
    data = bytearray(path.read_bytes())
    pictures = [at for at in range(len(data)) if data[at : at + 3] == b"\xff\xd8\xff"]
    size = pictures[9] - pictures[8] - 8  # the next one's header stays
    data[pictures[8] : pictures[8] + size] = bytes(size)
    path.write_bytes(data)

    with VideoSource(path) as source:
        frames = list(source)

    assert [number_of(frame.bgr) for frame in frames] == [n for n in range(FRAMES) if n != 8]
    assert frames[8].time_s == pytest.approx(0.9)


def test_an_mp4_cut_before_its_index_is_rejected(tmp_path: Path):
    """An MP4 whose recording never finished holds no list of frames."""
    path = cut(write_clip(tmp_path / "a.mp4"), 0.5)

    with pytest.raises(SourceError, match="damaged, cut short"):
        VideoSource(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "no such file"), (b"", "the file is empty"), (b"some text\n" * 50, "not a video")],
)
def test_what_is_no_video_is_rejected(tmp_path: Path, content: bytes | None, message: str):
    """Missing, empty, text: one line each, status 3."""
    path = tmp_path / "a.mp4"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(SourceError, match=message) as rejected:
        VideoSource(path)

    assert rejected.value.exit_status == 3


def test_a_folder_is_no_video(tmp_path: Path):
    """A folder and a broken file have different messages."""
    with pytest.raises(SourceError, match="it is a folder"):
        VideoSource(tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_a_name_that_is_not_utf8_is_rejected(tmp_path: Path):
    """OpenCV would crash on it."""
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.mp4"))
    shutil.copy(write_clip(tmp_path / "a.mp4"), path)

    with pytest.raises(SourceError, match="not UTF-8"):
        VideoSource(path)
