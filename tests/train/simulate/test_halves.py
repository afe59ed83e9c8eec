import numpy as np
import pytest

from camdigits.values import Box, Region
from train.data.alphabets import DIGIT_NONE
from train.simulate import halves
from train.simulate.halves import MAX_PRESS, cut_pair, write_halves
from train.simulate.writers import Writer


def ring(high, wide, pen):
    """Draw an upright oval ring, cropped to its ink: a 0."""
    shape = np.zeros((high, wide), np.uint8)
    axes = (wide - pen) / 2, (high - pen) / 2
    down, across = np.mgrid[:high, :wide] - np.array([high - 1, wide - 1])[:, None, None] / 2
    away = np.hypot(across / axes[0], down / axes[1])
    shape[np.abs(away - 1) <= pen / (wide - pen)] = 255
    return shape


def writer(*digits):
    """Return a writer of exact zeros and ones."""

    def draw(index, side, _):
        pen = max(1, side // 7)
        if digits[index] == 0:
            return ring(side, side * 2 // 3, pen)
        return np.full((side, pen), 255, np.uint8)

    return Writer("exact", np.array(digits, np.uint8), draw)


def parts(writer, count=40, seed=1):
    rng = np.random.default_rng(seed)
    return [part for _ in range(count) for part in cut_pair(writer, rng)]


def test_parts_are_glyphs_with_the_label_of_their_digit():
    """A writer of zeros yields zeros and pieces."""
    found = parts(writer(0))

    assert {label for _, label in found} == {0, DIGIT_NONE}
    assert all(glyph.shape == (28, 28) and glyph.dtype == np.uint8 for glyph, _ in found)
    assert all(glyph.max() == 255 for glyph, _ in found)


def test_a_zero_has_both_its_sides():
    """Parts labelled 0 are nearly complete: four fifths have a hole in the middle."""
    zeros = np.array([glyph for glyph, label in parts(writer(0)) if label == 0])

    holes = zeros[:, 12:16, 12:16].mean(axis=(1, 2)) < 60
    assert holes.mean() > 0.8


def test_the_same_seed_gives_the_same_parts():
    """Every choice comes from the generator."""
    once, again = parts(writer(0, 1)), parts(writer(0, 1))

    assert [label for _, label in once] == [label for _, label in again]
    assert all(np.array_equal(a, b) for (a, _), (b, _) in zip(once, again, strict=True))


@pytest.mark.parametrize("seed", range(5))
def test_two_digits_touch_and_hardly_overlap(seed):
    """The right digit overlaps the left one by MAX_PRESS of the height at most."""
    left, right = ring(40, 26, 5), ring(40, 26, 5)

    pair = halves._touching(left, right, np.random.default_rng(seed))

    assert pair is not None
    one, two = pair
    assert one.shape == two.shape
    assert one.sum() == left.sum()
    assert two.sum() == right.sum()
    overlap = 26 - int(two.any(axis=0).argmax())
    assert 0 <= overlap <= round(MAX_PRESS * 40)


def part_of(width, height):
    return Region(Box(0, 0, width, height), np.full((height, width), 255, np.uint8))


@pytest.mark.parametrize(
    ("shares", "name"),
    [
        ([100.0, 0.0], 3),
        ([93.0, 11.0], 3),
        ([11.0, 100.0], 8),
        ([85.0, 0.0], None),
        ([100.0, 20.0], None),
        ([50.0, 0.0], DIGIT_NONE),
        ([70.0, 70.0], DIGIT_NONE),
    ],
    ids=["whole", "nearly", "the other", "doubtful", "with a scrap", "a piece", "half of both"],
)
def test_a_part_has_the_label_of_its_digit(shares, name):
    """A nearly complete digit has its label, a piece is "none", anything between has no label."""
    assert halves._name(shares, [100.0, 100.0], (3, 8), part_of(20, 30)) == name


def test_a_thin_piece_has_no_label():
    """A piece of a stroke looks like a 1, so it is not "none"; a complete 1 is a 1."""
    assert halves._name([50.0, 0.0], [100.0, 100.0], (3, 8), part_of(5, 30)) is None
    assert halves._name([100.0, 0.0], [100.0, 100.0], (1, 8), part_of(5, 30)) == 1


def test_the_requested_number_of_parts_is_written(tmp_path, monkeypatch):
    """One file has images and labels of equal length."""
    monkeypatch.setattr(halves, "load_writers", lambda _: [writer(0, 1)])
    said = []

    write_halves(tmp_path / "new" / "halves.npz", 30, seed=1, report=said.append)

    with np.load(tmp_path / "new" / "halves.npz") as arrays:
        assert arrays["images"].shape == (30, 28, 28)
        assert arrays["labels"].shape == (30,)
        assert set(arrays["labels"].tolist()) <= {0, 1, DIGIT_NONE}
        assert arrays["images"].any(axis=(1, 2)).all()
    assert said[-1].startswith(str(tmp_path / "new" / "halves.npz: 30 parts"))
