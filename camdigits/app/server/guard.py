"""Decide which requests are answered at all: the server's security rules, in one place.

Rules, in this order:

1. `Host` is an IP literal, localhost, a name of this machine or an allowed one, else 421. A page
   of another site whose name was rebound to this address (DNS rebinding) carries that site's name.
2. A request that may change something, and every WebSocket, comes from this page: `Origin` is
   absent (not a browser) or equals `Host`, and `Sec-Fetch-Site` is not another site, else 403.
3. A body is a picture or JSON (415), and not larger than allowed (413).
4. Where a token is needed, the request has it: as a bearer token or as the cookie of `login`;
   the view token in the address opens pictures only. Else 401, or close code 4401. After five
   wrong tokens in a minute an address has to wait (429).

No answer allows other sites to read it: there are no CORS headers.
"""

import socket
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from ipaddress import ip_address
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.responses import JSONResponse

from camdigits.app.server.errors import RequestError
from camdigits.app.server.tokens import Failures, Token

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

COOKIE = "camdigits"
TOKEN_NEEDED = 4401  # WebSocket close code
MAX_JSON = 2_000_000  # bytes; chosen: 50,000 points of a drawing
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
BODY_METHODS = ("POST", "PATCH")  # of the routes; the router rejects others
OPEN_PATHS = ("/", "/healthz", "/api/v1/login", "/api/v1/openapi.json")  # have no content of users
OPEN_FOLDER = "/static/"
VIEW_PATHS = ("/snapshot.jpg", "/stream.mjpg")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
}


class Guard:
    """ASGI middleware that refuses what the rules forbid.

    Args:
        app: answers what is allowed.
        names: host names under which the server may be addressed, besides IP literals.
        token: None if none is needed.
        max_upload: bytes of one picture.
        root_path: prefix of a proxy, which may pass it on or remove it.
    """

    def __init__(
        self,
        app: App,
        names: Iterable[str],
        token: Token | None,
        max_upload: int,
        root_path: str = "",
    ) -> None:
        self._app, self._token, self._max_upload = app, token, max_upload
        self._root_path = root_path
        self._names = frozenset(name.lower().rstrip(".") for name in names)
        self._failures = Failures()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request or WebSocket, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = _headers(scope)
        scope["camdigits.guard"] = self
        if self._root_path:
            _add_prefix(scope, self._root_path)
        try:
            self._check_host(headers)
            if scope["type"] == "websocket" or scope["method"] not in SAFE_METHODS:
                self._check_origin(scope, headers)
            shared = self._check_token(scope, headers)
            if scope["type"] == "http":
                limit = self._check_body(scope, headers)
                receive = _limited(receive, limit)
        except RequestError as error:
            await _refuse(error, scope, receive, send)
            return
        await self._app(scope, receive, _with_headers(send, shared))

    def check_login(self, scope: Scope, given: str) -> Token:
        """Return the token if `given` is it.

        Raises:
            RequestError: it is not, or the address has to wait.
        """
        if self._token is None:
            raise RequestError(404, "wanted a server with a token, got one without; just use it")
        self._check_secret(scope, self._token.opens(given))
        return self._token

    def _check_host(self, headers: dict[str, str]) -> None:
        name = host_name(headers.get("host", ""))
        if not _is_ip(name) and name not in self._names:
            shown = name[:80] or "none"
            raise RequestError(
                421,
                f"Host: wanted an IP address or a name of this machine, got {shown}; "
                "start the server with --allow-host NAME",
            )

    def _check_origin(self, scope: Scope, headers: dict[str, str]) -> None:
        origin = headers.get("origin")
        site = headers.get("sec-fetch-site", "none")
        if origin is None and site in ("same-origin", "none"):
            return
        host = headers.get("host", "")
        secure = scope.get("scheme") in ("https", "wss")
        if origin is None or not _same_origin(origin, host, secure):
            raise RequestError(
                403,
                f"Origin: wanted this page, got {(origin or site)[:80]}; open the server's own "
                "page (a proxy must pass Host unchanged)",
            )

    def _check_token(self, scope: Scope, headers: dict[str, str]) -> bool:
        """Return whether the view token in the address opened it: other sites may embed it."""
        path = path_of(scope)
        if self._token is None:
            return False
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            self._check_secret(scope, self._token.opens(given.strip()))
            return False
        views = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("view")
        if path in VIEW_PATHS and views:
            # Not counted: it cannot be guessed, and a camera card with an old one tries often.
            if not self._token.is_view(views[0]):
                raise RequestError(401, "view: wanted the view token, got another; see status")
            return True
        if path in OPEN_PATHS or path.startswith(OPEN_FOLDER):
            return False
        if not self._token.is_session(_cookie(headers.get("cookie", ""))):
            raise RequestError(
                401,
                "token: wanted the server's token, got none; log in on the page, or send "
                "Authorization: Bearer TOKEN",
            )
        return False

    def _check_secret(self, scope: Scope, is_right: bool) -> None:
        address = str((scope.get("client") or ("?",))[0])
        wait_s = self._failures.wait_s(address)
        if wait_s > 0:  # even a right one: else guessing could go on
            raise RequestError(
                429,
                f"token: wanted at most 5 wrong ones a minute, got more; wait {wait_s:.0f} s",
                max(1, round(wait_s)),
            )
        if not is_right:
            self._failures.add(address)
            raise RequestError(
                401, "token: wanted the server's token, got another; see where it was started"
            )

    def _check_body(self, scope: Scope, headers: dict[str, str]) -> int:
        """Return the largest allowed body in bytes."""
        if scope["method"] not in BODY_METHODS:
            return 0
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        is_json = kind == "application/json"
        has_body = "transfer-encoding" in headers or headers.get("content-length", "0") != "0"
        if has_body and not is_json and not kind.startswith("image/"):
            raise RequestError(
                415,
                f"Content-Type: wanted image/... or application/json, got {kind[:80] or 'none'}; "
                "send a header such as Content-Type: image/jpeg",
            )
        limit = MAX_JSON if is_json else self._max_upload
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > limit:
            raise _too_large(limit, f"{length[:20]} bytes")
        return limit


