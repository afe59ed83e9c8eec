"""Update tables in pages of docs/, between two comments that name their command."""

from pathlib import Path

from train.errors import DataError

END = "<!-- end -->"


def begin(command: str) -> str:
    """Return the comment above the table of a command.

    >>> begin("python -m train compare")
    '<!-- begin: python -m train compare -->'
    """
    return f"<!-- begin: {command} -->"


def put_table(doc: Path, command: str, table: str) -> None:
    """Replace the text between the comments of a command.

    Raises:
        DataError: the page or its comments are missing, or it cannot be written.
    """
    try:
        text = doc.read_text()
        before, found, rest = text.partition(begin(command))
        _, end, after = rest.partition(END)
        if not found or not end:
            raise DataError(
                f"{doc}: wanted the lines {begin(command)} and {END}; "
                "put them where the table goes"
            )
        doc.write_text(f"{before}{begin(command)}\n{table}\n{END}{after}")
    except OSError as error:
        raise DataError(
            f"{doc}: cannot be read and written ({error.strerror}); name another"
        ) from error
