"""Map the keys of the live window to changes of the session.

Pure functions; session.py carries the changes out.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from camdigits.app.live.view import LiveState

HELP = (
    ("q, Esc", "quit"),
    ("space", "pause, go on"),
    (".", "next frame while paused"),
    ("s", "save a snapshot"),
    ("r", "record on, off"),
    ("a", "read an area: drag the mouse; a again: all"),
    ("d", "debug view"),
    ("m", "mirror the camera's picture"),
    ("+, -", "threshold higher, lower"),
    ("f", "full screen"),
    ("h", "these keys"),
)


def press(state: LiveState, key: str) -> LiveState:
    """Return the state after a key; an unknown key changes nothing.

    >>> press(press(LiveState(), " "), ".")
    LiveState(paused=True, debug=False, mirror=False, help=False, recording=False, roi=False, \
quit=False, step=True, snapshot=False, fullscreen=False, threshold_steps=0)
    """
    change = KEYS.get(key.lower())
    return state if change is None else change(state)


KEYS: Mapping[str, Callable[[LiveState], LiveState]] = MappingProxyType(
    {
        "q": lambda state: replace(state, quit=True),
        # Escape first ends the region of interest, then the program.
        "\x1b": lambda state: (
            replace(state, roi=False) if state.roi else replace(state, quit=True)
        ),
        " ": lambda state: replace(state, paused=not state.paused),
        ".": lambda state: replace(state, step=state.paused),
        "s": lambda state: replace(state, snapshot=True),
        "r": lambda state: replace(state, recording=not state.recording),
        "a": lambda state: replace(state, roi=not state.roi),
        "d": lambda state: replace(state, debug=not state.debug),
        "m": lambda state: replace(state, mirror=not state.mirror),
        "+": lambda state: replace(state, threshold_steps=1),
        "-": lambda state: replace(state, threshold_steps=-1),
        "f": lambda state: replace(state, fullscreen=not state.fullscreen),
        "h": lambda state: replace(state, help=not state.help),
    }
)
