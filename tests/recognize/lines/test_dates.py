from camdigits.recognize.lines.dates import date_slashes
from camdigits.values import Box, Digit, Mark


def digits(text):
    return [Digit(Box(10 + 25 * at, 10, 20, 40), label, 0.9) for at, label in enumerate(text)]


def test_two_ones_that_make_a_date_are_slashes():
    """12111126 is 12/11/26, if both strokes may be slashes."""
    assert date_slashes(digits("12111126"), (), {2: 0.6, 5: 0.7}) == (2, 5)


def test_ones_that_make_no_date_stay():
    """There is no month 92, and one slash is not enough."""
    assert date_slashes(digits("12192126"), (), {2: 0.9, 5: 0.9}) == ()
    assert date_slashes(digits("12111126"), (), {2: 0.9}) == ()
    assert date_slashes(digits("12111126"), (), {}) == ()


def test_the_likelier_slashes_are_taken():
    """Of two dates, that of the strokes that look more like slashes."""
    chances = {1: 0.5, 2: 0.9, 3: 0.5, 4: 0.9}

    assert date_slashes(digits("1111112"), (), chances) == (2, 4)


def test_one_slash_may_be_sure():
    """The other one makes the date with it."""
    own = digits("1221126")
    own = [*own[:2], *own[3:]]
    slash = Mark(Box(62, 10, 14, 40), "/", 0.99, line=Box(62, 10, 14, 40))

    assert date_slashes(own, (slash,), {3: 0.6}) == (3,)
