"""Render boards and sheets of mathematics: matrices in brackets, formulas, chalk."""

from dataclasses import replace

import numpy as np

from train.simulate.kinds.capture import Light, look_at, photograph
from train.simulate.kinds.draft import labelled
from train.simulate.kinds.material import Material
from train.simulate.kinds.sheets import random_size
from train.simulate.kinds.writing import (
    bracket,
    style_of,
    write_matrix,
    write_number,
    write_rows,
    write_word,
)
from train.simulate.rendered import Page


def matrices(name: str, material: Material, rng: np.random.Generator) -> Page:
    """Columns of digits inside tall brackets, and digits beside long strokes."""
    size = random_size(rng)
    draft = material.draft(size, rng)
    person = material.writer(rng)
    height = rng.uniform(20, 60)
    style = style_of(height, rng)
    top = 0.06 * size[1]
    while top + 2.6 * height < size[1] * 0.95:
        x, low = 0.04 * size[0] + rng.uniform(0, height), top
        rows = int(rng.integers(2, 5))
        if top + rows * 1.7 * height > size[1] * 0.97:
            break
        while x + 4 * height < size[0] * 0.95:
            if rng.random() < 0.75:
                shape = rows, int(rng.integers(1, 4))
                x, bottom = write_matrix(draft, person, style, (x, top), shape, rng)
                low = max(low, bottom)
            else:
                stroke = bracket(rng.uniform(1.5, 3) * height, style.pen * height, "|", rng)
                draft.draw(stroke, round(x), round(top))
                x = write_number(
                    draft,
                    person,
                    style,
                    (x + rng.uniform(0.1, 0.4) * height, top + height),
                    2,
                    rng,
                )
                low = max(low, top + 2 * height)
            x += rng.uniform(0.4, 1.5) * height
        top = max(low, top + height) + rng.uniform(0.6, 1.2) * height
    scene, view = look_at(draft, rng)
    return labelled(name, "matrix", photograph(scene, rng), draft, view)


def board(name: str, material: Material, rng: np.random.Generator) -> Page:
    """A whiteboard or blackboard with many digits between letters."""
    size = random_size(rng)
    draft = material.draft(size, rng)
    if rng.random() < 0.5:
        draft.ground += np.float32(rng.uniform(30, 70)) - draft.ground
        draft.pen = rng.uniform(150, 235)
    height = (0.035 * size[1], 0.08 * size[1])
    write_rows(
        draft,
        material.writer(rng),
        rng,
        (max(17.0, height[0]), max(18.0, height[1])),
        letters=material.letter_writer(rng),
        max_rows=14,
        pitch=max(17.0, height[1]) * rng.uniform(1.2, 1.6),
    )
    style = replace(style_of(0.06 * size[1], rng), unevenness=0.1)
    write_word(draft, material.letter_writer(rng), style, (0.6 * size[0], 0.9 * size[1]), rng)
    scene, view = look_at(draft, rng)
    picture = photograph(scene, rng, Light(falloff=0.5, blur_px=(0.5, 1.3)))
    return labelled(name, "board", picture, draft, view)
