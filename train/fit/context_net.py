"""Train the context net: whether a region is a digit, given what is around it.

    python -m train graphs runs/graphs-1.npz --seed 1
    python -m train graphs runs/graphs-turned.npz --seed 2 --turned
    python -m train graphs runs/graphs-dev.npz --part dev --count 8
    python -m train fit-context runs/graphs-1.npz runs/graphs-turned.npz --dev runs/graphs-dev.npz

The network is that of `camdigits.recognize.context_net`, written again for TensorFlow. Pages are
concatenated to a batch, so that no page is padded.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from camdigits.geometry import BARE_STROKE_ASPECT
from camdigits.recognize.context_features import (
    ASPECT_COLUMN,
    EDGE_FEATURES,
    NEIGHBOURS,
    NODE_FEATURES,
    ODDS_COLUMN,
    ODDS_SCALE,
    SIZE_COLUMN,
)
from camdigits.recognize.context_net import (
    BARE_EVIDENCE,
    EVIDENCE,
    EVIDENCE_PER_CLUTTER,
    ROUNDS,
    USUAL_CLUTTER,
    ContextNet,
    load_context_net,
)
from train.errors import DataError
from train.simulate.graphs import (
    DIGIT,
    JOINED,
    NO_SIDE,
    OTHER,
    TURNED,
    UNKNOWN,
    LabelledGraph,
    load_graphs,
)

OUTPUTS = 3  # not one digit; no digit at all; the page is turned
Array = npt.NDArray[np.float32]
Batch = tuple[Array, npt.NDArray[np.int32], Array, Array, Array, Array]


@dataclass(frozen=True, slots=True)
class ContextSettings:
    """How the context net is trained; all values are chosen."""

    hidden: int = 24  # features of a region
    epochs: int = 26
    batch: int = 16  # pages
    rate: float = 2e-3  # of Adam at the start; it falls to 0 as a cosine
    decay: float = 1e-5  # weight of the squared weights
    noise: float = 0.03  # standard deviation added to the features
    size_noise: float = 0.2  # the same for the size, one value per page
    dropped: float = 0.08  # share of the neighbours that are hidden
    page_regions: int = 30  # a page with more regions counts less per region
    seed: int = 0


def fit_context(
    files: Sequence[Path],
    dev: Path,
    out: Path,
    settings: ContextSettings = ContextSettings(),
    report: Callable[[str], None] = print,
) -> None:
    """Train on pages and write the weights.

    Args:
        files: of `train graphs`.
        dev: pages by other writers, measured after some epochs.
        out: path of the weights (.npz).
        settings: of the training.
        report: receives the measurements.

    Raises:
        DataError: a file is missing, or `out` cannot be written.
    """
    import tensorflow as tf

    pages = [each for file in files for each in load_graphs(file)]
    others = load_graphs(dev)
    rng = np.random.default_rng(settings.seed)
    weights = {name: tf.Variable(value) for name, value in _start(settings.hidden, rng).items()}
    step, optimizer = _step(weights, settings)
    for epoch in range(settings.epochs):
        part = 0.5 * (1 + np.cos(np.pi * epoch / settings.epochs))
        optimizer.learning_rate.assign(settings.rate * part + 1e-5)
        order = rng.permutation(len(pages))
        losses = [
            float(step(*_batch([pages[row] for row in rows], settings, rng)))
            for rows in np.array_split(order, max(1, len(order) // settings.batch))
        ]
        if epoch % 4 == 3 or epoch == settings.epochs - 1:
            _save(out, {name: value.numpy() for name, value in weights.items()})
            figures = measure(load_context_net(out), others)
            report(f"epoch {epoch + 1}: loss {np.mean(losses):.4f}, {figures}")


def measure(net: ContextNet, pages: Sequence[LabelledGraph], limit: float = 0.2) -> str:
    """Count the digits that are kept, and the others, if "none" has less than `limit`."""
    kept, digits, false, others = 0, 0, 0, 0
    for page in pages:
        none = 1 / (1 + np.exp(-net.logits(page.graph)[:, 0]))
        kept += int(np.sum((page.kinds == DIGIT) & (none < limit)))
        digits += int(np.sum(page.kinds == DIGIT))
        false += int(np.sum((page.kinds == OTHER) & (none < limit)))
        others += int(np.sum(page.kinds == OTHER))
    return f"digits kept {kept} of {digits}, others kept {false} of {others}"


def _start(hidden: int, rng: np.random.Generator) -> dict[str, Array]:
    """Return random weights (He et al., "Delving deep into rectifiers", ICCV 2015)."""

    def random(rows: int, columns: int, scale: float = 1.0) -> Array:
        values = rng.normal(0, scale * np.sqrt(2 / rows), (rows, columns))
        return np.asarray(values, np.float32)

    weights = {"in_w": random(NODE_FEATURES, hidden), "in_b": np.zeros(hidden, np.float32)}
    for step in range(1, ROUNDS + 1):
        weights |= {
            f"own{step}": random(hidden, hidden, 0.7),
            f"other{step}": random(hidden, hidden, 0.7),
            f"edge{step}": random(EDGE_FEATURES, hidden, 0.7),
            f"msg_b{step}": np.zeros(hidden, np.float32),
            f"up{step}": random(3 * hidden, hidden),
            f"up_b{step}": np.zeros(hidden, np.float32),
        }
    weights |= {
        "out_w": random(hidden, OUTPUTS, 0.3),
        "skip": np.zeros((NODE_FEATURES, OUTPUTS), np.float32),
        "out_b": np.zeros(OUTPUTS, np.float32),
    }
    weights["skip"][0, 1] = 2.0
    return weights


def _forward(tf: Any, own: Any, nodes: Any, neighbours: Any, present: Any, edges: Any) -> Any:
    """Return (N, OUTPUTS) logits, as `ContextNet.logits` does."""
    state = tf.nn.relu(nodes @ own["in_w"] + own["in_b"])
    mask = present[..., None]
    count = tf.maximum(tf.reduce_sum(present, 1, keepdims=True), 1.0)
    for step in range(1, ROUNDS + 1):
        message = (state @ own[f"own{step}"] + own[f"msg_b{step}"])[:, None]
        message += tf.gather(state @ own[f"other{step}"], neighbours)
        message += tf.tensordot(edges, own[f"edge{step}"], 1)
        message = tf.nn.relu(message) * mask
        gathered = [state, tf.reduce_sum(message, 1) / count, tf.reduce_max(message, 1)]
        new = tf.concat(gathered, 1) @ own[f"up{step}"] + own[f"up_b{step}"]
        state = state + tf.nn.relu(new)
    logits = state @ own["out_w"] + nodes @ own["skip"] + own["out_b"]
    strange = tf.cast(tf.gather(nodes[:, ODDS_COLUMN], neighbours) > 0, tf.float32) * present
    clutter = tf.reduce_sum(strange, 1) / count[:, 0]
    bound = EVIDENCE + EVIDENCE_PER_CLUTTER * tf.maximum(clutter - USUAL_CLUTTER, 0.0)
    is_bare = nodes[:, ASPECT_COLUMN] < float(np.log(BARE_STROKE_ASPECT))
    bound = tf.where(is_bare, BARE_EVIDENCE * bound, bound)
    alone = ODDS_SCALE * nodes[:, ODDS_COLUMN] + bound * tf.tanh(logits[:, 0] / bound)
    return tf.concat([alone[:, None], logits[:, 1:]], 1)


def _step(weights: dict[str, Any], settings: ContextSettings) -> tuple[Any, Any]:
    """Return the function that learns from one batch, and its optimizer."""
    import tensorflow as tf

    optimizer = tf.keras.optimizers.Adam(settings.rate)
    variables = list(weights.values())

    @tf.function(  # type: ignore[untyped-decorator]
        input_signature=[
            tf.TensorSpec((None, NODE_FEATURES)),
            tf.TensorSpec((None, NEIGHBOURS), tf.int32),
            tf.TensorSpec((None, NEIGHBOURS)),
            tf.TensorSpec((None, NEIGHBOURS, EDGE_FEATURES)),
            tf.TensorSpec((None, OUTPUTS)),
            tf.TensorSpec((None, OUTPUTS)),
        ]
    )
    def step(
        nodes: Any, neighbours: Any, present: Any, edges: Any, wanted: Any, weight: Any
    ) -> Any:
        with tf.GradientTape() as tape:
            logits = _forward(tf, weights, nodes, neighbours, present, edges)
            losses = tf.nn.sigmoid_cross_entropy_with_logits(wanted, logits)
            loss = tf.reduce_sum(weight * losses) / tf.reduce_sum(weight)
            squares = tf.add_n([tf.reduce_sum(each * each) for each in variables])
            total = loss + settings.decay * squares
        optimizer.apply_gradients(zip(tape.gradient(total, variables), variables, strict=True))
        return loss

    return step, optimizer


def _batch(
    pages: Sequence[LabelledGraph], settings: ContextSettings, rng: np.random.Generator
) -> Batch:
    """Concatenate pages; their features are varied, and some neighbours hidden."""
    columns: list[list[npt.NDArray[Any]]] = [[], [], [], [], [], []]
    start = 0
    for page in pages:
        graph, count = page.graph, len(page.kinds)
        nodes = graph.nodes + rng.normal(0, settings.noise, graph.nodes.shape)
        nodes[:, SIZE_COLUMN] += rng.normal(0, settings.size_noise)
        nodes[:, ODDS_COLUMN] = graph.nodes[:, ODDS_COLUMN]
        nodes[:, ODDS_COLUMN] += rng.normal(0, 2 * settings.noise, count)
        present = graph.present * (rng.random(graph.present.shape) >= settings.dropped)
        is_turned = np.full(count, page.side == TURNED)
        wanted = np.stack([page.kinds != DIGIT, page.kinds == OTHER, is_turned], axis=1)
        known = page.kinds != UNKNOWN
        weight = np.stack(
            [
                np.where(page.kinds >= JOINED, 0.5, 1.0) * known,
                0.5 * known,
                np.full(count, 0.0 if page.side == NO_SIDE else 0.3),
            ],
            axis=1,
        ) * min(1.0, np.sqrt(settings.page_regions / count))
        edges = graph.edges * present[..., None]
        for column, values in zip(
            columns, (nodes, graph.neighbours + start, present, edges, wanted, weight), strict=True
        ):
            column.append(values)
        start += count
    nodes, neighbours, *rest = (np.concatenate(each) for each in columns)
    others = [each.astype(np.float32) for each in rest]
    return nodes.astype(np.float32), neighbours.astype(np.int32), *others  # type: ignore[return-value]


def _save(out: Path, weights: dict[str, Array]) -> None:
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(out, **weights)  # type: ignore[arg-type]
    except OSError as error:
        raise DataError(f"cannot write {out}: {error}; free some space") from error
