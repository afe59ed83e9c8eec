"""Read video files and photos from their first frame to their last.

Each job reads and hands the result to the outputs; whoever opened those closes them. How results
are shown to a person stands in cli.py.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from camdigits.errors import CamdigitsError, PictureError, SourceError
from camdigits.image import frozen
from camdigits.reader import Reader
from camdigits.render.annotate import draw
from camdigits.sinks.base import PictureSink, ReadingSink
from camdigits.sinks.pictures import PictureFolder
from camdigits.sources.base import Source
from camdigits.sources.picture_file import read_picture
from camdigits.track.tracker import Tracker
from camdigits.values import BgrImage, Frame, Result

Show = Callable[[BgrImage], bool]
"""Shows an annotated picture; False ends the job."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where results go besides the screen."""

    readings: Sequence[ReadingSink] = ()
    video: PictureSink | None = None
    folder: PictureFolder | None = None
    show: Show | None = None


def read_video(
    source: Source, reader: Reader, outputs: Outputs, tracker: Tracker | None = None
) -> Iterator[Result]:
    """Read every frame of a source, writing as it goes; yields each result when it is written.

    Raises:
        SourceLostError: the source broke off; what came before is written.
        OutputError: an output cannot be written; what was written is complete.
    """
    for frame in source:
        result = reader.read(frame)
        if tracker is not None:
            result = tracker.follow(result)
        for sink in outputs.readings:
            sink.write(result)
        if outputs.video is not None or outputs.show is not None:
            picture = draw(result)
            if outputs.video is not None:
                outputs.video.write(picture, frame.time_s)
            if outputs.show is not None and not outputs.show(picture):
                return
        yield result


def read_pictures(
    paths: Iterable[Path],
    reader: Reader,
    outputs: Outputs,
    complain: Callable[[CamdigitsError], None],
) -> Iterator[Result]:
    """Read picture after picture; one that cannot be read is complained about and left out.

    Raises:
        OutputError: an output cannot be written; what was written is complete.
    """
    for index, path in enumerate(paths):
        try:
            picture = read_picture(path)
        except (PictureError, SourceError) as error:
            complain(error)
            continue
        result = reader.read(Frame(index, 0.0, frozen(picture), str(path)))
        for sink in outputs.readings:
            sink.write(result)
        if outputs.folder is not None:
            outputs.folder.write(draw(result), path)
        yield result
