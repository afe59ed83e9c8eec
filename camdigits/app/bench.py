"""Measure the time of a reading, stage by stage, beside plain OpenCV steps on the same pages.

Readings and plain steps alternate, so that other load on the machine slows both: their ratio is
comparable between runs and machines, milliseconds are not. The pages come from
`camdigits.app.bench_pages`, or are the user's own photos.
"""

import platform
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np

from camdigits.app.bench_pages import BenchPage, Size
from camdigits.errors import CamdigitsError, PictureError, SourceError
from camdigits.geometry import iou
from camdigits.image import cv2, frozen, to_gray
from camdigits.sources.picture_file import picture_paths, read_picture
from camdigits.values import BgrImage, Box, Digit, Result

ReadFunction: TypeAlias = Callable[[BgrImage], Result]

PHOTO_SIDE_PX = 1280  # chosen: larger photos are shrunk to the size of a camera's frame
REPEATS = 40  # chosen
WARM_UPS = 3  # chosen: readings before the measured ones, which fill caches
MIN_IOU = 0.3  # chosen: intersection over union from which a digit counts as found


@dataclass(frozen=True, slots=True)
class Timing:
    """Median and 95th percentile of one step over all repeats, in milliseconds."""

    median_ms: float
    p95_ms: float


@dataclass(frozen=True, slots=True)
class BenchRow:
    """The measurements of one page."""

    page: str  # its name
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


def bench(
    read: ReadFunction,
    pages: Iterable[BenchPage],
    repeats: int = REPEATS,
    runtime: str = "",
    clock: Callable[[], float] = time.perf_counter,
) -> BenchReport:
    """Read each page `repeats` times.

    Args:
        read: takes (H, W, 3) uint8 BGR, returns a Result with milliseconds per stage.
        pages: generated ones, or photos.
        repeats: measured pairs of a reading and the plain steps, after WARM_UPS others.
        runtime: the model runtime, for the report.
        clock: returns seconds; `time.process_time` counts the work of all threads.

    Raises:
        CamdigitsError: repeats is not positive.
    """
    if repeats < 1:
        raise CamdigitsError(
            f"bench: wanted at least 1 repeat, got {repeats}; give a higher --repeats"
        )
    rows = tuple(measure(read, page, repeats, clock) for page in pages)
    return BenchReport(machine_facts(runtime), repeats, rows)


def photo_pages(folder: Path) -> Iterable[BenchPage]:
    """Yield the photos of a folder, shrunk to 1280 pixels; files that cannot be read are left out.

    Raises:
        SourceError: there is no such folder, or it has no photos.
    """
    found = 0
    for path in picture_paths([str(folder)]):
        try:
            bgr = read_picture(path)
        except PictureError:
            continue
        scale = PHOTO_SIDE_PX / max(bgr.shape[:2])
        if scale < 1:
            bgr = np.asarray(
                cv2.resize(bgr, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8
            )
        found += 1
        yield BenchPage(path.name, frozen(bgr))
    if not found:
        raise SourceError(f"{folder}: wanted a folder with pictures, found none that can be read")


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
        page=page.name,
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
        smooth, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, 10
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
    head = ("page", "size", "written", "read", "false", *stages, "other", "total", "bare", "ratio")
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
        row.page,
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


def format_photos(report: BenchReport) -> str:
    """Format a report on photos: one line each, slowest first, and the spread of the ratios."""
    rows = sorted(report.rows, key=lambda row: -row.ratio)
    lines = [
        f"{row.page:32} {row.size[0]:4}x{row.size[1]:<4}  total {row.total.median_ms:7.2f} ms  "
        f"bare {row.bare.median_ms:6.2f} ms  ratio {row.ratio:6.2f}"
        for row in rows
    ]
    ratios = [row.ratio for row in rows]
    lines.append(
        f"ratio of {len(rows)} photos: median {np.median(ratios):.2f}  "
        f"90 % under {np.quantile(ratios, 0.9):.2f}  worst {max(ratios):.2f}"
    )
    return "\n".join(lines)


def report_json(report: BenchReport) -> dict[str, object]:
    """Convert a report to plain values for `json.dumps`."""
    rows = [{**asdict(row), "size": list(row.size)} for row in report.rows]
    return {"machine": dict(report.machine), "repeats": report.repeats, "rows": rows}
