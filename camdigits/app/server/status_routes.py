"""Answer requests for the state of the server: status, settings, events, files, metrics."""

import csv
import io
import json
from collections.abc import AsyncIterator
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from camdigits.app.live.session import Session
from camdigits.app.server.errors import RequestError
from camdigits.app.server.guard import COOKIE
from camdigits.app.server.history import COLUMNS, RING
from camdigits.app.server.live_routes import EndlessResponse
from camdigits.app.server.metrics import CONTENT_TYPE, render_metrics
from camdigits.app.server.parsing import check_names, number, read_json, wanted, whole
from camdigits.app.server.site import Site, connection_site

COOKIE_S = 30 * 24 * 3600  # chosen: how long a browser stays logged in
EVENT_WAIT_S = 15.0  # chosen: a comment is sent this often, so that proxies keep the connection
MAX_ID = (1 << 53) - 1  # what JavaScript can count to


async def status(request: Request) -> Response:
    """Return the state of the live run and the server."""
    check_names(request.query_params, ())
    return JSONResponse(asdict(connection_site(request).status()))


async def health(request: Request) -> Response:
    """Return 200 while frames come or none are expected, else 503."""
    site = connection_site(request)
    live, moment = site.live, site.latest.moment
    body = {
        "state": live.state,
        "frame_age_s": None if moment is None else round(moment.age_ms() / 1000, 3),
    }
    return JSONResponse(body, 503 if live.state in ("lost", "failed") else 200)


async def login(request: Request) -> Response:
    """Exchange the token for a cookie."""
    body = await read_json(request)
    given = body.get("token")
    if not isinstance(given, str) or len(body) != 1:
        raise wanted("body", 'an object {"token": "..."}', list(body))
    token = request.scope["camdigits.guard"].check_login(request.scope, given)
    answer = Response(status_code=204)
    answer.set_cookie(
        COOKIE,
        token.session,
        max_age=COOKIE_S,
        path=request.scope.get("root_path") or "/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )
    return answer


async def settings(request: Request) -> Response:
    """Return the settings of the live run; change some of them before, for PATCH."""
    check_names(request.query_params, ())
    site = connection_site(request)
    if request.method == "PATCH":
        await site.change(await read_json(request))
    return JSONResponse(asdict(site.settings()))


async def step(request: Request) -> Response:
    """Read the next frame while paused."""
    site = connection_site(request)
    if await read_json(request):
        raise wanted("body", "an empty object", "more")

    def work(session: Session) -> None:
        session.change(replace(session.state, step=session.state.paused))

    await site.submit(work)
    return JSONResponse(asdict(site.settings()))


async def file(request: Request) -> Response:
    """Return a recording that was started on the page. Only those of this run have names here."""
    name = request.path_params["name"]
    for path in connection_site(request).live.saved:
        if path.name == name and Path(path).is_file():
            return FileResponse(path, filename=name)
    raise RequestError(404, "file: wanted a recording of this run, got another name; see status")


async def history(request: Request) -> Response:
    """Return the last events, oldest first, as JSON or CSV."""
    query = request.query_params
    check_names(query, ("limit", "track", "since", "format"))
    kind = query.get("format") or (
        "csv" if request.headers.get("accept", "").startswith("text/csv") else "json"
    )
    if kind not in ("json", "csv"):
        raise wanted("format", "json or csv", kind)
    records = connection_site(request).history.events(
        since=number(query.get("since", "0"), "since", 0, 1e11),
        track=whole(query, "track", 0, MAX_ID, 0) if "track" in query else None,
        limit=whole(query, "limit", 0, RING, RING),
    )
    if kind == "json":
        return JSONResponse({"events": records})
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([[record[name] for name in COLUMNS] for record in records])
    headers = {"Content-Disposition": 'attachment; filename="camdigits-events.csv"'}
    return Response(text.getvalue(), media_type="text/csv", headers=headers)


async def events(request: Request) -> Response:
    """Send events as they happen (server-sent events), after those since `Last-Event-ID`."""
    check_names(request.query_params, ())
    site = connection_site(request)
    text = request.headers.get("last-event-id", "")
    known = text.isascii() and text.isdecimal() and int(text[:16]) < MAX_ID
    after = int(text) if known else site.history.last_id
    return EndlessResponse(site, _event_parts(site, after), "text/event-stream")


async def metrics(request: Request) -> Response:
    """Return counts and times for Prometheus."""
    check_names(request.query_params, ())
    return Response(render_metrics(connection_site(request)), media_type=CONTENT_TYPE)


async def openapi(request: Request) -> Response:
    """Return the description of this interface."""
    check_names(request.query_params, ())
    return Response(_openapi_text(), media_type="application/json")


async def _event_parts(site: Site, after: int) -> AsyncIterator[bytes]:
    yield b"retry: 3000\n\n"
    while not site.closing:
        records = site.history.events(after=after)
        for record in records:
            after = record["id"]
            yield _event_part(record)
        if not records and not await site.history.wait(EVENT_WAIT_S) and not site.closing:
            yield b": still here\n\n"


def _event_part(record: dict[str, Any]) -> bytes:
    data = json.dumps(record, allow_nan=False)
    return f"id: {record['id']}\nevent: {record['event']}\ndata: {data}\n\n".encode()


@cache
def _openapi_text() -> str:
    return (Path(__file__).parent / "openapi.json").read_text(encoding="utf-8")
