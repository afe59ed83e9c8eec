import sys

import numpy as np
import pytest

from train.errors import DataError
from train.writers.fonts import DIGITS, FACES, HEIGHT_PX, OTHERS, printed


@pytest.fixture(scope="module", autouse=True)
def _matplotlib():
    """Its fonts are what is printed with."""
    pytest.importorskip("matplotlib")


def test_every_face_prints_every_character():
    """One picture each, with its character in the same place."""
    pictures, characters = printed("17")

    assert len(pictures) == len(characters)
    assert characters.count("1") == characters.count("7")
    assert 5 <= characters.count("7") <= len(FACES)


def test_pictures_are_tight_around_the_ink():
    """No empty row or column at any side; about as high as asked for."""
    for ink in printed("17")[0]:
        assert ink.dtype == np.uint8
        assert ink.max() == 255
        assert ink[[0, -1]].any(axis=1).all()
        assert ink[:, [0, -1]].any(axis=0).all()
        assert 0.5 * HEIGHT_PX <= len(ink) <= HEIGHT_PX


def test_a_blank_is_left_out():
    """What has no ink is no character."""
    assert printed(" ") == ((), ())


def test_other_characters_are_no_digits():
    """Nothing is printed as none that a reader would call a digit: O, l, I, S, Z and the like."""
    assert not set(OTHERS) & set(DIGITS)
    assert not set(OTHERS) & set("OoQDIliJLSsZzqgbB|!/\\-.,()[]{}")


def test_without_matplotlib_the_error_says_what_to_install(monkeypatch):
    """One line, with the command."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)

    with pytest.raises(DataError, match=r"matplotlib.*pip install '\.\[train\]'"):
        printed("8")


def test_without_its_fonts_the_error_names_the_folder(monkeypatch, tmp_path):
    """A broken installation is told from a missing one."""
    monkeypatch.setattr("matplotlib.get_data_path", lambda: str(tmp_path))

    with pytest.raises(DataError, match=r"wanted fonts such as DejaVuSans\.ttf"):
        printed("9")
