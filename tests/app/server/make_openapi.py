"""Make openapi.json from the types of the web interface.

    python tests/app/server/make_openapi.py

writes camdigits/app/server/openapi.json; a test compares the file with what this makes.
"""

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from camdigits.app.server import schema, strokes
from camdigits.app.server.history import RING
from camdigits.app.server.site import MAX_SIDE_PX
from camdigits.recognize.card import shipped_models

TARGET = Path(__file__).parents[3] / "camdigits" / "app" / "server" / "openapi.json"
REFERENCE = "#/components/schemas/{model}"
PICTURES = ("image/jpeg", "image/png", "image/webp", "image/bmp", "image/tiff")
READ = {
    "threshold": ({"type": "number", "minimum": 0, "maximum": 1}, "Least score of a digit."),
    "rotate": (
        {"type": "string", "enum": ["auto", "0", "90", "180", "270"]},
        "Degrees clockwise that bring the page upright.",
    ),
    "model": ({"type": "string", "enum": list(shipped_models())}, "Name of a model."),
    "debug": ({"type": "string", "enum": ["0", "1"]}, "1 adds `details` with masks."),
}
PICTURE_QUERY = {
    "overlay": ({"type": "string", "enum": ["0", "1"]}, "1, the default, draws what was read."),
    "width": ({"type": "integer", "minimum": 16, "maximum": 10_000}, "Pixels, at most."),
    "view": ({"type": "string"}, "View token, where the server has a token."),
}
HISTORY_QUERY = {
    "limit": ({"type": "integer", "minimum": 0, "maximum": RING}, "At most, the last."),
    "track": ({"type": "integer", "minimum": 0, "maximum": (1 << 53) - 1}, "Only this number."),
    "since": ({"type": "number", "minimum": 0, "maximum": 1e11}, "Seconds since 1970."),
    "format": ({"type": "string", "enum": ["json", "csv"]}, "Instead of `Accept`."),
}
NO_RUN = (409, 503)


def make() -> dict[str, Any]:
    """Return the OpenAPI 3.1 object."""
    schemas: dict[str, Any] = {}
    paths = {
        "/healthz": {"get": plain("Whether frames come", "HealthObject", schemas, also={503})},
        "/metrics": {"get": other("Metrics for Prometheus", "text/plain", "string")},
        "/snapshot.jpg": {
            "get": binary("The newest frame", "image/jpeg", PICTURE_QUERY, NO_RUN)
        },
        "/api/v1/login": {
            "post": {
                **body("Exchange the token for a cookie", "LoginObject", schemas),
                "responses": responses(
                    {204: {"description": "A cookie"}}, (401, 404, 413, 415, 422, 429)
                ),
            }
        },
        "/api/v1/status": {"get": plain("State of the server", "StatusObject", schemas)},
        "/api/v1/settings": {
            "get": plain("Settings of the live run", "SettingsObject", schemas),
            "patch": {
                **body("Change settings of the live run", "SettingsChange", schemas),
                "responses": responses(
                    {200: answer("SettingsObject", schemas)}, (*NO_RUN, 413, 415, 422)
                ),
            },
        },
        "/api/v1/step": {
            "post": {
                "summary": "Read the next frame while paused",
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {"type": "object", "additionalProperties": False}
                        }
                    },
                },
                "responses": responses(
                    {200: answer("SettingsObject", schemas)}, (*NO_RUN, 413, 415, 422)
                ),
            }
        },
        "/api/v1/result": {
            "get": plain("The newest live result", "ResultObject", schemas, NO_RUN)
        },
        "/api/v1/numbers": {
            "get": plain("Numbers of the newest live result", "NumbersObject", schemas, NO_RUN)
        },
        "/api/v1/history": {
            "get": {
                **with_csv(plain("The last events", "HistoryObject", schemas)),
                "parameters": query(HISTORY_QUERY),
            }
        },
        "/api/v1/read": {"post": picture("Read a picture", answer("ResultObject", schemas))},
        "/api/v1/annotate": {
            "post": picture("Read and annotate a picture", file_answer("image/png"))
        },
        "/api/v1/draw": {
            "post": {
                **body("Read a drawing", "DrawingObject", schemas),
                "parameters": query(READ),
                "responses": responses({200: answer("ResultObject", schemas)}, BODY_ERRORS),
            }
        },
        "/api/v1/maps": {
            "post": {
                **body("First-layer feature maps of a glyph", "GlyphObject", schemas),
                "parameters": query(READ),
                "responses": responses({200: answer("MapsObject", schemas)}, BODY_ERRORS),
            }
        },
        "/api/v1/crops/{id}.png": {
            "get": {
                **binary("One digit of the newest result", "image/png", {}, (*NO_RUN, 404)),
                "parameters": [path_parameter("id", "Track of the digit.")],
            }
        },
        "/api/v1/files/{name}": {
            "get": {
                **binary("A recording made on the page", "video/mp4", {}, (404,)),
                "parameters": [path_parameter("name", "As in `files` of the status.")],
            }
        },
    }  # fmt: skip
    schemas["DrawingObject"]["properties"].update(limits_of_drawings())
    for name in ("LoginObject", "SettingsChange", "DrawingObject", "GlyphObject"):
        schemas[name]["additionalProperties"] = False
    glyph = {"pattern": "^[A-Za-z0-9+/]{1046}==$"}  # 784 bytes
    schemas["GlyphObject"]["properties"]["glyph"] |= glyph
    change = schemas["SettingsChange"]["properties"]
    change["threshold"] |= {"minimum": 0, "maximum": 1}
    change["model"] |= {"enum": list(shipped_models())}
    side = {"type": "integer", "minimum": -MAX_SIDE_PX, "maximum": MAX_SIDE_PX}
    four = {"type": "array", "items": side, "minItems": 4, "maxItems": 4}
    change["roi"] = {"anyOf": [four, {"type": "null"}], "title": "Roi"}
    described = adapter("ErrorObject", schemas)
    assert described
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "camdigits",
            "version": "1",
            "description": "Read handwritten digits: live camera, pictures, drawings. "
            "WebSockets (live, camera), server-sent events (events) and the MJPEG stream "
            "(stream.mjpg) are described in docs/serve.md.",
        },
        "paths": {path: with_errors(item) for path, item in paths.items()},
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"token": []}],
    }


