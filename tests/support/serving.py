"""A site for tests of the web interface, and servers in processes of their own."""

import json
import subprocess
import urllib.request
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

from support.command import COMMAND, ENVIRONMENT, started

from camdigits.app.live.view import LiveState, View
from camdigits.app.server.history import History
from camdigits.app.server.latest import LatestResult
from camdigits.app.server.options import ServeOptions
from camdigits.app.server.reading import Readers, ReadSettings
from camdigits.app.server.site import Site, make_encoders
from camdigits.app.server.tokens import Token
from camdigits.image import cv2, frozen
from camdigits.pipeline import Processed, rendered_once
from camdigits.render.status import Status
from camdigits.values import Frame, Result

GOLDEN = Path(__file__).parent.parent / "golden"
BASE = "http://127.0.0.1:8737"
SECRET = "a-token-for-tests"
JSON = {"Content-Type": "application/json"}
JPEG = {"Content-Type": "image/jpeg"}


@cache
def shared_readers() -> Readers:
    """Readers with the shipped model."""
    return Readers("digits", None, None)


@cache
def golden_result(trace: bool = False) -> Result:
    """The reading of a golden page."""
    bgr = cv2.imread(str(GOLDEN / "small.jpg"))
    frame = Frame(7, 1.5, frozen(bgr), "golden")
    return shared_readers().get(ReadSettings()).read(frame, trace=trace)


def make_site(token: str | None = None, **options: Any) -> Site:
    """Build a site without a live run."""
    encoders = make_encoders()
    return Site(
        replace(ServeOptions(), **options),
        shared_readers(),
        History(),
        LatestResult(encoders),
        encoders,
        True,
        ReadSettings(),
        token=None if token is None else Token(token),
    )


def client_of(site: Site) -> Any:
    """Return a client of a site that needs no network."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of older ones, about anyio
        from starlette.testclient import TestClient

    from camdigits.app.server.application import make_app

    return TestClient(make_app(site), base_url=BASE)  # type: ignore[arg-type]


def put(site: Site, result: Result) -> None:
    """Make a copy of a result the latest one."""
    result = replace(result)
    current = Processed(result, rendered_once(result))
    site.latest.put(View(current, Status(), LiveState()))


@dataclass
class Server:
    """A server in its own process."""

    process: "subprocess.Popen[str]"
    address: str  # ends with a slash

    def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        """Return status and body."""
        return fetch(self.address + path, headers)

    def json(self, path: str) -> Any:
        """Return a JSON answer."""
        return json.loads(self.get(path)[1])


def fetch(
    url: str, headers: Mapping[str, str] | None = None, data: bytes | None = None, method: str = ""
) -> tuple[int, bytes]:
    """Return status and body of a request, of an error too."""
    request = urllib.request.Request(
        url, data, dict(headers or {}), method=method or ("GET" if data is None else "POST")
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read()
    except HTTPError as error:
        with error:
            return error.code, error.read()


@contextmanager
def serving_page(*arguments: object, cwd: Path, **environment: str) -> Iterator[Server]:
    """Start `camdigits serve` on a free port for the length of a with block."""
    command = [*COMMAND, "serve", *arguments, "--port", "0"]
    with started(command, cwd=cwd, env={**ENVIRONMENT, **environment}) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address, process.communicate()
        yield Server(process, address.partition("#")[0])
