import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import camdigits
from camdigits.errors import ArrayError, ModelError
from camdigits.image import cv2
from camdigits.reader import MAX_SIDE, Reader
from camdigits.recognize.orientation import Pose
from camdigits.sources.picture_file import read_picture
from camdigits.sources.synthetic import SyntheticSource
from camdigits.values import Box, Frame

GOLDEN = Path(__file__).parent / "golden"


def by_width(glyphs):
    """Say "1" of narrow glyphs and "none" of all others."""
    narrow = glyphs.any(axis=1).sum(axis=1) < 10
    return np.where(narrow[:, None], np.float32([9, 0]), np.float32([0, 9]))


@pytest.fixture
def ones():
    """A reader that knows upright strokes."""
    return Reader(scorer=by_width, labels=("1", "none"))


def test_boxes_and_numbers_of_a_page(ones, sheet):
    """Every stage in a row: ink, regions, glyphs, labels, numbers."""
    page = sheet(
        (30, 30, 6, 40), (50, 30, 6, 40), (110, 30, 6, 40), (30, 90, 40, 20), ink=30, paper=220
    )

    result = ones.read(page)

    assert [digit.box for digit in result.digits] == [
        Box(30, 30, 6, 40),
        Box(50, 30, 6, 40),
        Box(110, 30, 6, 40),
    ]
    assert [number.text for number in result.numbers] == ["11", "1"]
    assert set(result.ms) == {"ink", "regions", "texture", "glyphs", "classify", "group"}


@pytest.mark.parametrize(("more", "tried"), [((), 0), (((30, 90, 40, 6),), 1)])
def test_a_page_is_tried_aslant_only_where_something_is_in_doubt(
    ones, sheet, monkeypatch, more, tried
):
    """A picture that is read to the last blob could only lose: digits fall apart when turned."""
    asked = []
    monkeypatch.setattr("camdigits.reader.tilt", lambda *_: asked.append(1) or 0)
    strokes = [(30 + 20 * place, 30, 6, 40) for place in range(4)]

    ones.read(sheet(*strokes, *more, ink=30, paper=220))

    assert len(asked) == tried


@pytest.mark.parametrize(("labels", "tried"), [(("0", "1"), 0), (("0", "none"), 1)])
def test_what_cannot_refuse_is_not_asked_about_pieces(labels, tried, sheet, monkeypatch):
    """A scorer without "none" takes any piece for a digit, so its blobs are never cut."""
    cuts = []
    monkeypatch.setattr("camdigits.reader.split", lambda *found: cuts.append(found) or found[:2])
    monkeypatch.setattr("camdigits.reader.FEW", 0)  # no close-up
    sure = Reader(scorer=lambda glyphs: np.zeros((len(glyphs), 2)), labels=labels, rotate=0)

    sure.read(sheet((30, 30, 30, 40)))

    assert len(cuts) == tried


def test_what_was_looked_at_and_refused_is_told(ones, sheet):
    """With its box in the picture, and what it was taken for instead."""
    page = sheet((30, 30, 6, 40), (90, 60, 40, 6), ink=30, paper=220)

    (refused,) = ones.read(page).rejected

    assert (refused.box, refused.label) == (Box(90, 60, 40, 6), "none")
    assert refused.score == pytest.approx(1, abs=1e-3)


def test_parts_of_a_blob_are_told_from_whole_ones(ones, sheet, monkeypatch):
    """Digits that come of cutting say so."""
    page = sheet((30, 30, 6, 40), (80, 30, 6, 40), ink=30, paper=220)

    def cut_first(regions, asked, *_):
        first = regions[0]
        part = replace(first, box=first.box._replace(height=30), ink=first.ink[:30])
        return (part, *regions[1:]), asked

    monkeypatch.setattr(camdigits.reader, "split", cut_first)
    result = ones.read(page)

    assert [digit.is_part for digit in result.digits] == [True, False]


def test_the_same_picture_gives_the_same_result(ones, sheet):
    """A reader remembers nothing between pictures."""
    page = sheet((30, 30, 6, 40), ink=30, paper=220)
    first = ones.read(page)
    ones.read(sheet((90, 10, 6, 90), ink=30, paper=220))

    again = ones.read(page)

    assert again.digits == first.digits
    assert again.numbers == first.numbers


def test_a_large_picture_keeps_its_own_pixels(ones, sheet):
    """It is searched on a smaller copy, but boxes lie in the picture that was given."""
    page = sheet((1200, 900, 60, 600), size=(2400, 2 * MAX_SIDE), ink=30, paper=220)

    (digit,) = ones.read(page).digits

    assert np.allclose(digit.box, (1200, 900, 60, 600), atol=3)


@pytest.mark.parametrize("size", [28, 100, 280, 1000])
@pytest.mark.parametrize(("ink", "paper"), [(30, 220), (255, 0)])
def test_a_digit_that_fills_the_picture_is_found(ones, sheet, size, ink, paper):
    """A close-up has broad strokes; so has a picture of MNIST, white on black."""
    box = (round(size * 0.44), round(size * 0.15), round(size * 0.12), round(size * 0.7))

    (digit,) = ones.read(sheet(box, size=(size, size), ink=ink, paper=paper)).digits

    assert np.allclose(digit.box, box, atol=1)


