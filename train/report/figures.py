"""Draw the figures of the report; each function returns a PNG."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from train.report.canvas import BLUE, GRAY, LINES, ORANGE, RED, drawn
from train.report.predict import Bins, Indexes, RocCurve
from train.report.runs import Comparison, History

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CHANNELS = 14  # channels of a layer shown in one figure (chosen)
DETAILED = 16  # labels: a larger confusion matrix shows counts without rates (chosen)


def training(histories: Sequence[History]) -> bytes:
    """Draw training curves: loss and accuracy per epoch, run after run."""

    def draw(figure: "Figure") -> None:
        left, right = figure.subplots(1, 2)
        first = 1
        for history in histories:
            epochs = np.arange(first, first + len(history.rows))
            _epochs(left, right, epochs, history, first == 1)
            first += len(history.rows)
        left.set(title="Training loss", xlabel="epoch", ylim=(0, _highest(histories)))
        right.set(title="Accuracy, %", xlabel="epoch")
        right.legend(loc="center right")
        right.margins(y=0.14)  # room for the run names

    return drawn(draw, 10, 3.6)


def _epochs(left: "Axes", right: "Axes", epochs: Indexes, history: History, legend: bool) -> None:
    loss, seen, unseen = (
        [row[key] for row in history.rows] for key in ("loss", "accuracy", "val_accuracy")
    )
    marks: dict[str, Any] = {"marker": "o", "markersize": 3.5, "linewidth": 1.6}
    left.plot(epochs, loss, color=BLUE, **marks)
    for values, color, name in ((seen, BLUE, "training"), (unseen, ORANGE, "validation")):
        right.plot(
            epochs, np.multiply(values, 100), color=color, label=name if legend else None, **marks
        )
    for axes, height, side in ((left, 0.98, "top"), (right, 0.02, "bottom")):
        axes.axvline(float(epochs[0]) - 0.5, color="#d4d7dd", linewidth=0.8)
        axes.text(
            float(epochs[0]) - 0.4,
            height,
            history.name,
            transform=axes.get_xaxis_transform(),
            color=GRAY,
            fontsize=7.5,
            va=side,
            rotation=90,
        )


def _highest(histories: Sequence[History]) -> float:
    """Return the upper end of the loss axis, with room for the run names."""
    return 1.25 * max(row["loss"] for history in histories for row in history.rows)


def matrix(counts: Indexes, labels: Sequence[str]) -> bytes:
    """Draw a confusion matrix: counts, and their share of the row."""
    totals = counts.sum(1)
    rates = counts / np.maximum(totals, 1)[:, np.newaxis]
    side = 0.78 if len(labels) <= DETAILED else 0.42

    def draw(figure: "Figure") -> None:
        axes = figure.subplots()
        axes.imshow(_cell_colours(rates), aspect="auto")
        for row, column in np.argwhere(counts > 0):
            _cell(axes, row, column, counts[row, column], rates[row, column], len(labels))
        axes.set_xticks(range(len(labels)), labels)
        names = [f"{name}   {total:,}" for name, total in zip(labels, totals, strict=True)]
        axes.set_yticks(range(len(labels)), names)
        axes.xaxis.tick_top()
        axes.xaxis.set_label_position("top")
        axes.set(xlabel="predicted label", ylabel="true label (and its count)")
        axes.set_xticks(np.arange(len(labels) + 1) - 0.5, minor=True)
        axes.set_yticks(np.arange(len(labels) + 1) - 0.5, minor=True)
        axes.grid(False)
        axes.grid(True, which="minor", color="white", linewidth=2)
        axes.tick_params(which="both", length=0)
        for spine in axes.spines.values():
            spine.set_visible(False)

    return drawn(draw, side * len(labels) + 1.4, side * 0.82 * len(labels) + 0.8)


def _cell_colours(rates: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return blue for the diagonal, red beside it; the square root makes rare errors visible."""
    blue, red, empty = (np.array(rgb) / 255 for rgb in ((47, 109, 181), (214, 69, 65), (246,) * 3))
    strength = np.sqrt(np.clip(rates * 4, 0, 1))[..., np.newaxis]
    colours = np.where(rates[..., np.newaxis] > 0, 1 + (red - 1) * (0.12 + 0.88 * strength), empty)
    own = np.eye(len(rates), dtype=bool)
    colours[own] = 1 + (blue - 1) * (0.15 + 0.75 * np.diag(rates)[:, np.newaxis] ** 4)
    return np.asarray(colours, np.float64)


def _cell(axes: "Axes", row: int, column: int, count: int, rate: float, labels: int) -> None:
    detailed = labels <= DETAILED
    light = row == column and rate > 0.75
    color = "white" if light else "#2b2f36"
    up = 0.13 if detailed else 0.0
    size = 9.5 if detailed else 6.5
    axes.text(column, row - up, f"{count:,}", ha="center", va="center", color=color, fontsize=size)
    if detailed:
        small = "#e6eefb" if light else "#70757f"
        text = _percent(rate)
        axes.text(column, row + 0.24, text, ha="center", va="center", color=small, fontsize=6.8)


def _percent(rate: float) -> str:
    if rate == 1:
        return "100 %"
    return f"{rate:.1%}".replace("%", " %") if rate >= 0.0995 else f"{rate:.2%}".replace("%", " %")


