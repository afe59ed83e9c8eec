"""Measure unseen writers and non-digits: leave whole sets out, train, and read them.

    python -m train leave-out unipen

One run per set of digits; most also leave out kinds of non-digits, so that four runs measure
four sets of writers and every kind of non-digit. Clean glyphs only, no crops, a sixth of the
shipped run's length: the result is about the recipe, not about the shipped net, which was trained
on all sets. About seven minutes a run on one core.
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
# The digit set that is left out, with: letters and a tablet's symbols; other symbols and print;
# other alphabets and doodles; nothing.
SPLITS: Mapping[str, tuple[str, ...]] = {
    "unipen": ("unipen", "unipen_pens", "unipen_letters", "emnist_letters", "unipen_symbols"),
    "bhmsds": ("bhmsds", "bhmsds_symbols", "mdas", "notmnist"),
    "kensanata": ("kensanata", "omniglot", "quickdraw"),
    "pendigits": ("pendigits",),
}


def leave_out(
    name: str,
    runs: Path = Path("runs"),
    limit: int | None = None,
    report: Callable[[str], None] = print,
) -> Report:
    """Train without a digit set and its non-digits, and measure on all of them.

    Args:
        name: one of SPLITS.
        runs: folder of the run `without-NAME`, which is continued if it exists.
        limit: glyphs of each set, for a quick trial.
        report: receives one line per epoch, and the table.

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
    """Return the settings of the run without a digit set and its non-digits."""
    return settings_for(without=SPLITS[name], epochs=EPOCHS, limit=limit)


def only(report: Report, names: tuple[str, ...]) -> Report:
    """Return the rows of the sets that were left out."""
    return replace(
        report,
        digits=tuple(row for row in report.digits if row.name.split("/")[0] in names),
        rejects=tuple(row for row in report.rejects if row.name.split("/")[0] in names),
    )
