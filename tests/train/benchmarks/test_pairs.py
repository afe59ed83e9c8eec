import numpy as np
import pytest
from click.testing import CliRunner

from camdigits.values import Box, Digit, Frame, Result
from train.benchmarks.pairs import mark_pairs, pairs_report, score_pairs
from train.commands.cli import cli
from train.simulate.rendered import Page, Pair

BOXES = (Box(10, 10, 20, 40), Box(28, 10, 20, 40))
BLANK = np.full((100, 100), 255, np.uint8)


class Parrot:
    """Read the same digits in every picture."""

    def __init__(self, *digits):
        self.digits = tuple(Digit(box, label, 0.9) for label, box in digits)

    def read(self, picture):
        """Whatever it is."""
        return Result(Frame(0, 0.0, np.dstack([picture] * 3)), self.digits, ())


def page():
    """Return a page with the touching pair 4 7."""
    digits = [{"label": label, "box": list(box)} for label, box in zip("47", BOXES, strict=True)]
    pair = Pair(0, 1, height=40, press=0.05, shared=3)
    return Page("a.png", "unipen", BLANK, {"digits": digits}, (pair,))


def outcome(*digits):
    """Return the outcome of the pair for a reader that reads `digits`."""
    (score,) = score_pairs([page()], Parrot(*digits))
    return score.outcome(score.page.pairs[0])


def test_a_pair_is_right_when_both_digits_are_found_and_read():
    """One box over both finds neither; a wrong label and a miss are separate outcomes."""
    left, right = BOXES

    assert outcome(("4", left), ("7", right)) == "right"
    assert outcome(("4", left), ("1", right)) == "misread"
    assert outcome(("4", left)) == "one missed"
    assert outcome(("8", Box(0, 10, 90, 40))) == "both missed"


def test_the_report_has_shares_by_data_set_height_and_overlap():
    """The worst page comes first."""
    good = score_pairs([page()], Parrot(("4", BOXES[0]), ("7", BOXES[1])))
    bad = score_pairs([page()], Parrot(("4", BOXES[0]), ("1", Box(60, 60, 9, 30))))

    lines = pairs_report(good + bad).splitlines()

    assert [line.split() for line in lines[1:3]] == [
        ["a.png", "1", "0", "1", "0"],
        ["a.png", "1", "1", "0", "0"],
    ]
    assert "  unipen                             2 0.5000" in lines
    assert "  36 to 53 px                        2 0.5000" in lines
    assert "   3 to  6 % of the height           2 0.5000" in lines
    assert lines[-1].startswith(
        "pairs with both right 0.5000 of 2  all digits: F1 0.7500, false 1"
    )


def test_marks_separate_misses_and_misreadings():
    """Blue, orange and red marks are drawn, green ones not."""
    (score,) = score_pairs([page()], Parrot(("1", BOXES[0]), ("2", Box(60, 60, 20, 30))))

    marked = mark_pairs(score)

    colours = {tuple(pixel) for pixel in marked.reshape(-1, 3).tolist()}
    assert marked.shape == (400, 400, 3)
    assert {(0, 130, 255), (255, 70, 0), (0, 0, 220)} <= colours
    assert (0, 150, 0) not in colours


@pytest.mark.usefixtures("data_folder")
def test_the_command_reads_real_pages_and_marks_them(tmp_path):
    """Pages are rendered from the data sets and read by the shipped model."""
    done = CliRunner().invoke(cli, ["score", "pairs", "--pages", "1", "--show", str(tmp_path)])

    assert done.exit_code == 0
    assert "pairs with both right" in done.output
    assert [path.name for path in tmp_path.iterdir()] == ["pairs-00-unipen.png"]
