"""Render pictures of drawing apps, and hard captures: one large digit, panels, low light."""

import numpy as np

from camdigits.image import cv2
from camdigits.values import GrayImage
from train.simulate.kinds.capture import Light, look_at, on_screen, photograph
from train.simulate.kinds.draft import Draft, labelled, new_draft
from train.simulate.kinds.material import Material
from train.simulate.kinds.sheets import random_size
from train.simulate.kinds.writing import random_digit, style_of, write_number, write_rows
from train.simulate.rendered import Page


def filled(name: str, material: Material, rng: np.random.Generator) -> Page:
    """One digit, drawn with a thick pen, that fills the picture."""
    height = int(rng.integers(120, 900))
    pens = (0.12, 0.22)
    return _one(name, "filled", material, rng, height, pens, (0.03, 0.16), thick=True)


def thin(name: str, material: Material, rng: np.random.Generator) -> Page:
    """One large digit, or a number of two, drawn with a thin pen."""
    height = int(rng.integers(150, 800))
    length = 1 if rng.random() < 0.6 else 2
    part = (0.08, 0.6)
    return _one(name, "thin", material, rng, height, (0.008, 0.05), part, length=length)


def _one(
    name: str,
    kind: str,
    material: Material,
    rng: np.random.Generator,
    height: int,
    pens: tuple[float, float],
    margins: tuple[float, float],
    length: int = 1,
    thick: bool = False,
) -> Page:
    """Draw one digit or few on a canvas with margins that are shares of their height."""
    person, style = material.writer(rng), style_of(height, rng, pens)
    drawn = [random_digit(person, style, rng) for _ in range(length)]
    if thick:
        drawn = [(label, _thick(shape, rng.uniform(*pens))) for label, shape in drawn]
    gap = 0.25 * height
    sides = [round(rng.uniform(*margins) * height) for _ in range(4)]
    wide = sum(shape.shape[1] for _, shape in drawn) + round(gap * (length - 1))
    tall = max(shape.shape[0] for _, shape in drawn)
    size = max(wide + sides[0] + sides[2], tall // 3), tall + sides[1] + sides[3]
    draft = material.draft(size, rng)
    if rng.random() < 0.25:
        draft.ground += np.float32(rng.uniform(5, 60)) - draft.ground
        draft.pen = rng.uniform(170, 255)
    x = sides[0] + (size[0] - wide - sides[0] - sides[2]) // 2
    for label, shape in drawn:
        draft.write(label, shape, x, sides[1] + tall - shape.shape[0])
        x += shape.shape[1] + round(gap)
    if rng.random() < 0.5:
        return labelled(name, kind, np.clip(draft.seen(), 0, 255).astype(np.uint8), draft)
    picture = photograph(draft.seen(), rng)
    return labelled(name, kind, picture, draft)


def _thick(shape: GrayImage, pen: float) -> GrayImage:
    """Broaden the strokes of a drawing to a share of its height; keep its holes open."""
    height = shape.shape[0]
    mask = np.asarray(shape > 110, np.uint8)
    now = 2 * float(np.quantile(cv2.distanceTransform(mask, cv2.DIST_L2, 3)[mask > 0], 0.9))
    more = round(pen * height - now)
    if more < 2:
        return shape
    room = cv2.copyMakeBorder(shape, more, more, more, more, cv2.BORDER_CONSTANT, value=0)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (more, more))
    out = np.asarray(cv2.dilate(room, kernel), np.uint8)
    holes = _holes(mask)
    if holes and _holes(np.asarray(out > 110, np.uint8)) < holes:
        return shape
    x, y, wide, high = cv2.boundingRect(np.asarray(out > 30, np.uint8))
    return np.ascontiguousarray(out[y : y + high, x : x + wide])


