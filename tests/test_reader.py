import copy
import pickle
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest

import camdigits
from camdigits.config import DEFAULT, ReaderConfig, updated
from camdigits.errors import ArrayError, ModelError
from camdigits.geometry import box_from_upright, scaled
from camdigits.image import cv2
from camdigits.reader import Reader
from camdigits.recognize.classify import OutputSpec
from camdigits.recognize.sequence import SequenceReader
from camdigits.sources.picture_file import read_picture
from camdigits.sources.synthetic import SyntheticSource
from camdigits.values import Box, Candidates, Frame, Pose

GOLDEN = Path(__file__).parent / "golden"


def by_width(glyphs):
    """Predict "1" for narrow glyphs and "none" for all others."""
    narrow = glyphs.any(axis=1).sum(axis=1) < 10
    return np.where(narrow[:, None], np.float32([9, 0]), np.float32([0, 9]))


@pytest.fixture
def ones():
    """Return a reader of vertical strokes."""
    return Reader(scorer=by_width, labels=("1", "none"))


def test_boxes_and_numbers_of_a_page(ones, sheet):
    """All stages run: ink, regions, glyphs, labels, numbers."""
    page = sheet(
        (30, 30, 6, 40), (50, 30, 6, 40), (110, 30, 6, 40), (30, 90, 40, 8), ink=30, paper=220
    )

    result = ones.read(page)

    assert [digit.box for digit in result.digits] == [
        Box(30, 30, 6, 40),
        Box(50, 30, 6, 40),
        Box(110, 30, 6, 40),
    ]
    assert [number.text for number in result.numbers] == ["11", "1"]
    stages = "prepare orientation ink rules regions texture glyphs classify context merge"
    assert set(result.ms) == {*stages.split(), "plausibility", "group"}


@pytest.mark.parametrize(("more", "tried"), [((), 0), (((30, 90, 40, 8),), 1)])
def test_skew_is_tried_only_if_a_region_is_rejected(ones, sheet, monkeypatch, more, tried):
    """A skew correction could only break the digits of an image that is read completely."""
    calls = []
    monkeypatch.setattr("camdigits.stages.search.find_skew", lambda *_: calls.append(1) or 0)
    strokes = [(30 + 20 * place, 30, 6, 40) for place in range(4)]

    ones.read(sheet(*strokes, *more, ink=30, paper=220))

    assert len(calls) == tried


@pytest.mark.parametrize(("labels", "tried"), [(("0", "1"), 0), (("0", "none"), 1)])
def test_regions_are_not_merged_without_a_reject_class(labels, tried, sheet, monkeypatch):
    """A scorer without "none" gives any part a digit label."""
    cuts = []
    monkeypatch.setattr(
        "camdigits.stages.run.merge", lambda *found: cuts.append(found) or found[0]
    )
    one_scale = ReaderConfig(min_digits_one_scale=0)
    sure = Reader(
        scorer=lambda glyphs: np.zeros((len(glyphs), 2)),
        labels=labels,
        rotate=0,
        config=one_scale,
    )

    sure.read(sheet((30, 30, 30, 40)))

    assert len(cuts) == tried


def test_rejected_regions_are_in_the_result(ones, sheet):
    """With their box in the image and their most probable label."""
    page = sheet((30, 30, 6, 40), (90, 60, 40, 8), ink=30, paper=220)

    (rejected,) = ones.read(page).rejected

    assert (rejected.box, rejected.label) == (Box(90, 60, 40, 8), "none")
    assert rejected.score == pytest.approx(1, abs=1e-3)


def test_parts_of_a_region_are_marked(ones, sheet, monkeypatch):
    """Digits that were cut out of a larger region have is_part set."""
    page = sheet((30, 30, 6, 40), (80, 30, 6, 40), ink=30, paper=220)

    def cut_first(candidates, *_):
        first, *others = candidates.regions
        part = replace(first, box=first.box._replace(height=30), ink=first.ink[:30])
        return Candidates((part, *others), candidates.predictions)

    monkeypatch.setattr("camdigits.stages.run.merge", lambda found, *_: found)
    monkeypatch.setattr("camdigits.stages.run.split", cut_first)
    ones._sequences = SequenceReader(lambda _: None, OutputSpec(("1", "none")))
    result = ones.read(page)

    assert [digit.is_part for digit in result.digits] == [True, False]


