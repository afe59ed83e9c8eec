import json
from pathlib import Path

import numpy as np
import pytest
from support.predictions import candidates, trace_of

from camdigits.errors import ModelError, NoPictureError, OutputError, PictureError
from camdigits.image import cv2
from camdigits.reader import Reader
from camdigits.recognize.card import Card, sha256_of
from camdigits.sources.picture_file import read_picture
from camdigits.values import Box, Frame, Region, Result
from train.report.show import RegionView, headline, region_views, show

TESTS = Path(__file__).parent.parent.parent
PAPER = TESTS / "golden" / "paper.jpg"
CARD = Card(("7", "1", "none"), temperature=2.0, threshold=0.6, sha256="")


def shown(picture: Path, **options: object) -> list[str]:
    """Return all output line by line."""
    said: list[str] = []
    show(picture, report=said.append, **options)  # type: ignore[arg-type]
    return "\n".join(said).splitlines()


@pytest.fixture
def seven(tmp_path: Path) -> Path:
    """Write a page with one 7."""
    page = np.full((120, 100), 255, np.uint8)
    cv2.polylines(
        page, [np.array([[30, 30], [70, 30], [45, 95]], np.int32)], False, 0, 6, cv2.LINE_AA
    )
    cv2.imwrite(str(tmp_path / "seven.png"), page)
    return tmp_path / "seven.png"


def test_a_digit_is_drawn_with_its_probabilities(seven: Path) -> None:
    """Region, glyph and prediction fit in 80 columns."""
    lines = shown(seven)

    assert lines[0] == f"{seven}  100×120"
    assert lines[1] == "1 region, 1 read: 7"
    assert lines[3].startswith("7  ")
    assert lines[3].endswith("read")
    assert 4 + 24 <= len(lines) <= 4 + 28
    assert max(map(len, lines[1:])) <= 80
    assert any("none" in line for line in lines[4:])
    assert any("████" in line[:56] for line in lines[4:])


def test_digits_not_drawn_have_a_line() -> None:
    """A page of numbers would fill many screens."""
    lines = shown(PAPER, max_drawn=2)

    read = len(Reader().read(read_picture(PAPER)).digits)
    first, second = lines.index("not drawn:"), lines.index("rejected:")
    assert second - first == read - 2 + 2
    assert max(map(len, lines[1:])) <= 80


def test_a_page_without_digits_is_one_line(tmp_path: Path) -> None:
    """Nothing is drawn and no file is written."""
    blank = tmp_path / "blank.png"
    cv2.imwrite(str(blank), np.full((80, 80), 255, np.uint8))

    lines = shown(blank, out=tmp_path / "out.png")

    assert lines == [f"{blank}: no digit: no region has the size and shape of a digit"]
    assert not (tmp_path / "out.png").exists()


def test_the_glyph_can_be_written_as_a_picture(seven: Path, tmp_path: Path) -> None:
    """It is enlarged, with the probabilities as bars."""
    lines = shown(seven, out=tmp_path / "sub/out.png")

    assert read_picture(tmp_path / "sub/out.png").shape[1] > 800
    assert lines[-1] == f"{tmp_path}/sub/out.png: enlarged glyphs: 1"


def test_bad_input_is_one_line(seven: Path, tmp_path: Path) -> None:
    """The errors are those of the product."""
    (tmp_path / "damaged.png").write_bytes(seven.read_bytes()[:60])

    with pytest.raises(NoPictureError, match="no such file"):
        show(tmp_path / "gone.png")
    with pytest.raises(PictureError, match="cannot read picture"):
        show(tmp_path / "damaged.png")
    with pytest.raises(ModelError, match="no model named gone"):
        show(seven, model="gone")
    with pytest.raises(OutputError, match=r"wanted a name that ends with \.png"):
        show(seven, out=tmp_path / "out.jpg")
    with pytest.raises(OutputError, match="cannot write the picture"):
        show(seven, out=seven / "out.png")


def test_the_labels_are_the_cards(seven: Path, tmp_path: Path) -> None:
    """Letters without "none": the more ink, the later the letter."""
    model = tmp_path / "mean_ink.tflite"
    model.write_bytes((TESTS / "models" / "mean_ink.tflite").read_bytes())
    fields = {"labels": list("ABCDEFGHIJK"), "temperature": 0.01, "threshold": 0.1}
    fields["sha256"] = sha256_of(model)
    model.with_suffix(".json").write_text(json.dumps(fields))

    lines = shown(seven, model=str(model))

    assert lines[1] == "1 region, 1 read: K"
    assert not any("none" in line for line in lines)


def test_probabilities_are_the_models_own() -> None:
    """The reader's score may differ: it considers the surroundings."""
    region = Region(Box(5, 5, 10, 20), np.zeros((20, 10), np.uint8))
    trace = trace_of(np.zeros((30, 30), np.uint8), candidates([region], ["7"], 0.55))
    frame = Frame(0, 0.0, np.zeros((30, 30, 3), np.uint8))

    (view,) = region_views(
        Result(frame, (), (), trace=trace), lambda _: np.array([[2, 0, 0]], np.float32), CARD
    )

    assert view.probs == pytest.approx(np.exp([1, 0, 0]) / np.exp([1, 0, 0]).sum())
    assert (view.label, view.read) == ("7", False)
    assert view.score == pytest.approx(0.55)


@pytest.mark.parametrize(
    ("label", "score", "read", "status"),
    [
        ("7", 0.9, True, "read"),
        ("none", 0.9, False, "reject class"),
        ("7", 0.5, False, "below 0.6"),
        ("1", 0.9, False, "rejected by its surroundings"),
    ],
)
def test_each_region_has_a_status(label: str, score: float, read: bool, status: str) -> None:
    """It was read, or rejected for a reason."""
    glyph = np.zeros((28, 28), np.uint8)
    view = RegionView(Box(1, 2, 3, 4), glyph, label, score, read, np.zeros(3))

    assert headline(view, CARD) == f"{label}  {score:.3f}  3×4 at 1,2  {status}"
