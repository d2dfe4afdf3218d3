"""Copies of a package and its tests, in which mutants stand: the checkout is never written to."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.mutants.mutations import Mutant
from tools.mutants.sources import Source


@dataclass(frozen=True, kw_only=True)
class Ground:
    """A copy of a package, like `anqi/engine`, and of `tests/engine`."""

    folder: Path
    package: str

    @property
    def tests(self) -> str:
        return f"tests/{Path(self.package).name}"


@contextlib.contextmanager
def copied(root: Path, *, package: str) -> Iterator[Ground]:
    """The package and its tests as they are now, whoever goes on working on them; nothing else of the checkout."""
    with tempfile.TemporaryDirectory(prefix="anqi-mutants-") as name:
        ground = Ground(folder=Path(name) / "ground", package=package)
        for part in (package, ground.tests):
            shutil.copytree(root / part, ground.folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        # A page that a test follows is part of the test.
        page = root / "docs" / f"{Path(package).name}.md"
        if page.exists():
            (ground.folder / "docs").mkdir()
            shutil.copy(page, ground.folder / "docs")
        for above in Path(package).parents[:-1]:
            shutil.copy(root / above / "__init__.py", ground.folder / above)
        yield ground


def sources(ground: Ground, names: list[str]) -> list[Source]:
    """The modules of these names, or all."""
    folder = ground.folder / ground.package
    files = [folder / f"{name}.py" for name in names] if names else sorted(folder.glob("*.py"))
    return [Source(path=file.relative_to(ground.folder).as_posix(), text=file.read_text()) for file in files]


def rewrite(ground: Ground, source: Source) -> None:
    """From now on the module stands there as Python writes it, as it does in each of its mutants."""
    (ground.folder / source.path).write_text(source.rewritten)


def with_mutant(ground: Ground, mutant: Mutant) -> Ground:
    """A copy beside the ground, in which the mutant stands; whoever asked for it removes its folder."""
    folder = Path(tempfile.mkdtemp(prefix="mutant-", dir=ground.folder.parent))
    shutil.copytree(ground.folder, folder, dirs_exist_ok=True)
    module = folder / mutant.path
    module.write_text(mutant.source)
    # What Python compiled of the module before could pass for the mutant, of one size and within one second.
    for compiled in (module.parent / "__pycache__").glob(f"{module.stem}.*.pyc"):
        compiled.unlink()
    return Ground(folder=folder, package=ground.package)
