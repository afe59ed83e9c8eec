"""Compare what two machines read on the golden pages: python compare.py X86.npz PI.npz.

Status 1 unless every label, box and number of every page is the same, every glyph of the first has
the same best label on the second, and the model's int8 outputs lie at most one step apart. If the
Pi's runtime computes without XNNPACK, those steps are counted from what this machine computes
without it. Glyphs whose pixels differ are reported, but are no failure.
"""

import json
import sys

import numpy as np
import numpy.typing as npt

STEPS = 1  # rounding differs between the kernels that XNNPACK chooses
Facts = dict[str, object]


def labels(page: dict[str, list[list[object]]]) -> list[list[object]]:
    """Return labels, boxes, numbers and rotation of a page, without scores."""
    return [*(digit[:2] for digit in page["digits"]), page["numbers"], [page["rotation"]]]


def step_of(scores: npt.NDArray[np.float32]) -> float:
    """Size of one int8 step: the smallest difference between outputs."""
    return float(np.diff(np.unique(scores)).min())


def compare(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> tuple[list[str], bool]:
    """Return the lines of the report, and whether all that must be equal is equal."""
    mine, theirs = (json.loads(str(each["facts"])) for each in (one, other))
    differing = [
        n for n, page in mine["pages"].items() if labels(page) != labels(theirs["pages"][n])
    ]
    digits = sum(len(page["digits"]) for page in mine["pages"].values())
    kernels = "scores" if theirs["delegate"] else "plain"
    apart = np.rint(np.abs(one[kernels] - other["scores"]) / step_of(one["scores"]))
    argmax = (one["scores"].argmax(1) != other["scores"].argmax(1)).sum()
    lines = [
        f"here: {mine['versions']}",
        f"Pi:   {theirs['versions']}",
        f"pages: {len(mine['pages'])} with {digits} digits; "
        f"different labels, boxes, numbers or rotation on: {differing or 'none'}",
        f"outputs: {apart.size} of {len(apart)} glyphs"
        f"{'' if kernels == 'scores' else ', both without XNNPACK'}; {int((apart == 1).sum())} "
        f"one step apart, {int((apart > 1).sum())} more (at most {int(apart.max())}); "
        f"{argmax} other best labels",
        cut_alike(one["glyphs"], other["glyphs"]),
    ]
    return lines, not differing and apart.max() <= STEPS and not argmax


def cut_alike(one: npt.NDArray[np.uint8], other: npt.NDArray[np.uint8]) -> str:
    """Say whether the same glyphs are cut from the pages."""
    if one.shape != other.shape:
        return f"glyphs: {len(one)} here, {len(other)} on the Pi"
    steps = np.abs(one.astype(int) - other).reshape(len(one), -1).max(axis=1, initial=0)
    differing = int((steps > 0).sum())
    return f"glyphs: {len(one)}; {differing} cut differently, by at most {steps.max()}/255"


def main(one: str, other: str) -> int:
    """Print the comparison."""
    lines, equal = compare(dict(np.load(one)), dict(np.load(other)))
    print("\n".join(lines))
    return 0 if equal else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
