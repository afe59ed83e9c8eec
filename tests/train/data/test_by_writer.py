import numpy as np
import pytest

from train.data.by_writer import MIN_LABELS, people


@pytest.fixture(scope="module")
def parts(data_folder):
    """Return the writers of each part; each is read once."""
    assert data_folder.is_dir()
    return {part: people(part) for part in ("train", "dev", "test")}


def fingerprints(persons):
    """Return a checksum of every digit."""
    found = set()
    for person in persons:
        samples = person.strokes or person.images
        found |= {hash(np.concatenate([np.ravel(part) for part in one]).tobytes())
                  if person.strokes else hash(np.asarray(one).tobytes())
                  for one in samples}  # fmt: skip
    return found


@pytest.mark.parametrize("other", ["dev", "test"])
def test_no_digit_is_in_two_parts(parts, other):
    """What is measured was not learned."""
    assert not fingerprints(parts["train"]) & fingerprints(parts[other])


def test_writers_of_each_part_wrote_most_digits(parts):
    """A number needs more than one or two different digits."""
    for part in ("dev", "test"):
        assert {person.kind for person in parts[part]} == {"mnist", "unipen", "pendigits"}
        assert all(len(set(person.labels.tolist())) >= MIN_LABELS for person in parts[part])
    assert {person.kind for person in parts["train"]} == {
        "mnist", "unipen", "pendigits", "kensanata", "bhmsds", "finnish", "allographs",
    }  # fmt: skip


def test_a_person_has_images_or_strokes(parts):
    """One sample per label."""
    for person in (*parts["train"], *parts["test"]):
        samples = person.strokes or person.images
        assert len(samples) == len(person.labels)
