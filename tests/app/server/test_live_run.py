"""The live run on its thread: commands from browsers, and how it ends."""

import asyncio
import time
from dataclasses import replace

import pytest
from support.browser import until
from support.fakes import CAMERA, FILE, PICTURES, FakeReader, FakeSink, FakeSource
from support.serving import GOLDEN, client_of, make_site, shared_readers

from camdigits.app.live.session import LiveOptions
from camdigits.app.server import live_routes
from camdigits.app.server.errors import RequestError
from camdigits.app.server.live_routes import EndlessResponse
from camdigits.app.server.live_run import LiveRun
from camdigits.app.server.reading import ReadSettings
from camdigits.errors import OutputError, SourceLostError
from camdigits.image import cv2, frozen
from camdigits.sources.synthetic import SyntheticSource
from camdigits.track.tracker import Tracker
from camdigits.values import Frame

SLOW_FILE = replace(FILE, fps=100.0)


@pytest.fixture
def start():
    """Start a run of a source on a new site; it is closed at the end."""
    sites = []

    def started(source, sinks=(), reader=None, tracker=None, **options):
        site = make_site()
        lines = []
        site.lines = lines
        site.run = LiveRun(
            source,
            reader or FakeReader(),
            tracker,
            sinks,
            LiveOptions(stay=True, **options),
            site.latest,
            lines.append,
        )
        sites.append(site)
        site.run.start()
        return site

    yield started
    for site in sites:
        site.close()


def test_a_file_stays_at_its_last_frame(start):
    """Its end is a state, not the end of the run: settings can still be changed."""
    sink = FakeSink()
    site = start(FakeSource(SLOW_FILE, 4), [sink])

    until(lambda: site.live.state == "ended")

    assert sink.frames == [0, 1, 2, 3]
    assert site.latest.moment.result.frame.index == 3
    with client_of(site) as client:
        assert client.patch("/api/v1/settings", json={"mirror": True}).json()["mirror"]
        assert client.get("/healthz").status_code == 200


def test_settings_are_carried_out_between_frames(start):
    """Pause, step, area and mirror; all of a request or nothing."""
    site = start(FakeSource(PICTURES, 50))
    until(lambda: site.latest.moment)
    with client_of(site) as client:
        paused = client.patch("/api/v1/settings", json={"paused": True, "roi": [0, 0, 20, 20]})
        assert paused.json()["paused"]
        assert paused.json()["roi"] == [0, 0, 20, 20]
        until(lambda: site.live.state == "paused")
        frame = site.latest.moment.result.frame.index
        client.post("/api/v1/step", json={})
        until(lambda: site.latest.moment.result.frame.index == frame + 1)
        wrong = client.patch("/api/v1/settings", json={"paused": False, "threshold": 7})
        assert wrong.status_code == 422
        assert client.get("/api/v1/settings").json()["paused"]
        assert client.patch("/api/v1/settings", json={"roi": None}).json()["roi"] is None


WRONG_SETTINGS = [
    {"threshold": "0.5"},
    {"threshold": True},
    {"rotate": 45},
    {"rotate": False},
    {"model": "none"},
    {"model": 7},
    {"mirror": 1},
    {"paused": None},
    {"roi": [1, 2, 3]},
    {"roi": [0, 0, 1e9, 5]},
    {"roi": "all"},
    {"colour": "red"},
]


@pytest.mark.parametrize("settings", WRONG_SETTINGS, ids=str)
def test_wrong_settings_are_errors(start, settings):
    """The name and what was wanted are in the message."""
    site = start(FakeSource(PICTURES, 5))
    with client_of(site) as client:
        answer = client.patch("/api/v1/settings", json=settings)

    assert answer.status_code == 422
    assert "wanted" in answer.json()["error"]


def test_an_area_outside_of_the_frame_conflicts(start):
    """The frame is 64 by 48."""
    site = start(FakeSource(PICTURES, 5))
    until(lambda: site.latest.moment)
    with client_of(site) as client:
        answer = client.patch("/api/v1/settings", json={"roi": [100, 100, 50, 50]})

    assert answer.status_code == 409
    assert "64x48" in answer.json()["error"]


def test_a_new_threshold_takes_a_new_reader(start):
    """The frame that is shown is read again with it."""
    site = start(FakeSource(PICTURES, 5))
    until(lambda: site.latest.moment)
    with client_of(site) as client:
        seq = site.latest.moment.seq
        body = client.patch("/api/v1/settings", json={"threshold": 0.5, "rotate": 90}).json()
        until(lambda: site.latest.moment.seq > seq)

    assert (body["threshold"], body["rotate"]) == (0.5, 90)
    assert "classify" in site.latest.moment.result.ms


def test_frames_are_traced_only_while_someone_looks(start):
    """A trace costs time."""
    reader = FakeReader()
    site = start(FakeSource(SLOW_FILE, 400), reader=reader)
    until(lambda: len(reader.calls) > 5)
    assert not any(traced for _, traced, _ in reader.calls)

    site.run.want_details()

    until(lambda: any(traced for _, traced, _ in reader.calls))


def test_a_lost_source_leaves_the_page_up(start):
    """The state says why, the health check fails, commands are answered with 409."""
    sink = FakeSink()
    site = start(FakeSource(CAMERA, 1, SourceLostError("camera 0 was unplugged")), [sink])

    until(lambda: site.live.state == "failed")

    assert sink.closed
    assert site.lines == ["camera 0 was unplugged; the page stays up"]
    with client_of(site) as client:
        assert client.get("/api/v1/status").json()["problem"] == "camera 0 was unplugged"
        assert client.get("/healthz").status_code == 503
        answer = client.patch("/api/v1/settings", json={"paused": True})
    assert answer.status_code == 409
    assert "unplugged" in answer.json()["error"]


