"""Commands about the machine and the program itself: bench, cameras, doctor.

They read no files of the user. Each parses its arguments, calls one function and prints.
"""

import json
import time
from pathlib import Path

import click

from camdigits.app.options import ReaderOptions, reading_options


@click.command()
@click.option("--repeats", type=click.IntRange(1, 10_000), default=40, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
@click.option(
    "--photos",
    type=click.Path(path_type=Path),
    help="Measure the photos of this folder instead: processor time, one line each.",
)
@reading_options
def bench(repeats: int, as_json: bool, photos: Path | None, reading: ReaderOptions) -> None:
    """Measure each stage on clean pages of 1, 25 and 100 digits, and on pages as people have them.

    The column "ratio" is the reader's total time divided by that of four plain OpenCV steps (gray,
    blur, adaptive threshold, contours) on the same frames in the same run.
    """
    from camdigits.app.bench import bench, format_photos, format_report, photo_pages, report_json
    from camdigits.app.bench_pages import default_pages
    from camdigits.app.jobs import make_reader
    from camdigits.recognize.tflite import runtime_name

    read = make_reader(reading).read
    if photos is None:
        report = bench(read, default_pages(), repeats, runtime_name())
        text = format_report(report)
    else:
        report = bench(read, photo_pages(photos), repeats, runtime_name(), time.process_time)
        text = format_photos(report)
    click.echo(json.dumps(report_json(report)) if as_json else text)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of lines.")
def cameras(as_json: bool) -> int:
    """List the connected cameras with their sizes and rates.

    Each line begins with the name that `camdigits live` takes.
    """
    from camdigits.sources.cameras import NONE_FOUND, describe, list_cameras

    found = list_cameras()
    if as_json:
        click.echo(json.dumps({"cameras": [camera.as_json() for camera in found]}))
    else:
        click.echo("\n".join(map(describe, found)) or NONE_FOUND)
    return 0 if found else 1


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of lines.")
def doctor(as_json: bool) -> int:
    """Check what reading needs, and read for a second.

    Each line begins with ok, note (for an optional part) or FAIL, and says what to do. Status 0
    if nothing failed, else 1.
    """
    from camdigits.app.doctor import findings_json, format_finding, passed, run_checks

    findings = []
    for finding in run_checks():
        findings.append(finding)
        if not as_json:
            click.echo(format_finding(finding))
    if as_json:
        click.echo(json.dumps(findings_json(findings)))
    return 0 if passed(findings) else 1
