"""Print counted instructions per stage, and compare them with the budget.

Called by `count` with what `frame.py` printed and with the plugin's lines; no third-party package.
"""

import argparse
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

BUDGET = Path(__file__).parent / "budget.json"
# What the goal counts: the first look at a page, without what doubtful marks cost on top.
FIRST_LOOK = ("decode", "ink", "regions", "glyphs", "model")
FRAME = (*FIRST_LOOK, "texture", "merge and split", "model again", "group", "rest")
SMALL = 0.3  # millions: what is smaller has no budget of its own


class Count(NamedTuple):
    """Instructions between two marks."""

    all: int
    simd: int
    memory: int
    branch: int


def read_counts(lines: list[str]) -> list[Count]:
    """Take the plugin's lines out of what a program wrote to stderr.

    >>> read_counts(["a warning", "INSN 0 9 1 3 2", "INSN -1 5 0 0 0"])
    [Count(all=9, simd=1, memory=3, branch=2)]
    """
    words = (line.split() for line in lines if line.startswith("INSN "))
    return [Count(*map(int, each[2:])) for each in words if each[1] != "-1"]


def millions(facts: dict[str, Any], counts: list[Count]) -> dict[str, float]:
    """Add up the instructions of each stage, in millions, less what marking costs.

    >>> facts = {"first": 1, "names": ["warm", "", "a mark", "ink", "rest", "ink"]}
    >>> millions(facts, [Count(n, 0, 0, 0) for n in (9, 9, 100, 1_000_100, 100, 500_100)])
    {'ink': 1.5, 'rest': 0.0}
    """
    if len(facts["names"]) != len(counts):
        raise SystemExit(f"count: {len(facts['names'])} marks were set, {len(counts)} counted")
    marked = list(zip(facts["names"], counts, strict=True))[facts["first"] :]
    mark = next(count.all for name, count in marked if name == "a mark")
    sums: Counter[str] = Counter()
    for name, count in marked:
        if name not in ("", "a mark"):
            sums[name] += max(count.all - mark, 0)
    return {name: amount / 1e6 for name, amount in sums.items()}


def totals(stages: dict[str, float]) -> dict[str, float]:
    """Sum up what the goal counts, and the whole frame."""
    return {
        "first look": sum(stages.get(name, 0) for name in FIRST_LOOK),
        "frame": sum(stages.get(name, 0) for name in FRAME),
    }


def over(counted: dict[str, float], budget: dict[str, Any]) -> list[str]:
    """Name what grew by more than is allowed.

    >>> over({"ink": 11.2, "frame": 20.0}, {"growth": 0.1, "millions": {"ink": 10, "frame": 20}})
    ['ink: 11.2 million instructions, 10 by the budget']
    """
    return [
        f"{name}: {counted.get(name, 0):.1f} million instructions, {wanted:g} by the budget"
        for name, wanted in budget["millions"].items()
        if wanted >= SMALL and counted.get(name, 0) > wanted * (1 + budget["growth"])
    ]


def table(counted: dict[str, float], budget: dict[str, Any]) -> str:
    """Lay the figures out beside those of the budget."""
    rows = [f"{'millions of instructions':26}{'now':>8}{'budget':>8}"]
    for name, amount in counted.items():
        wanted = budget["millions"].get(name)
        rows.append(f"{name:26}{amount:8.2f}{'' if wanted is None else wanted:>8}")
    return "\n".join(rows)


def profile(facts: dict[str, Any], counts: list[Count], shown: int = 45) -> str:
    """List the functions that most instructions are spent in, callees left out."""
    own = millions(facts, counts)
    calls = Counter(facts["names"][facts["first"] :])
    rows = sorted(own.items(), key=lambda item: -item[1])[:shown]
    return "\n".join(f"{amount:8.2f}  {calls[name]:5} marks  {name}" for name, amount in rows)


def main() -> int:
    """Print the figures; status 1 where one is over its budget."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("place", help="board and root, as budget.json names them")
    parser.add_argument("printed", type=Path, help="what frame.py printed")
    parser.add_argument("counted", type=Path, help="what it and the plugin wrote to stderr")
    parser.add_argument("--functions", action="store_true", help="a profile by function instead")
    parser.add_argument("--update", action="store_true", help="make these figures the budget")
    given = parser.parse_args()
    facts = json.loads(given.printed.read_text())
    counts = read_counts(given.counted.read_text().splitlines())
    print(
        "  ".join(
            f"{name} {fact}" for name, fact in facts.items() if name not in ("names", "first")
        )
    )
    if given.functions:
        print(profile(facts, counts))
        return 0
    stages = millions(facts, counts)
    counted = stages | totals(stages)
    budgets = json.loads(BUDGET.read_text())
    budget = {"growth": budgets["growth"], "millions": budgets["millions"].get(given.place, {})}
    print(table(counted, budget))
    print(f"first look: the goal is {budgets['goal']} or less")
    if given.update:
        budgets["millions"][given.place] = {name: round(n, 1) for name, n in counted.items()}
        BUDGET.write_text(json.dumps(budgets, indent=2) + "\n")
        return 0
    complaints = over(counted, budget)
    print("\n".join(f"over budget: {each}" for each in complaints) or "within the budget")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
