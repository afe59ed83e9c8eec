"""Measure the time of a reading, stage by stage, beside plain OpenCV steps on the same pages.

The pages are generated, so the benchmark needs no data. Readings and plain steps alternate, so
that other load on the machine slows both: their ratio is comparable between runs and machines,
milliseconds are not.
"""

import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TypeAlias

import numpy as np

from camdigits.errors import CamdigitsError
from camdigits.geometry import iou
from camdigits.image import cv2, frozen, to_gray
from camdigits.synth.handwriting import Pen, make_writer, write
from camdigits.synth.paper import BLUE, lay_ink, make_light, make_noise, make_paper
from camdigits.values import BgrImage, Box, Digit, Result

ReadFunction: TypeAlias = Callable[[BgrImage], Result]
Size: TypeAlias = tuple[int, int]  # width, height in pixels

SIZES: tuple[Size, ...] = ((640, 480), (1280, 720), (1920, 1080))
COUNTS = (1, 25, 100)
REPEATS = 40  # chosen
WARM_UPS = 3  # chosen: readings before the measured ones, which fill caches
NUMBER_LENGTH = 4  # chosen: digits per number
MIN_IOU = 0.3  # chosen: intersection over union from which a digit counts as found
MIN_DIGIT_PX = 12  # chosen: smaller digits are hardly readable
MIN_PAGE_HEIGHTS = 14  # chosen: a page is at least this many digit heights high
# A number of four digits is at most 4.2 digit heights wide and 1.3 high in any handwriting.
CELL_WIDTH_HEIGHTS, CELL_HEIGHT_HEIGHTS = 4.8, 1.85


@dataclass(frozen=True, slots=True)
class Timing:
    """Median and 95th percentile of one step over all repeats, in milliseconds."""

    median_ms: float
    p95_ms: float


@dataclass(frozen=True, slots=True)
class BenchRow:
    """The measurements of one page."""

    size: Size
    written: int  # digits on the page
    read: int  # of them found with the right label
    false: int  # digits read that are not on the page or have another label
    stages: Mapping[str, Timing]  # in the order in which they run
    other: Timing  # per repeat: total minus the sum of the stages
    total: Timing  # the whole reading, measured from outside
    bare: Timing  # the plain OpenCV steps
    ratio: float  # median of reading / plain steps over pairs measured together
    frames_per_s: float  # from the median total
    digits_per_s: float  # digits with the right label


@dataclass(frozen=True, slots=True)
class BenchReport:
    """All rows and the machine they were measured on."""

    machine: Mapping[str, str | int]
    repeats: int
    rows: tuple[BenchRow, ...]


@dataclass(frozen=True, slots=True, eq=False)
class BenchPage:
    """A generated page and the digits on it."""

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
    """Read a page of each size with each number of digits `repeats` times.

    Args:
        read: takes (H, W, 3) uint8 BGR, returns a Result with milliseconds per stage.
        sizes: width and height of the pages.
        counts: numbers of digits on a page.
        repeats: measured pairs of a reading and the plain steps, after WARM_UPS others.
        runtime: the model runtime, for the report.
        clock: returns seconds.
        seed: of handwriting and paper.

    Raises:
        CamdigitsError: repeats is not positive, or a page is too small for its digits.
    """
    if repeats < 1:
        raise CamdigitsError(
            f"bench: wanted at least 1 repeat, got {repeats}; give a higher --repeats"
        )
    rows = tuple(
        measure(read, make_bench_page(size, count, seed), repeats, clock)
        for size in sizes
        for count in counts
    )
    return BenchReport(machine_facts(runtime), repeats, rows)


def measure(
    read: ReadFunction, page: BenchPage, repeats: int, clock: Callable[[], float]
) -> BenchRow:
    """Run the reader and the plain steps alternately on one page."""
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
    """Summarise the measurements of one page."""
    height, width = page.bgr.shape[:2]
    names = dict.fromkeys(name for result in results for name in result.ms)
    stages = {
        name: timing([result.ms[name] for result in results if name in result.ms])
        for name in names
    }
    others_ms = [
        total_ms - sum(result.ms.values())
        for total_ms, result in zip(totals_ms, results, strict=True)
    ]
    total = timing(totals_ms)
    right = count_right(page.digits, results[-1].digits)
    frames_per_s = 1000 / total.median_ms
    return BenchRow(
        size=(width, height),
        written=len(page.digits),
        read=right,
        false=len(results[-1].digits) - right,
        stages=stages,
        other=timing(others_ms),
        total=total,
        bare=timing(bares_ms),
        ratio=float(np.median(np.divide(totals_ms, bares_ms))),
        frames_per_s=frames_per_s,
        digits_per_s=frames_per_s * right,
    )


def timing(times_ms: Sequence[float]) -> Timing:
    """Return median and 95th percentile of measurements.

    >>> timing([1.0, 2.0, 3.0])
    Timing(median_ms=2.0, p95_ms=2.9)
    """
    return Timing(float(np.median(times_ms)), float(np.percentile(times_ms, 95)))


