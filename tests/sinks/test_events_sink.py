"""Events as JSON Lines."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from support.outputs import RESULT

from camdigits.errors import OutputError
from camdigits.sinks.events import EventsSink
from camdigits.values import Box, Event

STABLE = Event("stable", 2, "73", None, 0.493825, Box(412, 96, 69, 52))
CHANGED = Event("changed", 2, "75", "73", 0.9, Box(412, 96, 69, 52))


def test_an_event_is_what_the_contract_says(tmp_path: Path) -> None:
    """One line per event, every key, rounded as in readings."""
    place = tmp_path / "out.jsonl"

    with EventsSink(place) as sink:
        sink.write(replace(RESULT, events=(STABLE, CHANGED)))

    first, second = map(json.loads, place.read_text().splitlines())
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
    """Not one line per frame; without any event there is no file."""
    place = tmp_path / "out.jsonl"

    with EventsSink(place) as sink:
        sink.write(RESULT)

    assert not place.exists()


def test_each_event_is_there_at_once(tmp_path: Path) -> None:
    """An event can be read as soon as it is written."""
    place = tmp_path / "out.jsonl"
    with EventsSink(place) as sink:
        sink.write(replace(RESULT, events=(STABLE,)))

        assert len(place.read_text().splitlines()) == 1


def test_a_dash_is_standard_output(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    """'-' prints the events."""
    with EventsSink("-") as sink:
        sink.write(replace(RESULT, events=(CHANGED,)))

    assert json.loads(capsysbinary.readouterr().out)["text"] == "75"


def test_a_place_that_cannot_be_written_is_told_at_once(tmp_path: Path) -> None:
    """Before any frame is read."""
    with pytest.raises(OutputError, match="it is a folder"):
        EventsSink(tmp_path)