def reliability(bins: Bins) -> bytes:
    """Draw a reliability diagram: accuracy against confidence, with the count of each bin."""
    middles = (np.arange(len(bins.counts)) + 0.5) / len(bins.counts)
    half = 0.46 / len(bins.counts)

    def draw(figure: "Figure") -> None:
        top, low = figure.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": (3, 1)})
        top.bar(middles, bins.accuracy, 2 * half, color=BLUE, label="accuracy")
        top.hlines(
            bins.confidence,
            middles - half,
            middles + half,
            color=RED,
            linewidth=2.5,
            label="mean probability",
        )
        top.set(ylabel="share", ylim=(0, 1.02), xlim=(0, 1))
        top.legend(loc="upper left")
        low.bar(middles, bins.counts, 2 * half, color=GRAY)
        low.set(xlabel="predicted probability", ylabel="glyphs", yscale="log")

    return drawn(draw, 7, 5)


def rejects(curves: Sequence[RocCurve], threshold: float, noun: str) -> bytes:
    """Draw ROC curves, one per kind of non-label: false accepts against kept glyphs."""
    kept = min(curve.at_threshold[0] for curve in curves)
    passed = [share for curve in curves for share in curve.accepted if share > 0]

    def draw(figure: "Figure") -> None:
        axes = figure.subplots()
        axes.set_yscale("log")
        for number, curve in enumerate(curves):
            _reject_line(axes, curve, LINES[number % len(LINES)])
        axes.axvline(kept * 100, color=GRAY, linewidth=1, linestyle="--")
        axes.text(
            kept * 100,
            1.01,
            f"threshold of the card, {threshold:g}",
            transform=axes.get_xaxis_transform(),
            color="#5b606a",
            ha="center",
            va="bottom",
            fontsize=9,
        )
        axes.set_xlim(max(0.0, min(0.9, kept - 0.02)) * 100, 100)
        axes.set_ylim(min(passed, default=0.01) * 70, 100)
        axes.set(xlabel=f"{noun}s kept, %", ylabel="false accepts, %")
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.legend(loc="upper left", fontsize=9)

    return drawn(draw, 9, 4.8)


def _reject_line(axes: "Axes", curve: RocCurve, color: str) -> None:
    accepted = np.where(curve.accepted > 0, curve.accepted * 100, np.nan)
    axes.plot(curve.kept * 100, accepted, color=color, linewidth=1.6, label=curve.name)
    kept, passed = curve.at_threshold
    if passed > 0:
        axes.plot(
            kept * 100, passed * 100, "o", color=color, markersize=8, markeredgecolor="white"
        )


def filters(weights: npt.NDArray[np.float32]) -> bytes:
    """Draw the weights of the first layer, (filters, height, width, channels), one tile each."""
    tiles = weights.mean(axis=3)
    columns = min(12, len(tiles))
    rows = -(-len(tiles) // columns)
    limit = float(np.abs(tiles).max()) or 1.0

    def draw(figure: "Figure") -> None:
        grid = figure.subplots(rows, columns, squeeze=False)
        for axes in grid.flat:
            axes.set_axis_off()
        for number, (axes, tile) in enumerate(zip(grid.flat, tiles, strict=False)):
            shown = axes.imshow(tile, cmap="RdBu_r", vmin=-limit, vmax=limit)
            axes.set_title(str(number + 1), fontsize=7, color=GRAY, loc="center", pad=2)
        bar = figure.colorbar(shown, ax=list(grid.flat), fraction=0.02, pad=0.02)
        outline: Any = bar.outline
        outline.set_visible(False)
        bar.ax.tick_params(labelsize=7)

    return drawn(draw, 9, 0.95 * rows + 0.3)


def maps(
    glyphs: Sequence[npt.NDArray[np.uint8]], planes: Sequence[npt.NDArray[np.float32]]
) -> bytes:
    """Draw the feature maps (height, width, channels) of one layer, one row per glyph."""
    strength = np.sum([each.std(axis=(0, 1)) for each in planes], axis=0)
    chosen = np.sort(np.argsort(-strength, kind="stable")[:CHANNELS])
    limit = max(float(np.abs(each[..., chosen]).max()) for each in planes) or 1.0

    def draw(figure: "Figure") -> None:
        grid = figure.subplots(
            len(glyphs),
            len(chosen) + 1,
            squeeze=False,
            gridspec_kw={"wspace": 0.06, "hspace": 0.06},
        )
        for axes in grid.flat:
            axes.set_axis_off()
        for row, glyph, each in zip(grid, glyphs, planes, strict=True):
            row[0].imshow(glyph, cmap="gray_r", vmin=0, vmax=255)
            for axes, channel in zip(row[1:], chosen, strict=True):
                axes.imshow(each[..., channel], cmap="magma", vmin=min(0, each.min()), vmax=limit)
        for axes, channel in zip(grid[0, 1:], chosen, strict=True):
            axes.set_title(str(channel + 1), fontsize=7, color=GRAY, loc="center", pad=2)

    tile = 10 / (CHANNELS + 1)
    return drawn(draw, tile * (len(chosen) + 1), tile * len(glyphs) + 0.2, tight=True)


def quantization(comparison: Comparison) -> bytes:
    """Draw the differences between int8 and float logits, for a sample."""

    def draw(figure: "Figure") -> None:
        left, right = figure.subplots(1, 2, gridspec_kw={"width_ratios": (2, 1)}, sharey=True)
        left.plot(comparison.logits, comparison.gaps, ".", color=BLUE, markersize=2, alpha=0.35)
        left.set(xlabel="logit of the float net", ylabel="int8 minus float")
        left.axhline(0, color=GRAY, linewidth=0.8)
        right.hist(comparison.gaps, bins=60, orientation="horizontal", color=BLUE)
        right.set(xlabel="logits")

    return drawn(draw, 9, 3.4)
