"""`python -m tools.mutants anqi/engine` changes the engine in every small way, one at a time, and prints each change
that its tests don't notice; `… anqi/engine calendar money` changes these modules only. Writes `build/mutants.json`.

It works on a copy of the package and of its tests, which may need nothing else of the checkout. Some survivors are no
fault of the tests: what was changed makes no difference.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tools.mutants import grounds, trials
from tools.mutants.grounds import Ground
from tools.mutants.mutations import Mutant, mutants
from tools.mutants.trials import NO_ANSWER, Result, Trials

_CHECKOUT = Path(__file__).resolve().parents[2]


def main(argv: list[str], *, root: Path = _CHECKOUT) -> int:
    """0 when every mutant was tried, whoever survives; 1 when the tests fail without any; 2 for
    a package or a module that isn't there."""
    asked = _asked(argv)
    if missing := [file for file in _files(asked) if not (root / file).exists()]:
        print(f"there is no {missing[0]}", file=sys.stderr)
        return 2
    with grounds.copied(root, package=asked.package) as ground:
        made = _mutants(ground, asked)
        failed, seconds = trials.look(ground, seconds_allowed=asked.timeout)
        if failed:
            print(f"nothing is changed yet, and there fails already {failed}", file=sys.stderr)
            return 1
        tried = Trials(ground=ground, seconds=seconds, seconds_allowed=asked.timeout, jobs=asked.jobs)
        results = _shown(trials.results(made, tried))
    if not asked.only:
        _write(root / "build", asked.slice, results)
    return 0


def _asked(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.mutants")
    parser.add_argument("package", help="a folder, like anqi/engine, with its tests in tests/engine")
    parser.add_argument("modules", nargs="*", help="names of its modules, without .py; all unless told")
    parser.add_argument("--jobs", type=int, default=2, help="mutants tried at once (2)")
    parser.add_argument("--timeout", type=int, default=60, help="seconds after which a mutant counts as killed (60)")
    parser.add_argument("--only", type=_place, metavar="PATH:LINE", help="the mutants of one line; writes no file")
    parser.add_argument("--slice", type=_slice, default=(1, 1), metavar="N/M", help="the Nth of M equal shares")
    return parser.parse_intermixed_args(argv)


def _files(asked: argparse.Namespace) -> list[str]:
    return [asked.package, *(f"{asked.package}/{name}.py" for name in asked.modules)]


def _place(text: str) -> str:
    if not re.fullmatch(r".+\.py:[0-9]+", text):
        raise argparse.ArgumentTypeError(f"{text} is no place like anqi/engine/money.py:51")
    return text


def _slice(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"([0-9]+)/([0-9]+)", text)
    if not found or not 1 <= int(found[1]) <= int(found[2]):
        raise argparse.ArgumentTypeError(f"{text} is no share like 2/3")
    return int(found[1]), int(found[2])


def _mutants(ground: Ground, asked: argparse.Namespace) -> list[Mutant]:
    """Those that are asked for; the ground they come from is then as Python writes it, like them."""
    made: list[Mutant] = []
    for source in grounds.sources(ground, asked.modules):
        grounds.rewrite(ground, source)
        made += mutants(source)
    nth, shares = asked.slice
    return [mutant for mutant in made if asked.only in (None, mutant.place)][nth - 1 :: shares]


def _shown(results: Iterable[Result]) -> list[Result]:
    """The results, each survivor told as soon as it is known, and their sum."""
    known = []
    for result in results:
        known.append(result)
        if not result.noticed_by:
            print(f"{result.mutant.place}  {result.mutant.before}  →  {result.mutant.after}", flush=True)
    figures = _figures(known)
    print(
        f"{figures['made']} made, {figures['killed']} killed ({figures['unanswered']} of them by never ending),"
        f" {figures['survived']} survived: {figures['killed_percent']} % killed"
    )
    return known


def _figures(results: list[Result]) -> dict[str, float]:
    survived = sum(result.noticed_by is None for result in results)
    return {
        "made": len(results),
        "killed": len(results) - survived,
        "unanswered": sum(result.noticed_by == NO_ANSWER for result in results),
        "survived": survived,
        "killed_percent": round(100 * (len(results) - survived) / max(len(results), 1), 1),
    }


def _write(folder: Path, share: tuple[int, int], results: list[Result]) -> None:
    """All results in `mutants.json`; those of a share in a file of its own, so that shares don't write over others."""
    name = "mutants.json" if share == (1, 1) else f"mutants-{share[0]}-of-{share[1]}.json"
    ordered = sorted(results, key=lambda result: (result.mutant.path, result.mutant.line, result.mutant.after))
    told: dict[str, Any] = _figures(results) | {"mutants": [_written(result) for result in ordered]}
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n")


def _written(result: Result) -> dict[str, Any]:
    mutant = result.mutant
    return {
        "path": mutant.path,
        "line": mutant.line,
        "before": mutant.before,
        "after": mutant.after,
        "noticed_by": result.noticed_by,
        "seconds": round(result.seconds, 2),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
