"""Page sections about the model itself: training, filters, maps, int8, latency, card."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from camdigits.recognize.card import Card
from camdigits.values import NONE, GrayImage
from train.report import figures, page, tflite_layers
from train.report.page import Section
from train.report.predict import SetPredictions
from train.report.runs import Comparison, History, SetComparison
from train.report.sections import FigureFiles
from train.report.speed import GLYPHS, Speed
from train.report.tflite_layers import CONVOLUTIONS, Layer

SHOWN = 3  # glyphs whose feature maps are shown (chosen)
NO_RUN = (
    "The run of `fit` that made this model was not found; name its folder with --run to add this."
)


def training(histories: Sequence[History], files: FigureFiles) -> Section:
    """Show the training curves."""
    html = page.missing(NO_RUN)
    if histories:
        png = files.keep("training.png", figures.training(histories))
        caption = (
            "Loss and accuracy per epoch, from the first run to the last; a thin line marks where "
            "a run starts from the previous one. Validation glyphs are not trained on and not "
            "warped, so their accuracy may be higher than that of training glyphs. Each run has "
            "its own validation glyphs: compare within one run."
        )
        html = page.figure(png, "Training curves", caption, min_width_px=760)
    return Section("training", "Training curves", html)


def filters(opened: Any, files: FigureFiles) -> Section:
    """Show the weights of the first layer."""
    weights = tflite_layers.first_filters(opened)
    html = page.missing("The model has no convolution, so it has no filters.")
    if weights is not None:
        png = files.keep("filters.png", figures.filters(weights))
        count, height, width, _ = weights.shape
        caption = (
            f"The {count} filters of the first layer, {height}×{width} pixels each, as stored in "
            "the model: red weights respond to ink, blue ones to paper. Many detect an edge or a "
            "stroke in one direction."
        )
        html = page.figure(png, "First-layer filters", caption, min_width_px=560)
    return Section("filters", "First-layer filters", html)


def maps(
    opened: Any,
    layers: Sequence[Layer],
    predictions: Sequence[SetPredictions],
    card: Card,
    files: FigureFiles,
) -> Section:
    """Show the feature maps of each convolution for a few glyphs."""
    title = "Feature maps"
    if not any(layer.kind in CONVOLUTIONS for layer in layers):
        html = page.missing("The model has no convolution, so it has no feature maps.")
        return Section("maps", title, html)
    glyphs = chosen_glyphs(predictions, card)
    if not glyphs:
        return Section("maps", title, page.missing("No glyphs were given."))
    seen = [tflite_layers.feature_maps(opened, layers, glyph) for glyph in glyphs]
    text = (
        f"Bright pixels are strong activations. The {figures.CHANNELS} channels that vary most "
        "are shown, the same for each glyph: early layers respond to strokes and edges, later "
        "ones to parts of a digit and their position."
    )
    blocks = [page.paragraph(text)]
    for number, layer in enumerate(layer for layer, _ in seen[0]):
        png = figures.maps(glyphs, [each[number][1] for each in seen])
        files.keep(f"maps-{number + 1}.png", png)
        height, width, channels = layer.output
        caption = f"{layer.name.capitalize()}: {channels} feature maps of {height}×{width}."
        blocks.append(page.figure(png, f"Feature maps, {layer.name}", caption, min_width_px=680))
    return Section("maps", title, "\n".join(blocks))


def chosen_glyphs(predictions: Sequence[SetPredictions], card: Card) -> tuple[GrayImage, ...]:
    """Return the most confident glyph of the first set for a few labels between first and last."""
    wanted = [one for one in predictions if one.labelled]
    if not wanted:
        return ()
    names = [index for index, label in enumerate(card.labels) if label != NONE]
    places = np.linspace(0, len(names) - 1, SHOWN + 2)[1:-1].round().astype(int)
    found = []
    for label in dict.fromkeys(names[place] for place in places):
        own = np.flatnonzero(wanted[0].truth == label)
        if own.size:
            best = own[wanted[0].scores[own, label].argmax()]
            found.append(wanted[0].images[best])
    return tuple(found)


def quantization(comparison: Comparison | str, files: FigureFiles) -> Section:
    """Compare the float net with the int8 model; a string says why there is no comparison."""
    title = "Quantization: float and int8"
    if isinstance(comparison, str):
        return Section("int8", title, page.missing(comparison))
    total = comparison.total
    png = files.keep("int8.png", figures.quantization(comparison))
    text = (
        f"The float net of the run and the int8 model predict the same label for "
        f"{total.agreement * 100:.2f} % of {total.count:,} glyphs; their logits differ by "
        f"{np.abs(comparison.gaps).mean():.3f} on average and by {total.largest_gap:.2f} at most. "
    )
    if comparison.shift:
        text += (
            f'The export changes the prior of "none" by {comparison.shift:+.2f} on its logit; the '
            "same is applied to the float net here."
        )
    blocks = [page.paragraph(text)]
    if total.agreement < 0.95:
        blocks.append(page.missing("The difference is so large that this may be another run."))
    table = page.table(
        ("set", "glyphs", "float right", "int8 right", "same answer", "largest difference"),
        [_pair(pair) for pair in (*comparison.pairs, total)],
    )
    caption = "Change of each logit by int8: a narrow band around zero changes hardly any label."
    blocks += [table, page.figure(png, "Logit differences", caption, min_width_px=620)]
    return Section("int8", title, "\n".join(blocks))


def cost(layers: Sequence[Layer], speed: Speed, size: int) -> Section:
    """Show size, multiply-adds and latency."""
    work = sum(layer.multiply_adds for layer in layers)
    weights = sum(layer.weights for layer in layers)
    text = (
        f"{size:,} bytes for {weights:,} weights. One glyph takes {work:,} multiply-adds and "
        f"{speed.us:.1f} µs (one thread, {GLYPHS} glyphs per call, CPU time, "
        f"best of many rounds, {speed.runtime}, {speed.machine}); {speed.batch_us:.1f} µs "
        f"with all of them in one batch. {_against(speed)}"
    )
    table = page.table(
        ("layer", "makes", "kernel", "weights", "multiply-adds", "share"),
        [_layer(layer, work) for layer in layers],
    )
    return Section("cost", "Size and latency", page.paragraph(text) + table)


def card_fields(card: Card) -> Section:
    """Show all fields of the card."""
    known = {one.name: getattr(card, one.name) for one in fields(card) if one.name != "notes"}
    text = {**known, "labels": " ".join(card.labels), **card.notes}
    return Section("card", "The card", page.definitions(text))


def against_classic(speed: Speed) -> str | None:
    """Return the time as a fraction of the classic net's, or None if that was not measured."""
    return None if speed.classic_us is None else f"1/{speed.classic_us / speed.batch_us:.1f}"


