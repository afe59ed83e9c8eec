"""Results as JSON Lines and CSV."""

import csv
import io
import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest
from support.outputs import RESULT, page, run_limited

from camdigits.errors import OutputError
from camdigits.sinks import csv_file, jsonl, numbers_csv
from camdigits.sinks.csv_file import CsvSink
from camdigits.sinks.jsonl import JsonlSink
from camdigits.sinks.numbers_csv import NumbersCsvSink
from camdigits.sinks.table_csv import TableSink
from camdigits.values import Box, Digit, Frame, Number, Result

TIME = "2026-11-27T14:30:00.000+01:00"


@pytest.fixture(autouse=True)
def _stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every line is written at the same time."""
    for module in (csv_file, jsonl, numbers_csv):
        monkeypatch.setattr(module, "timestamp", lambda: TIME)


def test_a_result_has_the_documented_keys() -> None:
    """Every key has a plain, rounded value."""
    assert RESULT.to_dict() == {
        "source": "page.jpg",
        "frame": 3,
        "time_s": 0.1235,
        "width": 1280,
        "height": 720,
        "rotation": 90,
        "digits": [
            {"label": "7", "score": 0.9877, "box": [412, 96, 31, 52], "track": None},
            {"label": "3", "score": 0.5, "box": [450, 96, 31, 52], "track": 4},
        ],
        "numbers": [
            {
                "text": "73",
                "score": 0.4938,
                "box": [412, 96, 69, 52],
                "digits": [0, 1],
                "track": 2,
                "kind": "integer",
                "value": 73,
                "marks": [],
                "complete": True,
                "unread": [],
                "line": 0,
                "column": None,
            }
        ],
        "marks": [],
        "expressions": [],
        "ms": {"ink": 1.12},
    }


def test_nan_and_infinity_become_null() -> None:
    """JSON has neither NaN nor infinity."""
    digit = Digit(Box(0, 0, 1, 1), "7", float("nan"))
    result = Result(RESULT.frame, (digit,), (), ms={"ink": float("inf")})

    line = json.dumps(result.to_dict(), allow_nan=False)

    assert json.loads(line)["digits"][0]["score"] is None
    assert json.loads(line)["ms"] == {"ink": None}


def test_numpy_values_are_plain_in_json() -> None:
    """Boxes and scores taken from arrays are written as plain numbers."""
    digit = Digit(Box(*np.int32([1, 2, 3, 4])), "7", np.float32(0.5))  # type: ignore[arg-type]

    line = json.dumps(Result(RESULT.frame, (digit,), ()).to_dict())

    assert json.loads(line)["digits"][0]["box"] == [1, 2, 3, 4]


def test_each_line_is_written_at_once(tmp_path: Path) -> None:
    """Each result is one line, complete when `write` returns."""
    path = tmp_path / "out.jsonl"
    with JsonlSink(path) as sink:
        sink.write(RESULT)
        after_one = path.read_text()
        sink.write(RESULT)

    assert json.loads(after_one) == {**RESULT.to_dict(), "ts": TIME}
    assert path.read_text() == after_one * 2


def test_a_name_that_is_not_utf8_is_written(tmp_path: Path) -> None:
    """A file name may contain any bytes; they are written unchanged."""
    frame = Frame(0, 0.0, page(), os.fsdecode(b"p\xe4ge.jpg"))
    result = Result(frame, (Digit(Box(0, 0, 1, 1), "7", 0.5),), ())

    with JsonlSink(tmp_path / "a") as lines, CsvSink(tmp_path / "b") as table:
        lines.write(result)
        table.write(result)

    assert os.fsencode(json.loads((tmp_path / "a").read_text())["source"]) == b"p\xe4ge.jpg"
    assert b"p\xe4ge.jpg,0," in (tmp_path / "b").read_bytes()


def test_a_dash_is_standard_output(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    """The path '-' prints the lines and leaves standard output open."""
    with JsonlSink("-") as sink:
        sink.write(RESULT)

    print("still open")
    first, second = capsysbinary.readouterr().out.splitlines()
    assert json.loads(first) == {**RESULT.to_dict(), "ts": TIME}
    assert second == b"still open"


def test_a_closed_pipe_is_no_output_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """BrokenPipeError is left to the command line, so that `| head` ends silently."""
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as closed:
        monkeypatch.setattr(sys, "stdout", closed)

        with pytest.raises(BrokenPipeError):
            JsonlSink("-").write(RESULT)

        monkeypatch.undo()
        with pytest.raises(BrokenPipeError):  # from what remains in the buffer
            closed.close()


def test_a_row_per_digit_and_one_header(tmp_path: Path) -> None:
    """The row of a digit has its number; a page without digits has no row."""
    empty = Result(RESULT.frame, (), ())
    path = tmp_path / "out.csv"

    with CsvSink(path) as sink:
        for each in (empty, RESULT, empty, RESULT):
            sink.write(each)

    lines = path.read_text().splitlines()
    assert lines == [
        "source,frame,time_s,label,score,x,y,width,height,number,number_id,complete,ts",
        f"page.jpg,3,0.1235,7,0.9877,412,96,31,52,73,2,1,{TIME}",
        f"page.jpg,3,0.1235,3,0.5,450,96,31,52,73,2,1,{TIME}",
        *lines[1:3],
    ]


def test_names_with_commas_stay_one_cell(tmp_path: Path) -> None:
    """Commas, quotes and newlines in a name are quoted."""
    name = 'a,"b"\n.jpg'
    frame = Frame(0, 0.0, page(), name)
    with CsvSink(tmp_path / "out.csv") as sink:
        sink.write(Result(frame, (Digit(Box(0, 0, 1, 1), "7", 0.5),), ()))

    rows = list(csv.reader(io.StringIO((tmp_path / "out.csv").read_text())))

    assert rows[1][0] == name
    assert rows[1][-4:] == ["", "", "", TIME]


@pytest.mark.parametrize("sink", [JsonlSink, CsvSink])
def test_a_full_disk_is_one_line(sink: type[JsonlSink] | type[CsvSink]) -> None:
    """ENOSPC is an OutputError."""
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    message = r"^cannot write /dev/full: no space left on device; "

    with sink("/dev/full") as out, pytest.raises(OutputError, match=message):
        out.write(RESULT)


def test_a_line_that_does_not_fit_is_removed(tmp_path: Path) -> None:
    """After a failed write the file ends with a complete line."""
    path = tmp_path / "out.jsonl"
    program = """
        from camdigits.errors import OutputError
        from camdigits.sinks._line_file import LineFile
        lines = LineFile(sys.argv[1])
        try:
            for count in range(100):
                lines.write("x" * 29 + "\\n")
        except OutputError as error:
            print(count, error)
    """

    printed = run_limited(program, path, 1000)

    assert printed.startswith(f"33 cannot write {path}: file too large; ")
    assert path.read_text() == ("x" * 29 + "\n") * 33


def test_a_row_per_number(tmp_path: Path) -> None:
    """Text, kind, value and place of each number under one header."""
    path = tmp_path / "numbers.csv"

    with NumbersCsvSink(path) as sink:
        for each in (RESULT, RESULT):
            sink.write(each)

    lines = path.read_text().splitlines()
    assert lines[0] == (
        "source,frame,time_s,number_id,text,kind,value,score,complete,line,column,x,y,width,height,ts"
    )
    assert lines[1] == f"page.jpg,3,0.1235,2,73,integer,73,0.4938,1,0,,412,96,69,52,{TIME}"
    assert lines[2:] == lines[1:2]


def test_a_table_has_a_row_per_line(tmp_path: Path) -> None:
    """Cells that no number is in are empty; pages are separated by an empty row."""
    numbers = tuple(
        Number(text, 0.9, Box(0, 0, 9, 9), (), line=line, column=column)
        for text, line, column in (("12", 0, 0), ("7", 0, 1), ("3.5", 1, 1))
    )
    path = tmp_path / "table.csv"

    with TableSink(path) as sink:
        for _ in range(2):
            sink.write(Result(RESULT.frame, (), numbers))

    assert path.read_text().splitlines() == ["12,7", ",3.5", "", "12,7", ",3.5"]
