"""Open the sinks that a user named; check all their paths before any work is done."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from itertools import combinations
from pathlib import Path

from camdigits.errors import OutputError
from camdigits.sinks._paths import check_output
from camdigits.sinks.base import Sink
from camdigits.sinks.csv_file import CsvSink
from camdigits.sinks.events import EventsSink
from camdigits.sinks.jsonl import JsonlSink
from camdigits.sinks.numbers_csv import NumbersCsvSink
from camdigits.sinks.table_csv import TableSink

SINKS: Mapping[str, tuple[str, Callable[[Path], Sink]]] = {
    "jsonl": ("JSON Lines", JsonlSink),
    "csv": ("CSV", CsvSink),
    "numbers_csv": ("CSV of numbers", NumbersCsvSink),
    "table": ("tables", TableSink),
    "events": ("events", EventsSink),
}


@contextmanager
def text_sinks(
    paths: Mapping[str, Path | None], inputs: Sequence[str | Path] = ()
) -> Iterator[list[Sink]]:
    """Open the text files for results, and close them at the end of the block.

    Args:
        paths: file of each kind of `SINKS`; None is not written.
        inputs: files that are read in the same run and must not be overwritten.

    Raises:
        OutputError: a path cannot be written, or two outputs have the same path.
    """
    named = {kind: path for kind, path in paths.items() if path is not None}
    _check_paths({SINKS[kind][0]: path for kind, path in named.items()}, inputs)
    with ExitStack() as stack:
        yield [stack.enter_context(closing(SINKS[kind][1](path))) for kind, path in named.items()]


def video_paths(files: Sequence[str], output: Path | None) -> list[Path]:
    """Return the path of the annotated copy of each video file.

    Args:
        files: the videos to read.
        output: a file, if there is one video; a folder; or None for the current folder.

    Returns:
        `output` itself, or NAME-digits.mp4 in the folder, numbered where names repeat.

    Raises:
        OutputError: several videos, and `output` is not a folder.
    """
    if output is not None and len(files) == 1 and not output.is_dir() and output.suffix:
        return [output]
    if output is not None and len(files) > 1 and not output.is_dir():
        raise OutputError(f"cannot write {len(files)} videos to {output}: give an existing folder")
    folder = output or Path(".")
    names = [f"{Path(name).stem or 'video'}-digits" for name in files]
    # Files of the same name from different folders get different numbers.
    repeats = [names[:index].count(name) for index, name in enumerate(names)]
    return [
        folder / f"{name}{f'-{count + 1}' if count else ''}.mp4"
        for name, count in zip(names, repeats, strict=True)
    ]


def _check_paths(paths: dict[str, Path], inputs: Iterable[str | Path]) -> None:
    for path in paths.values():
        check_output(path, inputs)
    for (kind, path), (other_kind, other) in combinations(paths.items(), 2):
        if os.path.abspath(path) == os.path.abspath(other):
            raise OutputError(
                f"cannot write {kind} and {other_kind} both to {path}: give two places"
            )
