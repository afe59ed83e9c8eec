"""Measure a model and write its report; `write_report` calls the steps in order."""

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
from train.report.sections import FigureFiles
from train.report.speed import Speed
from train.report.tflite_layers import Layer

NAME = "report.html"


@dataclass(frozen=True, slots=True, eq=False)
class Measurements:
    """All measurements that the page shows."""

    card: Card
    size: int  # bytes of the model
    predictions: tuple[SetPredictions, ...]
    opened: Any  # the interpreter, for inspection
    layers: tuple[Layer, ...]
    histories: tuple[History, ...]
    comparison: Comparison | str  # a string says why there is none
    speed: Speed


def write_report(
    model: Path,
    run: Path | None,
    out: Path,
    limit: int | None = None,
    report: Callable[[str], None] = print,
    sets: Sequence[Glyphset] | None = None,
) -> Path:
    """Measure a model and write an HTML page about it.

    Args:
        model: a .tflite file with its card.
        run: the folder of `fit` that made it; None searches for the run that the card names.
        out: folder of the page and its figures, created.
        limit: glyphs of each set; None uses all.
        report: receives one line per step.
        sets: glyphs to measure on, their labels indexes into the card's; None loads the sets of
            the card's alphabet.

    Returns:
        Path of the page.

    Raises:
        ModelError: the model cannot be used.
        DataError: a data set is missing, or `run` is not a run of this model.
        FigureError: matplotlib is missing.
        OutputError: `out` cannot be written.
    """
    found = find(model, run, limit, report, sets)
    files = FigureFiles()
    report("drawing")
    parts = compose(found, files)
    text = page(f"Model report: {model.name}", lead(found), tiles(found), parts)
    place(out, {**files.figures, NAME: text.encode()})
    report(f"{out / NAME}: {len(parts)} sections, {len(files.figures)} figures in the same folder")
    return out / NAME


def find(
    model: Path,
    run: Path | None,
    limit: int | None,
    report: Callable[[str], None],
    sets: Sequence[Glyphset] | None,
) -> Measurements:
    """Run all measurements."""
    card = load_card(model)
    home = runs.find_run(model, card, run)
    predictions = predict_sets(model, card, limit, report, sets)
    opened = tflite_layers.load(model)
    report("comparing with the float net" if home else "no run of this model was found")
    comparison = _compared(home, predictions, card)
    report("timing")
    timed = speed.measure_speed(model, card, _classic())
    return Measurements(
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
    """Run the model on every set."""
    scorer = load_scorer(model, card, min(2, os.cpu_count() or 1)).logits
    given = predict.load_sets(card, limit) if sets is None else sets
    predictions = []
    for part in given:
        report(f"reading {part.name}, {len(part.labels)} glyphs")
        predictions.append(predict.predict_set(part, scorer, card))
    return tuple(predictions)


def compose(found: Measurements, files: FigureFiles) -> list[Section]:
    """Draw the figures and build the sections in page order."""
    predictions, card = found.predictions, found.card
    return [
        sections.accuracies(predictions, card),
        sections.confusion(predictions, card, files),
        sections.misread(predictions, card, files),
        sections.calibration(predictions, card, files),
        sections.rejects(predictions, card, files),
        model_sections.training(found.histories, files),
        model_sections.filters(found.opened, files),
        model_sections.maps(found.opened, found.layers, predictions, card, files),
        model_sections.quantization(found.comparison, files),
        model_sections.cost(found.layers, found.speed, found.size),
        model_sections.card_fields(card),
    ]


def lead(found: Measurements) -> str:
    """Describe the model in a sentence."""
    card = found.card
    layers = sum(layer.kind in tflite_layers.CONVOLUTIONS for layer in found.layers)
    return (
        f"A model with {len(card.labels)} labels ({' '.join(card.labels)}) and {layers} "
        "convolutions. All figures were measured on the .tflite file itself, with the product's "
        "own code, unless stated otherwise."
    )


def tiles(found: Measurements) -> list[Tile]:
    """Return the headline figures at the top of the page."""
    rows = [predict.read_row(one, found.card) for one in found.predictions if one.labelled][:2]
    work = sum(layer.multiply_adds for layer in found.layers)
    ratio = model_sections.against_classic(found.speed)
    return [
        *(Tile(f"{row.accuracy * 100:.2f} %", f"accuracy on {row.name}") for row in rows),
        Tile(f"{found.size / 1000:.0f} kB", "file size"),
        Tile(f"{work / 1e6:.2f} M", f"multiply-adds a {sections.noun(found.card)}"),
        Tile(
            f"{found.speed.us:.0f} µs",
            "per glyph, one thread"
            + (f"; in batches {ratio} of the classic CNN" if ratio else ""),
        ),
    ]


def place(out: Path, contents: Mapping[str, bytes]) -> None:
    """Write files into a folder, each under a temporary name first; the page comes last.

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
