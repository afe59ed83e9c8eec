"""Compare all recognisers: the classic ones and the shipped net, one row each.

    python -m train compare --runs runs --out runs/compare
    python -m train compare --doc       # also updates the table and the plot in docs/

Uses the results of `baseline`, `fit` and `export` under RUNS and the shipped model; a missing
system is named and skipped. All are measured on the same glyphs. The classic ones learned from
MNIST alone, so the other sets are new writers for them; to be fair, these sets contribute only
writers held out from the shipped net, and the text digits that no system learned from. In the
whole reader, a system without a reject class labels every region.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
import numpy.typing as npt

from camdigits.reader import Reader
from camdigits.recognize.card import find_model, load_card
from camdigits.recognize.tflite import load_scorer
from camdigits.values import Glyphs, Logits
from train.baselines.registry import LABELS, load_baseline
from train.baselines.runs import load_records
from train.benchmarks.photos import score_photos
from train.data import sets
from train.data.folder import data_folder
from train.data.sets import Glyphset, thinned
from train.errors import DataError
from train.fit.run import lineage, load_history
from train.metrics import measure
from train.metrics.matching import Counts
from train.metrics.measure import LogitScorer
from train.studies.docs import put_table

BASELINES = ("knn", "svm", "mlp", "numpy")
NETS = ("lenet5", "classic-cnn")
SETS = ("mnist", "unipen", "bhmsds", "kensanata", "mlia")
MIN_PRECISION = 0.99  # at a system's threshold, on MNIST's validation digits (chosen)
GLYPHS = 25  # glyphs per call: a page of numbers
ROUNDS = 15
DOC, PLOT = Path("docs/how-it-works.md"), Path("docs/stages/compare.png")
COMMAND = "python -m train compare"


@dataclass(frozen=True, slots=True)
class System:
    """One recogniser with its scorer."""

    name: str
    score: LogitScorer
    labels: tuple[str, ...]
    size_bytes: int
    train_s: float | None  # seconds of training; None if unknown
    threshold: float | None = None  # from its card; None fits one on MNIST's validation digits


@dataclass(frozen=True, slots=True)
class Row:
    """Results of one recogniser; the names are the keys of compare.json."""

    name: str
    accuracy: dict[str, float]  # by set; a digit called "none" counts as wrong
    photos_f1: float | None  # of the whole reader; None if the photos are missing
    size_bytes: int
    us: float  # microseconds a digit, one thread, 25 in one call
    train_s: float | None


def compare(
    runs: Path,
    limit: int | None = None,
    report: Callable[[str], None] = print,
    systems: Sequence[System] | None = None,
) -> tuple[Row, ...]:
    """Measure every available system.

    Args:
        runs: folder with the runs of the classic systems.
        limit: glyphs of each set; None uses all.
        report: receives one line per system.
        systems: replaces those under `runs` and the shipped model.

    Raises:
        DataError: a data set is missing.
    """
    parts = {name: _measured(name, limit) for name in SETS}
    val = thinned(sets.load("mnist", "val"), limit)
    rows = []
    for system in find_systems(runs, report) if systems is None else systems:
        rows.append(row_of(system, parts, val))
        report(line(rows[-1]))
    return tuple(rows)


def find_systems(runs: Path, report: Callable[[str], None] = print) -> Iterator[System]:
    """Yield the systems under `runs`, then the shipped model; report the missing ones."""
    for name in BASELINES:
        try:
            records = load_records(runs / name)
        except DataError as error:
            report(f"left out: {error}")
            continue
        for record in records:
            if "mnist/test" in record.accuracy or name == "numpy":
                scorer = load_baseline(runs / name, record.name)
                yield System(record.name, scorer, LABELS, record.size_bytes, record.train_s)
    for name in NETS:
        model = runs / f"{name}.tflite"
        if model.exists():
            yield model_system(name, model, runs / name)
        else:
            report(
                f"left out: {model} is not there; python -m train fit --net {name}, then export"
            )
    yield model_system("camdigits", find_model("digits"), runs / "digits")


def model_system(name: str, model: Path, run: Path) -> System:
    """Load a .tflite with its card; its training time comes from the run, if that exists."""
    card = load_card(model)
    try:
        seconds = sum(row["seconds"] for one in lineage(run) for row in load_history(one))
    except DataError:  # the run, or one that it started from, was not kept
        seconds = 0
    scorer = load_scorer(model, card).logits

    def score(glyphs: Glyphs) -> Logits:
        return np.asarray(scorer(glyphs) / card.temperature, np.float32)

    size = model.stat().st_size
    return System(name, score, card.labels, size, seconds or None, card.threshold)


def row_of(system: System, parts: dict[str, Glyphset], val: Glyphset) -> Row:
    """Measure one system."""
    accuracy = {
        name: measure.accuracy(system.score(part.images), part.labels)
        for name, part in parts.items()
    }
    return Row(
        system.name,
        accuracy,
        _photos(system, val),
        system.size_bytes,
        microseconds(system.score),
        system.train_s,
    )


def microseconds(score: LogitScorer, rounds: int = ROUNDS) -> float:
    """Return the time of one glyph in calls of GLYPHS, the best of several rounds."""
    glyphs = np.random.default_rng(0).integers(0, 256, (GLYPHS, 28, 28)).astype(np.uint8)
    best = float("inf")
    for _ in range(rounds):
        started = perf_counter()
        score(glyphs)
        best = min(best, perf_counter() - started)
    return best / GLYPHS * 1e6


def line(row: Row) -> str:
    """Format one row for the terminal."""
    shares = "  ".join(f"{name} {share:7.2%}" for name, share in row.accuracy.items())
    return f"{row.name:14}{shares}  photos F1 {_share(row.photos_f1)}  {row.us:8.0f} µs"


def markdown(rows: Sequence[Row]) -> str:
    """Format the Markdown table for the docs."""
    head = ["system", *SETS, "photos F1", "size", "µs a digit", "training"]
    lines = ["| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1)]
    for row in rows:
        cells = [
            f"`{row.name}`",
            *(f"{row.accuracy[name]:.2%}" for name in SETS),
            _share(row.photos_f1),
            _size(row.size_bytes),
            f"{row.us:,.0f}",
            _time(row.train_s),
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def write_comparison(rows: Sequence[Row], out: Path) -> tuple[Path, Path, Path]:
    """Write compare.md, compare.json and compare.png into `out`.

    Raises:
        DataError: they cannot be written.
    """
    paths = out / "compare.md", out / "compare.json", out / "compare.png"
    try:
        out.mkdir(parents=True, exist_ok=True)
        paths[0].write_text(markdown(rows) + "\n")
        paths[1].write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n")
        _plot(rows, paths[2])
    except OSError as error:
        raise DataError(
            f"{out}: cannot be written ({error.strerror}); name another --out"
        ) from error
    return paths


def put_into_docs(rows: Sequence[Row], doc: Path = DOC, plot: Path = PLOT) -> None:
    """Update the table in a page of the docs, and its plot.

    Raises:
        DataError: the page has no marked place for it, or a file cannot be written.
    """
    put_table(doc, COMMAND, markdown(rows))
    _plot(rows, plot)


def _plot(rows: Sequence[Row], path: Path) -> None:
    """Plot error rates per set as bars, and latency against the error on new writers."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4.6), width_ratios=(1.7, 1))
    places = np.arange(len(rows), dtype=float)
    wide = 0.8 / len(SETS)
    for index, name in enumerate(SETS):
        wrong = [100 * (1 - row.accuracy[name]) for row in rows]
        left.bar(places + (index - 2) * wide, wrong, wide, label=name)
    left.set_xticks(places, [row.name for row in rows], rotation=25, ha="right")
    left.set(yscale="log", ylabel="error, %", title="error on the same glyphs")
    left.set_ylim(top=130)  # room for the legend
    left.legend(ncols=len(SETS), fontsize=8, frameon=False)
    for index, row in enumerate(rows):
        right.plot(row.us, _new_writers_error(row), "o")
        right.annotate(
            row.name,
            (row.us, _new_writers_error(row)),
            xytext=(5, 4 if index % 2 else -12),
            textcoords="offset points",
        )
    right.set(xscale="log", yscale="log", xlabel="microseconds a digit, one thread")
    right.set(ylabel="error on new writers, %", title="latency and error on new writers")
    right.margins(x=0.25, y=0.12)
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(alpha=0.25)
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _new_writers_error(row: Row) -> float:
    """Return the mean error in per cent over the sets other than MNIST."""
    shares: npt.NDArray[np.float64] = np.array([row.accuracy[name] for name in SETS[1:]])
    return float(100 * (1 - shares.mean()))


def _measured(name: str, limit: int | None) -> Glyphset:
    part: sets.Part = {"mnist": "test", "mlia": "whole"}.get(name, "val")  # type: ignore[assignment]
    return thinned(sets.load(name, part), limit)


def _photos(system: System, val: Glyphset) -> float | None:
    """Return the F1 on photos of the whole reader with this system, at its threshold."""
    photos = data_folder() / "photos-dev"
    if not photos.is_dir():
        return None
    threshold = system.threshold
    if threshold is None:
        scores = system.score(val.images)
        threshold = measure.best_threshold(scores, val.labels, 1.0, None, MIN_PRECISION)
    reader = Reader(scorer=system.score, labels=system.labels, threshold=threshold)
    found = score_photos(photos, reader)
    return sum((one.match.counts for one in found), Counts()).f1


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.0f} kB"


def _time(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"
