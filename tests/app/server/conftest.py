"""A client of the web interface without a network."""

from collections.abc import Iterator
from typing import Any

import pytest
from support.browser import Visit, chromium
from support.serving import Server, client_of, golden_result, make_site, put, serving_page

from camdigits.app.server.site import Site


@pytest.fixture
def site() -> Iterator[Site]:
    """A site without a live run, whose latest result is that of a golden page."""
    made = make_site()
    put(made, golden_result(trace=True))
    yield made
    made.close()


@pytest.fixture
def client(site: Site) -> Iterator[Any]:
    """A client of that site."""
    with client_of(site) as made:
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One browser for all tests."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of the demo."""
    with serving_page("demo", cwd=tmp_path_factory.mktemp("serve")) as started:
        yield started


@pytest.fixture
def visit(browser: Any, server: Server) -> Iterator[Visit]:
    """A visit on a desktop, which must go without any error."""
    made = Visit(browser, server.address, viewport={"width": 1280, "height": 800})
    yield made
    made.close()
