import numpy as np
import pytest
from support.predictions import candidates

from camdigits.recognize.prior import PriorConfig
from camdigits.recognize.reject_words import RejectWordsConfig, reject_words
from camdigits.recognize.sequence import Reading
from camdigits.values import NONE, Box, Region

PRIOR = PriorConfig()


def letters(count, y=0):
    """Return regions of one word."""
    ink = np.full((20, 12), 255, np.uint8)
    return [Region(Box(16 * index, y, 12, 20), ink) for index in range(count)]


def reads(*labels, certainty=0.9):
    """Return a function that reads every ink as these labels, and its calls."""
    columns = (*"0123456789", NONE, ",")
    chances = np.zeros((len(labels), len(columns)))
    for row, label in enumerate(labels):
        chances[row, columns.index(label)] = 1.0
    reading = Reading(labels, chances, columns, tuple(map(float, range(len(labels)))), certainty)
    calls = []

    def read(inks):
        calls.extend(inks)
        return [reading] * len(inks)

    return read, calls


def found(labels, read, config=None):
    given = candidates(letters(len(labels)), labels)
    return reject_words(given, read, 0.8, PRIOR, config or RejectWordsConfig()).labels


def test_a_letter_that_looks_like_a_digit_is_rejected_with_its_word():
    """The O of HELLO is not a 0."""
    read, calls = reads(NONE)

    assert found((NONE, NONE, NONE, NONE, "0"), read) == (NONE,) * 5
    assert [ink.shape for ink in calls] == [(20, 76)]


@pytest.mark.parametrize(
    ("labels", "certainty"),
    [(("1", "2"), 0.9), (("1", NONE), 0.9), ((), 0.9), ((NONE,), 0.3)],
    ids=["a number", "a number with a unit", "nothing", "in doubt"],
)
def test_words_that_may_be_numbers_keep_their_digits(labels, certainty):
    """Only a reading of non-digits and nothing else counts."""
    read, _ = reads(*labels, certainty=certainty)

    assert found((NONE, NONE, "0"), read) == (NONE, NONE, "0")


@pytest.mark.parametrize("labels", [("1", "2", "3"), (NONE, NONE), ("1", "2", NONE), ()])
def test_other_words_are_not_read(labels):
    """Numbers, words without digits and numbers with a sign cost nothing."""
    read, calls = reads(NONE)

    assert found(labels, read) == labels
    assert not calls


def test_the_number_of_words_is_limited():
    """A page of print costs no more than max_words readings."""
    read, calls = reads(NONE)
    regions = [region for row in range(5) for region in letters(3, 60 * row)]

    reject_words(
        candidates(regions, (NONE, NONE, "0") * 5),
        read,
        0.8,
        PRIOR,
        RejectWordsConfig(max_words=2),
    )

    assert len(calls) == 2
