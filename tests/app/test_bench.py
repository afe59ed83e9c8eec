import json
from dataclasses import replace
from itertools import accumulate, combinations, count, cycle

import numpy as np
import pytest

from camdigits.app.bench import (
    WARM_UPS,
    BenchReport,
    BenchRow,
    Timing,
    bare_steps,
    bench,
    count_right,
    format_photos,
    format_report,
    photo_pages,
    report_json,
)
from camdigits.app.bench_pages import make_bench_page, real_pages
from camdigits.errors import CamdigitsError, SourceError
from camdigits.geometry import iou
from camdigits.image import cv2
from camdigits.values import Box, Digit, Frame, Result

TINY = (320, 240)


def clock_of(*steps_ms):
    """Return a clock that advances by these steps in turn, one per call."""
    times = accumulate(cycle(steps_ms), initial=0.0)
    return lambda: next(times) / 1000


def reader_of(*digits):
    """Return a reader that always reads these digits; its ink takes 1 ms more each time."""
    calls = count(1)

    def read(bgr):
        ms = {"ink": float(next(calls)), "classify": 0.5}
        return Result(Frame(0, 0.0, bgr), digits, (), ms=ms)

    return read


def only_row(reader, repeats, clock):
    (row,) = bench(reader, [make_bench_page(TINY, 1)], repeats=repeats, clock=clock).rows
    return row


def test_reading_and_plain_steps_are_timed_alternately():
    """Each pair reads the clock three times: before, between and after."""
    row = only_row(reader_of(), 4, clock_of(6.0, 2.0, 100.0))

    assert row.total.median_ms == pytest.approx(6)
    assert row.bare.median_ms == pytest.approx(2)
    assert row.ratio == pytest.approx(3)
    assert row.frames_per_s == pytest.approx(1000 / 6)


def test_the_ratio_is_the_median_over_pairs():
    """Each reading is divided by the steps of its pair: 8/1, 2/2 and 4/4 give 1, not 4/2."""
    pairs = [8.0, 1.0, 0.0, 2.0, 2.0, 0.0, 4.0, 4.0, 0.0]

    row = only_row(reader_of(), 3, clock_of(*pairs))

    assert row.total == Timing(pytest.approx(4), pytest.approx(7.6))
    assert row.ratio == pytest.approx(1)


def test_warm_ups_are_not_measured():
    """Stage times begin after the warm-ups, which fill caches."""
    row = only_row(reader_of(), 5, clock_of(1.0))

    assert row.stages["ink"] == Timing(WARM_UPS + 3, pytest.approx(WARM_UPS + 4.8))
    assert list(row.stages) == ["ink", "classify"]


def test_other_is_the_total_minus_the_stages_of_each_repeat():
    """Totals of 10 ms with stages of 4.5, 5.5 and 6.5 ms leave 5.5, 4.5 and 3.5 ms."""
    row = only_row(reader_of(), 3, clock_of(10.0, 1.0, 0.0))

    assert row.other == Timing(pytest.approx(4.5), pytest.approx(5.4))


def test_digits_per_second_counts_right_labels():
    """Wrong digits do not count."""
    ((label, box),) = make_bench_page(TINY, 1).digits
    right, elsewhere = Digit(box, label, 0.9), Digit(Box(100, 90, 9, 9), label, 0.9)

    row = only_row(reader_of(right, elsewhere), 2, clock_of(5.0))

    assert (row.written, row.read, row.false) == (1, 1, 1)
    assert row.digits_per_s == pytest.approx(200)


def test_rows_are_in_the_order_of_the_pages():
    """Each page is one row with its name."""
    pages = [make_bench_page(TINY, 1), make_bench_page((400, 300), 3)]

    rows = bench(reader_of(), pages, repeats=1).rows

    assert [(row.page, row.size, row.written) for row in rows] == [
        ("1 digits", TINY, 1),
        ("3 digits", (400, 300), 3),
    ]


@pytest.mark.parametrize(
    ("digits", "right"),
    [
        ((), 0),
        ((Digit(Box(0, 0, 10, 20), "7", 0.9),), 1),
        ((Digit(Box(0, 0, 10, 20), "1", 0.9),), 0),
        ((Digit(Box(4, 0, 10, 20), "7", 0.9),), 1),  # 6 / 14 of both
        ((Digit(Box(6, 0, 10, 20), "7", 0.9),), 0),  # 4 / 16 of both
        ((Digit(Box(0, 0, 10, 20), "7", 0.9), Digit(Box(1, 0, 10, 20), "7", 0.9)), 1),
    ],
)
def test_a_digit_is_right_by_overlap_and_label(digits, right):
    """A found digit has an IoU of at least 0.3 and the right label, and counts once."""
    assert count_right([("7", Box(0, 0, 10, 20)), ("7", Box(50, 0, 10, 20))], digits) == right


def test_a_page_contains_its_digits():
    """All boxes are on the page, none overlap, and each contains dark ink."""
    page = make_bench_page((640, 480), 100)

    boxes = [box for _, box in page.digits]
    assert len(boxes) == 100
    assert min(min(box.x, box.y) for box in boxes) >= 0
    assert max(box.right for box in boxes) <= 640
    assert max(box.bottom for box in boxes) <= 480
    assert not any(iou(one, other) for one, other in combinations(boxes, 2))
    assert all(page.bgr[b.y : b.bottom, b.x : b.right].min() < 90 for b in boxes)


def test_one_digit_is_as_high_as_a_hundred():
    """Rows of one size differ only in the number of digits."""
    one, hundred = (make_bench_page((640, 480), n, seed=4).digits for n in (1, 100))

    assert abs(one[0][1].height - np.median([box.height for _, box in hundred])) <= 4


