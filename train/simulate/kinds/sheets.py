"""Render sheets of paper: on a surface, ruled, squared, with a table, with loose strokes."""

from dataclasses import replace

import numpy as np

from camdigits.image import cv2
from train.simulate.kinds.capture import Light, lay_on, look_at, photograph
from train.simulate.kinds.draft import Draft, labelled
from train.simulate.kinds.material import Material
from train.simulate.kinds.rulings import drawn_table, fold, rule_lines, square_grid
from train.simulate.kinds.writing import (
    loose,
    style_of,
    write_joined,
    write_number,
    write_rows,
)
from train.simulate.rendered import Page

SIZES = (640, 480), (800, 600), (1280, 720), (960, 1280), (1440, 1080)


def random_size(rng: np.random.Generator) -> tuple[int, int]:
    """Choose the size of a picture."""
    return SIZES[int(rng.integers(len(SIZES)))]


def on_surface(name: str, material: Material, rng: np.random.Generator) -> Page:
    """A sheet on carpet, stone, wood, cloth, leaves or a plain table."""
    size = random_size(rng)
    shape = [(1.0, 1.41), (1.41, 1.0), (1.6, 0.7), (1.0, 1.0)][int(rng.integers(4))]
    unit = min(size[0] / shape[0], size[1] / shape[1])
    draft = material.draft((round(unit * shape[0]), round(unit * shape[1])), rng)
    if rng.random() < 0.3:
        rule_lines(draft, unit * rng.uniform(0.05, 0.12), rng, abs(rng.normal(0, 0.01)))
    heights = max(16.0, 0.04 * unit), 0.14 * unit
    write_rows(draft, material.writer(rng), rng, heights)
    scene, view = lay_on(material.surface(size, rng), draft, rng, (0.55, 0.95))
    picture = photograph(scene, rng, Light(blur_px=(0.3, 0.8)))
    return labelled(name, "desk", picture, draft, view)


def few(name: str, material: Material, rng: np.random.Generator) -> Page:
    """One to five digits on a page that is empty otherwise."""
    size = random_size(rng)
    draft = material.draft(size, rng)
    person = material.writer(rng)
    style = style_of(float(np.exp(rng.uniform(np.log(18), np.log(0.5 * size[1])))), rng)
    for _ in range(int(rng.integers(1, 3))):
        at = rng.uniform(0.05, 0.7) * size[0], rng.uniform(0.05, 0.6) * size[1]
        covered = draft.sheet.cover[round(at[1]) :, round(at[0]) :][: round(style.height_px * 1.3)]
        if not covered.any():
            write_number(draft, person, style, at, int(rng.integers(1, 4)), rng)
    if not draft.sheet.digits:
        write_number(draft, person, style, (0.1 * size[0], 0.1 * size[1]), 1, rng)
    scene, view = look_at(draft, rng)
    return labelled(name, "few", photograph(scene, rng), draft, view)


def joined(name: str, material: Material, rng: np.random.Generator) -> Page:
    """Numbers whose digits touch or nearly touch."""
    size = random_size(rng)
    draft = material.draft(size, rng)
    person = material.writer(rng)
    height = float(np.exp(rng.uniform(np.log(20), np.log(90))))
    if rng.random() < 0.3:
        rule_lines(draft, height * rng.uniform(1.5, 2.5), rng, abs(rng.normal(0, 0.006)))
    style = style_of(height, rng)
    closeness = (-0.08, float(rng.choice([0.02, 0.1, 0.25])))
    top = 0.05 * size[1]
    while top + 1.5 * height < 0.96 * size[1]:
        x = 0.05 * size[0] + rng.uniform(0, height)
        while x + height < 0.95 * size[0]:
            x = write_joined(draft, person, replace(style, closeness=closeness), (x, top), rng)
            x += rng.uniform(0.8, 2) * height
        top += height * rng.uniform(1.5, 2.4)
    scene, view = look_at(draft, rng)
    return labelled(name, "joined", photograph(scene, rng), draft, view)


def bare_surface(name: str, material: Material, rng: np.random.Generator) -> Page:
    """No sheet and no digit: only what lies on a desk."""
    size = random_size(rng)
    draft = material.draft(size, rng)
    picture = photograph(material.surface(size, rng), rng)
    return labelled(name, "surface", picture, draft)


def notebook(name: str, material: Material, rng: np.random.Generator) -> Page:
    """Rules, straight or bent, on which digits stand or which they cross."""
    size = random_size(rng)
    draft = material.draft(size, rng)
    height = float(np.exp(rng.uniform(np.log(18), np.log(70))))
    pitch = height * rng.uniform(0.8, 2.2)
    rule_lines(draft, pitch, rng, float(np.clip(rng.normal(0, 0.012), -0.03, 0.03)))
    if rng.random() < 0.3:
        fold(draft, rng)
    rows = pitch * np.ceil(1.25 * height / pitch)
    write_rows(draft, material.writer(rng), rng, (height, height), pitch=rows)
    scene, view = look_at(draft, rng)
    picture = photograph(scene, rng)
    if rng.random() < 0.2 and material.sideways:
        return _sideways(name, "notebook", draft, picture, view, rng)
    return labelled(name, "notebook", picture, draft, view)


