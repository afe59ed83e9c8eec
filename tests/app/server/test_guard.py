"""The security rules, one by one."""

import time

import pytest
from starlette.websockets import WebSocketDisconnect
from support.serving import JPEG, JSON, SECRET, client_of, golden_result, make_site, put

from camdigits.app.server.guard import MAX_JSON, host_name
from camdigits.app.server.tokens import MAX_FAILURES, Token

WS = "ws://127.0.0.1:8737"
STATUS = "/api/v1/status"
BEARER = {"Authorization": f"Bearer {SECRET}"}
DRAWING = b'{"strokes": [], "width": 32, "height": 32}'


@pytest.fixture
def locked():
    """A client of a site that needs a token."""
    site = make_site(SECRET)
    put(site, golden_result())
    with client_of(site) as made:
        yield made
    site.close()


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1:8737", "localhost", "LOCALHOST:1", "[::1]:8737", "192.168.1.20", "localhost."],
)
def test_addresses_and_own_names_are_answered(client, host):
    """An IP literal or a name of this machine is no sign of another site."""
    assert client.get(STATUS, headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8737", "127.0.0.1.evil.example", "", "a@127.0.0.1",
             "localhost.evil.example", "127.0.0.1/", "0x7f.1.evil.example"]
)  # fmt: skip
def test_other_names_are_misdirected(client, host):
    """DNS rebinding: a page of another site carries that site's name; every path is closed."""
    for path in (STATUS, "/", "/healthz", "/static/app.js"):
        answer = client.get(path, headers={"Host": host})
        assert answer.status_code == 421
        assert "wanted" in answer.json()["error"]


def test_allowed_names_are_answered():
    """--allow-host adds a name; case does not matter."""
    with client_of(make_site(allow_host=("Cam.Example",))) as client:
        assert client.get(STATUS, headers={"Host": "cam.example:99"}).status_code == 200


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (None, 200),  # curl
        ("http://127.0.0.1:8737", 200),
        ("http://127.0.0.1:8738", 403),
        ("https://127.0.0.1:8737", 200),  # a proxy that ends TLS and passes Host
        ("http://localhost:8737", 403),
        ("http://evil.example", 403),
        ("http://127.0.0.1:8737.evil.example", 403),
        ("http://user@127.0.0.1:8737", 403),
        ("null", 403),
        ("file://", 403),
        ("", 403),
    ],
)
def test_requests_that_change_come_from_the_page(client, origin, status):
    """CSRF: a browser names the page that sends a request."""
    headers = JSON if origin is None else {**JSON, "Origin": origin}

    assert client.post("/api/v1/draw", content=DRAWING, headers=headers).status_code == status


@pytest.mark.parametrize(("sender", "status"), [("cross-site", 403), ("same-site", 403),
                                              ("none", 200), ("same-origin", 200)])  # fmt: skip
def test_a_browser_without_origin_names_the_site(client, sender, status):
    """Sec-Fetch-Site is used where Origin is missing."""
    headers = {**JSON, "Sec-Fetch-Site": sender}

    assert client.post("/api/v1/draw", content=DRAWING, headers=headers).status_code == status


@pytest.mark.parametrize("path", ["/api/v1/live", "/api/v1/camera"])
@pytest.mark.parametrize("headers", [{"Origin": "http://evil.example"}, {"Host": "evil.example"}])
def test_a_websocket_of_another_site_is_rejected(client, path, headers):
    """The same-origin policy does not hold for WebSockets: the server checks."""
    with pytest.raises((WebSocketDisconnect, Exception)) as caught, \
            client.websocket_connect(WS + path, headers=headers):  # fmt: skip
        pass
    answer = getattr(caught.value, "response", None) or caught.value
    assert getattr(answer, "status_code", None) in (403, 421)


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=x",
                                  "application/x-www-form-urlencoded", "application/octet-stream",
                                  ""])  # fmt: skip
def test_bodies_of_forms_are_rejected(client, kind):
    """Only kinds that a form of another site cannot send."""
    for path in ("/api/v1/read", "/api/v1/draw", "/api/v1/login"):
        assert client.post(path, content=b"x", headers={"Content-Type": kind}).status_code == 415


def test_large_bodies_are_rejected_by_their_stated_length():
    """Nothing is read of a body whose length is over the limit."""
    with client_of(make_site(max_upload=1000)) as client:
        picture = client.post("/api/v1/read", content=b"x" * 1001, headers=JPEG)
        drawing = client.post("/api/v1/draw", content=b"x" * (MAX_JSON + 1), headers=JSON)

    assert picture.status_code == drawing.status_code == 413
    assert "1000 bytes" in picture.json()["error"]


def test_large_bodies_are_rejected_while_they_come():
    """A body without a stated length is counted."""
    with client_of(make_site(max_upload=1000)) as client:
        answer = client.post("/api/v1/read", content=iter([b"x" * 600] * 2), headers=JPEG)

    assert answer.status_code == 413


def test_every_answer_has_the_security_headers(client):
    """Errors too."""
    for path in ("/healthz", "/nowhere", STATUS):
        headers = client.get(path).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] in ("no-cache", "no-store")
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "access-control-allow-origin" not in headers


