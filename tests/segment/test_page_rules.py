import numpy as np
import pytest
from support.written import put

from camdigits.image import cv2
from camdigits.segment.find_rules import find_components
from camdigits.segment.ink import find_ink
from camdigits.segment.page_rules import erase_page_rules
from camdigits.segment.rule_paths import PageRuleConfig, find_paths

SIZE = 480, 640


def paper(draw):
    """Return a page with rules, drawn by a function on a mask."""
    rules = np.zeros(SIZE, np.uint8)
    draw(rules)
    return np.where(rules > 0, 150, 230).astype(np.uint8)


def straight(rules):
    for y in range(40, 480, 48):
        cv2.line(rules, (0, y), (640, y), 255, 2)


def bent(rules):
    x = np.arange(0, 640, 4)
    for y in range(40, 480, 48):
        path = np.stack([x, y + 14 * ((x / 320 - 1) ** 2)], axis=1)
        cv2.polylines(rules, [np.rint(path).astype(np.int32)], False, 255, 2)


def dashed(rules):
    for y in range(40, 480, 48):
        for x in range(0, 640, 32):
            cv2.line(rules, (x, y), (x + 18, y), 255, 2)


def slanted(rules):
    for y in range(0, 480, 48):
        cv2.line(rules, (0, y), (640, y + 40), 255, 2)


def squared(rules):
    for at in range(8, 640, 16):
        cv2.line(rules, (0, at), (640, at), 255, 1)
        cv2.line(rules, (at, 0), (at, 480), 255, 1)


def regions(page):
    """Return boxes of components with the size of a digit."""
    components = find_components(find_ink(page))
    return [tuple(box) for box in components.boxes.tolist() if box[3] > 25]


@pytest.mark.parametrize("rules", [straight, bent, dashed, slanted, squared])
def test_rules_are_erased_and_writing_is_kept(rules):
    """Three dark strokes that cross rules are the only large components."""
    page = paper(rules)
    for x in (120, 300, 420):
        cv2.line(page, (x, 120), (x + 12, 190), 30, 6, cv2.LINE_AA)

    found = sorted(regions(page))

    assert len(found) == 3
    for (x, y, width, height), left in zip(found, (120, 300, 420), strict=True):
        assert abs(x - left) <= 6
        assert abs(y - 117) <= 4
        assert abs(height - 76) <= 6
        assert width <= 26


def test_rules_on_their_side_are_erased():
    """The vertical family is found in the transposed mask."""
    page = np.ascontiguousarray(np.rot90(paper(bent)))

    assert regions(page) == []


def test_rows_of_digits_are_not_rules():
    """Digits at even distances have strokes in a row; nothing is erased."""
    page = np.full((480, 640), 230, np.uint8)
    for row, y in enumerate(range(10, 440, 30)):
        put(page, "".join(str((row + i) % 10) for i in range(22)), (10, y), 20)
    ink = find_ink(page)

    assert erase_page_rules(ink.mask, ink.mask, ink) is None


def test_a_clean_page_has_no_paths():
    """No strip has a thin row of ink."""
    assert find_paths(np.zeros(SIZE, np.uint8), PageRuleConfig()) is None


def test_a_path_follows_a_bent_rule():
    """Its height at each column is that of the rule."""
    mask = np.zeros(SIZE, np.uint8)
    bent(mask)

    paths = find_paths(mask, PageRuleConfig())

    first = paths[np.nanmean(paths, axis=1).argmin()]
    x = np.arange(20, 620)
    assert np.abs(first[x] - (40 + 14 * ((x / 320 - 1) ** 2))).max() <= 2
