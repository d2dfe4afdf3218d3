"""`anqi staff add|readmit|suspend`: who works in the office."""

import argparse
import getpass
import sys
from collections.abc import Sequence

from anqi.config.cli import site


def run(argv: Sequence[str]) -> int:
    """0 when it is done, 1 with a sentence when it is refused."""
    asked = _read(argv)
    if not site.set_up(site="office"):
        return 1
    from anqi.rows.refusals import Refused

    try:
        print(_ACTS[asked.act](asked))
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    return 0


def _read(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="anqi staff", description=__doc__)
    acts = parser.add_subparsers(required=True, metavar="COMMAND", dest="act")
    add = acts.add_parser("add", help="let somebody in; they set up their second factor at the first log-in")
    add.add_argument("email")
    add.add_argument("--name", required=True)
    add.add_argument("--role", choices=("clerk", "supervisor", "auditor"), required=True)
    again = acts.add_parser("readmit", help="a new password and a new second factor, also for the suspended")
    again.add_argument("email")
    out = acts.add_parser("suspend", help="keep somebody out from their next click on")
    out.add_argument("email")
    out.add_argument("--reason", required=True)
    return parser.parse_args(argv)


def _add(asked: argparse.Namespace) -> str:
    from anqi import clock
    from anqi.actions import staff

    staff.admit(
        email=asked.email, name=asked.name, role=asked.role, password=_password(), actor=_ACTOR, now=clock.now()
    )
    return f"{asked.email} may log in as {asked.role}."


def _readmit(asked: argparse.Namespace) -> str:
    from anqi import clock
    from anqi.actions import staff

    staff.readmit(email=asked.email, password=_password(), actor=_ACTOR, now=clock.now())
    return f"{asked.email} may log in with that password and sets up a new second factor."


def _suspend(asked: argparse.Namespace) -> str:
    from anqi import clock
    from anqi.actions import staff
    from anqi.people.staff import find

    staff.suspend(staff_id=find(asked.email).id, reason=asked.reason, actor=_ACTOR, now=clock.now())
    return f"{asked.email} is out from the next click on."


def _password() -> str:
    return getpass.getpass("Their password: ") if sys.stdin.isatty() else sys.stdin.readline().strip()


_ACTOR = "command line"
_ACTS = {"add": _add, "readmit": _readmit, "suspend": _suspend}
