import gzip
import hashlib
import json
import string
import struct
import urllib.error
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from train.data import checksums, folder, idx, published, sets
from train.data.alphabets import DIGIT_NONE, DIGITS
from train.data.sets import load, load_crops
from train.errors import DataError

MNIST = ("mnist/train-images-idx3-ubyte.gz", "mnist/train-labels-idx1-ubyte.gz")
QUICKDRAW = (
    "quickdraw3/quickdraw3-images-idx3-ubyte.gz",
    "quickdraw3/quickdraw3-labels-idx1-ubyte.gz",
)
MDAS = (
    "mdas_symbols/mdas-symbols-images-idx3-ubyte.gz",
    "mdas_symbols/mdas-symbols-labels-idx1-ubyte.gz",
)


def images_file(count: int) -> bytes:
    """Return `count` images of 28×28 with a bar each, as an unpacked IDX file."""
    images = np.zeros((count, 28, 28), np.uint8)
    images[:, 4:24, 13:15] = 255
    return struct.pack(">IIII", 2051, count, 28, 28) + images.tobytes()


def labels_file(labels: list[int]) -> bytes:
    return struct.pack(">II", 2049, len(labels)) + bytes(labels)


class Shelf:
    """A data folder with known checksums."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self._monkeypatch = monkeypatch

    def put(self, path: str, content: bytes) -> Path:
        """Write a gzip file and note the checksum of its content."""
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(gzip.compress(content))
        self._monkeypatch.setitem(checksums.MD5, path, hashlib.md5(content).hexdigest())
        return place


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    place = tmp_path / "data"
    place.mkdir()
    monkeypatch.setenv("CAMDIGITS_DATA", str(place))
    monkeypatch.setattr(sets, "CACHE", tmp_path / "cache")
    return Shelf(place, monkeypatch)


def put_writers(shelf: Shelf, writers: list[int]) -> None:
    """Write who wrote each training image of MNIST."""
    (shelf.folder / "mnist_writers").mkdir()
    np.savez(shelf.folder / "mnist_writers/mnist-writers.npz", train_writer=writers)


def test_writers_of_mnist_are_not_split(shelf: Shelf) -> None:
    """All images of a writer are for training, or all for validation."""
    writers = [*range(60), *range(60)]
    shelf.put(MNIST[0], images_file(120))
    shelf.put(MNIST[1], labels_file([0] * 60 + [1] * 60))
    put_writers(shelf, writers)

    _, _, val = sets.raw("mnist")

    assert 0 < val[:60].sum() < 15
    np.testing.assert_array_equal(val[:60], val[60:])


def test_mnist_without_writers_is_rejected(shelf: Shelf) -> None:
    """With a data folder the split does not fall back to another one."""
    shelf.put(MNIST[0], images_file(2))
    shelf.put(MNIST[1], labels_file([0, 1]))

    with pytest.raises(DataError, match=r"mnist-writers.npz: cannot be read"):
        load("mnist")


def test_few_of_each_digit_are_taken_evenly_from_finnish_drawings(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A digit with many drawings gets as many as one with few; none is held out."""
    files = published._FILES["finnish_drawn"]
    monkeypatch.setitem(published._FILES, "finnish_drawn", replace(files, per_label=3))
    shelf.put(files.images, images_file(14))
    shelf.put(files.labels, labels_file([5] * 9 + [2] * 2 + [7] * 3))

    assert np.bincount(load("finnish_drawn", "train").labels).tolist() == [0, 0, 2, 0, 0, 3, 0, 3]
    assert len(load("finnish_drawn", "val").labels) == 0


def test_a_set_for_measuring_is_held_out_as_a_whole(shelf: Shelf) -> None:
    """Nothing of it can be learned."""
    files = published._FILES["optdigits_windep"]
    shelf.put(files.images, images_file(4))
    shelf.put(files.labels, labels_file([3, 1, 4, 1]))

    assert load("optdigits_windep", "val").labels.tolist() == [3, 1, 4, 1]
    assert len(load("optdigits_windep", "train").labels) == 0


def test_a_set_without_writers_holds_out_a_tenth(shelf: Shelf) -> None:
    """The tenth depends on the index alone, so it is the same on every machine."""
    shelf.put(QUICKDRAW[0], images_file(200))
    shelf.put(QUICKDRAW[1], labels_file([0, 1, 2, 0] * 50))

    train, val = load("quickdraw", "train"), load("quickdraw", "val")

    assert (len(train.labels), len(val.labels)) == (182, 18)
    assert set(train.labels) == {DIGIT_NONE}


