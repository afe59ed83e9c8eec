"""Draw the plots of the baselines with matplotlib; no window is opened."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from camdigits.values import Glyphs
from train.baselines.hog import deskew, histograms
from train.data.alphabets import Labels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Rows = Sequence[Mapping[str, float]]

BLUE, ORANGE, GREEN, RED, GRAY = "#2f6fb3", "#d9822b", "#2e8b57", "#c0392b", "#8a8f98"
INK = "#22262b"
COLOURS = {"normal": BLUE, "uniform": ORANGE, "zeros": GREEN, "ones": RED}
DPI = 150


def inits(history: Mapping[str, Rows], path: Path) -> None:
    """Plot the training loss of runs with different initialisations."""
    figure = _figure(7.2, 4.2)
    axes = figure.add_subplot()
    for name, rows in history.items():
        losses = [row["loss"] for row in rows]
        colour = COLOURS.get(name, GRAY)
        label = f"{name}: accuracy {100 * rows[-1]['accuracy']:.1f} % at the end"
        axes.plot(range(1, len(losses) + 1), losses, color=colour, linewidth=2, label=label)
    axes.set_yscale("log")
    _plain(axes, "Weight initialisation", "epoch", "training loss")
    axes.legend(frameon=False, loc="center right")
    _save(figure, path)


def learning(rows: Rows, path: Path) -> None:
    """Plot loss and error of training and held-out digits per epoch."""
    figure = _figure(9.6, 3.8)
    left, right = figure.subplots(1, 2)
    for prefix, name, colour in (("", "learned from", BLUE), ("test_", "held out", ORANGE)):
        epochs = range(1, len(rows) + 1)
        left.plot(epochs, [row[f"{prefix}loss"] for row in rows], color=colour, linewidth=2)
        wrong = [100 * (1 - row[f"{prefix}accuracy"]) for row in rows]
        label = f"{name}: {wrong[-1]:.1f} % at the end"
        right.plot(epochs, wrong, color=colour, linewidth=2, label=label)
    _plain(left, "Loss", "epoch", "")
    _plain(right, "Misread digits", "epoch", "%")
    right.set_ylim(0, None)
    right.legend(frameon=False)
    _save(figure, path)


def first_digits(
    images: npt.NDArray[np.float64],
    labels: Labels,
    read: npt.NDArray[np.int64],
    held_out: npt.NDArray[np.bool_],
    path: Path,
) -> None:
    """Draw digits, six per row, with their predictions; held-out ones have a frame."""
    figure = _figure(6.4, 7.4)
    rows = max(1, -(-len(images) // 6))
    grid = np.atleast_2d(figure.subplots(rows, 6))
    for axes in grid.flat:
        axes.set_axis_off()
    for axes, image, label, answer, out in zip(
        grid.flat, images, labels, read, held_out, strict=False
    ):
        axes.imshow(image, cmap="gray_r", vmin=0, vmax=16)
        if answer == label:
            axes.set_title(f"{answer}", fontsize=10, color=INK, pad=3)
        else:
            axes.set_title(f"{answer}, label {label}", fontsize=10, color=RED, pad=3)
        _frame(axes, ORANGE if out else "#dfe2e6", 2.0 if out else 0.8)
    figure.suptitle(
        f"scikit-learn's first {len(images)} digits with predictions\n"
        "(framed: held out from training)",
        fontsize=11,
        color=INK,
    )
    _save(figure, path)


def edges(glyphs: Glyphs, path: Path) -> None:
    """Draw glyphs, their deskewed versions, and the gradient histogram of each cell."""
    figure = _figure(1.3 * max(len(glyphs), 1) + 0.8, 4.4)
    grid = figure.subplots(3, max(len(glyphs), 1), squeeze=False)
    stars = histograms(glyphs)
    for column, glyph, cells in zip(grid.T, glyphs, stars, strict=True):
        for axes, image in zip(column, (glyph, deskew(glyph), deskew(glyph)), strict=True):
            pale = 0.15 if axes is column[2] else 1
            axes.imshow(image, cmap="gray_r", vmin=0, vmax=255, alpha=pale)
            _frame(axes, "#dfe2e6", 0.8)
        _star(column[2], cells)
    for axes, name in zip(grid[:, 0], ("glyph", "deskewed", "edges"), strict=True):
        axes.set_ylabel(name, color=INK)
    _save(figure, path)


def _star(axes: "Axes", cells: npt.NDArray[np.float32]) -> None:
    """Draw a stroke per cell and direction: along the edge, its length the edge's strength."""
    count, bins = cells.shape[0], cells.shape[2]
    width = 28 / count
    for (row, column, number), strength in np.ndenumerate(cells / max(float(cells.max()), 1e-9)):
        angle = np.pi * (number / bins + 0.5)  # the edge is perpendicular to the gradient
        x, y = (column + 0.5) * width - 0.5, (row + 0.5) * width - 0.5
        across, down = (0.55 * width * strength * turn for turn in (np.cos(angle), np.sin(angle)))
        axes.plot((x - across, x + across), (y - down, y + down), color=BLUE, linewidth=1.4)
    axes.set_xlim(-0.5, 27.5)
    axes.set_ylim(27.5, -0.5)


def _frame(axes: "Axes", colour: str, width: float) -> None:
    axes.set_axis_on()
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_color(colour)
        spine.set_linewidth(width)


def _figure(width: float, height: float) -> "Figure":
    """Create a figure, size in inches, without pyplot: no window, nothing to close."""
    from matplotlib.figure import Figure

    return Figure((width, height), layout="constrained")


def _plain(axes: "Axes", title: str, across: str, up: str) -> None:
    axes.set_title(title, loc="left", color=INK, fontsize=12)
    axes.set_xlabel(across, color=INK)
    axes.set_ylabel(up, color=INK)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#e6e8eb", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=GRAY)


def _save(figure: "Figure", path: Path) -> None:
    figure.savefig(path, dpi=DPI, facecolor="white")
