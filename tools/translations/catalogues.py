"""Catalogues of translations: the .po file that people write, and the .mo file that Django reads."""

import ast
import re
import struct
from dataclasses import dataclass, field
from pathlib import Path

from tools.translations.texts import Key

_LINE = re.compile(r'(msgctxt|msgid_plural|msgid|msgstr(?:\[\d+\])?)\s+(".*")')
_MAGIC = 0x950412DE


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One text with its translations: one, or one for each plural form."""

    key: Key
    translations: tuple[str, ...]
    is_doubtful: bool
    line: int


@dataclass(kw_only=True)
class _Draft:
    line: int = 0
    is_doubtful: bool = False
    said: dict[str, str] = field(default_factory=dict)

    def entry(self) -> Entry:
        said = self.said
        forms = [said[name] for name in sorted(said) if name.startswith("msgstr")]
        key = Key(text=said["msgid"], context=said.get("msgctxt"), plural=said.get("msgid_plural"))
        return Entry(key=key, translations=tuple(forms), is_doubtful=self.is_doubtful, line=self.line)


def read_po(text: str) -> list[Entry]:
    """The entries of a .po file in their order, the first being its heading. ValueError names a line it can't read."""
    entries, draft, last = [], _Draft(), ""
    for number, line in enumerate([*text.splitlines(), ""], 1):
        line = line.strip()
        match = _LINE.fullmatch(line)
        begins = line.startswith("#") or bool(match and match[1] in ("msgctxt", "msgid") and last.startswith("msgstr"))
        if draft.said and (not line or begins):
            entries.append(draft.entry())
            draft, last = _Draft(), ""
        if line.startswith("#,") and "fuzzy" in line:
            draft.is_doubtful = True
        elif match:
            last, draft.line = match[1], draft.line or number
            draft.said[last] = ast.literal_eval(match[2])
        elif line.startswith('"') and last:
            draft.said[last] += ast.literal_eval(line)
        elif line and not line.startswith("#"):
            raise ValueError(f"line {number} is no part of a catalogue: {line}")
    return entries


def compiled(entries: list[Entry]) -> bytes:
    """The .mo file of these entries; the same entries give the same bytes."""
    pairs = sorted(_pairs(entries).items())
    heading = struct.pack("<7I", _MAGIC, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0)
    at = len(heading) + 16 * len(pairs)
    tables, texts = [b"", b""], b""
    for column in (0, 1):
        for pair in pairs:
            tables[column] += struct.pack("<2I", len(pair[column]), at + len(texts))
            texts += pair[column] + b"\0"
    return heading + tables[0] + tables[1] + texts


def is_current(mo: Path, entries: list[Entry]) -> bool:
    """Whether the .mo file says what the entries say, whoever wrote it."""
    return mo.exists() and read_mo(mo.read_bytes()) == _pairs(entries)


def read_mo(content: bytes) -> dict[bytes, bytes]:
    """What a .mo file says, by its keys."""
    order = "<" if struct.unpack_from("<I", content)[0] == _MAGIC else ">"
    count, keys, values = struct.unpack_from(f"{order}3I", content, 8)

    def read(table: int, row: int) -> bytes:
        length, offset = struct.unpack_from(f"{order}2I", content, table + 8 * row)
        return content[offset : offset + length]

    return {read(keys, row): read(values, row) for row in range(count)}


def _pairs(entries: list[Entry]) -> dict[bytes, bytes]:
    return {
        _written(entry.key): "\0".join(entry.translations).encode()
        for entry in entries
        if all(entry.translations) and not entry.is_doubtful
    }


def _written(key: Key) -> bytes:
    context = f"{key.context}\4" if key.context is not None else ""
    plural = f"\0{key.plural}" if key.plural is not None else ""
    return (context + key.text + plural).encode()
