"""Render pages of print: text, titles, screens, keyboards, and forms with written numbers."""

import numpy as np

from camdigits.values import GrayImage
from train.data.by_writer import Person
from train.simulate.kinds.capture import Light, look_at, photograph
from train.simulate.kinds.draft import Draft, Plane, labelled
from train.simulate.kinds.material import Material
from train.simulate.kinds.printed import (
    keyboard,
    print_block,
    print_with_digits,
    screen,
    sentence,
)
from train.simulate.kinds.rulings import frame_box, rule_table, ruled_box
from train.simulate.kinds.sheets import random_size
from train.simulate.kinds.writing import CLEAR, random_digit, style_of, tally, write_number
from train.simulate.rendered import Page
from train.simulate.strings import StringStyle
from train.simulate.words import Letters


def text(name: str, material: Material, rng: np.random.Generator) -> Page:
    """Lines of a book or a letter."""
    size = random_size(rng)
    draft = material.draft(size, rng)
    font = float(np.exp(rng.uniform(np.log(13), np.log(44))))
    box = 0.07 * size[0], 0.06 * size[1], 0.86 * size[0], rng.uniform(0.4, 0.88) * size[1]
    print_block(draft, material.faces, box, font, rng)
    scene, _ = look_at(draft, rng)
    picture = photograph(scene, rng) if rng.random() < 0.7 else _flat(draft.seen())
    return labelled(name, "print", picture, draft)


def titles(name: str, material: Material, rng: np.random.Generator) -> Page:
    """A few large words: a title, a label, a sign."""
    size = random_size(rng)
    draft = material.draft(size, rng)
    top = 0.08 * size[1]
    for _ in range(int(rng.integers(1, 5))):
        font = size[1] * rng.uniform(0.06, 0.22)
        box = 0.06 * size[0], top, 0.9 * size[0], font * 1.02
        print_block(draft, material.faces, box, font, rng)
        top += font * rng.uniform(1.3, 2.2)
    scene, _ = look_at(draft, rng)
    return labelled(name, "titles", photograph(scene, rng), draft)


def screenshot(name: str, material: Material, rng: np.random.Generator) -> Page:
    """A window with bars, buttons and texts."""
    size = random_size(rng)
    draft = material.draft(size, rng)
    screen(draft, material.faces, rng)
    return labelled(name, "screenshot", _flat(draft.seen()), draft)


def keys(name: str, material: Material, rng: np.random.Generator) -> Page:
    """A keyboard without its row of digits."""
    size = random_size(rng)
    draft = material.draft(size, rng)
    keyboard(draft, material.faces, rng)
    scene, _ = look_at(draft, rng)
    return labelled(name, "keyboard", photograph(scene, rng), draft)


def mixed(name: str, material: Material, rng: np.random.Generator) -> Page:
    """A form: printed labels with numbers written behind or below them."""
    size = random_size(rng)
    draft = material.draft(size, rng)
    person = material.writer(rng)
    font = max(13.0, size[1] * rng.uniform(0.022, 0.045))
    height = font * rng.uniform(1.1, 2.2)
    style = style_of(height, rng)
    top = 0.05 * size[1]
    print_block(
        draft, material.faces, (0.06 * size[0], top, 0.8 * size[0], 2.1 * font), font * 1.7, rng
    )
    top += 3 * font
    while top + 2.4 * height < size[1] * 0.96:
        level = rng.uniform(10, 110)
        wide = rng.uniform(0.12, 0.3) * size[0]
        box = 0.06 * size[0], top + height - font, wide, 1.02 * font
        print_block(draft, material.faces, box, font, rng, level)
        x = 0.06 * size[0] + wide + rng.uniform(0.6, 2) * height
        if rng.random() < 0.6:
            end = x + rng.uniform(3, 8) * height
            low = round(top + height * 1.12)
            draft.ground[low : low + 2, round(x) - 8 : round(end)] *= np.float32(
                rng.uniform(0.2, 0.8)
            )
        if rng.random() < 0.85:
            write_number(draft, person, style, (x, top), int(rng.integers(1, 7)), rng)
        top += height * rng.uniform(1.7, 2.6)
    scene, view = look_at(draft, rng)
    return labelled(name, "mixed-print", photograph(scene, rng), draft, view)


