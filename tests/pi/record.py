"""Read the golden pages and write down what comes out, to be compared between two machines.

    python record.py PAGES OUT.npz               on this machine
    python record.py PAGES OUT.npz OTHER.npz     score the glyphs that another machine cut, too

Runs on the Pi (emulated) and on x86, with whatever camdigits is installed there.
"""

import json
import sys
from functools import partial
from importlib import import_module
from pathlib import Path

import numpy as np

from camdigits.config import ReaderConfig
from camdigits.image import cv2
from camdigits.reader import Reader
from camdigits.recognize import tflite
from camdigits.recognize.card import find_model, load_card
from camdigits.recognize.tflite import delegate_name, load_scorer, runtime_name
from camdigits.sources.picture_file import read_picture
from camdigits.values import Frame, Glyphs, Logits, Result


def seen(result: Result) -> dict[str, object]:
    """Write what was read as plain data."""
    digits = [
        [digit.label, [digit.box.x, digit.box.y, digit.box.width, digit.box.height], digit.score]
        for digit in result.digits
    ]
    numbers = [number.text for number in result.numbers]
    return {"digits": digits, "numbers": numbers, "rotation": result.rotation}


def plainly(model: Path, glyphs: Glyphs) -> Logits:
    """Score by the runtime's own kernels: what it does without XNNPACK."""
    usual = tflite.find_runtime()
    module = import_module(usual.__module__)
    without = module.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    tflite.find_runtime = lambda: partial(usual, experimental_op_resolver_type=without)
    try:
        return np.asarray(load_scorer(model, load_card(model)).logits(glyphs))
    finally:
        tflite.find_runtime = lambda: usual


def versions(model: Path) -> str:
    """Name what the answers depend on."""
    runtime = f"{runtime_name()} ({delegate_name(model) or 'plain kernels'})"
    return f"OpenCV {cv2.__version__}, NumPy {np.__version__}, {runtime}"


def main(pages: Path, out: Path, other: Path | None = None) -> None:
    """Read all pages, and score every glyph that was cut out of them, digit or not."""
    model = find_model("digits")
    # Emulated threads would spend their time waiting for each other.
    reads = Reader(config=ReaderConfig(threads=1))
    read, cut = {}, []
    for path in sorted(pages.glob("*.jpg")):
        result = reads.read(Frame(0, 0.0, read_picture(path)), trace=True)
        print(path.name, file=sys.stderr)
        assert result.trace is not None
        read[path.name] = seen(result)
        cut.append(result.trace.glyphs)
    glyphs = np.concatenate(cut)
    scored = np.load(other)["glyphs"] if other else glyphs
    scores = load_scorer(model, load_card(model)).logits(scored)
    arrays = {"glyphs": glyphs, "scores": scores, "plain": plainly(model, scored)}
    facts = {"pages": read, "versions": versions(model), "delegate": delegate_name(model)}
    np.savez_compressed(out, facts=np.array(json.dumps(facts)), **arrays)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
