"""The pictures of all pages on one page, for people to look through."""

import hashlib
import shutil
from collections.abc import Iterable
from html import escape
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tools.screens.visits import Seen

FOLDER = Path(__file__).resolve().parents[2] / "build/screens"
INDEX = FOLDER / "index.html"
_HEAD = """<!doctype html><meta charset="utf-8"><title>anqi: every page</title><style>
body { font: 14px sans-serif } td { vertical-align: top; padding: 4px } img { height: 320px; border: 1px solid #888 }
ul { color: #a00; max-width: 60em; overflow-wrap: anywhere }</style>"""


def clear() -> None:
    """No picture of an earlier walk is left."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)


def file_of(address: str, *, look: str, who: str, size: str) -> Path:
    """Where that picture goes: its name sorts by look and page."""
    told = "".join(each if each.isalnum() else "-" for each in address.strip("/")) or "home"
    person = hashlib.sha256(who.encode()).hexdigest()[:4]
    return FOLDER / f"{look}-{told[:60]}-{person}-{size}.png"


def write(seen: "Iterable[Seen]") -> None:
    """One row for each page and person, one column for each look."""
    ordered = sorted(seen, key=lambda each: (each.who, each.address))
    rows = [_row(*key, list(each)) for key, each in groupby(ordered, key=lambda each: (each.who, each.address))]
    INDEX.write_text(f"{_HEAD}<table>{''.join(rows)}</table>")


def _row(who: str, address: str, seen: "list[Seen]") -> str:
    faults = "".join(f"<li>{escape(each.look)}: {escape(fault)}</li>" for each in seen for fault in each.faults)
    head = f'<th colspan="99" align="left">{escape(address)} · {escape(who)}<ul>{faults}</ul></th>'
    pictures = (_picture(f"{each.look}, {size}", file) for each in seen for size, file in each.pictures.items())
    return f"<tr>{head}</tr><tr>{''.join(pictures)}</tr>"


def _picture(words: str, file: Path) -> str:
    return f'<td>{escape(words)}<br><a href="{file.name}"><img loading="lazy" src="{file.name}" alt=""></a></td>'
