"""Measure the live loop on one thread: frames per second of the demo on its desk, and of photos.

    python tests/end_to_end/live_speed.py [--photos DIR]

Each frame is decoded from JPEG, read with the budget of live use, followed and annotated. The
rate is that of the processor time of one thread, so that other load on the machine hardly counts.
"""

import time
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from camdigits.app.bench import photo_pages
from camdigits.config import DEFAULT
from camdigits.image import cv2, frozen
from camdigits.pipeline import Pipeline
from camdigits.reader import Reader
from camdigits.sources.synthetic import SyntheticSource
from camdigits.track.frame_budget import FrameBudget
from camdigits.track.settings import config_for
from camdigits.track.tracker import Tracker
from camdigits.values import BgrImage, Frame

SIZES = (640, 480), (1280, 720)
QUALITY = 60  # of the JPEG, as webcams send
FRAMES, STILL_FRAMES = 90, 20


def coded(images: Iterable[BgrImage]) -> list[bytes]:
    """Return pictures as JPEG."""
    quality = [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
    return [cv2.imencode(".jpg", image, quality)[1].tobytes() for image in images]


def demo(size: tuple[int, int]) -> Iterator[BgrImage]:
    """Yield the frames of the demo clip."""
    with SyntheticSource(FRAMES, size) as source:
        yield from (frame.bgr for frame in source)


def fitted(image: BgrImage, size: tuple[int, int]) -> BgrImage:
    """Shrink or enlarge a photo to fit into a frame."""
    scale = min(size[0] / image.shape[1], size[1] / image.shape[0])
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=how), np.uint8)


def rate(frames: list[bytes]) -> float:
    """Return frames per second of processor time of the live loop."""
    reader = Reader(config=replace(DEFAULT, threads=1))
    pipeline = Pipeline(reader, Tracker(config_for(reader.threshold)), budget=FrameBudget())
    took_s = []
    for index, data in enumerate(frames):
        start_s = time.thread_time()
        bgr = np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR), np.uint8)
        pipeline.process(Frame(index, index / 30, frozen(bgr), "camera")).picture()
        took_s.append(time.thread_time() - start_s)
    return 1 / float(np.mean(took_s[3:]))


def main() -> None:
    """Print a line per clip."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, help="also hold each photo of this folder still")
    folder = parser.parse_args().photos
    cv2.setNumThreads(1)
    for size in SIZES:
        print(f"demo {size[0]}x{size[1]}: {rate(coded(demo(size))):.1f} frames per second")
        if folder is None:
            continue
        rates = {
            page.name: rate(coded([fitted(page.bgr, size)]) * STILL_FRAMES)
            for page in photo_pages(folder)
        }
        for name, value in sorted(rates.items(), key=lambda pair: pair[1])[:5]:
            print(f"  {name:32} {value:6.1f}")
        spread = f"median {np.median(list(rates.values())):.1f}, least {min(rates.values()):.1f}"
        print(f"photos {size[0]}x{size[1]}: {spread}")


if __name__ == "__main__":
    main()
