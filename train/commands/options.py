"""Options that several commands share."""

from pathlib import Path

import click

PATH = click.Path(path_type=Path)
LIMIT = click.option(
    "--limit", type=click.IntRange(1), help="Use only this many glyphs of each set: a quick trial."
)
RUNS = click.option("--runs", default=Path("runs"), show_default=True, type=PATH)
PART = click.option(
    "--part",
    type=click.Choice(("train", "dev")),
    default="train",
    show_default=True,
    help="Writers to learn from, or others to choose settings with.",
)