def test_a_full_disk_leaves_the_page_up(start):
    """An output that fails is reported like a lost source."""

    class Full(FakeSink):
        def write(self, *_):
            raise OutputError("disk full")

    site = start(FakeSource(SLOW_FILE, 5), [Full()])

    until(lambda: site.live.state == "failed")
    assert "disk full" in site.live.problem


@pytest.mark.parametrize(
    "settings", [{"threshold": 0.5}, {"mirror": True}, {"roi": [0, 0, 60, 40]}]
)
def test_a_picture_that_stays_is_read_by_itself(start, settings):
    """A tracker needs several frames; a clip of one would show nothing at all."""
    page = frozen(cv2.imread(str(GOLDEN / "touching.jpg")))

    class Still(FakeSource):
        def __iter__(self):
            yield Frame(0, 0.0, page, "clip")

    reader = shared_readers().get(ReadSettings())
    site = start(Still(SLOW_FILE, 1), reader=reader, tracker=Tracker())
    until(lambda: site.live.state == "ended" and site.latest.moment.result.digits)
    with client_of(site) as client:
        seq = site.latest.moment.seq
        client.patch("/api/v1/settings", json=settings)
        until(lambda: site.latest.moment.seq > seq)
        result = site.latest.moment.result

    assert all(digit.track is None for digit in result.digits)
    assert result.digits or "threshold" not in settings


def test_looking_at_details_changes_nothing_that_is_shown(start):
    """A paused picture that was mirrored keeps its digits when frames are traced."""
    page = frozen(cv2.imread(str(GOLDEN / "touching.jpg")))

    class Still(FakeSource):
        def __iter__(self):
            yield Frame(0, 0.0, page, "clip")

    reader = shared_readers().get(ReadSettings())
    site = start(Still(SLOW_FILE, 1), reader=reader, tracker=Tracker())
    until(lambda: site.live.state == "ended" and site.latest.moment.result.digits)
    before = site.latest.moment.result.digits

    site.run.want_details()
    until(lambda: site.latest.moment.result.trace is not None)
    traced = site.latest.moment.result.digits
    until(lambda: site.latest.moment.result.trace is None)

    assert before == traced == site.latest.moment.result.digits


def test_a_new_threshold_keeps_the_tracks(start):
    """Numbers that were reported are not reported again."""
    reader = shared_readers().get(ReadSettings())
    frames = list(SyntheticSource(60, (640, 360)))

    class Clip(FakeSource):
        def __iter__(self):
            for each in frames:
                time.sleep(0.01)
                yield each

    site = start(Clip(SLOW_FILE, 60), [], reader=reader, tracker=Tracker())
    until(lambda: site.latest.moment and site.latest.moment.result.digits)
    before = {d.track for d in site.latest.moment.result.digits}
    with client_of(site) as client:
        client.patch("/api/v1/settings", json={"threshold": 0.7})
        seq = site.latest.moment.seq
        until(lambda: site.latest.moment.seq > seq)
        after = {d.track for d in site.latest.moment.result.digits}

    assert after & before


def test_a_recording_that_cannot_begin_is_an_error(start, tmp_path):
    """A paused or ended run has no frames to record; a folder that is a file takes none."""
    (tmp_path / "file").write_text("")
    site = start(FakeSource(PICTURES, 50), folder=tmp_path / "file")
    until(lambda: site.latest.moment)
    with client_of(site) as client:
        full = client.patch("/api/v1/settings", json={"recording": True})
        client.patch("/api/v1/settings", json={"paused": True})
        paused = client.patch("/api/v1/settings", json={"recording": True})

    assert (full.status_code, paused.status_code) == (409, 409)
    assert "cannot write" in full.json()["error"]
    assert "paused" in paused.json()["error"]


def test_a_recording_is_finished_when_the_run_ends(start, tmp_path):
    """As with Ctrl-C in the window."""
    site = start(FakeSource(SLOW_FILE, 500), folder=tmp_path)
    until(lambda: site.latest.moment)
    with client_of(site) as client:
        assert client.patch("/api/v1/settings", json={"recording": True}).json()["recording"]
        time.sleep(0.2)
        site.close()
        (name,) = client.get("/api/v1/status").json()["files"]
        assert client.get(f"/api/v1/files/{name}").headers["content-type"] == "video/mp4"
    assert (tmp_path / name).stat().st_size > 1000


def test_a_command_to_a_run_that_ended_is_an_error(start):
    """Nobody would carry it out."""
    site = start(FakeSource(SLOW_FILE, 1))
    site.run.close()

    with pytest.raises(RequestError, match="over"):
        site.run.submit(lambda session: session)


def test_a_stream_that_waits_for_the_first_frame_notices_that_its_viewer_left(start):
    """Otherwise its place among the viewers would be taken until the server ends."""
    site = start(FakeSource(FILE, 0))
    response = asyncio.run(_leave_at_once(site))

    assert response["status"] == 200
    assert site.viewers.count == 0


async def _leave_at_once(site):
    sent = []

    async def receive():
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    response = EndlessResponse(site, live_routes._mjpeg(site, 320, False), "image/x")
    await asyncio.wait_for(response({}, receive, send), 5)
    return sent[0]