def _flat(seen: Plane) -> GrayImage:
    return np.asarray(np.clip(seen, 0, 255), np.uint8)


def receipt(name: str, material: Material, rng: np.random.Generator) -> Page:
    """Printed lines with words and numbers: a bill, a timetable, a label."""
    size = random_size(rng)
    draft = material.draft(size, rng)
    face = material.faces[int(rng.integers(len(material.faces)))]
    font = round(float(np.exp(rng.uniform(np.log(15), np.log(48)))))
    level = rng.uniform(10, 90)
    top, column = 0.05 * size[1], rng.uniform(0.35, 0.6) * size[0]
    while top + 1.4 * font < size[1] * 0.95:
        words = sentence(int(rng.integers(1, 4)), rng)
        number = str(int(rng.integers(0, 10 ** int(rng.integers(1, 7)))))
        if rng.random() < 0.4:
            number += rng.choice([".", ",", ":"]) + f"{int(rng.integers(100)):02}"
        if rng.random() < 0.35:
            text = f"{words} {number} {sentence(1, rng)}"
            print_with_digits(draft, text, face, font, (0.05 * size[0], top), level)
        else:
            end = print_with_digits(draft, words, face, font, (0.05 * size[0], top), level)
            at = max(end + font, column)
            print_with_digits(draft, number, face, font, (at, top), level)
        top += font * rng.uniform(1.2, 1.9)
    scene, view = look_at(draft, rng)
    picture = photograph(scene, rng)
    return labelled(name, "receipt", picture, draft, view)


def puzzle(name: str, material: Material, rng: np.random.Generator) -> Page:
    """A printed grid with printed and written digits, and text beside it."""
    size = random_size(rng)
    draft = material.draft(size, rng)
    side = min(size) * rng.uniform(0.6, 0.9)
    cells = int(rng.choice([4, 6, 9, 9, 9]))
    cell = side / cells
    x, y = rng.uniform(0.03, 0.3) * (size[0] - side), rng.uniform(0.1, 0.9) * (size[1] - side)
    ruled_box(draft, (x, y, side, side), cells, rng)
    face = material.faces[int(rng.integers(len(material.faces)))]
    font, level = round(0.72 * cell * rng.uniform(0.75, 1.05)), rng.uniform(10, 90)
    person = material.writer(rng)
    style = style_of(cell * rng.uniform(0.45, 0.7), rng)
    for row in range(cells):
        for column in range(cells):
            at = x + column * cell, y + row * cell
            kind = rng.random()
            if kind < 0.4:
                digit = str(int(rng.integers(1, 10)))
                place = at[0] + 0.3 * cell, at[1] + 0.5 * (cell - 1.2 * font)
                print_with_digits(draft, digit, face, font, place, level)
            elif kind < 0.7:
                top = at[1] + rng.uniform(0.15, 0.25) * cell
                write_number(draft, person, style, (at[0] + 0.25 * cell, top), 1, rng)
    beside = x + side + 0.05 * size[0]
    if beside < 0.75 * size[0]:
        box = beside, y, 0.97 * size[0] - beside, 0.8 * side
        print_block(draft, material.faces, box, max(10.0, 0.3 * cell), rng)
    scene, view = look_at(draft, rng)
    return labelled(name, "puzzle", photograph(scene, rng), draft, view)


def form(name: str, material: Material, rng: np.random.Generator) -> Page:
    """A form: boxes with one character each, or wide ones, and written capitals beside digits."""
    size = random_size(rng)
    draft = material.draft(size, rng)
    person, letters = material.writer(rng), material.letter_writer(rng)
    cell = max(24.0, size[1] * rng.uniform(0.035, 0.07))
    style = style_of(cell * rng.uniform(0.55, 0.8), rng)
    font, top = max(12.0, 0.45 * cell), 0.04 * size[1]
    level = rng.uniform(10, 100)
    while top + 2.4 * cell < 0.97 * size[1]:
        x = 0.05 * size[0]
        while x + 4 * cell < 0.95 * size[0]:
            width = rng.uniform(2, 6) * cell
            print_block(draft, material.faces, (x, top, width, 1.05 * font), font, rng, level)
            box = x, top + 1.3 * font, width, cell
            x = max(x + width, _field(draft, person, letters, style, box, rng)) + cell
        top += 1.3 * font + cell * rng.uniform(1.3, 1.8)
    scene, view = look_at(draft, rng)
    return labelled(name, "form", photograph(scene, rng), draft, view)


