"""Write to the terminal: messages on standard error, and sinks that print results."""

import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from camdigits.app.messages import numbers_line, one_line, picture_line
from camdigits.closeable import Closeable
from camdigits.errors import CamdigitsError

if TYPE_CHECKING:
    from camdigits.sinks.base import Picture, Sink
    from camdigits.sources.base import SourceInfo
    from camdigits.values import Result


def report(line: str) -> None:
    """Print one line about the run on standard error."""
    click.echo(f"camdigits: {line}", err=True)


def report_error(error: CamdigitsError) -> None:
    """Print an error as one line on standard error."""
    report(one_line(str(error)))


def silence_stdout() -> None:
    """Discard further output, because Python flushes at exit and would fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def until_pipe_closes() -> Iterator[None]:
    """End the command with status 0 when the reader of standard output ends: `… | head`."""
    try:
        yield
    except BrokenPipeError as error:
        silence_stdout()
        raise click.exceptions.Exit(0) from error


class ProgressBar(Closeable):
    """A sink that counts frames on a terminal; prints nothing where stderr is not one."""

    def __init__(self, info: "SourceInfo") -> None:
        from tqdm import tqdm

        # disable=None: disabled if stderr is not a terminal
        self._bar = tqdm(total=info.frame_count, unit=" frames", desc=info.name, disable=None)

    def write(self, _result: "Result", _picture: "Picture") -> None:
        """Advance by one frame."""
        self._bar.update()

    def close(self) -> None:
        """Leave the bar as it is. Safe to call twice."""
        self._bar.close()


class PictureLines(Closeable):
    """A sink that prints one line per picture on standard output: its name and numbers."""

    def write(self, result: "Result", _picture: "Picture") -> None:
        """Print the line of one picture."""
        click.echo(picture_line(result))

    def close(self) -> None:
        """Do nothing."""


class UprightPictures(Closeable):
    """A sink that hands another one the annotated frames upright."""

    def __init__(self, sink: "Sink") -> None:
        self._sink = sink

    def write(self, result: "Result", _picture: "Picture") -> None:
        """Write one result with its page upright."""
        from camdigits.render.annotate import annotate
        from camdigits.render.upright import upright

        self._sink.write(result, lambda: annotate(upright(result)))

    def close(self) -> None:
        """Close the other sink. Safe to call twice."""
        self._sink.close()


class NumberLines(Closeable):
    """A sink that prints time and numbers on standard output whenever the numbers change."""

    def __init__(self) -> None:
        self._last: tuple[str, ...] = ()

    def write(self, result: "Result", _picture: "Picture") -> None:
        """Print the numbers of a frame, unless the frame before had the same."""
        texts = tuple(number.text for number in result.numbers)
        if texts != self._last:
            click.echo(numbers_line(result))
            self._last = texts

    def close(self) -> None:
        """Do nothing."""


class NumberTally(Closeable):
    """A sink that counts how often each combination of numbers was read."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, ...]] = Counter()

    def write(self, result: "Result", _picture: "Picture") -> None:
        """Count the numbers of one frame."""
        self.counts[tuple(number.text for number in result.numbers)] += 1

    def close(self) -> None:
        """Do nothing."""
