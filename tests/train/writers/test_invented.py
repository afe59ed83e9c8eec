"""Random signs: strokes in a box that do not look like a digit."""

import numpy as np
import pytest

from camdigits.synth.handwriting import parse
from train.writers import invented
from train.writers.invented import invent
from train.writers.shapes import SHAPES

FORMS = dict.fromkeys(SHAPES, ("0,0 40,0/ 40,20; 10,60 10,100",))


def share_only(monkeypatch: pytest.MonkeyPatch, kind: int) -> None:
    monkeypatch.setattr(invented, "SHARES", tuple(float(one == kind) for one in range(4)))


def test_the_seed_determines_the_sign() -> None:
    """Another seed gives another sign."""
    first, again, other = (invent(SHAPES, np.random.default_rng(seed)) for seed in (1, 1, 2))

    assert all(np.array_equal(one[0], two[0]) for one, two in zip(first, again, strict=True))
    assert [points.tolist() for points, _ in first] != [points.tolist() for points, _ in other]


def test_every_sign_fills_a_box_of_one() -> None:
    """The longer side spans 0 to 1."""
    rng = np.random.default_rng(3)
    for _ in range(200):
        points = np.concatenate([points for points, _ in invent(SHAPES, rng)])
        assert points.min(axis=0) == pytest.approx([0, 0])
        assert points.max() == pytest.approx(1)


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        (1, "40,0 0,0/ 0,20; 30,60 30,100"),  # in a mirror
        (2, "0,100 40,100/ 40,80; 10,40 10,0"),  # upside down
    ],
)
def test_a_digit_is_mirrored_or_upside_down(
    monkeypatch: pytest.MonkeyPatch, kind: int, wanted: str
) -> None:
    """Points are reflected; corners stay."""
    share_only(monkeypatch, kind)

    strokes = invent(FORMS, np.random.default_rng(0))

    for (points, corners), (right, turns) in zip(strokes, parse(wanted), strict=True):
        assert points == pytest.approx(right)
        assert corners == turns


def test_a_digit_lies_on_either_side(monkeypatch: pytest.MonkeyPatch) -> None:
    """Digits are rotated by 90 degrees in both directions."""
    share_only(monkeypatch, 0)
    rng = np.random.default_rng(0)
    lying = [invent(FORMS, rng)[0][0].round(2).tolist() for _ in range(20)]

    left = [[0, 0.4], [0, 0], [0.2, 0]]
    right = [[1, 0], [1, 0.4], [0.8, 0.4]]
    assert left in lying
    assert right in lying
    assert all(one in (left, right) for one in lying)


def test_other_signs_have_too_many_strokes_for_a_digit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Random signs have three or four strokes."""
    share_only(monkeypatch, 3)
    rng = np.random.default_rng(4)

    counts = [len(invent(SHAPES, rng)) for _ in range(200)]

    assert set(counts) == {3, 4}
