"""`anqi`: the command line."""

import importlib
import sys

_COMMANDS = {
    "db": "the database: start, stop, status, shell, backup, restore, drop",
    "migrate": "bring the tables up to date",
    "serve": "serve a site: borrower, office or merchant",
    "worker": "do what is due, until stopped",
    "close": "end every business day that is over",
    "settle": "what shops are owed for days that are shut",
    "prove": "compare the books of every loan with the engine",
    "verify": "recompute every hash chain, and the books of every loan",
    "books": "the trial balance of any day, and files of it",
    "bank": "take a statement file of the bank account",
    "reconcile": "hold a channel's statement of a day against ours and the books",
    "bureau": "whether a lender reports to a credit bureau, and to which",
    "report": "the file of a month for a credit bureau",
    "reserves": "sell the cash reserves that anqi comes with",
    "complaints": "by which working day complaints are answered",
    "staff": "let somebody into the office",
    "seed": "invent a book of any size, for measuring; never in production",
    "django": "a command of Django's own",
}


def main(argv: list[str]) -> int:
    """The exit code of the command; 2 for one that there isn't."""
    if not argv or argv[0] in ("-h", "--help", "help"):
        print(_help())
        return 0
    if argv[0] not in _COMMANDS:
        print(f"`{argv[0]}` is no command of anqi.\n\n{_help()}", file=sys.stderr)
        return 2
    # Each command is its own module: `anqi db` must not wait for Django.
    code: int = importlib.import_module(f"anqi.config.cli.{argv[0]}").run(argv[1:])
    return code


def _help() -> str:
    lines = [f"  {name:<10}{what}" for name, what in _COMMANDS.items()]
    return "\n".join(["usage: anqi COMMAND …   (each has --help)", "", *lines])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
