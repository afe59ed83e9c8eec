import pytest

from camdigits.layout.notation import Token, meaning_of, parse


def tokens(text):
    """Return a token per character; a blank is a space before the next one."""
    found, gap = [], 0.0
    for character in text:
        if character == " ":
            gap += 1.0
        else:
            found.append(Token(character, gap))
            gap = 0.0
    return found


def numbers(text, decimal="auto"):
    return [(each.text, each.kind, each.value) for each in parse(tokens(text), decimal).numbers]


def expressions(text):
    found = tokens(text)
    return [
        "".join(token.text for token in found[start:stop])
        for start, stop in parse(found).expressions
    ]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("0071", "integer", 71),
        ("0.5", "decimal", 0.5),
        ("3,14", "decimal", 3.14),
        ("-273.15", "negative", -273.15),
        ("1,250,000", "integer", 1250000),
        ("1.250,50", "decimal", 1250.5),
        ("50%", "percent", 50),
        ("12:30", "time", None),
        ("23:59:08", "time", None),
        ("12.05.2024", "date", None),
        ("12/11/26", "date", None),
        ("2024-05-12", "date", None),
        ("089-123456", "phone", None),
    ],
)
def test_a_number_keeps_its_signs(text, kind, value):
    """Text, kind and value are those of the whole; leading zeros stay in the text."""
    assert numbers(text) == [(text, kind, value)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("3+2", ["3", "2"]),
        ("16-4×3=8", ["16", "4", "3", "8"]),
        ("(10-3)×2/8", ["10", "3", "2", "8"]),
        ("12+34=46", ["12", "34", "46"]),
        ("48÷12=", ["48", "12"]),
        ("2:3", ["2", "3"]),
        ("7.5×-2", ["7.5", "-2"]),
    ],
)
def test_operators_separate_numbers(text, parts):
    """The parts are numbers, and all of it is one expression."""
    assert [number for number, _, _ in numbers(text)] == parts
    assert expressions(text) == [text]


@pytest.mark.parametrize("text", ["99.99.2024", "1.2.3", "1,25,0"])
def test_what_is_out_of_range_is_plain_text(text):
    """No date, no grouped number: the digits and signs are reported without a value."""
    assert numbers(text) == [(text, "text", None)]


@pytest.mark.parametrize("text", ["25:70", "1:2:3"])
def test_what_is_no_time_is_a_ratio(text):
    """Minutes end at 59 and have two digits."""
    assert all(kind == "integer" for _, kind, _ in numbers(text))


def test_a_hyphen_after_a_space_is_a_minus():
    """Between two numbers a wide space on the left only makes the second one negative."""
    assert [text for text, _, _ in numbers("5 -3")] == ["5", "-3"]
    assert [text for text, _, _ in numbers("5 - 3")] == ["5", "3"]
    assert [text for text, _, _ in numbers("- 3")] == ["3"]


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("1.234", "auto", 1.234),
        ("1,234", "auto", 1234),
        ("0,125", "auto", 0.125),
        ("1,234", "comma", 1.234),
        ("1.234", "comma", 1234),
        ("1,234", "point", 1234),
    ],
)
def test_the_decimal_sign_can_be_given(text, decimal, value):
    """Three digits behind one sign have two meanings."""
    assert meaning_of(text, decimal)[1] == value


def test_signs_without_digits_are_nothing():
    """A mark alone is never a number."""
    assert numbers("-") == numbers("...") == numbers("+=") == []
    assert numbers("5.") == [("5", "integer", 5)]


def test_a_single_operator_is_no_expression():
    """A dash before a number is a sign; 5= is an equation, 5+ is not."""
    assert expressions("-5") == []
    assert expressions("5+") == []
    assert expressions("5=") == ["5="]


def test_other_labels_than_digits_are_text():
    """The letters of another model form words without a value."""
    assert numbers("KAB") == [("KAB", "text", None)]