def bare_steps(bgr: BgrImage) -> int:
    """Count the contours of dark marks in an (H, W, 3) picture with four OpenCV calls.

    These are the usual first steps of webcam tutorials; the reader's time is divided by theirs.
    """
    smooth = cv2.GaussianBlur(to_gray(bgr), (5, 5), 0)
    marks = cv2.adaptiveThreshold(
        smooth, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 21, 10
    )
    return len(cv2.findContours(marks, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)[0])


def count_right(written: Sequence[tuple[str, Box]], digits: Sequence[Digit]) -> int:
    """Count the written digits that were found, one to one, with the right label."""
    free = list(digits)
    right = 0
    for label, box in written:
        best = max(free, key=lambda digit: iou(box, digit.box), default=None)
        if best is not None and iou(box, best.box) >= MIN_IOU:
            free.remove(best)
            right += best.label == label
    return right


def make_bench_page(size: Size, count: int, seed: int = 1) -> BenchPage:
    """Generate a page with `count` handwritten digits.

    The digit height is the largest at which 100 digits fit, also for fewer digits, so that only
    their number differs.

    Raises:
        CamdigitsError: digits of MIN_DIGIT_PX do not fit.
    """
    rng = np.random.default_rng(seed)
    hand = make_writer(rng)
    height_px, cells = lay_out(size, max(count, 100))
    canvas = make_paper(size, rng)
    digits: list[tuple[str, Box]] = []
    for first, (x, y) in zip(range(0, count, NUMBER_LENGTH), cells, strict=False):
        length = min(NUMBER_LENGTH, count - first)
        text = "".join(str(digit) for digit in rng.integers(0, 10, length))
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
    """Return the largest digit height for `count` digits, and the corner of each number's cell.

    Raises:
        CamdigitsError: digits of MIN_DIGIT_PX do not fit.
    """
    for height_px in range(size[1] // MIN_PAGE_HEIGHTS, MIN_DIGIT_PX - 1, -1):
        cells = cell_corners(size, height_px)
        if len(cells) * NUMBER_LENGTH >= count:
            return height_px, cells
    raise CamdigitsError(
        f"bench: wanted a page for {count} digits, got {size[0]}x{size[1]}; use a larger one"
    )


def cell_corners(size: Size, height_px: int) -> list[tuple[int, int]]:
    """Return the top left corners of all cells for numbers of a digit height, row by row."""
    width, height = CELL_WIDTH_HEIGHTS * height_px, CELL_HEIGHT_HEIGHTS * height_px
    margin = height_px // 2
    columns, rows = int((size[0] - margin) / width), int((size[1] - margin) / height)
    return [
        (round(margin + column * width), round(margin + row * height))
        for row in range(rows)
        for column in range(columns)
    ]


def machine_facts(runtime: str) -> dict[str, str | int]:
    """Return what the times depend on; nothing that identifies the machine."""
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
    """Format a report as a table."""
    facts = "  ".join(f"{name} {value}" for name, value in report.machine.items() if value != "")
    stages = tuple(dict.fromkeys(name for row in report.rows for name in row.stages))
    head = ("size", "written", "read", "false", *stages, "other", "total", "bare", "ratio")
    table = [(*head, "frames/s", "digits/s"), *(format_row(row, stages) for row in report.rows)]
    widths = [max(len(line[column]) for line in table) for column in range(len(table[0]))]
    lines = ["  ".join(c.rjust(w) for c, w in zip(line, widths, strict=True)) for line in table]
    foot = (
        f"milliseconds: median/95th percentile of {report.repeats} readings; "
        "other: total minus the stages; ratio: total / bare"
    )
    bare = "bare: gray, blur, adaptive threshold and contours on the same page, alternately"
    return "\n".join([facts, "", *lines, "", foot, bare])


def format_row(row: BenchRow, stages: Sequence[str]) -> tuple[str, ...]:
    """Format the cells of one row."""
    return (
        f"{row.size[0]}x{row.size[1]}",
        str(row.written),
        str(row.read),
        str(row.false),
        *(format_timing(row.stages[name]) if name in row.stages else "-" for name in stages),
        format_timing(row.other),
        format_timing(row.total),
        format_timing(row.bare),
        f"{row.ratio:.2f}",
        f"{row.frames_per_s:.1f}",
        f"{row.digits_per_s:.0f}",
    )


def format_timing(times: Timing) -> str:
    """Format a timing as one cell.

    >>> format_timing(Timing(1.234, 5.678))
    '1.23/5.68'
    """
    return f"{times.median_ms:.2f}/{times.p95_ms:.2f}"


def report_json(report: BenchReport) -> dict[str, object]:
    """Convert a report to plain values for `json.dumps`."""
    rows = [{**asdict(row), "size": list(row.size)} for row in report.rows]
    return {"machine": dict(report.machine), "repeats": report.repeats, "rows": rows}
