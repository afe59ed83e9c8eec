import numpy as np
import pytest

from camdigits.errors import PictureError
from camdigits.image import cv2
from camdigits.reader import Reader
from train.report.stage_views import WIDTH, upright_frame
from train.report.stages import write_stages
from train.simulate.form import SIZE, film_form


@pytest.fixture(scope="module")
def form():
    return film_form()


@pytest.fixture(scope="module")
def result(form):
    return Reader().read(form, trace=True)


def test_the_same_seed_films_the_same_form(form):
    """Paper, hand and camera come from the seed alone."""
    again = film_form()

    assert again.shape == (SIZE[1], SIZE[0], 3)
    assert np.array_equal(form, again)


def test_a_page_on_its_side_is_shown_upright(form):
    """The pictures show the frame as the stages saw it."""
    result = Reader().read(np.ascontiguousarray(np.rot90(form)), trace=True)

    assert result.rotation == 90
    assert np.array_equal(upright_frame(result, result.trace), form)


def test_the_form_uses_every_stage(result):
    """It reads as it was written, and some of it only after merging or splitting."""
    trace = result.trace

    assert [number.text for number in result.numbers] == ["2719", "4085", "36", "3"]
    assert trace.rules is not None
    assert len(trace.merged) == len(trace.found) - 1
    assert len(trace.split) == len(trace.merged) + 1
    assert trace.rejected


def test_every_stage_has_a_small_picture(tmp_path):
    """One file each, in order, of one width; small enough for a page of documentation."""
    files = write_stages(out=tmp_path / "stages", report=[].append)

    assert [int(file.name.split("-")[0]) for file in files] == list(range(1, 11))
    assert {cv2.imread(str(file)).shape[1] for file in files} == {WIDTH}
    assert sum(file.stat().st_size for file in files) < 450_000


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path, form):
    """What was wanted and what to do."""
    (tmp_path / "taken").write_text("")

    with pytest.raises(PictureError, match="name another folder"):
        write_stages(form, tmp_path / "taken", report=[].append)
