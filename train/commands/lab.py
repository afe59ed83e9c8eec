"""The commands that look into recognisers and compare them: the laboratory.

Only names and options; each command imports what it needs when it runs.
"""

from pathlib import Path

import click

from train.commands.options import LIMIT, PATH, RUNS


@click.command()
@click.argument("model", default="digits")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
@LIMIT
def evaluate(model: str, as_json: bool, limit: int | None) -> None:
    """Measure MODEL (a name or a .tflite) on every data set."""
    from train.metrics.evaluate import print_report

    print_report(model, as_json, limit)


@click.command()
@click.argument("name", type=click.Choice(("knn", "svm", "mlp", "numpy")))
@click.option("--out", type=PATH, help="Folder of the run; runs/NAME.")
@click.option("--resume", is_flag=True, help="Go on with the run in OUT; its settings count.")
@LIMIT
def baseline(name: str, out: Path | None, resume: bool, limit: int | None) -> None:
    """Train a classic recogniser that needs no TensorFlow (the others: fit --net lenet5)."""
    from train.baselines.registry import train_baseline

    train_baseline(name, out or Path("runs") / name, resume, limit, click.echo)


@click.command()
@RUNS
@click.option("--out", default=Path("runs/compare"), show_default=True, type=PATH)
@click.option("--doc/--no-doc", default=False, help="Put the table and the plot into docs/.")
@LIMIT
def compare(runs: Path, out: Path, doc: bool, limit: int | None) -> None:
    """Measure every system under RUNS and the shipped model: a table, numbers and a picture."""
    from train.studies.compare import compare as compare_systems
    from train.studies.compare import put_into_docs, write_comparison

    rows = compare_systems(runs, limit, click.echo)
    click.echo("\n".join(map(str, write_comparison(rows, out))))
    if doc:
        put_into_docs(rows)


@click.command()
@click.argument("model", default="digits")
@click.option("--run", type=PATH, help="Its run; found through the card if it is there.")
@click.option("--out", type=PATH, help="Folder; runs/report-MODEL.")
@LIMIT
def report(model: str, run: Path | None, out: Path | None, limit: int | None) -> None:
    """Write all there is to see of MODEL into one page, report.html, and its pictures."""
    from camdigits.recognize.card import find_model
    from train.report.write import write_report

    path = find_model(model)
    click.echo(write_report(path, run, out or Path(f"runs/report-{path.stem}"), limit, click.echo))


@click.command()
@click.argument("picture", type=PATH)
@click.option("--model", default="digits", show_default=True, help="A name or a .tflite.")
@click.option("--out", type=PATH, help="Write the glyphs, large, with the answers (.png).")
@click.option("--most", default=4, show_default=True, type=click.IntRange(1), help="Blobs shown.")
def show(picture: Path, model: str, out: Path | None, most: int) -> None:
    """Print what the net sees in PICTURE, and what it answers."""
    from train.report.show import show as show_picture

    show_picture(picture, model, out, most, click.echo)


@click.command()
@click.argument("picture", required=False, type=PATH)
@click.option("--out", default=Path("docs/stages"), show_default=True, type=PATH)
@click.option("--model", default="digits", show_default=True, help="A name or a .tflite.")
def stages(picture: Path | None, out: Path, model: str) -> None:
    """Write a picture of each stage from PICTURE to its labels; a form is filmed without one."""
    from camdigits.sources.picture_file import read_picture
    from train.report.stages import write_stages

    write_stages(None if picture is None else read_picture(picture), out, model, click.echo)


@click.command()
@click.option("--run", default=Path("runs/mnist-only"), show_default=True, type=PATH)
@click.option("--model", default="digits", show_default=True, help="What is held against it.")
@click.option("--doc/--no-doc", default=True, help="Put the table and the plot into docs/.")
@LIMIT
def survival(run: Path, model: str, doc: bool, limit: int | None) -> None:
    """Measure what is left of MNIST's accuracy in front of a camera."""
    from train.studies import survival as surviving

    plot = surviving.PLOT if doc else run / "survival.png"
    page = surviving.DOC if doc else None
    surviving.write_survival(run, model, plot, page, limit=limit, report=click.echo)


COMMANDS = (evaluate, baseline, compare, report, show, stages, survival)
