"""The window under a real X server, with keys really pressed."""

import ctypes
import json
import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from camdigits.app.window.display import Screen, find_screen
from camdigits.app.window.window import window_size
from camdigits.errors import DisplayError
from camdigits.image import cv2

ROOT = Path(__file__).parent.parent.parent.parent
PATIENCE_S = 20.0

PROGRAM = textwrap.dedent(
    """
    import json, sys, time
    from pathlib import Path
    import numpy as np
    from camdigits.app.window.live import LiveOptions, run_live
    from camdigits.app.window.window import Window
    from camdigits.sources.base import SourceInfo
    from camdigits.values import Box, Digit, Frame, Region, Result, Trace

    folder = Path(sys.argv[1])
    log = (folder / "log").open("w", buffering=1)

    class Camera:
        info = SourceInfo("fake", live=True, width=320, height=240, fps=20.0)
        closed = False
        def __iter__(self):
            start, index = time.monotonic(), 0
            while not self.closed:
                time.sleep(0.02)
                picture = np.full((240, 320, 3), 200, np.uint8)
                picture[:, :160] = 90
                yield Frame(index, time.monotonic() - start, picture, "fake")
                index += 1
        def close(self):
            self.closed = True

    class Reader:
        def read(self, frame, *, trace=False):
            left = int(frame.bgr[0, 0, 0])
            asked = {"frame": frame.index, "trace": trace, "left": left}
            log.write(json.dumps({**asked, "size": frame.bgr.shape[1::-1]}) + "\\n")
            ink = np.zeros((240, 320), np.uint8)
            regions = (Region(Box(50, 60, 20, 30), np.full((30, 20), 255, np.uint8)),)
            made = Trace(ink, regions, np.zeros((1, 28, 28), np.uint8), ("7",), (0.9,))
            digits = (Digit(Box(50, 60, 20, 30), "7", 0.9),)
            return Result(frame, digits, (), 0, {"ink": 1.0}, made if trace else None)

    with Window("camdigits test") as window:
        summary = run_live(Camera(), Reader(), window=window, options=LiveOptions(folder / "out"))
    print(json.dumps([path.name for path in summary.saved]))
    """
)


class Person:
    """Sits before the window: presses keys, and waits until something happens."""

    def __init__(self, display: str, folder: Path) -> None:
        self.folder = folder
        self._environ = environment(DISPLAY=display)
        self.program = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(folder)],
            env=self._environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.until(lambda: self.reads() != [])
        self._xdotool("search", "--sync", "--name", "camdigits test", "windowfocus")

    def press(self, key: str) -> None:
        """Press a key, by its X name."""
        self._xdotool("key", key)

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Move the mouse with its button down, in pixels of the window."""
        window = self._xdotool("search", "--name", "camdigits test").split()[0]
        place = ["mousemove", "--sync", "--window", window]
        self._xdotool(*place, *map(str, start))
        self._xdotool("mousedown", "1")
        self._xdotool(*place, str(start[0] + 20), str(start[1] + 20))
        self._xdotool(*place, *map(str, end))
        self._xdotool("mouseup", "1")

    def close_window(self) -> None:
        """Do what a window manager does for its close button; only later xdotools can."""
        x11 = ctypes.CDLL("libX11.so.6")
        for function in (x11.XOpenDisplay, x11.XInternAtom):
            function.restype = ctypes.c_void_p
        server = ctypes.c_void_p(x11.XOpenDisplay(self._environ["DISPLAY"].encode()))
        protocols, delete = (
            x11.XInternAtom(server, name, 0) for name in (b"WM_PROTOCOLS", b"WM_DELETE_WINDOW")
        )
        for window in map(int, self._xdotool("search", "--name", "camdigits test").split()):
            # XClientMessageEvent: type, serial, send_event, display, window, message, format, data
            event = (ctypes.c_long * 24)(33, 0, 1, 0, window, protocols, 32, delete)
            x11.XSendEvent(server, ctypes.c_ulong(window), 0, ctypes.c_long(0), event)
        x11.XCloseDisplay(server)

    def reads(self) -> list[dict[str, Any]]:
        """Return what the reader was asked so far."""
        log = self.folder / "log"
        lines = log.read_text().splitlines(keepends=True) if log.exists() else []
        return [json.loads(line) for line in lines if line.endswith("\n")]

    def saved(self, suffix: str) -> list[Path]:
        """Return the files saved so far."""
        return sorted((self.folder / "out").glob(f"*{suffix}"))

    def until(self, happened: Callable[[], bool]) -> None:
        """Wait for it, but not for ever."""
        give_up = time.monotonic() + PATIENCE_S
        while not happened():
            if time.monotonic() > give_up or self.program.poll() is not None:
                self.program.kill()
                pytest.fail(f"did not happen; {self.program.communicate()}")
            time.sleep(0.02)

    def end(self) -> tuple[int, str, str]:
        """Wait for the end; return status, stdout, stderr."""
        out, err = self.program.communicate(timeout=PATIENCE_S)
        return self.program.returncode, out, err

    def _xdotool(self, *words: str) -> str:
        command = ["xdotool", *words]
        return subprocess.run(
            command, env=self._environ, check=True, capture_output=True, text=True
        ).stdout


@pytest.fixture
def person(display: str, tmp_path: Path) -> Iterator[Person]:
    """Somebody at a running live loop."""
    someone = Person(display, tmp_path)
    yield someone
    if someone.program.poll() is None:
        someone.program.kill()
        someone.program.communicate()


def environment(**changes: str) -> dict[str, str]:
    """The environment without a display, then `changes`."""
    left_out = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    kept = {name: value for name, value in os.environ.items() if name not in left_out}
    return kept | {"PYTHONPATH": str(ROOT)} | changes


def test_an_area_is_drawn_with_the_mouse(person: Person) -> None:
    """Key a, then a drag: boxes of the window, twice as large, become pixels of the picture."""
    person.press("a")
    person.drag((100, 60), (400, 260))
    person.until(lambda: person.reads()[-1]["size"] != [320, 240])
    width, height = person.reads()[-1]["size"]
    person.press("a")
    person.until(lambda: person.reads()[-1]["size"] == [320, 240])
    person.press("q")

    assert person.end()[0] == 0
    assert abs(width - 150) <= 4
    assert abs(height - 100) <= 4


def test_every_key_does_what_help_says(person: Person) -> None:
    """Key d traces, m flips, space pauses, . steps once, s and r save, q ends with status 0."""
    person.press("h")
    person.press("d")
    person.until(lambda: person.reads()[-1]["trace"])
    person.press("d")
    person.until(lambda: not person.reads()[-1]["trace"])
    person.press("m")
    person.until(lambda: person.reads()[-1]["left"] == 200)
    person.press("m")
    person.until(lambda: person.reads()[-1]["left"] == 90)
    person.press("r")
    person.until(lambda: person.saved(".mp4") != [])
    time.sleep(0.3)  # a few frames of recording
    person.press("r")
    person.press("space")
    person.press("s")
    person.until(lambda: person.saved(".png") != [])
    paused_at = len(person.reads())
    person.press("period")
    person.until(lambda: len(person.reads()) == paused_at + 1)
    time.sleep(0.2)  # the loop has its chance to read on, wrongly
    stepped_to = len(person.reads())
    person.press("q")

    status, out, err = person.end()

    snapshot, recording = person.saved(".png")[0], person.saved(".mp4")[0]
    frame = cv2.imread(str(snapshot))
    assert (status, err.splitlines()) == (0, [f"recording: {recording}", f"snapshot: {snapshot}"])
    assert json.loads(out) == [recording.name, snapshot.name]
    assert stepped_to == paused_at + 1
    assert frame is not None
    assert frame.shape == (240, 320, 3)
    assert cv2.VideoCapture(str(recording)).read()[0]


def test_closing_the_window_quits(person: Person) -> None:
    """The window's own close button ends the loop with status 0, without a word."""
    person.close_window()

    status, _, err = person.end()

    assert (status, err) == (0, "")


