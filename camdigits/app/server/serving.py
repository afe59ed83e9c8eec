"""Start the server: live run, application, sockets, and an orderly end."""

import logging
import os
import socket
from collections.abc import Callable
from contextlib import ExitStack

import uvicorn

from camdigits.app.server.application import make_app
from camdigits.app.server.live_routes import MAX_FRAME
from camdigits.app.server.options import ServeOptions
from camdigits.app.server.site import Site
from camdigits.app.server.tokens import Token, find_token
from camdigits.errors import ServerError

MAX_CONNECTIONS = 200  # chosen: further ones get 503
SHUTDOWN_S = 2  # chosen: how long open answers may take to end


class _Server(uvicorn.Server):
    """A server that ends endless answers when it shuts down."""

    def __init__(self, config: uvicorn.Config, site: Site) -> None:
        super().__init__(config)
        self._site = site

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the server."""
        self._site.closing = True
        self._site.latest.wake()
        self._site.history.wake()
        await super().shutdown(sockets)


def serve(site: Site, announce: Callable[[str], None], report: Callable[[str], None]) -> None:
    """Serve until the process is interrupted.

    Args:
        site: what is served; its live run is started. The caller closes it.
        announce: receives the address to open, once, when the server listens.
        report: receives lines about the token.

    Raises:
        ServerError: the address is taken or not this machine's, or a TLS file cannot be used.
        KeyboardInterrupt: Ctrl-C or SIGTERM, after an orderly end.
    """
    options = site.options
    secret, line = find_token(options)
    site.token = None if secret is None else Token(secret)
    with ExitStack() as stack:
        listening = stack.enter_context(listen(options.host, options.port))
        server = _Server(_config(options, site), site)
        if site.run is not None:
            site.run.start()
        is_new = secret is not None and line.startswith("token: ")
        announce(address(options, listening.getsockname()[1], secret if is_new else None))
        if line:
            report(line)
        server.run([listening])


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket.

    Raises:
        ServerError: the address is taken or not this machine's.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=128)
    except (OSError, OverflowError) as error:
        # The system's own words: Python adds the address, which the message names already.
        number = getattr(error, "errno", None)
        reason = os.strerror(number) if number and number > 0 else error
        raise ServerError(
            f"cannot listen on {host} port {port}: {reason}; give another --port or --host"
        ) from error


def address(options: ServeOptions, port: int, secret: str | None) -> str:
    """Return the address to open, with a new token in its fragment, which is never sent."""
    scheme = "https" if options.tls_cert else "http"
    host = options.host
    if host in ("0.0.0.0", "::", ""):
        host = own_address()
    host = f"[{host}]" if ":" in host else host
    return f"{scheme}://{host}:{port}{options.root_path}/" + (f"#token={secret}" if secret else "")


def own_address() -> str:
    """Return this machine's address on its network; sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(
                ("192.0.2.1", 9)
            )  # reserved for documentation: only the route is looked up
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def _config(options: ServeOptions, site: Site) -> uvicorn.Config:
    # Dropped viewers end their answers half-way, which is not an error of the server.
    logging.getLogger("uvicorn.error").addFilter(_is_not_half_an_answer)
    config = uvicorn.Config(
        make_app(site),
        http="h11",
        ws="websockets-sansio",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        log_level=logging.ERROR,
        access_log=False,
        server_header=False,
        limit_concurrency=MAX_CONNECTIONS,
        timeout_graceful_shutdown=SHUTDOWN_S,
        ws_max_size=MAX_FRAME,
        ws_per_message_deflate=False,  # pictures are compressed already
        ssl_certfile=options.tls_cert,
        ssl_keyfile=options.tls_key,
    )
    try:
        config.load()
    except OSError as error:  # ssl.SSLError too
        raise ServerError(
            f"cannot use {options.tls_cert} and {options.tls_key}: {error.strerror or error}; "
            "give a certificate and its key as PEM files"
        ) from error
    return config


def _is_not_half_an_answer(record: logging.LogRecord) -> bool:
    return "without completing response" not in record.getMessage()
