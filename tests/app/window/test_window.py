"""The window under a real X server with real key presses."""

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
from support.command import TIMEOUT_S, started, wait_until

from camdigits.app.window.display import ScreenSize, find_display
from camdigits.app.window.window import window_size
from camdigits.errors import DisplayError
from camdigits.image import cv2

ROOT = Path(__file__).parent.parent.parent.parent
UNUSED = ":unused"  # replaced by the number of a display that does not exist

PROGRAM = textwrap.dedent(
    """
    import json, sys, time
    from pathlib import Path
    import numpy as np
    from camdigits.app.live.session import LiveOptions
    from camdigits.app.window.live import run_live
    from camdigits.app.window.window import Window
    from camdigits.sources.base import SourceInfo
    from camdigits.values import Box, Digit, Frame, Region, Result
    from support.predictions import candidates, trace_of

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
        def read(self, frame, *, trace=False, budget=None):
            left = int(frame.bgr[0, 0, 0])
            call = {"frame": frame.index, "trace": trace, "left": left}
            log.write(json.dumps({**call, "size": frame.bgr.shape[1::-1]}) + "\\n")
            region = Region(Box(50, 60, 20, 30), np.full((30, 20), 255, np.uint8))
            steps = trace_of(np.zeros((240, 320), np.uint8), candidates([region], ["7"]))
            digits = (Digit(Box(50, 60, 20, 30), "7", 0.9),)
            return Result(frame, digits, (), 0, {"ink": 1.0}, steps if trace else None)

    with Window("camdigits test") as window:
        summary = run_live(Camera(), Reader(), window=window, options=LiveOptions(folder / "out"))
    print(json.dumps([path.name for path in summary.saved]))
    """
)


class User:
    """A user of the window: presses keys and waits for effects."""

    def __init__(
        self, program: "subprocess.Popen[str]", variables: dict[str, str], folder: Path
    ) -> None:
        self.program, self.folder = program, folder
        self._environ = variables
        self.until(lambda: self.reads() != [])
        self._xdotool("search", "--sync", "--name", "camdigits test", "windowfocus")

    def press(self, key: str) -> None:
        """Press a key, by its X name."""
        self._xdotool("key", key)

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Move the mouse with its button down, in pixels of the window."""
        window = self._xdotool("search", "--name", "camdigits test").split()[0]
        move = ["mousemove", "--sync", "--window", window]
        self._xdotool(*move, *map(str, start))
        self._xdotool("mousedown", "1")
        self._xdotool(*move, str(start[0] + 20), str(start[1] + 20))
        self._xdotool(*move, *map(str, end))
        self._xdotool("mouseup", "1")

    def close_window(self) -> None:
        """Send what a window manager sends for its close button; old xdotools cannot."""
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
        """Return the calls of the reader so far."""
        log = self.folder / "log"
        lines = log.read_text().splitlines(keepends=True) if log.exists() else []
        return [json.loads(line) for line in lines if line.endswith("\n")]

    def saved(self, suffix: str) -> list[Path]:
        """Return the files saved so far."""
        return sorted((self.folder / "out").glob(f"*{suffix}"))

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait until a condition holds."""
        wait_until(condition, self.program)

    def end(self) -> tuple[int, str, str]:
        """Wait for the end; return status, stdout, stderr."""
        out, err = self.program.communicate(timeout=TIMEOUT_S)
        return self.program.returncode, out, err

    def _xdotool(self, *words: str) -> str:
        command = ["xdotool", *words]
        return subprocess.run(
            command, env=self._environ, check=True, capture_output=True, text=True
        ).stdout


@pytest.fixture
def user(display: str, tmp_path: Path) -> Iterator[User]:
    """A user of a running live loop."""
    command = [sys.executable, "-c", PROGRAM, tmp_path]
    variables = environment(DISPLAY=display)
    with started(command, env=variables) as program:
        yield User(program, variables, tmp_path)


def environment(**changes: str) -> dict[str, str]:
    """Return the environment without a display, with `changes`."""
    removed = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    kept = {name: value for name, value in os.environ.items() if name not in removed}
    return kept | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"} | changes


def test_a_roi_is_drawn_with_the_mouse(user: User) -> None:
    """Window pixels of a drag are converted to pixels of the picture, here half as many."""
    user.press("a")
    user.drag((100, 60), (400, 260))
    user.until(lambda: user.reads()[-1]["size"] != [320, 240])
    width, height = user.reads()[-1]["size"]
    user.press("a")
    user.until(lambda: user.reads()[-1]["size"] == [320, 240])
    user.press("q")

    assert user.end()[0] == 0
    assert abs(width - 150) <= 4
    assert abs(height - 100) <= 4


