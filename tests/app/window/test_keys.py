"""Keys change the state of the live window."""

import pytest

from camdigits.app.live.view import LiveState
from camdigits.app.window.keys import HELP, KEYS, press


@pytest.mark.parametrize(
    ("key", "after"),
    [
        ("q", LiveState(quit=True)),
        (" ", LiveState(paused=True)),
        (".", LiveState()),
        ("s", LiveState(snapshot=True)),
        ("r", LiveState(recording=True)),
        ("d", LiveState(debug=True)),
        ("m", LiveState(mirror=True)),
        ("h", LiveState(help=True)),
        ("H", LiveState(help=True)),
        ("x", LiveState()),
    ],
)
def test_each_key_changes_one_thing(key: str, after: LiveState) -> None:
    """Each key switches one thing on; '.' has an effect only while paused."""
    assert press(LiveState(), key) == after


@pytest.mark.parametrize("key", [" ", "r", "d", "m", "h"])
def test_a_switch_pressed_twice_is_off(key: str) -> None:
    """Pressing a switch twice restores the state."""
    assert press(press(LiveState(), key), key) == LiveState()


def test_help_names_every_key() -> None:
    """The help lists every key."""
    listed = {word for keys, _ in HELP for word in keys.split(", ")}

    assert listed == {{" ": "space", "\x1b": "Esc"}.get(key, key) for key in KEYS}
