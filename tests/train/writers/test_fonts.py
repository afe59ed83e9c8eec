import sys

import numpy as np
import pytest

from train.errors import DataError
from train.writers.fonts import DIGITS, FACES, HEIGHT_PX, OTHERS, printed


@pytest.fixture(scope="module", autouse=True)
def _matplotlib():
    """Skip without matplotlib, which provides the fonts."""
    pytest.importorskip("matplotlib")


def test_every_face_prints_every_character():
    """There is one picture per face and character, with the character at the same index."""
    pictures, characters = printed("17")

    assert len(pictures) == len(characters)
    assert characters.count("1") == characters.count("7")
    assert 5 <= characters.count("7") <= len(FACES)


def test_pictures_are_tight_around_the_ink():
    """No side has an empty row or column; the height is about HEIGHT_PX."""
    for ink in printed("17")[0]:
        assert ink.dtype == np.uint8
        assert ink.max() == 255
        assert ink[[0, -1]].any(axis=1).all()
        assert ink[:, [0, -1]].any(axis=0).all()
        assert 0.5 * HEIGHT_PX <= len(ink) <= HEIGHT_PX


def test_a_blank_is_left_out():
    """A character without ink has no picture."""
    assert printed(" ") == ((), ())


def test_other_characters_exclude_look_alikes():
    """Characters that look like a digit are not used as non-digits: O, l, I, S, Z and so on."""
    assert not set(OTHERS) & set(DIGITS)
    assert not set(OTHERS) & set("OoQDIliJLSsZzqgbB|!/\\-.,()[]{}")


def test_without_matplotlib_the_error_says_what_to_install(monkeypatch):
    """The error is one line with the command."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)

    with pytest.raises(DataError, match=r"matplotlib.*pip install '\.\[train\]'"):
        printed("8")


def test_without_its_fonts_the_error_names_the_folder(monkeypatch, tmp_path):
    """A broken installation has another message than a missing one."""
    monkeypatch.setattr("matplotlib.get_data_path", lambda: str(tmp_path))

    with pytest.raises(DataError, match=r"wanted fonts such as DejaVuSans\.ttf"):
        printed("9")
