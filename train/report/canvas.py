"""Style of all figures, and their rendering as PNG.

matplotlib is imported when the first figure is drawn; no figure outlives its function.
"""

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from train.errors import FigureError
from train.report.page import DPI

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BLUE, ORANGE, GREEN, RED, GRAY = "#2f6db5", "#d9822b", "#3a8f5c", "#c23b3b", "#8a8f98"
LINES = (BLUE, ORANGE, GREEN, RED, "#7c5cbf", "#2a9aa8", "#a0662f", "#4f5661")
STYLE: Any = {
    "font.size": 10,
    "axes.edgecolor": "#b8bcc4",
    "axes.labelcolor": "#3c4048",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 11,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#eceef1",
    "xtick.color": "#5b606a",
    "ytick.color": "#5b606a",
    "legend.frameon": False,
    "figure.facecolor": "white",
}


def drawn(
    draw: Callable[["Figure"], None], width: float, height: float, tight: bool = False
) -> bytes:
    """Draw a figure.

    Args:
        draw: draws the content on an empty figure.
        width: in inches.
        height: in inches.
        tight: leave the layout to `draw`.

    Returns:
        A PNG.

    Raises:
        FigureError: matplotlib is missing.
    """
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
    except ImportError as error:
        raise FigureError(f"matplotlib does not load ({error}); pip install '.[train]'") from error
    with rc_context(STYLE):
        figure = Figure(figsize=(width, height), layout=None if tight else "constrained")
        draw(figure)
        written = io.BytesIO()
        figure.savefig(written, format="png", dpi=DPI, bbox_inches="tight", pad_inches=0.1)
    return written.getvalue()
