"""What the keys of the live window mean: a state and a key make the next state.

Pure. What the state then brings about stands in live.py.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

HELP = (
    ("q, Esc", "quit"),
    ("space", "pause, go on"),
    (".", "next frame while paused"),
    ("s", "save a snapshot"),
    ("r", "record on, off"),
    ("a", "read an area: drag the mouse; a again: all"),
    ("d", "debug view"),
    ("m", "mirror the camera's picture"),
    ("h", "these keys"),
)


@dataclass(frozen=True, slots=True)
class View:
    """What the person at the window has asked for."""

    paused: bool = False
    debug: bool = False
    mirror: bool = False  # off at first: a mirrored digit is another digit
    help: bool = False
    recording: bool = False
    area: bool = False  # only a part is read, or is being drawn
    quit: bool = False
    step: bool = False  # once: take one frame although paused
    snapshot: bool = False  # once: save what is shown


def press(view: View, key: str) -> View:
    """Return what a key makes of the view; a key without meaning changes nothing.

    >>> press(press(View(), " "), ".")
    View(paused=True, debug=False, mirror=False, help=False, recording=False, area=False, \
quit=False, step=True, snapshot=False)
    """
    change = KEYS.get(key.lower())
    return view if change is None else change(view)


KEYS: Mapping[str, Callable[[View], View]] = MappingProxyType(
    {
        "q": lambda view: replace(view, quit=True),
        # Escape leaves what was begun last.
        "\x1b": lambda view: replace(view, area=False) if view.area else replace(view, quit=True),
        " ": lambda view: replace(view, paused=not view.paused),
        ".": lambda view: replace(view, step=view.paused),
        "s": lambda view: replace(view, snapshot=True),
        "r": lambda view: replace(view, recording=not view.recording),
        "a": lambda view: replace(view, area=not view.area),
        "d": lambda view: replace(view, debug=not view.debug),
        "m": lambda view: replace(view, mirror=not view.mirror),
        "h": lambda view: replace(view, help=not view.help),
    }
)
