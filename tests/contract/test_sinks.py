"""What every output promises."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from support.outputs import RESULT, page

from camdigits.errors import OutputError
from camdigits.sinks._paths import check_output
from camdigits.sinks._signals import shield
from camdigits.sinks.csv_file import CsvSink
from camdigits.sinks.jsonl import JsonlSink
from camdigits.sinks.pictures import PictureFolder
from camdigits.sinks.video import SUFFIXES, VideoSink


class Case:
    """One kind of output at one place, written to in its own way."""

    def __init__(self, open_sink: Callable[[Path], object], name: str, write: str) -> None:
        self.open_sink, self.name, self._write = open_sink, name, write

    def write(self, sink: object) -> None:
        """Write once."""
        given = {
            "result": (RESULT,),
            "frame": (page(), 0.0),
            "picture": (page(), "page.png"),
        }[self._write]
        sink.write(*given)  # type: ignore[attr-defined]


CASES = {
    "jsonl": Case(JsonlSink, "out.jsonl", "result"),
    "csv": Case(CsvSink, "out.csv", "result"),
    "pictures": Case(PictureFolder, "out", "picture"),
    **{f"video{suffix}": Case(VideoSink, f"out{suffix}", "frame") for suffix in SUFFIXES},
}


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    """Each kind of output in turn."""
    return CASES[request.param]


def test_nothing_is_there_before_the_first_write(case: Case, tmp_path: Path) -> None:
    """Opening an output makes no file, and closing an unused one neither."""
    sink = case.open_sink(tmp_path / case.name)
    before = list(tmp_path.iterdir())

    sink.close()  # type: ignore[attr-defined]

    assert before == list(tmp_path.iterdir()) == []


def test_closing_twice_is_harmless(case: Case, tmp_path: Path) -> None:
    """What was written is there after the first close and stays after the second."""
    sink = case.open_sink(tmp_path / case.name)
    case.write(sink)

    sink.close()  # type: ignore[attr-defined]
    first = sorted(tmp_path.rglob("*"))
    sink.close()  # type: ignore[attr-defined]

    assert (tmp_path / case.name).exists()
    assert sorted(tmp_path.rglob("*")) == first


def test_it_is_a_context_manager(case: Case, tmp_path: Path) -> None:
    """An error inside the block finishes the output and goes on its way."""

    def write_and_fail() -> None:
        with case.open_sink(tmp_path / case.name) as sink:  # type: ignore[attr-defined]
            case.write(sink)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()

    assert (tmp_path / case.name).exists()


def test_a_closed_output_takes_nothing(case: Case, tmp_path: Path) -> None:
    """Writing after the end is an error, not a second file."""
    sink = case.open_sink(tmp_path / case.name)
    sink.close()  # type: ignore[attr-defined]

    with pytest.raises(OutputError, match="closed already"):
        case.write(sink)

    assert list(tmp_path.iterdir()) == []


def test_a_place_under_a_file_is_refused(case: Case, tmp_path: Path) -> None:
    """A file is no folder: refused before any work is done."""
    (tmp_path / "file").write_text("mine")

    with pytest.raises(OutputError, match=r"^cannot (write|make) [^\n]+$"):
        case.open_sink(tmp_path / "file" / case.name)

    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("name", [name for name in CASES if name != "pictures"])
def test_a_folder_as_a_file_is_refused(name: str, tmp_path: Path) -> None:
    """A folder given where a file is wanted is refused at once."""
    place = tmp_path / CASES[name].name
    place.mkdir()

    with pytest.raises(OutputError, match="it is a folder; give the name of a file"):
        CASES[name].open_sink(place)


@pytest.mark.parametrize("name", [name for name in CASES if name != "pictures"])
def test_a_missing_folder_is_refused(name: str, tmp_path: Path) -> None:
    """A folder that is not there is named."""
    with pytest.raises(OutputError, match=r"there is no folder .*; make it first"):
        CASES[name].open_sink(tmp_path / "none" / CASES[name].name)


def test_an_input_is_not_overwritten(tmp_path: Path) -> None:
    """The input under another name is still the input."""
    (tmp_path / "in.mp4").write_text("mine")
    (tmp_path / "link.mp4").symlink_to("in.mp4")

    with pytest.raises(OutputError, match="it is the input itself"):
        check_output(tmp_path / "link.mp4", [tmp_path / "other", tmp_path / "in.mp4"])


def test_standard_output_is_always_there() -> None:
    """'-' is no file."""
    check_output("-")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_place_without_permission_is_refused(tmp_path: Path) -> None:
    """A folder one may not write to is refused before any work is done."""
    tmp_path.chmod(0o500)

    with pytest.raises(OutputError, match="no permission"):
        check_output(tmp_path / "out.csv")


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_waits_for_the_record(signum: signal.Signals) -> None:
    """Within the shield nothing is interrupted; right behind it everything is."""
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
