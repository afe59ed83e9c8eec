import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from camdigits.recognize.card import find_model
from train.data.alphabets import DIGIT_NONE
from train.data.sets import Glyphset
from train.errors import NetError
from train.report import page, speed
from train.report.write import write_report

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PIXEL = page.figure(b"\x89PNG\r\n\x1a\n" + b"\0" * 16, "a <picture>", 'so & "so"')
PROBE = """<script>addEventListener("load", () => {
  document.body.dataset.broken = [...document.images].filter(one => !one.naturalWidth).length;
  const root = document.documentElement;
  document.body.dataset.wide = root.scrollWidth - root.clientWidth;
});</script></body>"""


def test_every_text_is_escaped() -> None:
    """A label may be any text."""
    html = page.page(
        "<a>",
        "x < y",
        [page.Tile("<1>", "a & b")],
        [page.Section("one", "<e>", page.table(["<h>"], [["<c>", "<d>"]]) + PIXEL)],
    )

    for tag in ("<a>", "<e>", "<c>", "<d>", "<h>", "<1>", "<picture>"):
        assert tag not in html
    assert "x &lt; y" in html
    assert "a &amp; b" in html


def test_a_card_may_hold_anything() -> None:
    """Lists, numbers, None and nested tables are shown."""
    html = page.definitions({"data": {"a/b": 12000}, "start": None, "of": ["x", "<y>"]})

    assert "<dt>a/b</dt><dd>12,000</dd>" in html
    assert "<td>x, &lt;y&gt;</td>" in html
    assert "<td>none</td>" in html


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the report of the shipped model on a few blots."""

    def missing() -> bytes:
        raise NetError("TensorFlow is left out")

    rng = np.random.default_rng(1)
    images = rng.integers(0, 256, (60, 28, 28)).astype(np.uint8)
    blots = Glyphset("blots/val", images, rng.integers(0, 10, 60).astype(np.uint8))
    none = replace(blots, name="dirt/val", labels=np.full(60, DIGIT_NONE, np.uint8))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(speed, "classic_net", missing)
        patch.setattr(speed, "ROUNDS", 1)
        patch.setattr("train.report.runs.find_run", lambda *_: None)
        out = tmp_path_factory.mktemp("report")
        return write_report(
            find_model("digits"), None, out, report=lambda _: None, sets=(blots, none)
        )


def test_the_page_is_self_contained(report: Path) -> None:
    """It links only to its own sections and inlined pictures, and has no script."""
    html = report.read_text()

    targets = re.findall(r'(?:src|href|url)\s*[=(]\s*"?([^"\s>)]{1,30})', html)
    assert targets
    assert all(one.startswith(("#", "data:image/png;base64,")) for one in targets)
    assert "<script" not in html
    assert {f"#{anchor}" for anchor in re.findall(r'section id="(\w+)"', html)} == {
        one for one in targets if one.startswith("#")
    }


def test_figures_are_written_next_to_the_page(report: Path) -> None:
    """They can be used in other documents."""
    names = {path.name for path in report.parent.iterdir()}

    figures = {"confusion.png", "reliability.png", "rejects.png", "filters.png", "maps-1.png"}
    assert figures | {"misread-blots-val.png", "report.html"} <= names
    assert not [name for name in names if name.endswith(".part")]


@pytest.fixture(scope="module")
def browser() -> str:
    """Find Chromium; skip its tests without it, but fail on CI."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None and os.environ.get("CI") == "true":
        pytest.fail("no Chromium on CI: apt-get install chromium")
    if found is None:
        pytest.skip("no Chromium is installed")
    return found


def dump(browser: str, html: Path, profile: Path, width: int) -> tuple[str, list[str]]:
    """Load a page; return its DOM and the console output."""
    options = ("--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr")
    done = subprocess.run(
        [
            browser,
            *options,
            f"--user-data-dir={profile}",
            f"--window-size={width},900",
            "--dump-dom",
            html.as_uri(),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


@pytest.mark.parametrize("width", [1280, 500])
def test_a_browser_shows_it(browser: str, report: Path, tmp_path: Path, width: int) -> None:
    """All pictures load, the console is empty, and the page is no wider than the window."""
    probe = tmp_path / "probe.html"  # the page forbids scripts, so a copy allows the question
    allowed = report.read_text().replace("default-src 'none'", "script-src 'unsafe-inline'")
    probe.write_text(allowed.replace("</body>", PROBE))

    _, said = dump(browser, report, tmp_path / "profile", width)
    shown, _ = dump(browser, probe, tmp_path / "profile", width)

    assert said == []
    assert 'data-broken="0"' in shown
    assert 'data-wide="0"' in shown


def test_a_broken_picture_would_be_noticed(browser: str, tmp_path: Path) -> None:
    """The check of the test above can fail."""
    probe = tmp_path / "probe.html"
    probe.write_text(f'<body><img src="data:image/png;base64,AAAA"><img src="x.png">{PROBE}')

    shown, said = dump(browser, probe, tmp_path / "profile", 500)

    assert 'data-broken="2"' in shown
    assert said == []
