"""Keys change the state of the live window."""

import pytest

from camdigits.app.window.keys import HELP, KEYS, WindowState, press


@pytest.mark.parametrize(
    ("key", "after"),
    [
        ("q", WindowState(quit=True)),
        (" ", WindowState(paused=True)),
        (".", WindowState()),
        ("s", WindowState(snapshot=True)),
        ("r", WindowState(recording=True)),
        ("d", WindowState(debug=True)),
        ("m", WindowState(mirror=True)),
        ("h", WindowState(help=True)),
        ("H", WindowState(help=True)),
        ("x", WindowState()),
    ],
)
def test_each_key_changes_one_thing(key: str, after: WindowState) -> None:
    """Each key switches one thing on; '.' has an effect only while paused."""
    assert press(WindowState(), key) == after


@pytest.mark.parametrize("key", [" ", "r", "d", "m", "h"])
def test_a_switch_pressed_twice_is_off(key: str) -> None:
    """Pressing a switch twice restores the state."""
    assert press(press(WindowState(), key), key) == WindowState()


def test_help_names_every_key() -> None:
    """The help lists every key."""
    listed = {word for keys, _ in HELP for word in keys.split(", ")}

    assert listed == {{" ": "space", "\x1b": "Esc"}.get(key, key) for key in KEYS}
