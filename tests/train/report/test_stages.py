import numpy as np
import pytest

from camdigits.errors import PictureError
from camdigits.image import cv2
from camdigits.layout.grouping import group
from camdigits.reader import Reader
from camdigits.recognize.card import find_model, load_card
from camdigits.recognize.classify import OutputSpec
from camdigits.recognize.tflite import load_scorer
from train.report.stage_views import WIDTH
from train.report.stages import write_stages
from train.simulate.form import SIZE, film_form
from train.walk import walk


@pytest.fixture(scope="module")
def form():
    return film_form()


@pytest.fixture(scope="module")
def model():
    """The shipped model: scorer and output_spec."""
    path = find_model("digits")
    card = load_card(path)
    return load_scorer(path, card), OutputSpec(card.labels, card.temperature, card.threshold)


@pytest.fixture(scope="module")
def steps(form, model):
    return walk(form, *model)


def test_the_same_seed_films_the_same_form(form):
    """Paper, hand and camera come from the seed alone."""
    again = film_form()

    assert again.shape == (SIZE[1], SIZE[0], 3)
    assert np.array_equal(form, again)


def test_the_walk_ends_where_the_reader_does(form, steps):
    """The pictures tell of what the product does: the same digits in the same boxes."""
    result = Reader().read(form)

    assert [(d.label, d.box) for d in steps.digits] == [(d.label, d.box) for d in result.digits]


def test_a_page_on_its_side_is_shown_upright(form, steps, model):
    """The walk turns a page as the reader does, so it ends with the same numbers."""
    turned = walk(np.ascontiguousarray(np.rot90(form)), *model)

    assert [n.text for n in group(turned.digits)] == [n.text for n in group(steps.digits)]


def test_the_form_shows_what_every_stage_is_for(steps):
    """It reads as it was written, and some of it only at the second look."""
    texts = [number.text for number in group(steps.digits)]

    assert texts == ["2", "7", "1", "9", "4085", "36", "3"]
    assert steps.blobs.lines is not None
    assert len(steps.joined) == len(steps.found) - 1
    assert len(steps.regions) == len(steps.joined) + 1


def test_every_stage_has_a_small_picture(tmp_path):
    """One file each, in order, of one width; together no burden for a page."""
    files = write_stages(out=tmp_path / "stages", say=[].append)

    assert [file.name[0] for file in files] == list("123456789")
    assert {cv2.imread(str(file)).shape[1] for file in files} == {WIDTH}
    assert sum(file.stat().st_size for file in files) < 330_000


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path, form):
    """What was wanted and what to do."""
    (tmp_path / "taken").write_text("")

    with pytest.raises(PictureError, match="name another folder"):
        write_stages(form, tmp_path / "taken", say=[].append)
