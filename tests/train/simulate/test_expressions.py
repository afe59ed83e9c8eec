import re
from dataclasses import replace

import numpy as np
import pytest

from camdigits.layout.notation import Token, parse
from camdigits.values import SIGNS
from train.data.by_writer import Person
from train.simulate.expressions import FIRST_SIGN, draw_text, write_text
from train.simulate.signs import PLACINGS, SignWriters
from train.simulate.strings import draw_style

STROKES = {sign: [[np.array([[0, 0], [500, 1000]], np.float32)]] for sign in SIGNS}
FLAT = [np.array([[0, 0], [1000, 20]], np.float32)]
SIGN_WRITERS = SignWriters({**STROKES, "-": [FLAT], "=": [FLAT, FLAT], "÷": [FLAT]})
PERSON = Person(
    "pen",
    np.arange(10, dtype=np.uint8),
    strokes=[[np.array([[0, 0], [300, 0], [300, 1000]], np.float32)] for _ in range(10)],
)


def style(seed=1, height=40.0):
    drawn = draw_style(np.random.default_rng(seed), (height, height + 1))
    return replace(drawn, height_px=height, pen=0.06, shear=0.0, drift=0.0, wander=0.0)


def test_texts_are_numbers_with_signs():
    """Every kind of text has digits, and only signs that can be drawn."""
    rng = np.random.default_rng(1)
    texts = [draw_text(rng) for _ in range(300)]

    assert {sign for text in texts for sign in text if sign in SIGNS} == set(SIGNS)
    assert all(re.fullmatch(r"[\d .,:\-/+×÷=()%]+", text) for text in texts)
    assert all(re.search(r"\d", text) for text in texts)


def test_a_text_is_written_from_left_to_right():
    """Each character but blanks has a mark with its label."""
    rng = np.random.default_rng(2)

    written = write_text("12.5 ÷ 3", PERSON, SIGN_WRITERS, style(), rng)

    labels = [mark.label for mark in written.marks]
    middles = [mark.points[:, 0].mean() for mark in written.marks]
    assert labels == [1, 2, FIRST_SIGN + SIGNS.index("."), 5, FIRST_SIGN + SIGNS.index("÷"), 3]
    assert middles == sorted(middles)


@pytest.mark.parametrize("sign", SIGNS)
def test_a_sign_has_its_size_and_place(sign):
    """A point is on the line, a minus in the middle, a bracket higher than a digit."""
    rng, height = np.random.default_rng(3), 60.0
    placing = PLACINGS[sign]

    for _ in range(20):
        image, drop = SIGN_WRITERS.draw(sign, style(height=height), rng)
        if sign == ".":
            assert max(image.shape) <= 0.4 * height
            assert -0.1 * height <= drop <= 0.1 * height
            continue
        middle = image.shape[0] / 2 - drop
        if placing.middle is not None:
            low, high = placing.middle
            assert low * height - 1 <= middle <= high * height + 1
        if not placing.flat:
            low, high = placing.height
            assert 0.8 * low * height <= image.shape[0] <= 1.3 * high * height


def test_a_date_is_read_back_by_the_parser():
    """The benchmark's texts have the numbers that the parser finds in them."""
    tokens = [Token(character) for character in "31.12.2024"]

    assert [number.kind for number in parse(tokens).numbers] == ["date"]
