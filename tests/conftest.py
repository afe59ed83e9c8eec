"""Pictures drawn by hand, a screen, and the data folder of tests that need one.

CAMDIGITS_RUNTIME_ONLY=1 leaves the training's tests out: for machines that only read, where
neither TensorFlow nor matplotlib is installed. Otherwise nothing may be missing on CI (CI=true).
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.clips import jpeg
from support.command import write_pictures

from camdigits.image import cv2
from camdigits.sources.synthetic import SyntheticSource
from camdigits.values import GrayImage

collect_ignore_glob = ["*/make_*.py"]  # programs, not tests
Bar = tuple[int, int, int, int]  # x, y, width, height
RUNTIME_ONLY = os.environ.get("CAMDIGITS_RUNTIME_ONLY") == "1"
# train.metrics.matching needs no more than the product does: it matches digits of a page
# which.
OF_TRAINING = re.compile(r"^(from|import) train\b(?!\.metrics\.matching import)", re.MULTILINE)


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out the training's tests where only the runtime package is meant to work."""
    if not RUNTIME_ONLY or collection_path.suffix != ".py":
        return None
    return True if OF_TRAINING.search(collection_path.read_text()) else None


def pytest_report_header() -> str | None:
    """Say what is left out and why."""
    left_out = "tests that import train (CAMDIGITS_RUNTIME_ONLY=1)"
    return f"left out: {left_out}" if RUNTIME_ONLY else None


def pytest_configure() -> None:
    """Check the extras on CI, and handle SIGINT even if the parent process ignores it."""
    # Under nohup or in a background shell SIGINT is ignored, and so it would be in the programs
    # that tests start and interrupt.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    extras = ("av", "hatchling", "keras", "matplotlib", "mypy", "ruff", "tensorflow")
    extras += ("httpx2", "playwright", "pydantic", "schemathesis", "starlette", "uvicorn")
    missing = [name for name in extras if find_spec(name) is None]
    if missing and os.environ.get("CI") == "true" and not RUNTIME_ONLY:
        raise pytest.UsageError(f"CI wants '.[test,train]' installed, missing: {missing}")


@pytest.fixture
def sheet() -> Callable[..., GrayImage]:
    """Draw a (height, width) picture with filled bars: an ink mask, or a page."""

    def draw(
        *bars: Bar, size: tuple[int, int] = (120, 160), ink: int = 255, paper: int = 0
    ) -> GrayImage:
        width, height = size[1], size[0]
        picture = np.full((height, width), paper, np.uint8)
        for x, y, wide, high in bars:
            picture[y : y + high, x : x + wide] = ink
        return picture

    return draw


MISSING = [tool for tool in ("Xvfb", "xdotool") if shutil.which(tool) is None]


@pytest.fixture(scope="session")
def display() -> Iterator[str]:
    """A fresh X server; its tests are left out where there is none to start."""
    if MISSING and os.environ.get("CI") != "true":
        pytest.skip(f"not installed: {' '.join(MISSING)}")
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1024x768x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as answer:
        number = answer.readline().strip()
    try:
        yield f":{number}"
    finally:
        server.terminate()
        server.wait()


@pytest.fixture(scope="session")
def unused_display() -> str:
    """The number of a display on which no X server listens, such as `:77`."""
    numbers = (number for number in range(77, 1000) if not _has_x_server(number))
    return f":{next(numbers)}"


def _has_x_server(number: int) -> bool:
    path = f"/tmp/.X11-unix/X{number}"
    if Path(path).exists() or Path(f"/tmp/.X{number}-lock").exists():
        return True
    with socket.socket(socket.AF_UNIX) as abstract, socket.socket() as tcp:
        return not abstract.connect_ex(f"\0{path}") or not tcp.connect_ex(
            ("127.0.0.1", 6000 + number)
        )


@pytest.fixture(scope="session")
def camera(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Environment in which /dev/video0 is a camera that sends frames 0, 1, 2 ... 19."""
    if not sys.platform.startswith("linux") or shutil.which("gcc") is None:
        pytest.skip("the fake camera needs Linux and gcc")
    tests = Path(__file__).parent
    folder = tmp_path_factory.mktemp("fakecam")
    library, clip = folder / "fakecam.so", folder / "clip.mjpeg"
    source = tests / "support" / "fakecam.c"
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    clip.write_bytes(b"".join(jpeg(number) for number in range(20)))
    paths = [str(tests.parent), str(tests), os.environ.get("PYTHONPATH", "")]
    return {
        **os.environ,
        "LD_PRELOAD": str(library),
        "FAKECAM_MJPEG": str(clip),
        "PYTHONPATH": os.pathsep.join(path for path in paths if path),
    }


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """Folder of the data sets; without it a test is left out, but never on CI."""
    named = os.environ.get("CAMDIGITS_DATA")
    if named and Path(named).is_dir():
        return Path(named)
    if os.environ.get("CI") == "true":
        pytest.fail("CAMDIGITS_DATA must name the data folder on CI")
    pytest.skip("set CAMDIGITS_DATA to the folder of the data sets")


@pytest.fixture(scope="session")
def demo_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photo of the demo's page."""
    path = tmp_path_factory.mktemp("page") / "page.png"
    cv2.imwrite(str(path), next(iter(SyntheticSource(1))).bgr)
    return path


@pytest.fixture(scope="session")
def demo_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second of the demo's page as a video file."""
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    write_pictures(path, [frame.bgr for frame in SyntheticSource(30, (640, 360))])
    return path


@pytest.fixture
def site() -> Iterator[Any]:
    """A site of `serve` without a live run, whose latest result is that of a golden page."""
    from support.serving import golden_result, make_site, put

    made = make_site()
    put(made, golden_result(trace=True))
    yield made
    made.close()


@pytest.fixture
def client(site: Any) -> Iterator[Any]:
    """A client of that site, without a network."""
    from support.serving import client_of

    with client_of(site) as made:
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One browser for all tests of a module."""
    from support.browser import chromium

    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A server of the demo in its own process."""
    from support.serving import serving_page

    with serving_page("demo", cwd=tmp_path_factory.mktemp("serve")) as started:
        yield started


@pytest.fixture
def visit(browser: Any, server: Any) -> Iterator[Any]:
    """A visit of its page on a desktop, which must go without any error."""
    from support.browser import Visit

    made = Visit(browser, server.address, viewport={"width": 1280, "height": 800})
    yield made
    made.close()
