"""Options that several commands share, and what they open.

Only the command line uses this. Heavy imports wait until a command runs.
"""

import math
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from camdigits.errors import OutputError

if TYPE_CHECKING:
    from camdigits.pipeline import Show
    from camdigits.reader import Reader
    from camdigits.sinks.base import ReadingSink
    from camdigits.sources.base import Source
    from camdigits.track.tracker import Tracker
    from camdigits.values import BgrImage, Box

Command = Callable[..., object]


class Number(click.FloatRange):
    """A number within limits; not-a-number, which compares with nothing, is refused too."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Parse a number."""
        number: float = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r} is not a number.", param, ctx)
        return number


class Place(click.Path):
    """Where an output goes; "" would be the current folder, and is a variable that was empty."""

    def __init__(self, allow_dash: bool = False) -> None:
        super().__init__(path_type=Path, allow_dash=allow_dash)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Parse a path."""
        if not os.fspath(value):
            self.fail("is empty: give a name, or leave the option away.", param, ctx)
        return super().convert(value, param, ctx)


def parse_size(_context: click.Context, _option: click.Parameter, text: str | None) -> Any:
    """Parse WIDTHxHEIGHT."""
    if text is None:
        return None
    width, _, height = text.lower().partition("x")
    if not (width.isdigit() and height.isdigit() and int(width) and int(height)):
        raise click.BadParameter(f"wanted WIDTHxHEIGHT such as 1280x720, got {text!r}")
    return int(width), int(height)


def parse_roi(_context: click.Context, _option: click.Parameter, text: str | None) -> Any:
    """Parse X,Y,WIDTH,HEIGHT."""
    if text is None:
        return None
    from camdigits.values import Box

    parts = [part.strip() for part in text.split(",")]
    if len(parts) != 4 or not all(part.isdecimal() for part in parts) or "0" in parts[2:]:
        raise click.BadParameter(f"wanted X,Y,WIDTH,HEIGHT such as 80,60,480,360, got {text!r}")
    return Box(*map(int, parts))


def parse_rotation(_context: click.Context, _option: click.Parameter, text: str) -> int | None:
    """Parse the degrees of --rotate; None stands for auto."""
    return None if text == "auto" else int(text)


def camera_options(command: Command) -> Command:
    """Add what a command that opens a camera understands, for `open_camera`."""
    lens = "Focus all the time, or not.  [default: where the camera can]"
    for option in (
        click.option("--roi", callback=parse_roi, help="X,Y,WIDTH,HEIGHT: read only this part."),
        click.option(
            "--give-up",
            type=Number(0, 1e9),
            default=30.0,
            show_default=True,
            help="Seconds of trying to get a lost camera or stream back; 0 does not try.",
        ),
        click.option(
            "--timeout",
            type=Number(0.1, 1e6),
            default=10.0,
            show_default=True,
            help="Seconds without a frame after which a camera or stream is lost.",
        ),
        click.option("--vflip", is_flag=True, help="Turn the camera's picture upside down."),
        click.option(
            "--hflip", is_flag=True, help="Turn it left to right; with --vflip half a turn."
        ),
        click.option(
            "--lock-exposure", is_flag=True, help="Keep the exposure it chose in two seconds."
        ),
        click.option("--autofocus/--no-autofocus", default=None, help=lens),
        click.option("--fps", type=Number(0.1, 1000), help="Rate to ask of a camera."),
        click.option("--size", callback=parse_size, help="WIDTHxHEIGHT to ask of a camera."),
    ):
        command = option(command)
    return command


def open_camera(
    source: str, given: dict[str, Any], roi: "Box | None", say: Callable[[str], None]
) -> "Source":
    """Open what a live command reads; `say` gets a line about unsupported settings.

    Raises:
        SourceError: it cannot be opened.
        UsageError: nothing of `roi` lies in its pictures.
    """
    from camdigits.roi import clipped
    from camdigits.sources.base import SourceOptions
    from camdigits.sources.opening import open_reconnecting

    wishes = SourceOptions(
        size=given["size"],
        fps=given["fps"],
        timeout_s=given["timeout"],
        autofocus=given["autofocus"],
        lock_exposure=given["lock_exposure"],
        hflip=given["hflip"],
        vflip=given["vflip"],
    )
    camera = open_reconnecting(source, wishes, give_up_s=given["give_up"], notify=say)
    info = camera.info
    if info.note:
        say(info.note)
    if roi and info.width and info.height and clipped(roi, info.width, info.height) is None:
        camera.close()
        raise click.UsageError(
            f"--roi {','.join(map(str, roi))} lies outside the picture, which is "
            f"{info.width}x{info.height}"
        )
    return camera


def reading_options(command: Command) -> Command:
    """Add what every command that reads understands."""
    for option in (
        click.option(
            "--rotate",
            type=click.Choice(["auto", "0", "90", "180", "270"]),
            default="auto",
            show_default=True,
            callback=parse_rotation,
            help="Degrees clockwise that bring the page upright.",
        ),
        click.option(
            "--threshold",
            type=Number(0, 1),
            help="Report digits at least this probable.  [default: the model's own]",
        ),
        click.option(
            "--model",
            default="digits",
            show_default=True,
            help="A shipped model's name or a .tflite file with its .json card.",
        ),
    ):
        command = option(command)
    return command


def file_options(command: Command) -> Command:
    """Add the files that readings go to."""
    path = Place(allow_dash=True)
    command = click.option("--csv", type=path, help="Write a CSV row per digit; - prints.")(
        command
    )
    return click.option("--jsonl", type=path, help="Write JSON Lines; - prints.")(command)


def silence_stdout() -> None:
    """Let nothing more out: Python flushes once more at the end, and would complain again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def tracking_options(command: Command) -> Command:
    """Add what every command that follows digits from frame to frame understands."""
    command = click.option(
        "--track/--no-track",
        default=True,
        help="Follow digits from frame to frame, or read each frame by itself.",
    )(command)
    return click.option(
        "--events",
        type=Place(allow_dash=True),
        help="Write a JSON line when a number is stable, changes or goes; - prints.",
    )(command)