def test_the_same_image_gives_the_same_result(ones, sheet):
    """A reader keeps no state between images."""
    page = sheet((30, 30, 6, 40), ink=30, paper=220)
    first = ones.read(page)
    ones.read(sheet((90, 10, 6, 90), ink=30, paper=220))

    again = ones.read(page)

    assert again.digits == first.digits
    assert again.numbers == first.numbers


def test_boxes_of_a_large_image_are_in_its_pixels(ones, sheet):
    """It is searched on a smaller copy; boxes are in pixels of the given image."""
    page = sheet((1200, 900, 60, 600), size=(2400, 2 * DEFAULT.max_side_px), ink=30, paper=220)

    (digit,) = ones.read(page).digits

    assert np.allclose(digit.box, (1200, 900, 60, 600), atol=3)


@pytest.mark.parametrize("size", [28, 100, 280, 1000])
@pytest.mark.parametrize(("ink", "paper"), [(30, 220), (255, 0)])
def test_a_digit_that_fills_the_image_is_found(ones, sheet, size, ink, paper):
    """Close-ups have broad strokes; so have MNIST images, white on black."""
    box = (round(size * 0.44), round(size * 0.15), round(size * 0.12), round(size * 0.7))

    (digit,) = ones.read(sheet(box, size=(size, size), ink=ink, paper=paper)).digits

    assert np.allclose(digit.box, box, atol=1)


def test_a_frame_comes_back_with_its_result(ones, sheet):
    """Result.frame is the frame that was read."""
    frame = Frame(7, 1.5, np.dstack([sheet(paper=200)] * 3), "clip.mp4")

    assert ones.read(frame).frame is frame
    assert [result.frame for result in ones.results([frame, frame])] == [frame, frame]


def test_a_frame_without_an_image_is_rejected(ones):
    """For example a frame with its fields in the wrong order."""
    with pytest.raises(ArrayError, match=r"frame\.bgr: wanted .* got float"):
        ones.read(Frame(np.zeros((8, 8, 3), np.uint8), 0, 0.0))


def test_a_trace_holds_every_step(ones, sheet):
    """Ink, components, regions, glyphs, candidates of each stage; only on request."""
    page = sheet((30, 30, 6, 40), (90, 60, 40, 8), ink=30, paper=220)

    trace = ones.read(page, trace=True).trace

    assert trace is not None
    assert trace.ink.mask.shape == trace.components.shape == page.shape
    assert trace.rules is None
    assert trace.component_boxes.shape == (2, 4)
    assert trace.found.labels == trace.with_prior.labels == trace.split.labels == ("1", "none")
    assert trace.glyphs.shape == (2, 28, 28)
    assert trace.prior_odds.shape == (2,)
    assert [digit.label for digit in trace.digits] == ["1"]
    assert [each.label for each in trace.rejected] == ["none"]
    assert ones.read(page).trace is None


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (5000, 1), (2, 2, 3), (480, 640, 3)])
@pytest.mark.parametrize("value", [0, 128, 255])
def test_empty_images_of_any_size_have_no_digits(ones, shape, value):
    """A uniform image gives an empty result."""
    assert ones.read(np.full(shape, value, np.uint8)).digits == ()


def test_an_array_of_another_kind_is_rejected(ones):
    """The array is checked before any stage runs."""
    with pytest.raises(ArrayError, match="image: wanted"):
        ones.read(np.zeros((4, 4), np.float64))


@pytest.mark.parametrize("wrong", [{"rotate": 45}, {"threshold": 1.5}, {"threshold": -0.1}])
def test_settings_out_of_range_are_rejected(wrong):
    """The message names the setting."""
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Reader(scorer=by_width, labels=("1", "none"), **wrong)


def test_a_scorer_of_the_wrong_width_is_rejected(sheet):
    """The scorer must return one column per label."""
    reader = Reader(scorer=by_width, labels=("0", "1", "none"))

    with pytest.raises(ModelError, match="scorer: wanted"):
        reader.read(sheet((30, 30, 6, 40), ink=30, paper=220))


