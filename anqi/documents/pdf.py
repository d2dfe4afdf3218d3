"""Documents as PDF: a template of ours, its data, and our own fonts; nothing else is read.

Refused
└── CharacterMissing    character
"""

import json
import struct
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst

from anqi.rows.refusals import Refused

_FONTS = Path(__file__).parent / "fonts"
_TEMPLATES = Path(__file__).parent / "templates"


class CharacterMissing(Refused):
    """No document can be made: our fonts have no {character}."""

    code = "character_missing"


def render(template: str, data: Mapping[str, Any], *, created_at: datetime) -> bytes:
    """The PDF of this data; same data and same instant, same bytes. Refuses CharacterMissing.

    Every word comes from the data, which the template reads as JSON: no name is ever taken for markup.
    """
    for text in _texts(data):
        _refuse_missing(text)
    # A compiler of its own for each: they hold what they render, and threads must not meet in one.
    compiler = typst.Compiler(root=_TEMPLATES, font_paths=_fonts(), ignore_system_fonts=True)
    pdf, warnings = compiler.compile_with_warnings(
        input=_TEMPLATES / f"{template}.typ",
        format="pdf",
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        timestamp=int(created_at.timestamp()),
    )
    assert isinstance(pdf, bytes) and not warnings, f"{template}: {[each.message for each in warnings]}"
    return pdf


def _texts(data: object) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        for each in data.values():
            yield from _texts(each)
    elif isinstance(data, list | tuple):
        for each in data:
            yield from _texts(each)


def _refuse_missing(text: str) -> None:
    for character in text:
        if ord(character) not in _covered():
            raise CharacterMissing(character=_written(character))


def _written(character: str) -> str:
    code = f"U+{ord(character):04X}"
    return f"{character} ({code})" if character.isprintable() else code


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[_FONTS])


@cache
def _covered() -> frozenset[int]:
    """What all of our fonts can show."""
    return frozenset.intersection(*(frozenset(_characters(file.read_bytes())) for file in _FONTS.glob("*.otf")))


def _characters(font: bytes) -> Iterator[int]:
    # OpenType 1.9, "cmap": of the tables of characters the one with format 12 has all of Unicode.
    (count,) = struct.unpack_from(">H", font, 4)
    tables = dict(struct.unpack_from(">4s4xI", font, 12 + 16 * n) for n in range(count))
    cmap = tables[b"cmap"]
    (count,) = struct.unpack_from(">H", font, cmap + 2)
    starts = [cmap + struct.unpack_from(">4xI", font, cmap + 4 + 8 * n)[0] for n in range(count)]
    start = next(each for each in starts if struct.unpack_from(">H", font, each) == (12,))
    (count,) = struct.unpack_from(">I", font, start + 12)
    for first, last in struct.iter_unpack(">II4x", font[start + 16 : start + 16 + 12 * count]):
        yield from range(first, last + 1)
