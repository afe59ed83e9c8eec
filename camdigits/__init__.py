"""Read handwritten digits through a camera.

>>> import numpy as np
>>> import camdigits
>>> reader = camdigits.Reader()
>>> reader.read(np.full((480, 640), 255, np.uint8)).digits
()
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from camdigits.errors import CamdigitsError
    from camdigits.reader import Reader
    from camdigits.render.annotate import annotate
    from camdigits.values import Box, Digit, Frame, Number, Result

__all__ = [
    "Box",
    "CamdigitsError",
    "Digit",
    "Frame",
    "Number",
    "Reader",
    "Result",
    "__version__",
    "annotate",
]

_HOMES = {
    "Reader": "camdigits.reader",
    "CamdigitsError": "camdigits.errors",
    "annotate": "camdigits.render.annotate",
    **dict.fromkeys(("Box", "Digit", "Frame", "Number", "Result"), "camdigits.values"),
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
