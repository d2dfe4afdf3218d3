"""What a PDF of ours says, read back from its bytes by its own tables of characters."""

import re
import zlib

_OBJECT = re.compile(rb"^(\d+) 0 obj\n(.*?)\nendobj", re.MULTILINE | re.DOTALL)
# Brackets within a string need no mark when they come in pairs: three deep is what ever comes.
_INSIDE = rb"(?:\\.|[^()\\])*"
for _ in range(3):
    _INSIDE = rb"(?:\\.|[^()\\]|\(" + _INSIDE + rb"\))*"
_TOKEN = re.compile(rb"/(f\d+) [\d.]+ Tf|\((" + _INSIDE + rb")\)|<([0-9A-F]+)>|(T[Jj])", re.DOTALL)
_ESCAPED = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def pages(pdf: bytes) -> list[list[str]]:
    """Each page as its runs of text, in the order in which they are drawn."""
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    found = []
    for page in (body for body in objects.values() if re.search(rb"/Type ?/Page\b(?!s)", body)):
        fonts = _fonts(objects, page)
        found.append(_runs(_stream(objects[_reference(b"Contents", page)]), fonts))
    return found


def words(pdf: bytes) -> list[str]:
    """All of its runs of text."""
    return [run for page in pages(pdf) for run in page]


def _fonts(objects: dict[int, bytes], page: bytes) -> dict[bytes, dict[bytes, str]]:
    resources = objects[_reference(b"Resources", page)]
    return {
        name: _table(objects[int(number)], objects) for name, number in re.findall(rb"/(f\d+) (\d+) 0 R", resources)
    }


def _table(font: bytes, objects: dict[int, bytes]) -> dict[bytes, str]:
    stated = _stream(objects[_reference(b"ToUnicode", font)])
    return {
        bytes.fromhex(glyph.decode()): bytes.fromhex(text.decode()).decode("utf-16-be")
        for glyph, text in re.findall(rb"^<(\w{4})> <(\w+)>$", stated, re.MULTILINE)
    }


def _runs(content: bytes, fonts: dict[bytes, dict[bytes, str]]) -> list[str]:
    runs: list[str] = []
    font: dict[bytes, str] = {}
    glyphs = b""
    for name, string, digits, shown in _TOKEN.findall(content):
        if name:
            # What stood in brackets before it was no text, but a language's name.
            font, glyphs = fonts[name], b""
        elif shown:
            runs.append("".join(font[glyphs[n : n + 2]] for n in range(0, len(glyphs), 2)))
            glyphs = b""
        else:
            glyphs += bytes.fromhex(digits.decode()) if digits else _ESCAPED.sub(_unescaped, string)
    return runs


def _unescaped(found: re.Match[bytes]) -> bytes:
    said = found[1]
    return bytes([int(said, 8)]) if len(said) == 3 else _LETTERS.get(said, said)


def _reference(name: bytes, of: bytes) -> int:
    found = re.search(rb"/" + name + rb" (\d+) 0 R", of)
    assert found, (name, of)
    return int(found[1])


def _stream(body: bytes) -> bytes:
    return zlib.decompress(body.split(b"stream\n", 1)[1].rsplit(b"\nendstream", 1)[0])