def test_look_alikes_are_left_out_of_the_non_digits(shelf: Shelf) -> None:
    """A minus looks like a lying 1 and a slash like a slanted one."""
    names = ["addition_plus", "division_slash", "subtraction_minus"]
    shelf.put(MDAS[0], images_file(6))
    shelf.put(MDAS[1], labels_file([0, 0, 1, 2, 0, 1]))
    (shelf.folder / "mdas_symbols/label-map.json").write_text(json.dumps(names))

    assert load("mdas").labels.tolist() == [DIGIT_NONE] * 3


def test_text_digits_are_read(shelf: Shelf) -> None:
    """A 1 is ink; the label is in the file name."""
    text = "\r\n".join(["0" * 32] * 6 + ["0" * 15 + "11" + "0" * 15] * 20 + ["0" * 32] * 6)
    (shelf.folder / "mlia_digits").mkdir()
    with zipfile.ZipFile(shelf.folder / "mlia_digits/digits.zip", "w") as bundle:
        bundle.writestr("testDigits/7_0.txt", text)

    digits = load("mlia")

    assert digits.labels.tolist() == [7]
    assert digits.images[0].nonzero()[0].tolist() == [row for row in range(4, 24) for _ in (0, 1)]


def test_a_second_load_reads_the_cache(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """Glyphs are normalised once."""
    shelf.put(QUICKDRAW[0], images_file(3))
    shelf.put(QUICKDRAW[1], labels_file([0, 1, 2]))
    first = load("quickdraw")

    monkeypatch.setattr(np, "savez_compressed", lambda *_, **__: pytest.fail("normalised again"))
    second = load("quickdraw")

    np.testing.assert_array_equal(first.images, second.images)


@pytest.mark.usefixtures("shelf")
def test_a_missing_file_says_where_it_should_be() -> None:
    """The error names the file and the variable of the folder."""
    with pytest.raises(DataError, match=r"train-images.*: no such file; set CAMDIGITS_DATA"):
        load("mnist")


def test_a_truncated_file_is_rejected(shelf: Shelf) -> None:
    """An incomplete download is an error."""
    place = shelf.put(MNIST[0], images_file(3))
    place.write_bytes(place.read_bytes()[:-20])

    with pytest.raises(DataError, match="not a whole gzip file"):
        load("mnist")


def test_other_content_is_rejected(shelf: Shelf) -> None:
    """The published figures hold only for the expected files."""
    shelf.put(MNIST[0], images_file(3)).write_bytes(gzip.compress(images_file(4)))

    with pytest.raises(DataError, match=r"content has md5 .*, wanted .*; fetch it again"):
        load("mnist")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "wanted an IDX header, got 0 bytes"),
        (labels_file([1] * 20), "starts with 2051, got 2049"),
        (images_file(2)[:-1], "promises 1584 bytes, got 1583"),
    ],
)
def test_a_file_that_is_not_idx_is_rejected(shelf: Shelf, content: bytes, problem: str) -> None:
    """Header and size are checked independently of the checksum."""
    shelf.put(MNIST[0], content)

    with pytest.raises(DataError, match=problem):
        load("mnist")


def test_images_without_labels_are_rejected(shelf: Shelf) -> None:
    """There must be as many labels as images."""
    shelf.put(MNIST[0], images_file(3))
    shelf.put(MNIST[1], labels_file([1, 2]))

    with pytest.raises(DataError, match="3 images but 2 labels"):
        load("mnist")


