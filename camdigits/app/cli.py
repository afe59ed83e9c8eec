"""The command line: options in, exit status out.

Parses, calls, prints. Everything heavy is imported by the command that needs it, so that
`--help` comes at once. Readings go to standard output or files, messages to standard error.
"""

import errno
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from camdigits import __version__
from camdigits.app.cli_tools import bench, cameras, doctor
from camdigits.app.messages import demo_report, frames_of, one_line, statistics, summary
from camdigits.app.options import (
    Place,
    camera_options,
    file_options,
    make_reader,
    make_tracker,
    open_camera,
    reading_options,
    readings_to,
    shown_if,
    silence_stdout,
    tracking_options,
    video_targets,
)
from camdigits.errors import CamdigitsError, OutputError, SourceError

if TYPE_CHECKING:
    from camdigits.pipeline import Outputs
    from camdigits.reader import Reader
    from camdigits.sources.base import Source
    from camdigits.track.tracker import Tracker
    from camdigits.values import Box, Result

INTERRUPTED = 130
SHELLS = ("bash", "zsh", "fish")


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and end the process with the documented exit status."""
    signal.signal(signal.SIGTERM, _interrupt)
    if sys.stdout is None:  # closed by the shell: camdigits … >&-
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - for as long as the process lives
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command; errors of ours become one line on standard error and their status."""
    try:
        # Not standalone: click would turn Ctrl-C into status 1.
        status = cli.main(args=arguments, prog_name="camdigits", standalone_mode=False)
    except click.ClickException as error:
        _complain_of_usage(error)
        return error.exit_code
    except CamdigitsError as error:
        _complain(error)
        return error.exit_status
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EIO, errno.EFBIG, errno.EBADF):
            raise
        click.echo(f"camdigits: cannot write standard output: {error.strerror}", err=True)
        silence_stdout()
        return OutputError.exit_status
    except (KeyboardInterrupt, click.Abort):
        click.echo("camdigits: interrupted", err=True)
        return INTERRUPTED
    return status if isinstance(status, int) else 0


def _interrupt(_signum: int, _frame: object) -> NoReturn:
    """SIGTERM ends a run the way Ctrl-C does: files are finished."""
    raise KeyboardInterrupt


def _complain(error: CamdigitsError) -> None:
    click.echo(f"camdigits: {one_line(str(error))}", err=True)


def _complain_of_usage(error: click.ClickException) -> None:
    context = error.ctx if isinstance(error, click.UsageError) else None
    command = "camdigits" if context is None else context.command_path
    said = one_line(error.format_message()).rstrip(".")
    click.echo(f"camdigits: {said}; {command} --help tells what there is", err=True)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="camdigits")
def cli() -> None:
    """Read handwritten digits: through a camera, in videos and in photos.

    \b
    Try first:  camdigits demo
    A webcam:   camdigits live
    A photo:    camdigits image page.jpg
    A video:    camdigits video clip.mp4
    Trouble?    camdigits doctor
    """  # noqa: D301 - click wants the control character


@cli.command()
@click.argument("source", default="0")
@click.option("--window/--no-window", default=True, help="Show the pictures, or only read.")
@camera_options
@click.option("--save", type=Place(), help="Record to this video file.")
@click.option(
    "--snapshots",
    type=Place(),
    default=Path("."),
    help="Folder for the pictures and recordings made with keys.  [default: this one]",
)
@file_options
@tracking_options
@reading_options
def live(
    source: str,
    window: bool,
    roi: "Box | None",
    save: Path | None,
    snapshots: Path,
    jsonl: Path | None,
    csv: Path | None,
    events: Path | None,
    track: bool,
    **reading: Any,
) -> None:
    """Read a camera live and show what is read.

    SOURCE is a camera's number (0 is the first) or device path, picamera for a Raspberry Pi's own
    camera, a video file, a stream address (http, rtsp) or a folder of pictures. In the window: q
    quits, h shows all keys.
    """
    from camdigits.app.window.live import run_live
    from camdigits.app.window.session import LiveOptions
    from camdigits.app.window.window import Window
    from camdigits.sinks._paths import check_output
    from camdigits.sinks.video import VideoSink, check_video

    def say(line: str) -> None:
        click.echo(f"camdigits: {line}", err=True)

    if save is not None:
        check_video(save)
        check_output(save, [source])
    with ExitStack() as stack:
        screen = stack.enter_context(Window("camdigits")) if window else None
        readings = stack.enter_context(readings_to(jsonl, csv, [source], events))
        reader = make_reader(reading)
        tracker = make_tracker(track, events, reader.threshold)
        camera = stack.enter_context(open_camera(source, reading, roi, say))
        clocked = camera.info.live
        recorder = VideoSink(save, camera.info.fps, clocked=clocked) if save else None
        run_live(
            camera,
            reader,
            tracker=tracker,
            window=screen,
            readings=readings,
            recorder=recorder,
            options=LiveOptions(folder=snapshots, area=roi),
            say=say,
            done=lambda summary: click.echo(statistics(summary), err=True),
        )


