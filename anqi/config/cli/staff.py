"""`anqi staff add`: lets somebody into the office."""

import argparse
import getpass
import sys
from collections.abc import Sequence

from anqi.config.cli import site


def run(argv: Sequence[str]) -> int:
    """0 when they are in; the second factor is set up at their first log-in."""
    parser = argparse.ArgumentParser(prog="anqi staff", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add = commands.add_parser("add", help="let somebody in")
    add.add_argument("email")
    add.add_argument("--name", required=True)
    add.add_argument("--role", choices=("clerk", "supervisor", "auditor"), required=True)
    asked = parser.parse_args(argv)
    if not site.set_up(site="office"):
        return 1
    from anqi import clock
    from anqi.actions import staff
    from anqi.rows.refusals import Refused

    password = getpass.getpass("Their first password: ") if sys.stdin.isatty() else sys.stdin.readline().strip()
    try:
        staff.admit(
            email=asked.email, name=asked.name, role=asked.role, password=password, actor="command line",
            now=clock.now(),
        )  # fmt: skip
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    print(f"{asked.email} may log in as {asked.role}.")
    return 0
