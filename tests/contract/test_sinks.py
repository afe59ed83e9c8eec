"""The contract of every sink."""

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, Protocol, Self

import pytest
from support.outputs import RESULT, page

from camdigits.errors import OutputError
from camdigits.sinks._paths import check_output
from camdigits.sinks._signals import shield
from camdigits.sinks.base import Sink
from camdigits.sinks.csv_file import CsvSink
from camdigits.sinks.events import EventsSink
from camdigits.sinks.jsonl import JsonlSink
from camdigits.sinks.pictures import PictureFolder
from camdigits.sinks.video import SUFFIXES, VideoSink
from camdigits.values import Box, Event


class OpenSink(Sink, Protocol):
    """A sink that is a context manager."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...


class Case(NamedTuple):
    """One kind of sink and the name of its output."""

    open_sink: Callable[[Path], OpenSink]
    name: str


EVENT = Event("stable", 2, "73", None, 0.5, Box(412, 96, 69, 52))
WRITTEN = replace(RESULT, events=(EVENT,)), lambda: page()
CASES = {
    "jsonl": Case(JsonlSink, "out.jsonl"),
    "csv": Case(CsvSink, "out.csv"),
    "events": Case(EventsSink, "out.jsonl"),
    "pictures": Case(PictureFolder, "out"),
    **{f"video{suffix}": Case(VideoSink, f"out{suffix}") for suffix in SUFFIXES},
}


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    """Each kind of sink."""
    return CASES[request.param]


def test_nothing_is_created_before_the_first_write(case: Case, tmp_path: Path) -> None:
    """Neither opening a sink nor closing an unused one creates a file."""
    sink = case.open_sink(tmp_path / case.name)
    before = list(tmp_path.iterdir())

    sink.close()

    assert before == list(tmp_path.iterdir()) == []


def test_closing_twice_is_harmless(case: Case, tmp_path: Path) -> None:
    """The second close leaves what the first one finished."""
    sink = case.open_sink(tmp_path / case.name)
    sink.write(*WRITTEN)

    sink.close()
    first = sorted(tmp_path.rglob("*"))
    sink.close()

    assert (tmp_path / case.name).exists()
    assert sorted(tmp_path.rglob("*")) == first


def test_it_is_a_context_manager(case: Case, tmp_path: Path) -> None:
    """An error inside the block closes the sink and is raised again."""

    def write_and_fail() -> None:
        with case.open_sink(tmp_path / case.name) as sink:
            sink.write(*WRITTEN)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()

    assert (tmp_path / case.name).exists()


def test_a_closed_sink_rejects_results(case: Case, tmp_path: Path) -> None:
    """Writing after close is an error and creates no file."""
    sink = case.open_sink(tmp_path / case.name)
    sink.close()

    with pytest.raises(OutputError, match="closed already"):
        sink.write(*WRITTEN)

    assert list(tmp_path.iterdir()) == []


def test_a_path_below_a_file_is_rejected(case: Case, tmp_path: Path) -> None:
    """A path whose parent is a file is rejected when the sink is opened."""
    (tmp_path / "file").write_text("kept")

    with pytest.raises(OutputError, match=r"^cannot (write|make) [^\n]+$"):
        case.open_sink(tmp_path / "file" / case.name)

    assert (tmp_path / "file").read_text() == "kept"


@pytest.mark.parametrize("name", [name for name in CASES if name != "pictures"])
def test_a_folder_in_place_of_a_file_is_rejected(name: str, tmp_path: Path) -> None:
    """A folder where a file is expected is rejected when the sink is opened."""
    folder = tmp_path / CASES[name].name
    folder.mkdir()

    with pytest.raises(OutputError, match="it is a folder; give the name of a file"):
        CASES[name].open_sink(folder)


@pytest.mark.parametrize("name", [name for name in CASES if name != "pictures"])
def test_a_missing_folder_is_rejected(name: str, tmp_path: Path) -> None:
    """The error names the missing folder."""
    with pytest.raises(OutputError, match=r"there is no folder .*; make it first"):
        CASES[name].open_sink(tmp_path / "none" / CASES[name].name)


def test_an_input_is_not_overwritten(tmp_path: Path) -> None:
    """An input is recognized under another name."""
    (tmp_path / "in.mp4").write_text("kept")
    (tmp_path / "link.mp4").symlink_to("in.mp4")

    with pytest.raises(OutputError, match="it is the input itself"):
        check_output(tmp_path / "link.mp4", [tmp_path / "other", tmp_path / "in.mp4"])


def test_standard_output_is_accepted() -> None:
    """'-' is standard output, not a file."""
    check_output("-")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_path_without_permission_is_rejected(tmp_path: Path) -> None:
    """A folder without write permission is rejected before any work is done."""
    tmp_path.chmod(0o500)

    with pytest.raises(OutputError, match="no permission"):
        check_output(tmp_path / "out.csv")


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_waits_for_the_record(signum: signal.Signals) -> None:
    """A signal inside the block is handled when the block ends."""
    done: list[str] = []

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    def write() -> None:
        with shield():
            signal.raise_signal(signum)
            done.append("written")

    before = signal.signal(signum, interrupt)
    try:
        with pytest.raises(KeyboardInterrupt):
            write()
        handler = signal.getsignal(signum)
    finally:
        signal.signal(signum, before)

    assert done == ["written"]
    assert handler is interrupt
