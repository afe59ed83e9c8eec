"""Keep the number events of a run: a ring in memory, and optionally an SQLite file.

A sink. The reader's thread only appends; a thread of its own writes the file.
"""

import queue
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from camdigits.app.server.signal import Signal
from camdigits.closeable import Closeable
from camdigits.errors import OutputError
from camdigits.sinks.base import Picture
from camdigits.sinks.events import event
from camdigits.values import Result

RING = 1000  # chosen: events kept in memory
COLUMNS = (
    "id", "at", "run", "event", "track", "text", "was", "score", "time_s", "frame", "source",
)  # fmt: skip
BOX_COLUMNS = ("x", "y", "width", "height")
_TABLE = """CREATE TABLE IF NOT EXISTS events (
    id INTEGER PRIMARY KEY, at REAL, run INTEGER, event TEXT, track INTEGER, text TEXT, was TEXT,
    score REAL, time_s REAL, frame INTEGER, source TEXT,
    x INTEGER, y INTEGER, width INTEGER, height INTEGER
)"""

Record = dict[str, Any]  # an event object with "id" and "at", seconds since 1970


class History(Closeable):
    """Numbers events and keeps the last RING of them; with a file, all.

    Args:
        path: SQLite file, created if missing; its last events are loaded. None keeps no file.
        clock: returns seconds since 1970.

    Raises:
        OutputError: the file cannot be opened or is not an SQLite file.
    """

    def __init__(self, path: Path | None = None, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._signal = Signal()
        self._file = None if path is None else _HistoryFile(path)
        self._ring: deque[Record] = deque(
            () if self._file is None else self._file.last(RING), maxlen=RING
        )
        self._next_id = self._ring[-1]["id"] + 1 if self._ring else 1
        self._run = self._ring[-1]["run"] + 1 if self._ring else 1  # its tracks count from 1
        self._count = 0

    def write(self, result: Result, _picture: Picture | None = None) -> None:
        """Append the events of one result.

        Raises:
            OutputError: the file could not be written.
        """
        for each in result.events:
            plain = event(each, result.frame)
            at = round(self._clock(), 3)
            record = {"id": self._next_id, "at": at, "run": self._run, **plain}
            self._next_id += 1
            self._count += 1
            self._ring.append(record)
            if self._file is not None:
                self._file.add(record)
        if result.events:
            self._signal.fire()

    def events(
        self, *, after: int = 0, since: float = 0.0, track: int | None = None, limit: int = RING
    ) -> list[Record]:
        """Return the last `limit` events in order of time, from memory.

        Args:
            after: only events with a higher id.
            since: only events from this time on, in seconds since 1970.
            track: only events of this number of the present run.
            limit: at most this many, the newest.
        """
        found = [
            record
            for record in tuple(self._ring)
            if record["id"] > after
            and record["at"] >= since
            and (track is None or (record["run"], record["track"]) == (self._run, track))
        ]
        return found[-limit:] if limit else []

    @property
    def count(self) -> int:
        """Events of this run so far."""
        return self._count

    @property
    def last_id(self) -> int:
        """Id of the newest event; 0 if there was none."""
        return self._next_id - 1

    def wake(self) -> None:
        """End all waits."""
        self._signal.fire()

    async def wait(self, timeout_s: float) -> bool:
        """Wait for a new event; return False after `timeout_s` without one."""
        return await self._signal.wait(timeout_s)

    def close(self) -> None:
        """Finish the file. Safe to call twice."""
        if self._file is not None:
            self._file.close()


class _HistoryFile(Closeable):
    """An SQLite file that a thread of its own writes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._queue: queue.SimpleQueue[Record | None] = queue.SimpleQueue()
        self._error: sqlite3.Error | None = None
        self._closed = False
        try:
            # One thread at a time uses it: this one until the other starts.
            self._database = sqlite3.connect(path, check_same_thread=False)
            self._database.execute("PRAGMA journal_mode=WAL")
            self._database.execute(_TABLE)
            self._database.commit()
            self._last = self._read_last(RING)
        except sqlite3.Error as error:
            if hasattr(self, "_database"):
                self._database.close()
            raise self._output_error(error) from error
        self._thread = threading.Thread(target=self._write_all, name="history", daemon=True)
        self._thread.start()

    def last(self, count: int) -> Sequence[Record]:
        """Return the last events that were in the file when it was opened, oldest first."""
        return self._last[-count:]

    def add(self, record: Record) -> None:
        """Write one event soon.

        Raises:
            OutputError: an earlier one could not be written.
        """
        if self._error is not None:
            raise self._output_error(self._error) from self._error
        self._queue.put(record)

    def close(self) -> None:
        """Write what is waiting, and close the file. Safe to call twice."""
        if self._closed:
            return
        self._closed = True
        self._queue.put(None)
        self._thread.join()
        self._database.close()

    def _read_last(self, count: int) -> list[Record]:
        names = ", ".join((*COLUMNS, *BOX_COLUMNS))
        rows = self._database.execute(
            f"SELECT {names} FROM events ORDER BY id DESC LIMIT ?", (count,)
        )
        size = len(COLUMNS)
        return [
            {**dict(zip(COLUMNS, row[:size], strict=True)), "box": list(row[size:])}
            for row in rows
        ][::-1]

    def _write_all(self) -> None:
        marks = ", ".join("?" * (len(COLUMNS) + len(BOX_COLUMNS)))
        while (record := self._queue.get()) is not None:
            try:
                values = (*(record[name] for name in COLUMNS), *record["box"])
                self._database.execute(f"INSERT INTO events VALUES ({marks})", values)
                self._database.commit()
            except sqlite3.Error as error:
                self._error = error

    def _output_error(self, error: sqlite3.Error) -> OutputError:
        return OutputError(
            f"cannot write the history {self._path}: {error}; name a new file or a history"
        )
