"""Print the oldest versions of what camdigits, as it is installed here, may run with.

    pip install $(python tests/support/oldest.py)

For each requirement the newest patch of the oldest minor version; the extra [video] is among them.
"""

from importlib.metadata import requires

from packaging.requirements import Requirement


def oldest(line: str) -> str | None:
    """Pin a requirement that this machine has to its oldest version.

    >>> oldest("numpy>=1.24")
    'numpy==1.24.*'
    >>> oldest("av>=14.2; extra == 'video'")
    'av==14.2.*'
    >>> oldest("matplotlib>=3.6; extra == 'train'")
    """
    wish = Requirement(line)
    if wish.marker is not None and not wish.marker.evaluate({"extra": "video"}):
        return None
    (least,) = wish.specifier
    return f"{wish.name}=={least.version}.*"


if __name__ == "__main__":
    print("\n".join(filter(None, map(oldest, requires("camdigits") or []))))
