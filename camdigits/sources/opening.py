"""Where frames come from: one module per kind, and the one door that picks among them.

Each kind is imported when it is asked for: OpenCV takes a while to load.
"""

import os
import re
import stat
from collections.abc import Callable
from pathlib import Path

from camdigits.errors import SourceError
from camdigits.sources.base import Source, SourceOptions

KINDS = (
    "a camera's index, picamera, a video, a picture, a folder, a pattern, an address "
    "(rtsp, http), or demo"
)


def open_source(spec: str, options: SourceOptions | None = None) -> Source:
    """Open what a user named.

    Args:
        spec: a camera's index (0) or device (/dev/video0), `picamera` or `picamera:N` for a
            Raspberry Pi's own, a stream's address, a video file, a picture file, a folder or
            glob pattern of pictures, or `demo`.
        options: wishes; a source ignores those it cannot fulfil.

    Returns:
        An open source. Live ones (`info.live`) are best wrapped in `LatestFrame`.

    Raises:
        SourceError: it cannot be opened, or is nothing of these.
    """
    wishes = options or SourceOptions()
    if spec == "demo":
        from camdigits.sources.synthetic import DemoSource

        return DemoSource()
    if found := re.fullmatch(r"picamera2?(?::(\d{1,3}))?", spec):
        from camdigits.sources.picamera import PicameraSource

        return PicameraSource(int(found[1] or 0), wishes, spec)
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", spec):
        return _open_stream(spec, wishes)
    if re.fullmatch(r"[0-9]{1,4}", spec) or _is_device(spec):
        from camdigits.sources.webcam import WebcamSource

        return WebcamSource(int(spec) if spec.isdigit() else spec, wishes)
    return _open_files(spec, wishes)


def open_lasting(
    spec: str,
    options: SourceOptions | None = None,
    *,
    give_up_s: float,
    tell: Callable[[str], None] | None = None,
) -> Source:
    """Open what a user named; a camera or stream that is lost later is opened again.

    Args:
        spec: as for `open_source`.
        options: as for `open_source`.
        give_up_s: seconds of trying after which a lost source is lost for good.
        tell: is told in one line that the source went, and that it is back.

    Raises:
        SourceError: it cannot be opened in the first place.
    """
    source = open_source(spec, options)
    if not source.info.live:
        return source
    from camdigits.sources.reconnect import Reconnecting

    return Reconnecting(source, lambda: open_source(spec, options), give_up_s, tell)


def check_video_file(name: str) -> None:
    """Make sure that a name can be one of a video: a camera's or an address may, a folder may not.

    Raises:
        SourceError: it is a folder, or nothing is there.
    """
    if Path(name).is_dir():
        raise SourceError(
            f"cannot open video {name}: it is a folder; give its files, "
            "or read pictures with `camdigits image`"
        )
    looks_like_a_file = "://" not in name and Path(name).suffix
    if looks_like_a_file and not os.path.lexists(name):
        raise SourceError(f"cannot open video {name}: no such file; look at its name")


def _is_device(spec: str) -> bool:
    if re.fullmatch(r"/dev/video\d+", spec):
        return True
    try:
        return spec.startswith("/dev/v4l/") or stat.S_ISCHR(os.stat(spec).st_mode)
    except (OSError, ValueError):
        return False


def _open_stream(address: str, wishes: SourceOptions) -> Source:
    from camdigits.sources.stream import SCHEMES, StreamSource

    scheme = address.partition("://")[0].lower()
    if scheme not in SCHEMES:
        known = ", ".join(SCHEMES)
        raise SourceError(f"cannot open {scheme}://...: wanted one of {known}, or a file's name")
    return StreamSource(address, wishes)


def _open_files(spec: str, wishes: SourceOptions) -> Source:
    from camdigits.image import PICTURE_SUFFIXES
    from camdigits.sources.picture_file import is_pattern, picture_paths

    path = Path(spec)
    suffix = path.suffix.lower()
    if not os.path.lexists(spec) and not is_pattern(spec):
        raise SourceError(f"cannot open {spec!r}: no such file; wanted {KINDS}")
    # A GIF moves more often than not, and OpenCV 4.6 reads it only as a video.
    if path.is_dir() or not path.exists() or (suffix in PICTURE_SUFFIXES and suffix != ".gif"):
        from camdigits.sources.images import ImagesSource

        return ImagesSource(picture_paths([spec]), spec, wishes.fps)
    from camdigits.sources.video import VideoSource

    return VideoSource(path)