def test_without_a_folder_only_mnist_is_available(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the variable."""
    monkeypatch.delenv("CAMDIGITS_DATA", raising=False)

    with pytest.raises(DataError, match="no data folder; set CAMDIGITS_DATA"):
        load("unipen")


def test_a_missing_data_folder_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the variable and its value."""
    monkeypatch.setenv("CAMDIGITS_DATA", "/no/such/folder")

    with pytest.raises(DataError, match="CAMDIGITS_DATA: /no/such/folder is not a folder"):
        load("mnist")


def test_mnist_is_downloaded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a data folder it is downloaded from the mirror and cached; the last are held out."""
    source = tmp_path / "mirror"
    source.mkdir()
    for path, content in zip(MNIST, (images_file(2), labels_file([4, 2])), strict=True):
        (source / Path(path).name).write_bytes(gzip.compress(content))
        monkeypatch.setitem(checksums.MD5, path, hashlib.md5(content).hexdigest())
    monkeypatch.delenv("CAMDIGITS_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(sets, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(folder, "MNIST_URL", f"{source.as_uri()}/")

    load("mnist")
    monkeypatch.setattr(published, "MNIST_VAL", 1)
    for path in source.iterdir():
        path.unlink()

    assert load("mnist").labels.tolist() == [4, 2]
    assert load("mnist", "val").labels.tolist() == [2]  # without writers, the last
    assert sorted(path.name for path in (tmp_path / "home/camdigits/mnist").iterdir()) == sorted(
        Path(path).name for path in MNIST
    )


def test_without_a_network_the_error_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No incomplete file is left behind."""

    def unreachable(*_: object, **__: object) -> None:
        raise urllib.error.URLError("Name or service not known")

    monkeypatch.setattr(idx.urllib.request, "urlopen", unreachable)

    with pytest.raises(DataError, match=r"cannot download https://x/y: .*set CAMDIGITS_DATA"):
        idx.fetch("https://x/y", tmp_path / "y")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["mnistt", "unipen-digits"])
def test_an_unknown_set_is_rejected(name: str) -> None:
    """The error lists the sets."""
    with pytest.raises(DataError, match=r"sets are mnist, unipen, "):
        load(name)


def test_crops_come_back_as_they_were_written(tmp_path: Path) -> None:
    """Images and labels are unchanged."""
    np.savez(tmp_path / "crops.npz", images=np.ones((2, 28, 28), np.uint8), labels=[3, 10])

    crops = load_crops(tmp_path / "crops.npz")

    assert (crops.name, crops.images.sum(), crops.labels.tolist()) == ("crops", 1568, [3, 10])


def test_crops_of_another_shape_are_rejected(tmp_path: Path) -> None:
    """The error names both shapes."""
    np.savez(tmp_path / "crops.npz", images=np.ones((2, 20, 28)), labels=[3, 10])

    with pytest.raises(DataError, match=r"wanted \(2, 28, 28\) uint8 images, got \(2, 20, 28\)"):
        load_crops(tmp_path / "crops.npz")


def test_missing_crops_say_how_to_make_them(tmp_path: Path) -> None:
    """The error contains the command."""
    with pytest.raises(DataError, match="python -m train crops"):
        load_crops(tmp_path / "crops.npz")


def test_writers_of_the_real_set_are_not_split(data_folder: Path) -> None:
    """A UNIPEN writer is in training or in validation, never in both."""
    with np.load(data_folder / "unipen/unipen-digits-strokes.npz") as strokes:
        writers = strokes["writer_file"]

    _, labels, val = sets.raw("unipen")

    assert len(labels) == len(writers)
    assert not set(writers[val]) & set(writers[~val])
    assert 0.05 < val.mean() < 0.2


def test_pens_draw_the_held_out_writers_of_unipen_apart(data_folder: Path) -> None:
    """Each recording is in the same part of both sets, under the same label."""
    del data_folder
    drawn, pictures = sets.raw("unipen_pens"), sets.raw("unipen")

    for of_pens, of_pictures in zip(drawn[1:], pictures[1:], strict=True):
        np.testing.assert_array_equal(of_pens, of_pictures)


def test_pendigits_are_held_out_as_published(data_folder: Path) -> None:
    """Writers 31 to 44 measure with their published pictures; the others are drawn anew."""
    del data_folder
    pictures, labels = published.read_pair(*published._PENDIGITS_VAL)
    images, named, val = sets.raw("pendigits")

    assert (int(val.sum()), int((~val).sum())) == (3498, 7494)
    np.testing.assert_array_equal(named[val], labels)
    np.testing.assert_array_equal(images[val][:, :28, :28], pictures)
    assert images[val][:, 28:].max() == images[val][:, :, 28:].max() == 0


def test_a_third_of_the_letters_of_emnist_is_held_out(data_folder: Path) -> None:
    """No letter that a reader may take for a digit is in either part."""
    del data_folder
    found = published.read_set("emnist_letters", DIGITS)
    kept = DIGITS.indexes("emnist_letters", found.names)[found.labels] >= 0

    names = {found.names[label] for label in found.labels[kept]}
    assert names == set(string.ascii_letters) - set("OoQDIliJLSsZzqgbByYUuaG")
    assert found.val.mean() == pytest.approx(1 / 3, abs=0.01)
