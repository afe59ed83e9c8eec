"""Read a network stream with FFmpeg: MJPEG over HTTP, RTSP and others.

Opening and each read have a time limit. A reader slower than the stream gets old frames: wrap the
source in `LatestFrame`.
"""

import re
import time

from camdigits.errors import SourceError
from camdigits.image import cv2
from camdigits.sources.base import SourceOptions
from camdigits.sources.capture import Capture, LiveSource, LossMessage, read_within

SCHEMES = ("http", "https", "rtsp", "rtsps", "rtmp", "udp", "tcp")
LOSS_ADVICE = "check the camera and the network, and start again"


class StreamSource(LiveSource):
    """Frames of a network stream.

    Raises:
        SourceError: nothing answers at the address, or no video arrives in time.
    """

    def __init__(self, address: str, options: SourceOptions | None = None) -> None:
        requested = options or SourceOptions()
        timeout_s = requested.timeout_s
        name = without_password(address)
        started_s = time.monotonic()
        capture = Capture(address, cv2.CAP_FFMPEG, _limits(timeout_s))
        first = read_within(capture, timeout_s) if capture.is_open else None
        if first is None:
            capture.close()
            raise SourceError(_no_answer(name, time.monotonic() - started_s, timeout_s))
        super().__init__(capture, name, first, requested, LossMessage(name, "ended", LOSS_ADVICE))


def without_password(address: str) -> str:
    """Mask the password of an address, which names the source in readings and messages.

    >>> without_password("rtsp://me:secret@10.0.0.7/live")
    'rtsp://me:***@10.0.0.7/live'
    """
    return re.sub(r"(://[^/:@]*):[^/]*@", r"\1:***@", address, count=1)


def _limits(timeout_s: float) -> tuple[int, ...]:
    limit_ms = max(1, round(timeout_s * 1000))
    return (
        cv2.CAP_PROP_OPEN_TIMEOUT_MSEC,
        limit_ms,
        cv2.CAP_PROP_READ_TIMEOUT_MSEC,
        limit_ms,
    )


def _no_answer(name: str, waited_s: float, timeout_s: float) -> str:
    if waited_s >= 0.9 * timeout_s:
        return f"cannot open {name}: no video within {timeout_s:g} s; check the address"
    return f"cannot open {name}: no video there; check the address and that the camera is on"
