"""The style guide as a test: `python -m tools.tidy` prints every place that breaks it, and fails.

It holds what ruff, mypy and import-linter can't see.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools import links, tidy_rules
from tools.tidy_rules import ROOMS, Source

_CHECKOUT = Path(__file__).resolve().parents[1]
_TEXTS = {".py", ".html", ".css", ".js", ".md", ".po", ".sql", ".sh", ".toml", ".in", ".txt", ".yml"}


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Where a rule is broken, and what to do."""

    path: str
    line: int
    told: str


def main() -> int:
    """0 when nothing is untidy, else 1."""
    found = [fault for source in sources(_CHECKOUT) for fault in faults(source)]
    found += gone(_CHECKOUT)
    found += [Fault(path=path, line=line, told=told) for path, line, told in links.faults(_CHECKOUT)]
    for fault in found:
        print(f"{fault.path}:{fault.line}: {fault.told}")
    print(f"{len(found)} untidy places." if found else "Tidy.", file=sys.stderr)
    return 1 if found else 0


def sources(root: Path) -> Iterator[Source]:
    """The project's own texts: its rooms, docs, and what lies at the top."""
    folders = [root / room for room in (*ROOMS, "docs", "requirements", ".ci", "bin")]
    files = [file for folder in folders for file in folder.rglob("*")] + list(root.glob("*"))
    for file in sorted(files):
        if file.is_file() and _is_ours(file):
            yield Source(path=file.relative_to(root).as_posix(), text=file.read_text())


def _is_ours(file: Path) -> bool:
    named = file.suffix in _TEXTS or file.parent.name in (".ci", "bin") or file.name == "Makefile"
    return named and ".min." not in file.name and "__pycache__" not in file.parts


def faults(source: Source) -> Iterator[Fault]:
    """Everything that is wrong with one file."""
    for rule in tidy_rules.RULES:
        for line, told in rule(source):
            yield Fault(path=source.path, line=line, told=told)


def gone(root: Path) -> Iterator[Fault]:
    """Exceptions that nobody needs any more, because their file is no longer there."""
    for path in tidy_rules.excepted():
        if not (root / path).exists():
            yield Fault(path="tools/tidy_rules.py", line=1, told=f"{path} is gone: strike its exception")


if __name__ == "__main__":
    sys.exit(main())
