import numpy as np
import pytest
from click.testing import CliRunner

from camdigits.values import Box, Digit, Frame, Result
from train.benchmarks.kinds import calibration, kinds_report, mark_kind, score_kinds
from train.commands.cli import cli
from train.simulate.kinds.pages import KindPage
from train.simulate.rendered import Page

BOX = Box(10, 10, 20, 40)
BLANK = np.full((100, 100), 255, np.uint8)


class Fixed:
    """Read one digit in every picture."""

    def read(self, picture):
        """Report a 4 with 0.92."""
        return Result(Frame(0, 0.0, np.dstack([picture] * 3)), (Digit(BOX, "4", 0.92),), ())


def page(kind, *labels):
    truth = {"digits": [{"label": label, "box": list(BOX)} for label in labels]}
    return KindPage(kind, Page(f"{kind}.png", kind, BLANK, truth))


def scores():
    return score_kinds([page("desk", "4"), page("desk", "7"), page("print")], Fixed())


def test_the_report_has_a_line_per_kind_and_totals():
    """A digit on a page without digits is false."""
    lines = kinds_report(scores()).splitlines()

    assert lines[1].split() == ["desk", "2", "2", "1.000", "0.500", "0.00", "0", "0.500"]
    assert lines[2].split()[-3:] == ["1.00", "1", "0.000"]
    assert lines[3].startswith("with digits")
    assert lines[4].startswith("without")


def test_calibration_compares_scores_with_the_share_that_is_right():
    """One of three digits with 0.92 is right."""
    error, rows = calibration(scores())

    assert rows == [(0.9, 0.95, pytest.approx(1 / 3), 3)]
    assert error == pytest.approx(0.92 - 1 / 3)


def test_a_page_is_marked():
    """The picture is the page, enlarged."""
    assert mark_kind(scores()[0]).shape[0] >= 100


def test_an_unknown_kind_is_rejected():
    """The message lists the kinds."""
    done = CliRunner().invoke(cli, ["score", "kinds", "--kind", "moon"])

    assert done.exit_code == 2
    assert "wanted one of desk, notebook" in done.output
