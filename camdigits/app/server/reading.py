"""Read pictures that visitors send: one at a time, with a bounded queue."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from camdigits.app.server.errors import RequestError
from camdigits.closeable import Closeable
from camdigits.config import ReaderConfig
from camdigits.errors import PictureError
from camdigits.image import frozen
from camdigits.reader import Reader
from camdigits.recognize.card import shipped_models
from camdigits.sources.picture_file import decode_picture
from camdigits.values import BgrImage, Frame, Result

MAX_PIXELS = 50_000_000  # chosen: the largest cameras of phones; 150 MB as colour
MAX_WAITING = 4  # chosen: pictures that wait while one is read
READ_S = 30.0  # chosen: longest time until an answer; a 12-megapixel page takes under one
RETRY_S = 2  # chosen: when a client that was rejected should come again
READERS = 8  # chosen: readers kept for different settings; each is 1 MB

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ReadSettings:
    """How pictures are read."""

    model: str | None = None  # name; None: the one that the server was started with
    threshold: float | None = None  # None: as the server was started, or the model's own
    rotate: int | None = None  # degrees clockwise; None determines it
    debug: bool = False  # with a trace


class Readers:
    """Builds readers for the settings of a request, and keeps the last READERS.

    Args:
        model: name or path of the model that the server was started with.
        threshold: that the server was started with; None means the model's own.
        config: settings of the stages.
    """

    def __init__(self, model: str, threshold: float | None, config: ReaderConfig | None) -> None:
        self._model, self._threshold, self._config = model, threshold, config
        self._build = lru_cache(READERS)(self._built)
        shipped = shipped_models()
        self.default = model if model in shipped else "own"
        # Names only: a client never names a file.
        self.models = shipped if model in shipped else (*shipped, "own")

    def get(self, settings: ReadSettings) -> Reader:
        """Return a reader for these settings.

        Raises:
            RequestError: there is no such model.
        """
        name = self.default if settings.model is None else settings.model
        if name not in self.models:
            raise RequestError(
                422, f"model: wanted one of {', '.join(self.models)}, got {name!r}; choose one"
            )
        return self._build(name, settings.threshold, settings.rotate)

    def path_or_name(self, name: str) -> str:
        """Return what `Reader` takes for the name of a model."""
        return self._model if name == "own" else name

    def _built(self, name: str, threshold: float | None, rotate: int | None) -> Reader:
        if threshold is None and name == self.default:
            threshold = self._threshold
        return Reader(
            self.path_or_name(name), threshold=threshold, rotate=rotate, config=self._config
        )


class ReadingPool(Closeable):
    """One thread that reads pictures in the order in which they came."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, "reading")
        self._waiting = 0  # pictures that are read or wait; used in the event loop only

    async def run(self, work: Callable[[], T], *, max_waiting: int = MAX_WAITING) -> T:
        """Run work on the thread.

        Raises:
            RequestError: too many wait, or it took longer than READ_S.
        """
        if self._waiting > max_waiting:
            raise RequestError(
                503,
                f"wanted at most {max_waiting} waiting pictures, got another; try again soon",
                RETRY_S,
            )
        future = asyncio.get_running_loop().run_in_executor(self._pool, work)
        self._waiting += 1
        future.add_done_callback(self._finished)
        try:
            # Shielded: work that has begun cannot be stopped and still takes its place.
            return await asyncio.wait_for(asyncio.shield(future), READ_S)
        except TimeoutError as error:
            raise RequestError(
                503,
                f"wanted a picture that is read within {READ_S:g} s, got a slower one; "
                "send a smaller or simpler one",
                RETRY_S,
            ) from error

    def close(self) -> None:
        """Drop what waits. Safe to call twice."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _finished(self, future: "asyncio.Future[T]") -> None:
        self._waiting -= 1
        if not future.cancelled():
            future.exception()  # seen, even if nobody waits any more


def decoded(data: bytes) -> BgrImage:
    """Decode the bytes of a visitor's picture to (H, W, 3) BGR.

    Raises:
        RequestError: it is not a picture, is cut off, or is too large.
    """
    if not data:
        raise RequestError(422, "wanted a picture as the body, got nothing; send the file itself")
    try:
        return decode_picture(data, "upload", MAX_PIXELS)
    except PictureError as error:
        raise RequestError(422, str(error)) from error


def read_upload(reader: Reader, data: bytes, *, trace: bool) -> Result:
    """Decode and read the bytes of a picture."""
    return reader.read(Frame(0, 0.0, frozen(decoded(data)), "upload"), trace=trace)
