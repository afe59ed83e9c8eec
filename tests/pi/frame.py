"""Read one camera picture under the counting qemu, marking where each stage ends.

    python frame.py PICTURE.jpg [functions]

Prints one JSON object: the names of the marks in their order, and what was read. `count` joins
them with the plugin's numbers. With "functions" every function of camdigits and OpenCV is marked,
too; each call then costs a little more, which `count` takes off again.
"""

import contextlib
import functools
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np

from camdigits import reader
from camdigits.app import bench
from camdigits.config import ReaderConfig
from camdigits.image import cv2
from camdigits.recognize.tflite import load_scorer, runtime_name

MARK = 0x5157_0000  # what insncount.c looks for
STAGES = {  # names of the budget for the reader's stages; the others merge or split regions
    "prepare": "ink",
    "ink": "ink",
    "rules": "regions",
    "regions": "regions",
    "texture": "texture",
    "glyphs": "glyphs",
    "group": "group",
}
WARM_UPS = 2  # what is set up on the first call is no cost of a frame
names: list[str] = []


def mark(name: str) -> None:
    """Whatever ran since the last mark was `name`."""
    names.append(name)
    with contextlib.suppress(OSError):
        os.close(MARK)


def one_thread() -> None:
    """Waiting threads spin: only one thread's instructions can be counted exactly."""
    cv2.setNumThreads(1)


def mark_stages() -> list[int]:
    """Mark the reader's stages and the model in them; return the number of glyphs of each call."""
    calls: list[int] = []

    def loaded(path: Any, card: Any, threads: int) -> Any:
        score = load_scorer(path, card, threads)

        def marked(glyphs: Any) -> Any:
            mark("merge and split")
            scores = score(glyphs)
            mark("model" if not calls else "model again")
            calls.append(len(glyphs))
            return scores

        return marked

    def lap(_: Any, stage: str) -> None:
        mark(STAGES.get(stage, "merge and split"))

    reader.load_scorer = loaded
    reader._Clock.lap = lap
    return calls


def mark_functions() -> None:
    """Mark the beginning and the end of every call, for a profile."""
    stack = ["outside"]
    wrappers: dict[int, Callable[..., Any]] = {}

    def wrapped(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        if id(function) in wrappers:
            return wrappers[id(function)]

        @functools.wraps(function)
        def call(*given: Any, **named: Any) -> Any:
            mark(stack[-1])
            stack.append(name)
            result = function(*given, **named)
            mark(stack.pop())
            return result

        wrappers[id(function)] = call
        return call

    for name in dir(cv2):
        if name[0].islower() and callable(getattr(cv2, name)) and name != "setNumThreads":
            setattr(cv2, name, wrapped(f"cv2.{name}", getattr(cv2, name)))
    modules = [module for name, module in sys.modules.items() if name.startswith("camdigits.")]
    for module in modules:
        for name, thing in list(vars(module).items()):
            if isinstance(thing, FunctionType) and thing.__module__.startswith("camdigits."):
                short = f"{thing.__module__.removeprefix('camdigits.')}.{thing.__qualname__}"
                setattr(module, name, wrapped(short, thing))


def bare(bgr: Any) -> None:
    """Do by OpenCV alone what every program that looks for marks must do."""
    mark("")
    gray = cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY)
    mark("bare gray")
    soft = cv2.GaussianBlur(gray, (5, 5), 0)
    mark("bare blur")
    kind = cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV
    marks = cv2.adaptiveThreshold(soft, 255, *kind, 21, 10)
    mark("bare threshold")
    cv2.findContours(marks, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    mark("bare contours")


def main(picture: Path, functions: bool) -> None:
    """Decode and read the picture until everything is warm, then once more, marked."""
    one_thread()
    calls = mark_stages()
    jpeg = np.frombuffer(picture.read_bytes(), np.uint8)
    reads = reader.Reader(config=ReaderConfig(threads=1))
    facts = bench.machine_facts(runtime_name())
    if functions:
        mark_functions()
    for _ in range(WARM_UPS + 1):
        calls.clear()
        first = len(names)
        mark("")
        mark("a mark")
        bgr = cv2.imdecode(jpeg, cv2.IMREAD_COLOR)
        mark("decode")
        result = reads.read(bgr)
        mark("rest")
        bare(bgr)
    read = "".join(digit.label for digit in result.digits)
    print(json.dumps({"names": names, "first": first, "glyphs": calls, "read": read, **facts}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), "functions" in sys.argv[2:])