def squared(name: str, material: Material, rng: np.random.Generator) -> Page:
    """Squares from a quarter of a digit's height to twice it."""
    size = random_size(rng)
    draft = material.draft(size, rng)
    height = float(np.exp(rng.uniform(np.log(20), np.log(80))))
    pitch = max(9.0, height * float(np.exp(rng.uniform(np.log(0.25), np.log(1.8)))))
    square_grid(draft, pitch, rng, rng.random() < 0.4)
    write_rows(draft, material.writer(rng), rng, (height, height))
    scene, view = look_at(draft, rng)
    picture = photograph(scene, rng)
    if rng.random() < 0.15 and material.sideways:
        return _sideways(name, "squared", draft, picture, view, rng)
    return labelled(name, "squared", picture, draft, view)


def table(name: str, material: Material, rng: np.random.Generator) -> Page:
    """A table drawn by hand with numbers in its cells."""
    size = random_size(rng)
    draft = material.draft(size, rng)
    columns, rows = int(rng.integers(2, 7)), int(rng.integers(2, 8))
    width, height = round(size[0] * rng.uniform(0.6, 0.9)), round(size[1] * rng.uniform(0.5, 0.9))
    x, y = (size[0] - width) // 2, (size[1] - height) // 2
    drawn_table(draft, (x, y, width, height), (columns, rows), rng)
    cell = width / columns, height / rows
    digit = float(np.clip(cell[1] * rng.uniform(0.35, 0.65), 14, cell[0] * 0.8))
    person, style = material.writer(rng), style_of(digit, rng)
    most = max(1, int(cell[0] / (0.95 * digit)) - 1)
    for row in range(rows):
        for column in range(columns):
            if rng.random() < 0.75:
                at = x + (column + 0.12) * cell[0], y + row * cell[1] + 0.5 * (cell[1] - digit)
                write_number(draft, person, style, at, int(rng.integers(1, most + 1)), rng)
    scene, view = look_at(draft, rng)
    return labelled(name, "table", photograph(scene, rng), draft, view)


def loose_strokes(name: str, material: Material, rng: np.random.Generator) -> Page:
    """Digits of several strokes that do not meet, among others."""
    size = random_size(rng)
    draft = material.draft(size, rng)
    pens = [person for person in material.people if person.strokes]
    person = pens[int(rng.integers(len(pens)))]
    height = rng.uniform(24, 90)
    style = style_of(height, rng)
    top = 0.06 * size[1]
    while top + height < size[1] * 0.95:
        x = 0.05 * size[0]
        while x < size[0] * 0.92 - height:
            index = int(rng.integers(len(person.labels)))
            shape = loose(person, index, height, rng)
            if shape is None:
                x = write_number(draft, person, style, (x, top), 1, rng) + 0.6 * height
                continue
            if not draft.fits(shape, x, top):
                break
            draft.write(int(person.labels[index]), shape, round(x), round(top))
            x += shape.shape[1] + rng.uniform(0.3, 0.9) * height
        top += height * rng.uniform(1.5, 2.2)
    scene, view = look_at(draft, rng)
    return labelled(name, "loose", photograph(scene, rng), draft, view)


def large(name: str, material: Material, rng: np.random.Generator) -> Page:
    """A phone's photo at full size: the writing is much larger than needed, or small."""
    size = (3200, 2400) if rng.random() < 0.5 else (2400, 3200)
    draft = material.draft(size, rng)
    if rng.random() < 0.5:
        rule_lines(draft, rng.uniform(70, 200), rng, abs(rng.normal(0, 0.006)))
    write_rows(draft, material.writer(rng), rng, (34.0, 260.0), max_rows=14)
    scene, view = look_at(draft, rng)
    picture = photograph(scene, rng, Light(blur_px=(0.8, 2.2), noise=(2.0, 7.0)))
    return labelled(name, "large", picture, draft, view)


def _sideways(
    name: str,
    kind: str,
    draft: Draft,
    picture: np.ndarray,
    view: np.ndarray,
    rng: np.random.Generator,
) -> Page:
    """Rotate the picture by 90 or 270 degrees clockwise."""
    height, width = picture.shape
    if rng.random() < 0.5:
        turned = cv2.rotate(picture, cv2.ROTATE_90_CLOCKWISE)
        matrix = np.array([[0, -1, height], [1, 0, 0], [0, 0, 1]], np.float64)
    else:
        turned = cv2.rotate(picture, cv2.ROTATE_90_COUNTERCLOCKWISE)
        matrix = np.array([[0, 1, 0], [-1, 0, width], [0, 0, 1]], np.float64)
    return labelled(name, kind, np.asarray(turned, np.uint8), draft, matrix @ view)
