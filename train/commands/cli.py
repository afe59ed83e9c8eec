"""The command group of `python -m train`: `main` runs it."""

import sys

import click

from camdigits.errors import CamdigitsError
from train.commands import fit, lab
from train.commands.score import score
from train.fit.heap import keep_freed


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Train, export and measure the models of camdigits.

    CAMDIGITS_DATA names the folder of the data sets.
    """


for command in (score, *fit.COMMANDS, *lab.COMMANDS):
    cli.add_command(command)


def main() -> None:
    """Run a command; report a CamdigitsError in one line and exit with its status."""
    keep_freed()
    try:
        cli(prog_name="python -m train")
    except CamdigitsError as error:
        click.echo(f"{type(error).__name__}: {error}", err=True)
        sys.exit(error.exit_status)
