"""Save the snapshots and recordings that the user of a live run starts.

An error while saving is reported and does not end the run.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from camdigits.closeable import Closeable
from camdigits.errors import OutputError
from camdigits.sinks._paths import output_error
from camdigits.sinks.base import Picture
from camdigits.sinks.pictures import write_picture
from camdigits.sinks.video import VideoSink
from camdigits.sources.base import SourceInfo
from camdigits.values import BgrImage, Result

MIN_LIVE_FPS, MAX_LIVE_FPS = 1.0, 60.0  # chosen: other rates that a camera states are ignored

Notify = Callable[[str, str], None]
"""Receives a line for the terminal and a shorter one for the picture."""


class Saver(Closeable):
    """Writes snapshots at once and, while recording, each annotated frame: a sink.

    Args:
        folder: receives the files; created if missing.
        info: of the source, for the frame rate.
        notify: receives the path of each finished file, and each error.
    """

    def __init__(self, folder: Path, info: SourceInfo, notify: Notify) -> None:
        self.saved: list[Path] = []
        self._folder, self._info, self._notify = folder, info, notify
        self._recording: VideoSink | None = None

    @property
    def recording(self) -> bool:
        """Whether a recording is open."""
        return self._recording is not None

    def snapshot(self, picture: BgrImage, frame: BgrImage) -> None:
        """Save a (H, W, 3) uint8 picture as PNG, and beside it the frame as it came."""
        try:
            path = self._free_path(".png")
            write_picture(path, picture)
            write_picture(path.with_name(f"{path.stem}-frame.png"), frame)
        except OutputError as error:
            self._notify_error(error)
            return
        self._add("snapshot", path)

    def start(self) -> None:
        """Start a recording."""
        try:
            path = self._free_path(".mp4")
            self._recording = VideoSink(path, recording_fps(self._info), clocked=self._info.live)
        except OutputError as error:
            self._notify_error(error)

    def write(self, result: Result, picture: Picture) -> None:
        """Append the annotated frame to the recording, if one is open."""
        if self._recording is None:
            return
        try:
            self._recording.write(result, picture)
        except OutputError as error:
            self._recording = None
            self._notify_error(error)

    def stop(self) -> None:
        """Finish the recording, if one is open."""
        try:
            self.close()
        except OutputError as error:
            self._notify_error(error)

    def close(self) -> None:
        """Finish the recording, if one is open. Safe to call twice.

        Raises:
            OutputError: the end of the file could not be written.
        """
        recording, self._recording = self._recording, None
        if recording is None:
            return
        recording.close()
        if recording.path.exists():
            self._add("recording", recording.path)

    def _add(self, kind: str, path: Path) -> None:
        self.saved.append(path)
        self._notify(f"{kind}: {path}", f"saved {path.name}")

    def _notify_error(self, error: OutputError) -> None:
        self._notify(str(error), str(error))

    def _free_path(self, suffix: str) -> Path:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise output_error(self._folder, error) from error
        return free_path(self._folder, datetime.now(), suffix)


def recording_fps(info: SourceInfo) -> float | None:
    """Return the frame rate of a recording; None if a live source states an unlikely one."""
    fps = info.fps
    if info.live and fps is not None and not MIN_LIVE_FPS <= fps <= MAX_LIVE_FPS:
        return None
    return fps


def free_path(folder: Path, moment: datetime, suffix: str) -> Path:
    """Return a path named after a time stamp that does not exist yet."""
    stem = f"camdigits-{moment:%Y%m%d-%H%M%S}"
    path, count = folder / f"{stem}{suffix}", 1
    while path.exists():
        count += 1
        path = folder / f"{stem}-{count}{suffix}"
    return path
