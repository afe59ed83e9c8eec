"""The command line: parse the arguments, call one function, return its exit status.

Each command imports what it needs, so that `--help` is fast. Results go to standard output or
files, messages to standard error.
"""

import errno
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import click

from camdigits import __version__
from camdigits.app.cli_serve import serve
from camdigits.app.cli_tools import bench, cameras, doctor
from camdigits.app.console import report, report_error, silence_stdout
from camdigits.app.messages import one_line
from camdigits.app.options import (
    CameraOptions,
    OutputOptions,
    OutputPath,
    ReaderOptions,
    SavingOptions,
    TrackingOptions,
    camera_options,
    file_options,
    reading_options,
    saving_options,
    tracking_options,
)
from camdigits.errors import CamdigitsError, OutputError

USAGE_ERROR = 2
INTERRUPTED = 130
SHELLS = ("bash", "zsh", "fish")
STDOUT_ERRORS = (errno.ENOSPC, errno.EIO, errno.EFBIG, errno.EBADF)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and end the process with the documented exit status."""
    signal.signal(signal.SIGTERM, _interrupt)
    if sys.stdout is None:  # closed by the shell: camdigits … >&-
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - stays open until the process ends
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command; print an error of ours as one line and return its exit status."""
    try:
        # Not standalone: click would turn Ctrl-C into status 1.
        status = cli.main(args=arguments, prog_name="camdigits", standalone_mode=False)
    except click.ClickException as error:
        _report_usage(error)
        return error.exit_code
    except CamdigitsError as error:
        report_error(error)
        return error.exit_status
    except OSError as error:
        if error.errno not in STDOUT_ERRORS:
            raise
        report(f"cannot write standard output: {error.strerror}")
        silence_stdout()
        return OutputError.exit_status
    except (KeyboardInterrupt, click.Abort):
        report("interrupted")
        return INTERRUPTED
    return status if isinstance(status, int) else 0


def _interrupt(_signum: int, _frame: object) -> NoReturn:
    """Handle SIGTERM as Ctrl-C: files are finished."""
    raise KeyboardInterrupt


def _report_usage(error: click.ClickException) -> None:
    context = error.ctx if isinstance(error, click.UsageError) else None
    command = "camdigits" if context is None else context.command_path
    message = one_line(error.format_message()).rstrip(".")
    report(f"{message}; see {command} --help")


@click.group(
    invoke_without_command=True,
    subcommand_metavar="COMMAND [ARGS]...",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="camdigits")
@click.pass_context
def cli(context: click.Context) -> None:
    """Read handwritten digits: through a camera, in videos and in photos.

    \b
    Try first:  camdigits demo
    A webcam:   camdigits live
    A browser:  camdigits serve
    A photo:    camdigits image page.jpg
    A video:    camdigits video clip.mp4
    Problems?   camdigits doctor
    """  # noqa: D301 - click needs the control character
    if context.invoked_subcommand is None:
        click.echo(context.get_help(), err=True)
        context.exit(USAGE_ERROR)


@cli.command()
@click.argument("source", default="0")
@click.option("--window/--no-window", default=True, help="Show the pictures, or only read.")
@camera_options
@saving_options
@file_options
@tracking_options
@reading_options
def live(
    source: str,
    window: bool,
    camera: CameraOptions,
    saving: SavingOptions,
    outputs: OutputOptions,
    tracking: TrackingOptions,
    reading: ReaderOptions,
) -> None:
    """Read a camera live and show the digits.

    SOURCE is a camera's number (0 is the first) or device path, picamera for a Raspberry Pi's own
    camera, a video file, a stream address (http, rtsp) or a folder of pictures. In the window: q
    quits, h shows all keys.
    """
    from camdigits.app.jobs import read_live

    read_live(
        source,
        camera,
        saving,
        outputs,
        tracking,
        reading,
        window=window,
    )


@cli.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "-o",
    "--output",
    type=OutputPath(),
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
    outputs: OutputOptions,
    tracking: TrackingOptions,
    reading: ReaderOptions,
) -> int:
    """Read every frame of video files and write annotated copies.

    If it is stopped half-way, what was written is complete and plays. A file that cannot be opened
    or breaks off is reported, and the others are still read.
    """
    from camdigits.app.jobs import read_videos

    return read_videos(files, outputs, tracking, reading, output=output, show=show)


@cli.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("-o", "--output", type=OutputPath(), help="Folder for annotated pictures.")
@click.option("--upright", is_flag=True, help="Rotate the annotated pictures upright.")
@file_options
@reading_options
def image(
    paths: tuple[str, ...],
    output: Path | None,
    upright: bool,
    outputs: OutputOptions,
    reading: ReaderOptions,
) -> int:
    """Read photos: files, folders or patterns such as 'scans/*.jpg'.

    Without a file for results the numbers are printed as they stand on the page. A picture that
    cannot be read is reported and skipped.
    """
    from camdigits.app.jobs import read_images

    return read_images(paths, outputs, reading, output=output, turn=upright)


@cli.command()
@click.option(
    "-o",
    "--output",
    type=OutputPath(),
    default=Path("camdigits-demo.mp4"),
    show_default=True,
    help="Annotated clip.",
)
@click.option("--frames", type=click.IntRange(1, 100_000), default=150, show_default=True)
@file_options
@reading_options
def demo(output: Path, frames: int, outputs: OutputOptions, reading: ReaderOptions) -> None:
    """Generate a clip of a page of handwritten numbers, and read it.

    Needs no camera, screen or network.
    """
    from camdigits.app.jobs import read_demo

    read_demo(output, frames, outputs, reading)


for command in (serve, bench, cameras, doctor):
    cli.add_command(command)


@cli.command()
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print shell completion: eval "$(camdigits completion bash)" in ~/.bashrc."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(cli, {}, "camdigits", "_CAMDIGITS_COMPLETE").source())
