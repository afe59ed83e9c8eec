"""A file of camera crops: what is learned from it first, then what a net is measured on."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from train.data import sets
from train.fit.pool import split_crops
from train.simulate import crops


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> list[Sequence[str]]:
    """Pages of 7 glyphs, labelled 1 where the made-up writers may write and 0 where not."""
    asked: list[Sequence[str]] = []

    def load_writers(_: dict[str, int], without: Sequence[str] = ()) -> Sequence[str]:
        asked.append(without)
        return without

    def film(without: Sequence[str], *_: object) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        label = np.uint8(crops.SYNTHETIC not in without)
        while True:
            yield np.zeros((7, 28, 28), np.uint8), np.full(7, label)

    monkeypatch.setattr(crops, "data_folder", Path)
    monkeypatch.setattr(crops, "load_paper", lambda _: ())
    monkeypatch.setattr(crops, "load_writers", load_writers)
    monkeypatch.setattr(crops, "film_pages", film)
    return asked


def test_nobody_made_up_writes_what_a_net_is_measured_on(
    pages: list[Sequence[str]], tmp_path: Path
) -> None:
    """The last tenth is for validation; a set that is left out stays out of both."""
    crops.write_crops(tmp_path / "crops.npz", 100, 1, ("bhmsds",), report=lambda _: None)

    learned, held_out = split_crops(sets.load_crops(tmp_path / "crops.npz"))

    assert (learned.labels.tolist(), held_out.labels.tolist()) == ([1] * 90, [0] * 10)
    assert all("bhmsds" in without for without in pages)


def test_a_single_crop_is_learned_from(pages: list[Sequence[str]], tmp_path: Path) -> None:
    """A quick look asks for few; nothing is left for validation then."""
    crops.write_crops(tmp_path / "crops.npz", 1, 1, report=lambda _: None)

    assert sets.load_crops(tmp_path / "crops.npz").labels.tolist() == [1]
    assert len(pages) == 3
