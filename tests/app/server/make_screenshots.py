"""Make the pictures of the page in README: docs/serve-live.jpg and docs/serve-draw.jpg.

PYTHONPATH=.:tests python tests/app/server/make_screenshots.py
"""

import tempfile
from pathlib import Path

import numpy as np
from support.browser import Visit, chromium
from support.serving import serving_page

from camdigits.image import cv2
from camdigits.synth.handwriting import spline

DOCS = Path(__file__).parents[3] / "docs"
SIZE = {"width": 1180, "height": 640}
QUALITY = 80
# Three digits as strokes, in shares of the canvas.
SEVEN = [(0.10, 0.22), (0.25, 0.20), (0.20, 0.45), (0.15, 0.82)]
TWO = [(0.36, 0.36), (0.40, 0.22), (0.47, 0.22), (0.49, 0.38), (0.42, 0.62), (0.35, 0.80),
       (0.43, 0.77), (0.53, 0.80)]  # fmt: skip
SIX = [(0.74, 0.20), (0.66, 0.42), (0.63, 0.66), (0.67, 0.80), (0.75, 0.78), (0.77, 0.64),
       (0.71, 0.56), (0.64, 0.66)]  # fmt: skip


def main() -> None:
    """Take both pictures."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        shots = Path(folder)
        with serving_page("demo", cwd=shots) as server:
            visit = Visit(browser, server.address, viewport=SIZE)
            page = visit.open("live")
            page.wait_for_selector(".numbers")
            page.wait_for_timeout(2500)
            page.locator("svg .digit").nth(4).click()
            page.wait_for_selector(".details .maps")
            page.mouse.move(5, 600)
            page.wait_for_timeout(1500)
            page.screenshot(path=shots / "live.png")
            page = visit.open("draw")
            box = page.locator(".paper canvas").bounding_box()
            for stroke in (SEVEN, TWO, SIX):
                places = [(box["x"] + x * box["width"], box["y"] + y * box["height"])
                          for x, y in stroke]  # fmt: skip
                page.mouse.move(*places[0])
                page.mouse.down()
                for place in spline(np.array(places))[1:].tolist():
                    page.mouse.move(*place)
                page.mouse.up()
            page.wait_for_timeout(1500)
            page.screenshot(path=shots / "draw.png")
            visit.close()
        for name in ("live", "draw"):
            picture = cv2.imread(str(shots / f"{name}.png"))
            quality = (cv2.IMWRITE_JPEG_QUALITY, QUALITY)
            cv2.imwrite(str(DOCS / f"serve-{name}.jpg"), picture, quality)


if __name__ == "__main__":
    main()
