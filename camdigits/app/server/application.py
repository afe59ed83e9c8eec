"""Put routes, security rules and static files together as one ASGI application."""

from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

from camdigits.app.server import live_routes, read_routes, status_routes
from camdigits.app.server.errors import RequestError
from camdigits.app.server.guard import Guard, machine_names
from camdigits.app.server.site import Site
from camdigits.errors import CamdigitsError

STATIC = Path(__file__).parent / "static"
API = "/api/v1"


def make_app(site: Site) -> Guard:
    """Return the application for one site."""
    app = Starlette(
        routes=routes(),
        exception_handlers={
            RequestError: _rejected,  # type: ignore[dict-item]
            CamdigitsError: _failed,  # type: ignore[dict-item]
            HTTPException: _http_error,  # type: ignore[dict-item]
        },
    )
    app.state.site = site
    names = machine_names(site.options.host, site.options.allow_host)
    options = site.options
    return Guard(app, names, site.token, options.max_upload, options.root_path)


def routes() -> list[BaseRoute]:
    """Return every route."""
    return [
        Route("/", index),
        Route("/healthz", status_routes.health),
        Route("/metrics", status_routes.metrics),
        Route("/snapshot.jpg", read_routes.snapshot),
        Route("/stream.mjpg", live_routes.stream),
        Route(f"{API}/openapi.json", status_routes.openapi),
        Route(f"{API}/login", status_routes.login, methods=["POST"]),
        Route(f"{API}/status", status_routes.status),
        Route(f"{API}/settings", status_routes.settings, methods=["GET", "PATCH"]),
        Route(f"{API}/step", status_routes.step, methods=["POST"]),
        Route(f"{API}/result", read_routes.result),
        Route(f"{API}/numbers", read_routes.numbers),
        Route(f"{API}/events", status_routes.events),
        Route(f"{API}/history", status_routes.history),
        Route(f"{API}/read", read_routes.read, methods=["POST"]),
        Route(f"{API}/annotate", read_routes.annotate_picture, methods=["POST"]),
        Route(f"{API}/draw", read_routes.draw, methods=["POST"]),
        Route(f"{API}/maps", read_routes.maps, methods=["POST"]),
        Route(f"{API}/crops/{{id}}.png", read_routes.crop),
        Route(f"{API}/files/{{name}}", status_routes.file),
        WebSocketRoute(f"{API}/live", live_routes.live),
        WebSocketRoute(f"{API}/camera", live_routes.camera),
        Mount("/static", StaticFiles(directory=STATIC, check_dir=False)),
    ]


async def index(_request: Request) -> Response:
    """Return the page."""
    return FileResponse(STATIC / "index.html", headers={"Cache-Control": "no-cache"})


async def _rejected(_request: Request, error: RequestError) -> Response:
    return JSONResponse(error.to_dict(), error.status, error.headers)


async def _failed(_request: Request, error: CamdigitsError) -> Response:
    return JSONResponse({"error": str(error), "status": 500}, 500)


async def _http_error(request: Request, error: HTTPException) -> Response:
    """Answer as for other errors where Starlette found no route or no such method."""
    where = ascii(request.url.path[:80])[1:-1]
    reasons = {
        404: f"wanted a known address, got {where}; see {API[1:]}/openapi.json",
        405: f"wanted another method for {where}, got {request.method}; "
        f"allowed: {(error.headers or {}).get('Allow', 'see openapi.json')}",
    }
    text = reasons.get(error.status_code, error.detail)
    return JSONResponse(
        {"error": text, "status": error.status_code}, error.status_code, error.headers
    )
