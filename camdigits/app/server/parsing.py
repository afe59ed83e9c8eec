"""Parse queries and JSON bodies; every error names the value, what was wanted and what came."""

import asyncio
import json
import math
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from camdigits.app.server.errors import RequestError
from camdigits.app.server.reading import ReadSettings

BODY_S = 60.0  # chosen: longest time in which a body may arrive
ROTATIONS = {"auto": None, "0": 0, "90": 90, "180": 180, "270": 270}
READ_QUERY = ("threshold", "rotate", "model", "debug")


def read_settings(query: Mapping[str, str]) -> ReadSettings:
    """Parse the query of a picture to read.

    Raises:
        RequestError: a name is unknown or a value is wrong.
    """
    check_names(query, READ_QUERY)
    threshold = query.get("threshold")
    rotate = query.get("rotate", "auto")
    if rotate not in ROTATIONS:
        raise wanted("rotate", f"one of {', '.join(ROTATIONS)}", rotate)
    return ReadSettings(
        query.get("model"),
        None if threshold is None else number(threshold, "threshold", 0, 1),
        ROTATIONS[rotate],
        flag(query, "debug"),
    )


def check_names(query: Mapping[str, str], known: tuple[str, ...]) -> None:
    """Refuse a query with other names than the known ones.

    Raises:
        RequestError: a name is unknown.
    """
    for name in query:
        if name not in known:
            raise wanted("query", f"only {', '.join(known) or 'an empty one'}", name)


def number(text: str, name: str, low: float, high: float) -> float:
    """Parse a finite number within limits.

    Raises:
        RequestError: it is something else.
    """
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not low <= value <= high or not text.isascii() or "_" in text:
        raise wanted(name, f"a number from {low:g} to {high:g}", text)
    return value


def whole(query: Mapping[str, str], name: str, low: int, high: int, default: int) -> int:
    """Parse a whole number of a query; `default` if it is missing.

    Raises:
        RequestError: it is something else or out of range.
    """
    text = query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdecimal()) or len(text) > 16 or not low <= int(text) <= high:
        raise wanted(name, f"a whole number from {low} to {high}", text)
    return int(text)


def whole_number(value: object, name: str, low: int, high: int) -> int:
    """Check a whole number of a JSON body; 3.0 is one, as JSON Schema has it.

    Raises:
        RequestError: it is something else or out of range.
    """
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not low <= value <= high or value != int(value):  # type: ignore
        raise wanted(name, f"a whole number from {low} to {high}", value)
    return int(value)  # type: ignore


def flag(query: Mapping[str, str], name: str, default: bool = False) -> bool:
    """Parse 0 or 1 of a query.

    Raises:
        RequestError: it is something else.
    """
    text = query.get(name, "1" if default else "0")
    if text not in ("0", "1"):
        raise wanted(name, "0 or 1", text)
    return text == "1"


async def read_json(request: Request) -> dict[str, Any]:
    """Read a JSON object from the body.

    Raises:
        RequestError: it is something else.
    """
    if not _kind(request).startswith("application/json"):
        raise RequestError(
            415,
            f"Content-Type: wanted application/json, got {_kind(request)[:80]}; send an object",
        )
    data = await read_body(request)
    try:
        value = json.loads(data, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise RequestError(
            422, f"body: wanted JSON, got something else ({str(error)[:80]}); send an object"
        ) from error
    if not isinstance(value, dict):
        raise wanted("body", "a JSON object", value)
    return value


async def read_picture_bytes(request: Request) -> bytes:
    """Read a picture's bytes from the body.

    Raises:
        RequestError: the body is of another kind, or came too slowly.
    """
    if not _kind(request).startswith("image/"):
        raise RequestError(
            415, f"Content-Type: wanted image/..., got {_kind(request)[:80]}; send the picture"
        )
    return await read_body(request)


async def read_body(request: Request) -> bytes:
    """Read the whole body.

    Raises:
        RequestError: it is too large, or did not arrive within BODY_S.
    """
    try:
        return await asyncio.wait_for(request.body(), BODY_S)
    except TimeoutError as error:
        raise RequestError(
            408, f"body: wanted it within {BODY_S:g} s, got a part of it; send it again"
        ) from error


def wanted(name: str, what: str, got: object) -> RequestError:
    """Return the error of a wrong value."""
    shown = got if isinstance(got, str) else json.dumps(got, default=str)
    shown = ascii(shown[:60])[1:-1] or "nothing"
    return RequestError(422, f"{name}: wanted {what}, got {shown}; correct it")


def _kind(request: Request) -> str:
    return request.headers.get("content-type", "").lower()


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")
