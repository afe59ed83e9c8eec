from camdigits.values import Box
from train.metrics.matching import Counts, match_photo, pair


def truth(*digits, ignore=()):
    return {"digits": [{"label": label, "box": box} for label, box in digits], "ignore": ignore}


def test_pairs_are_one_to_one_and_the_best_first():
    """A label gets the prediction with the best overlap, in any order."""
    labels = [Box(0, 0, 10, 10), Box(8, 0, 10, 10)]

    pairs = pair(labels, [Box(7, 0, 10, 10), Box(0, 0, 9, 10)])

    assert dict(pairs) == {0: 1, 1: 0}


def test_the_minimum_overlap_is_a_parameter():
    """Boxes that share a third of their area match from 0.3, not from 0.5."""
    boxes = [Box(0, 0, 10, 10)], [Box(5, 0, 10, 10)]

    assert pair(*boxes) == ((0, 0),)
    assert pair(*boxes, min_iou=0.5) == ()


def test_a_misread_digit_is_found_but_not_read():
    """It lowers both precision and recall."""
    match = match_photo(truth(("3", [0, 0, 10, 20])), [("8", Box(0, 0, 10, 20))])

    assert match.counts == Counts(truth=1, found=1, read=0, false=0, strict=0)
    assert match.counts.f1 == 0
    assert match.read == frozenset()


def test_readings_in_an_ignored_area_are_not_false():
    """The strict count includes them."""
    match = match_photo(
        truth(("3", [0, 0, 10, 20]), ignore=[[50, 0, 40, 40]]),
        [("3", Box(0, 0, 10, 20)), ("1", Box(60, 5, 10, 20)), ("7", Box(100, 0, 10, 20))],
    )

    assert match.counts == Counts(truth=1, found=1, read=1, false=1, strict=2)
    assert match.false == (2,)
    assert match.read == {0}
    assert match.counts.precision == 0.5
