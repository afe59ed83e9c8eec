"""The parts of tests/pi that need no emulated machine: comparison and budget."""

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
    """Return what record.py writes for one page with two glyphs."""
    facts = {"pages": {"a.jpg": page}, "versions": "OpenCV 0", "delegate": delegate}
    return {
        "glyphs": np.full((2, 28, 28), shade, np.uint8),
        "scores": np.float32(scores),
        "plain": np.float32(plain),
        "facts": np.array(json.dumps(facts)),
    }


def test_a_difference_of_one_step_is_accepted():
    """Kernels round differently, so scores and pixel values may differ slightly."""
    other = recorded({**PAGE, "digits": [["7", [1, 2, 3, 4], 0.8]]}, ((0, 0, 8), (8, 0, 4)), 3)

    lines, equal = compare(recorded(), other)

    assert equal
    assert "1 one step apart, 0 more" in lines[3]
    assert "2 cut differently, by at most 3/255" in lines[4]


def test_kernels_are_compared_with_the_same_delegate():
    """Without XNNPACK rounding differs by two steps in some cases, on x86 as well."""
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
def test_any_other_difference_is_rejected(other):
    """Each difference by itself fails the comparison."""
    assert not compare(recorded(), other)[1]


def test_growth_above_the_limit_is_reported():
    """A stage may grow by the share in the budget; the smallest stages are ignored."""
    budget = {"growth": 0.1, "millions": {"ink": 10.0, "regions": 10.0, "mark": 0.1}}

    assert over({"ink": 11.0, "regions": 9.0, "mark": 9.0}, budget) == []
    assert len(over({"ink": 11.1, "regions": 11.1}, budget)) == 2


def test_the_lines_of_the_plugin_are_found_among_others():
    """Warnings of the program between them are ignored."""
    assert [count.all for count in read_counts(["INSN 0 7 1 1 1", "oh", "INSN 0 8 1 1 1"])] == [
        7,
        8,
    ]


def test_the_budget_keeps_the_goal():
    """The stages add up to the budget of a frame on a Pi 4."""
    budgets = json.loads(BUDGET.read_text())

    for millions in budgets["millions"].values():
        sums = totals({name: millions.get(name, 0) for name in FRAME})
        assert sums["first look"] == pytest.approx(millions["first look"], abs=0.4)
        assert sums["frame"] == pytest.approx(millions["frame"], abs=0.6)


@pytest.mark.parametrize("script", ["run", "count"])
def test_the_scripts_parse_and_say_how_they_are_used(script):
    """Bash parses them, and their first comment names them."""
    text = (PI / script).read_text()

    assert subprocess.run(["bash", "-n", PI / script], check=False).returncode == 0
    assert re.match(rf"#!/usr/bin/env bash\n# tests/pi/{script} ", text)
