"""Annotated photos."""

from pathlib import Path

import numpy as np
import pytest
from support.outputs import page, run_limited, shown

from camdigits.errors import OutputError
from camdigits.image import cv2
from camdigits.sinks.pictures import PictureFolder, write_picture


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("a/page.png", "page.png"),
        ("page.JPG", "page.JPG"),
        ("page.xyz", "page.png"),
        ("p", "p.png"),
    ],
)
def test_a_picture_keeps_its_name(source: str, name: str, tmp_path: Path) -> None:
    """The suffix stays where OpenCV can write it, else it becomes .png."""
    written = PictureFolder(tmp_path / "new" / "out").save(page(), source)

    assert written == tmp_path / "new" / "out" / name
    assert cv2.imread(str(written)).shape == (48, 64, 3)
    assert list(written.parent.iterdir()) == [written]


def test_a_result_is_saved_under_the_name_of_its_source(tmp_path: Path) -> None:
    """`write` saves the annotated frame as `save` does."""
    PictureFolder(tmp_path / "out").write(*shown(page(), source="a/page.png"))

    assert [path.name for path in (tmp_path / "out").iterdir()] == ["page.png"]


def test_a_picture_too_large_for_its_format_becomes_png(tmp_path: Path) -> None:
    """JPEG is limited to 65,500 pixels per side."""
    long = np.zeros((1, 70_000, 3), np.uint8)

    assert PictureFolder(tmp_path).save(long, "page.jpg").name == "page.png"


def test_pictures_of_one_name_get_different_files(tmp_path: Path) -> None:
    """Files of one name from different folders are numbered; a source keeps its number."""
    folder = PictureFolder(tmp_path)
    sources = ["a/page.png", "b/page.png", "c/page.png", "a/page.png", "b/page.png"]

    names = [folder.save(page(), source).name for source in sources]

    assert names == ["page.png", "page-2.png", "page-3.png", "page.png", "page-2.png"]


def test_a_picture_never_overwrites_an_input(tmp_path: Path) -> None:
    """Neither its own source nor another input is overwritten."""
    source = tmp_path / "page.png"
    write_picture(source, page(1))
    before = source.read_bytes()

    with pytest.raises(OutputError, match="it is an input"):
        PictureFolder(tmp_path).save(page(2), source)
    with pytest.raises(OutputError, match="it is an input"):
        PictureFolder(tmp_path, inputs=[source]).save(page(2), "other/page.png")

    assert source.read_bytes() == before


def test_an_unknown_format_is_rejected(tmp_path: Path) -> None:
    """write_picture does not change the suffix."""
    with pytest.raises(OutputError, match=r"give a name that ends in \.png"):
        write_picture(tmp_path / "out.xyz", page())

    assert list(tmp_path.iterdir()) == []


def test_a_picture_that_does_not_fit_leaves_nothing(tmp_path: Path) -> None:
    """A partial file is removed, and an existing one stays."""
    write_picture(tmp_path / "out.png", page())
    before = (tmp_path / "out.png").read_bytes()
    program = """
        from support.outputs import checkered
        from camdigits.errors import OutputError
        from camdigits.sinks.pictures import write_picture
        try:
            write_picture(sys.argv[1], checkered(0))
        except OutputError as error:
            print(error)
    """

    printed = run_limited(program, tmp_path / "out.png", 5000)

    assert "file too large" in printed
    assert list(tmp_path.iterdir()) == [tmp_path / "out.png"]
    assert (tmp_path / "out.png").read_bytes() == before
