import numpy as np
import pytest

from camdigits.recognize.classify import OutputSpec
from camdigits.recognize.sequence import SequenceReader, best_path, labels_probability
from camdigits.values import NONE

BLANK = 3  # of the labels 0, 1, none


def steps(*labels, sure=0.9):
    """Return (T, 4) probabilities with one sure label per step."""
    rows = np.full((len(labels), 4), (1 - sure) / 3)
    rows[np.arange(len(labels)), labels] = sure
    return rows


@pytest.mark.parametrize(
    ("path", "labels"),
    [
        ((BLANK, 0, 0, BLANK), (0,)),
        ((0, 0, BLANK, 0), (0, 0)),
        ((0, 1, 1, 0), (0, 1, 0)),
        ((BLANK, BLANK), ()),
        ((2, 2, 2, 2), (2,)),
    ],
)
def test_repetitions_and_blanks_are_dropped(path, labels):
    """A blank separates two equal labels."""
    assert best_path(steps(*path)).labels == labels


def test_a_label_is_in_the_middle_of_its_steps():
    """Weighted by probability."""
    assert best_path(steps(BLANK, 0, 0, 0, BLANK)).steps == (pytest.approx(2.0),)


def by_enumeration(chances, labels):
    """Sum the probabilities of all paths with these labels."""
    total = 0.0
    for path in np.ndindex(*[chances.shape[1]] * len(chances)):
        found = [
            label
            for place, label in enumerate(path)
            if label != chances.shape[1] - 1 and (place == 0 or path[place - 1] != label)
        ]
        if found == list(labels):
            total += float(np.prod(chances[np.arange(len(path)), path]))
    return total


@pytest.mark.parametrize("labels", [(), (0,), (0, 1), (0, 0), (1, 2, 1)])
def test_the_probability_of_labels_is_that_of_all_their_paths(labels):
    """The forward algorithm gives the sum over every path, equal labels included."""
    rng = np.random.default_rng(3)
    chances = rng.dirichlet(np.ones(4), 5)

    assert labels_probability(chances, labels) == pytest.approx(by_enumeration(chances, labels))


def reader_of(chances):
    """Return a reader whose net gives these probabilities for every strip."""
    return SequenceReader(
        lambda _: np.log(chances).astype(np.float32), OutputSpec(("0", "1", NONE))
    )


def test_the_scores_of_a_reading_multiply_to_its_certainty():
    """The less certain label gets the larger share of the doubt."""
    chances = np.vstack([steps(0, BLANK), steps(1, BLANK, sure=0.6)])

    (reading,) = reader_of(chances).read([np.full((56, 40), 255, np.uint8)])

    assert reading.labels == ("0", "1")
    assert np.prod(reading.scores) == pytest.approx(reading.certainty)
    assert reading.scores[0] > reading.scores[1]


def test_the_places_of_labels_are_in_pixels_of_the_ink():
    """A step is four columns of the strip, which is 1.3 times as wide, after the margin of 4."""
    (reading,) = reader_of(steps(BLANK, 0, BLANK, 1, BLANK)).read(
        [np.full((56, 60), 255, np.uint8)]
    )

    assert reading.centres == (pytest.approx(2 / 0.65), pytest.approx(10 / 0.65))


def test_another_certainty_changes_the_scores_of_all_labels():
    """Their product is the new certainty, and the rest is shared as before."""
    chances = np.vstack([steps(0, BLANK), steps(1, BLANK, sure=0.6)])
    (reading,) = reader_of(chances).read([np.full((56, 40), 255, np.uint8)])

    surer = reading.with_certainty(0.9)

    assert np.prod(surer.scores) == pytest.approx(0.9)
    assert surer.chances.sum(axis=1) == pytest.approx(np.ones(2))
    assert all(new > old for new, old in zip(surer.scores, reading.scores, strict=True))


def test_a_doubtful_step_gives_another_reading():
    """With the label that is possible there; and without the weakest label."""
    chances = np.vstack([steps(0, BLANK), [[0.1, 0.35, 0.05, 0.5]], steps(BLANK)])
    (reading,) = reader_of(chances).read([np.full((56, 40), 255, np.uint8)])
    assert [other.labels for other in reading.others] == [("0", "1")]

    weak = np.vstack([steps(0, BLANK), [[0.05, 0.55, 0.05, 0.35]], steps(BLANK)])
    (reading,) = reader_of(weak).read([np.full((56, 40), 255, np.uint8)])
    assert reading.labels == ("0", "1")
    assert [other.labels for other in reading.others] == [("0",)]


def test_no_ink_no_reading():
    """Without inks the net is not called."""
    assert SequenceReader(lambda _: 1 / 0, OutputSpec(("0",))).read([]) == []


def test_a_doubtful_ink_is_read_slanted_too():
    """Three strips are read; the labels that fit all of them best are taken."""
    seen = []

    def net(strip):
        seen.append(strip.shape)
        logits = np.full((strip.shape[1] // 4, 3), -4.0, np.float32)
        logits[:, 2] = 0  # blank
        label = 0 if len(seen) == 1 else 1  # only the first view shows a "0"
        logits[5, label] = 0.6
        return logits

    reader = SequenceReader(net, OutputSpec(("0", "1"), 1.0, 0.5))
    ink = np.full((40, 60), 255, np.uint8)

    (reading,) = reader.read([ink])

    assert len(seen) == 3
    assert reading.labels == ("1",)
    assert 0 <= reading.centres[0] < 60
