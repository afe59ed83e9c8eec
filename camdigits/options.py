"""Options that several commands share, and what they open.

Only the command line uses this. Heavy imports wait until a command runs.
"""

import math
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from camdigits.errors import OutputError

if TYPE_CHECKING:
    from camdigits.jobs import Show
    from camdigits.reader import Reader
    from camdigits.sinks.base import ReadingSink
    from camdigits.values import BgrImage

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


def parse_size(_context: click.Context, _option: click.Parameter, text: str | None) -> Any:
    """Parse WIDTHxHEIGHT."""
    if text is None:
        return None
    width, _, height = text.lower().partition("x")
    if not (width.isdigit() and height.isdigit() and int(width) and int(height)):
        raise click.BadParameter(f"wanted WIDTHxHEIGHT such as 1280x720, got {text!r}")
    return int(width), int(height)


def parse_rotation(_context: click.Context, _option: click.Parameter, text: str) -> int | None:
    """Parse the degrees of --rotate; None stands for auto."""
    return None if text == "auto" else int(text)


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
    path = click.Path(path_type=Path, allow_dash=True)
    command = click.option("--csv", type=path, help="Write a CSV row per digit; - prints.")(
        command
    )
    return click.option("--jsonl", type=path, help="Write JSON Lines; - prints.")(command)


def silence_stdout() -> None:
    """Let nothing more out: Python flushes once more at the end, and would complain again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def readings_to(
    jsonl: Path | None, csv: Path | None, inputs: Sequence[str | Path] = ()
) -> "Iterator[Sequence[ReadingSink]]":
    """Open the files for readings, and finish them whatever happens.

    A reader of standard output that has gone away ends the command, and is no error.
    """
    from camdigits.sinks.csv_file import CsvSink
    from camdigits.sinks.jsonl import JsonlSink
    from camdigits.sinks.place import check_output

    for path in (jsonl, csv):
        if path is not None:
            check_output(path, inputs)
    if jsonl is not None and csv is not None and os.path.abspath(jsonl) == os.path.abspath(csv):
        raise OutputError(f"cannot write JSON Lines and CSV both to {jsonl}: give two places")
    with ExitStack() as stack:
        sinks: list[ReadingSink] = []
        if jsonl is not None:
            sinks.append(stack.enter_context(JsonlSink(jsonl)))
        if csv is not None:
            sinks.append(stack.enter_context(CsvSink(csv)))
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


@contextmanager
def shown_if(wanted: bool) -> "Iterator[Show | None]":
    """A window that shows pictures until it is closed or q is pressed, if one is wanted."""
    if not wanted:
        yield None
        return
    from camdigits.sinks.window import Window

    with Window("camdigits") as window:

        def show(picture: "BgrImage") -> bool:
            window.show(picture)
            return window.key(1) not in ("q", "esc") and not window.closed

        yield show
