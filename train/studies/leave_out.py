"""Hands and scribbles that a net has never seen: leave whole sets out, train, read them.

    python -m train leave-out unipen

One run for each set of digits; each leaves kinds of negatives out as well, so that three runs
measure three sets of hands and every kind of what is no digit. Clean glyphs only, no crops, a
sixth of the shipped run's length: what comes out is about the recipe, not about the shipped net,
which knows them all. One core takes about seven minutes a run.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from train.fit.export import export
from train.fit.loop import fit
from train.fit.run import finished
from train.fit.settings import Settings, settings_for
from train.metrics.evaluate import Report, evaluate, table

EPOCHS = 8
# The set of digits that is left out, and with it: letters and a tablet's symbols; other symbols
# and print; other alphabets and doodles.
SPLITS: Mapping[str, tuple[str, ...]] = {
    "unipen": ("unipen", "unipen_letters", "unipen_symbols"),
    "bhmsds": ("bhmsds", "bhmsds_symbols", "mdas", "notmnist"),
    "kensanata": ("kensanata", "omniglot", "quickdraw"),
}


def leave_out(
    name: str,
    runs: Path = Path("runs"),
    limit: int | None = None,
    report: Callable[[str], None] = print,
) -> Report:
    """Train without a set and its company, and measure on them as a whole.

    Args:
        name: one of SPLITS.
        runs: folder; the run goes to `without-NAME` in it, and is gone on with if it is there.
        limit: glyphs of each set, for a quick look.
        report: takes a line per epoch, and the table.

    Raises:
        DataError: a data set is missing.
    """
    run, model = runs / f"without-{name}", runs / f"without-{name}.tflite"
    if not finished(run):
        fit(settings(name, limit), run, resume=run.exists(), report=report)
    if not model.exists():
        export(run, model, report=report)
    found = only(evaluate(model, limit), SPLITS[name])
    report(table(found))
    return found


def settings(name: str, limit: int | None = None) -> Settings:
    """The run that knows nothing of a set and its company."""
    return settings_for(without=SPLITS[name], epochs=EPOCHS, limit=limit)


def only(report: Report, names: tuple[str, ...]) -> Report:
    """Keep the rows of what was left out."""
    return replace(
        report,
        digits=tuple(row for row in report.digits if row.name.split("/")[0] in names),
        rejects=tuple(row for row in report.rejects if row.name.split("/")[0] in names),
    )
