"""Chromium for tests of the page, and what it reports."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

ARGUMENTS = (
    "--no-sandbox",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--disable-dev-shm-usage",
)
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@contextmanager
def chromium() -> Iterator[Any]:
    """Start Debian's Chromium without a screen; without it a test is left out, but not on CI."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs the extra [test]")
    path = shutil.which("chromium")
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI wants chromium installed")
        pytest.skip("chromium is not installed")
    with playwright.sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


class Visit:
    """A page with what went wrong in it and what it loaded.

    Args:
        browser: of `chromium`.
        address: of the server, with a slash at its end.
        options: of the browser's context.
    """

    def __init__(self, browser: Any, address: str, **options: Any) -> None:
        self.address = address
        self.problems: list[str] = []
        self.requested: list[str] = []
        self.bytes = 0
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("request", lambda request: self.requested.append(request.url))
        self.page.on("requestfinished", self._finished)

    def open(self, tab: str) -> Any:
        """Open a tab of the page; return the page."""
        self.page.goto(f"{self.address}#{tab}")
        self.page.wait_for_selector("[role=tabpanel]")
        return self.page

    def close(self) -> None:
        """Close it; fail if something went wrong in it or it loaded anything from elsewhere."""
        self.context.close()
        assert not self.problems, self.problems
        own = (self.address, "blob:", "data:", self.address.replace("http", "ws", 1))
        assert not [url for url in self.requested if not url.startswith(own)]

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(message.text)

    def _finished(self, request: Any) -> None:
        sizes = request.sizes()
        self.bytes += sizes["responseBodySize"] + sizes["responseHeadersSize"]


def until(condition: Callable[[], object], timeout_s: float = 15.0) -> None:
    """Wait until a condition holds."""
    deadline_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline_s, "timeout"
        time.sleep(0.05)


def texts(page: Any, selector: str) -> list[str]:
    """Return the texts of all elements."""
    found: list[str] = page.locator(selector).all_inner_texts()
    return found