def machine_names(host: str, allowed: Iterable[str]) -> set[str]:
    """Return the names under which this machine may be addressed.

    Args:
        host: that the server listens on; a name is allowed too.
        allowed: by the user.
    """
    own = socket.gethostname().lower()
    short = own.partition(".")[0]
    return {"localhost", own, short, f"{short}.local", host_name(host), *allowed} - {""}


def host_name(host: str) -> str:
    """Return the name or address in a Host header, without port and brackets, in lower case.

    >>> host_name("Pi.local:8737"), host_name("[::1]:80"), host_name("a@b")
    ('pi.local', '::1', '')
    """
    if any(sign in host for sign in "@/\\?# "):
        return ""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def path_of(scope: Scope) -> str:
    """Return the path of a request below the prefix of a proxy."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    return path[len(root) :] or "/" if root and path.startswith(f"{root}/") else path


def _add_prefix(scope: Scope, root_path: str) -> None:
    """Let a request have the prefix, as the framework expects it."""
    path = str(scope["path"])
    has_prefix = path == root_path or path.startswith(f"{root_path}/")
    scope["path"] = path if has_prefix else root_path + path
    scope["root_path"] = root_path


def _same_origin(origin: str, host: str, secure: bool) -> bool:
    """Return whether an Origin header names the host and port of a Host header."""
    try:
        parts = urlsplit(origin)
        here = urlsplit(f"//{host}")
        ports = {"http": 80, "https": 443}
        port = parts.port or ports.get(parts.scheme)
        here_port = here.port or (443 if secure or parts.scheme == "https" else 80)
    except ValueError:
        return False
    is_web = parts.scheme in ports and not parts.path and not parts.username
    return is_web and parts.hostname == here.hostname and port == here_port


def _is_ip(name: str) -> bool:
    try:
        ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True


def _cookie(text: str) -> str:
    try:
        morsel = SimpleCookie(text).get(COOKIE)
    except CookieError:
        return ""
    return "" if morsel is None else morsel.value


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def _too_large(limit: int, got: str) -> RequestError:
    return RequestError(413, f"body: wanted at most {limit} bytes, got {got}; send a smaller one")


def _limited(receive: Receive, limit: int) -> Receive:
    """Count the bytes of a body as they come: its stated length may be wrong or missing."""
    left = limit

    async def limited() -> MutableMapping[str, Any]:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0 and limit:
            raise _too_large(limit, "more")
        return message

    return limited


def _with_headers(send: Send, shared: bool) -> Send:
    """Add the security headers to every answer; `shared` lets other sites embed it."""
    policy = "cross-origin" if shared else "same-origin"
    extra = {**HEADERS, "Cross-Origin-Resource-Policy": policy}
    pairs = [(name.lower().encode(), value.encode()) for name, value in extra.items()]

    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            own = [*message.get("headers", [])]
            # Checked again each time: after an update old and new files of the page would mix.
            known = any(name.lower() == b"cache-control" for name, _ in own)
            cache = [] if known else [(b"cache-control", b"no-cache")]
            message["headers"] = [*own, *pairs, *cache]
        await send(message)

    return sending


async def _refuse(error: RequestError, scope: Scope, receive: Receive, send: Send) -> None:
    answer = JSONResponse(error.to_dict(), error.status, error.headers)
    if scope["type"] == "http":
        await answer(scope, receive, _with_headers(send, False))
    elif error.status == 401:  # accepted first: a browser hides the status of a rejected handshake
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close", "code": TOKEN_NEEDED, "reason": "token needed"})
    else:
        start = {"type": "websocket.http.response.start", "status": error.status}
        await send({**start, "headers": answer.raw_headers})
        await send({"type": "websocket.http.response.body", "body": answer.body})
