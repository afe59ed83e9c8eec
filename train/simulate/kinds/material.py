"""Hold what pages are made of: writers, fonts, photos of paper and of desks."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from camdigits.image import cv2
from camdigits.values import GrayImage
from train.data.by_writer import Person
from train.simulate.kinds.draft import Draft, Plane, Size, new_draft
from train.simulate.kinds.surfaces import any_surface
from train.simulate.words import Letters

PHOTO_SHARE = 0.25  # share of the pages on a photographed paper, if there are any (chosen)


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Writers, fonts and photos to choose from."""

    people: Sequence[Person]
    letters: Sequence[Letters]  # handwritten
    faces: Sequence[Path]  # font files
    papers: Sequence[GrayImage] = ()  # photos of paper
    scenes: Sequence[GrayImage] = ()  # photos without digits
    sideways: bool = True  # some pages are rotated by 90 or 270 degrees

    def writer(self, rng: np.random.Generator) -> Person:
        """Choose a writer of digits; each data set is as likely."""
        kinds = sorted({person.kind for person in self.people})
        kind = kinds[int(rng.integers(len(kinds)))]
        own = [person for person in self.people if person.kind == kind]
        return own[int(rng.integers(len(own)))]

    def letter_writer(self, rng: np.random.Generator) -> Letters:
        """Choose a writer of letters."""
        return self.letters[int(rng.integers(len(self.letters)))]

    def draft(self, size: Size, rng: np.random.Generator) -> Draft:
        """Return an empty page, sometimes on a photographed paper."""
        draft = new_draft(size, rng)
        if self.papers and rng.random() < PHOTO_SHARE:
            draft.ground[:] = _crop(self.papers[int(rng.integers(len(self.papers)))], size, rng)
            draft.pen = float(np.median(draft.ground)) * rng.uniform(0.05, 0.5)
        return draft

    def surface(self, size: Size, rng: np.random.Generator) -> Plane:
        """Return a random surface, or a part of a photo without digits."""
        if self.scenes and rng.random() < PHOTO_SHARE:
            return _crop(self.scenes[int(rng.integers(len(self.scenes)))], size, rng)
        return any_surface(size, rng)


def _crop(photo: GrayImage, size: Size, rng: np.random.Generator) -> Plane:
    """Cut a random part out of a photo, enlarged to the size if the photo is smaller."""
    width, height = size
    scale = max(height / photo.shape[0], width / photo.shape[1]) * rng.uniform(1.0, 1.8)
    big = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
    y = int(rng.integers(big.shape[0] - height + 1))
    x = int(rng.integers(big.shape[1] - width + 1))
    part = big[y : y + height, x : x + width]
    return np.asarray(part if rng.random() < 0.5 else part[:, ::-1], np.float32)
