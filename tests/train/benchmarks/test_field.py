import numpy as np
import pytest
from click.testing import CliRunner

from camdigits.image import cv2
from camdigits.values import Box, Digit, Frame, Number, Result
from train.benchmarks.field import field_report, score_field
from train.commands.cli import cli
from train.errors import LabelsError

BOX = Box(10, 10, 20, 40)


class Parrot:
    """Read the same digits in every picture."""

    def __init__(self, *labels):
        self.digits = tuple(Digit(BOX, label, 0.9) for label in labels)

    def read(self, picture):
        """Whatever it is."""
        numbers = tuple(Number(digit.label, 0.9, BOX, ()) for digit in self.digits)
        return Result(Frame(0, 0.0, picture), self.digits, numbers)


def table(folder, *rows):
    """Write blank pictures and the table of their answers."""
    lines = ["| file | what | right answer | today |", "|---|---|---|---|"]
    for name, answer in rows:
        if name.endswith("png"):
            cv2.imwrite(str(folder / name), np.full((40, 40, 3), 255, np.uint8))
        lines.append(f"| {name} | a picture | {answer} | |")
    (folder / "README.md").write_text("\n".join(lines))


def test_pictures_of_a_table_are_compared_with_their_answers(tmp_path):
    """Only answers of digits or "nothing" count; false digits are those beyond the answer."""
    table(tmp_path, ("text-a.png", "nothing"), ("b.png", "4"), ("c.png", "a hint"), ("d.mp4", "4"))

    scores = score_field(tmp_path, Parrot("4"))

    assert [(score.name, score.wanted, score.false) for score in scores] == [
        ("text-a.png", (), 1),
        ("b.png", ("4",), 0),
    ]
    assert field_report(scores).splitlines()[-2:] == [
        "exact 1 of 2 pictures",
        "print: 1.00 false digits a page on 1 pages",
    ]


def test_an_answer_may_be_a_number_of_digits(tmp_path):
    """A sheet of hundreds of digits is right if so many are read."""
    table(tmp_path, ("a.png", "2 digits in 1 lines"), ("b.png", "3 digits"))

    scores = score_field(tmp_path, Parrot("4", "4"))

    assert [score.right for score in scores] == [True, False]


def test_a_folder_without_a_table_is_rejected(tmp_path):
    """One line says what was wanted."""
    with pytest.raises(LabelsError, match=r"wanted a README\.md"):
        score_field(tmp_path, Parrot())
    (tmp_path / "README.md").write_text("nothing here")
    with pytest.raises(LabelsError, match="wanted a table"):
        score_field(tmp_path, Parrot())


def test_the_command_reads_a_folder(tmp_path):
    """The model reads nothing on blank paper."""
    table(tmp_path, ("a.png", "nothing"))

    done = CliRunner().invoke(cli, ["score", "field", str(tmp_path)], catch_exceptions=False)

    assert done.exit_code == 0
    assert "exact 1 of 1 pictures" in done.output
