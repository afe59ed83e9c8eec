"""`camdigits serve` in its own process: addresses, streams, errors and an orderly end."""

import json
import signal
import socket
import ssl
import struct
import subprocess
import sys
import time
import urllib.request

import pytest
from support.browser import until
from support.command import ENVIRONMENT, TIMEOUT_S, call
from support.mjpeg_server import serving
from support.serving import JSON, SECRET, fetch, serving_page
from websockets.sync.client import connect

from camdigits.image import cv2
from camdigits.sources.synthetic import SyntheticSource


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A server of the demo, with all outputs."""
    folder = tmp_path_factory.mktemp("demo")
    with serving_page("demo", "--jsonl", "r.jsonl", "--history", "h.db", cwd=folder) as server:
        server.folder = folder
        yield server


@pytest.fixture(scope="module")
def pictures():
    """Twenty frames of the demo, as JPEG."""
    source = SyntheticSource(20, (640, 360))
    return [bytes(cv2.imencode(".jpg", frame.bgr)[1]) for frame in source]


def live(server, **options):
    """Connect to the live WebSocket."""
    address = server.address.replace("http", "ws", 1) + "api/v1/live"
    return connect(address, max_size=None, compression=None, proxy=None, **options)


def message(websocket, **wanted):
    """Request one picture; return the JSON and the JPEG."""
    websocket.send(json.dumps({"next": 1, **wanted}))
    data = websocket.recv(timeout=10)
    (length,) = struct.unpack(">I", data[:4])
    return json.loads(data[4 : 4 + length]), data[4 + length :]


def test_the_live_websocket_sends_what_is_requested(demo):
    """One picture per request, with its result; details only on request; each is newer."""
    with live(demo) as websocket:
        first, jpeg = message(websocket, width=320)
        until(lambda: message(websocket, details=True, debug=True)[0]["details"])
        second, _ = message(websocket, details=True)

    assert jpeg[:2] == b"\xff\xd8"
    assert (first["result"]["width"], first["details"]) == (1280, None)
    assert second["seq"] > first["seq"]
    assert second["details"]["regions"]
    assert second["status"]["state"] == "running"


@pytest.mark.parametrize("text", ["", "[]", "{", '{"width": "wide"}', "[" * 900, b"bytes"])
def test_a_wrong_request_closes_the_websocket(demo, text):
    """With the reason."""
    with live(demo) as websocket:
        websocket.send(text)
        with pytest.raises(Exception, match="wanted"):
            websocket.recv(timeout=10)


def test_the_mjpeg_stream_has_whole_pictures(demo):
    """A boundary and a length for each, as VLC and Home Assistant want them."""
    with urllib.request.urlopen(demo.address + "stream.mjpg?width=320", timeout=10) as answer:
        kind = answer.headers["Content-Type"]
        data = answer.read(120_000)

    boundary = kind.partition("boundary=")[2].encode()
    parts = data.split(b"--" + boundary + b"\r\n")[1:-1]
    assert len(parts) >= 3
    for part in parts:
        head, _, body = part.partition(b"\r\n\r\n")
        assert b"Content-Type: image/jpeg" in head
        assert body.endswith(b"\xff\xd9\r\n")
        assert int(head.rpartition(b":")[2]) == len(body) - 2


def test_events_are_sent_and_replayed(demo):
    """Last-Event-ID brings those after it."""
    until(lambda: len(demo.json("api/v1/history")["events"]) >= 7)
    request = urllib.request.Request(
        demo.address + "api/v1/events", headers={"Last-Event-ID": "5"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        kind = answer.headers["Content-Type"]
        lines = [answer.readline().decode().strip() for _ in range(6)]

    assert kind.startswith("text/event-stream")
    assert "id: 6" in lines
    assert "event: stable" in lines
    data = next(line for line in lines if line.startswith("data:"))
    assert json.loads(data[5:])["id"] == 6


def test_the_camera_websocket_follows_digits(demo, pictures):
    """Each visitor has a tracker of its own: numbers get tracks and events."""
    address = demo.address.replace("http", "ws", 1) + "api/v1/camera?rotate=0"
    with connect(address, compression=None, proxy=None) as websocket:
        answers = []
        for jpeg in pictures:
            websocket.send(jpeg)
            answers.append(json.loads(websocket.recv(timeout=20)))
            time.sleep(0.05)  # as a camera sends: a number is stable after a while
        websocket.send(b"no picture")
        wrong = json.loads(websocket.recv(timeout=20))
        websocket.send(json.dumps({"details": True}))
        websocket.send(pictures[-1])
        detailed = json.loads(websocket.recv(timeout=20))

    assert "3141592" in {number["text"] for number in answers[-1]["result"]["numbers"]}
    tracks = {each["track"] for each in answers[-1]["result"]["digits"]}
    assert None not in tracks
    assert len(tracks) == len(answers[-1]["result"]["digits"]) > 3
    assert any(answer["events"] for answer in answers)
    assert wrong["status"] == 422
    assert "wanted" in wrong["error"] or "cannot" in wrong["error"]
    assert detailed["details"]["regions"]


def test_too_many_viewers_are_sent_away(tmp_path, pictures):
    """WebSockets with code 1013, streams with 503; one that leaves makes room."""
    with (
        serving(pictures, fps=20) as camera,
        serving_page(camera.address, "--viewers", "2", cwd=tmp_path) as server,
    ):
        with live(server) as first, live(server) as second:
            message(first)
            message(second)
            with live(server) as third, pytest.raises(Exception, match="1013"):
                third.recv(timeout=10)
            assert server.get("stream.mjpg")[0] == 503
        until(lambda: server.json("api/v1/status")["viewers"] == 0)
        with live(server) as again:
            assert message(again)[0]["status"]["viewers"] == 1


def test_a_camera_that_is_lost_comes_back(tmp_path, pictures):
    """The page stays up and says so; the password of the address is nowhere."""
    with serving(pictures, fps=20) as camera:
        address = camera.address.replace("http://", "http://me:secret@")
        with serving_page(address, "--timeout", "1", cwd=tmp_path) as server:
            until(lambda: server.json("api/v1/status")["state"] == "running")
            camera.down.set()
            until(lambda: server.json("api/v1/status")["state"] == "lost")
            status, health = server.json("api/v1/status"), server.get("healthz")[0]
            result = server.get("api/v1/result")[1]
            camera.down.clear()
            until(lambda: server.json("api/v1/status")["state"] == "running", 30)
            server.process.send_signal(signal.SIGINT)
            _, errors = server.process.communicate(timeout=TIMEOUT_S)

    assert "trying again" in status["problem"]
    assert health == 503
    for text in (json.dumps(status), result.decode(), errors):
        assert "secret" not in text
    assert "me:***@" in status["source"]


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_server_finishes_its_files(tmp_path, sent):
    """Status 130, within seconds though viewers look, and every line is whole."""
    outputs = ["--jsonl", "r.jsonl", "--events", "e.jsonl", "--save", "s.mp4"]
    with serving_page("demo", *outputs, cwd=tmp_path) as server, live(server) as websocket:
        message(websocket)
        stream = urllib.request.urlopen(server.address + "stream.mjpg", timeout=10)
        stream.read(1000)
        until(lambda: server.json("api/v1/history")["events"])
        started_s = time.monotonic()
        server.process.send_signal(sent)
        _, errors = server.process.communicate(timeout=TIMEOUT_S)
        stream.close()

    assert server.process.returncode == 130, errors
    assert time.monotonic() - started_s < 15
    assert errors.splitlines()[-1] == "camdigits: interrupted"
    assert "Traceback" not in errors
    for name in ("r.jsonl", "e.jsonl"):
        assert [json.loads(line) for line in (tmp_path / name).read_text().splitlines()]
    assert cv2.VideoCapture(str(tmp_path / "s.mp4")).read()[0]


def test_a_port_in_use_is_status_2(tmp_path):
    """One line that names the port."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = call("serve", "--port", port, cwd=tmp_path)

    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 1
    assert str(port) in result.stderr


