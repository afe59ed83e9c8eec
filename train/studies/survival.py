"""Measure why accuracy on MNIST does not survive a camera.

    python -m train survival

The shipped net's architecture is trained on MNIST alone, with the same warps and the same recipe
(`train.fit.loop`), and compared with the shipped model: on MNIST, on MNIST moved about in its
frame, on writers outside MNIST, on digits filmed by a camera, and on non-digits. Glyphs go through
`camdigits.recognize.glyph.normalize`; only the rows "as it is" and "stretched" do not. The run is
kept in RUN and made there if it is missing (ten minutes on two free cores), then measuring takes a
minute or two. Prints Markdown and draws one plot.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from camdigits.image import cv2
from camdigits.recognize.card import find_model, load_card
from camdigits.recognize.classify import OutputSpec, predict
from camdigits.recognize.glyph import normalize
from camdigits.recognize.tflite import load_scorer
from camdigits.values import GrayImage
from train.data import sets
from train.data.sets import Glyphset, thinned
from train.errors import DataError
from train.fit.loop import fit
from train.fit.run import HISTORY, load_model, load_settings, scores_of
from train.fit.settings import Settings
from train.metrics.measure import LogitScorer
from train.studies.docs import put_table
from train.studies.filmed import gentle_crops, harsh_crops, photo_crops, stretched

RUN = Path("runs/mnist-only")
PLOT = Path("docs/stages/survival.png")
DOC = Path("docs/mnist-is-not-a-camera.md")
EPOCHS = 8
SURE = 0.9  # probability that a user would accept (chosen)
SEED = 1
SHIFT_PX = 4  # the margin of a glyph
SCALE = 0.6
STROKE_PX = 3  # diameter of the dilation: the stroke becomes two pixels wider
COMMAND = "python -m train survival"


@dataclass(frozen=True, slots=True)
class Contender:
    """A net with its output specification."""

    name: str
    score: LogitScorer
    output_spec: OutputSpec


@dataclass(frozen=True, slots=True)
class DigitRow:
    """Accuracy of each net on one set of digits."""

    name: str
    count: int
    right: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class OtherRow:
    """Predictions of each net on one set of non-digits."""

    name: str
    count: int
    called: tuple[float, ...]  # share whose best label is a digit
    sure: tuple[float, ...]  # share with a digit of probability SURE or more


@dataclass(frozen=True, slots=True)
class Survival:
    """All measurements."""

    contenders: tuple[str, ...]
    digits: tuple[DigitRow, ...]
    others: tuple[OtherRow, ...]


def write_survival(
    run: Path = RUN,
    model: str = "digits",
    plot: Path = PLOT,
    doc: Path | None = DOC,
    epochs: int = EPOCHS,
    limit: int | None = None,
    report: Callable[[str], None] = print,
) -> Survival:
    """Train on MNIST alone if needed, measure, and write table and plot.

    Args:
        run: folder of the MNIST-only run; an unfinished one is continued.
        model: the model to compare with, a name or the path of a .tflite.
        plot: file of the plot.
        doc: page between whose markers the table is written; None only reports it.
        epochs: of a new run.
        limit: glyphs of each set, for a quick trial; None uses all.
        report: receives the lines.

    Raises:
        DataError: a data set is missing, or a file cannot be written.
        ModelError: the model cannot be used.
    """
    contenders = mnist_only(run, epochs, report), shipped(model)
    found = measure(contenders, digit_sets(limit), other_sets(limit), report)
    table = markdown(found)
    report(table)
    draw_plot(found, plot)
    report(f"{plot}: plot written")
    if doc is not None:
        put_table(doc, COMMAND, table)
        report(f"{doc}: table updated")
    return found


def mnist_only(run: Path, epochs: int, report: Callable[[str], None] = print) -> Contender:
    """Train the shipped net's architecture on MNIST alone, or load the existing run."""
    labels = sets.LABELS[:10]
    begun = (run / HISTORY).exists()
    settings = Settings(net="camdigits", labels=labels, sets=("mnist",), epochs=epochs)
    if begun and load_settings(run).sets != ("mnist",):
        raise DataError(f"{run}: a run on MNIST alone is wanted; name another folder")
    fit(settings, run, resume=begun, report=report)
    net = load_model(run)
    return Contender("MNIST only", lambda glyphs: scores_of(net, glyphs), OutputSpec(labels))


def shipped(model: str) -> Contender:
    """Load the shipped model."""
    path = find_model(model)
    card = load_card(path)
    output_spec = OutputSpec(card.labels, card.temperature, card.threshold)
    return Contender("shipped", load_scorer(path, card).logits, output_spec)


def digit_sets(limit: int | None = None) -> Iterator[Glyphset]:
    """Yield sets of digits, from MNIST to what a camera sees."""
    images, labels = sets.raw_test()
    tests = Glyphset("", images, labels)
    yield thinned(replace(sets.load("mnist", "test"), name="MNIST test"), limit)
    for name, change in CHANGES.items():
        rng = np.random.default_rng(SEED)
        part = thinned(tests, limit)
        moved = np.stack([change(image, rng) for image in part.images])
        yield Glyphset(f"MNIST {name}, as it is", moved, part.labels)
        again = np.stack([normalize(image) for image in moved])
        yield Glyphset(f"MNIST {name}, normalised", again, part.labels)
    yield thinned(replace(sets.load("unipen", "val"), name="UNIPEN, other writers"), limit)
    yield thinned(replace(sets.load("bhmsds", "val"), name="BHMSDS"), limit)
    yield thinned(replace(sets.load("kensanata", "val"), name="Kensanata (Swiss)"), limit)
    yield thinned(replace(sets.load("mlia"), name="32×32 text digits"), limit)
    yield thinned(gentle_crops("Pages filmed gently"), limit)
    yield thinned(harsh_crops("Pages filmed badly"), limit)
    yield thinned(photo_crops("Real photos"), limit)
    yield thinned(photo_crops("Real photos, box stretched", stretched), limit)


