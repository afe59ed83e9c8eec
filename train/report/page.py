"""Build the HTML of the report: text is escaped, pictures are inlined, no scripts."""

import base64
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template

HERE = Path(__file__).parent
NOTHING = "none"
DPI, CSS_DPI = 150, 96  # dots per inch of a figure as drawn, and as shown on the page


@dataclass(frozen=True, slots=True)
class Section:
    """One section of the page."""

    anchor: str
    title: str
    html: str  # content below the title


@dataclass(frozen=True, slots=True)
class Tile:
    """One headline figure at the top of the page."""

    value: str
    meaning: str


def page(title: str, lead: str, tiles: Sequence[Tile], sections: Sequence[Section]) -> str:
    """Return the whole page as HTML."""
    template = Template((HERE / "page.html").read_text(encoding="utf-8"))
    return template.substitute(
        title=escape(title),
        style=(HERE / "page.css").read_text(encoding="utf-8"),
        lead=paragraph(lead),
        tiles="\n".join(map(_tile, tiles)),
        contents="\n".join(
            f'<li><a href="#{escape(one.anchor)}">{escape(one.title)}</a></li>' for one in sections
        ),
        sections="\n".join(map(_section, sections)),
    )


def paragraph(text: str) -> str:
    """Return a paragraph."""
    return f"<p>{escape(text)}</p>"


def subtitle(text: str) -> str:
    """Return a heading within a section."""
    return f"<h3>{escape(text)}</h3>"


def missing(text: str) -> str:
    """Return a note that says why something is missing."""
    return f'<p class="missing">{escape(text)}</p>'


def figure(png: bytes, alt: str, caption: str, min_width_px: int = 0) -> str:
    """Return a picture with its caption.

    Args:
        png: the encoded picture.
        alt: alternative text for screen readers.
        caption: what the picture shows.
        min_width_px: on a narrower screen the picture scrolls instead of shrinking.
    """
    width, height = _size(png)
    style = f' style="min-width:{min_width_px}px"' if min_width_px else ""
    return (
        '<figure><div class="scroll" tabindex="0">'
        f'<img src="{data_uri(png)}" alt="{escape(alt)}" width="{width}" height="{height}"{style}>'
        "</div>"
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )


def gallery(pictures: Sequence[tuple[bytes, str, str]], caption: str) -> str:
    """Return small pictures in rows, each with two lines of text below it."""
    items = "\n".join(
        f'<li><img src="{data_uri(png)}" alt="{escape(first)}" width="56" height="56">'
        f"<b>{escape(first)}</b><span>{escape(second)}</span></li>"
        for png, first, second in pictures
    )
    return (
        f'<figure class="plain"><ul class="gallery">{items}</ul>'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )


def table(head: Sequence[str], rows: Sequence[Sequence[object]], caption: str = "") -> str:
    """Return a table: the first column is text, the others are numbers."""
    top = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    body = "\n".join(_row(row) for row in rows)
    note = f'<p class="note">{escape(caption)}</p>' if caption else ""
    return (
        f'{note}<div class="scroll" tabindex="0"><table><thead><tr>{top}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def definitions(fields: Mapping[str, object]) -> str:
    """Return a table of names and values of any type."""
    rows = "\n".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{_value(value)}</td></tr>'
        for name, value in fields.items()
    )
    return (
        f'<div class="scroll" tabindex="0"><table class="card"><tbody>{rows}</tbody></table></div>'
    )


def data_uri(png: bytes) -> str:
    """Return a picture as a data URI."""
    return f"data:image/png;base64,{base64.b64encode(png).decode('ascii')}"


def _size(png: bytes) -> tuple[int, int]:
    """Return the displayed width and height, so that text has the same size in all figures."""
    width, height = struct.unpack(">II", png[16:24])  # from the PNG header
    return round(width * CSS_DPI / DPI), round(height * CSS_DPI / DPI)


def _row(row: Sequence[object]) -> str:
    first, *others = row
    cells = "".join(f"<td>{escape(str(cell))}</td>" for cell in others)
    return f'<tr><th scope="row">{escape(str(first))}</th>{cells}</tr>'


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        inner = "".join(
            f"<div><dt>{escape(str(name))}</dt><dd>{_value(one)}</dd></div>"
            for name, one in value.items()
        )
        return f"<dl>{inner}</dl>"
    if isinstance(value, list | tuple):
        return ", ".join(_value(one) for one in value) or NOTHING
    if value is None:
        return NOTHING
    return escape(f"{value:,}" if type(value) is int else str(value))


def _section(one: Section) -> str:
    return (
        f'<section id="{escape(one.anchor)}"><h2>{escape(one.title)}</h2>\n{one.html}\n</section>'
    )


def _tile(tile: Tile) -> str:
    return f"<li><b>{escape(tile.value)}</b><span>{escape(tile.meaning)}</span></li>"
