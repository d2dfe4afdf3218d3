"""`anqi prove --all`: compares the books of every loan with the engine, now."""

import argparse
from collections.abc import Sequence

from anqi.config.cli import site


def run(argv: Sequence[str]) -> int:
    """0 when the whole book agrees; 1 where a loan differs, which then waits in the office's queue."""
    parser = argparse.ArgumentParser(prog="anqi prove", description=__doc__)
    parser.add_argument("--all", action="store_true", required=True, help="the whole book")
    parser.add_argument("--processes", type=int, default=2, help="how many compare side by side")
    asked = parser.parse_args(argv)
    if not site.set_up():
        return 1
    from anqi.config.cli.close import Told
    from anqi.jobs import close

    with Told() as told:
        proved = close.prove_all(processes=asked.processes, told=told)
    print(f"{proved.count} loans proved; {proved.differing} differ from their books.")
    return 1 if proved.differing else 0
