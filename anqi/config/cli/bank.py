"""`anqi bank`: statement files of the lender's account."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from anqi.config.cli import site


def run(argv: Sequence[str]) -> int:
    """0 when the file is taken, or was before; 1 with a sentence when nothing of it is."""
    parser = argparse.ArgumentParser(prog="anqi bank", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    told = "take a statement file as the bank gives it: CSV in UTF-8 or GBK; again it changes nothing"
    command = commands.add_parser("import", help=told, description=told)
    command.add_argument("file", type=Path, metavar="FILE")
    asked = parser.parse_args(argv)
    return _import(asked.file) if site.set_up() else 1


def _import(path: Path) -> int:
    from anqi import clock
    from anqi.actions import bank
    from anqi.rows.refusals import Refused

    try:
        imported = bank.import_statement(path.read_bytes(), actor=None, now=clock.now())
    except OSError as trouble:
        print(f"{path} can't be read: {trouble.strerror}.", file=sys.stderr)
        return 1
    except Refused as refused:
        print(f"Nothing of {path} was taken. {refused}", file=sys.stderr)
        return 1
    kept = imported.statement
    told = f"{kept.new_lines} of {kept.lines} lines are new" if imported.is_new else "This file was taken before"
    print(f"{told}; the account stood at {kept.balance_minor} fen at its end.")
    return 0
