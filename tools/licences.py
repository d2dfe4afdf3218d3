"""Whether what anqi is handed out with may be: the licence of every package that requirements/base.txt pins."""

import re
import sys
from collections.abc import Callable
from importlib import metadata
from importlib.metadata import PackageMetadata
from pathlib import Path

_PINNED = Path(__file__).resolve().parents[1] / "requirements/base.txt"
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==\S+(\s*;)?", re.MULTILINE)
ALLOWED = {
    "MIT", "MIT-0", "MIT License",
    "BSD", "BSD-2-Clause", "BSD-3-Clause", "BSD License",
    "Apache-2.0", "Apache License, Version 2.0", "Apache Software License",
    "PSF-2.0", "PSFL", "Public Domain",
    # These two ask for their own source only, which we don't change and anybody can get.
    "MPL-2.0", "Mozilla Public License 2.0", "LGPL-3.0-only",
}  # fmt: skip


def main() -> int:
    """0 when every licence is allowed, else 1 with the names of those that aren't."""
    wrong = refused(_PINNED.read_text(), described=metadata.metadata)
    for name, why in wrong.items():
        print(f"{name}: {why}")
    return 1 if wrong else 0


def refused(pins: str, *, described: Callable[[str], PackageMetadata]) -> dict[str, str]:
    """The pinned packages that may not be handed out with anqi, and why."""
    wrong = {}
    for name, is_conditional in _PIN.findall(pins):
        try:
            terms = licence(described(name))
        except metadata.PackageNotFoundError:
            # One with a condition (another system's, another Python's) isn't needed here.
            if not is_conditional:
                wrong[name] = "pinned, but not installed: run `make install`"
            continue
        if not terms:
            wrong[name] = "says nothing about its licence"
        elif not is_allowed(terms):
            wrong[name] = f"{terms} is not among the licences that tools/licences.py allows"
    return wrong


def licence(package: PackageMetadata) -> str:
    """What the package says of itself, as an expression; empty when it says nothing that can be read."""
    expression, text = (str((package.get_all(field) or [""])[0]) for field in ("License-Expression", "License"))
    # The old field may hold the whole licence; then only the classifiers can be read.
    is_name = 0 < len(text) < 60 and "\n" not in text
    return expression or (text if is_name else " AND ".join(_classified(package)))


def _classified(package: PackageMetadata) -> list[str]:
    said = [str(line).split(" :: ") for line in package.get_all("Classifier") or []]
    return [re.sub(r" \(.*\)$", "", line[-1]) for line in said if line[0] == "License" and len(line) > 2]


def is_allowed(terms: str) -> bool:
    """Whether one of the alternatives is allowed in all its parts; with brackets, whether all that it names is."""
    if "(" in terms:
        return all(name in ALLOWED for name in re.findall(r"[\w.+-]+", terms) if name not in ("AND", "OR", "WITH"))
    return any(_is_allowed_whole(alternative.strip()) for alternative in terms.split(" OR "))


def _is_allowed_whole(alternative: str) -> bool:
    return alternative in ALLOWED or all(part.strip() in ALLOWED for part in re.split(r" AND |,", alternative))


if __name__ == "__main__":
    sys.exit(main())
