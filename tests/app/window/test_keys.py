"""What keys mean."""

import pytest

from camdigits.app.window.keys import HELP, KEYS, View, press


@pytest.mark.parametrize(
    ("key", "after"),
    [
        ("q", View(quit=True)),
        (" ", View(paused=True)),
        (".", View()),
        ("s", View(snapshot=True)),
        ("r", View(recording=True)),
        ("d", View(debug=True)),
        ("m", View(mirror=True)),
        ("h", View(help=True)),
        ("H", View(help=True)),
        ("x", View()),
    ],
)
def test_each_key_changes_one_thing(key: str, after: View) -> None:
    """A key turns one thing on; '.' means something only while paused."""
    assert press(View(), key) == after


@pytest.mark.parametrize("key", [" ", "r", "d", "m", "h"])
def test_switches_turn_back(key: str) -> None:
    """Twice is as never."""
    assert press(press(View(), key), key) == View()


def test_help_names_every_key() -> None:
    """No key is kept secret."""
    named = {word for keys, _ in HELP for word in keys.split(", ")}

    assert named == {{" ": "space", "\x1b": "Esc"}.get(key, key) for key in KEYS}
