"""Show how a frame becomes labels: one picture for each stage of the reader.

    python -m train stages --out docs/stages

Without a picture a form is written and filmed (`train.simulate.form`), so that no data set is
needed. A few
seconds.
"""

from collections.abc import Callable
from pathlib import Path

from camdigits.errors import PictureError
from camdigits.image import cv2
from camdigits.recognize.card import find_model, load_card
from camdigits.recognize.classify import OutputSpec
from camdigits.recognize.tflite import load_scorer
from camdigits.values import BgrImage
from train.report.stage_views import views
from train.simulate.form import film_form
from train.walk import walk

QUALITY = 85  # of JPEG


def write_stages(
    picture: BgrImage | None = None,
    out: Path = Path("docs/stages"),
    model: str = "digits",
    say: Callable[[str], None] = print,
) -> tuple[Path, ...]:
    """Write one picture per stage.

    Args:
        picture: what is read; None writes and films a form.
        out: folder of the pictures, created.
        model: a name or the path of a .tflite.
        say: takes a line for each picture.

    Returns:
        The files in the order of the stages.

    Raises:
        PictureError: a file cannot be written.
    """
    path = find_model(model)
    card = load_card(path)
    output_spec = OutputSpec(card.labels, card.temperature, card.threshold)
    steps = walk(film_form() if picture is None else picture, load_scorer(path, card), output_spec)
    files = []
    for name, title, view in views(steps):
        _save(out / name, view)
        files.append(out / name)
        say(f"{out / name}: {title}")
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