def test_a_frame_comes_back_with_its_result(ones, sheet):
    """Whoever draws the result draws it onto the frame it was read from."""
    frame = Frame(7, 1.5, np.dstack([sheet(paper=200)] * 3), "clip.mp4")

    assert ones.read(frame).frame is frame
    assert [result.frame for result in ones.results([frame, frame])] == [frame, frame]


def test_a_frame_without_a_picture_is_refused(ones):
    """Its fields in the wrong order, say."""
    with pytest.raises(ArrayError, match=r"frame\.bgr: wanted .* got float"):
        ones.read(Frame(np.zeros((8, 8, 3), np.uint8), 0, 0.0))


def test_a_trace_shows_what_the_model_saw(ones, sheet):
    """Mask, regions, glyphs and opinions, "none" included; only when asked for."""
    page = sheet((30, 30, 6, 40), (90, 60, 40, 6), ink=30, paper=220)

    trace = ones.read(page, trace=True).trace

    assert trace is not None
    assert trace.ink.shape == page.shape
    assert trace.labels == ("1", "none")
    assert trace.glyphs.shape == (2, 28, 28)
    assert ones.read(page).trace is None


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (5000, 1), (2, 2, 3), (480, 640, 3)])
@pytest.mark.parametrize("value", [0, 128, 255])
def test_empty_pictures_of_any_size_hold_nothing(ones, shape, value):
    """Nothing on them, nothing read, no error."""
    assert ones.read(np.full(shape, value, np.uint8)).digits == ()


def test_an_array_of_another_kind_is_refused(ones):
    """Before any work is done."""
    with pytest.raises(ArrayError, match="image: wanted"):
        ones.read(np.zeros((4, 4), np.float64))


@pytest.mark.parametrize("wrong", [{"rotate": 45}, {"threshold": 1.5}, {"threshold": -0.1}])
def test_settings_out_of_range_are_refused(wrong):
    """By name, with the value that came."""
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Reader(scorer=by_width, labels=("1", "none"), **wrong)


def test_a_scorer_of_the_wrong_width_is_refused(sheet):
    """The labels say how many columns there must be."""
    reader = Reader(scorer=by_width, labels=("0", "1", "none"))

    with pytest.raises(ModelError, match="scorer: wanted"):
        reader.read(sheet((30, 30, 6, 40), ink=30, paper=220))


def test_threads_share_a_reader():
    """Four threads read four frames at once as one thread does one after the other."""
    reader = Reader()
    frames = [frame for frame in SyntheticSource(40) if frame.index % 10 == 0]
    alone = [reader.read(frame).digits for frame in frames]
    together = [()] * len(frames)

    def read(index):
        for _ in range(5):
            together[index] = reader.read(frames[index]).digits

    threads = [threading.Thread(target=read, args=(index,)) for index in range(len(frames))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert together == alone
    assert all(alone)


@pytest.fixture(scope="module")
def shipped():
    """A reader with the shipped model."""
    return Reader()


def outcome(result, pose):
    """Labels, scores and boxes, the boxes in the upright page."""
    return sorted((digit.label, digit.score, pose.back(digit.box)) for digit in result.digits)


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_turned_page_reads_as_it_does_upright(shipped, rotation):
    """To the last pixel: same labels, same scores, same numbers, boxes in the picture given."""
    page = read_picture(GOLDEN / "paper.jpg")
    height, width = page.shape[:2]
    upright = shipped.read(page)

    lying = shipped.read(np.rot90(page, rotation // 90).copy())  # counter-clockwise

    size = (width, height) if rotation == 180 else (height, width)
    # Seen from the page as it lies, the upright one was turned by what is missing to a whole turn.
    back = Pose((width, height), (360 - rotation) % 360)
    assert upright.digits
    assert lying.rotation == rotation
    assert lying.frame.bgr.shape[1::-1] == size
    assert outcome(lying, back) == outcome(upright, Pose((width, height)))
    assert sorted(number.text for number in lying.numbers) == sorted(
        number.text for number in upright.numbers
    )


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_turn_that_is_given_is_not_found_out(rotation):
    """What the user says counts, whatever the page looks like."""
    page = read_picture(GOLDEN / "paper.jpg")

    assert Reader(rotate=rotation).read(page).rotation == rotation


@pytest.mark.parametrize("pen", [3, 4, 6])
def test_a_fine_pen_in_a_small_picture_is_read(shipped, pen):
    """A seven as high as half of the picture is a digit, not a frame."""
    page = np.full((120, 160), 220, np.uint8)
    seven = np.array([[50, 22], [95, 22], [70, 75]], np.int32)
    cv2.polylines(page, [seven], False, 30, pen, cv2.LINE_AA)

    assert [digit.label for digit in shipped.read(page).digits] == ["7"]


def test_the_package_imports_nothing_heavy():
    """`import camdigits` loads neither NumPy nor OpenCV, and reading never loads TensorFlow."""
    code = """
import sys, camdigits
assert not {"numpy", "cv2"} & set(sys.modules), "heavy at import"
import numpy as np
camdigits.Reader().read(np.zeros((50, 50), np.uint8))
assert not {"tensorflow", "keras", "matplotlib"} & set(sys.modules), "training at run time"
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_public_names_are_there():
    """What the package lists can be had from it, and nothing else."""
    for name in camdigits.__all__:
        assert getattr(camdigits, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'Writer'"):
        camdigits.Writer  # noqa: B018
