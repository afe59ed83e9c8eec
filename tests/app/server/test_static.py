"""The files of the page: vendored ones unchanged, own ones without anything from elsewhere."""

import hashlib
import re

import pytest

from camdigits.app.server.application import STATIC

VENDOR = STATIC / "vendor"
OWN = sorted(path for path in STATIC.iterdir() if path.is_file())


def test_vendored_files_are_unchanged():
    """Each has a line in SHA256SUMS, and each library its licence."""
    sums = dict(
        line.split("  ")[::-1] for line in (VENDOR / "SHA256SUMS").read_text().splitlines()
    )
    files = {path.name for path in VENDOR.iterdir()} - {"SHA256SUMS", "README.md"}

    assert files == set(sums)
    for name, digest in sums.items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == digest
    assert {name for name in files if name.startswith("LICENSE")} == {
        f"LICENSE-{library}" for library in ("htm", "pico", "preact", "uplot")
    }


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_own_files_load_nothing_from_elsewhere(path):
    """No address of another host, no inline script or style, no root-relative address."""
    text = path.read_text(encoding="utf-8")

    foreign = re.findall(r"https?://(?!localhost|www\.w3\.org)[\w.-]+", text)
    assert not foreign
    assert not re.search(r"<script(?![^>]*src=)|\son\w+=\"|\sstyle=\"|(src|href)=\"/", text)


def test_the_page_and_its_modules_are_small():
    """All tabs together, without the curve that is loaded when it is needed."""
    files = [path for path in STATIC.rglob("*") if path.suffix in (".html", ".js", ".css", ".svg")]
    size = sum(path.stat().st_size for path in files if not path.name.startswith("uPlot"))

    assert size <= 200_000
