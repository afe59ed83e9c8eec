"""The description of the interface is that of the code, and answers fit it."""

import json

import pytest
from starlette.routing import Route
from support.serving import GOLDEN, JPEG

from camdigits.app.server.application import routes

pytest.importorskip("pydantic", reason="needs the extra [test]")

from app.server.make_openapi import TARGET, text
from pydantic import TypeAdapter

from camdigits.app.server import schema

NOT_DESCRIBED = {"/", "/stream.mjpg", "/api/v1/events", "/api/v1/openapi.json"}  # endless, itself
TYPES = {
    "/api/v1/status": "StatusObject",
    "/api/v1/settings": "SettingsObject",
    "/api/v1/result": "ResultObject",
    "/api/v1/numbers": "NumbersObject",
    "/api/v1/history": "HistoryObject",
    "/healthz": "HealthObject",
    "/nowhere": "ErrorObject",
}


def test_the_shipped_file_is_up_to_date():
    """Else run: python tests/app/server/make_openapi.py."""
    assert TARGET.read_text(encoding="utf-8") == text()


def test_every_route_is_described_with_its_methods():
    """WebSockets, static files and endless answers cannot be described."""
    paths = json.loads(text())["paths"]
    described = {(path, method.upper()) for path, item in paths.items() for method in item}

    served = {
        (route.path, method)
        for route in routes()
        if isinstance(route, Route) and route.path not in NOT_DESCRIBED
        for method in route.methods - {"HEAD"}
    }
    assert described == served


@pytest.mark.parametrize("path", TYPES)
def test_answers_have_the_described_type(client, path):
    """Checked strictly, without conversion."""
    answer = client.get(path)

    TypeAdapter(getattr(schema, TYPES[path])).validate_json(answer.content, strict=True)


def test_a_reading_with_details_has_the_described_type(client):
    """The largest object."""
    data = (GOLDEN / "small.jpg").read_bytes()
    answer = client.post("/api/v1/read?debug=1", content=data, headers=JPEG)

    TypeAdapter(schema.ResultObject).validate_json(answer.content, strict=True)


def test_the_server_sends_the_file(client):
    """As it is."""
    assert client.get("/api/v1/openapi.json").text == TARGET.read_text(encoding="utf-8")
