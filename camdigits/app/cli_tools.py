"""Commands about the machine and the program itself: bench, cameras, doctor.

They read nothing of the user's. Parses, calls, prints, as cli.py does.
"""

import json
from typing import Any

import click

from camdigits.app.options import make_reader, reading_options


@click.command()
@click.option("--repeats", type=click.IntRange(1, 10_000), default=40, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
@reading_options
def bench(repeats: int, as_json: bool, **reading: Any) -> None:
    """Measure each stage on pages of 1, 25 and 100 digits.

    The last column is the whole reader's time over that of four bare OpenCV steps (gray, blur,
    adaptive threshold, contours) on the same frames in the same run.
    """
    from camdigits.app import bench as measuring
    from camdigits.recognize.tflite import runtime_name

    reader = make_reader(reading)
    report = measuring.bench(reader.read, repeats=repeats, runtime=runtime_name())
    click.echo(
        json.dumps(measuring.report_json(report)) if as_json else measuring.format_report(report)
    )


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of lines.")
def cameras(as_json: bool) -> int:
    """List the cameras that are there, with their sizes and rates.

    What stands first on a line is what `camdigits live` takes.
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

    Each line begins with ok, with note (for what not everybody needs) or with FAIL, and says
    what to do. Status 0 when nothing failed, else 1.
    """
    from camdigits.app import doctor as examining

    findings = []
    for finding in examining.examine():
        findings.append(finding)
        if not as_json:
            click.echo(examining.line(finding))
    if as_json:
        click.echo(json.dumps(examining.as_json(findings)))
    return 0 if examining.fine(findings) else 1
