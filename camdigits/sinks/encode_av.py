"""Pictures → H.264 in MP4, MOV or MKV, or Motion JPEG in AVI, by PyAV.

The only file that imports av. Bytes pass through our own file, so that a full disk or a limit
leaves a file that plays: MP4 is written in fragments of one second, and only a clean end turns
them into a plain MP4.
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
# BT.601 is what the conversion from BGR uses; unsaid, players take BT.709 for large pictures.
X264 = {
    "preset": "veryfast",
    "crf": "20",
    "x264-params": "colorprim=smpte170m:transfer=smpte170m:colormatrix=smpte170m",
}
MJPEG = {"qmin": "2", "qmax": "5"}  # the rate control otherwise starves it at 200 kbit/s
HYBRID_SINCE = (61, 7)  # libavformat of FFmpeg 7.1, the first with hybrid_fragmented


class AvEncoder:
    """One open video file."""

    def __init__(self, path: Path, rate: Fraction, size: tuple[int, int]) -> None:
        """Make the file.

        Args:
            path: ends in one of FORMATS.
            rate: pictures per second.
            size: width, height; both even.

        Raises:
            OSError: the file cannot be made.
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
            OSError: the file cannot be written or the encoder refuses.
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
            OSError: there was no room for the end of the file; what is there plays, and is gone
                if it does not.
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
    """Tell whether this PyAV has the encoder for `path`; some builds come without x264."""
    try:
        av.codec.Codec(codec(path.suffix.lower(), Fraction(30))[0], "w")
    except ValueError:
        return False
    return True


def plays(path: Path) -> bool:
    """Tell whether there is at least one picture in a file that broke off."""
    try:
        with av.open(str(path)) as container:
            return next(container.decode(video=0), None) is not None
    except (av.error.FFmpegError, IndexError):  # IndexError: no stream was begun
        return False


def codec(suffix: str, rate: Fraction) -> tuple[str, dict[str, str]]:
    """Name the encoder for a suffix, and its options."""
    if suffix == ".avi":
        return "mjpeg", dict(MJPEG)
    return "libx264", {**X264, "g": str(max(1, round(rate)))}


def container_options(suffix: str) -> dict[str, str]:
    """Say how the file is laid out, so that it plays even if it is never finished."""
    if suffix in FRAGMENTED:
        hybrid = tuple(av.library_versions["libavformat"][:2]) >= HYBRID_SINCE
        flags = "hybrid_fragmented+empty_moov" if hybrid else "frag_keyframe+empty_moov"
        return {"movflags": flags, "flush_packets": "1"}
    return {"cluster_time_limit": "1000"} if suffix == ".mkv" else {}


def _as_os_error(error: av.error.FFmpegError) -> OSError:
    return OSError(error.errno or errno.EIO, f"the encoder says: {error.strerror}")
