"""Draw glyphs enlarged, each beside a bar chart of its label probabilities."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from camdigits.values import GrayImage
from train.report.canvas import BLUE, GRAY, drawn

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def glyph_chart(
    glyphs: Sequence[GrayImage],
    probs: npt.NDArray[np.float64],
    labels: Sequence[str],
    titles: Sequence[str],
) -> bytes:
    """Draw glyphs below each other, with the probabilities of their labels.

    Args:
        glyphs: (28, 28) uint8 each.
        probs: (N, L) probabilities.
        labels: names of the L labels.
        titles: one line for each glyph.

    Returns:
        A PNG.

    Raises:
        FigureError: matplotlib is missing.
    """

    def draw(figure: "Figure") -> None:
        grid = figure.subplots(
            len(glyphs), 2, squeeze=False, gridspec_kw={"width_ratios": (1, 1.4)}
        )
        for (left, right), glyph, row, title in zip(grid, glyphs, probs, titles, strict=True):
            left.imshow(glyph, cmap="gray_r", vmin=0, vmax=255)
            left.set(xticks=[], yticks=[])
            left.spines[:].set_visible(True)
            left.set_title(title)
            _bars(right, row, labels)

    return drawn(draw, 8, max(3.2, 0.24 * len(labels)) * len(glyphs) + 0.2)


def _bars(axes: "Axes", probs: npt.NDArray[np.float64], labels: Sequence[str]) -> None:
    best = int(probs.argmax())
    colours = [BLUE if place == best else GRAY for place in range(len(labels))]
    axes.barh(range(len(labels)), probs, color=colours)
    axes.set_yticks(range(len(labels)), labels)
    axes.invert_yaxis()
    axes.set(xlim=(0, 1.12), xlabel="probability, by the model alone")
    for place, prob in enumerate(probs):
        if prob >= 0.0005:
            axes.text(prob + 0.015, place, f"{prob:.3f}", va="center", fontsize=8)
