"""The parts of tests/pi that need no emulated machine: comparing, and keeping a budget."""

import json
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from pi.compare import compare
from pi.count import BUDGET, FRAME, over, read_counts, totals

PI = Path(__file__).parent.parent / "pi"
PAGE = {"digits": [["7", [1, 2, 3, 4], 0.9]], "numbers": ["7"], "rotation": 0}


SCORES = ((0, 4, 8), (8, 0, 4))


def recorded(page=PAGE, scores=SCORES, shade=0, plain=SCORES, delegate="XNNPACK"):
    """What record.py would have written, of one page with two glyphs."""
    facts = {"pages": {"a.jpg": page}, "versions": "OpenCV 0", "delegate": delegate}
    return {
        "glyphs": np.full((2, 28, 28), shade, np.uint8),
        "scores": np.float32(scores),
        "plain": np.float32(plain),
        "facts": np.array(json.dumps(facts)),
    }


def test_a_step_apart_is_the_same():
    """Rounding differs between kernels; a score may then, too, and so may a pixel's shade."""
    other = recorded({**PAGE, "digits": [["7", [1, 2, 3, 4], 0.8]]}, ((0, 0, 8), (8, 0, 4)), 3)

    lines, equal = compare(recorded(), other)

    assert equal
    assert "1 one step apart, 0 more" in lines[3]
    assert "2 cut differently, by at most 3/255" in lines[4]


def test_kernels_are_compared_with_their_kind():
    """Without XNNPACK rounding adds up otherwise, by two steps now and then: on x86 as well."""
    further = ((0, 0, 8), (8, 0, -4))

    other = recorded(scores=further, delegate=None)

    assert compare(recorded(plain=further), other)[1]
    assert not compare(recorded(), other)[1]


@pytest.mark.parametrize(
    "other",
    [
        recorded({**PAGE, "digits": [["1", [1, 2, 3, 4], 0.9]]}),
        recorded({**PAGE, "digits": [["7", [1, 2, 3, 5], 0.9]]}),
        recorded({**PAGE, "digits": []}),
        recorded({**PAGE, "numbers": []}),
        recorded({**PAGE, "rotation": 90}),
        recorded(scores=((0, 4, 8), (8, 0, 12))),
        recorded(scores=((0, 4, 8), (8, 0, -4))),
    ],
    ids=["label", "box", "missing", "number", "rotation", "best label", "two steps"],
)
def test_anything_else_is_not(other):
    """Each by itself fails the comparison."""
    assert not compare(recorded(), other)[1]


def test_ten_percent_more_is_too_much():
    """A stage may grow by as much as the budget says; the smallest may do what they like."""
    budget = {"growth": 0.1, "millions": {"ink": 10.0, "regions": 10.0, "mark": 0.1}}

    assert over({"ink": 11.0, "regions": 9.0, "mark": 9.0}, budget) == []
    assert len(over({"ink": 11.1, "regions": 11.1}, budget)) == 2


def test_the_plugins_lines_are_found_among_others():
    """Warnings of the program stand between them."""
    assert [count.all for count in read_counts(["INSN 0 7 1 1 1", "oh", "INSN 0 8 1 1 1"])] == [
        7,
        8,
    ]


def test_the_budget_keeps_the_goal():
    """What the first look at a frame may take on a Pi 4, and that the stages add up to it."""
    budgets = json.loads(BUDGET.read_text())

    for millions in budgets["millions"].values():
        sums = totals({name: millions.get(name, 0) for name in FRAME})
        assert sums["first look"] == pytest.approx(millions["first look"], abs=0.4)
        assert sums["frame"] == pytest.approx(millions["frame"], abs=0.6)


@pytest.mark.parametrize("script", ["run", "count"])
def test_the_scripts_parse_and_say_how_they_are_used(script):
    """Without root and without an emulator: bash reads them, and their head names their roots."""
    text = (PI / script).read_text()

    assert subprocess.run(["bash", "-n", PI / script], check=False).returncode == 0
    assert re.match(rf"#!/usr/bin/env bash\n# tests/pi/{script} ", text)
