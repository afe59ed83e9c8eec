import zipfile
from pathlib import Path

import numpy as np
import pytest

from train.baselines.digits32 import counts_of, load_text_digits, parse, text_digits_of
from train.errors import DataError

BAR = "\r\n".join(["0" * 14 + "1111" + "0" * 14] * 32) + "\r\n"
EMPTY = "\r\n".join(["0" * 32] * 32) + "\r\n"


def bundle(path: Path, files: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as writer:
        for name, text in files.items():
            writer.writestr(name, text)
    return path


def test_the_two_folders_are_the_two_parts(tmp_path: Path) -> None:
    """One is for training, the other for testing; the label is in the file name."""
    files = {"trainingDigits/1_0.txt": BAR, "trainingDigits/7_12.txt": EMPTY}
    path = bundle(tmp_path / "digits.zip", {**files, "testDigits/1_3.txt": BAR})

    learn, test = load_text_digits(path)

    assert (learn.labels.tolist(), test.labels.tolist()) == ([1, 7], [1])
    assert learn.images.sum(axis=(1, 2)).tolist() == [128, 0]
    assert test.images[0, 0].nonzero()[0].tolist() == [14, 15, 16, 17]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"", "0 lines"),
        (EMPTY[:-60].encode(), "31 lines|a line of"),
        ((EMPTY + "0" * 32).encode(), "33 lines"),
        (EMPTY.replace("0000\r", "000\r", 1).encode(), "a line of 31"),
        (EMPTY.replace("0", "2", 1).encode(), "a '2'"),
    ],
)
def test_a_digit_of_another_size_is_rejected(text: bytes, problem: str) -> None:
    """The error names the file and the problem."""
    wanted = f"3_1.txt: wanted 32 lines of 32 characters 0 or 1, got ({problem}); fetch it again"

    with pytest.raises(DataError, match=wanted):
        parse(text, "3_1.txt")


def test_a_zip_without_tests_is_rejected(tmp_path: Path) -> None:
    """Both parts must be present."""
    path = bundle(tmp_path / "digits.zip", {"trainingDigits/1_0.txt": BAR})

    with pytest.raises(DataError, match=r"wanted files testDigits/<digit>_<n>.txt, got none"):
        load_text_digits(path)


def test_a_truncated_zip_is_rejected(tmp_path: Path) -> None:
    """An incomplete download is an error."""
    path = bundle(tmp_path / "digits.zip", {"trainingDigits/1_0.txt": BAR})
    path.write_bytes(path.read_bytes()[:-30])

    with pytest.raises(DataError, match="wanted a zip of text digits"):
        load_text_digits(path)


def test_a_missing_zip_is_rejected(tmp_path: Path) -> None:
    """The error names its path."""
    with pytest.raises(DataError, match=r"digits.zip: wanted a zip of text digits, got .*No such"):
        load_text_digits(tmp_path / "digits.zip")


def test_a_glyph_is_stretched_as_the_set_is() -> None:
    """Its ink becomes 20 wide and 32 high; an upright 1 is a solid bar."""
    glyph = np.zeros((1, 28, 28), np.uint8)
    glyph[0, 4:24, 13:15] = 255

    digit = text_digits_of(glyph)[0]

    assert digit[:, 6:26].all()
    assert digit.sum() == 20 * 32


def test_an_empty_glyph_stays_empty() -> None:
    """Without ink nothing is stretched."""
    assert text_digits_of(np.zeros((1, 28, 28), np.uint8)).sum() == 0


def test_counts_are_of_4_by_4_pixels() -> None:
    """They are in row order, as in scikit-learn's digits."""
    digit = np.zeros((1, 32, 32), np.uint8)
    digit[0, 4:8, 8:11] = 1

    counts = counts_of(digit)[0]

    assert counts.nonzero()[0].tolist() == [8 + 2]
    assert counts[10] == 12