@cli.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "-o",
    "--output",
    type=Place(),
    help="Annotated video; a folder for several.  [default: NAME-digits.mp4 here, "
    "unless other outputs are named]",
)
@click.option("--show", is_flag=True, help="Show the pictures while reading.")
@file_options
@tracking_options
@reading_options
def video(
    files: tuple[str, ...],
    output: Path | None,
    show: bool,
    jsonl: Path | None,
    csv: Path | None,
    events: Path | None,
    track: bool,
    **reading: Any,
) -> int:
    """Read every frame of video files and write annotated copies.

    Stopped half-way, what was written is complete and plays. A file that cannot be opened or
    breaks off is reported, and the others are still read.
    """
    from camdigits.pipeline import Outputs
    from camdigits.sinks._paths import check_output
    from camdigits.sinks.video import VideoSink, check_video
    from camdigits.sources.opening import check_video_file, open_source

    wants_video = output is not None or not (jsonl or csv or events or show)
    targets = video_targets(files, output) if wants_video else []
    for target in targets:
        check_video(target)
        check_output(target, files)
    reader = make_reader(reading)
    status = 0
    with readings_to(jsonl, csv, files, events) as readings, shown_if(show) as shower:
        for index, name in enumerate(files):
            try:
                with ExitStack() as stack:
                    check_video_file(name)
                    source = stack.enter_context(open_source(name))
                    recorder = VideoSink(targets[index], source.info.fps) if targets else None
                    if recorder is not None:
                        stack.callback(recorder.close)
                    outputs = Outputs(readings, recorder, show=shower)
                    tracker = make_tracker(track, events, reader.threshold)
                    count = _read_clip(source, reader, outputs, lambda _: None, tracker)
            except SourceError as error:
                _complain(error)
                status = status or error.exit_status
                continue
            written = f" -> {targets[index]}" if targets else ""
            click.echo(f"{name}: {frames_of(count)} read{written}", err=True)
    return status


@cli.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("-o", "--output", type=Place(), help="Folder for annotated pictures.")
@file_options
@reading_options
def image(
    paths: tuple[str, ...],
    output: Path | None,
    jsonl: Path | None,
    csv: Path | None,
    **reading: Any,
) -> int:
    """Read photos: files, folders or patterns such as 'scans/*.jpg'.

    Without --jsonl or --csv the numbers are printed, a line per picture. A picture that cannot
    be read is reported and left out.
    """
    from camdigits.pipeline import Outputs, read_pictures
    from camdigits.sinks.pictures import PictureFolder
    from camdigits.sources.picture_file import picture_paths

    files = picture_paths(paths)
    folder = None if output is None else PictureFolder(output, files)
    failures: list[CamdigitsError] = []

    def note(error: CamdigitsError) -> None:
        failures.append(error)
        _complain(error)

    with readings_to(jsonl, csv, files) as readings:
        count = 0
        reader = make_reader(reading)
        for result in read_pictures(files, reader, Outputs(readings, folder=folder), note):
            count += 1
            if jsonl is None and csv is None:
                click.echo(summary(result))
    return 0 if count else failures[0].exit_status


@cli.command()
@click.option(
    "-o",
    "--output",
    type=Place(),
    default=Path("camdigits-demo.mp4"),
    show_default=True,
    help="Annotated clip.",
)
@click.option("--frames", type=click.IntRange(1, 100_000), default=150, show_default=True)
@file_options
@reading_options
def demo(output: Path, frames: int, jsonl: Path | None, csv: Path | None, **reading: Any) -> None:
    """Film a page of handwritten numbers, made up on the spot, and read it.

    Needs no camera, screen or network.
    """
    from collections import Counter

    from camdigits.pipeline import Outputs
    from camdigits.sinks._paths import check_output
    from camdigits.sinks.video import VideoSink, check_video
    from camdigits.sources.synthetic import SyntheticSource

    check_video(output)
    check_output(output)
    reader = make_reader(reading)
    seen: Counter[tuple[str, ...]] = Counter()

    def note(result: "Result") -> None:
        seen.update([tuple(number.text for number in result.numbers)])

    with (
        readings_to(jsonl, csv) as readings,
        SyntheticSource(frames) as source,
        VideoSink(output, source.info.fps) as recorder,
    ):
        count = _read_clip(source, reader, Outputs(readings, recorder), note)
    piped = "-" in (str(jsonl), str(csv))  # readings and messages do not mix
    click.echo(demo_report(source.truth, seen, count), err=piped)
    click.echo(
        f"""
The annotated clip is {output}. Try next:
  camdigits live               a webcam on your own handwriting (h shows the keys)
  camdigits image page.jpg     a photo of a page
  camdigits video clip.mp4     a video file
  camdigits --help             everything else""",
        err=piped,
    )


for about_itself in (bench, cameras, doctor):
    cli.add_command(about_itself)


@cli.command()
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print shell completion: eval "$(camdigits completion bash)" in ~/.bashrc."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(cli, {}, "camdigits", "_CAMDIGITS_COMPLETE").source())


def _read_clip(
    source: "Source",
    reader: "Reader",
    outputs: "Outputs",
    each: "Callable[[Result], None]",
    tracker: "Tracker | None" = None,
) -> int:
    """Read a clip behind a progress bar; returns the frames read."""
    from tqdm import tqdm

    from camdigits.pipeline import read_video

    info = source.info
    count = 0
    # disable=None: no bar where standard error is not a terminal.
    with tqdm(total=info.frame_count, unit=" frames", desc=info.name, disable=None) as bar:
        for result in read_video(source, reader, outputs, tracker):
            each(result)
            count += 1
            bar.update()
    return count
