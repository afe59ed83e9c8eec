"""What a visitor does beside the straight way: keys after a click, drops, errors, losses."""

import base64
import json
import re
import time

import pytest
from support.browser import Visit, texts, until
from support.serving import GOLDEN, JSON, SECRET, fetch, golden_result, serving_page

NUMBERS = [number.text for number in golden_result().numbers]


def test_keys_work_after_a_click_on_a_control(visit):
    """The button keeps the focus; only its own keys, space and Enter, belong to it."""
    page = visit.open("live")
    page.wait_for_selector("svg .digit")

    page.get_by_role("button", name="Keys").click()
    page.wait_for_selector(".help")
    page.keyboard.press("h")
    page.wait_for_selector(".help", state="detached")
    page.keyboard.press("Space")
    page.wait_for_selector(".help")
    page.locator(".slider input").focus()
    page.keyboard.press("h")
    page.wait_for_selector(".help", state="detached")


def test_a_drawing_is_read_before_the_mouse_rests(visit):
    """Points that come without a pause do not put the reading off."""
    page = visit.open("draw")
    requested = []
    page.on("request", lambda request: requested.append(request.url))
    box = page.locator(".paper canvas").bounding_box()
    x, y = box["x"] + 0.4 * box["width"], box["y"] + 0.15 * box["height"]

    page.mouse.move(x, y)
    page.mouse.down()
    deadline_s = time.monotonic() + 1.5
    while time.monotonic() < deadline_s:
        y = min(y + 2, box["y"] + 0.85 * box["height"])
        x += 0.02
        page.mouse.move(x, y)
        page.wait_for_timeout(15)

    assert sum("api/v1/draw" in url for url in requested) >= 2
    page.mouse.up()


def test_a_photo_dropped_beside_the_list_is_read(visit):
    """Otherwise the browser would leave the page and open the file."""
    page = visit.open("photo")
    data = base64.b64encode((GOLDEN / "small.jpg").read_bytes()).decode()

    page.evaluate(
        """(data) => {
          const bytes = Uint8Array.from(atob(data), (each) => each.charCodeAt(0));
          const files = new DataTransfer();
          files.items.add(new File([bytes], "page.jpg", { type: "image/jpeg" }));
          const options = { bubbles: true, cancelable: true, dataTransfer: files };
          document.body.dispatchEvent(new DragEvent("dragover", options));
          document.body.dispatchEvent(new DragEvent("drop", options));
        }""",
        data,
    )

    page.wait_for_selector(".item .numbers")
    assert texts(page, ".item .numbers td.large") == NUMBERS


def test_a_picture_that_cannot_be_annotated_is_said(visit):
    """The item shows the server's sentence."""
    page = visit.open("photo")
    page.set_input_files("input[multiple]", GOLDEN / "small.jpg")
    page.wait_for_selector(".item .numbers")
    body = json.dumps({"error": "wanted peace, got war; wait", "status": 422})
    page.route("**/api/v1/annotate*", lambda route: route.fulfill(status=422, body=body))

    page.get_by_role("button", name="Annotated picture").click()

    page.wait_for_selector(".item .banner >> text=wanted peace")
    visit.problems = [each for each in visit.problems if "422" not in each]


@pytest.mark.parametrize("status", [422, 503])
def test_a_refused_camera_picture_is_said_and_not_hurried(browser, server, status):
    """The sentence is shown, and a server that is busy is left some time."""
    visit = Visit(browser, server.address)
    answer = json.dumps({"error": "wanted time, got none; wait", "status": status})
    got = []

    def serve(socket):
        socket.on_message(lambda message: (got.append(message), socket.send(answer)))

    visit.page.route_web_socket(re.compile("api/v1/camera"), serve)
    page = visit.open("camera")
    page.click("text=Start the camera")

    page.wait_for_selector("text=wanted time, got none")
    page.wait_for_timeout(1000)
    assert 1 <= len(got) <= 4
    visit.close()


def test_readings_come_back_after_an_error_of_a_proxy(visit):
    """A browser gives an event stream up for good after any answer but 200."""
    tries = []

    def refuse(route):
        tries.append(route.request.url)
        if len(tries) == 1:
            route.fulfill(status=502, body="bad gateway")
        else:
            route.continue_()

    visit.page.route("**/api/v1/events", refuse)
    page = visit.open("readings")

    page.wait_for_selector("text=trying again")
    page.wait_for_selector("td.large")
    assert page.get_by_text("trying again").count() == 0
    visit.problems = [each for each in visit.problems if "502" not in each]


