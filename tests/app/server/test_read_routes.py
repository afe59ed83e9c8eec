"""Pictures and drawings sent to the server."""

import asyncio
import base64
import csv
import io
import threading
import time

import numpy as np
import pytest
from app.server.test_history import result
from support.serving import GOLDEN, JPEG, JSON, client_of, golden_result, make_site, put

from camdigits.app.server import reading
from camdigits.image import cv2

SMALL = (GOLDEN / "small.jpg").read_bytes()
SEVEN = {"strokes": [[[50, 50], [200, 50], [120, 250]]], "width": 300, "height": 300}


def png(data):
    """Decode a picture."""
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)


def test_a_picture_is_read_as_by_the_command_line(client):
    """The answer is the JSON Lines object."""
    answer = client.post("/api/v1/read", content=SMALL, headers=JPEG)

    expected = golden_result().to_dict()
    assert answer.status_code == 200
    assert [(d["label"], d["box"]) for d in answer.json()["digits"]] == [
        (d["label"], d["box"]) for d in expected["digits"]
    ]
    assert set(answer.json()) == set(expected)


def test_debug_adds_what_the_network_saw(client):
    """Each digit has its region, whose probabilities name its label; the ink is a PNG."""
    body = client.post("/api/v1/read?debug=1", content=SMALL, headers=JPEG).json()

    details = body["details"]
    found = {each["digit"]: each for each in details["regions"] if each["digit"] is not None}
    assert len(found) == len(body["digits"])
    for index, digit in enumerate(body["digits"]):
        region = found[index]
        best = max(range(11), key=region["probabilities"].__getitem__)
        assert details["labels"][best] == region["label"] == digit["label"]
        assert len(base64.b64decode(region["glyph"])) == 784
    ink = png(base64.b64decode(details["ink"].partition(",")[2]))
    assert ink.shape == (720, 960)
    assert 0 < (ink > 0).mean() < 0.2


def test_settings_of_the_query_are_used(client):
    """A threshold of 1 reports next to nothing; another model has other labels."""
    sure = client.post("/api/v1/read?threshold=1", content=SMALL, headers=JPEG).json()
    letters = client.post("/api/v1/read?model=letters&debug=1", content=SMALL, headers=JPEG).json()
    turned = client.post("/api/v1/read?rotate=180", content=SMALL, headers=JPEG).json()

    assert len(sure["digits"]) < len(golden_result().digits)
    assert "A" in letters["details"]["labels"]
    assert turned["rotation"] == 180


WRONG_QUERIES = [
    "threshold=2",
    "threshold=nan",
    "threshold=1_0",
    "threshold=",
    "rotate=45",
    "rotate=",
    "model=none",
    "model=",
    "debug=yes",
    "treshold=0.5",
]


@pytest.mark.parametrize("query", WRONG_QUERIES)
def test_wrong_queries_are_errors(client, query):
    """The error names the parameter and the choices."""
    answer = client.post(f"/api/v1/read?{query}", content=SMALL, headers=JPEG)

    assert answer.status_code == 422
    assert "wanted" in answer.json()["error"]
    assert answer.json()["status"] == 422


@pytest.mark.parametrize("data", [b"", b"no", SMALL[:3000], b"\x89PNG\r\n\x1a\n" + b"\0" * 99])
def test_what_is_not_a_picture_is_an_error(client, data):
    """One line, whatever came."""
    answer = client.post("/api/v1/read", content=data, headers=JPEG)

    assert answer.status_code == 422
    assert "\n" not in answer.json()["error"]


def test_too_many_pixels_are_an_error(client, monkeypatch):
    """Before they are decoded."""
    monkeypatch.setattr(reading, "MAX_PIXELS", 1000)

    answer = client.post("/api/v1/read", content=SMALL, headers=JPEG)

    assert answer.status_code == 422
    assert "960x720" in answer.json()["error"]


