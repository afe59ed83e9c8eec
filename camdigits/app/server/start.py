"""Carry out `camdigits serve`: open the source, build the site, and serve it."""

import math
from contextlib import ExitStack

import click

from camdigits.app.console import report
from camdigits.app.jobs import check_tracking, make_tracker, open_camera
from camdigits.app.live.session import LiveOptions
from camdigits.app.options import (
    CameraOptions,
    OutputOptions,
    ReaderOptions,
    SavingOptions,
    TrackingOptions,
)
from camdigits.app.server.history import History
from camdigits.app.server.latest import LatestResult
from camdigits.app.server.live_run import LiveRun
from camdigits.app.server.options import ServeOptions
from camdigits.app.server.reading import Readers, ReadSettings
from camdigits.app.server.serving import serve
from camdigits.app.server.site import Site, make_encoders
from camdigits.config import load_config
from camdigits.sinks.base import Sink
from camdigits.sinks.opening import text_sinks
from camdigits.sinks.video import VideoSink, check_video
from camdigits.sources.base import Source
from camdigits.sources.synthetic import SyntheticSource


def serve_source(
    source: str | None,
    options: ServeOptions,
    camera: CameraOptions,
    saving: SavingOptions,
    outputs: OutputOptions,
    tracking: TrackingOptions,
    reading: ReaderOptions,
) -> None:
    """Read a source live and serve the page until the process is interrupted.

    Args:
        source: as the user named it; None serves uploads, drawings and visitors' cameras only.
        options: of the server.
        camera: how the source is opened.
        saving: where its pictures and videos go.
        outputs: text files for results.
        tracking: whether digits are followed.
        reading: how frames are read.

    Raises:
        CamdigitsError: something cannot be opened; the error says what.
        KeyboardInterrupt: Ctrl-C or SIGTERM, after an orderly end.
    """
    inputs = [] if source is None else [source]
    if saving.save is not None:
        check_video(saving.save, inputs)
    config = None if reading.config is None else load_config(reading.config)
    readers = Readers(
        reading.model,
        reading.threshold,
        config,
        signs=reading.signs,
        decimal=reading.decimal,
    )
    settings = ReadSettings(rotate=reading.rotate)
    reader = readers.get(settings)
    check_tracking(tracking)
    tracker = make_tracker(tracking, reader)
    with ExitStack() as stack:
        text = text_sinks(outputs.paths(tracking.events), inputs)
        sinks: list[Sink] = stack.enter_context(text)
        history = stack.enter_context(History(options.history))
        encoders = make_encoders()
        latest = LatestResult(encoders)
        site = Site(
            options, readers, history, latest, encoders, tracking.track, settings, tracking.partial
        )
        if source is not None:
            opened = stack.enter_context(_open(source, camera))
            sinks.append(history)
            if saving.save is not None:
                sinks.append(VideoSink(saving.save, opened.info.fps, clocked=opened.info.live))
            live = LiveOptions(folder=saving.snapshots, roi=camera.roi, stay=True)
            site.run = LiveRun(opened, reader, tracker, sinks, live, latest, report)
        stack.callback(site.close)
        serve(site, announce=click.echo, report=report)


def _open(name: str, camera: CameraOptions) -> Source:
    """Open the source; the demo has no end here, and a lost camera is waited for without end."""
    return SyntheticSource(None) if name == "demo" else open_camera(name, camera, report, math.inf)
