"""`python -m tools.translations` finds texts without English; with `compile` it writes the .mo files."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from tools.translations import catalogues, texts
from tools.translations.catalogues import Entry
from tools.translations.texts import CHINESE, Key

_CHECKOUT = Path(__file__).resolve().parents[2]
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
# The gallery shows what a designer looks at; no reader ever meets it.
_FOR_BUILDERS = ("gallery",)


def main(argv: list[str]) -> int:
    """0 when everything has its English, else 1 with what hasn't and where."""
    if argv == ["compile"]:
        compile_all(_CHECKOUT)
    found = list(faults(_CHECKOUT))
    for told in found:
        print(told)
    return 1 if found else 0


def compile_all(root: Path) -> None:
    """Writes the .mo beside every .po that has changed since."""
    for po in _catalogues(root):
        entries = catalogues.read_po(po.read_text())
        if not catalogues.is_current(po.with_suffix(".mo"), entries):
            po.with_suffix(".mo").write_bytes(catalogues.compiled(entries))


def faults(root: Path) -> Iterator[str]:
    """Each text that some reader could not read, and each catalogue that isn't what it seems."""
    known: dict[Key, tuple[Path, Entry]] = {}
    for po in _catalogues(root):
        entries = catalogues.read_po(po.read_text())
        yield from _of_catalogue(po.relative_to(root), entries, known)
        if not catalogues.is_current(po.with_suffix(".mo"), entries):
            yield f"{po.relative_to(root).with_suffix('.mo')}: old. Run: .venv/bin/python -m tools.translations compile"
    yield from _without_english(root, known)
    yield from _bare(root)


def _of_catalogue(po: Path, entries: list[Entry], known: dict[Key, tuple[Path, Entry]]) -> Iterator[str]:
    own: set[Key] = set()
    for entry in entries[1:]:
        where = f"{po}:{entry.line}: {entry.key.text!r}"
        if entry.is_doubtful:
            yield f"{where} is marked fuzzy, so that Django doesn't show it"
        if entry.is_doubtful or not all(entry.translations):
            continue
        if entry.key in own:
            yield f"{where} stands here twice"
        own.add(entry.key)
        yield from (f"{where}: {told}" for told in _of_translations(entry))
        other, first = known.setdefault(entry.key, (po, entry))
        # Django reads all catalogues into one, so that only one of the two would be shown, everywhere.
        if first.translations != entry.translations:
            yield f"{where} is {first.translations[0]!r} in {other}:{first.line}: say it the same way, or add a context"


def _of_translations(entry: Entry) -> Iterator[str]:
    if (entry.key.plural is not None) != (len(entry.translations) == 2):
        yield "English has two forms where there is a plural, else one"
    allowed = set(_PLACEHOLDER.findall(entry.key.text + (entry.key.plural or "")))
    for translation in entry.translations:
        if CHINESE.search(translation):
            yield "its English is Chinese"
        for name in set(_PLACEHOLDER.findall(translation)) - allowed:
            yield f"nothing fills %({name})s in its English"


def _without_english(root: Path, known: dict[Key, tuple[Path, Entry]]) -> Iterator[str]:
    # gettext finds a text's singular also where only its plural is known.
    singular = {Key(text=key.text, context=key.context) for key in known}
    for key, place in texts.of_room(root / "anqi", root=root):
        if key not in known and key not in singular and CHINESE.search(key.text):
            context = f" (context {key.context!r})" if key.context is not None else ""
            yield f"{place.file}:{place.line}: {key.text!r}{context} has no English"


def _bare(root: Path) -> Iterator[str]:
    for file in sorted((root / "anqi").rglob("templates/**/*.html")):
        if not file.stem.startswith(_FOR_BUILDERS):
            for line in texts.untranslatable_of_template(file.read_text()):
                yield f"{file.relative_to(root)}:{line}: bare Chinese; put it into a translation tag"


def _catalogues(root: Path) -> list[Path]:
    return sorted((root / "anqi").rglob("locale/en/LC_MESSAGES/django.po"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