def _holes(mask: GrayImage) -> int:
    framed = cv2.copyMakeBorder(mask, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    contours, hierarchy = cv2.findContours(framed, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return 0
    table = np.asarray(hierarchy).reshape(-1, 4)
    return sum(
        cv2.contourArea(contour) > 8
        for contour, row in zip(contours, table, strict=True)
        if row[3] >= 0
    )


def panel(name: str, material: Material, rng: np.random.Generator) -> Page:
    """A drawing page: a digit in a dark square on a light page, or the reverse."""
    size = random_size(rng)
    draft = new_draft(size, rng)
    side = round(min(size) * rng.uniform(0.25, 0.75))
    x, y = (int(rng.integers(8, size[axis] - side - 8)) for axis in (0, 1))
    light = rng.random() < 0.3
    page, square = (rng.uniform(5, 50), rng.uniform(215, 255))
    if not light:
        page, square = square, page
    draft.ground[:] = page
    draft.ground[y : y + side, x : x + side] = square
    draft.pen = page if rng.random() < 0.7 else 255.0 - square
    height = side * rng.uniform(0.4, 0.85)
    style = style_of(height, rng, (0.05, 0.13))
    label, shape = random_digit(material.writer(rng), style, rng)
    if shape.shape[1] > 0.9 * side:
        shape = np.asarray(cv2.resize(shape, (round(0.85 * side), shape.shape[0])), np.uint8)
    left, top = x + (side - shape.shape[1]) // 2, y + max(2, (side - shape.shape[0]) // 2)
    if top + shape.shape[0] < y + side:
        draft.write(label, shape, left, top)
    picture = np.clip(draft.seen(), 0, 255).astype(np.uint8)
    return labelled(name, "panel", picture, draft)


def pixels(name: str, material: Material, rng: np.random.Generator) -> Page:
    """Digits of 28 by 28 pixels, enlarged without smoothing, as in a plot of a notebook."""
    zoom, count = int(rng.integers(2, 9)), int(rng.integers(1, 8))
    cell = 28 * zoom + int(rng.integers(4, 30))
    draft = new_draft((cell * count + 12, cell + 24), rng)
    light = rng.random() < 0.5
    if light:
        draft.ground[:] = 0.0
        draft.pen = 255.0
    person = material.writer(rng)
    style = style_of(20, rng, (0.09, 0.13))
    for place in range(count):
        label, shape = random_digit(person, style, rng)
        if shape.shape[1] > 26:
            continue
        big = np.kron(shape, np.ones((zoom, zoom), np.uint8))
        left = 6 + place * cell + (28 * zoom - big.shape[1]) // 2
        top = 10 + max(0, (28 * zoom - big.shape[0]) // 2)
        if draft.fits(big, left, top, 1):
            draft.write(label, np.asarray(big, np.uint8), left, top)
    picture = np.clip(draft.seen(), 0, 255).astype(np.uint8)
    return labelled(name, "pixels", picture, draft)


def small_crop(name: str, material: Material, rng: np.random.Generator) -> Page:
    """One number cut out of a page close to its ink."""
    height = float(np.exp(rng.uniform(np.log(22), np.log(160))))
    length = int(rng.integers(1, 6))
    draft = material.draft((round(height * (length * 2.4 + 1) + 24), round(2 * height + 24)), rng)
    while not draft.sheet.digits:  # a digit may be too wide
        person, style = material.writer(rng), style_of(height, rng)
        write_number(draft, person, style, (8.0, 0.4 * height + 8), length, rng)
    points = np.argwhere(draft.sheet.cover > 0.3)
    right, bottom = points[:, 1].max(), points[:, 0].max()
    margin = round(height * rng.uniform(0.05, 0.5))
    scene = draft.seen()[: bottom + margin, : right + margin]
    picture = photograph(np.ascontiguousarray(scene), rng, Light(falloff=0.1, quality=(45, 90)))
    return labelled(name, "small-crop", picture, draft)


def dark(name: str, material: Material, rng: np.random.Generator) -> Page:
    """Little light and much noise."""
    draft = _page(material, rng, (30.0, 90.0))
    scene, view = look_at(draft, rng)
    light = Light(level=(0.07, 0.25), noise=(3.0, 7.0), blur_px=(0.5, 1.2))
    return labelled(name, "dark", photograph(scene, rng, light), draft, view)


def shaken(name: str, material: Material, rng: np.random.Generator) -> Page:
    """The camera moved by up to a quarter of a digit while the picture was taken."""
    draft = _page(material, rng, (40.0, 90.0))
    heights = [float(np.ptp(points[..., 1])) for _, points in draft.sheet.digits]
    height = float(np.median(heights or [40.0]))
    scene, view = look_at(draft, rng)
    light = Light(shake_px=height * rng.uniform(0.08, 0.24))
    return labelled(name, "shaken", photograph(scene, rng, light), draft, view)


def filmed_screen(name: str, material: Material, rng: np.random.Generator) -> Page:
    """A page shown on a screen."""
    draft = _page(material, rng, (24.0, 90.0))
    scene, view = look_at(draft, rng)
    return labelled(name, "screen", photograph(on_screen(scene, rng), rng), draft, view)


def _page(material: Material, rng: np.random.Generator, heights: tuple[float, float]) -> Draft:
    draft = material.draft(random_size(rng), rng)
    write_rows(draft, material.writer(rng), rng, heights)
    return draft
