"""A file of camera crops: training glyphs first, then validation glyphs."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from train.data import sets
from train.fit.pool import split_crops
from train.simulate import crops


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> list[Sequence[str]]:
    """Make pages of 7 glyphs, labelled 1 if synthetic writers may write and 0 if not."""
    calls: list[Sequence[str]] = []

    def load_writers(_: dict[str, int], without: Sequence[str] = ()) -> Sequence[str]:
        calls.append(without)
        return without

    def film(without: Sequence[str], *_: object) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        label = np.uint8(crops.SYNTHETIC not in without)
        while True:
            yield np.zeros((7, 28, 28), np.uint8), np.full(7, label)

    monkeypatch.setattr(crops, "data_folder", Path)
    monkeypatch.setattr(crops, "load_paper", lambda _: ())
    monkeypatch.setattr(crops, "load_writers", load_writers)
    monkeypatch.setattr(crops, "film_pages", film)
    return calls


def test_validation_crops_have_no_synthetic_writers(
    pages: list[Sequence[str]], tmp_path: Path
) -> None:
    """The last tenth is for validation; an excluded set is in neither part."""
    crops.write_crops(tmp_path / "crops.npz", 100, 1, ("bhmsds",), report=lambda _: None)

    learned, held_out = split_crops(sets.load_crops(tmp_path / "crops.npz"))

    assert (learned.labels.tolist(), held_out.labels.tolist()) == ([1] * 90, [0] * 10)
    assert all("bhmsds" in without for without in pages)


def test_a_single_crop_is_for_training(pages: list[Sequence[str]], tmp_path: Path) -> None:
    """Nothing is left for validation then."""
    crops.write_crops(tmp_path / "crops.npz", 1, 1, report=lambda _: None)

    assert sets.load_crops(tmp_path / "crops.npz").labels.tolist() == [1]
    assert len(pages) == 3