BODY_ERRORS = (413, 415, 422, 503)


def limits_of_drawings() -> dict[str, Any]:
    """Return the limits that types do not express."""
    side = {
        "type": "integer",
        "minimum": strokes.MIN_SIDE_PX,
        "maximum": strokes.MAX_SIDE_PX,
    }
    number = {"type": "number", "minimum": -1e6, "maximum": 1e6}
    point = {"type": "array", "items": number, "minItems": 2, "maxItems": 3}
    stroke = {"type": "array", "items": point, "minItems": 1}
    return {
        "width": side,
        "height": side,
        "pen": {"type": "number", "minimum": 1, "maximum": strokes.MAX_PEN_PX},
        "strokes": {"type": "array", "items": stroke, "maxItems": strokes.MAX_STROKES},
    }


def adapter(name: str, schemas: dict[str, Any]) -> dict[str, Any]:
    """Add the JSON schema of a type and of those it uses; return a reference to it."""
    made = TypeAdapter(getattr(schema, name)).json_schema(ref_template=REFERENCE)
    schemas |= made.pop("$defs", {})
    schemas[name] = made
    return {"$ref": REFERENCE.format(model=name)}


def answer(name: str, schemas: dict[str, Any]) -> dict[str, Any]:
    """Describe a JSON answer of this type."""
    content = {"application/json": {"schema": adapter(name, schemas)}}
    return {"description": getattr(schema, name).__doc__, "content": content}


def file_answer(kind: str) -> dict[str, Any]:
    """Describe an answer that is a file."""
    return {"description": f"A file of {kind}", "content": {kind: {}}}


def plain(
    summary: str,
    name: str,
    schemas: dict[str, Any],
    errors: tuple[int, ...] = (),
    also: set[int] = frozenset(),  # type: ignore[assignment]
) -> dict[str, Any]:
    """Describe a request without a body and a JSON answer; `also` has other statuses of it."""
    found = answer(name, schemas)
    good = dict.fromkeys((200, *also), found)
    # Every query is checked: an unknown name is an error.
    return {"summary": summary, "responses": responses(good, (*errors, 422))}


def with_csv(operation: dict[str, Any]) -> dict[str, Any]:
    """Add CSV to the kinds of the answer."""
    operation["responses"]["200"]["content"]["text/csv"] = {"schema": {"type": "string"}}
    return operation


def other(summary: str, kind: str, type_: str) -> dict[str, Any]:
    """Describe a request without a body and an answer that is not JSON."""
    content = {kind: {"schema": {"type": type_}}}
    return {
        "summary": summary,
        "responses": responses({200: {"description": summary, "content": content}}, (422,)),
    }


def binary(
    summary: str, kind: str, names: dict[str, Any], errors: tuple[int, ...]
) -> dict[str, Any]:
    """Describe a request for a file."""
    return {
        "summary": summary,
        "parameters": query(names),
        "responses": responses({200: file_answer(kind)}, (*errors, 422)),
    }


def body(summary: str, name: str, schemas: dict[str, Any]) -> dict[str, Any]:
    """Describe a request with a JSON body."""
    content = {"application/json": {"schema": adapter(name, schemas)}}
    return {"summary": summary, "requestBody": {"required": True, "content": content}}


def picture(summary: str, good: dict[str, Any]) -> dict[str, Any]:
    """Describe a request whose body is a picture."""
    return {
        "summary": summary,
        "parameters": query(READ),
        "requestBody": {"required": True, "content": {kind: {} for kind in PICTURES}},
        "responses": responses({200: good}, (408, *BODY_ERRORS)),
    }


def query(names: dict[str, Any]) -> list[dict[str, Any]]:
    """Describe the names of a query."""
    return [
        {"name": name, "in": "query", "schema": kind, "description": text}
        for name, (kind, text) in names.items()
    ]


def path_parameter(name: str, text: str) -> dict[str, Any]:
    """Describe a part of a path."""
    kind = {"type": "string", "pattern": "^[A-Za-z0-9._-]+$"}
    return {"name": name, "in": "path", "required": True, "schema": kind, "description": text}


def responses(good: dict[int, Any], errors: tuple[int, ...]) -> dict[str, Any]:
    """Return the answers of an operation by their status."""
    content = {"application/json": {"schema": {"$ref": REFERENCE.format(model="ErrorObject")}}}
    bad = {status: {"description": "Error", "content": content} for status in errors}
    every = bad | good
    return {str(status): every[status] for status in sorted(every)}


def with_errors(item: dict[str, Any]) -> dict[str, Any]:
    """Add the errors that every operation may have."""
    common = responses({}, (401, 403, 421, 429))
    return {
        method: {**each, "responses": common | each["responses"]} for method, each in item.items()
    }


def text() -> str:
    """Return the file's content."""
    return json.dumps(make(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
