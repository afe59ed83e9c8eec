"""Print text: lines of a book, titles, labels of a form, screens, the keys of a keyboard."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from camdigits.image import cv2
from camdigits.values import GrayImage
from train.simulate.kinds.draft import Draft, Plane

WORD_LIST = (
    "about above again air all also always and answer any are around back be because been "
    "before below best better big Bill bills blog BOIL book boss both boys build but buy by "
    "call came can cell change city class clock close code cold come could Date day did Dig "
    "DISK does doll done down each earth easy end enough even every example eyes far fast "
    "field figure file find first fish follow food for form found from full game gas get girl "
    "give go GOLD good great group grow half hand has have head hello HELP here hill his hold "
    "home house how ice if ILLS important in inside into is it its job just keep kind know "
    "large last late Lesson lies light like lines list little live LOGIN long look lost made "
    "main make man many may mean men might mile miss mother move much music must Name near "
    "need never new next night no NOISE not number of off often OIL old on once one only open "
    "or Oslo other our out over own page paper part people pizza place plan play please point "
    "press problem quiz read real right road room said same saw school sea second see set she "
    "ship side signs size SLOZIL small so sold SOLO some song soon sound spell state still "
    "stop story study such sun sure table take talk than that the their them then there "
    "these they thing think this those thought three through time to together too took tree "
    "try turn two under until up us use very voice walk want was watch water way we well went "
    "were what when where which while white who why will with within without word words work "
    "world would write year yes you young your zero zones zoos "
)
WORDS = WORD_LIST.split()


@lru_cache(maxsize=256)
def _font(path: str, size: int) -> object:
    from PIL import ImageFont

    return ImageFont.truetype(path, size)


def text_line(text: str, face: Path, size: int) -> GrayImage:
    """Render a line of text as (h, w) uint8 coverage, its ascent and descent included."""
    from PIL import Image, ImageDraw, ImageFont

    font = _font(str(face), size)
    assert isinstance(font, ImageFont.FreeTypeFont)
    left, _, right, _ = font.getbbox(text)
    ascent, descent = font.getmetrics()
    picture = Image.new("L", (max(1, round(right - min(left, 0))) + 4, ascent + descent + 4))
    ImageDraw.Draw(picture).text((2 - min(left, 0), 2), text, 255, font)
    return np.asarray(picture, np.uint8)


def sentence(count: int, rng: np.random.Generator) -> str:
    """Return random words: with a capital, in capitals, or as they are."""
    text = " ".join(WORDS[int(i)] for i in rng.integers(len(WORDS), size=count))
    kind = rng.random()
    if kind < 0.25:
        return text.upper()
    return text[0].upper() + text[1:] if kind < 0.8 else text.title()


def print_block(
    draft: Draft,
    faces: Sequence[Path],
    box: tuple[float, float, float, float],
    size: float,
    rng: np.random.Generator,
    level: float | None = None,
) -> None:
    """Print lines of text into a box of the page.

    Args:
        draft: the page.
        faces: font files; one is drawn.
        box: x, y, width and height in pixels.
        size: of the font in pixels.
        rng: random generator.
        level: brightness of the print; None draws a dark one.
    """
    x, y, width, height = box
    face = faces[int(rng.integers(len(faces)))]
    level = rng.uniform(10, 110) if level is None else level
    pitch = size * rng.uniform(1.15, 1.8)
    top = y
    while top + size <= y + height:
        words = max(1, round(width / size / rng.uniform(2.2, 4.5)))
        ink = text_line(sentence(words, rng), face, max(6, round(size)))[:, : max(1, int(width))]
        stamp(draft.ground, ink, round(x), round(top), level)
        top += pitch


def stamp(ground: Plane, ink: GrayImage, x: int, y: int, level: float) -> None:
    """Print coverage on paper at x, y; what is outside is cut off."""
    height, width = ground.shape
    left, top = max(0, x), max(0, y)
    right, bottom = min(width, x + ink.shape[1]), min(height, y + ink.shape[0])
    if left >= right or top >= bottom:
        return
    part = ink[top - y : bottom - y, left - x : right - x] / np.float32(255)
    here = ground[top:bottom, left:right]
    here += (np.float32(level) - here) * part


def screen(draft: Draft, faces: Sequence[Path], rng: np.random.Generator) -> None:
    """Turn a page into a screenshot: bars, buttons with borders, and texts of several sizes."""
    width, height = draft.size
    dark = rng.random() < 0.3
    back = rng.uniform(15, 60) if dark else rng.uniform(225, 255)
    fore = rng.uniform(180, 250) if dark else rng.uniform(0, 90)
    draft.ground[:] = back
    bar = round(height * rng.uniform(0.05, 0.1))
    draft.ground[:bar] = rng.uniform(0, 255)
    title = text_line(sentence(3, rng), faces[int(rng.integers(len(faces)))], max(8, bar // 2))
    shown = 255 if float(draft.ground[0, 0]) < 128 else 0
    stamp(draft.ground, title, bar // 3, bar // 5, shown)
    top = bar + 10.0
    while top < height - 30:
        size = float(rng.choice([11, 13, 15, 18, 24, 34])) * height / 800
        size = max(9.0, size)
        x = rng.uniform(0.02, 0.4) * width
        if rng.random() < 0.3:
            box = round(x), round(top), round(rng.uniform(0.1, 0.3) * width), round(2.2 * size)
            cv2.rectangle(draft.ground, box, float(rng.uniform(0, 255)), 1 + int(rng.integers(2)))
            x += size * 0.6
        wide = rng.uniform(0.1, 0.55) * width
        print_block(
            draft, faces, (x, top + 0.3 * size, wide, size * rng.integers(1, 5)), size, rng, fore
        )
        top += size * rng.uniform(2, 6)


def keyboard(draft: Draft, faces: Sequence[Path], rng: np.random.Generator) -> None:
    """Draw rows of keys with letters."""
    width, height = draft.size
    draft.ground[:] = rng.uniform(20, 230)
    key = width / rng.uniform(9, 15)
    body = float(rng.uniform(15, 240))
    ink = 240.0 if body < 110 else 20.0
    face = faces[int(rng.integers(len(faces)))]
    for row in range(int(height / key) + 1):
        shift = rng.uniform(0, 0.6) * key
        for column in range(-1, int(width / key) + 1):
            x, y = column * key + shift, row * key * 1.05 + 4
            corners = (round(x), round(y)), (round(x + 0.9 * key), round(y + 0.9 * key))
            cv2.rectangle(draft.ground, *corners, body, cv2.FILLED, cv2.LINE_AA)
            letter = str(rng.choice(list("QWERTYUIOPASDFGHJKLZXCVBNM")))
            shape = text_line(letter, face, max(7, round(0.35 * key)))
            stamp(draft.ground, shape, round(x + 0.25 * key), round(y + 0.2 * key), ink)


def print_with_digits(
    draft: Draft, text: str, face: Path, size: int, at: tuple[float, float], level: float
) -> float:
    """Print a text at x, y whose digits are labelled; return its right edge."""
    from PIL import ImageFont

    font = _font(str(face), size)
    assert isinstance(font, ImageFont.FreeTypeFont)
    x, y = round(at[0]), round(at[1])
    ink = text_line(text, face, size)
    stamp(draft.ground, ink, x, y, level)
    shift = 2 - min(font.getbbox(text)[0], 0)
    for place, character in enumerate(text):
        if character.isdecimal() and character.isascii():
            start = x + shift + font.getlength(text[:place])
            left, top, right, bottom = font.getbbox(character)
            box = np.array([[start + left, y + 2 + top], [start + right, y + 2 + bottom]])
            inside = (box >= 0).all() and (box <= np.array(draft.size)).all()
            if inside:
                corners = np.array([box[0], box[1]], np.float32).reshape(-1, 1, 2)
                draft.sheet.digits.append((int(character), corners))
    return float(x + ink.shape[1])
