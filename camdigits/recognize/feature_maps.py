"""Open a model for inspection, and compute the feature maps of its first convolution.

The fast kernels of a runtime keep no intermediate results, so the model is opened a second time.
"""

from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from camdigits.errors import ModelError
from camdigits.recognize.tflite import INSTALL, RUNTIMES, silenced
from camdigits.values import Glyphs, GrayImage


def open_model(content: bytes, whole: bool = True, threads: int = 1) -> Any:
    """Load a model into the installed runtime.

    Args:
        content: bytes of a .tflite file.
        whole: keep all intermediate tensors and use the reference kernels; otherwise fast ones.
        threads: threads per call.

    Raises:
        ModelError: no runtime is installed, or it cannot load the model.
    """
    module = _runtime()
    plain = {
        "experimental_op_resolver_type": (module.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES),
        "experimental_preserve_all_tensors": True,
    }
    try:
        with silenced():
            opened = module.Interpreter(
                model_content=content, num_threads=threads, **(plain if whole else {})
            )
            opened.allocate_tensors()
    except (ValueError, RuntimeError) as error:
        raise ModelError(
            f"wanted a TFLite model, got another ({error}); export it again"
        ) from error
    return opened


def first_feature_maps(model: Path, glyph: GrayImage) -> Glyphs:
    """Return what the first convolution of a model computes for one glyph.

    The model stays open for later calls, so only one thread at a time may call this.

    Args:
        model: a .tflite file.
        glyph: (28, 28) uint8, 255 = ink.

    Returns:
        (channels, height, width) uint8, each map scaled to its own range; (0, 0, 0) if the model
        has no convolution.

    Raises:
        ModelError: the model cannot be loaded.
    """
    opened = _opened(model)
    feed = opened.get_input_details()[0]
    batch = np.zeros(feed["shape"], np.uint8)
    batch[0, :, :, 0] = glyph
    opened.set_tensor(feed["index"], batch)
    opened.invoke()
    for step in opened._get_ops_details():  # there is no public call
        if step["op_name"] == "CONV_2D":
            codes = np.asarray(opened.get_tensor(int(step["outputs"][0]))[0], np.float32)
            maps = np.moveaxis(codes, -1, 0)
            low = maps.min(axis=(1, 2), keepdims=True)
            high = maps.max(axis=(1, 2), keepdims=True)
            return np.asarray((maps - low) / np.maximum(high - low, 1e-9) * 255, np.uint8)
    return np.zeros((0, 0, 0), np.uint8)


@lru_cache(2)
def _opened(model: Path) -> Any:
    return open_model(model.read_bytes())


def _runtime() -> Any:
    for name in RUNTIMES:
        try:
            return import_module(name)
        except ImportError as error:
            reason = error
    raise ModelError(f"no TFLite runtime loads ({reason}); {INSTALL}") from reason