def test_a_busy_server_says_when_to_come_again(monkeypatch):
    """One picture is read and a few wait; the next is sent away, and all others are answered."""
    go_on = threading.Event()
    whole = reading.decoded

    def slow(data):
        go_on.wait(10)
        return whole(data)

    monkeypatch.setattr(reading, "decoded", slow)
    answers = []
    with client_of(make_site()) as client:

        def send():
            answers.append(client.post("/api/v1/read", content=SMALL, headers=JPEG))

        senders = [threading.Thread(target=send) for _ in range(reading.MAX_WAITING + 2)]
        for sender in senders:
            sender.start()
        while not answers:
            time.sleep(0.01)
        go_on.set()
        for sender in senders:
            sender.join()

    assert sorted(answer.status_code for answer in answers) == [200] * (len(senders) - 1) + [503]
    (busy,) = (answer for answer in answers if answer.status_code == 503)
    assert int(busy.headers["retry-after"]) > 0


def test_cameras_take_no_places_of_uploads():
    """A class with a camera each leaves the uploads their queue."""
    site, go_on = make_site(), threading.Event()

    async def look():
        cameras = [asyncio.create_task(site.pool.run(lambda: go_on.wait(10))) for _ in range(16)]
        await asyncio.sleep(0.01)
        upload = asyncio.create_task(site.pool.upload(lambda: "read"))
        await asyncio.sleep(0.01)
        go_on.set()
        await asyncio.gather(*cameras)
        return await upload

    assert asyncio.run(look()) == "read"


def test_a_slow_picture_is_given_up(monkeypatch):
    """The answer comes in time, though the work goes on."""
    monkeypatch.setattr(reading, "READ_S", 0.05)
    go_on = threading.Event()
    monkeypatch.setattr(reading, "decoded", lambda _: go_on.wait(10))

    with client_of(make_site()) as client:
        answer = client.post("/api/v1/read", content=SMALL, headers=JPEG)
        go_on.set()

    assert answer.status_code == 503


def test_the_annotated_picture_has_the_size_of_the_original(client):
    """As PNG, with something drawn on it."""
    answer = client.post("/api/v1/annotate", content=SMALL, headers=JPEG)

    picture, original = png(answer.content), png(SMALL)
    assert answer.headers["content-type"] == "image/png"
    assert picture.shape == original.shape
    assert (picture != original).any()


def test_a_drawn_seven_is_a_seven(client):
    """The answer always has what the network saw."""
    body = client.post("/api/v1/draw", json=SEVEN).json()

    assert [number["text"] for number in body["numbers"]] == ["7"]
    assert body["details"]["regions"][0]["label"] == "7"
    assert body["details"]["ink"] is None


def test_an_empty_drawing_has_no_numbers(client):
    """That is not an error."""
    body = client.post("/api/v1/draw", json={**SEVEN, "strokes": []}).json()

    assert body["numbers"] == []
    assert body["details"]["regions"] == []


@pytest.mark.parametrize(
    "text", ["", "[]", "{", "nul", '{"strokes": NaN}', "[" * 100_000, '{"strokes": []}', "\xff"]
)
def test_wrong_json_is_an_error(client, text):
    """Also JSON that is nested without end."""
    answer = client.post("/api/v1/draw", content=text.encode("latin-1"), headers=JSON)

    assert answer.status_code == 422
    assert "wanted" in answer.json()["error"]


def test_feature_maps_of_a_glyph(client):
    """As many as the first layer has, scaled to their range."""
    region = client.post("/api/v1/draw", json=SEVEN).json()["details"]["regions"][0]

    body = client.post("/api/v1/maps", json={"glyph": region["glyph"]}).json()

    maps = [np.frombuffer(base64.b64decode(each), np.uint8) for each in body["maps"]]
    assert len(maps) >= 8
    assert {each.size for each in maps} == {body["width"] * body["height"]}
    assert len({each.tobytes() for each in maps}) > 4


WRONG_GLYPHS = [
    {},
    {"glyph": 7},
    {"glyph": "AAAA"},
    {"glyph": "!" * 1048},
    {"glyph": "A" * 1046 + "==", "x": 1},
]


