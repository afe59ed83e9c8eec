"""Options that several commands share: click definitions and the typed objects they fill.

Heavy imports wait until a command runs, so that `--help` is fast.
"""

import functools
import math
import os
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

if TYPE_CHECKING:
    from camdigits.values import Box

Command = Callable[..., object]
Decorator = Callable[[Command], Command]


@dataclass(frozen=True, slots=True)
class ReaderOptions:
    """How pictures are read."""

    model: str
    threshold: float | None  # None: that of the model's card
    rotate: int | None  # degrees clockwise; None: determined for each picture
    config: Path | None  # TOML file with a ReaderConfig
    signs: bool  # read points, operators and brackets too
    decimal: Literal["auto", "point", "comma"]  # which sign is before decimals


@dataclass(frozen=True, slots=True)
class CameraOptions:
    """How a camera or stream is opened."""

    size: tuple[int, int] | None  # requested width, height
    fps: float | None  # requested
    autofocus: bool | None  # None: on where the camera has it
    lock_exposure: bool
    hflip: bool
    vflip: bool
    timeout_s: float  # without a frame, after which the source is lost
    give_up_s: float | None  # of reconnecting; 0 does not try; None: as the command's default
    roi: "Box | None"  # the part of each frame to read; None for all


@dataclass(frozen=True, slots=True)
class OutputOptions:
    """Text files for results; "-" is standard output."""

    jsonl: Path | None
    csv: Path | None
    numbers_csv: Path | None
    table: Path | None

    def paths(self, events: Path | None = None) -> dict[str, Path | None]:
        """Return the paths as `camdigits.sinks.opening.text_sinks` takes them."""
        own = {field.name: getattr(self, field.name) for field in fields(self)}
        return {**own, "events": events}

    @property
    def on_stdout(self) -> bool:
        """Whether one of them is standard output."""
        return "-" in map(str, self.paths().values())


@dataclass(frozen=True, slots=True)
class TrackingOptions:
    """Whether digits are followed from frame to frame, and where number events go."""

    track: bool
    events: Path | None
    partial: bool  # report numbers beside which something was not read, too


@dataclass(frozen=True, slots=True)
class SavingOptions:
    """Where pictures and videos of a live run go."""

    save: Path | None  # video of the annotated frames
    snapshots: Path  # folder for what its user saves


class FiniteFloat(click.FloatRange):
    """A number within limits; NaN, which passes every comparison, is rejected."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Parse a number."""
        number: float = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r} is not a number.", param, ctx)
        return number


class OutputPath(click.Path):
    """The path of an output; "" is rejected: it comes from an unset shell variable."""

    def __init__(self, allow_dash: bool = False) -> None:
        super().__init__(path_type=Path, allow_dash=allow_dash)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Parse a path."""
        if not os.fspath(value):
            self.fail("is empty: give a name, or omit the option.", param, ctx)
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
    """Parse the degrees of --rotate; None means auto."""
    return None if text == "auto" else int(text)


def option_group(kind: type, name: str, *options: Decorator) -> Decorator:
    """Return a decorator that adds options to a command and passes them as one object.

    Args:
        kind: a dataclass with one field per option.
        name: the command's parameter that receives the object.
        options: click options, in the order of `--help`.
    """

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def grouped(**values: Any) -> object:
            own = {field.name: values.pop(field.name) for field in fields(kind)}
            return command(**values, **{name: kind(**own)})

        decorated: Command = grouped
        for option in reversed(options):
            decorated = option(decorated)
        return decorated

    return decorate


camera_options = option_group(
    CameraOptions,
    "camera",
    click.option("--size", callback=parse_size, help="Request WIDTHxHEIGHT from a camera."),
    click.option("--fps", type=FiniteFloat(0.1, 1000), help="Request this rate from a camera."),
    click.option(
        "--autofocus/--no-autofocus",
        default=None,
        help="Focus continuously, or not.  [default: where the camera can]",
    ),
    click.option(
        "--lock-exposure", is_flag=True, help="Keep the exposure chosen in the first two seconds."
    ),
    click.option("--hflip", is_flag=True, help="Flip left to right; with --vflip half a turn."),
    click.option("--vflip", is_flag=True, help="Flip the camera's picture upside down."),
    click.option(
        "--timeout",
        "timeout_s",
        type=FiniteFloat(0.1, 1e6),
        default=10.0,
        show_default=True,
        help="Seconds without a frame after which a camera or stream is lost.",
    ),
    click.option(
        "--give-up",
        "--reconnect-for",
        "give_up_s",
        type=FiniteFloat(0, 1e9),
        help="Seconds of reconnecting to a lost camera or stream; 0 does not try.  [default: 30; "
        "without end for serve]",
    ),
    click.option("--roi", callback=parse_roi, help="X,Y,WIDTH,HEIGHT: read only this part."),
)

file_options = option_group(
    OutputOptions,
    "outputs",
    click.option("--jsonl", type=OutputPath(allow_dash=True), help="Write JSON Lines; - prints."),
    click.option(
        "--csv", type=OutputPath(allow_dash=True), help="Write a CSV row per digit; - prints."
    ),
    click.option(
        "--numbers-csv",
        type=OutputPath(allow_dash=True),
        help="Write a CSV row per number; - prints.",
    ),
    click.option(
        "--table",
        type=OutputPath(allow_dash=True),
        help="Write lines and columns of numbers as CSV; - prints.",
    ),
)

saving_options = option_group(
    SavingOptions,
    "saving",
    click.option(
        "--save", "--record", "save", type=OutputPath(), help="Record to this video file."
    ),
    click.option(
        "--snapshots",
        type=OutputPath(),
        default=Path("."),
        help="Folder for the pictures and recordings that are started while it runs.  "
        "[default: this one]",
    ),
)

tracking_options = option_group(
    TrackingOptions,
    "tracking",
    click.option(
        "--events",
        type=OutputPath(allow_dash=True),
        help="Write a JSON line when a number is stable, changes or goes; - prints.",
    ),
    click.option(
        "--track/--no-track",
        default=True,
        help="Follow digits from frame to frame, or read each frame by itself.",
    ),
    click.option(
        "--partial",
        is_flag=True,
        help="Events for numbers beside which something was not read, too.",
    ),
)

reading_options = option_group(
    ReaderOptions,
    "reading",
    click.option(
        "--model",
        default="digits",
        show_default=True,
        help="A shipped model's name or a .tflite file with its .json card.",
    ),
    click.option(
        "--threshold",
        type=FiniteFloat(0, 1),
        help="Report digits at least this probable.  [default: the model's own]",
    ),
    click.option(
        "--rotate",
        type=click.Choice(["auto", "0", "90", "180", "270"]),
        default="auto",
        show_default=True,
        callback=parse_rotation,
        help="Degrees clockwise that bring the page upright.",
    ),
    click.option(
        "--config",
        type=click.Path(path_type=Path),
        metavar="FILE.toml",
        help="A TOML file with settings of the reader.",
    ),
    click.option(
        "--signs",
        type=click.Choice(["on", "off"]),
        default="on",
        show_default=True,
        callback=lambda _context, _option, text: text == "on",
        help="Read points, commas, operators and brackets beside digits, too.",
    ),
    click.option(
        "--decimal",
        type=click.Choice(["auto", "point", "comma"]),
        default="auto",
        show_default=True,
        help="The sign before decimals; auto decides by the digits behind it.",
    ),
)
