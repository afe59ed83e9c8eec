"""Measure a model and write its report: `write_report` is the order of things.

Nothing is measured, drawn or set here: each step has its own file.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from camdigits.errors import OutputError
from camdigits.recognize.card import Card, load_card
from camdigits.recognize.tflite import load_scorer
from train.data.sets import Glyphset
from train.errors import DataError, NetError
from train.report import model_sections, predict, runs, sections, speed, tflite_layers
from train.report.page import Section, Tile, page
from train.report.predict import SetPredictions
from train.report.runs import Comparison, History
from train.report.sections import Album
from train.report.speed import Speed
from train.report.tflite_layers import Layer

NAME = "report.html"


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """All that the page tells."""

    card: Card
    size: int  # bytes of the model
    predictions: tuple[SetPredictions, ...]
    opened: Any  # the model, to look into
    layers: tuple[Layer, ...]
    histories: tuple[History, ...]
    comparison: Comparison | str  # or why there is none
    speed: Speed


def write_report(
    model: Path,
    run: Path | None,
    out: Path,
    limit: int | None = None,
    report: Callable[[str], None] = print,
    sets: Sequence[Glyphset] | None = None,
) -> Path:
    """Measure a model and write a page about it.

    Args:
        model: a .tflite file with its card.
        run: the folder of `fit` it came from; None takes the one that the card names, if it is
            there.
        out: folder of the page and its figures, created.
        limit: glyphs of each set; None takes all.
        report: takes a line for each step.
        sets: glyphs to put to the model, their labels indexes into the card's; None loads those
            of the alphabet whose labels they are.

    Returns:
        Path of the page.

    Raises:
        ModelError: the model cannot be used.
        DataError: a data set is missing, or `run` is no run of this model.
        FigureError: matplotlib is missing.
        OutputError: `out` cannot be written.
    """
    found = find(model, run, limit, report, sets)
    album = Album()
    report("drawing")
    parts = compose(found, album)
    text = page(f"A look into {model.name}", lead(found), tiles(found), parts)
    place(out, {**album.figures, NAME: text.encode()})
    report(f"{out / NAME}: {len(parts)} sections; {len(album.figures)} figures beside it")
    return out / NAME


def find(
    model: Path,
    run: Path | None,
    limit: int | None,
    report: Callable[[str], None],
    sets: Sequence[Glyphset] | None,
) -> Findings:
    """Measure everything."""
    card = load_card(model)
    home = runs.find_run(model, card, run)
    predictions = predict_sets(model, card, limit, report, sets)
    opened = tflite_layers.load(model)
    report("comparing with the float net" if home else "no run of this model is here")
    comparison = _compared(home, predictions, card)
    report("timing")
    timed = speed.measure_speed(model, card, _classic())
    return Findings(
        card,
        model.stat().st_size,
        predictions,
        opened,
        tflite_layers.layers_of(opened),
        runs.histories(home) if home else (),
        comparison,
        timed,
    )


def predict_sets(
    model: Path,
    card: Card,
    limit: int | None,
    report: Callable[[str], None],
    sets: Sequence[Glyphset] | None,
) -> tuple[SetPredictions, ...]:
    """Put every set to the model."""
    scorer = load_scorer(model, card, min(2, os.cpu_count() or 1))
    given = predict.load_sets(card, limit) if sets is None else sets
    predictions = []
    for part in given:
        report(f"reading {part.name}, {len(part.labels)} glyphs")
        predictions.append(predict.predict_set(part, scorer, card))
    return tuple(predictions)


def compose(found: Findings, album: Album) -> list[Section]:
    """Draw the figures and set the sections, in the order of the page."""
    predictions, card = found.predictions, found.card
    return [
        sections.accuracies(predictions, card),
        sections.confusion(predictions, card, album),
        sections.misread(predictions, card, album),
        sections.calibration(predictions, card, album),
        sections.rejects(predictions, card, album),
        model_sections.training(found.histories, album),
        model_sections.filters(found.opened, album),
        model_sections.maps(found.opened, found.layers, predictions, card, album),
        model_sections.quantization(found.comparison, album),
        model_sections.cost(found.layers, found.speed, found.size),
        model_sections.card_fields(card),
    ]


def lead(found: Findings) -> str:
    """What the model is, in a sentence."""
    card = found.card
    layers = sum(layer.kind in tflite_layers.CONVOLUTIONS for layer in found.layers)
    return (
        f"A model that tells {len(card.labels)} labels apart ({' '.join(card.labels)}) with "
        f"{layers} convolutions. Everything here was measured on the very file that reads the "
        "camera, through the same code, unless it says otherwise."
    )


def tiles(found: Findings) -> list[Tile]:
    """The few figures that stand at the top."""
    rows = [predict.read_row(one, found.card) for one in found.predictions if one.labelled][:2]
    work = sum(layer.multiply_adds for layer in found.layers)
    ratio = model_sections.against_classic(found.speed)
    return [
        *(Tile(f"{row.accuracy * 100:.2f} %", f"of {row.name} right") for row in rows),
        Tile(f"{found.size / 1000:.0f} kB", "on disk"),
        Tile(f"{work / 1e6:.2f} M", f"multiply-adds a {sections.noun(found.card)}"),
        Tile(
            f"{found.speed.us:.0f} µs",
            "a glyph, one thread" + (f"; batches: {ratio} of the classic CNN" if ratio else ""),
        ),
    ]


def place(out: Path, contents: Mapping[str, bytes]) -> None:
    """Write files into a folder, each aside first; the page, the last, has its figures then.

    Raises:
        OutputError: they cannot be written.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            unfinished = out / f"{name}.part"
            unfinished.write_bytes(content)
            os.replace(unfinished, out / name)
    except OSError as error:
        raise OutputError(
            f"{out}: cannot write the report: {error.strerror}; name another --out"
        ) from error


def _compared(
    home: Path | None, predictions: Sequence[SetPredictions], card: Card
) -> Comparison | str:
    if home is None:
        return model_sections.NO_RUN
    if not predictions:
        return sections.NO_SETS
    try:
        return runs.compare(home, predictions, card)
    except NetError as error:
        return f"The float net cannot be built here: {error}."
    except DataError as error:
        return f"The float net cannot be loaded: {error}."


def _classic() -> bytes | None:
    try:
        return speed.classic_net()
    except NetError:
        return None
