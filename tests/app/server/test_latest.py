"""One slot for the latest result; viewers never hold the reader up."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from support.serving import golden_result, make_site, put

from camdigits.app.server import latest as module
from camdigits.app.server.latest import LatestResult, encode_jpeg, step_width
from camdigits.app.server.signal import Signal
from camdigits.image import cv2


def test_a_picture_is_encoded_once_for_all_viewers(monkeypatch):
    """The same width is made once, though eight want it at the same time."""
    made = []
    whole = module.encode_jpeg
    monkeypatch.setattr(
        module, "encode_jpeg", lambda *values: (made.append(values[1]), whole(*values))[1]
    )
    site = make_site()
    put(site, golden_result())

    async def look():
        moment = site.latest.moment
        wanted = [site.latest.jpeg(moment, width, overlay=False) for width in [900] * 8 + [320]]
        return await asyncio.gather(*wanted)

    pictures = asyncio.run(look())

    assert sorted(made) == [320, 960]
    assert len(set(pictures[:8])) == 1
    assert pictures[8] != pictures[0]


def test_nothing_is_encoded_unless_someone_looks(monkeypatch):
    """A result costs the reader a reference."""
    monkeypatch.setattr(module, "encode_jpeg", lambda *_: pytest.fail("encoded"))
    site = make_site()

    for _ in range(100):
        put(site, golden_result())

    assert site.latest.moment.seq == 100


def test_a_viewer_that_leaves_does_not_stop_the_others():
    """The work goes on for those who still wait."""
    gate = threading.Event()

    class Slow(ThreadPoolExecutor):
        def submit(self, work, /, *values):
            return super().submit(lambda: (gate.wait(5), work(*values))[1])

    site = make_site()
    latest = LatestResult(Slow(1))
    site.latest = latest
    put(site, golden_result())

    async def look():
        first, second = (
            asyncio.create_task(latest.jpeg(latest.moment, 320, overlay=False)) for _ in range(2)
        )
        await asyncio.sleep(0.05)
        first.cancel()
        gate.set()
        return await second

    assert asyncio.run(look())[:2] == b"\xff\xd8"


def test_a_waiting_viewer_is_woken_by_the_reader():
    """From another thread, at once; without a result it gives up in time."""
    site = make_site()

    async def look():
        started_s = time.monotonic()
        assert await site.latest.after(0, 0.05) is None
        assert time.monotonic() - started_s >= 0.04
        threading.Timer(0.05, put, (site, golden_result())).start()
        moment = await site.latest.after(0, 10)
        assert await site.latest.after(moment.seq, 0.01) is None
        return moment.seq, time.monotonic() - started_s

    seq, seconds = asyncio.run(look())

    assert seq == 1
    assert seconds < 5


def test_a_slow_viewer_gets_the_newest():
    """What came in between is skipped."""
    site = make_site()

    async def look():
        put(site, golden_result())
        first = await site.latest.after(0, 1)
        for _ in range(20):
            put(site, golden_result())
        second = await site.latest.after(first.seq, 1)
        return first.seq, second.seq

    assert asyncio.run(look()) == (1, 21)


def test_a_signal_wakes_all_and_can_be_fired_before_anyone_waits():
    """Firing without listeners does nothing."""
    signal = Signal()
    signal.fire()

    async def wait():
        waiting = [asyncio.create_task(signal.wait(5)) for _ in range(3)]
        await asyncio.sleep(0.01)
        signal.fire()
        return await asyncio.gather(*waiting)

    assert asyncio.run(wait()) == [True] * 3


def test_widths_are_few_and_pictures_are_never_enlarged():
    """A client cannot fill the memory with widths."""
    assert {step_width(width) for width in range(1, 3000)} == set(module.WIDTHS)
    picture = np.zeros((30, 40, 3), np.uint8)
    for width, shape in ((20, (15, 20, 3)), (640, (30, 40, 3))):
        decoded = cv2.imdecode(np.frombuffer(encode_jpeg(picture, width), np.uint8), 1)
        assert decoded.shape == shape


def test_the_age_grows():
    """Reading time and the time since then."""
    site = make_site()
    put(site, golden_result())
    moment = site.latest.moment

    first = moment.age_ms()
    time.sleep(0.02)

    assert first >= sum(golden_result().ms.values())
    assert moment.age_ms() >= first + 15