def test_every_key_has_the_effect_in_the_help(user: User) -> None:
    """Key d traces, m flips, space pauses, . steps once, s and r save, q ends with status 0."""
    user.press("h")
    user.press("d")
    user.until(lambda: user.reads()[-1]["trace"])
    user.press("d")
    user.until(lambda: not user.reads()[-1]["trace"])
    user.press("m")
    user.until(lambda: user.reads()[-1]["left"] == 200)
    user.press("m")
    user.until(lambda: user.reads()[-1]["left"] == 90)
    user.press("f")
    user.press("f")
    user.press("r")
    user.until(lambda: user.saved(".mp4") != [])
    time.sleep(0.3)  # a few frames of recording
    user.press("r")
    user.press("space")
    user.press("s")
    user.until(lambda: user.saved(".png") != [])
    paused_at = len(user.reads())
    user.press("period")
    user.until(lambda: len(user.reads()) == paused_at + 1)
    time.sleep(0.2)  # time in which a wrong loop would read more frames
    stepped_to = len(user.reads())
    user.press("q")

    status, out, err = user.end()

    _, snapshot = sorted(user.saved(".png"))
    recording = user.saved(".mp4")[0]
    frame = cv2.imread(str(snapshot))
    assert (status, err.splitlines()) == (0, [f"recording: {recording}", f"snapshot: {snapshot}"])
    assert json.loads(out) == [recording.name, snapshot.name]
    assert stepped_to == paused_at + 1
    assert frame is not None
    assert frame.shape == (240, 320, 3)
    assert cv2.VideoCapture(str(recording)).read()[0]


def test_closing_the_window_quits(user: User) -> None:
    """The window's close button ends the loop with status 0 and no message."""
    user.close_window()

    status, _, err = user.end()

    assert (status, err) == (0, "")


def test_escape_quits(user: User) -> None:
    """Esc does what q does."""
    user.press("Escape")

    assert user.end()[0] == 0


def open_window(**changes: str) -> subprocess.CompletedProcess[str]:
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
    ("changes", "message"),
    [
        ({}, "neither DISPLAY nor WAYLAND_DISPLAY is set"),
        ({"DISPLAY": UNUSED}, f"display {UNUSED} does not answer"),
        ({"DISPLAY": "not a display"}, "display not a display does not answer"),
        ({"WAYLAND_DISPLAY": "wayland-77"}, "display wayland-77 does not answer"),
        ({"DISPLAY": UNUSED, "QT_QPA_PLATFORM": "wayland"}, f"display {UNUSED} does not answer"),
    ],
)
def test_no_display_is_one_line_not_an_abort(
    changes: dict[str, str], message: str, unused_display: str, tmp_path: Path
) -> None:
    """Without a display that answers there is one line and status 2; Qt does not abort."""
    filled = {name: value.replace(UNUSED, unused_display) for name, value in changes.items()}
    variables = {**filled, "XDG_RUNTIME_DIR": str(tmp_path)}  # where Wayland sockets are

    ended = open_window(**variables)

    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert message.replace(UNUSED, unused_display) in ended.stderr
    assert "--no-window" in ended.stderr


def test_opencv_without_windows_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """A headless OpenCV is a DisplayError that names the package to install."""
    from camdigits.app.window import window

    def fail(*_: object) -> None:
        raise cv2.error("The function is not implemented")

    monkeypatch.setattr(window, "find_display", lambda _: ScreenSize())
    monkeypatch.setattr(cv2, "namedWindow", fail)

    with pytest.raises(DisplayError, match="install opencv-python in place of"):
        window.Window("x")


def test_the_screen_is_measured(display: str) -> None:
    """The size of an existing display is found."""
    assert find_display({"DISPLAY": display}, "linux") == ScreenSize(1024, 768)


def test_other_systems_need_no_display_variable() -> None:
    """DISPLAY has no meaning on macOS and Windows."""
    assert find_display({}, "darwin") == ScreenSize()


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
    """Small pictures are enlarged, large ones reduced to the screen."""
    width, height = window_size(picture, ScreenSize(1020, 765))

    assert abs(width - window[0]) <= 1
    assert abs(height - window[1]) <= 4
