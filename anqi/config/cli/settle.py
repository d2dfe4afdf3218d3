"""`anqi settle`: keeps what each shop is owed for a day that is shut; each night does so by itself."""

import argparse
import sys
from collections.abc import Sequence
from datetime import date

from anqi.config.cli import site


def run(argv: Sequence[str]) -> int:
    """0 when it is done, 1 where the day is not shut yet."""
    parser = argparse.ArgumentParser(prog="anqi settle", description=__doc__)
    parser.add_argument("--day", type=date.fromisoformat, metavar="DATE", help="all days that are over if not told")
    asked = parser.parse_args(argv)
    if not site.set_up():
        return 1
    from anqi import clock
    from anqi.actions import settlements

    try:
        if asked.day:
            settlements.make(asked.day, now=clock.now())
        made = (asked.day, asked.day) if asked.day else settlements.make_all(now=clock.now())
    except settlements.DayNotShut as refused:
        print(refused, file=sys.stderr)
        return 1
    print(f"What shops are owed is kept for {made[0]} to {made[1]}." if made else "No day is over yet.")
    return 0
