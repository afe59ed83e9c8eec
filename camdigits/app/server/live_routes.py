"""Answer with pictures that do not end: the WebSockets and the MJPEG stream.

A viewer of the live WebSocket requests each picture, so that a slow one gets newer pictures and
never old ones.
"""

import asyncio
import json
import struct
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from camdigits.app.server.details import details_of
from camdigits.app.server.errors import RequestError
from camdigits.app.server.latest import Moment
from camdigits.app.server.parsing import check_names, flag, read_settings, wanted, whole
from camdigits.app.server.reading import ReadSettings, decoded
from camdigits.app.server.site import Site, connection_site
from camdigits.image import frozen
from camdigits.sinks.events import event
from camdigits.track.tracker import Tracker
from camdigits.values import Frame, Result

STATUS_S = 0.5  # chosen: a viewer hears of a lost camera within this time
EARLY = 0.8  # chosen: share of the viewer's period after which the next result may be sent
WRITE_S = 10.0  # chosen: a viewer that takes nothing within this time is dropped
MAX_FRAME = 4_000_000  # bytes of one picture of a visitor's camera; also uvicorn's limit
MAX_MESSAGE = 1000  # characters; chosen: requests are shorter
BOUNDARY = "camdigits-frame"
TRY_LATER, WRONG_REQUEST = 1013, 1008  # WebSocket close codes


async def live(websocket: WebSocket) -> None:
    """Send the newest picture and result whenever the viewer requests it."""
    site = connection_site(websocket)
    await _with_viewer(websocket, site, _send_live(websocket, site))


async def camera(websocket: WebSocket) -> None:
    """Read each picture that the visitor's camera sends; answer with the result."""
    site = connection_site(websocket)
    await _with_viewer(websocket, site, _read_camera(websocket, site))


async def stream(request: Request) -> Response:
    """Send the live picture as MJPEG: for Home Assistant, VLC and `<img>`."""
    query = request.query_params
    check_names(query, ("overlay", "width", "view"))
    site = connection_site(request)
    if site.run is None:
        raise RequestError.no_run()
    width = whole(query, "width", 16, 10_000, site.options.stream_width)
    parts = _mjpeg(site, min(width, site.options.stream_width), flag(query, "overlay", True))
    return EndlessResponse(site, parts, f"multipart/x-mixed-replace; boundary={BOUNDARY}")


