"""Encode pictures as H.264 in MP4, MOV or MKV, or as Motion JPEG in AVI, with PyAV.

The only module that imports av. Bytes are written through `SafeFile`, so that a full disk or a
size limit leaves a file that plays: MP4 is written in fragments of one second, and only a clean
end converts them to a plain MP4.
"""

import errno
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.codec
import av.error

from camdigits.sinks._mp4_file import SafeFile, cut_to_whole_fragments
from camdigits.values import BgrImage

FORMATS = {".mp4": "mp4", ".mov": "mov", ".mkv": "matroska", ".avi": "avi"}
FRAGMENTED = (".mp4", ".mov")
# The conversion from BGR uses BT.601; if not stated, players assume BT.709 for large pictures.
X264 = {
    "preset": "veryfast",
    "crf": "20",
    "x264-params": "colorprim=smpte170m:transfer=smpte170m:colormatrix=smpte170m",
}
MJPEG = {"qmin": "2", "qmax": "5"}  # otherwise the rate control limits it to 200 kbit/s
HYBRID_SINCE = (61, 7)  # libavformat of FFmpeg 7.1, the first with hybrid_fragmented


class AvEncoder:
    """One open video file."""

    def __init__(self, path: Path, rate: Fraction, size: tuple[int, int]) -> None:
        """Create the file.

        Args:
            path: its suffix is in FORMATS.
            rate: pictures per second.
            size: width, height; both even.

        Raises:
            OSError: the file cannot be created.
        """
        self._path = path
        self._file = SafeFile(path)
        self._rate = rate
        self._count = 0
        self._closed = False
        suffix = path.suffix.lower()
        self._container: Any = av.open(
            self._file, "w", format=FORMATS[suffix], options=container_options(suffix)
        )
        self._stream: Any = self._add_stream(suffix, size)

    def write(self, picture: BgrImage) -> None:
        """Encode one picture.

        Raises:
            OSError: the file cannot be written or the encoder fails.
        """
        frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
        frame.pts = self._count
        frame.time_base = 1 / self._rate
        self._mux(frame)
        self._count += 1
        self._check()

    def close(self) -> bool:
        """Finish the file; True if it holds a picture. Safe to call twice.

        Raises:
            OSError: the end of the file could not be written; the file plays up to there, and is
                deleted if it does not.
        """
        if self._closed:
            return True
        self._closed = True
        try:
            if self._count and self._file.failure is None:
                self._mux(None)
            self._container.close()
        except av.error.FFmpegError as error:
            self._file.failure = self._file.failure or _as_os_error(error)
        self._file.close()
        if self._file.failure is None:
            return self._count > 0
        if self._path.suffix.lower() in FRAGMENTED:
            cut_to_whole_fragments(self._path)
        if not plays(self._path):
            self._path.unlink(missing_ok=True)
        raise self._file.failure

    def _add_stream(self, suffix: str, size: tuple[int, int]) -> Any:
        name, options = codec(suffix, self._rate)
        stream: Any = self._container.add_stream(name, rate=self._rate, options=options)
        stream.width, stream.height = size
        stream.pix_fmt = "yuvj420p" if suffix == ".avi" else "yuv420p"
        stream.codec_context.time_base = 1 / self._rate
        return stream

    def _mux(self, frame: Any) -> None:
        try:
            for packet in self._stream.encode(frame):
                self._container.mux(packet)
        except av.error.FFmpegError as error:
            self._file.failure = self._file.failure or _as_os_error(error)
            self._check()

    def _check(self) -> None:
        if self._file.failure is not None:
            raise self._file.failure


def encodes(path: Path) -> bool:
    """Return whether this PyAV has the encoder for `path`; some builds lack x264."""
    try:
        av.codec.Codec(codec(path.suffix.lower(), Fraction(30))[0], "w")
    except ValueError:
        return False
    return True


def plays(path: Path) -> bool:
    """Return whether an unfinished file contains at least one picture."""
    try:
        with av.open(str(path)) as container:
            return next(container.decode(video=0), None) is not None
    except (av.error.FFmpegError, IndexError):  # IndexError: there is no stream
        return False


def codec(suffix: str, rate: Fraction) -> tuple[str, dict[str, str]]:
    """Return the name of the encoder for a suffix, and its options."""
    if suffix == ".avi":
        return "mjpeg", dict(MJPEG)
    return "libx264", {**X264, "g": str(max(1, round(rate)))}


def container_options(suffix: str) -> dict[str, str]:
    """Return muxer options with which the file plays even if it is never finished."""
    if suffix in FRAGMENTED:
        hybrid = tuple(av.library_versions["libavformat"][:2]) >= HYBRID_SINCE
        flags = "hybrid_fragmented+empty_moov" if hybrid else "frag_keyframe+empty_moov"
        return {"movflags": flags, "flush_packets": "1"}
    return {"cluster_time_limit": "1000"} if suffix == ".mkv" else {}


def _as_os_error(error: av.error.FFmpegError) -> OSError:
    return OSError(error.errno or errno.EIO, f"encoder error: {error.strerror}")
