"""`python -m demo.seeding`, or `anqi seed`: a believable book of any size, for measuring and for analysts."""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from datetime import date

from anqi.config.cli import site
from demo.seeding import people

_PROCESSES = 2


def main(argv: Sequence[str]) -> int:
    """0 when the book is written, 1 with a sentence when it is refused."""
    asked = _parser().parse_args(argv)
    if not site.set_up():
        return 1
    from anqi import clock
    from anqi.rows.refusals import Refused
    from demo.seeding import books

    began = time.monotonic()
    try:
        seeded = books.seed(
            loans=asked.loans, seed=asked.seed, today=asked.day or clock.today(), processes=asked.processes,
            adds=asked.add, is_lean=asked.lean, note=_show,
        )  # fmt: skip
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    seconds, count = time.monotonic() - began, seeded.rows.total()
    wrote = f"{seeded.loans} loans of {seeded.borrowers} borrowers"
    print(f"\r{wrote}: {count} rows in {seconds:.1f} s, {count / seconds:.0f}/s")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="anqi seed", description=__doc__)
    parser.add_argument("--loans", type=_some, required=True, metavar="N")
    parser.add_argument("--seed", type=_seed, default=7, help=f"another book for each, from 0 to {people.SEEDS - 1}")
    parser.add_argument("--day", type=date.fromisoformat, help="the morning on which the book stands; today")
    parser.add_argument("--add", action="store_true", help="also where there are people who were not seeded")
    parser.add_argument("--lean", action="store_true", help="without charges, receipts, messages: a third of the bytes")
    parser.add_argument("--processes", type=_some, default=min(_PROCESSES, os.cpu_count() or 1), metavar="N")
    return parser


def _some(stated: str) -> int:
    count = int(stated)
    if not 0 < count < people.MOST:
        raise argparse.ArgumentTypeError(f"from 1 to {people.MOST - 1}")
    return count


def _seed(stated: str) -> int:
    seed = int(stated)
    if not 0 <= seed < people.SEEDS:
        raise argparse.ArgumentTypeError(f"from 0 to {people.SEEDS - 1}")
    return seed


def _show(borrowers: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{borrowers} borrowers", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
