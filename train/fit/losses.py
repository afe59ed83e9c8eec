"""What a net is told is wrong with its answers: by the labels, and by teachers.

Teachers are nets that learned from the same glyphs. Their mean answer says how like another
label a glyph is, and outvotes a label that is wrong: Hinton, Vinyals and Dean, "Distilling the
knowledge in a neural network", 2015. They see each glyph as it was warped for the pupil: Beyer et
al., "Knowledge distillation: a good teacher is patient and consistent", CVPR 2022.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from train.fit.nets import load_tensorflow
from train.fit.run import load_model

TAUGHT = 0.7  # of the loss is the teachers', the rest the labels'
SOFT = 2.0  # temperature of teachers and pupil: small chances of other labels count too
Loss = Callable[[Any, Any, Any], Any]  # images, labels, logits to a number


def loss_of(noise: float, teachers: Sequence[str] = ()) -> Loss:
    """Build the loss of a run.

    Args:
        noise: share of the labels that are taken for wrong: any other may be right.
        teachers: runs whose mean answer counts too.

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
        answers = [tf.nn.softmax(net(images, training=False) / SOFT) for net in nets]
        # Times SOFT squared: its gradients shrink by as much.
        taught = SOFT**2 * softly(tf.add_n(answers) / len(answers), logits / SOFT)
        return (1 - TAUGHT) * by_labels(images, labels, logits) + TAUGHT * taught

    return by_both if nets else by_labels
