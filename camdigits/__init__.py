"""Read handwritten digits through a camera.

>>> import numpy as np
>>> import camdigits
>>> reader = camdigits.Reader()
>>> reader.read(np.full((480, 640), 255, np.uint8)).digits
()

- `Reader`: image -> `Result` with digits and numbers
- `Tracker`: results of a video -> steady labels, ids and events
- `annotate`: result -> image with boxes and labels
- `open_source`: camera, stream, video or pictures -> frames
- `pipeline.run`: source -> reader -> tracker -> sinks
- values: `Frame`, `Box`, `Digit`, `Mark`, `Number`, `Expression`, `Event`, `Rejected`, `Result`,
  `Scored`
- errors: `CamdigitsError` and its subclasses in `camdigits.errors`
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from camdigits.config import ReaderConfig, load_config
    from camdigits.errors import CamdigitsError
    from camdigits.reader import Reader
    from camdigits.render.annotate import annotate
    from camdigits.sources.opening import open_source
    from camdigits.track.tracker import Tracker
    from camdigits.values import (
        Box,
        Digit,
        Event,
        Expression,
        Frame,
        Mark,
        Number,
        Rejected,
        Result,
        Scored,
    )

__all__ = [
    "Box",
    "CamdigitsError",
    "Digit",
    "Event",
    "Expression",
    "Frame",
    "Mark",
    "Number",
    "Reader",
    "ReaderConfig",
    "Rejected",
    "Result",
    "Scored",
    "Tracker",
    "__version__",
    "annotate",
    "load_config",
    "open_source",
]

_HOMES = {
    "CamdigitsError": "camdigits.errors",
    "Reader": "camdigits.reader",
    "ReaderConfig": "camdigits.config",
    "Tracker": "camdigits.track.tracker",
    "annotate": "camdigits.render.annotate",
    "load_config": "camdigits.config",
    "open_source": "camdigits.sources.opening",
    **dict.fromkeys(
        (
            "Box",
            "Digit",
            "Event",
            "Expression",
            "Frame",
            "Mark",
            "Number",
            "Rejected",
            "Result",
            "Scored",
        ),
        "camdigits.values",
    ),
}


def __getattr__(name: str) -> Any:
    """Import public names at first use: `camdigits --help` needs neither OpenCV nor NumPy."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted(__all__)