def test_preflights_get_no_permission(client):
    """No other site may read an answer."""
    answer = client.options(STATUS, headers={"Origin": "http://evil.example"})

    assert answer.status_code == 405
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    "path",
    [STATUS, "/metrics", "/snapshot.jpg", "/stream.mjpg", "/api/v1/settings", "/api/v1/history",
     "/api/v1/result", "/api/v1/numbers", "/api/v1/events", "/api/v1/crops/1.png",
     "/api/v1/files/a.mp4", "/nowhere"],
)  # fmt: skip
def test_without_the_token_nothing_is_shown(locked, path):
    """Everything but the page itself, its files, the login and the health check."""
    assert locked.get(path).status_code == 401


@pytest.mark.parametrize("path", ["/api/v1/read", "/api/v1/draw", "/api/v1/maps", "/api/v1/step"])
def test_without_the_token_nothing_is_read(locked, path):
    """Uploads too."""
    assert locked.post(path, content=DRAWING, headers=JSON).status_code == 401


def test_the_page_opens_without_the_token(locked):
    """It has the form for the token, and no content of users."""
    for path in ("/healthz", "/api/v1/openapi.json"):
        assert locked.get(path).status_code == 200


def test_a_bearer_token_opens_everything(locked):
    """For programs."""
    assert locked.get(STATUS, headers=BEARER).status_code == 200
    assert locked.get("/metrics", headers=BEARER).status_code == 200


def test_login_sets_a_cookie_that_scripts_and_other_sites_cannot_use(locked):
    """HttpOnly, SameSite=Strict, and its value is not the token."""
    answer = locked.post("/api/v1/login", json={"token": SECRET})

    cookie = answer.headers["set-cookie"]
    assert answer.status_code == 204
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert SECRET not in cookie
    assert locked.get(STATUS).status_code == 200


def test_the_cookie_is_secure_over_tls():
    """A browser never sends it in plain text then."""
    with client_of(make_site(SECRET)) as client:
        client.base_url = "https://127.0.0.1:8737"
        answer = client.post("/api/v1/login", json={"token": SECRET})

    assert "Secure" in answer.headers["set-cookie"]


@pytest.mark.parametrize(
    "cookie", ["camdigits=", "camdigits=x", f"camdigits={SECRET}", "=;;;", "\u00e9"]
)
def test_a_wrong_cookie_opens_nothing(locked, cookie):
    """The token itself is no cookie."""
    assert locked.get(STATUS, headers={"Cookie": cookie.encode("latin-1")}).status_code == 401


def test_the_view_token_opens_pictures_only(locked):
    """It may stand in addresses, so it opens the streams and nothing else."""
    view = Token(SECRET).view

    picture = locked.get(f"/snapshot.jpg?view={view}")

    assert picture.status_code == 200
    assert picture.headers["cross-origin-resource-policy"] == "cross-origin"
    assert locked.get(f"{STATUS}?view={view}").status_code == 401
    assert locked.get("/snapshot.jpg?view=wrong").status_code == 401
    assert locked.get(f"/snapshot.jpg?view={SECRET}").status_code == 401


@pytest.mark.parametrize("way", ["login", "bearer"])
def test_five_wrong_tokens_lock_an_address_out(locked, way, monkeypatch):
    """For a minute, the right token too; then it is open again."""

    def try_token(secret):
        if way == "login":
            return locked.post("/api/v1/login", json={"token": secret}).status_code
        return locked.get(STATUS, headers={"Authorization": f"Bearer {secret}"}).status_code

    assert [try_token(f"wrong-{i}") for i in range(MAX_FAILURES)] == [401] * MAX_FAILURES
    answer = locked.get(STATUS, headers=BEARER)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 60
    assert try_token(SECRET) == 429

    now_s = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now_s + 61)
    assert try_token(SECRET) in (200, 204)


def test_wrong_view_tokens_lock_nobody_out(locked):
    """A camera card with an old one tries often, and it is too long to guess."""
    for _ in range(MAX_FAILURES + 1):
        assert locked.get("/snapshot.jpg?view=old").status_code == 401
    assert locked.get(STATUS, headers=BEARER).status_code == 200


@pytest.mark.parametrize("path", ["/api/v1/live", "/api/v1/camera"])
def test_a_websocket_without_the_token_is_closed_with_4401(locked, path):
    """A page cannot see the status of a rejected handshake, but the close code."""
    with (
        locked.websocket_connect(WS + path) as websocket,
        pytest.raises(WebSocketDisconnect) as caught,
    ):
        websocket.receive_text()

    assert caught.value.code == 4401


def test_no_path_of_a_request_reaches_the_files(client):
    """Neither static files nor recordings nor models are found outside of their folders."""
    for path in (
        "/static/../guard.py",
        "/static/%2e%2e/guard.py",
        "/static/..%2fguard.py",
        "/api/v1/files/..%2f..%2fetc%2fpasswd",
        "/api/v1/files/%2fetc%2fpasswd",
    ):
        assert client.get(path).status_code == 404
    for model in ("../models/digits", "/etc/passwd", "models/digits.tflite", "own"):
        query = f"/api/v1/draw?model={model}"
        assert client.post(query, content=DRAWING, headers=JSON).status_code == 422


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Pi.Local:8737", "pi.local"),
        ("[fe80::1%eth0]:80", "fe80::1%eth0"),
        ("x:y", "x"),
        ("[", ""),
    ],
)
def test_host_names(header, name):
    """Without port and brackets, in lower case."""
    assert host_name(header) == name
