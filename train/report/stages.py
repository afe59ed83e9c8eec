"""Write one picture for each stage of the reader, drawn from its trace.

    python -m train stages --out docs/stages

Without an image a form is written and filmed (`train.simulate.form`), so no data set is needed.
Takes a few seconds.
"""

from collections.abc import Callable
from pathlib import Path

from camdigits.errors import PictureError
from camdigits.image import cv2
from camdigits.reader import Reader
from camdigits.values import BgrImage
from train.report.stage_views import views
from train.simulate.form import film_form

QUALITY = 85  # of JPEG


def write_stages(
    image: BgrImage | None = None,
    out: Path = Path("docs/stages"),
    model: str = "digits",
    report: Callable[[str], None] = print,
) -> tuple[Path, ...]:
    """Write one picture per stage.

    Args:
        image: (H, W, 3) uint8 to be read; None writes and films a form.
        out: folder of the pictures, created.
        model: a name or the path of a .tflite.
        report: takes a line for each picture.

    Returns:
        The files in the order of the stages.

    Raises:
        PictureError: a file cannot be written.
    """
    result = Reader(model).read(film_form() if image is None else image, trace=True)
    assert result.trace is not None  # requested
    files = []
    for name, title, view in views(result, result.trace):
        _save(out / name, view)
        files.append(out / name)
        report(f"{out / name}: {title}")
    return tuple(files)


def _save(path: Path, view: BgrImage) -> None:
    kind = cv2.IMWRITE_JPEG_QUALITY, cv2.IMWRITE_PNG_COMPRESSION
    options = [kind[0], QUALITY] if path.suffix == ".jpg" else [kind[1], 9]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(cv2.imencode(path.suffix, view, options)[1].tobytes())
    except OSError as error:
        raise PictureError(
            f"cannot write {path} ({error.strerror}); name another folder"
        ) from error
