"""Build the training loss: cross-entropy with the labels, and distillation from teachers.

Teachers are nets trained on the same glyphs. Their mean prediction says how similar a glyph is to
each label, and outweighs wrong labels: Hinton, Vinyals and Dean, "Distilling the knowledge in a
neural network", 2015. They see each glyph with the same warp as the student: Beyer et al.,
"Knowledge distillation: a good teacher is patient and consistent", CVPR 2022.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from train.fit.nets import load_tensorflow
from train.fit.run import load_model

TEACHER_WEIGHT = 0.7  # weight of the teachers' loss; the labels have the rest (chosen)
DISTILL_TEMPERATURE = 2.0  # makes small probabilities count too (chosen)
Loss = Callable[[Any, Any, Any], Any]  # images, labels, logits -> scalar


def loss_of(noise: float, teachers: Sequence[str] = ()) -> Loss:
    """Build the loss of a run.

    Args:
        noise: label smoothing, the share of labels assumed to be wrong.
        teachers: runs whose mean prediction is learned too.

    Raises:
        DataError: a teacher's run is missing.
    """
    import keras

    tf = load_tensorflow()
    lost = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=noise)
    softly = keras.losses.CategoricalCrossentropy(from_logits=True)
    nets = [load_model(Path(run)) for run in teachers]

    def by_labels(_: Any, labels: Any, logits: Any) -> Any:
        return lost(tf.one_hot(labels, logits.shape[-1]), logits)

    def by_both(images: Any, labels: Any, logits: Any) -> Any:
        answers = [
            tf.nn.softmax(net(images, training=False) / DISTILL_TEMPERATURE) for net in nets
        ]
        # Times DISTILL_TEMPERATURE squared, since its gradients are smaller by that factor.
        taught = DISTILL_TEMPERATURE**2 * softly(
            tf.add_n(answers) / len(answers), logits / DISTILL_TEMPERATURE
        )
        return (1 - TEACHER_WEIGHT) * by_labels(images, labels, logits) + TEACHER_WEIGHT * taught

    return by_both if nets else by_labels
