"""The command `serve`: parse its options and call one function."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camdigits.app.options import (
    CameraOptions,
    FiniteFloat,
    OutputOptions,
    OutputPath,
    ReaderOptions,
    SavingOptions,
    TrackingOptions,
    camera_options,
    file_options,
    option_group,
    reading_options,
    saving_options,
    tracking_options,
)
from camdigits.app.server.options import ServeOptions
from camdigits.errors import ServerError

if TYPE_CHECKING:
    from collections.abc import Mapping

UNITS: "Mapping[str, int]" = {"": 1, "k": 1000, "m": 1_000_000}


def parse_bytes(_context: click.Context, _option: click.Parameter, text: str) -> int:
    """Parse a number of bytes such as 500k or 20M."""
    found = re.fullmatch(r"(\d{1,12})([kM]?)B?", text, re.IGNORECASE)
    if found is None or not int(found[1]):
        raise click.BadParameter(f"wanted a number of bytes such as 500k or 20M, got {text!r}")
    return int(found[1]) * UNITS[found[2].lower()]


def parse_root_path(_context: click.Context, _option: click.Parameter, text: str) -> str:
    """Parse the prefix of a proxy: empty, or /name without a slash at its end."""
    if text and not re.fullmatch(r"(/[\w.~-]+)+/?", text):
        raise click.BadParameter(f"wanted a path such as /camdigits, got {text!r}")
    return text.rstrip("/")


def parse_names(
    _context: click.Context, _option: click.Parameter, names: tuple[str, ...]
) -> tuple[str, ...]:
    """Check host names: without scheme, port and path."""
    for name in names:
        if not re.fullmatch(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?", name):
            raise click.BadParameter(f"wanted a host name such as cam.example, got {name!r}")
    return names


serve_options = option_group(
    ServeOptions,
    "options",
    click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on."),
    click.option(
        "--port",
        type=click.IntRange(0, 65535),
        default=8737,
        show_default=True,
        help="Port; 0 takes any that is free.",
    ),
    click.option(
        "--token",
        metavar="TEXT|@FILE|none",
        help="Secret that visitors need.  [default: none on loopback, else made at the first "
        "start, kept and printed once]",
    ),
    click.option(
        "--allow-host",
        multiple=True,
        callback=parse_names,
        metavar="NAME",
        help="A further host name of this server, such as a proxy's; may be repeated.",
    ),
    click.option("--tls-cert", type=click.Path(path_type=Path), help="Certificate (PEM)."),
    click.option("--tls-key", type=click.Path(path_type=Path), help="Its private key (PEM)."),
    click.option(
        "--root-path", default="", callback=parse_root_path, help="Prefix that a proxy adds."
    ),
    click.option(
        "--max-upload",
        default="20M",
        show_default=True,
        callback=parse_bytes,
        help="Bytes of one picture, at most.",
    ),
    click.option(
        "--viewers",
        type=click.IntRange(1, 1000),
        default=16,
        show_default=True,
        help="WebSockets and streams at the same time, at most.",
    ),
    click.option(
        "--stream-fps",
        type=FiniteFloat(0.1, 60),
        default=10.0,
        show_default=True,
        help="Pictures per second for one viewer, at most.",
    ),
    click.option(
        "--stream-width",
        type=click.IntRange(160, 4096),
        default=960,
        show_default=True,
        help="Width of the pictures for viewers, at most.",
    ),
    click.option(
        "--history", type=OutputPath(), metavar="FILE.db", help="Keep events in an SQLite file."
    ),
)


@click.command()
@click.argument("source", required=False)
@serve_options
@camera_options
@saving_options
@file_options
@tracking_options
@reading_options
def serve(
    source: str | None,
    options: ServeOptions,
    camera: CameraOptions,
    saving: SavingOptions,
    outputs: OutputOptions,
    tracking: TrackingOptions,
    reading: ReaderOptions,
) -> None:
    """Serve a page for browsers: live picture, photos, drawing, the visitor's camera.

    SOURCE is read live, as by `camdigits live`; without it there are only photos, drawing and the
    visitors' own cameras. Try: camdigits serve demo
    """
    if (options.tls_cert is None) != (options.tls_key is None):
        raise click.UsageError("--tls-cert and --tls-key: wanted both, got one; give the other")
    if source is None and (outputs.jsonl or outputs.csv or tracking.events or saving.save):
        raise click.UsageError("--jsonl, --csv, --events and --save need a SOURCE: serve 0")
    _check_packages()
    from camdigits.app.server.start import serve_source

    serve_source(source, options, camera, saving, outputs, tracking, reading)


def _check_packages() -> None:
    from importlib.util import find_spec

    from camdigits.app.doctor import SERVER_PACKAGES

    missing = [name for name in SERVER_PACKAGES if find_spec(name.replace("-", "_")) is None]
    if missing:
        raise ServerError(
            f"camdigits serve: wanted the packages of the extra [serve], {', '.join(missing)} "
            "missing; install them: pip install 'camdigits[serve]'"
        )
