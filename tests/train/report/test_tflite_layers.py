import json
from pathlib import Path

import numpy as np
import pytest

from camdigits.errors import ModelError
from camdigits.recognize.card import find_model, sha256_of
from camdigits.recognize.feature_maps import open_model
from train.report import tflite_layers

MODELS = Path(__file__).parent.parent.parent / "models"


LETTERS = (*"ABCDEFGHIJ", "none")


def carded(folder: Path, name: str = "mean_ink", **fields: object) -> Path:
    """Write a test model with a card of these fields."""
    model = folder / f"{name}.tflite"
    model.write_bytes((MODELS / f"{name}.tflite").read_bytes())
    known = {"labels": LETTERS, "temperature": 1.0, "threshold": 0.5, "sha256": sha256_of(model)}
    model.with_suffix(".json").write_text(json.dumps({**known, **fields}))
    return model


def test_a_dense_layer_uses_each_weight_once(tmp_path: Path) -> None:
    """Mean ink times 0 to 10 takes eleven weights and multiply-adds, and no filters."""
    opened = tflite_layers.load(carded(tmp_path))

    layers = tflite_layers.layers_of(opened)

    assert [layer.kind for layer in layers] == ["MEAN", "FULLY_CONNECTED"]
    assert (layers[1].weights, layers[1].multiply_adds, layers[1].output) == (11, 11, (11,))
    assert tflite_layers.first_filters(opened) is None


def test_feature_maps_are_what_the_model_computes() -> None:
    """Shapes are those of the layers; without ink the first map is constant."""
    opened = tflite_layers.load(find_model("digits"))
    layers = tflite_layers.layers_of(opened)
    glyph = np.zeros((28, 28), np.uint8)
    glyph[4:10, 10:14] = 255

    (first, planes), *later = tflite_layers.feature_maps(opened, layers, glyph)

    weights = tflite_layers.first_filters(opened)
    assert weights is not None
    assert weights.shape == first.kernel
    assert first.multiply_adds == first.weights * planes.shape[0] * planes.shape[1]
    assert np.ptp(planes[len(planes) // 2 :], axis=(0, 1)).max() == 0  # no ink there
    assert np.ptp(planes[: len(planes) // 2], axis=(0, 1)).max() > 0
    assert all(each.shape == layer.output for layer, each in later)


def test_a_file_that_is_not_a_model_is_rejected() -> None:
    """The error is one line of our own."""
    with pytest.raises(ModelError, match="wanted a TFLite model, got another"):
        open_model(b"TFL3 no")
