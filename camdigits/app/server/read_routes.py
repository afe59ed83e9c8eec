"""Answer requests with a picture or a drawing in them, and those for the newest result."""

import base64
import binascii
from typing import Any

import numpy as np
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from camdigits.app.server.details import details_of
from camdigits.app.server.errors import RequestError
from camdigits.app.server.latest import Moment, encode_jpeg
from camdigits.app.server.parsing import (
    check_names,
    flag,
    read_json,
    read_picture_bytes,
    read_settings,
    wanted,
    whole,
)
from camdigits.app.server.reading import read_upload
from camdigits.app.server.site import Site, connection_site
from camdigits.app.server.strokes import parse_drawing, render
from camdigits.geometry import intersection, padded
from camdigits.recognize.card import find_model
from camdigits.recognize.feature_maps import first_feature_maps
from camdigits.render.annotate import annotate
from camdigits.sinks.pictures import encode
from camdigits.values import Box, Frame, Result

GLYPH_SIDE = 28
SNAPSHOT_QUALITY = 95


async def read(request: Request) -> Response:
    """Read the picture in the body."""
    site, settings = connection_site(request), read_settings(request.query_params)
    data = await read_picture_bytes(request)

    def work() -> dict[str, Any]:
        result = read_upload(site.readers.get(settings), data, trace=settings.debug)
        return _answer(result, masks=True)

    return JSONResponse(await site.read(work))


async def annotate_picture(request: Request) -> Response:
    """Read the picture in the body and answer with the annotated one, as PNG."""
    site, settings = connection_site(request), read_settings(request.query_params)
    data = await read_picture_bytes(request)

    def work() -> bytes:
        result = read_upload(site.readers.get(settings), data, trace=False)
        return encode(annotate(result), ".png")[1]

    return Response(await site.read(work), media_type="image/png")


async def draw(request: Request) -> Response:
    """Render the strokes in the body and read them."""
    site, settings = connection_site(request), read_settings(request.query_params)
    drawing = parse_drawing(await read_json(request))

    def work() -> dict[str, Any]:
        frame = Frame(0, 0.0, render(drawing), "drawing")
        return _answer(site.readers.get(settings).read(frame, trace=True), masks=settings.debug)

    return JSONResponse(await site.read(work))


async def maps(request: Request) -> Response:
    """Compute the first-layer feature maps of the glyph in the body."""
    site, settings = connection_site(request), read_settings(request.query_params)
    body = await read_json(request)
    for name in body:
        if name != "glyph":
            raise wanted("body", "only glyph", name)
    text = body.get("glyph")
    size = GLYPH_SIDE * GLYPH_SIDE
    try:
        data = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except (binascii.Error, ValueError):
        data = b""
    if len(data) != size:
        raise wanted("glyph", f"base64 of {size} bytes", text)
    glyph = np.frombuffer(data, np.uint8).reshape(GLYPH_SIDE, GLYPH_SIDE)
    site.readers.get(settings)  # refuses unknown models
    model = find_model(site.readers.path_or_name(settings.model or site.readers.default))
    found = await site.pool.upload(lambda: first_feature_maps(model, glyph))
    return JSONResponse(
        {
            "width": int(found.shape[2]),
            "height": int(found.shape[1]),
            "maps": [base64.b64encode(each.tobytes()).decode() for each in found],
        }
    )


async def result(request: Request) -> Response:
    """Return the newest live result."""
    check_names(request.query_params, ())
    return JSONResponse(_latest(connection_site(request)).result.to_dict())


async def numbers(request: Request) -> Response:
    """Return the numbers of the newest live result."""
    check_names(request.query_params, ())
    moment = _latest(connection_site(request))
    return JSONResponse(
        {
            "frame": moment.result.frame.index,
            "age_ms": round(moment.age_ms(), 1),
            "numbers": [number.to_dict() for number in moment.result.numbers],
        }
    )


async def crop(request: Request) -> Response:
    """Return the picture of one digit of the newest live result, by its track or index."""
    check_names(request.query_params, ())
    name = request.path_params["id"]
    moment = _latest(connection_site(request))
    found = [
        digit.box
        for index, digit in enumerate(moment.result.digits)
        if str(index if digit.track is None else digit.track) == name
    ]
    if not found:
        raise RequestError(
            404, "crop: wanted the track of a digit in the newest result, got another; see result"
        )
    bgr = moment.result.frame.bgr
    box = intersection(
        padded(found[0], max(found[0].height, found[0].width) // 4),
        Box(0, 0, bgr.shape[1], bgr.shape[0]),
    )
    if box is None:
        raise RequestError(404, "crop: wanted a digit inside the frame, got another; wait")
    return Response(
        encode(bgr[box.y : box.bottom, box.x : box.right], ".png")[1], media_type="image/png"
    )


async def snapshot(request: Request) -> Response:
    """Return the newest frame as JPEG, with or without the overlay."""
    query = request.query_params
    check_names(query, ("overlay", "width", "view"))
    site = connection_site(request)
    width, overlay = whole(query, "width", 16, 10_000, 10_000), flag(query, "overlay", True)
    moment = _latest(site)

    def work() -> bytes:
        picture = moment.current.picture() if overlay else moment.result.frame.bgr
        return encode_jpeg(picture, width, SNAPSHOT_QUALITY)

    jpeg = await site.latest.run(work)
    return Response(jpeg, media_type="image/jpeg", headers={"Cache-Control": "no-store"})


def _answer(result: Result, *, masks: bool) -> dict[str, Any]:
    plain = result.to_dict()
    return plain if result.trace is None else {**plain, "details": details_of(result, masks)}


def _latest(site: Site) -> Moment:
    moment = site.latest.moment
    if moment is None and site.run is None:
        raise RequestError.no_run()
    if moment is None:
        raise RequestError(503, "wanted a frame of the live run, got none yet; wait for it", 2)
    return moment
