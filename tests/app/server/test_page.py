"""Photos, drawings and the visitor's camera in Chromium, and the page as a whole."""

import base64
import json
import re
import time
from itertools import pairwise

import pytest
from support.browser import PHONE, Visit, texts, until
from support.serving import GOLDEN, SECRET, golden_result, serving_page

from camdigits.image import cv2
from camdigits.sinks.csv_file import CsvSink

SMALL = GOLDEN / "small.jpg"
TABS = ("live", "photo", "draw", "camera", "readings")
NUMBERS = [number.text for number in golden_result().numbers]


def read_photo(page):
    """Wait for a photo's numbers and return them."""
    page.wait_for_selector(".item .numbers")
    return texts(page, ".item .numbers td.large")


def test_a_photo_is_uploaded(visit, tmp_path):
    """Its numbers, table and downloads."""
    page = visit.open("photo")

    page.set_input_files("input[multiple]", SMALL)

    assert read_photo(page) == NUMBERS
    page.locator(".item summary").click()
    assert page.locator(".item tbody tr").count() >= len(golden_result().digits)
    for name, suffix in (("JSON", "json"), ("CSV", "csv"), ("Annotated picture", "png")):
        with page.expect_download() as download:
            page.get_by_role("button", name=name).click()
        download.value.save_as(tmp_path / f"out.{suffix}")
    assert json.loads((tmp_path / "out.json").read_text())["source"] == "small.jpg"
    assert len((tmp_path / "out.csv").read_text().splitlines()) == 1 + len(golden_result().digits)
    assert cv2.imread(str(tmp_path / "out.png")).shape == (720, 960, 3)


def test_the_csv_is_that_of_the_command_line(visit, tmp_path):
    """Made in the browser, with the same columns and numbers."""
    page = visit.open("photo")
    page.set_input_files("input[multiple]", SMALL)
    read_photo(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    download.value.save_as(tmp_path / "page.csv")
    with CsvSink(tmp_path / "own.csv") as sink:
        sink.write(golden_result())

    def rows(name):
        lines = (tmp_path / name).read_text().splitlines()
        own = [line.rpartition(",")[0] for line in lines[1:]]  # without the time of writing
        return [lines[0]] + [re.sub(r"^[^,]*,\d+,[\d.]+,", "", line) for line in own]

    def numbers(name):
        return [[float(c) if c[:1].isdigit() else c for c in r.split(",")] for r in rows(name)]

    assert numbers("page.csv") == numbers("own.csv")


@pytest.mark.parametrize("way", ["paste", "drop"])
def test_a_photo_is_pasted_or_dropped(visit, way):
    """Both end in the same reading."""
    page = visit.open("photo")
    data = base64.b64encode(SMALL.read_bytes()).decode()

    page.evaluate(
        """([way, data]) => {
          const bytes = Uint8Array.from(atob(data), (each) => each.charCodeAt(0));
          const files = new DataTransfer();
          files.items.add(new File([bytes], "page.jpg", { type: "image/jpeg" }));
          const target = way === "paste" ? document : document.querySelector(".photo");
          const options = { bubbles: true, cancelable: true };
          const event = way === "paste"
            ? new ClipboardEvent(way, { clipboardData: files, ...options })
            : new DragEvent(way, { dataTransfer: files, ...options });
          target.dispatchEvent(event);
        }""",
        [way, data],
    )

    assert read_photo(page) == NUMBERS


def test_several_photos_are_read_in_turn(visit, tmp_path):
    """One that is not a picture is reported in words, and the others are read."""
    (tmp_path / "bad.jpg").write_bytes(b"not a picture")
    tiff = tmp_path / "scan.tiff"
    cv2.imwrite(str(tiff), cv2.imread(str(SMALL)))
    page = visit.open("photo")

    page.set_input_files("input[multiple]", [SMALL, tmp_path / "bad.jpg", tiff])
    until(lambda: page.locator(".item .numbers").count() == 2)

    assert "cannot read picture" in page.locator(".item .banner").inner_text()
    assert page.locator(".item canvas").evaluate_all("all => all.map((c) => c.width)") == [960] * 2
    visit.problems = [p for p in visit.problems if "422" not in p]  # the browser reports it too


def stroke(page, points):
    """Draw a stroke with the mouse; points are shares of the canvas."""
    box = page.locator(".paper canvas").bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=6)
    page.mouse.up()


SEVEN = [(0.1, 0.2), (0.25, 0.2), (0.16, 0.8)]
ONE = [(0.45, 0.2), (0.45, 0.8)]
SEVEN_ON_A_PHONE = [(0.15, 0.2), (0.55, 0.2), (0.3, 0.8)]  # of an upright canvas


def test_a_drawn_seven_is_read_while_it_is_drawn(visit):
    """The bar of 7 is the longest; a second digit makes a number; undo takes it back."""
    page = visit.open("draw")

    stroke(page, SEVEN)
    page.wait_for_selector(".read >> text=7")
    assert page.locator(".bars .best th").inner_text() == "7"
    assert page.locator(".seen canvas").count() == 1
    stroke(page, ONE)
    page.wait_for_selector(".read >> text=71")
    page.keyboard.press("Control+z")
    until(lambda: page.locator(".read").inner_text() == "7")
    page.click("text=Clear")
    page.wait_for_selector("text=nothing yet")


