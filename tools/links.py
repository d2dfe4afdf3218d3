"""What the docs point at is there: files, headings, pictures, and the modules that they name.

Read by tools/tidy.py. A page that leads nowhere is worse than none: its reader looks for the mistake at home.
"""

import ast
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

PICTURES = "docs/pictures"
# Of these together: a checkout is fetched by everybody, its pictures are looked at by few.
MOST_BYTES = 1_500_000
_FENCE = re.compile(r"^( *)(```|~~~).*?^\1\2", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`\n]+`")
_LINK = re.compile(r"\]\(([^()\s]+)\)|\b(?:src|href)=\"([^\"]+)\"")
_HEADING = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)
_ELSEWHERE = re.compile(r"^[a-z]+:|^//")
_ROOMS = "actions|clock|config|documents|engine|jobs|ledger|lending|notices|payments|people|recording|rows|web"
_NAMED = re.compile(rf"`((?:(?:anqi/)?(?:{_ROOMS})|demo|docs|mall|sandbox|tests|tools)(?:/\w+)+)(?:\.(\w+))?`")

Told = Iterator[tuple[str, int, str]]


def faults(root: Path) -> Told:
    """Path, line and what is wrong: of every page of ours below that folder, and of its pictures."""
    for page in _pages(root):
        yield from _of_page(root, page)
    yield from _of_pictures(root)


def pictures_shown(root: Path) -> list[Path]:
    """The pictures that a page of that folder shows, whether they are there or not."""
    folder = (root / PICTURES).resolve()
    targets = chain.from_iterable(_targets(page) for page in _pages(root))
    return sorted({each for each in targets if each.parent == folder})


def _pages(root: Path) -> list[Path]:
    return sorted([*root.glob("*.md"), *root.glob("docs/**/*.md")])


def _of_page(root: Path, page: Path) -> Told:
    text, path = _without_fences(page.read_text()), page.relative_to(root).as_posix()
    for found in _LINK.finditer(_CODE.sub(_blank, text)):
        target = found[1] or found[2]
        if not _ELSEWHERE.match(target) and (told := _wrong(page, target)):
            yield path, _line(text, found), told
    for found in _NAMED.finditer(text):
        if not _is_there(root, found[1], found[2]):
            yield path, _line(text, found), f"{found[0]} names what is not there"


def _wrong(page: Path, target: str) -> str:
    """What is wrong with that link of the page; nothing when it leads somewhere."""
    name, _, anchor = target.partition("#")
    file = (page.parent / name) if name else page
    if not file.exists():
        return f"{target} leads nowhere: there is no such file"
    if anchor and anchor not in _anchors(file.read_text()):
        return f"{target} leads nowhere: there is no such heading"
    return ""


def _anchors(text: str) -> set[str]:
    """The headings as addresses, as GitHub makes them: the second of the same words gets a number."""
    found: list[str] = []
    for heading in _HEADING.findall(_without_fences(text)):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
        slug = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        again = sum(1 for each in found if re.fullmatch(rf"{re.escape(slug)}(-\d+)?", each))
        found.append(f"{slug}-{again}" if again else slug)
    return set(found)


def _is_there(root: Path, path: str, suffix: str | None) -> bool:
    """A file or folder; or a module of a room, and the function or class that stands behind the dot."""
    for start in (root, root / "anqi"):
        if suffix and (start / f"{path}.{suffix}").exists():
            return True
        if not suffix and (start / path).exists():
            return True
        module = next((each for each in (start / f"{path}.py", start / path / "__init__.py") if each.exists()), None)
        if module and (not suffix or suffix in _names(module)):
            return True
    return False


def _names(module: Path) -> set[str]:
    """What somebody who imports it may ask for; and its neighbours, if it is a package."""
    names = {each.stem for each in module.parent.glob("*.py")} if module.name == "__init__.py" else set()
    for node in ast.parse(module.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {each.asname or each.name for each in node.names}
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            names |= {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    return names


def _of_pictures(root: Path) -> Told:
    files = sorted(each for each in (root / PICTURES).glob("*") if each.is_file())
    shown = pictures_shown(root)
    for file in files:
        if file.resolve() not in shown:
            yield file.relative_to(root).as_posix(), 1, "no page shows it"
    size = sum(file.stat().st_size for file in files)
    if size > MOST_BYTES:
        yield PICTURES, 1, f"{size} bytes of pictures, of {MOST_BYTES} at most"


def _targets(page: Path) -> Iterator[Path]:
    for found in _LINK.finditer(_without_fences(page.read_text())):
        yield (page.parent / (found[1] or found[2]).partition("#")[0]).resolve()


def _without_fences(text: str) -> str:
    """The same lines, those of examples blank."""
    return _FENCE.sub(_blank, text)


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found[0])


def _line(text: str, found: re.Match[str]) -> int:
    return text.count("\n", 0, found.start()) + 1