def test_escape_quits(person: Person) -> None:
    """Esc does what q does."""
    person.press("Escape")

    assert person.end()[0] == 0


def run_without_display(**changes: str) -> subprocess.CompletedProcess[str]:
    program = (
        "import sys\n"
        "from camdigits.errors import CamdigitsError\n"
        "from camdigits.app.window.window import Window\n"
        "try:\n"
        "    Window('x')\n"
        "except CamdigitsError as error:\n"
        "    print(f'{type(error).__name__}: {error}', file=sys.stderr)\n"
        "    sys.exit(error.exit_status)\n"
    )
    command = [sys.executable, "-c", program]
    return subprocess.run(
        command, env=environment(**changes), capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "neither DISPLAY nor WAYLAND_DISPLAY is set"),
        ({"DISPLAY": ":77"}, "display :77 does not answer"),
        ({"DISPLAY": "not a display"}, "display not a display does not answer"),
        ({"WAYLAND_DISPLAY": "wayland-77"}, "display wayland-77 does not answer"),
        ({"DISPLAY": ":77", "QT_QPA_PLATFORM": "wayland"}, "display :77 does not answer"),
    ],
)
def test_no_display_is_one_line_not_an_abort(changes: dict[str, str], words: str) -> None:
    """Without a display that answers there is one line and status 2; Qt never gets to abort."""
    ended = run_without_display(**changes)

    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert words in ended.stderr
    assert "--no-window" in ended.stderr


def test_opencv_without_windows_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """A headless OpenCV is a DisplayError that names the package to take."""
    from camdigits.app.window import window

    def refuse(*_: object) -> None:
        raise cv2.error("The function is not implemented")

    monkeypatch.setattr(window, "find_screen", lambda _: Screen())
    monkeypatch.setattr(cv2, "namedWindow", refuse)

    with pytest.raises(DisplayError, match="install opencv-python in place of"):
        window.Window("x")


def test_the_screen_is_measured(display: str) -> None:
    """Where there is a display its size is known."""
    assert find_screen({"DISPLAY": display}, "linux") == Screen(1024, 768)


def test_other_systems_are_not_asked_for_a_display() -> None:
    """DISPLAY says nothing on a Mac or on Windows."""
    assert find_screen({}, "darwin") == Screen()


@pytest.mark.parametrize(
    ("picture", "window"),
    [
        ((800, 600), (800, 600)),
        ((320, 240), (640, 480)),
        ((4000, 3000), (867, 650)),
        ((1, 5000), (1, 653)),
    ],
)
def test_the_window_fits_the_screen(picture: tuple[int, int], window: tuple[int, int]) -> None:
    """A picture opens at its size; smaller ones grow, larger ones shrink to the screen."""
    width, height = window_size(picture, Screen(1020, 765))

    assert abs(width - window[0]) <= 1
    assert abs(height - window[1]) <= 4
