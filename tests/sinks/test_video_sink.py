"""Video files, with and without PyAV."""

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import pytest
from support.outputs import ROOT, checkered, frames_of, page, run_limited, shown

from camdigits.errors import OutputError
from camdigits.image import cv2
from camdigits.sinks.video import SUFFIXES, Clock, VideoSink, fit, frame_rate
from camdigits.values import BgrImage


@pytest.fixture(params=["av", "cv2"])
def encoder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """With PyAV, and with it hidden."""
    if request.param == "av":
        pytest.importorskip("av")
    else:
        monkeypatch.setitem(sys.modules, "camdigits.sinks.encode_av", None)
    return str(request.param)


def write_all(sink: VideoSink, pictures: Iterable[BgrImage]) -> None:
    for picture in pictures:
        sink.write(*shown(picture, 0.0))


@pytest.mark.usefixtures("encoder")
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_video_has_all_pictures(suffix: str, tmp_path: Path) -> None:
    """Size, number, rate and order are kept with and without PyAV."""
    path = tmp_path / f"out{suffix}"
    with VideoSink(path, 30000 / 1001) as sink:
        for value in range(40):
            sink.write(*shown(page(value * 5), value / 30))

    frames = frames_of(path)
    rate = cv2.VideoCapture(str(path)).get(cv2.CAP_PROP_FPS)
    assert len(frames) == 40
    assert {frame.shape for frame in frames} == {(48, 64, 3)}
    assert rate == pytest.approx(30000 / 1001, abs=0.01)
    assert [round(frame.mean() / 5) for frame in frames] == pytest.approx(range(40), abs=1)


def probe(path: Path) -> dict[str, str]:
    try:
        done = subprocess.run(
            ["ffprobe", "-v", "error", "-show_streams", "-of", "json", str(path)],
            capture_output=True,
            check=True,
        )
    except FileNotFoundError:
        pytest.skip("no ffprobe")
    stream: dict[str, str] = json.loads(done.stdout)["streams"][0]
    return stream


def boxes_of(path: Path) -> list[bytes]:
    data, at, names = path.read_bytes(), 0, []
    while at < len(data):
        names.append(data[at + 4 : at + 8])
        at += int.from_bytes(data[at : at + 4], "big")
    return names


def test_mp4_plays_in_every_player(tmp_path: Path) -> None:
    """A closed file is a plain MP4: H.264, 4:2:0, the exact rate, an index."""
    pytest.importorskip("av")
    path = tmp_path / "out.mp4"
    with VideoSink(path, 29.97) as sink:
        for value in range(70):
            sink.write(*shown(page(value), 0.0))

    stream = probe(path)

    assert (stream["codec_name"], stream["pix_fmt"]) == ("h264", "yuv420p")
    assert (stream["r_frame_rate"], stream["nb_frames"]) == ("30000/1001", "70")
    assert boxes_of(path) == [b"ftyp", b"free", b"mdat", b"moov"]


@pytest.mark.usefixtures("encoder")
def test_odd_sides_grow_by_a_pixel(tmp_path: Path) -> None:
    """H.264 needs even sides: the edge is repeated, nothing is scaled."""
    path = tmp_path / "out.mp4"
    picture = page(100, (65, 49))
    picture[:, 64], picture[48] = 200, 200

    with VideoSink(path, 10) as sink:
        sink.write(*shown(picture, 0.0))

    frame = frames_of(path)[0]
    assert frame.shape == (50, 66, 3)
    assert abs(int(frame[20, 65, 0]) - 200) < 25
    assert abs(int(frame[20, 10, 0]) - 100) < 10


@pytest.mark.usefixtures("encoder")
def test_the_first_picture_fixes_the_size(tmp_path: Path) -> None:
    """Other sizes are fitted into it with black bars."""
    path = tmp_path / "out.mp4"
    with VideoSink(path, 10) as sink:
        sink.write(*shown(page(200, (64, 48)), 0.0))
        sink.write(*shown(page(200, (480, 48)), 0.1))

    second = frames_of(path)[1]

    assert second.shape == (48, 64, 3)
    assert second[24].mean() > 180
    assert second[5].mean() < 20


def test_fitting_keeps_the_shape() -> None:
    """A tall picture gets bars left and right; the same size is unchanged."""
    tall = fit(page(200, (10, 100)), (50, 50))

    assert tall[25].any(axis=1).sum() == 5
    assert fit(tall, (50, 50)) is tall


@pytest.mark.parametrize("name", ["out.webm", "out", "out.png", "out.mp4.gz"])
def test_other_suffixes_are_rejected(name: str, tmp_path: Path) -> None:
    """The error lists the supported suffixes."""
    with pytest.raises(OutputError, match=r"must end in one of \.mp4 \.mov \.mkv \.avi"):
        VideoSink(tmp_path / name)


