"""Number events as JSON Lines."""

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from support.outputs import RESULT

from camdigits.errors import OutputError
from camdigits.sinks.events import EventsSink
from camdigits.values import Box, Event

STABLE = Event("stable", 2, "73", None, 0.493825, Box(412, 96, 69, 52))
CHANGED = Event("changed", 2, "75", "73", 0.9, Box(412, 96, 69, 52))


def test_an_event_has_the_documented_keys(tmp_path: Path) -> None:
    """Each event is one line with every key, rounded as in results."""
    path = tmp_path / "out.jsonl"

    with EventsSink(path) as sink:
        sink.write(replace(RESULT, events=(STABLE, CHANGED)))

    first, second = map(json.loads, path.read_text().splitlines())
    assert datetime.fromisoformat(first.pop("ts")).tzinfo is not None
    assert first == {
        "event": "stable",
        "track": 2,
        "text": "73",
        "was": None,
        "score": 0.4938,
        "time_s": 0.1235,
        "frame": 3,
        "box": [412, 96, 69, 52],
        "source": "page.jpg",
    }
    assert (second["event"], second["text"], second["was"]) == ("changed", "75", "73")


def test_a_frame_without_events_writes_nothing(tmp_path: Path) -> None:
    """Without events no file is created."""
    path = tmp_path / "out.jsonl"

    with EventsSink(path) as sink:
        sink.write(RESULT)

    assert not path.exists()


def test_each_event_is_written_at_once(tmp_path: Path) -> None:
    """An event can be read as soon as it is written."""
    path = tmp_path / "out.jsonl"
    with EventsSink(path) as sink:
        sink.write(replace(RESULT, events=(STABLE,)))

        assert len(path.read_text().splitlines()) == 1


def test_a_dash_is_standard_output(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    """The path '-' prints the events."""
    with EventsSink("-") as sink:
        sink.write(replace(RESULT, events=(CHANGED,)))

    assert json.loads(capsysbinary.readouterr().out)["text"] == "75"


def test_a_path_that_cannot_be_written_is_rejected_at_once(tmp_path: Path) -> None:
    """The error is raised before any frame is read."""
    with pytest.raises(OutputError, match="it is a folder"):
        EventsSink(tmp_path)