def test_leaving_the_curve_is_no_error(visit):
    """Its size is watched only as long as it is there."""
    page = visit.open("readings")
    page.wait_for_selector(".uplot canvas")

    page.set_viewport_size({"width": 900, "height": 700})
    for tab in ("Draw", "Readings", "Photo"):
        page.get_by_role("tab", name=tab).click()
        page.wait_for_timeout(150)


@pytest.mark.parametrize("late", [False, True], ids=["at first", "later"])
@pytest.mark.parametrize("text", [SECRET, "%E0%A4%A"], ids=["right", "damaged"])
def test_no_token_stays_in_the_address(browser, tmp_path, late, text):
    """Also where it is pasted into an open page, or is not a token at all."""
    with serving_page("--token", SECRET, cwd=tmp_path) as server:
        visit = Visit(browser, server.address)
        page = visit.page
        if late:
            page.goto(server.address)
            page.wait_for_selector("[role=dialog]")
        page.goto(f"{server.address}#token={text}")

        page.wait_for_selector("[role=tablist]" if text == SECRET else "[role=dialog]")
        until(lambda: "token=" not in page.evaluate("location.href"))
        visit.problems = [each for each in visit.problems if "401" not in each]
        visit.close()


def test_labels_at_the_right_edge_stay_in_the_picture(visit):
    """Their text is not cut off."""
    page = visit.open("photo")
    found = page.evaluate(
        """async () => {
          const { Picture } = await import(new URL("static/picture.js", document.baseURI).href);
          const { html, render } = await import(
            new URL("static/vendor/htm-preact.module.js", document.baseURI).href);
          const result = { width: 200, height: 100, rotation: 0, numbers: [],
            digits: [0, 270, 90].map((_, index) => (
              { label: "7", score: 0.95, box: [192, 30 * index + 5, 8, 20], track: index })) };
          const holder = document.createElement("div");
          holder.style.width = "200px";
          document.body.append(holder);
          const found = [];
          for (const rotation of [0, 90, 270]) {
            render(html`<${Picture} result=${{ ...result, rotation }} />`, holder);
            await new Promise((done) => setTimeout(done, 100));
            found.push(...[...holder.querySelectorAll(".tag")].map(
              (each) => each.x.baseVal.value + each.width.baseVal.value));
          }
          holder.remove();
          return found;
        }"""
    )
    assert found
    assert max(found) <= 200.5


def test_photos_and_drawings_outlive_the_tab(visit):
    """What was read is still there after a look at another tab."""
    page = visit.open("photo")
    page.set_input_files("input[multiple]", GOLDEN / "small.jpg")
    page.wait_for_selector(".item .numbers")
    page = visit.open("draw")
    box = page.locator(".paper canvas").bounding_box()
    page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.2 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.8 * box["height"], steps=8)
    page.mouse.up()
    page.wait_for_selector(".read >> text=1")

    page.get_by_role("tab", name="Photo").click()
    page.wait_for_selector(".item .numbers")
    assert texts(page, ".item .numbers td.large") == NUMBERS
    page.get_by_role("tab", name="Draw").click()
    page.wait_for_selector(".read >> text=1")


def test_the_cameras_settings_reach_the_server(visit):
    """A change while it runs starts it again with them."""
    addresses = []
    visit.page.on("websocket", lambda socket: addresses.append(socket.url))
    page = visit.open("camera")

    page.click("text=Start the camera")
    page.wait_for_selector("text=frames/s")
    page.get_by_label("Rotation").select_option("180")
    until(lambda: page.wait_for_timeout(50) or any("rotate=180" in each for each in addresses))

    page.wait_for_selector("text=frames/s")
    page.click("text=Stop")


def test_messages_do_not_move_the_threshold_while_it_is_dragged(visit, server):
    """The value that is set is the one where it was released; one figure is shown."""
    page = visit.open("live")
    page.wait_for_selector("svg .digit")
    box = page.locator(".slider input").bounding_box()
    y = box["y"] + box["height"] / 2

    page.mouse.move(box["x"] + 0.81 * box["width"], y)
    page.mouse.down()
    for share in (0.7, 0.6, 0.5):
        page.mouse.move(box["x"] + share * box["width"], y, steps=3)
        page.wait_for_timeout(300)
    page.mouse.up()

    until(lambda: abs(server.json("api/v1/settings")["threshold"] - 0.5) < 0.06)
    assert re.fullmatch(r"0\.\d\d", page.locator(".slider .value").inner_text())
    body = json.dumps({"threshold": 0.81}).encode()
    fetch(server.address + "api/v1/settings", JSON, body, "PATCH")