WRONG = [
    (["nowhere.mp4"], 3),
    (["--host", "256.1.1.1"], 2),
    (["--port", "70000"], 2),
    (["--max-upload", "much"], 2),
    (["--tls-cert", "c.pem"], 2),
    (["--tls-cert", "c.pem", "--tls-key", "k.pem"], 2),
    (["--token", "short"], 2),
    (["--token", "@nowhere"], 2),
    (["--root-path", "x y"], 2),
    (["--allow-host", "http://cam.example/"], 2),
    (["--jsonl", "r.jsonl"], 2),
    (["--save", "s.mp4"], 2),
    (["--model", "none"], 5),
    (["--history", "."], 2),
    (["demo", "--jsonl", "/nowhere/r.jsonl"], 2),
]


@pytest.mark.parametrize(("arguments", "status"), WRONG, ids=str)
def test_wrong_options_are_one_line(tmp_path, arguments, status):
    """With the documented status; nothing is served."""
    result = call("serve", *arguments, cwd=tmp_path)

    assert result.returncode == status, result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert result.stdout == ""


def test_without_the_extra_the_way_to_install_it_is_named(tmp_path):
    """The other commands do not need it."""
    program = (
        "import sys; sys.modules['starlette'] = None\n"
        "from camdigits.app.cli import main\n"
        "main(['serve'])"
    )
    result = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=ENVIRONMENT,
    )

    assert result.returncode == 2
    assert "pip install 'camdigits[serve]'" in result.stderr


