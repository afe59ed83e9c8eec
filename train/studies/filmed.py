"""Crops of filmed digits by held-out writers: for measuring only, never for training.

The product's own ink and regions cut them; a region is a labelled digit's if their boxes overlap
with an IoU of 0.5. Digits that the stages do not find are left out: only the net is measured.
"""

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from camdigits.config import DEFAULT
from camdigits.image import cv2, to_green
from camdigits.recognize.glyph import SIDE, normalize
from camdigits.segment.ink import find_ink
from camdigits.segment.regions import find_regions
from camdigits.sources.picture_file import read_picture
from camdigits.values import Box, GrayImage
from train.data.alphabets import DIGIT_NONE
from train.data.folder import data_folder
from train.data.held_out import HeldOutWriter, held_out_writers
from train.data.sets import Glyphset
from train.data.truth import Truth, load_truths, place
from train.metrics.matching import pair
from train.simulate.camera import film
from train.simulate.crops import load_paper
from train.simulate.cut import cut
from train.simulate.rendered import number_pages
from train.simulate.scenes import SceneConfig, write_page
from train.simulate.writers import Writer

PAGES = 40
SEED = 1
MIN_IOU = 0.5
PEN = 0.05, 0.11  # pen width, of the height (chosen)
Crop = tuple[GrayImage, int]  # (28, 28) glyph, label
Framing = Callable[[GrayImage], GrayImage]


def gentle_crops(name: str, pages: int = PAGES) -> Glyphset:
    """Film pages slightly soft, noisy and tilted, as `train.simulate.rendered` does."""
    filmed = number_pages(held_out_writers(), pages, SEED)
    return _set(name, (crop for page in filmed for crop in cut_labelled(page.picture, page.truth)))


def harsh_crops(name: str, pages: int = PAGES) -> Glyphset:
    """Film pages with the blur, shadows, noise and small digits of `train.simulate.scenes`."""
    rng = np.random.default_rng(SEED)
    writers = [_page_writer(one) for some in held_out_writers().values() for one in some]
    config = SceneConfig(paper_photos=load_paper(data_folder() / "textures"))
    return _set(name, _harsh(writers, pages, rng, config))


def photo_crops(name: str, framed: Framing = normalize) -> Glyphset:
    """Cut the labelled digits out of the real photos of the data, rotated upright."""
    folder = data_folder() / "photos-dev"
    truths = load_truths(folder / "labels.json", "digits")
    pictures = ((to_green(read_picture(place(folder, truth))), truth) for truth in truths)
    return _set(
        name, (crop for gray, truth in pictures for crop in cut_labelled(gray, truth, framed))
    )


def stretched(ink: GrayImage) -> GrayImage:
    """Stretch the ink's box over the glyph, as camera demos do; the product never does."""
    return np.asarray(cv2.resize(ink, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8)


def cut_labelled(gray: GrayImage, truth: Truth, framed: Framing = normalize) -> Iterator[Crop]:
    """Yield the glyphs of labelled digits.

    Args:
        gray: (H, W) uint8.
        truth: digits with label and box; `upright_rotation_cw` turns their glyphs upright.
        framed: makes a glyph from a region's ink.
    """
    small, scale = _working_size(gray)
    regions = find_regions(find_ink(small))
    boxes = [Box(*(round(side * scale) for side in digit["box"])) for digit in truth["digits"]]
    quarters = int(truth.get("upright_rotation_cw", 0)) // 90
    for at, index in pair(boxes, [region.box for region in regions], MIN_IOU):
        upright = np.ascontiguousarray(np.rot90(regions[index].ink, -quarters))
        yield framed(upright), int(truth["digits"][at]["label"])


def _working_size(gray: GrayImage) -> tuple[GrayImage, float]:
    """Shrink a large picture as the reader does; return also the scale."""
    scale = DEFAULT.max_side_px / max(gray.shape)
    if scale >= 1:
        return gray, 1.0
    size = round(gray.shape[1] * scale), round(gray.shape[0] * scale)
    return np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA), np.uint8), scale


def _page_writer(writer: HeldOutWriter) -> Writer:
    """Return a page writer for a held-out writer."""

    def draw(index: int, side: int, rng: np.random.Generator) -> GrayImage:
        return writer.draw(index, side, max(1.5, side * rng.uniform(*PEN)))

    return Writer(writer.kind, writer.labels, draw)


def _harsh(
    writers: list[Writer], pages: int, rng: np.random.Generator, config: SceneConfig
) -> Iterator[Crop]:
    for _ in range(pages):
        ink, marks = write_page(writers, (), rng, config)
        glyphs, labels = cut(film(ink, marks, rng, config))
        yield from (
            (glyph, int(label))
            for glyph, label in zip(glyphs, labels, strict=True)
            if label != DIGIT_NONE
        )


def _set(name: str, crops: Iterable[Crop]) -> Glyphset:
    found = list(crops)
    glyphs = np.array([glyph for glyph, _ in found], np.uint8).reshape(-1, SIDE, SIDE)
    return Glyphset(name, glyphs, np.array([label for _, label in found], np.uint8))
