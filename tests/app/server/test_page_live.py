"""The live picture and the readings in Chromium, as a visitor uses them."""

import json
import re
import struct
import time
from contextlib import contextmanager

import pytest
from support.browser import Visit, texts, until
from support.serving import JSON, fetch

from camdigits.image import cv2

DEMO = ("3141592", "2718", "0577", "16180", "4690", "1973", "85")


@contextmanager
def changed_back(server, **settings):
    """Set settings back at the end, for the tests that follow."""
    try:
        yield
    finally:
        body = json.dumps(settings).encode()
        fetch(server.address + "api/v1/settings", JSON, body, "PATCH")


def test_the_live_demo_shows_its_numbers(visit):
    """In the panel, and on the picture, with a box per digit and the figures of the run."""
    page = visit.open("live")

    until(lambda: page.locator(".numbers tbody tr").count() == 7)

    assert texts(page, ".numbers td.large") == list(DEMO)
    assert page.locator("svg .digit").count() == 30
    assert set(DEMO) <= set(page.locator("svg g.number text").all_text_contents())
    assert "frames/s" in page.locator(".figures").inner_text()
    assert "age" in page.locator(".figures").inner_text()
    assert page.locator(".picture canvas").evaluate("c => c.width") == 960


def test_a_digit_can_be_looked_into(visit):
    """A click opens its glyph, the probabilities and the first layer; Escape closes them."""
    page = visit.open("live")
    page.wait_for_selector("svg .digit")

    page.locator("svg .digit").first.click()
    page.wait_for_selector(".details .maps")

    label = page.locator(".details h3").inner_text().split()[0]
    assert page.locator(".details .bars .best th").inner_text() == label
    assert page.locator(".details .bars tr").count() == 11
    assert page.locator(".details .maps canvas").count() >= 8
    page.locator("svg .digit.picked").hover(force=True)
    until(lambda: page.locator("svg .tip text").count() == 3)
    assert page.locator("svg .tip text").first.text_content().split()[0] == label
    page.keyboard.press("Escape")
    page.wait_for_selector(".details", state="detached")


def test_a_key_pauses_and_steps(visit, server):
    """The window's keys; what they do is said."""
    page = visit.open("live")
    page.wait_for_selector("svg .digit")

    with changed_back(server, paused=False):
        page.keyboard.press("Space")
        page.wait_for_selector("text=Go on")
        until(lambda: server.json("api/v1/status")["state"] == "paused")
        frame = server.json("api/v1/result")["frame"]
        page.keyboard.press(".")
        until(lambda: server.json("api/v1/result")["frame"] == frame + 1)
        page.keyboard.press("Space")
        page.wait_for_selector("text=Pause")


def test_an_area_is_drawn_by_dragging(visit, server):
    """It is what the server reads then; the button reads all again."""
    page = visit.open("live")
    page.wait_for_selector("svg .digit")
    box = page.locator(".picture").bounding_box()

    with changed_back(server, roi=None):
        page.keyboard.press("a")
        page.mouse.move(box["x"] + 0.25 * box["width"], box["y"] + 0.25 * box["height"])
        page.mouse.down()
        page.mouse.move(box["x"] + 0.75 * box["width"], box["y"] + 0.5 * box["height"], steps=5)
        page.mouse.up()
        page.wait_for_selector("svg .area")
        roi = server.json("api/v1/settings")["roi"]
        page.click("text=Read all")
        until(lambda: server.json("api/v1/settings")["roi"] is None)

    assert [pytest.approx(side, abs=8) for side in roi] == [320, 180, 640, 180]


def test_the_debug_view_shows_ink_and_glyphs(visit):
    """The mask in place of the frame, and each region's glyph with its label."""
    page = visit.open("live")
    page.wait_for_selector("svg .digit")

    page.keyboard.press("d")
    page.wait_for_selector(".glyphs canvas")

    assert page.locator(".glyphs li").count() >= 30
    shades = page.locator(".picture canvas").evaluate(
        "c => { const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
        " let gray = 0; for (let i = 0; i < d.length; i += 4) if (d[i] > 40 && d[i] < 215) gray++;"
        " return gray / (d.length / 4); }"
    )
    assert shades < 0.02


def test_settings_reach_the_server(visit, server):
    """Threshold, rotation, mirror and model."""
    page = visit.open("live")
    page.wait_for_selector("svg .digit")
    before = {"threshold": 0.81, "rotate": None, "mirror": False, "model": "digits"}

    with changed_back(server, **before):
        page.locator(".slider input").fill("0.5")
        until(lambda: server.json("api/v1/settings")["threshold"] == 0.5)
        page.get_by_label("Rotation").select_option("0")
        until(lambda: server.json("api/v1/settings")["rotate"] == 0)
        page.keyboard.press("Escape")
        page.locator("h1").click()
        page.keyboard.press("m")
        until(lambda: server.json("api/v1/settings")["mirror"])
        page.get_by_label("Model").select_option("letters")
        until(lambda: server.json("api/v1/settings")["model"] == "letters")


def test_snapshot_and_recording(visit, server, tmp_path):
    """The snapshot is downloaded; the recording is listed and can be fetched."""
    page = visit.open("live")
    page.wait_for_selector("svg .digit")

    with page.expect_download() as snapshot:
        page.keyboard.press("s")
    snapshot.value.save_as(tmp_path / "s.jpg")
    page.keyboard.press("r")
    page.wait_for_selector("text=Stop recording")
    time.sleep(1)
    page.keyboard.press("r")
    page.wait_for_selector("a[href$='.mp4']")

    assert cv2.imread(str(tmp_path / "s.jpg")).shape == (720, 1280, 3)
    (name,) = server.json("api/v1/status")["files"]
    (tmp_path / "r.mp4").write_bytes(server.get(f"api/v1/files/{name}")[1])
    assert cv2.VideoCapture(str(tmp_path / "r.mp4")).read()[0]


def test_readings_have_a_table_and_a_curve(visit):
    """The events of the demo's numbers."""
    page = visit.open("readings")

    page.wait_for_selector(".uplot canvas")
    until(lambda: set(DEMO) <= set(texts(page, "td.large")))

    page.get_by_role("combobox", name="Number").select_option(label="2718 (track 2)")
    page.wait_for_timeout(200)
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    assert download.value.suggested_filename == "camdigits-events.csv"


def test_a_lost_camera_is_said_in_words(browser, server):
    """The last picture stays, the reason stands above it."""
    visit = Visit(browser, server.address)
    status = server.json("api/v1/status")
    lost = {**status, "state": "lost", "problem": "camera 0 was unplugged, 3 s ago; trying again"}
    text = json.dumps({"seq": None, "status": lost, "result": None, "events": [], "details": None})
    message = struct.pack(">I", len(text)) + text.encode()
    visit.page.route_web_socket(
        re.compile("api/v1/live"), lambda ws: ws.on_message(lambda _: ws.send(message))
    )
    page = visit.open("live")

    page.wait_for_selector("text=camera 0 was unplugged")

    assert "lost" in page.locator(".state").inner_text()
    visit.close()


def test_a_server_that_is_gone_is_said_and_found_again(browser, server):
    """The page says so and connects again by itself."""
    visit = Visit(browser, server.address)
    sockets = []
    visit.page.route_web_socket(re.compile("api/v1/live"), lambda ws: sockets.append(ws))
    page = visit.open("live")
    until(lambda: len(sockets) == 1 or page.wait_for_timeout(50))
    sockets[0].close()

    page.wait_for_selector("text=No connection to the server")
    until(lambda: len(sockets) == 2 or page.wait_for_timeout(50))
    visit.close()
