"""The token: made once, kept private, never too short."""

import stat

import pytest

from camdigits.app.server import tokens
from camdigits.app.server.options import ServeOptions
from camdigits.app.server.tokens import Failures, Token, find_token
from camdigits.errors import ServerError

LAN = "0.0.0.0"


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    """A state folder of its own."""
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "camdigits" / "serve-token"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.0.0.2"])
def test_loopback_needs_no_token(host, state):
    """Only this machine can reach it; no file is made."""
    assert find_token(ServeOptions(host=host)) == (None, "")
    assert not state.exists()


def test_off_loopback_a_token_is_made_once(state):
    """It is shown at the first start only, and its file is private."""
    secret, first = find_token(ServeOptions(host=LAN))
    again, second = find_token(ServeOptions(host=LAN))

    assert secret == again
    assert len(secret) >= 16
    assert secret in first
    assert secret not in second
    assert str(state) in second
    assert stat.S_IMODE(state.stat().st_mode) == 0o600


def test_systemd_names_the_folder(tmp_path, monkeypatch):
    """STATE_DIRECTORY may hold several, separated by colons."""
    monkeypatch.setenv("STATE_DIRECTORY", f"{tmp_path}/one:{tmp_path}/two")

    find_token(ServeOptions(host=LAN))

    assert (tmp_path / "one" / "serve-token").exists()


def test_none_switches_it_off_and_says_what_that_means():
    """On loopback there is nothing to say."""
    assert find_token(ServeOptions(token="none")) == (None, "")
    secret, line = find_token(ServeOptions(host=LAN, token="none"))
    assert secret is None
    assert "everyone" in line


def test_a_token_of_the_user(tmp_path):
    """As text or from a file, on loopback too."""
    (tmp_path / "t").write_text("from-the-file\n")

    assert find_token(ServeOptions(token="twelve-chars")) == ("twelve-chars", "")
    assert find_token(ServeOptions(token=f"@{tmp_path}/t")) == ("from-the-file", "")


@pytest.mark.parametrize("token", ["short", "", "with a space", "caf\u00e9-long", "@/no/such"])
def test_an_unusable_token_is_an_error(token):
    """One line with the way to make a good one; the token itself is not in it."""
    with pytest.raises(ServerError) as caught:
        find_token(ServeOptions(token=token))

    assert "\n" not in str(caught.value)
    assert not token or token.startswith("@") or token not in str(caught.value)


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path, monkeypatch):
    """It says what to do."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))

    with pytest.raises(ServerError, match="--token"):
        find_token(ServeOptions(host=LAN))


def test_what_is_derived_differs_and_reveals_nothing():
    """Cookie and view token are neither the token nor each other."""
    token = Token("the-secret-itself")

    assert token.opens("the-secret-itself")
    assert len({token.session, token.view, "the-secret-itself"}) == 3
    assert not token.opens(token.session)
    assert not token.opens(token.view)
    assert not token.is_session(token.view)
    assert not token.is_view(token.session)
    for strange in ("\u2603", "\ud800", "\0"):
        assert not token.opens(strange)


def test_failures_are_counted_per_address_and_bounded():
    """Old addresses are forgotten, so that memory stays constant."""
    failures = Failures()
    for _ in range(tokens.MAX_FAILURES):
        failures.add("a")
    assert failures.wait_s("a") > 0
    assert failures.wait_s("b") == 0

    for number in range(tokens.MAX_ADDRESSES):
        failures.add(str(number))
    assert failures.wait_s("a") == 0