class EndlessResponse(Response):
    """A body whose parts come from an iterator until the client leaves or stops taking them.

    Args:
        site: whose viewers it counts among.
        parts: the parts of the body.
        media_type: of the body.
    """

    def __init__(self, site: Site, parts: AsyncIterator[bytes], media_type: str) -> None:
        super().__init__(media_type=media_type, headers={"Cache-Control": "no-store"})
        del self.headers["content-length"]
        self._site, self._parts = site, parts

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Send the parts.

        Raises:
            RequestError: there are too many viewers.
        """
        with self._site.viewers.one_more():
            start = {"type": "http.response.start", "status": self.status_code}
            await send({**start, "headers": self.raw_headers})
            left = asyncio.create_task(_until_disconnected(receive))
            try:
                async for part in self._parts:
                    if left.done():
                        break
                    if not part:
                        continue
                    body = {"type": "http.response.body", "body": part, "more_body": True}
                    await asyncio.wait_for(send(body), WRITE_S)
                else:
                    await send({"type": "http.response.body", "body": b""})
            except TimeoutError:
                pass  # a client that takes nothing: the connection is closed
            finally:
                left.cancel()


async def _until_disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _with_viewer(websocket: WebSocket, site: Site, work: Any) -> None:
    """Count a WebSocket among the viewers while it is served; close it with the right code."""
    await websocket.accept()
    try:
        with site.viewers.one_more(), suppress(WebSocketDisconnect):
            await work
    except RequestError as error:
        work.close()
        code = TRY_LATER if error.status == 503 else WRONG_REQUEST
        with suppress(RuntimeError, WebSocketDisconnect):
            await websocket.close(code, str(error)[:120])
    except TimeoutError:
        pass  # the connection takes nothing: it is closed without a close code


async def _send_live(websocket: WebSocket, site: Site) -> None:
    check_names(websocket.query_params, ())
    seq, due_s = 0, 0.0
    while not site.closing:
        request = await websocket.receive()
        if request["type"] == "websocket.disconnect":
            return
        credit = _credit(request.get("text") or "", site)
        if site.run is not None and (credit["details"] or credit["debug"]):
            site.run.want_details()
        await asyncio.sleep(max(0.0, due_s - time.monotonic()))
        moment = await site.latest.fresh(seq, STATUS_S)
        due_s = time.monotonic() + EARLY / site.options.stream_fps
        message = await _live_message(site, moment, credit)
        if moment is not None:
            seq = moment.seq
        await asyncio.wait_for(websocket.send_bytes(message), WRITE_S)


async def _live_message(site: Site, moment: Moment | None, credit: dict[str, Any]) -> bytes:
    """Return length of the JSON (uint32, big-endian), the JSON, and the JPEG or nothing."""
    jpeg, details, shown, events = b"", None, None, []
    if moment is not None:
        shown = moment.result.to_dict()
        events = [event(each, moment.result.frame) for each in moment.result.events]
        jpeg = await site.latest.jpeg(moment, credit["width"], overlay=False)
        if credit["details"] or credit["debug"]:
            details = await site.latest.details(moment, masks=credit["debug"])
    values = {
        "seq": None if moment is None else moment.seq,
        "status": asdict(site.status()),
        "result": shown,
        "events": events,
        "details": details,
    }
    text = json.dumps(values, allow_nan=False).encode()
    return struct.pack(">I", len(text)) + text + jpeg


def _credit(text: str, site: Site) -> dict[str, Any]:
    """Parse what a viewer sends to request the next picture."""
    value = _object(text, "credit", '{"next": 1, "width": 960}')
    width = value.get("width", site.options.stream_width)
    if not isinstance(width, int) or isinstance(width, bool) or width < 1:
        raise wanted("width", "a whole number of pixels", width)
    return {
        "width": min(width, site.options.stream_width),
        "details": value.get("details") is True,
        "debug": value.get("debug") is True,
    }


async def _read_camera(websocket: WebSocket, site: Site) -> None:
    settings = read_settings(websocket.query_params)
    loop = asyncio.get_running_loop()
    reader = await loop.run_in_executor(site.encoders, site.readers.get, settings)
    tracker, details = site.make_tracker(reader), settings.debug
    index, started_s = 0, time.monotonic()
    while not site.closing:
        message = await websocket.receive()
        if message["type"] == "websocket.disconnect":
            return
        if (text := message.get("text")) is not None:
            details = _switch(text, details)
            continue
        data = message.get("bytes") or b""
        try:
            when = index, time.monotonic() - started_s
            work = _camera_work(site, settings, tracker, data, when, details)
            answer = await site.pool.run(work)
        except RequestError as error:
            answer = error.to_dict()
        index += 1
        await asyncio.wait_for(websocket.send_json(answer), WRITE_S)


def _camera_work(
    site: Site,
    settings: ReadSettings,
    tracker: Tracker | None,
    data: bytes,
    when: tuple[int, float],
    details: bool,
) -> Any:
    def work() -> dict[str, Any]:
        frame = Frame(*when, frozen(decoded(data)), "browser")
        result: Result = site.readers.get(settings).read(frame, trace=details)
        if tracker is not None:
            result = tracker.follow(result)
        return {
            "result": result.to_dict(),
            "events": [event(each, frame) for each in result.events],
            "details": None if result.trace is None else details_of(result, False),
        }

    return work


def _object(text: str, name: str, example: str) -> dict[str, Any]:
    """Parse a short JSON object."""
    try:
        value = json.loads(text) if len(text) < MAX_MESSAGE else None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise wanted(name, f"an object such as {example}", text)
    return value


def _switch(text: str, present: bool) -> bool:
    value = _object(text, "message", '{"details": true}, or a picture')
    return value.get("details", present) is True


async def _mjpeg(site: Site, width: int, overlay: bool) -> AsyncIterator[bytes]:
    """Yield the parts of an MJPEG stream; repeat the last one while nothing new comes."""
    seq, last = 0, b""
    yield f"--{BOUNDARY}\r\n".encode()
    while not site.closing:
        started_s = time.monotonic()
        moment = await site.latest.after(seq, 1.0)
        if moment is not None:
            seq = moment.seq
            last = await site.latest.jpeg(moment, width, overlay=overlay)
        if not last:
            yield b""  # nothing to send yet, but the viewer may have left
        else:
            head = f"Content-Type: image/jpeg\r\nContent-Length: {len(last)}\r\n\r\n"
            # The boundary comes at once, not with the next part: browsers show a part at its end.
            yield head.encode() + last + f"\r\n--{BOUNDARY}\r\n".encode()
        pause_s = 1 / site.options.stream_fps - (time.monotonic() - started_s)
        await asyncio.sleep(max(0.0, pause_s))
