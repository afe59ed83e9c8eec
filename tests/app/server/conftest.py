"""A client of the web interface without a network."""

from collections.abc import Iterator
from typing import Any

import pytest
from support.serving import client_of, golden_result, make_site, put

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