def test_a_finger_draws_too(browser, server):
    """Pointer events of touch, on a phone."""
    visit = Visit(browser, server.address, **PHONE)
    page = visit.open("draw")
    box = page.locator(".paper canvas").bounding_box()
    tools = visit.context.new_cdp_session(page)

    def touch(kind, *point):
        points = [{"x": point[0], "y": point[1]}] if point else []
        tools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    places = [
        (box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in SEVEN_ON_A_PHONE
    ]
    touch("touchStart", *places[0])
    for (x0, y0), (x1, y1) in pairwise(places):
        for step in range(1, 9):
            touch("touchMove", x0 + (x1 - x0) * step / 8, y0 + (y1 - y0) * step / 8)
    touch("touchEnd")

    page.wait_for_selector(".read >> text=7")
    visit.close()


def test_the_visitors_camera_is_read(visit):
    """Chromium's fake camera has a clock: answers come, and the picture is shown with them."""
    page = visit.open("camera")

    page.click("text=Start the camera")
    page.wait_for_selector("text=frames/s")

    assert page.locator(".picture canvas").evaluate("c => c.width") > 300
    page.click("text=Stop")
    page.wait_for_selector("text=stopped")


def test_without_a_secure_page_the_ways_out_are_named(browser, server):
    """Browsers hide the camera from plain HTTP of another machine."""
    visit = Visit(browser, server.address)
    visit.page.add_init_script(
        "Object.defineProperty(navigator, 'mediaDevices', { value: undefined })"
    )
    page = visit.open("camera")

    text = page.locator("main").inner_text()
    assert "plain HTTP" in text
    for way in ("localhost", "ssh -L", "--tls-cert", "Photo tab"):
        assert way in text
    visit.close()


def test_without_a_source_the_other_tabs_are_offered(browser, tmp_path):
    """Never a blank."""
    with serving_page(cwd=tmp_path) as server:
        visit = Visit(browser, server.address)
        page = visit.open("live")
        assert "No camera" in page.locator("main").inner_text()
        page.click("text=draw a digit")
        page.wait_for_selector(".paper")
        page.goto(f"{server.address}#readings")
        page.wait_for_selector("text=No readings yet")
        visit.close()


def test_the_token_is_requested_and_taken_from_the_address(browser, tmp_path):
    """A wrong one is said; the right one opens; in the address it does not stay there."""
    with serving_page("--token", SECRET, cwd=tmp_path) as server:
        visit = Visit(browser, server.address)
        page = visit.page
        page.goto(server.address)
        page.get_by_role("textbox", name="Token").fill("wrong-one")
        page.click("text=Open")
        page.wait_for_selector("[role=alert]")
        page.get_by_role("textbox", name="Token").fill(SECRET)
        page.click("text=Open")
        page.wait_for_selector("[role=tablist]")
        visit.problems = [p for p in visit.problems if "401" not in p]
        visit.close()

        other = Visit(browser, server.address)
        other.page.goto(f"{server.address}#token={SECRET}")
        other.page.wait_for_selector("[role=tablist]")
        assert SECRET not in other.page.url
        other.close()


@pytest.mark.parametrize("options", [PHONE, {"color_scheme": "dark"}], ids=["phone", "dark"])
def test_every_tab_fits_a_phone_and_the_dark(browser, server, options):
    """No tab scrolls sideways; text and background differ."""
    visit = Visit(browser, server.address, **options)
    for tab in TABS:
        page = visit.open(tab)
        page.wait_for_timeout(300)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), tab
        assert len(page.locator("main").inner_text()) > 10
    colours = page.evaluate(
        "() => [getComputedStyle(document.documentElement).backgroundColor,"
        " getComputedStyle(document.body).color]"
    )
    assert colours[0] != colours[1]
    visit.close()


def test_tabs_work_with_the_keyboard_and_have_names(visit):
    """Arrow keys move; each control has a name for screen readers."""
    page = visit.open("live")
    page.wait_for_selector("svg .digit")
    page.locator("[role=tab][aria-selected=true]").focus()
    page.keyboard.press("ArrowRight")
    until(lambda: page.locator("[role=tab][aria-selected=true]").inner_text() == "Photo")
    for tab in TABS:
        page = visit.open(tab)
        nameless = page.evaluate(
            """() => [...document.querySelectorAll("button, select, input")]
              .filter((each) => !(each.innerText || each.ariaLabel || each.labels?.length))
              .map((each) => each.outerHTML)"""
        )
        assert nameless == []


def test_the_page_is_small_and_quick(browser, server):
    """250 kB and a second on loopback, without the picture."""
    visit = Visit(browser, server.address)
    started_s = time.monotonic()
    visit.page.goto(f"{server.address}#draw")
    visit.page.wait_for_selector(".paper")
    seconds = time.monotonic() - started_s

    visit.page.wait_for_timeout(200)
    assert visit.bytes <= 250_000
    assert seconds <= 1.0 * 3  # alone it takes 0.3 s; the machine may be busy
    visit.close()