def test_a_page_too_small_for_its_digits_is_rejected():
    """Digits of fewer than 12 pixels are not measured."""
    with pytest.raises(CamdigitsError, match="wanted a page for 5000 digits, got 640x480"):
        make_bench_page((640, 480), 5000)


def test_zero_repeats_are_rejected():
    """A median needs at least one measurement."""
    with pytest.raises(CamdigitsError, match="wanted at least 1 repeat, got 0"):
        bench(reader_of(), [], repeats=0)


def test_plain_steps_find_dark_marks():
    """Two dark squares on white are two contours; white alone has none."""
    page = np.full((60, 80, 3), 255, np.uint8)
    blank = bare_steps(page)
    page[20:30, 10:20] = page[20:30, 50:60] = 0

    assert blank == 0
    assert bare_steps(page) == 2


REPORT = BenchReport(
    machine={"machine": "armv7l", "numpy": "1.24.4", "runtime": ""},
    repeats=9,
    rows=(
        BenchRow(
            page="clean",
            size=(640, 480),
            written=25,
            read=24,
            false=1,
            stages={"ink": Timing(1.0, 1.5), "group": Timing(0.25, 0.5)},
            other=Timing(2.75, 3.0),
            total=Timing(4.0, 5.0),
            bare=Timing(2.0, 10.0),
            ratio=2.0,
            frames_per_s=250.0,
            digits_per_s=6000.0,
        ),
    ),
)


def test_a_report_is_an_aligned_table():
    """It has the machine, a head, a line per row with median/p95 per stage, and a legend."""
    lines = format_report(REPORT).splitlines()

    assert lines[:4] == [
        "machine armv7l  numpy 1.24.4",
        "",
        " page     size  written  read  false        ink      group      other      total"
        "        bare  ratio"
        "  frames/s  digits/s",
        "clean  640x480       25    24      1  1.00/1.50  0.25/0.50  2.75/3.00  4.00/5.00"
        "  2.00/10.00   2.00"
        "     250.0      6000",
    ]
    assert "median/95th percentile of 9 readings" in lines[5]


def test_a_missing_stage_is_a_dash():
    """A page that skips a stage has a dash in its column."""
    row = REPORT.rows[0]
    other = BenchRow(
        "desk",
        (64, 48),
        1,
        0,
        0,
        {"ink": row.total},
        row.other,
        row.total,
        row.bare,
        2.0,
        250.0,
        0.0,
    )

    last = format_report(BenchReport({}, 1, (row, other))).splitlines()[4]

    assert last.split()[5:8] == ["4.00/5.00", "-", "2.75/3.00"]


def test_a_report_becomes_json():
    """The JSON report has every number of the table."""
    data = json.loads(json.dumps(report_json(REPORT)))

    assert data["machine"] == {"machine": "armv7l", "numpy": "1.24.4", "runtime": ""}
    assert data["repeats"] == 9
    assert data["rows"][0]["size"] == [640, 480]
    assert data["rows"][0]["stages"]["group"] == {"median_ms": 0.25, "p95_ms": 0.5}
    assert data["rows"][0]["other"] == {"median_ms": 2.75, "p95_ms": 3.0}
    assert data["rows"][0]["ratio"] == 2.0


def test_the_report_does_not_identify_the_machine():
    """A report has versions and the kind of machine, never the host name."""
    machine = bench(reader_of(), [make_bench_page(TINY, 1)], repeats=1, runtime="fake 1.0").machine

    assert set(machine) == {
        "system",
        "machine",
        "cpus",
        "python",
        "opencv",
        "opencv_threads",
        "numpy",
        "runtime",
    }
    assert machine["runtime"] == "fake 1.0"


def test_pages_as_people_have_them_contain_their_digits():
    """A desk, a form, a whiteboard and a table; every digit is inside its picture."""
    pages = real_pages((960, 540))

    assert [page.name for page in pages] == [
        "desk, JPEG",
        "desk, JPEG",
        "form",
        "whiteboard",
        "table",
    ]
    for page in pages:
        height, width = page.bgr.shape[:2]
        assert len(page.digits) > 15
        assert all(box.x >= 0 and box.right <= width for _, box in page.digits)
        assert all(box.y >= 0 and box.bottom <= height for _, box in page.digits)


def test_photos_are_shrunk_and_damaged_ones_left_out(tmp_path):
    """A camera's frame is at most 1280 pixels wide; a text named .png is skipped."""
    cv2.imwrite(str(tmp_path / "large.png"), np.zeros((1000, 2560, 3), np.uint8))
    cv2.imwrite(str(tmp_path / "small.png"), np.zeros((40, 50, 3), np.uint8))
    (tmp_path / "text.png").write_text("no picture")

    pages = list(photo_pages(tmp_path))

    assert [(page.name, page.bgr.shape) for page in pages] == [
        ("large.png", (500, 1280, 3)),
        ("small.png", (40, 50, 3)),
    ]


def test_a_folder_without_photos_is_an_error(tmp_path):
    """One line names it, also if it does not exist."""
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(SourceError, match="picture"):
            list(photo_pages(folder))


def test_a_report_on_photos_ends_with_the_spread_of_the_ratios():
    """The slowest photo comes first."""
    slow, fast = (replace(REPORT.rows[0], page=name, ratio=r) for name, r in (("a", 9), ("b", 1)))

    lines = format_photos(replace(REPORT, rows=(fast, slow))).splitlines()

    assert [line.split()[0] for line in lines[:2]] == ["a", "b"]
    assert lines[2] == "ratio of 2 photos: median 5.00  90 % under 8.20  worst 9.00"
