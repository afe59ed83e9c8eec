import json

import numpy as np
import pytest
from click.testing import CliRunner

from camdigits.image import cv2
from camdigits.values import Box, Digit, Frame, Number, Result
from train.benchmarks.turned import (
    TURNS,
    Sheet,
    mark_turned,
    photo_sheets,
    score_turned,
    turn_back,
    turned_report,
)
from train.commands.cli import cli

WIDTH, HEIGHT = 120, 80
UPRIGHT = (("4", Box(10, 10, 20, 40)), ("2", Box(40, 10, 20, 40)))


@pytest.fixture
def sheet_of_paper():
    """Return a picture that is wider than high."""
    return Sheet("a.png", "rendered", np.full((HEIGHT, WIDTH, 3), 255, np.uint8))


class Scripted:
    """Read given results, one per picture: digits, number texts, rotation."""

    def __init__(self, *readings):
        self.readings = list(readings)

    def read(self, picture):
        """Whatever it is."""
        digits, texts, rotation = self.readings.pop(0)
        read = tuple(Digit(box, label, 0.9) for label, box in digits)
        numbers = tuple(Number(text, 0.9, Box(0, 0, 1, 1), ()) for text in texts)
        return Result(Frame(0, 0.0, picture), read, numbers, rotation)


@pytest.mark.parametrize("degrees", TURNS)
def test_a_box_is_rotated_back(degrees):
    """The pixels of the rotated picture map to the pixels of the box."""
    picture = np.zeros((HEIGHT, WIDTH), np.uint8)
    picture[10:50, 30:41] = 1
    lying = np.rot90(picture, -degrees // 90)
    ys, xs = np.nonzero(lying)
    box = Box(int(xs.min()), int(ys.min()), int(np.ptp(xs)) + 1, int(np.ptp(ys)) + 1)

    assert turn_back(box, degrees, lying.shape) == Box(30, 10, 11, 40)


def read_at(degrees, digits=UPRIGHT, texts=("42",)):
    """Return the reading of `digits` in the picture rotated by `degrees`."""
    size = (WIDTH, HEIGHT)
    for _ in range(degrees // 90):
        digits = [(t, Box(size[1] - b.bottom, b.x, b.height, b.width)) for t, b in digits]
        size = size[::-1]
    return digits, texts, -degrees % 360


def test_the_same_reading_in_every_rotation_is_equal(sheet_of_paper):
    """Digits have the same places, numbers the same order."""
    reader = Scripted(*(read_at(degrees) for degrees in (0, 90, 180, 270)))

    scores = score_turned([sheet_of_paper], reader)

    assert [score.equal for score in scores] == [True] * 3
    assert "all: equal 1.0000 (3 of 3 readings)" in turned_report(scores)


def test_differences_are_reported(sheet_of_paper):
    """A lost digit, a changed label and a split number each make a reading different."""
    other = (("1", UPRIGHT[0][1]), UPRIGHT[1])
    reader = Scripted(
        read_at(0),
        read_at(90, UPRIGHT[:1], ("4",)),
        read_at(180, other, ("12",)),
        read_at(270, texts=("4", "2")),
    )

    lost, relabelled, apart = scores = score_turned([sheet_of_paper], reader)
    lines = [" ".join(line.split()) for line in turned_report(scores).splitlines()]

    assert (lost.upright_only, lost.turned_only, lost.relabelled) == (1, 0, 0)
    assert (relabelled.upright_only, relabelled.turned_only, relabelled.relabelled) == (0, 0, 1)
    assert (apart.different, apart.equal) == (0, False)
    assert lines[1:4] == [
        "a.png 90 2 1 0 0 42 | 4",
        "a.png 180 2 0 0 1 42 | 12",
        "a.png 270 2 0 0 0 42 | 4 2",
    ]
    assert lines[-1] == "all: equal 0.0000 (0 of 3 readings) pages equal in all turns 0 of 1"


def test_a_wrong_rotation_is_reported(sheet_of_paper):
    """It is the cause if nothing is read."""
    nothing = ((), (), 0)
    reader = Scripted(read_at(0), nothing, nothing, nothing)

    report = turned_report(score_turned([sheet_of_paper], reader))

    assert "rotated 0 not 270; 42 | -" in report


def test_both_readings_are_drawn(sheet_of_paper):
    """One is above the other for a wide picture; blue digits are missing in the rotated one."""
    reader = Scripted(
        *(read_at(degrees, UPRIGHT[: 2 - degrees // 90]) for degrees in (0, 90, 180))
    )
    reader.readings.append(read_at(270))

    marked = mark_turned(score_turned([sheet_of_paper], reader)[0])

    upper, lower = np.split(marked, 2)
    assert upper.shape == (4 * HEIGHT, 4 * WIDTH, 3)
    assert (upper == (255, 70, 0)).all(axis=2).any()
    assert not (lower == (255, 70, 0)).all(axis=2).any()
    assert (lower == (0, 150, 0)).all(axis=2).any()


def test_photos_with_few_digits_are_left_out(tmp_path, sheet):
    """Three digits do not determine the orientation; a missing picture is skipped."""
    cv2.imwrite(str(tmp_path / "a.png"), sheet())
    digit = {"label": "1", "box": [0, 0, 9, 9]}
    entries = [
        {"file": "a.png", "digits": [digit] * 4},
        {"file": "few.png", "digits": [digit] * 3},
        {"file": "gone.png", "digits": [digit] * 9},
    ]
    (tmp_path / "labels.json").write_text(json.dumps(entries))

    assert [one.name for one in photo_sheets(tmp_path)] == ["a.png"]


@pytest.mark.usefixtures("data_folder")
def test_the_command_turns_photos_and_real_pages(tmp_path):
    """Pages are rendered from the data sets and read by the shipped model."""
    (tmp_path / "labels.json").write_text("[]")

    done = CliRunner().invoke(cli, ["score", "turned", str(tmp_path), "--pages", "1"])

    assert done.exit_code == 0
    assert "of 3 readings)  pages equal in all turns" in done.output