@pytest.mark.parametrize("body", WRONG_GLYPHS)
def test_a_wrong_glyph_is_an_error(client, body):
    """It is 784 bytes as base64."""
    assert client.post("/api/v1/maps", json=body).status_code == 422


def test_the_latest_result_and_its_numbers(client):
    """The same object as in JSON Lines."""
    expected = golden_result().to_dict()

    body = client.get("/api/v1/numbers").json()

    assert client.get("/api/v1/result").json()["digits"] == expected["digits"]
    assert body["numbers"] == expected["numbers"]
    assert body["frame"] == 7


def test_a_digit_can_be_cut_out(client):
    """With a margin, by its index where it has no track."""
    box = golden_result().digits[0].box

    answer = client.get("/api/v1/crops/0.png")

    height, width = png(answer.content).shape[:2]
    assert answer.headers["content-type"] == "image/png"
    assert height > box.height
    assert width > box.width
    assert client.get("/api/v1/crops/999.png").status_code == 404


SIZES = [("", (720, 960)), ("?width=640", (480, 640)), ("?width=5000&overlay=0", (720, 960))]


@pytest.mark.parametrize(("query", "size"), SIZES)
def test_a_snapshot_has_the_wanted_width(client, query, size):
    """It is never enlarged."""
    answer = client.get(f"/snapshot.jpg{query}")

    assert png(answer.content).shape[:2] == size
    assert answer.headers["cache-control"] == "no-store"


def test_without_a_live_run_there_is_no_frame():
    """409, because waiting does not help; the error says how to start one."""
    with client_of(make_site()) as client:
        for path in (
            "/snapshot.jpg",
            "/stream.mjpg",
            "/api/v1/result",
            "/api/v1/numbers",
            "/api/v1/crops/0.png",
        ):
            answer = client.get(path)
            assert answer.status_code == 409
            assert "serve 0" in answer.json()["error"]
        assert client.get("/api/v1/status").json()["state"] == "none"
        assert client.patch("/api/v1/settings", json={"paused": True}).status_code == 409
        assert client.post("/api/v1/step", json={}).status_code == 409
        assert client.get("/healthz").json()["state"] == "none"


def test_history_as_json_and_csv(site, client):
    """The columns are those of the event objects."""
    site.history.write(result("12", "34"))

    events = client.get("/api/v1/history?limit=1").json()["events"]
    by_accept = client.get("/api/v1/history", headers={"Accept": "text/csv"})
    rows = list(csv.DictReader(io.StringIO(by_accept.text)))
    assert [each["text"] for each in events] == ["34"]
    assert [row["text"] for row in rows] == ["12", "34"]
    assert client.get("/api/v1/history?format=csv").text == by_accept.text
    assert client.get("/api/v1/history?format=xml").status_code == 422


def test_metrics_are_in_the_format_of_prometheus(client):
    """Every name starts with camdigits_ or process_."""
    from prometheus_client.parser import text_string_to_metric_families

    client.post("/api/v1/draw", json=SEVEN)
    families = list(text_string_to_metric_families(client.get("/metrics").text))

    values = {sample.name: sample.value for each in families for sample in each.samples}
    assert values["camdigits_reads_total"] == 1
    assert values["camdigits_digits"] == len(golden_result().digits)
    assert {name.partition("_")[0] for name in values} <= {"camdigits", "process"}


def test_unknown_addresses_and_methods_are_errors_in_json(client):
    """One line each, as all errors."""
    nowhere = client.get("/api/v2/read")
    method = client.put("/api/v1/read", content=SMALL, headers=JPEG)

    assert (nowhere.status_code, method.status_code) == (404, 405)
    assert "wanted" in nowhere.json()["error"]
    assert "POST" in method.json()["error"]


def test_a_later_result_replaces_the_one_before(site, client):
    """Whoever comes later gets the newer one."""
    put(site, golden_result())

    assert site.latest.moment.seq == 2
    assert client.get("/api/v1/status").json()["width"] == 960
