"""A run with random weights, and the model exported from it."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a run whose net has random weights."""
    pytest.importorskip("tensorflow")
    from support.random_run import SETTINGS

    from train.fit import loop
    from train.fit.run import CONFIG, WEIGHTS_FILE, save

    folder = tmp_path_factory.mktemp("run")
    (folder / CONFIG).write_text(json.dumps(asdict(SETTINGS)))
    learner = loop._learner(SETTINGS, total=1, glyphs=np.zeros((1, 28, 28), np.uint8))
    save(learner.model.variables, folder / WEIGHTS_FILE)
    return folder


@pytest.fixture(scope="module")
def model(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the exported net."""
    from support.random_run import POOL

    from train.fit.export import export

    out = tmp_path_factory.mktemp("models") / "sub/some.tflite"
    export(run, out, POOL, report=lambda _: None)
    return out