@contextmanager
def readings_to(
    jsonl: Path | None,
    csv: Path | None,
    inputs: Sequence[str | Path] = (),
    events: Path | None = None,
) -> "Iterator[Sequence[ReadingSink]]":
    """Open the files for readings, and finish them whatever happens.

    A reader of standard output that has gone away ends the command, and is no error.
    """
    from camdigits.sinks._paths import check_output
    from camdigits.sinks.csv_file import CsvSink
    from camdigits.sinks.events import EventsSink
    from camdigits.sinks.jsonl import JsonlSink

    wanted = {"JSON Lines": jsonl, "CSV": csv, "events": events}
    places = {what: path for what, path in wanted.items() if path is not None}
    for path in places.values():
        check_output(path, inputs)
    for (what, path), (other, place) in combinations(places.items(), 2):
        if os.path.abspath(path) == os.path.abspath(place):
            raise OutputError(f"cannot write {what} and {other} both to {path}: give two places")
    with ExitStack() as stack:
        sinks: list[ReadingSink] = []
        if jsonl is not None:
            sinks.append(stack.enter_context(JsonlSink(jsonl)))
        if csv is not None:
            sinks.append(stack.enter_context(CsvSink(csv)))
        if events is not None:
            sinks.append(stack.enter_context(EventsSink(events)))
        try:
            yield sinks
        except BrokenPipeError as error:
            silence_stdout()  # `camdigits … | head` has seen enough
            raise click.exceptions.Exit(0) from error


def video_targets(files: Sequence[str], output: Path | None) -> list[Path]:
    """One place per file: the one named, or NAME-digits.mp4 in the folder named or here."""
    if output is not None and len(files) == 1 and not output.is_dir() and output.suffix:
        return [output]
    if output is not None and len(files) > 1 and not output.is_dir():
        raise OutputError(f"cannot write {len(files)} videos to {output}: give an existing folder")
    folder = output or Path(".")
    names = [f"{Path(name).stem or 'video'}-digits" for name in files]
    # Two clips of one name from different folders keep apart.
    seen = [names[:index].count(name) for index, name in enumerate(names)]
    return [
        folder / f"{name}{f'-{count + 1}' if count else ''}.mp4"
        for name, count in zip(names, seen, strict=True)
    ]


def make_reader(reading: dict[str, Any]) -> "Reader":
    """Build the reader that the reading options ask for."""
    from camdigits.reader import Reader

    return Reader(reading["model"], threshold=reading["threshold"], rotate=reading["rotate"])


def make_tracker(track: bool, events: Path | None, threshold: float) -> "Tracker | None":
    """Build a tracker for a reader of this threshold, if one is wanted.

    Raises:
        UsageError: events are wanted without one.
    """
    if not track and events is not None:
        raise click.UsageError("--events needs the tracker: leave out --no-track")
    from camdigits.track.tracker import Tracker, config_for

    return Tracker(config_for(threshold)) if track else None


@contextmanager
def shown_if(wanted: bool) -> "Iterator[Show | None]":
    """A window that shows pictures until it is closed or q is pressed, if one is wanted."""
    if not wanted:
        yield None
        return
    from camdigits.app.window.window import Window

    with Window("camdigits") as window:

        def show(picture: "BgrImage") -> bool:
            window.show(picture)
            return window.key(1) not in ("q", "esc") and not window.closed

        yield show
