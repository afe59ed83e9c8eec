"""The commands that measure, compare and inspect recognisers.

Only argument parsing; each command imports its module when it runs.
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
@click.option("--out", type=PATH, help="Folder of the run; default runs/NAME.")
@click.option("--resume", is_flag=True, help="Continue the run in OUT with its own settings.")
@LIMIT
def baseline(name: str, out: Path | None, resume: bool, limit: int | None) -> None:
    """Train a classic recogniser without TensorFlow (others: fit --net lenet5, classic-cnn)."""
    from train.baselines.registry import train_baseline

    train_baseline(name, out or Path("runs") / name, resume, limit, click.echo)


@click.command()
@RUNS
@click.option("--out", default=Path("runs/compare"), show_default=True, type=PATH)
@click.option("--doc/--no-doc", default=False, help="Put the table and the plot into docs/.")
@LIMIT
def compare(runs: Path, out: Path, doc: bool, limit: int | None) -> None:
    """Measure every system under RUNS and the shipped model; write table, JSON and plot."""
    from train.studies.compare import compare as compare_systems
    from train.studies.compare import put_into_docs, write_comparison

    rows = compare_systems(runs, limit, click.echo)
    click.echo("\n".join(map(str, write_comparison(rows, out))))
    if doc:
        put_into_docs(rows)


@click.command()
@click.argument("model", default="digits")
@click.option("--run", type=PATH, help="Its run; default: the one named in the card.")
@click.option("--out", type=PATH, help="Folder; runs/report-MODEL.")
@LIMIT
def report(model: str, run: Path | None, out: Path | None, limit: int | None) -> None:
    """Write an HTML report about MODEL, report.html, with its figures."""
    from camdigits.recognize.card import find_model
    from train.report.write import write_report

    path = find_model(model)
    click.echo(write_report(path, run, out or Path(f"runs/report-{path.stem}"), limit, click.echo))


@click.command()
@click.argument("picture", type=PATH)
@click.option("--model", default="digits", show_default=True, help="A name or a .tflite.")
@click.option("--out", type=PATH, help="Write the enlarged glyphs with probabilities (.png).")
@click.option("--most", default=4, show_default=True, type=click.IntRange(1), help="Digits drawn.")
def show(picture: Path, model: str, out: Path | None, most: int) -> None:
    """Print the glyphs that the net sees in PICTURE, and its predictions."""
    from train.report.show import show as show_picture

    show_picture(picture, model, out, most, click.echo)


@click.command()
@click.argument("picture", required=False, type=PATH)
@click.option("--out", default=Path("docs/stages"), show_default=True, type=PATH)
@click.option("--model", default="digits", show_default=True, help="A name or a .tflite.")
def stages(picture: Path | None, out: Path, model: str) -> None:
    """Write a picture of each stage of reading PICTURE; without PICTURE, of a simulated form."""
    from camdigits.sources.picture_file import read_picture
    from train.report.stages import write_stages

    write_stages(None if picture is None else read_picture(picture), out, model, click.echo)


@click.command()
@click.option("--run", default=Path("runs/mnist-only"), show_default=True, type=PATH)
@click.option("--model", default="digits", show_default=True, help="The model to compare with.")
@click.option("--doc/--no-doc", default=True, help="Put the table and the plot into docs/.")
@LIMIT
def survival(run: Path, model: str, doc: bool, limit: int | None) -> None:
    """Measure how an MNIST-only net loses accuracy in front of a camera."""
    from train.studies import survival as surviving

    plot = surviving.PLOT if doc else run / "survival.png"
    page = surviving.DOC if doc else None
    surviving.write_survival(run, model, plot, page, limit=limit, report=click.echo)


@click.command()
@click.option("--out", default=Path("docs/live.webp"), show_default=True, type=PATH)
def clip(out: Path) -> None:
    """Record a clip of the live window on the demo source: .webp or .gif."""
    from train.report.live_clip import write_clip

    write_clip(out, click.echo)


@click.command()
@click.argument("folder", required=False, type=PATH)
@click.option("--model", default="digits", show_default=True, help="A name or a .tflite.")
@click.option("--doc/--no-doc", default=True, help="Put the table into docs/settings.md.")
def sensitivity(folder: Path | None, model: str, doc: bool) -> None:
    """Change each setting of the reader by 20 % and score the photos of FOLDER/labels.json.

    FOLDER is photos-dev of the data sets if it is omitted. Takes about ten minutes.
    """
    from train.data.folder import data_folder
    from train.studies.sensitivity import DOC, write_sensitivity

    photos = data_folder() / "photos-dev" if folder is None else folder
    write_sensitivity(photos, model, DOC if doc else None, click.echo)


COMMANDS = (baseline, clip, compare, evaluate, report, sensitivity, show, stages, survival)
