"""What the code says to its readers: the texts in templates and in Python that are handed to a translator."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation.template import templatize

CHINESE = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, kw_only=True)
class Key:
    """What a translation is found by."""

    text: str
    context: str | None = None
    plural: str | None = None


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a text stands."""

    file: str
    line: int


def of_python(source: str, *, file: str) -> Iterator[tuple[Key, Place]]:
    """The texts that Python code hands to Django's translators, under whatever name it imported them."""
    tree = ast.parse(source)
    known = _translators(tree)
    for node in ast.walk(tree):
        name = getattr(node.func, "id", getattr(node.func, "attr", "")) if isinstance(node, ast.Call) else ""
        if isinstance(node, ast.Call) and name in known:
            key = _key(known[name], node.args)
            if key:
                yield key, Place(file=file, line=node.lineno)


def _translators(tree: ast.Module) -> dict[str, str]:
    """Each name in this file that stands for one of Django's translators, and which."""
    known = {name: name for name in _KINDS}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            known |= {alias.asname or alias.name: alias.name for alias in node.names if alias.name in _KINDS}
    return known


# Which argument is what: c(ontext), t(ext), p(lural).
_KINDS = {
    f"{kind}gettext{ending}": order
    for kind, order in {"": "t", "n": "tp", "p": "ct", "np": "ctp"}.items()
    for ending in ("", "_lazy", "_noop")
    if (kind, ending) not in (("n", "_noop"), ("p", "_noop"), ("np", "_noop"))
}


def _key(kind: str, arguments: list[ast.expr]) -> Key | None:
    """None when the text is put together elsewhere: then that place names it."""
    said = [argument.value if isinstance(argument, ast.Constant) else None for argument in arguments]
    found = {what: text for what, text in zip(_KINDS[kind], said, strict=False) if isinstance(text, str)}
    if found.keys() != set(_KINDS[kind]):
        return None
    return Key(text=found["t"], context=found.get("c"), plural=found.get("p"))


def of_template(source: str, *, file: str) -> Iterator[tuple[Key, Place]]:
    """The texts of a template's translation tags and filters."""
    # Django turns a template into Python-like calls between filling.
    for match in _CALL.finditer(templatize(source, origin=file)):
        name = "gettext" if match[1] == "_" else match[1]
        call = ast.parse(f"{name}({match[2]})", mode="eval").body
        assert isinstance(call, ast.Call)
        key = _key(name, call.args)
        if key:
            yield key, Place(file=file, line=_line_of(key, source))


def _line_of(key: Key, source: str) -> int:
    """The line on which it stands first, by its longest piece between placeholders and line breaks."""
    piece = max(re.split(r"%\(\w+\)s|%%|\n", key.text), key=len).strip()
    return source.count("\n", 0, max(0, source.find(piece))) + 1


_STRING = r"u?'(?:\\.|[^'\\])*'|u?\"(?:\\.|[^\"\\])*\""
_CALL = re.compile(rf"\b(gettext|ngettext|pgettext|npgettext|_)\(\s*((?:{_STRING}|[^()'\"])*)\)", re.DOTALL)


def untranslatable_of_template(source: str) -> Iterator[int]:
    """The lines on which Chinese stands bare, so that nobody could translate it."""
    bare = _blanked(_BLOCK, source)
    for piece in (_COMMENT, _TAG):
        bare = _blanked(piece, bare)
    for number, line in enumerate(bare.splitlines(), 1):
        # A line that says which language it is in is meant to be in it: the names of the languages.
        if CHINESE.search(line) and 'lang="zh-Hans"' not in line:
            yield number


_BLOCK = re.compile(r"{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}", re.DOTALL)
_COMMENT = re.compile(r"{%\s*comment\b.*?{%\s*endcomment\s*%}|{#.*?#}|<!--.*?-->", re.DOTALL)
_TAG = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)


def _blanked(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda match: "\n" * match[0].count("\n"), text)


def of_room(room: Path, *, root: Path) -> Iterator[tuple[Key, Place]]:
    """All texts of the files below a folder."""
    for file in sorted(room.rglob("*")):
        name = file.relative_to(root).as_posix()
        if file.suffix == ".py":
            yield from of_python(file.read_text(), file=name)
        elif file.suffix in (".html", ".txt") and "templates" in file.parts:
            yield from of_template(file.read_text(), file=name)