def other_sets(limit: int | None = None) -> Iterator[Glyphset]:
    """Yield sets of non-digits: symbols, letters, drawings."""
    for name, title in OTHERS.items():
        yield thinned(replace(sets.load(name, "val"), name=title), limit)


OTHERS = {
    "unipen_letters": "handwritten letters (UNIPEN)",
    "unipen_symbols": "handwritten signs (UNIPEN)",
    "notmnist": "printed letters (notMNIST)",
    "omniglot": "other alphabets (Omniglot)",
    "quickdraw": "doodles (Quick, Draw!)",
}


def shifted(image: GrayImage, rng: np.random.Generator) -> GrayImage:
    """Move a digit by SHIFT_PX to one side and up or down."""
    across, down = rng.choice([-SHIFT_PX, SHIFT_PX], 2)
    return _warped(image, np.array([[1, 0, across], [0, 1, down]], np.float32))


def shrunk(image: GrayImage, rng: np.random.Generator) -> GrayImage:  # noqa: ARG001
    """Make a digit smaller about the middle of its frame."""
    rest = (image.shape[0] - 1) / 2 * (1 - SCALE)
    return _warped(image, np.array([[SCALE, 0, rest], [0, SCALE, rest]], np.float32))


def thickened(image: GrayImage, rng: np.random.Generator) -> GrayImage:  # noqa: ARG001
    """Thicken a digit as a felt pen does."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (STROKE_PX, STROKE_PX))
    return np.asarray(cv2.dilate(image, kernel), np.uint8)


def _warped(image: GrayImage, matrix: npt.NDArray[np.float32]) -> GrayImage:
    return np.asarray(cv2.warpAffine(image, matrix, image.shape[::-1]), np.uint8)


CHANGES: dict[str, Callable[[GrayImage, np.random.Generator], GrayImage]] = {
    "shifted": shifted,
    "shrunk": shrunk,
    "thickened": thickened,
}


def measure(
    contenders: Sequence[Contender],
    digits: Iterator[Glyphset],
    others: Iterator[Glyphset],
    report: Callable[[str], None] = print,
) -> Survival:
    """Measure every net on every set, and report each set."""
    digit_rows: list[DigitRow] = []
    for part in digits:
        right = tuple(_right(each, part) for each in contenders)
        digit_rows.append(DigitRow(part.name, len(part.labels), right))
        report(f"{part.name}: {_percents(right)}")
    other_rows = tuple(_other_row(contenders, part) for part in others)
    return Survival(tuple(each.name for each in contenders), tuple(digit_rows), other_rows)


def _right(contender: Contender, part: Glyphset) -> float:
    """Return the accuracy; "none" is wrong."""
    predicted = predict(part.images, contender.score, contender.output_spec)
    truth = [sets.LABELS[label] for label in part.labels]
    return float(
        np.mean([one == label for one, label in zip(predicted.labels, truth, strict=True)])
    )


def _other_row(contenders: Sequence[Contender], part: Glyphset) -> OtherRow:
    predictions = [predict(part.images, each.score, each.output_spec) for each in contenders]
    return OtherRow(
        part.name,
        len(part.labels),
        tuple(float(each.accepted(0.0).mean()) for each in predictions),
        tuple(float(each.accepted(SURE).mean()) for each in predictions),
    )


def markdown(found: Survival) -> str:
    """Format the measurements as two Markdown tables."""
    names = found.contenders
    lines = [
        f"| digits read right | glyphs | {' | '.join(names)} |",
        "| --- |" + " ---: |" * (1 + len(names)),
    ]
    for row in found.digits:
        lines.append(f"| {row.name} | {row.count} | {_percents(row.right)} |")
    lines += [
        "",
        "| non-digits read as a digit | glyphs | "
        + " | ".join(f"{name} | {name}, {SURE:.0%} sure" for name in names)
        + " |",
        "| --- |" + " ---: |" * (1 + 2 * len(names)),
    ]
    for other in found.others:
        both = [share for pair in zip(other.called, other.sure, strict=True) for share in pair]
        lines.append(f"| {other.name} | {other.count} | {_percents(both)} |")
    return "\n".join(lines)


def _percents(shares: Sequence[float]) -> str:
    return " | ".join(f"{share:.1%}".replace("%", " %") for share in shares)


def draw_plot(found: Survival, path: Path) -> None:
    """Plot one bar per net for each set of digits.

    Raises:
        DataError: the file cannot be written.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    rows = found.digits[::-1]
    figure = Figure(figsize=(8, 0.42 * len(rows) + 1.2), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    places = np.arange(len(rows))
    for index, name in enumerate(found.contenders):
        high = 0.8 / len(found.contenders)
        at = places + 0.4 - high * (index + 0.5)
        shares = [100 * row.right[index] for row in rows]
        bars = axes.barh(at, shares, high, label=name, color=("#E69F00", "#0072B2")[index % 2])
        axes.bar_label(bars, fmt="%.1f", padding=2, fontsize=7)
    axes.set_yticks(places, [row.name for row in rows], fontsize=8)
    axes.set_xlim(0, 108)
    axes.set_xlabel("digits read right, %")
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside upper center", ncols=len(found.contenders), frameon=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, dpi=80)
    except OSError as error:
        raise DataError(f"{path}: cannot be written ({error.strerror}); name another") from error
