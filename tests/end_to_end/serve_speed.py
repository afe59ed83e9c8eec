"""Measure `camdigits serve` on loopback: from frame to eye, and what viewers cost the reader.

    PYTHONPATH=.:tests python tests/end_to_end/serve_speed.py

Frame to eye: the time that a frame carries is read back in Chromium from the canvas of the page,
right after the animation frame in which it was painted.
Viewers: the reader's rate with eight viewers (five never take what they requested) divided by its
rate without any, in turns.
"""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from end_to_end.stamped_server import BITS
from support.browser import Visit, chromium
from support.command import ENVIRONMENT, ROOT, started
from support.serving import Server
from websockets.sync.client import ClientConnection, connect

SERVER = Path(__file__).parent / "stamped_server.py"
AGES = f"""
(() => {{
  window.ages = [];
  const draw = CanvasRenderingContext2D.prototype.drawImage;
  CanvasRenderingContext2D.prototype.drawImage = function (...values) {{
    draw.apply(this, values);
    const {{ canvas }} = this;
    if (!canvas.closest?.(".picture")) return;
    const row = this.getImageData(0, Math.round(canvas.height / 60), canvas.width, 1).data;
    let ms = 0;
    for (let bit = 0; bit < {BITS}; bit += 1) {{
      const x = Math.floor(((bit + 0.5) * canvas.width) / {BITS});
      ms = 2 * ms + (row[4 * x] > 127 ? 1 : 0);
    }}
    const painted = new MessageChannel();
    painted.port1.onmessage = () => window.ages.push((Date.now() % {1 << BITS}) - ms);
    requestAnimationFrame(() => painted.port2.postMessage(0));
  }};
}})();
"""


class Ages(NamedTuple):
    """Milliseconds from frame to eye."""

    count: int
    median_ms: float
    p99_ms: float


@contextmanager
def stamped(page: str, *options: object) -> Iterator[Server]:
    """Start the stamped server for the length of a with block."""
    with TemporaryDirectory() as folder:
        command = [sys.executable, SERVER, "serve", page, "--port", "0", *options]
        path = f"{ROOT}:{ROOT / 'tests'}"
        environment = {**ENVIRONMENT, "PYTHONPATH": path}
        with started(command, cwd=folder, env=environment) as process:
            assert process.stdout is not None
            yield Server(process, process.stdout.readline().strip())


def frame_to_eye(browser: Any, page_name: str, seconds: float, *options: object) -> Ages:
    """Look at the page for some seconds; return the ages of the pictures when they were seen."""
    with stamped(page_name, *options) as server:
        visit = Visit(browser, server.address, viewport={"width": 1280, "height": 800})
        visit.page.add_init_script(AGES)
        page = visit.open("live")
        page.wait_for_selector("svg .digit")
        page.evaluate("window.ages.length = 0")
        page.wait_for_timeout(1000 * seconds)
        ages = sorted(page.evaluate("window.ages"))
        visit.context.close()  # Chromium warns that pixels are read often
    return Ages(len(ages), median(ages), ages[int(0.99 * (len(ages) - 1))])


def results(server: Server) -> float:
    """Return the number of results so far."""
    lines = server.get("metrics")[1].decode().splitlines()
    (value,) = (line.split()[1] for line in lines if line.startswith("camdigits_results_total"))
    return float(value)


def rate(server: Server, seconds: float) -> float:
    """Return results per second, measured over some seconds."""
    before, started_s = results(server), time.monotonic()
    time.sleep(seconds)
    return (results(server) - before) / (time.monotonic() - started_s)


def live(server: Server) -> ClientConnection:
    """Connect to the live WebSocket; the client reads nothing by itself beyond its buffer."""
    address = server.address.replace("http", "ws", 1) + "api/v1/live"
    return connect(
        address,
        max_size=None,
        compression=None,
        proxy=None,
        max_queue=1,
        ping_interval=None,
        close_timeout=0.1,
    )


VIEWER = """
import json, sys
from websockets.sync.client import connect
with connect(sys.argv[1], max_size=None, compression=None, proxy=None) as viewer:
    while True:
        viewer.send('{"next": 1, "width": 960}')
        viewer.recv()
"""


@contextmanager
def viewers(server: Server, good: int, stalled: int) -> Iterator[None]:
    """Let viewers look for the length of a with block; stalled ones never take what they want."""
    address = server.address.replace("http", "ws", 1) + "api/v1/live"
    with ExitStack() as stack:
        for _ in range(good):
            stack.enter_context(started([sys.executable, "-c", VIEWER, address]))
        for _ in range(stalled):
            viewer = stack.enter_context(live(server))
            viewer.socket.setsockopt(1, 8, 8192)  # SO_RCVBUF
            for _ in range(20):
                viewer.send(json.dumps({"next": 1, "width": 960}))
        time.sleep(1.5)
        yield


def share_with_viewers(turns: int, seconds: float) -> tuple[float, float, float]:
    """Return the rate without and with eight viewers, and their ratio: medians over turns."""
    alone, watched = [], []
    with stamped("page") as server:
        time.sleep(2)
        for _ in range(turns):
            alone.append(rate(server, seconds))
            with viewers(server, 3, 5):
                watched.append(rate(server, seconds))
        assert server.process.poll() is None
    ratios = [with_ / without for with_, without in zip(watched, alone, strict=True)]
    return median(alone), median(watched), median(ratios)


def main() -> None:
    """Print the figures."""
    with chromium() as browser:
        for name, fps in (("page", 10), ("page", 30), ("desk", 10)):
            ages = frame_to_eye(browser, name, 20, "--stream-fps", fps)
            print(
                f"frame to eye, {name}, {fps} pictures/s: median {ages.median_ms:.0f} ms, "
                f"99 % {ages.p99_ms:.0f} ms, {ages.count} pictures"
            )
    alone, watched, ratio = share_with_viewers(5, 6)
    print(f"reader: {alone:.1f}/s alone, {watched:.1f}/s with 8 viewers, ratio {ratio:.3f}")


if __name__ == "__main__":
    main()
