"""Carry out the commands that read: open source, reader and sinks, run, and report.

The command line parses the options; each function here takes them and returns an exit status.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from itertools import zip_longest
from pathlib import Path

import click

from camdigits.app.console import (
    NumberLines,
    NumberTally,
    PictureLines,
    ProgressBar,
    UprightPictures,
    report,
    report_error,
    until_pipe_closes,
)
from camdigits.app.live.session import LiveOptions
from camdigits.app.messages import demo_report, frames_of, next_steps, statistics
from camdigits.app.options import (
    CameraOptions,
    OutputOptions,
    ReaderOptions,
    SavingOptions,
    TrackingOptions,
)
from camdigits.app.window.live import run_live
from camdigits.app.window.viewer import Viewer
from camdigits.app.window.window import Window
from camdigits.config import load_config
from camdigits.errors import CamdigitsError, SourceError
from camdigits.pipeline import picture_frames, run
from camdigits.reader import Reader
from camdigits.roi import clipped
from camdigits.sinks.base import Sink
from camdigits.sinks.opening import text_sinks, video_paths
from camdigits.sinks.pictures import PictureFolder
from camdigits.sinks.video import VideoSink, check_video
from camdigits.sources.base import Source, SourceInfo, SourceOptions
from camdigits.sources.opening import check_video_file, open_reconnecting, open_source
from camdigits.sources.picture_file import picture_paths
from camdigits.sources.synthetic import SyntheticSource
from camdigits.track.settings import config_for
from camdigits.track.tracker import Tracker

TITLE = "camdigits"  # of the window
GIVE_UP_S = 30.0  # chosen: a camera that is plugged in again is back within seconds


def read_live(
    source: str,
    camera: CameraOptions,
    saving: SavingOptions,
    outputs: OutputOptions,
    tracking: TrackingOptions,
    reading: ReaderOptions,
    *,
    window: bool,
) -> None:
    """Read a camera, stream, video or folder live.

    Args:
        source: as the user named it.
        camera: how it is opened.
        saving: where its pictures and videos go.
        outputs: text files for results.
        tracking: whether digits are followed.
        reading: how frames are read.
        window: show the frames.
    """
    check_tracking(tracking)
    if saving.save is not None:
        check_video(saving.save, [source])
    with ExitStack() as stack:
        screen = stack.enter_context(Window(TITLE)) if window else None
        stack.enter_context(until_pipe_closes())
        text = text_sinks(outputs.paths(tracking.events), [source])
        sinks = stack.enter_context(text)
        if not (window or outputs.on_stdout or str(tracking.events) == "-"):
            sinks.append(NumberLines())
        reader = make_reader(reading)
        opened = stack.enter_context(open_camera(source, camera, report))
        tracker = make_tracker(tracking, reader, opened.info)
        if saving.save is not None:
            sinks.append(VideoSink(saving.save, opened.info.fps, clocked=opened.info.live))
        run_live(
            opened,
            reader,
            tracker=tracker,
            sinks=sinks,
            window=screen,
            options=LiveOptions(folder=saving.snapshots, roi=camera.roi),
            report=report,
            on_end=lambda summary: click.echo(statistics(summary), err=True),
        )


def read_videos(
    files: Sequence[str],
    outputs: OutputOptions,
    tracking: TrackingOptions,
    reading: ReaderOptions,
    *,
    output: Path | None,
    show: bool,
) -> int:
    """Read video files; report one that cannot be opened or breaks off, and read the others.

    Args:
        files: names of the videos.
        outputs: text files for the results of all of them.
        tracking: whether digits are followed.
        reading: how frames are read.
        output: file or folder of the annotated copies.
        show: show the annotated frames in a window.

    Returns:
        The exit status of the first video that failed, else 0.
    """
    is_only_output = not (any(outputs.paths(tracking.events).values()) or show)
    wants_video = output is not None or is_only_output
    targets = video_paths(files, output) if wants_video else []
    for path in targets:
        check_video(path, files)
    check_tracking(tracking)
    reader = make_reader(reading)
    text = text_sinks(outputs.paths(tracking.events), files)
    with until_pipe_closes(), text as sinks, ExitStack() as stack:
        if not (show or outputs.on_stdout or str(tracking.events) == "-"):
            sinks.append(NumberLines())
        viewers = [stack.enter_context(Viewer(Window(TITLE)))] if show else []
        status = 0
        for name, target in zip_longest(files, targets):
            failed = _read_video(name, target, reader, tracking, (sinks, viewers))
            status = status or failed
    return status


def read_images(
    paths: Sequence[str],
    outputs: OutputOptions,
    reading: ReaderOptions,
    *,
    output: Path | None,
    turn: bool = False,
) -> int:
    """Read picture files; report and skip those that cannot be read.

    Args:
        paths: files, folders and patterns.
        outputs: text files for results; without any, one line per picture is printed.
        reading: how pictures are read.
        output: folder for the annotated pictures.
        turn: rotate these upright.

    Returns:
        0 if a picture was read, else the exit status of the first failure.
    """
    files = picture_paths(paths)
    folders: list[Sink] = [] if output is None else [PictureFolder(output, files)]
    if turn:
        folders = [UprightPictures(each) for each in folders]
    lines = [] if any(outputs.paths().values()) else [PictureLines()]
    failures: list[CamdigitsError] = []

    def on_error(error: CamdigitsError) -> None:
        failures.append(error)
        report_error(error)

    with until_pipe_closes(), text_sinks(outputs.paths(), files) as sinks:
        frames = picture_frames(files, on_error)
        summary = run(frames, make_reader(reading), sinks=[*sinks, *folders, *lines])
    return 0 if summary.frames else failures[0].exit_status


def read_demo(
    output: Path, frame_count: int, outputs: OutputOptions, reading: ReaderOptions
) -> None:
    """Generate a clip of a handwritten page, read it, and compare the numbers.

    Args:
        output: the annotated clip.
        frame_count: length of the clip.
        outputs: text files for results.
        reading: how frames are read.
    """
    check_video(output)
    reader, tally = make_reader(reading), NumberTally()
    with (
        until_pipe_closes(),
        text_sinks(outputs.paths()) as sinks,
        SyntheticSource(frame_count) as source,
        VideoSink(output, source.info.fps) as video,
        ProgressBar(source.info) as bar,
    ):
        summary = run(source, reader, sinks=[*sinks, video, tally, bar])
    prints_results = outputs.on_stdout  # keep messages apart from them
    click.echo(demo_report(source.truth, tally.counts, summary.frames), err=prints_results)
    click.echo(next_steps(output), err=prints_results)


def make_reader(options: ReaderOptions) -> Reader:
    """Build a reader.

    Raises:
        ModelError: the model or its card cannot be used.
        ConfigError: the settings file cannot be used.
    """
    config = None if options.config is None else load_config(options.config)
    return Reader(
        options.model,
        threshold=options.threshold,
        rotate=options.rotate,
        signs=options.signs,
        decimal=options.decimal,
        config=config,
    )


def check_tracking(options: TrackingOptions) -> None:
    """Check that events are not requested without tracking.

    Raises:
        UsageError: they are.
    """
    if not options.track and options.events is not None:
        raise click.UsageError("--events needs the tracker: leave out --no-track")


def make_tracker(
    options: TrackingOptions, reader: Reader, info: SourceInfo | None = None
) -> Tracker | None:
    """Build a tracker for the results of a reader and a source; None without tracking."""
    if not options.track:
        return None
    fps = None
    if info is not None and not info.live:
        fps = 0.0 if info.frame_count == 1 else info.fps
    return Tracker(
        config_for(reader.threshold, decimal=reader.decimal, partial=options.partial, fps=fps)
    )


def open_camera(
    name: str,
    options: CameraOptions,
    notify: Callable[[str], None],
    give_up_s: float = GIVE_UP_S,
) -> Source:
    """Open the source of the live window or the server.

    Args:
        name: as the user named it.
        options: requested settings.
        notify: receives a line about settings that the camera does not support, and about each
            loss and return of the source.
        give_up_s: seconds of reconnecting, unless the options say how long.

    Raises:
        SourceError: it cannot be opened.
        UsageError: the ROI lies outside of its frames.
    """
    requested = SourceOptions(
        size=options.size,
        fps=options.fps,
        timeout_s=options.timeout_s,
        autofocus=options.autofocus,
        lock_exposure=options.lock_exposure,
        hflip=options.hflip,
        vflip=options.vflip,
    )
    if options.give_up_s is not None:
        give_up_s = options.give_up_s
    source = open_reconnecting(name, requested, give_up_s=give_up_s, notify=notify)
    info, roi = source.info, options.roi
    if info.note:
        notify(info.note)
    if roi and info.width and info.height and clipped(roi, info.width, info.height) is None:
        source.close()
        raise click.UsageError(
            f"--roi {','.join(map(str, roi))} lies outside the picture, which is "
            f"{info.width}x{info.height}"
        )
    return source


def _read_video(
    name: str,
    target: Path | None,
    reader: Reader,
    tracking: TrackingOptions,
    sinks: tuple[Sequence[Sink], Sequence[Sink]],
) -> int:
    """Read one video file to its end; report it and return its exit status.

    Its own sinks stand between the two groups of `sinks`, because a viewer, which may end the
    run, must be last.
    """
    try:
        with ExitStack() as stack:
            check_video_file(name)
            source = stack.enter_context(open_source(name))
            own: list[Sink] = [stack.enter_context(ProgressBar(source.info))]
            if target is not None:
                own.append(stack.enter_context(VideoSink(target, source.info.fps)))
            tracker = make_tracker(tracking, reader, source.info)
            summary = run(source, reader, tracker, [*sinks[0], *own, *sinks[1]])
    except SourceError as error:
        report_error(error)
        return error.exit_status
    written = "" if target is None else f" -> {target}"
    click.echo(f"{name}: {frames_of(summary.frames)} read{written}", err=True)
    return 0
