"""Query the video devices of Linux with ioctls: name, driver, formats, sizes, rates.

Numbers and structures are those of <linux/videodev2.h>. Takes no picture and changes no setting;
also works on a device that another program uses.
"""

import errno
import os
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fcntl import ioctl
from pathlib import Path

DEVICES = Path("/dev")
MAX_DEVICES = 64  # chosen: a Pi 5 has about 40
MAX_ANSWERS = 200  # chosen, per enumeration: ends it for a driver that never reports the end

CAPABILITY = struct.Struct("=16s32s32sLLL12x")  # driver, card, bus, version, all, this node's
FORMAT = struct.Struct("=LLL32s4s16x")  # index, type, flags, description, pixel format
SIZE = struct.Struct("=L4sL6L8x")  # index, pixel format, kind, min/max/step width and height
INTERVAL = struct.Struct("=L4sLLL6L8x")  # index, pixel format, width, height, kind, fractions
# What VIDIOC_G_FMT fills: its 200 bytes hold pointers in some variants, so they are aligned.
WHOLE_FORMAT = struct.Struct("=L204x" if struct.calcsize("P") == 8 else "=L200x")
CAPTURE_BUFFER, PLANES_BUFFER = 1, 9
DISCRETE = 1  # a value for `kind` in SIZE and INTERVAL; the other values are ranges
# Capability flags: cameras have one of CAPTURES, decoders and scalers one of CONVERTS.
CAPTURES = 0x1 | 0x1000
CONVERTS = 0x4000 | 0x8000

# Drivers of a Pi's own camera: they send raw sensor values, which only libcamera converts.
RAW_CAMERAS = frozenset({"unicam", "rp1-cfe"})
# A Pi's image processors are listed as video devices with the flags of cameras.
NOT_CAMERAS = frozenset({"bcm2835-isp", "bcm2835-codec", "pispbe", "rpivid", "rpi-hevc-dec"})


@dataclass(frozen=True, slots=True)
class Mode:
    """One format and size that a device offers."""

    format: str  # such as MJPG
    width: int  # pixels; the largest if the device takes a range
    height: int
    fps: tuple[float, ...]  # highest first; empty if the driver does not report rates


@dataclass(frozen=True, slots=True)
class Device:
    """A video device that captures pictures."""

    path: Path
    name: str
    driver: str
    modes: tuple[Mode, ...] = ()
    problem: int | None = None  # errno of the attempt to open it

    @property
    def is_raw(self) -> bool:
        """Whether it is a Pi's own camera, which OpenCV cannot read."""
        return self.driver in RAW_CAMERAS


def device_path(camera: int | str) -> Path:
    """Return the path of a camera given by number or path."""
    return DEVICES / f"video{camera}" if isinstance(camera, int) else Path(camera)


def devices() -> tuple[Device, ...]:
    """List the cameras of this machine by number, including those that cannot be opened."""
    found = (probe(DEVICES / f"video{number}") for number in range(MAX_DEVICES))
    return tuple(device for device in found if device is not None)


def probe(path: Path) -> Device | None:
    """Query one device; None if it does not exist or does not capture pictures."""
    try:
        file = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    except OSError as error:
        missing = error.errno in (errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.ENOTDIR)
        return None if missing else Device(path, path.name, "", problem=error.errno)
    try:
        return _query_device(file, path)
    finally:
        os.close(file)


def is_busy(path: Path) -> bool:
    """Return whether another program captures: setting the present format then fails."""
    try:
        file = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    except OSError as error:
        return error.errno == errno.EBUSY
    try:
        now = _query(file, 4, WHOLE_FORMAT, WHOLE_FORMAT.pack(CAPTURE_BUFFER))
        if now is not None:
            ioctl(file, _request(5, WHOLE_FORMAT), now)
    except OSError as error:
        return error.errno == errno.EBUSY
    finally:
        os.close(file)
    return False


def _query_device(file: int, path: Path) -> Device | None:
    answer = _query(file, 0, CAPABILITY, CAPABILITY.pack(b"", b"", b"", 0, 0, 0), reads=True)
    if answer is None:
        return None
    driver, name, _, _, all_nodes, this_node = CAPABILITY.unpack(answer)
    # Old drivers report only the capabilities of all their nodes together.
    can = this_node if all_nodes & 0x80000000 else all_nodes
    if not can & CAPTURES or can & CONVERTS or _text(driver) in NOT_CAMERAS:
        return None
    buffer = CAPTURE_BUFFER if can & 0x1 else PLANES_BUFFER
    return Device(path, _text(name), _text(driver), tuple(_modes(file, buffer)))


def _modes(file: int, buffer: int) -> Iterator[Mode]:
    for found in _enumerate(file, 2, FORMAT, lambda n: FORMAT.pack(n, buffer, 0, b"", b"")):
        code = FORMAT.unpack(found)[4]
        for width, height in _sizes(file, code):
            yield Mode(_text(code), width, height, _rates(file, code, width, height))


def _sizes(file: int, code: bytes) -> Iterator[tuple[int, int]]:
    for answer in _enumerate(file, 74, SIZE, lambda n: SIZE.pack(n, code, 0, *[0] * 6)):
        kind, *numbers = SIZE.unpack(answer)[2:]
        # A range is min, max and step of the width, then of the height.
        yield (numbers[0], numbers[1]) if kind == DISCRETE else (numbers[1], numbers[4])


def _rates(file: int, code: bytes, width: int, height: int) -> tuple[float, ...]:
    def request(number: int) -> bytes:
        return INTERVAL.pack(number, code, width, height, 0, *[0] * 6)

    rates = []
    for answer in _enumerate(file, 75, INTERVAL, request):
        seconds, parts = INTERVAL.unpack(answer)[5:7]  # of a range: the shortest
        if seconds:
            rates.append(round(parts / seconds, 3))
    return tuple(sorted(set(rates), reverse=True))


def _enumerate(
    file: int, number: int, layout: struct.Struct, request: Callable[[int], bytes]
) -> Iterator[bytes]:
    """Query index 0, 1, 2 ... until the driver reports the end."""
    for index in range(MAX_ANSWERS):
        answer = _query(file, number, layout, request(index))
        if answer is None:
            return
        yield answer


def _query(
    file: int, number: int, layout: struct.Struct, data: bytes, *, reads: bool = False
) -> bytes | None:
    """Call one of the V4L2 ioctls; None if the driver rejects it."""
    try:
        return ioctl(file, _request(number, layout, reads=reads), data)
    except OSError:
        return None


def _request(number: int, layout: struct.Struct, *, reads: bool = False) -> int:
    direction = 2 if reads else 3  # _IOR, _IOWR
    return direction << 30 | layout.size << 16 | ord("V") << 8 | number


def _text(raw: bytes) -> str:
    return raw.partition(b"\0")[0].decode(errors="replace").strip()