def _field(
    draft: Draft,
    person: Person,
    letters: Letters,
    style: StringStyle,
    box: tuple[float, float, float, float],
    rng: np.random.Generator,
) -> float:
    """Draw one field with a number, a word or nothing in it; return its right edge."""
    x, y, width, cell = box
    count = max(1, round(width / cell))
    is_comb, kind = rng.random() < 0.6, rng.random()
    frame_box(draft, (x, y, count * cell, cell), count if is_comb else 1, rng)
    inside = y + 0.5 * (cell - style.height_px)
    if kind < 0.3 or count < 2:
        return x + count * cell
    if kind < 0.55:
        capitals = [each for each in letters.draws if each in CLEAR and each.isupper()]
        for place in range(int(rng.integers(1, count + 1)) if capitals else 0):
            draws = letters.draws[str(rng.choice(capitals))]
            shape = draws[int(rng.integers(len(draws)))](style, rng)
            draft.draw(shape, round(x + (place + 0.2) * cell), round(inside))
        return x + count * cell
    if not is_comb:
        write_number(draft, person, style, (x + 0.2 * cell, inside), max(1, count - 1), rng)
        return x + count * cell
    for place in range(int(rng.integers(1, count + 1))):
        label, shape = random_digit(person, style, rng)
        left = x + place * cell + 0.5 * (cell - shape.shape[1])
        if shape.shape[1] < 1.1 * cell and draft.fits(shape, left, inside):
            draft.write(label, shape, round(left), round(inside))
    return x + count * cell


def ledger(name: str, material: Material, rng: np.random.Generator) -> Page:
    """A printed table: text in the first columns, written numbers or single digits in others."""
    size = random_size(rng)
    draft = material.draft(size, rng)
    person, level = material.writer(rng), rng.uniform(10, 110)
    rows, columns = int(rng.integers(4, 16)), int(rng.integers(3, 9))
    x, y = 0.05 * size[0], 0.1 * size[1]
    width, height = 0.9 * size[0], 0.85 * size[1] * rng.uniform(0.5, 1)
    row_px = height / rows
    texts = int(rng.integers(1, columns - 1))
    shares = np.where(np.arange(columns) < texts, 3.0, 1.0)
    shares[texts:] *= rng.choice([0.5, 1.0, 2.0])
    edges = x + width * np.concatenate([[0], np.cumsum(shares) / shares.sum()])
    rule_table(draft, edges, y + row_px * np.arange(rows + 1), rng)
    font = float(np.clip(0.5 * row_px * rng.uniform(0.6, 1.1), 9, 40))
    print_block(draft, material.faces, (x, 0.03 * size[1], width, 1.3 * font), 1.3 * font, rng)
    style = style_of(max(13.0, row_px * rng.uniform(0.45, 0.7)), rng)
    filled = rng.choice([0.15, 0.4, 0.8])
    for row in range(rows):
        top = y + row * row_px
        for column in range(columns):
            left, cell = edges[column], edges[column + 1] - edges[column]
            if column < texts or row == 0:
                box = left + 4, top + 0.5 * (row_px - font), cell - 8, 1.02 * font
                if rng.random() < 0.8:
                    print_block(draft, material.faces, box, font, rng, level)
            elif rng.random() < filled:
                most = max(1, int(cell / style.height_px))
                at = left + 0.15 * cell, top + 0.5 * (row_px - style.height_px)
                if rng.random() < 0.2:
                    shape = tally(style, rng)
                    if shape.shape[1] < 0.8 * cell:
                        draft.draw(shape, round(at[0]), round(at[1]))
                    continue
                write_number(draft, person, style, at, int(rng.integers(1, most + 1)), rng)
    scene, view = look_at(draft, rng)
    picture = photograph(scene, rng, Light(blur_px=(0.3, 1.3)))
    return labelled(name, "ledger", picture, draft, view)
