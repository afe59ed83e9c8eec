"""Events are kept in order, in a ring and in a file."""

import sqlite3

import pytest
from support.fakes import frame

from camdigits.app.server import history as module
from camdigits.app.server.history import History
from camdigits.errors import OutputError
from camdigits.values import Box, Event, Result


def result(*texts, track=1, kind="stable"):
    """A result with one event per text."""
    events = tuple(Event(kind, track, text, None, 0.9, Box(1, 2, 3, 4)) for text in texts)
    return Result(frame(5), (), (), events=events)


def test_events_are_numbered_and_dated():
    """In order of time, with the objects of the events sink."""
    history = History(clock=lambda: 1000.5)

    history.write(result("12", "34"))

    first, second = history.events()
    assert (first["id"], second["id"], history.last_id) == (1, 2, 2)
    assert (first["at"], first["text"], first["event"], first["box"]) == (
        1000.5, "12", "stable", [1, 2, 3, 4],
    )  # fmt: skip


def test_the_ring_keeps_the_last(monkeypatch):
    """Memory stays constant."""
    monkeypatch.setattr(module, "RING", 3)
    history = History()

    history.write(result(*"12345"))

    assert [each["text"] for each in history.events()] == ["3", "4", "5"]


def test_events_can_be_chosen():
    """By id, time, number and count."""
    times = iter([10.0, 20.0, 30.0])
    history = History(clock=lambda: next(times))
    history.write(result("a", track=1))
    history.write(result("b", track=2))
    history.write(result("c", track=1))

    def texts(**chosen):
        return "".join(each["text"] for each in history.events(**chosen))

    assert texts() == "abc"
    assert texts(after=1) == "bc"
    assert texts(since=20) == "bc"
    assert texts(track=1) == "ac"
    assert texts(limit=1) == "c"
    assert texts(limit=0) == ""


def test_a_file_keeps_them_over_a_restart(tmp_path):
    """The numbers go on."""
    path = tmp_path / "h.db"
    with History(path) as first:
        first.write(result("12", "34"))
    with History(path) as second:
        second.write(result("56", kind="changed"))

        assert [(each["id"], each["text"]) for each in second.events()] == [
            (1, "12"), (2, "34"), (3, "56"),
        ]  # fmt: skip
        assert second.events()[0]["box"] == [1, 2, 3, 4]
    with sqlite3.connect(path) as database:
        rows = database.execute("SELECT run, event, text, x FROM events ORDER BY id").fetchall()
    database.close()
    assert rows == [
        (1, "stable", "12", 1),
        (1, "stable", "34", 1),
        (2, "changed", "56", 1),
    ]


@pytest.mark.parametrize("content", [b"no database" * 100, None])
def test_what_is_not_a_history_is_an_error(tmp_path, content):
    """A file of something else, or a folder; it is not changed."""
    path = tmp_path / "h.db"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)

    with pytest.raises(OutputError, match="cannot write the history"):
        History(path)
    assert content is None or path.read_bytes() == content


def test_a_table_of_another_program_is_an_error(tmp_path):
    """An SQLite file whose table has other columns."""
    path = tmp_path / "h.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE events (name TEXT)")
    database.close()

    with pytest.raises(OutputError, match="cannot write the history"):
        History(path)


def test_closing_twice_is_harmless(tmp_path):
    """As for every sink."""
    history = History(tmp_path / "h.db")
    history.close()
    history.close()
