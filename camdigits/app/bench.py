"""Measure how long a reading takes, stage by stage, beside bare OpenCV steps on the same pages.

The pages are written on the spot, so the benchmark needs no data. A reading and the bare steps
take turns, so that whatever else the machine does slows both: their ratio can be compared from run
to run and from machine to machine, milliseconds cannot.
"""

import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TypeAlias

import numpy as np

from camdigits.errors import CamdigitsError
from camdigits.image import cv2, frozen, to_gray
from camdigits.synth.handwriting import Pen, make_writer, write
from camdigits.synth.paper import BLUE, lay_ink, make_light, make_noise, make_paper
from camdigits.values import BgrImage, Box, Digit, Result

ReadFunction: TypeAlias = Callable[[BgrImage], Result]
Size: TypeAlias = tuple[int, int]  # width, height in pixels

SIZES: tuple[Size, ...] = ((640, 480), (1280, 720), (1920, 1080))
COUNTS = (1, 25, 100)
REPEATS = 40
WARM_UPS = 3
NUMBER_LENGTH = 4  # digits written together
MIN_OVERLAP = 0.3  # intersection over union from which a digit counts as found


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of one step over all repeats."""

    median_ms: float
    p95_ms: float


@dataclass(frozen=True, slots=True)
class BenchRow:
    """One page, read again and again."""

    size: Size
    written: int  # digits on the page
    read: int  # of them found and labelled right
    false: int  # digits that were read and are not there, or are others
    stages: Mapping[str, Timing]  # in the order they run
    total: Timing  # the whole reading, by the clock outside it
    bare: Timing  # the bare OpenCV steps
    ratio: float  # median of reading / bare over the pairs measured together
    frames_per_s: float  # from the median total
    digits_per_s: float  # digits read right


@dataclass(frozen=True, slots=True)
class BenchReport:
    """All rows, and what they were measured on."""

    machine: Mapping[str, str | int]
    repeats: int
    rows: tuple[BenchRow, ...]


@dataclass(frozen=True, slots=True, eq=False)
class BenchPage:
    """A written page, and what stands on it."""

    bgr: BgrImage  # (H, W, 3) uint8, read-only
    digits: tuple[tuple[str, Box], ...]


def bench(
    read: ReadFunction,
    sizes: Sequence[Size] = SIZES,
    counts: Sequence[int] = COUNTS,
    repeats: int = REPEATS,
    runtime: str = "",
    clock: Callable[[], float] = time.perf_counter,
    seed: int = 1,
) -> BenchReport:
    """Read a page of each size with each count of digits, again and again.

    Args:
        read: the reader: (H, W, 3) uint8 BGR in, a Result with its milliseconds per stage out.
        sizes: width and height of the pages.
        counts: how many digits are written on them.
        repeats: pairs of a reading and the bare steps that are measured, after a few that are not.
        runtime: what runs the model, for the report.
        clock: gives seconds.
        seed: of the handwriting and the paper.

    Raises:
        CamdigitsError: repeats is not positive, or a page is too small for its digits.
    """
    if repeats < 1:
        raise CamdigitsError(f"bench: wanted at least 1 repeat, got {repeats}; ask for more")
    rows = tuple(
        measure(read, make_bench_page(size, count, seed), repeats, clock)
        for size in sizes
        for count in counts
    )
    return BenchReport(machine_facts(runtime), repeats, rows)


def measure(
    read: ReadFunction, page: BenchPage, repeats: int, clock: Callable[[], float]
) -> BenchRow:
    """Let the reader and the bare steps take turns on one page."""
    results, totals_ms, bares_ms = [], [], []
    for turn in range(-WARM_UPS, repeats):
        start = clock()
        result = read(page.bgr)
        middle = clock()
        bare_steps(page.bgr)
        stop = clock()
        if turn >= 0:
            results.append(result)
            totals_ms.append(1000 * (middle - start))
            bares_ms.append(1000 * (stop - middle))
    return summarise(page, results, totals_ms, bares_ms)


def summarise(
    page: BenchPage,
    results: Sequence[Result],
    totals_ms: Sequence[float],
    bares_ms: Sequence[float],
) -> BenchRow:
    """Turn the measurements of one page into its row."""
    height, width = page.bgr.shape[:2]
    names = dict.fromkeys(name for result in results for name in result.ms)
    stages = {
        name: timing([result.ms[name] for result in results if name in result.ms])
        for name in names
    }
    total = timing(totals_ms)
    right = count_right(page.digits, results[-1].digits)
    frames_per_s = 1000 / total.median_ms
    return BenchRow(
        size=(width, height),
        written=len(page.digits),
        read=right,
        false=len(results[-1].digits) - right,
        stages=stages,
        total=total,
        bare=timing(bares_ms),
        ratio=float(np.median(np.divide(totals_ms, bares_ms))),
        frames_per_s=frames_per_s,
        digits_per_s=frames_per_s * right,
    )


def timing(times_ms: Sequence[float]) -> Timing:
    """Sum measurements up.

    >>> timing([1.0, 2.0, 3.0])
    Timing(median_ms=2.0, p95_ms=2.9)
    """
    return Timing(float(np.median(times_ms)), float(np.percentile(times_ms, 95)))


def bare_steps(bgr: BgrImage) -> int:
    """Do the least that finds dark marks in a (H, W, 3) picture, and count the contours.

    What every webcam tutorial does before it reads anything: the yardstick for the whole reader.
    """
    soft = cv2.GaussianBlur(to_gray(bgr), (5, 5), 0)
    marks = cv2.adaptiveThreshold(
        soft, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 21, 10
    )
    return len(cv2.findContours(marks, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)[0])


def count_right(written: Sequence[tuple[str, Box]], digits: Sequence[Digit]) -> int:
    """Count the written digits that were found, one to one, and labelled right."""
    free = list(digits)
    right = 0
    for label, box in written:
        best = max(free, key=lambda digit: overlap(box, digit.box), default=None)
        if best is not None and overlap(box, best.box) >= MIN_OVERLAP:
            free.remove(best)
            right += best.label == label
    return right


def overlap(one: Box, other: Box) -> float:
    """Intersection of two boxes over their union.

    >>> overlap(Box(0, 0, 4, 2), Box(2, 0, 4, 2))
    0.3333333333333333
    """
    width = min(one.right, other.right) - max(one.x, other.x)
    height = min(one.bottom, other.bottom) - max(one.y, other.y)
    common = max(width, 0) * max(height, 0)
    return common / (one.width * one.height + other.width * other.height - common)


def make_bench_page(size: Size, count: int, seed: int = 1) -> BenchPage:
    """Write `count` digits on a page, as high as they can be for a hundred to fit.

    The height is the same for 1 and for 100 digits, so that only their count differs.

    Raises:
        CamdigitsError: not even digits of 12 pixels would fit.
    """
    rng = np.random.default_rng(seed)
    hand = make_writer(rng)
    height_px, cells = lay_out(size, max(count, 100))
    canvas = make_paper(size, rng)
    digits: list[tuple[str, Box]] = []
    for first, (x, y) in zip(range(0, count, NUMBER_LENGTH), cells, strict=False):
        amount = min(NUMBER_LENGTH, count - first)
        text = "".join(str(digit) for digit in rng.integers(0, 10, amount))
        writing = write(text, height_px, rng, Pen(), hand)
        lay_ink(canvas, writing.ink, (x, y), BLUE, rng)
        digits += [
            (label, Box(x + box.x, y + box.y, box.width, box.height))
            for label, box in zip(writing.text, writing.boxes, strict=True)
        ]
    canvas *= make_light(size, rng)
    noise = make_noise(size, rng)[: size[1], : size[0]].astype(np.float32) - 128
    bgr = np.rint(cv2.GaussianBlur(canvas, (3, 3), 0.6) + noise).clip(0, 255).astype(np.uint8)
    return BenchPage(frozen(bgr), tuple(digits))


def lay_out(size: Size, count: int) -> tuple[int, list[tuple[int, int]]]:
    """Find the greatest digit height for `count` digits, and the corner of each number's cell.

    Raises:
        CamdigitsError: not even digits of 12 pixels would fit.
    """
    for height_px in range(size[1] // 14, 11, -1):
        # A number of four is at most 4.2 heights wide and 1.3 high, whoever writes it.
        wide, high, edge = 4.8 * height_px, 1.85 * height_px, height_px // 2
        columns, rows = int((size[0] - edge) / wide), int((size[1] - edge) / high)
        if columns * rows * NUMBER_LENGTH >= count:
            corners = (
                (edge + i % columns * wide, edge + i // columns * high) for i in range(count)
            )
            return height_px, [(round(x), round(y)) for x, y in corners][: columns * rows]
    raise CamdigitsError(
        f"bench: wanted a page for {count} digits, got {size[0]}x{size[1]}; ask for a larger one"
    )


def machine_facts(runtime: str) -> dict[str, str | int]:
    """Name what the times depend on; nothing that tells whose machine it is."""
    return {
        "system": platform.system(),
        "machine": platform.machine(),
        "cpus": cv2.getNumberOfCPUs(),
        "python": platform.python_version(),
        "opencv": cv2.__version__,
        "opencv_threads": cv2.getNumThreads(),
        "numpy": np.__version__,
        "runtime": runtime,
    }


def format_report(report: BenchReport) -> str:
    """Lay a report out as a table for people."""
    facts = "  ".join(f"{name} {value}" for name, value in report.machine.items() if value != "")
    stages = tuple(dict.fromkeys(name for row in report.rows for name in row.stages))
    head = ("size", "written", "read", "false", *stages, "total", "bare", "ratio", "frames/s")
    table = [(*head, "digits/s"), *(format_row(row, stages) for row in report.rows)]
    widths = [max(len(line[column]) for line in table) for column in range(len(table[0]))]
    lines = ["  ".join(c.rjust(w) for c, w in zip(line, widths, strict=True)) for line in table]
    foot = (
        f"milliseconds: median/95th percentile of {report.repeats} readings; ratio: total to bare"
    )
    bare = "bare: gray, blur, adaptive threshold and contours on the same page, in turns"
    return "\n".join([facts, "", *lines, "", foot, bare])


def format_row(row: BenchRow, stages: Sequence[str]) -> tuple[str, ...]:
    """Write the cells of one row."""
    return (
        f"{row.size[0]}x{row.size[1]}",
        str(row.written),
        str(row.read),
        str(row.false),
        *(format_timing(row.stages[name]) if name in row.stages else "-" for name in stages),
        format_timing(row.total),
        format_timing(row.bare),
        f"{row.ratio:.2f}",
        f"{row.frames_per_s:.1f}",
        f"{row.digits_per_s:.0f}",
    )


def format_timing(times: Timing) -> str:
    """Write a timing as one cell.

    >>> format_timing(Timing(1.234, 5.678))
    '1.23/5.68'
    """
    return f"{times.median_ms:.2f}/{times.p95_ms:.2f}"


def report_json(report: BenchReport) -> dict[str, object]:
    """Make a report fit for `json.dumps`: lists, dicts, numbers and strings only."""
    rows = [{**asdict(row), "size": list(row.size)} for row in report.rows]
    return {"machine": dict(report.machine), "repeats": report.repeats, "rows": rows}
