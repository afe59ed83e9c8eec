"""Print the oldest versions of the dependencies that the installed camdigits accepts.

    pip install $(python tests/support/oldest.py)

For each requirement the newest patch of the oldest minor version; with the extras [serve] and
[video].
"""

from importlib.metadata import requires

from packaging.requirements import Requirement


def oldest(line: str) -> str | None:
    """Pin a requirement to its oldest version; None if its marker does not apply.

    >>> oldest("numpy>=1.24")
    'numpy==1.24.*'
    >>> oldest("av>=14.2; extra == 'video'")
    'av==14.2.*'
    >>> oldest("matplotlib>=3.6; extra == 'train'")
    """
    requirement = Requirement(line)
    extras = ("video", "serve")
    if requirement.marker is not None and not any(
        requirement.marker.evaluate({"extra": extra}) for extra in extras
    ):
        return None
    (lower_bound,) = requirement.specifier
    return f"{requirement.name}=={lower_bound.version}.*"


if __name__ == "__main__":
    print("\n".join(filter(None, map(oldest, requires("camdigits") or []))))