@pytest.mark.parametrize(
    ("fps", "rate"),
    [
        (25, Fraction(25)),
        (23.976, Fraction(24000, 1001)),
        (59.94005994, Fraction(60000, 1001)),
        (12.5, Fraction(25, 2)),
        (None, Fraction(30)),
        (0.0, Fraction(30)),
        (float("nan"), Fraction(30)),
        (90000.0, Fraction(30)),
    ],
)
def test_rates_are_exact(fps: float | None, rate: Fraction) -> None:
    """NTSC rates are multiples of 1000/1001; unusable rates become 30."""
    assert frame_rate(fps) == rate


def test_a_clocked_video_plays_at_the_speed_of_the_source() -> None:
    """Pictures are repeated for dropped frames, and dropped if they arrive too fast."""
    clock = Clock(Fraction(10))

    ticks = [clock.tick(time_s) for time_s in (5.0, 5.1, 5.12, 5.5, 5.6)]

    assert ticks == [(0, 1), (0, 1), (0, 0), (3, 1), (0, 1)]


def test_a_pause_is_cut_to_two_seconds() -> None:
    """A longer gap between frames is shown for two seconds."""
    clock = Clock(Fraction(10))
    clock.tick(0.0)

    assert clock.tick(600.0) == (20, 1)
    assert clock.tick(600.1) == (0, 1)


def test_a_killed_recording_plays(tmp_path: Path) -> None:
    """After SIGKILL an MP4 plays up to its last second or so."""
    pytest.importorskip("av")
    program = """
        import os, sys
        from support.outputs import page, shown
        from camdigits.sinks.video import VideoSink
        sink = VideoSink(sys.argv[1], 10)
        for value in range(100):
            sink.write(*shown(page(value * 2, (320, 240)), 0.0))
        os.kill(os.getpid(), 9)
    """
    path = tmp_path / "out.mp4"
    command = [sys.executable, "-c", textwrap.dedent(program), str(path)]
    environ = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}

    ended = subprocess.run(command, env=environ, check=False)

    assert ended.returncode == -9
    assert len(frames_of(path)) >= 30


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("limit", [100, 10_000, 600_000])
def test_a_full_disk_leaves_a_video_that_plays(suffix: str, limit: int, tmp_path: Path) -> None:
    """The error is one line; what was written plays, or there is no file."""
    pytest.importorskip("av")
    program = """
        from support.outputs import checkered, shown
        from camdigits.errors import OutputError
        from camdigits.sinks.video import VideoSink
        sink = VideoSink(sys.argv[1], 5)
        try:
            for count in range(60):
                sink.write(*shown(checkered(count), 0.0))
        except OutputError as error:
            print(error)
        sink.close()
    """
    path = tmp_path / f"out{suffix}"

    printed = run_limited(program, path, limit)

    left = "what was written before plays" if path.exists() else "nothing was kept"
    assert printed == f"cannot write {path}: file too large; {left}"
    assert not path.exists() or frames_of(path)
    assert limit < 600_000 or path.exists()


def test_without_pyav_the_free_space_is_checked(
    encoder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """cv2.VideoWriter does not report a full disk: writing stops while the index still fits."""
    if encoder == "av":
        pytest.skip("PyAV reports it itself")
    free = iter([10_000_000] * 21)
    usage = type("Usage", (), {"free": property(lambda _: next(free, 500_000))})
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage())
    path = tmp_path / "out.mp4"
    sink = VideoSink(path, 10)

    message = "no space left on device; what was written before plays"

    with pytest.raises(OutputError, match=message):
        write_all(sink, map(page, range(30)))

    assert len(frames_of(path)) == 20


def test_an_encoder_that_does_not_open_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without any encoder the error says what to install."""
    monkeypatch.setitem(sys.modules, "camdigits.sinks.encode_av", None)
    monkeypatch.setattr("camdigits.sinks.encode_cv.OTHER_CODECS", ("....",))

    with pytest.raises(OutputError, match=r"install the extra camdigits\[video\]"):
        VideoSink(tmp_path / "out.mp4").write(*shown(page()))

    assert list(tmp_path.iterdir()) == []


def test_a_real_full_disk(tmp_path: Path) -> None:
    """On a disk of one megabyte the video ends with an error, and plays."""
    pytest.importorskip("av")
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(tmp_path)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("not permitted to mount a small disk")
    sink = VideoSink(tmp_path / "out.mp4", 5)
    try:
        with pytest.raises(OutputError, match="no space left on device"):
            write_all(sink, map(checkered, range(60)))

        assert len(frames_of(tmp_path / "out.mp4")) >= 5
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


def test_an_error_at_the_end_of_a_short_video_is_raised(tmp_path: Path) -> None:
    """The encoder buffers a short clip until close, which raises the error."""
    pytest.importorskip("av")
    program = """
import resource, signal, sys
import numpy as np
from support.outputs import shown
from camdigits.errors import OutputError
from camdigits.sinks.video import VideoSink

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
sink = VideoSink("out.mp4", 30)
rng = np.random.default_rng(1)
resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))
for _ in range(3):
    sink.write(*shown(rng.integers(0, 256, (240, 320, 3), np.uint8), 0.0))
try:
    sink.close()
except OutputError:
    sys.exit(7)
"""
    environ = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        check=False,
    )

    assert done.returncode == 7, done.stderr
    assert not (tmp_path / "out.mp4").exists()
