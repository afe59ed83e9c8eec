"""The whole reader on pages with signs, drawn here."""

from pathlib import Path

import pytest
from support.written import page

from camdigits.reader import Reader
from camdigits.sources.picture_file import read_picture

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="module")
def reader() -> Reader:
    """The shipped models."""
    return Reader()


@pytest.mark.parametrize(
    ("text", "numbers", "kinds"),
    [
        ("3+2", ["3", "2"], ["integer"] * 2),
        ("48×26=", ["48", "26"], ["integer"] * 2),
        ("2.75", ["2.75"], ["decimal"]),
        ("-38", ["-38"], ["negative"]),
        ("8:45", ["8:45"], ["time"]),
        ("24/8/2026", ["24/8/2026"], ["date"]),
    ],
)
def test_signs_are_part_of_numbers_or_separate_them(
    reader: Reader, text: str, numbers: list[str], kinds: list[str]
) -> None:
    """What is written is read, as a person would say it."""
    result = reader.read(page(text))

    assert [number.text for number in result.numbers] == numbers
    assert [number.kind for number in result.numbers] == kinds
    assert all(number.complete for number in result.numbers)


def test_an_expression_has_its_numbers(reader: Reader) -> None:
    """Operators separate numbers; the whole is one expression."""
    (expression,) = reader.read(page("3+2=5")).expressions

    assert expression.text == "3+2=5"
    assert expression.numbers == (0, 1, 2)


@pytest.mark.parametrize("name", ["paper", "form", "small", "boxes", "board"])
def test_pages_without_signs_read_the_same(reader: Reader, name: str) -> None:
    """No digit is lost or changed, and no sign is found."""
    picture = read_picture(GOLDEN / f"{name}.jpg")

    with_signs, without = reader.read(picture), Reader(signs=False).read(picture)

    assert with_signs.digits == without.digits
    assert with_signs.numbers == without.numbers
    assert with_signs.marks == ()


def test_signs_can_be_switched_off() -> None:
    """Only digits are read then."""
    result = Reader(signs=False).read(page("3+2"))

    assert result.marks == ()
    assert result.expressions == ()


def test_the_decimal_sign_can_be_given() -> None:
    """A point is a sign of thousands where decimals have a comma."""
    text, reader = "2.750", Reader(decimal="comma")

    (number,) = reader.read(page(text)).numbers

    assert (number.text, number.value) == (text, 2750)
