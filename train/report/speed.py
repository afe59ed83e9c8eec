"""Measure the latency per glyph, also relative to the classic 5×5 CNN in the same run.

Both nets use one thread and take turns, so that a slow moment affects both. CPU time is measured,
so that other programs hardly count; the best of many rounds is taken. Without TensorFlow, which
builds the classic net, there is no ratio.
"""

import platform
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import process_time

import numpy as np

from camdigits.recognize.card import Card
from camdigits.recognize.feature_maps import open_model
from camdigits.recognize.tflite import load_scorer, runtime_name, silenced
from train.fit import nets

GLYPHS = 25  # a page of numbers
ROUNDS = 60


@dataclass(frozen=True, slots=True)
class Speed:
    """Latency per glyph, in calls of 25 glyphs."""

    us: float  # microseconds, as the product runs it, in its own small batches
    batch_us: float  # microseconds, all in one batch, as the classic net
    classic_us: float | None  # microseconds of the classic net; None without TensorFlow
    machine: str
    runtime: str


def measure_speed(model: Path, card: Card, classic: bytes | None, rounds: int = ROUNDS) -> Speed:
    """Time a model as the product runs it, and the model and the classic net in one batch each.

    Args:
        model: a .tflite file.
        card: its card.
        classic: the classic net as `classic_net` builds it; None omits it.
        rounds: number of rounds; the fastest counts.
    """
    glyphs = np.random.default_rng(0).integers(0, 256, (GLYPHS, 28, 28)).astype(np.uint8)
    scorer = load_scorer(model, card, threads=1).logits
    runs: list[Callable[[], object]] = [lambda: scorer(glyphs), _batch_run(model.read_bytes())]
    if classic is not None:
        runs.append(_batch_run(classic))
    best = [float("inf")] * len(runs)
    for _ in range(rounds):
        for place, run in enumerate(runs):
            started = process_time()
            run()
            best[place] = min(best[place], process_time() - started)
    each = [seconds / GLYPHS * 1e6 for seconds in best]
    classic_us = each[2] if len(each) > 2 else None
    return Speed(each[0], each[1], classic_us, machine_name(), runtime_name())


def classic_net() -> bytes:
    """Build the classic CNN in float32 with random weights; they do not affect the time.

    Raises:
        NetError: TensorFlow is missing.
    """
    tf = nets.load_tensorflow()
    with tempfile.TemporaryDirectory() as folder, silenced():
        nets.build("classic-cnn", 10).export(folder, verbose=False)
        return bytes(tf.lite.TFLiteConverter.from_saved_model(folder).convert())


def machine_name() -> str:
    """Return the name of the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _batch_run(content: bytes) -> Callable[[], object]:
    opened = open_model(content, whole=False)
    inputs = opened.get_input_details()[0]
    feed, kind = inputs["index"], inputs["dtype"]
    opened.resize_tensor_input(feed, (GLYPHS, 28, 28, 1))
    opened.allocate_tensors()
    shades = np.random.default_rng(0).random((GLYPHS, 28, 28, 1))
    glyphs = (shades if kind == np.float32 else shades * 255).astype(kind)

    def run() -> None:
        opened.set_tensor(feed, glyphs)
        opened.invoke()

    return run
