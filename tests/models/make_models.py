"""Make the tiny models of test_tflite.py: `python tests/models/make_models.py`. Needs TensorFlow.

mean_ink answers label k with k times the mean of the glyph (0 to 1): every output is known.
embedded has a second output of the same size, all values the mean.
"""

import tempfile
from pathlib import Path

import numpy as np
import tensorflow as tf

HERE = Path(__file__).parent
GLYPH = (28, 28, 1)


def mean_ink(shape: tuple[int, ...]) -> tf.keras.Model:
    """Mean of the input times 0, 1 ... 10, as a global average and a dense layer."""
    picture = tf.keras.Input(shape)
    mean = tf.keras.layers.GlobalAveragePooling2D()(picture)
    dense = tf.keras.layers.Dense(11, use_bias=False)
    model = tf.keras.Model(picture, dense(mean))
    weights = np.tile(np.arange(11, dtype=np.float32), (shape[-1], 1)) / shape[-1]
    dense.set_weights([weights])
    return model


def embedded() -> tf.keras.Model:
    """As mean_ink, with the outputs named."""
    picture = tf.keras.Input(GLYPH)
    mean = tf.keras.layers.GlobalAveragePooling2D()(picture)
    embedding = tf.keras.layers.Dense(11, use_bias=False)
    logits = tf.keras.layers.Dense(11, use_bias=False)
    repeated = embedding(mean)
    model = tf.keras.Model(picture, {"logits": logits(repeated), "embedding": repeated})
    embedding.set_weights([np.ones((1, 11), np.float32)])
    logits.set_weights([np.diag(np.arange(11, dtype=np.float32))])
    return model


def convert(name: str, model: tf.keras.Model, inputs: tf.DType, outputs: tf.DType) -> None:
    """Write one model, int8 inside."""
    shape = model.input_shape[1:]

    def samples():
        for level in np.linspace(0, 1, 256, dtype=np.float32):
            yield [np.full((1, *shape), level, np.float32)]

    with tempfile.TemporaryDirectory() as folder:
        model.export(folder, verbose=False)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = samples
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = inputs
        converter.inference_output_type = outputs
        (HERE / f"{name}.tflite").write_bytes(converter.convert())


if __name__ == "__main__":
    convert("mean_ink", mean_ink(GLYPH), tf.uint8, tf.int8)
    convert("mean_ink_uint8", mean_ink(GLYPH), tf.uint8, tf.uint8)
    convert("mean_ink_float", mean_ink(GLYPH), tf.uint8, tf.float32)
    convert("colour", mean_ink((32, 32, 3)), tf.uint8, tf.int8)
    convert("float_input", mean_ink(GLYPH), tf.float32, tf.float32)
    convert("embedded", embedded(), tf.uint8, tf.int8)
