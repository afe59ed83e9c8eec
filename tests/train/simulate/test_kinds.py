import numpy as np
import pytest

from camdigits.image import cv2
from train.data.by_writer import Person
from train.simulate.graphs import (
    DIGIT,
    JOINED,
    OTHER,
    PIECE,
    UNKNOWN,
    _kinds,
    _rotated,
    load_graphs,
    write_graphs,
)
from train.simulate.kinds.material import Material
from train.simulate.kinds.pages import KINDS, WITHOUT_DIGITS, KindPage, kind_pages
from train.simulate.rendered import Page
from train.simulate.words import _faces
from train.writers.allographs import write_digits
from train.writers.fonts import font_files


def material(**changes):
    """Writers that need no data set: drawn allographs, two strokes per digit, printed letters."""
    shapes, labels = write_digits(1)
    drawn = Person("allographs", labels, images=shapes)
    bars = [
        [np.float32([[0, 0], [0, 40 + i]]), np.float32([[5, 20], [25, 20 + i]])] for i in range(10)
    ]
    pen = Person("strokes", np.arange(10, dtype=np.uint8), strokes=bars)
    own = {"papers": (), "scenes": (), **changes}
    return Material([drawn, pen], _faces()[:1], font_files()[:2], **own)


@pytest.fixture(scope="module")
def pages():
    photo = np.random.default_rng(1).integers(90, 220, (300, 400), np.uint8)
    own = material(papers=(photo,), scenes=(photo,))
    return {each.kind: each.page for each in kind_pages(own, 1, 3)}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "large"])
def test_every_kind_has_its_digits_in_the_picture(pages, kind):
    """Labels are digits, and boxes are inside or cut by the edge."""
    page = pages[kind]
    height, width = page.picture.shape

    assert page.picture.dtype == np.uint8
    assert bool(page.truth["digits"]) == (kind not in WITHOUT_DIGITS) or kind == "ledger"
    for digit in page.truth["digits"]:
        x, y, wide, high = digit["box"]
        assert digit["label"] in "0123456789"
        assert min(wide, high) > 0
        assert -2 <= x + wide / 2 <= width + 2
        assert -2 <= y + high / 2 <= height + 2


def test_a_page_does_not_depend_on_how_many_are_rendered():
    """Page 0 of a kind and a seed is always the same."""
    own = material()
    (one,) = kind_pages(own, 1, 5, ["notebook"])
    first, _ = kind_pages(own, 2, 5, ["notebook"])

    assert np.array_equal(one.page.picture, first.page.picture)


def test_boxes_contain_the_ink(pages):
    """On a clean page there is ink in every box and little outside of all."""
    page = pages["few"]
    mask = np.asarray(page.picture < np.median(page.picture) * 0.75, np.uint8)
    for digit in page.truth["digits"]:
        x, y, wide, high = digit["box"]
        assert cv2.countNonZero(mask[y : y + high, x : x + wide]) > 0.05 * wide * high
        mask[max(0, y - 2) : y + high + 2, max(0, x - 2) : x + wide + 2] = 0
    assert mask.mean() < 0.01


def test_regions_are_compared_with_the_labels():
    """A digit, two in one, a piece, half of one, something else."""
    truth = {"digits": [{"box": [10, 10, 20, 40]}, {"box": [34, 10, 20, 40]}]}
    boxes = [[10, 10, 20, 40], [10, 10, 44, 40], [12, 12, 8, 8], [10, 10, 20, 18], [90, 90, 9, 9]]

    kinds = _kinds(np.array(boxes, np.float64), truth, 1.0)

    assert kinds.tolist() == [DIGIT, JOINED, PIECE, UNKNOWN, OTHER]


def test_a_rotated_page_has_rotated_boxes():
    """The ink of a digit is still in its box."""
    picture = np.zeros((60, 100), np.uint8)
    picture[10:30, 70:80] = 255
    page = KindPage("few", Page("a", "few", picture, {"digits": [{"box": [70, 10, 10, 20]}]}))

    for seed in range(6):
        turned = _rotated(page, np.random.default_rng(seed)).page
        (digit,) = turned.truth["digits"]
        x, y, width, height = digit["box"]
        assert (turned.picture[y : y + height, x : x + width] == 255).all()
        assert width * height == 200


@pytest.mark.parametrize("turned", [False, True])
def test_graphs_of_pages_are_stored(tmp_path, monkeypatch, turned):
    """They come back with the same regions; digits of turned pages are not labelled."""
    monkeypatch.setattr("train.simulate.graphs.load_material", lambda *_, **__: material())
    monkeypatch.setattr(
        "train.simulate.graphs.kind_pages",
        lambda own, count, seed: kind_pages(own, count, seed, ["few", "surface", "titles"]),
    )
    lines = []

    write_graphs(tmp_path / "graphs.npz", 2, 1, "train", turned, lines.append)

    pages = load_graphs(tmp_path / "graphs.npz")
    kinds = np.concatenate([page.kinds for page in pages])
    assert len(kinds) == sum(len(page.graph.nodes) for page in pages)
    assert (kinds == DIGIT).any() != turned
    assert {page.side for page in pages} == ({1, -1} if turned else {0, -1})
    assert "pages" in lines[0]
