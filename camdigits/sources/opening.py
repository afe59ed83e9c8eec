"""Open a source of frames by its name.

Each kind of source is imported only when it is opened, because OpenCV takes long to load.
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
    """Open the source that a user named.

    Args:
        spec: a camera's index (0) or device (/dev/video0), `picamera` or `picamera:N` for a
            Raspberry Pi's own camera, a stream's address, a video file, a picture file, a folder
            or glob pattern of pictures, or `demo`.
        options: requested settings; a source ignores those that it does not support.

    Returns:
        An open source. Wrap a live one (`info.live`) in `LatestFrame`.

    Raises:
        SourceError: it cannot be opened, or the name is none of these.
    """
    requested = options or SourceOptions()
    if spec == "demo":
        from camdigits.sources.synthetic import SyntheticSource

        return SyntheticSource()
    if found := re.fullmatch(r"picamera2?(?::(\d{1,3}))?", spec):
        from camdigits.sources.picamera import PicameraSource

        return PicameraSource(int(found[1] or 0), requested, spec)
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", spec):
        return _open_stream(spec, requested)
    if re.fullmatch(r"[0-9]{1,4}", spec) or _is_device(spec):
        from camdigits.sources.webcam import WebcamSource

        return WebcamSource(int(spec) if spec.isdigit() else spec, requested)
    return _open_files(spec, requested)


def open_reconnecting(
    spec: str,
    options: SourceOptions | None = None,
    *,
    give_up_s: float,
    notify: Callable[[str], None] | None = None,
) -> Source:
    """Open the source that a user named; reopen a camera or stream that is lost later.

    Args:
        spec: as for `open_source`.
        options: as for `open_source`.
        give_up_s: seconds of attempts after which SourceLostError is raised; 0 makes no attempt.
        notify: called with one line when the source is lost and when it is open again.

    Raises:
        SourceError: the first attempt to open it fails.
    """
    source = open_source(spec, options)
    if not source.info.live:
        return source
    from camdigits.sources.reconnect import Reconnecting

    return Reconnecting(source, lambda: open_source(spec, options), give_up_s, notify)


def check_video_file(name: str) -> None:
    """Check that a name can be opened as a video: a file, a camera or an address, not a folder.

    Raises:
        SourceError: it is a folder, or a file that does not exist.
    """
    if Path(name).is_dir():
        raise SourceError(
            f"cannot open video {name}: it is a folder; give its files, "
            "or read pictures with `camdigits image`"
        )
    is_file_name = "://" not in name and Path(name).suffix
    if is_file_name and not os.path.lexists(name):
        raise SourceError(f"cannot open video {name}: no such file; check its name")


def _is_device(spec: str) -> bool:
    if re.fullmatch(r"/dev/video\d+", spec):
        return True
    try:
        return spec.startswith("/dev/v4l/") or stat.S_ISCHR(os.stat(spec).st_mode)
    except (OSError, ValueError):
        return False


def _open_stream(address: str, requested: SourceOptions) -> Source:
    from camdigits.sources.stream import SCHEMES, StreamSource

    scheme = address.partition("://")[0].lower()
    if scheme not in SCHEMES:
        known = ", ".join(SCHEMES)
        raise SourceError(f"cannot open {scheme}://...: wanted one of {known}, or a file's name")
    return StreamSource(address, requested)


def _open_files(spec: str, requested: SourceOptions) -> Source:
    from camdigits.image import PICTURE_SUFFIXES
    from camdigits.sources.picture_file import is_pattern, picture_paths

    path = Path(spec)
    suffix = path.suffix.lower()
    if not os.path.lexists(spec) and not is_pattern(spec):
        raise SourceError(f"cannot open {spec!r}: no such file; wanted {KINDS}")
    # Most GIF files are animations, and OpenCV 4.6 reads GIF only as a video.
    if path.is_dir() or not path.exists() or (suffix in PICTURE_SUFFIXES and suffix != ".gif"):
        from camdigits.sources.images import ImagesSource

        return ImagesSource(picture_paths([spec]), spec, requested.fps)
    from camdigits.sources.video import VideoSource

    return VideoSource(path)
