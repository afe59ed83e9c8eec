"""Read pictures that visitors send: one at a time, with a bounded queue."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from camdigits.app.server.errors import RequestError
from camdigits.closeable import Closeable
from camdigits.config import ReaderConfig
from camdigits.errors import PictureError
from camdigits.image import frozen
from camdigits.layout.notation import Decimal
from camdigits.reader import Reader
from camdigits.recognize.card import shipped_models
from camdigits.sources.picture_file import decode_picture
from camdigits.values import BgrImage, Frame, Result

MAX_PIXELS = 50_000_000  # chosen: the largest cameras of phones; 150 MB as colour
MAX_WAITING = 4  # chosen: pictures that wait while one is read
READ_S = 30.0  # chosen: longest time until an answer; a 12-megapixel page takes under one
RETRY_S = 2  # chosen: when a client that was rejected should come again

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ReadSettings:
    """How pictures are read."""

    model: str | None = None  # name; None: the one that the server was started with
    threshold: float | None = None  # None: as the server was started, or the model's own
    rotate: int | None = None  # degrees clockwise; None determines it
    debug: bool = False  # with a trace


class Readers:
    """Builds readers for the settings of a request; each model is loaded once.

    Args:
        model: name or path of the model that the server was started with.
        threshold: that the server was started with; None means the model's own.
        config: settings of the stages.
        signs: whether signs are read.
        decimal: which sign is before decimals.
    """

    def __init__(
        self,
        model: str,
        threshold: float | None,
        config: ReaderConfig | None,
        *,
        signs: bool = True,
        decimal: Decimal = "auto",
    ) -> None:
        self._model, self._threshold, self._config = model, threshold, config
        self._signs, self._decimal = signs, decimal
        self._load = cache(self._loaded)  # as many as there are models
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
        return self._load(name).adjusted(threshold=settings.threshold, rotate=settings.rotate)

    def path_or_name(self, name: str) -> str:
        """Return what `Reader` takes for the name of a model."""
        return self._model if name == "own" else name

    def _loaded(self, name: str) -> Reader:
        threshold = self._threshold if name == self.default else None
        return Reader(
            self.path_or_name(name),
            threshold=threshold,
            signs=self._signs,
            decimal=self._decimal,
            config=self._config,
        )


class ReadingPool(Closeable):
    """One thread that reads pictures in the order in which they came."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, "reading")
        self._uploads = 0  # that are read or wait; used in the event loop only

    async def upload(self, work: Callable[[], T]) -> T:
        """Run the work of an upload; only a few may wait.

        Raises:
            RequestError: too many wait, or it took longer than READ_S.
        """
        if self._uploads > MAX_WAITING:
            raise RequestError(
                503,
                f"wanted at most {MAX_WAITING} waiting pictures, got another; try again soon",
                RETRY_S,
            )
        self._uploads += 1
        future = asyncio.get_running_loop().run_in_executor(self._pool, work)
        future.add_done_callback(self._uploaded)
        return await self._answer(future)

    async def run(self, work: Callable[[], T]) -> T:
        """Run work of a visitor who waits for it before sending more.

        Raises:
            RequestError: it took longer than READ_S.
        """
        return await self._answer(asyncio.get_running_loop().run_in_executor(self._pool, work))

    def close(self) -> None:
        """Drop what waits. Safe to call twice."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _answer(self, future: "asyncio.Future[T]") -> T:
        future.add_done_callback(_note_error)
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

    def _uploaded(self, _future: "asyncio.Future[T]") -> None:
        self._uploads -= 1


def _note_error(future: "asyncio.Future[T]") -> None:
    """Look at the error of work that nobody waits for any more: else it would be logged."""
    if not future.cancelled():
        future.exception()


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