def test_threads_share_a_reader():
    """Four concurrent threads get the same digits as one thread."""
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
    return sorted(
        (digit.label, digit.score, box_from_upright(digit.box, pose)) for digit in result.digits
    )


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_rotated_page_reads_as_it_does_upright(shipped, rotation):
    """Labels, scores and numbers are equal; boxes are in pixels of the given image."""
    page = read_picture(GOLDEN / "paper.jpg")
    height, width = page.shape[:2]
    upright = shipped.read(page)

    lying = shipped.read(np.rot90(page, rotation // 90).copy())  # counter-clockwise

    size = (width, height) if rotation == 180 else (height, width)
    # The pose that maps boxes of the rotated page to the upright one.
    back = Pose((width, height), (360 - rotation) % 360)
    assert upright.digits
    assert lying.rotation == rotation
    assert lying.frame.bgr.shape[1::-1] == size
    assert outcome(lying, back) == outcome(upright, Pose((width, height)))
    assert sorted(number.text for number in lying.numbers) == sorted(
        number.text for number in upright.numbers
    )


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_given_rotation_is_not_detected(rotation):
    """The given rotation is used for any page."""
    page = read_picture(GOLDEN / "paper.jpg")

    assert Reader(rotate=rotation).read(page).rotation == rotation


@pytest.mark.parametrize("pen", [3, 4, 6])
def test_a_fine_pen_in_a_small_image_is_read(shipped, pen):
    """A 7 half as high as the image is a digit, not a form box."""
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
    """Every name in __all__ can be imported; others raise AttributeError."""
    for name in camdigits.__all__:
        assert getattr(camdigits, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'Writer'"):
        camdigits.Writer  # noqa: B018


@pytest.mark.parametrize("name", sorted(path.stem for path in GOLDEN.glob("*.jpg")))
def test_the_trace_ends_in_the_result(shipped, name):
    """On real pages, the last step of the trace maps to the digits that are reported."""
    page = read_picture(GOLDEN / f"{name}.jpg")

    result = shipped.read(page, trace=True)

    trace = result.trace
    size = page.shape[1::-1]
    placed = [
        (digit.label, scaled(box_from_upright(digit.box, trace.pose), trace.scale, size))
        for digit in trace.digits
    ]
    placed.sort(key=lambda each: (each[1].x, each[1].y))
    assert placed == [(digit.label, digit.box) for digit in result.digits]
    assert {digit.label for digit in trace.accepted} >= {digit.label for digit in trace.digits}
    assert len(trace.rejected) == len(result.rejected)


def test_the_times_of_the_stages_sum_up_to_the_whole(shipped):
    """Merging, splitting and other orientations are included."""
    page = read_picture(GOLDEN / "side.jpg")
    shipped.read(page)
    start = perf_counter()

    result = shipped.read(page)

    whole_ms = 1000 * (perf_counter() - start)
    assert sum(result.ms.values()) == pytest.approx(whole_ms, rel=0.05)


def test_settings_change_the_reading(sheet):
    """A reader uses the settings that it is given."""
    page = sheet((30, 30, 6, 40), ink=30, paper=220)
    coarse = updated(DEFAULT, {"regions": {"min_side_px": 60}})

    reader = Reader(scorer=by_width, labels=("1", "none"), config=coarse)

    assert reader.config.regions.min_side_px == 60
    assert reader.read(page).digits == ()


@pytest.mark.parametrize("trace", [False, True])
def test_a_result_can_be_pickled_and_copied(ones, sheet, trace):
    """For worker processes; the copy has the same readings and times."""
    result = ones.read(sheet((30, 30, 6, 40), ink=30, paper=220), trace=trace)

    for again in (pickle.loads(pickle.dumps(result)), copy.deepcopy(result), copy.copy(result)):
        assert again.to_dict() == result.to_dict()
        assert again.digits == result.digits
        assert np.array_equal(again.frame.bgr, result.frame.bgr)
        assert (again.trace is None) == (not trace)