def _against(speed: Speed) -> str:
    if speed.classic_us is None:
        return "TensorFlow is not installed, so there is no comparison with the classic CNN."
    return (
        f"The classic CNN in float32 (5×5×32, pool, 5×5×64, pool, dense 1024, dense 10) took "
        f"{speed.classic_us:.0f} µs in one batch, measured alternately: "
        f"{against_classic(speed)} of its time per batch."
    )


def _size(shape: Sequence[int]) -> str:
    return "×".join(map(str, shape))


def _layer(layer: Layer, work: int) -> tuple[str, ...]:
    if not layer.kernel:
        return (layer.name, _size(layer.output), "", "", "", "")
    share = layer.multiply_adds / max(work, 1)
    figures_ = (f"{layer.weights:,}", f"{layer.multiply_adds:,}", f"{share * 100:.1f} %")
    kernel = _size(layer.kernel[1:3]) if layer.kind in CONVOLUTIONS else ""
    return (layer.name, _size(layer.output), kernel, *figures_)


def _pair(pair: SetComparison) -> tuple[str, ...]:
    shares = (
        f"{share * 100:.2f} %"
        for share in (pair.float_accuracy, pair.int8_accuracy, pair.agreement)
    )
    return (pair.name, f"{pair.count:,}", *shares, f"{pair.largest_gap:.2f}")