def test_other_commands_do_not_import_the_server(tmp_path):
    """The extra costs them nothing."""
    program = (
        "import sys\n"
        "from camdigits.app.cli import run\n"
        "run(['image', sys.argv[1]])\n"
        "print([m for m in sys.modules if m.split('.')[0] in "
        "('starlette', 'uvicorn', 'websockets', 'anyio', 'prometheus_client', 'sqlite3')])"
    )
    picture = tmp_path / "p.png"
    cv2.imwrite(str(picture), next(iter(SyntheticSource(1))).bgr)
    result = subprocess.run(
        [sys.executable, "-c", program, picture], capture_output=True, text=True, env=ENVIRONMENT
    )

    assert result.stdout.splitlines()[-1] == "[]", result.stderr


def test_off_loopback_the_first_start_shows_the_token_once(tmp_path):
    """It opens the server; the second start shows only where it is kept."""
    state = {"XDG_STATE_HOME": str(tmp_path)}
    secret = ""
    for first in (True, False):
        with serving_page("--host", "0.0.0.0", cwd=tmp_path, **state) as server:
            port = server.address.rstrip("/").rpartition(":")[2]
            here = f"http://127.0.0.1:{port}/api/v1/status"
            if first:
                secret = (tmp_path / "camdigits" / "serve-token").read_text().strip()
            assert fetch(here)[0] == 401
            assert fetch(here, {"Authorization": f"Bearer {secret}"})[0] == 200
            server.process.send_signal(signal.SIGINT)
            output, errors = server.process.communicate(timeout=TIMEOUT_S)
        assert (secret in output + errors) == first


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1 and its key."""
    folder = tmp_path_factory.mktemp("tls")
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
    options = ["-keyout", "k.pem", "-out", "c.pem", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*command.split(), *options], cwd=folder, check=True, capture_output=True)
    return folder / "c.pem", folder / "k.pem"


def test_tls(tmp_path, certificate):
    """HTTPS and secure WebSockets with the given certificate."""
    cert, key = certificate
    context = ssl.create_default_context(cafile=cert)
    options = ["--tls-cert", cert, "--tls-key", key, "--token", SECRET]
    with serving_page("demo", *options, cwd=tmp_path) as server:
        assert server.address.startswith("https://")
        bearer = {"Authorization": f"Bearer {SECRET}"}
        request = urllib.request.Request(server.address + "api/v1/status", headers=bearer)
        with urllib.request.urlopen(request, context=context) as answer:
            assert answer.status == 200
        with live(server, ssl=context, additional_headers=bearer) as websocket:
            assert message(websocket)[0]["status"]["source"] == "demo"


def test_a_prefix_of_a_proxy(tmp_path):
    """Addresses below --root-path work, and the page is at its root."""
    with serving_page("--root-path", "/cam", cwd=tmp_path) as server:
        assert server.address.endswith("/cam/")
        bare = server.address.removesuffix("cam/")
        for address in (server.address, bare):  # proxies pass the prefix on, or remove it
            assert b'"none"' in fetch(address + "healthz")[1]
            assert b"<title>camdigits" in fetch(address)[1]
            assert fetch(address + "static/app.js")[0] == 200


def test_results_are_written_as_by_live(demo):
    """The sinks of live work here, too."""
    until(lambda: (demo.folder / "r.jsonl").exists())
    line = (demo.folder / "r.jsonl").read_text().splitlines()[0]

    assert json.loads(line)["source"] == "demo"
    assert (demo.folder / "h.db").exists()


def test_requests_in_the_form_of_the_documents_work(demo, tmp_path):
    """Curl with the picture itself as the body."""
    picture = tmp_path / "page.jpg"
    cv2.imwrite(str(picture), next(iter(SyntheticSource(1))).bgr)
    headers = {"Content-Type": "image/jpeg"}
    status, body = fetch(demo.address + "api/v1/read", headers, picture.read_bytes())
    pause = fetch(demo.address + "api/v1/settings", JSON, b'{"paused": false}', "PATCH")

    assert status == 200
    assert "3141592" in {number["text"] for number in json.loads(body)["numbers"]}
    assert pause[0] == 200
