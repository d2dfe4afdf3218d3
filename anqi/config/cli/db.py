"""`anqi db`: the database from the command line."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from anqi.config import backups, postgres, programs
from anqi.config.postgres import NoPostgres, Postgres

NOT_RUNNING = 3


def run(argv: Sequence[str]) -> int:
    """The exit code: 0 done, 1 declined or failed (the reason is on stderr), 3 from `status` when not up."""
    asked = _parser().parse_args(argv)
    try:
        return int(asked.do(asked))
    except NoPostgres as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    told = "The database of this checkout, or of DATABASE_URL."
    parser = argparse.ArgumentParser(prog="anqi db", description=told)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, do: object, told: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=told, description=told)
        added.set_defaults(do=do)
        return added

    command("start", _start, "start the embedded server, if it isn't running, and print its address")
    command("stop", _stop, "stop the embedded server")
    command("status", _status, "say whether the database answers (exit code 3 when not)")
    shell = command("shell", _shell, "open psql; options for it go after --")
    shell.add_argument("options", nargs="*", metavar="-- OPTION", help="handed to psql")
    backup = command("backup", _backup, "write all of the database into a new file")
    backup.add_argument("file", type=Path)
    restore = command("restore", _restore, "put a backup into an empty database")
    restore.add_argument("file", type=Path)
    restore.add_argument("--replace", action="store_true", help="lose what the database holds now")
    drop = command("drop", _drop, "stop the embedded server and remove its data for ever")
    drop.add_argument("--yes", action="store_true", help="do not ask")
    return parser


def _start(_: argparse.Namespace) -> int:
    print(f"The database answers at {postgres.database_url()}" if not _is_given() else _told_of_given())
    return 0


def _stop(_: argparse.Namespace) -> int:
    server = _embedded("stopped")
    was_running = server.status().is_running
    server.stop()
    print("The database has stopped." if was_running else "The database was not running.")
    return 0


def _status(_: argparse.Namespace) -> int:
    if _is_given():
        print(_told_of_given())
        return 0
    found = postgres.checkout_server().status()
    if found.answers:
        print(f"The database answers: PostgreSQL {found.major}, process {found.pid}, in {found.folder}")
        return 0
    if found.is_running:
        print(f"The server (process {found.pid}) runs but doesn't answer yet. Its log is {found.log}")
    elif found.major:
        print(f"The database is not running. Its data (PostgreSQL {found.major}) are in {found.folder}")
    else:
        print(f"There is no database yet. `anqi db start` makes one in {found.folder}")
    return NOT_RUNNING


def _shell(asked: argparse.Namespace) -> int:
    url = postgres.database_url()
    command, environment = backups.client_command("psql", url, *asked.options, with_programs=_programs(url))
    # Replaced by psql, not waiting for it: Ctrl-C is psql's, and so is the exit code.
    sys.stdout.flush()
    os.execve(command[0], command, environment)


def _backup(asked: argparse.Namespace) -> int:
    url = postgres.database_url()
    backups.write_backup(url, asked.file, with_programs=_programs(url))
    print(f"The backup is in {asked.file}. It holds personal data: only you can read it, keep it so. The key "
          "ring that opens its encrypted columns is not in it: keep a copy of that elsewhere.")
    return 0


def _restore(asked: argparse.Namespace) -> int:
    url = postgres.database_url()
    backups.restore_backup(url, asked.file, replace=asked.replace, with_programs=_programs(url))
    print(f"The database now holds what is in {asked.file}.")
    return 0


def _drop(asked: argparse.Namespace) -> int:
    server = _embedded("dropped")
    if not (asked.yes or _confirmed(server)):
        print("Nothing was dropped. To drop without being asked, add --yes.", file=sys.stderr)
        return 1
    server.drop()
    print(f"The database in {server.home} is gone.")
    return 0


def _confirmed(server: Postgres) -> bool:
    if not sys.stdin.isatty():
        return False
    return input(f"All data in {server.home} will be lost. Type `drop` to go on: ").strip() == "drop"


def _embedded(what: str) -> Postgres:
    if _is_given():
        raise NoPostgres(f"DATABASE_URL names a server that anqi did not start, so it can't be {what} from "
                         "here. Unset it to reach the embedded one.")
    return postgres.checkout_server()


def _is_given() -> bool:
    return bool(os.environ.get("DATABASE_URL"))


def _programs(url: str) -> programs.Programs:
    if _is_given():
        return programs.find_client_programs(server_major=postgres.server_version(url) // 10000)
    return postgres.checkout_server().programs


def _told_of_given() -> str:
    version = postgres.server_version(postgres.database_url())
    return f"The database of DATABASE_URL answers: PostgreSQL {version // 10000}.{version % 10000}"


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
