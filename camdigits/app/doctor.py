"""Check everything that reading needs, and report for each part its state or what to do.

Changes nothing and captures no frames. Each check does its own heavy imports, so that a missing
part is reported and does not end the other checks.
"""

import platform
import re
import struct
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from itertools import count
from typing import Any, Literal, TypeAlias

from camdigits.errors import CamdigitsError

State: TypeAlias = Literal["ok", "note", "FAIL"]  # note: an optional part
OLDEST_PYTHON = 3, 11
OPENCV_PACKAGES = (
    "opencv-python",
    "opencv-python-headless",
    "opencv-contrib-python",
    "opencv-contrib-python-headless",
)
SERVER_PACKAGES = ("starlette", "uvicorn", "websockets", "prometheus-client")
MODEL = "digits"
READING_S = 1.0  # chosen: enough frames for a stable rate
MIN_READ_SHARE = 0.5  # chosen: of the demo's digits; if fewer are read, something is broken


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check."""

    name: str
    state: State
    text: str


def run_checks() -> Iterator[Finding]:
    """Run all checks, each when its finding is requested."""
    broken = False
    for name, check in CHECKS:
        finding = _finding(name, check, broken)
        broken = broken or finding.state == "FAIL"
        yield finding


def format_finding(finding: Finding) -> str:
    """Format a finding as one line.

    >>> format_finding(Finding("python", "ok", "3.11.2"))
    'ok    python     3.11.2'
    """
    return f"{finding.state:6}{finding.name:11}{finding.text}"


def passed(findings: Sequence[Finding]) -> bool:
    """Return whether everything that reading needs works."""
    return all(finding.state != "FAIL" for finding in findings)


def findings_json(findings: Sequence[Finding]) -> dict[str, Any]:
    """Convert findings to plain values for JSON."""
    return {"ok": passed(findings), "checks": [asdict(finding) for finding in findings]}


def _finding(name: str, check: "Check", broken: bool) -> Finding:
    if broken and check is _reading:
        return Finding(name, "FAIL", "not tried: first fix what is marked FAIL above")
    try:
        state, text = check()
    except (CamdigitsError, ImportError) as error:
        return Finding(name, "note" if name in OPTIONAL else "FAIL", _first_line(error))
    return Finding(name, state, text)


Outcome: TypeAlias = tuple[State, str]
Check: TypeAlias = Callable[[], Outcome]


def _python() -> Outcome:
    bits = 8 * struct.calcsize("P")
    text = f"{platform.python_version()}, {bits} bit, {platform.system()} {platform.machine()}"
    if sys.version_info < OLDEST_PYTHON:
        return "FAIL", f"{text}: at least {'.'.join(map(str, OLDEST_PYTHON))} is needed"
    return "ok", text


def _numpy() -> Outcome:
    try:
        import numpy as np
    except ImportError as error:
        return "FAIL", f"does not load ({_first_line(error)}); pip install numpy"
    return "ok", str(np.__version__)


def _opencv() -> Outcome:
    from camdigits.image import cv2

    parts = _built_with(cv2.getBuildInformation())
    listed = ", ".join(f"{name} {'yes' if has else 'no'}" for name, has in parts.items())
    text = f"{cv2.__version__}: {listed}"
    several = [name for name in OPENCV_PACKAGES if _version(name)]
    if len(several) > 1:
        return "note", f"{text}; {' and '.join(several)} overwrite each other: keep one of them"
    if not parts["FFMPEG"]:
        return "note", f"{text}; video files and streams need an OpenCV with FFMPEG"
    if sys.platform.startswith("linux") and not parts["V4L2"]:
        return "note", f"{text}; webcams need an OpenCV with V4L2"
    return "ok", text


def _built_with(information: str) -> dict[str, bool]:
    """Return which of the parts that camdigits uses this OpenCV was built with."""
    keys = {"windows": "GUI", "FFMPEG": "FFMPEG", "GStreamer": "GStreamer", "V4L2": "v4l/v4l2"}
    found = {
        name: re.search(rf"^\s*{key}:[ \t]*(\S+)", information, re.M) for name, key in keys.items()
    }
    return {
        name: match is not None and match[1] not in ("NO", "NONE") for name, match in found.items()
    }


def _recording() -> Outcome:
    if (found := _version("av")) is not None:
        return "ok", f"H.264 by PyAV {found}"
    return "note", (
        "MPEG-4 part 2, which browsers do not play; for H.264 pip install 'camdigits[video]'"
    )


def _server() -> Outcome:
    missing = [name for name in SERVER_PACKAGES if _version(name) is None]
    if missing:
        return "note", f"{', '.join(missing)} missing: for serve pip install 'camdigits[serve]'"
    return "ok", f"page of serve by starlette {_version('starlette')}"


def _display() -> Outcome:
    from camdigits.app.window.display import find_display
    from camdigits.image import cv2

    screen = find_display()
    if not _built_with(cv2.getBuildInformation())["windows"]:
        return "note", "this OpenCV has no windows: install opencv-python, or use --no-window"
    return "ok", f"{screen.width}x{screen.height}"


def _cameras() -> Outcome:
    from camdigits.sources.cameras import NONE_FOUND, list_cameras

    found = list_cameras()
    if not found:
        return "note", NONE_FOUND
    listed = "; ".join(
        f"{each.source} {each.name}" + (f": {each.problem}" if each.problem else "")
        for each in found
    )
    return ("note" if any(each.problem for each in found) else "ok"), listed


def _picamera() -> Outcome:
    from camdigits.sources.raspberry import load_picamera2, pi_model

    model = pi_model()
    if not model:
        return "ok", "not needed: this is no Raspberry Pi"
    load_picamera2()
    return "ok", f"picamera2 {_version('picamera2') or 'loads'} on {model}"


def _model() -> Outcome:
    from camdigits.recognize.card import LINE_MODEL, SEQUENCE_MODEL, find_model, load_card

    path = find_model(MODEL)
    card = load_card(path)
    others = [(name, load_card(find_model(name))) for name in (SEQUENCE_MODEL, LINE_MODEL)]
    labels = len(card.labels)
    return "ok", (
        f"{path.name} fits its card: {labels} labels, sha256 {card.sha256[:8]}; "
        + ", ".join(f"{name}.tflite too: sha256 {other.sha256[:8]}" for name, other in others)
    )


def _runtime() -> Outcome:
    from camdigits.recognize.card import find_model
    from camdigits.recognize.tflite import delegate_name, runtime_name

    name, delegate = runtime_name(), delegate_name(find_model(MODEL))
    if delegate is None:
        return "note", f"{name} without a delegate: several times as slow as with XNNPACK"
    return "ok", f"{name} with {delegate}"


def _reading() -> Outcome:
    """Read the demo's page for READING_S."""
    from camdigits.reader import Reader
    from camdigits.sources.synthetic import SyntheticSource

    with SyntheticSource(2) as source:
        written = len("".join(source.truth))
        frames = list(source)
    reader = Reader(MODEL)
    digits = len(reader.read(frames[0]).digits)
    start_s = time.perf_counter()
    for done in count(1):
        reader.read(frames[done % 2])
        elapsed_s = time.perf_counter() - start_s
        if elapsed_s >= READING_S:
            break
    size = f"{source.info.width}x{source.info.height}"
    text = f"{done / elapsed_s:.1f} frames per second on the demo's page ({size}, {digits} digits)"
    if digits < MIN_READ_SHARE * written:
        return "FAIL", f"{text}, where {written} are written; install camdigits again"
    return "ok", text


CHECKS: tuple[tuple[str, Check], ...] = (
    ("python", _python),
    ("numpy", _numpy),
    ("opencv", _opencv),
    ("recording", _recording),
    ("server", _server),
    ("display", _display),
    ("cameras", _cameras),
    ("picamera", _picamera),
    ("model", _model),
    ("runtime", _runtime),
    ("reading", _reading),
)
OPTIONAL = frozenset({"recording", "server", "display", "cameras", "picamera"})


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
