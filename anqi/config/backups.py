"""Backups of a whole database in one file, written and restored by PostgreSQL's own programs."""

import os
import subprocess
import time
from pathlib import Path

import psycopg
from psycopg import errors, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from anqi.config.programs import NoPostgres, Programs

APPLICATION_ROLE = "anqi_app"
_FORCED_ATTEMPTS = 50


def write_backup(url: str, file: Path, *, with_programs: Programs) -> None:
    """The database as it is at this moment, in a file that only its owner can read; work goes on meanwhile.

    Refuses to overwrite. Half a file never gets the name asked for.
    """
    if file.exists():
        raise NoPostgres(f"{file} is there already. Choose another name, or remove it first.")
    unfinished = file.with_name(file.name + ".part")
    try:
        _run_client("pg_dump", url, "-Fc", "-f", str(unfinished), with_programs=with_programs,
                    failed=f"No backup was written to {file}.")
        unfinished.rename(file)
    finally:
        unfinished.unlink(missing_ok=True)


def restore_backup(url: str, file: Path, *, replace: bool, with_programs: Programs) -> None:
    """Put a backup into a database: all of it or, when anything goes wrong, nothing.

    Refuses a database that holds tables, unless `replace`: then they stay until the backup is in completely.
    """
    if not file.is_file():
        raise NoPostgres(f"There is no file {file}.")
    try:
        empty = is_empty(url)
        if not (empty or replace):
            raise NoPostgres("The database is not empty. Back it up, then add --replace to lose what it has.")
        _make_application_role(url)
        if empty:
            _fill(url, file, with_programs)
        else:
            _replace(url, file, with_programs)
    except psycopg.Error as error:
        raise NoPostgres(f"The database was left as it was. PostgreSQL says: {str(error).strip()}") from None


def is_empty(url: str) -> bool:
    with psycopg.connect(url) as connection:
        return connection.execute(
            "select from pg_class join pg_namespace on pg_namespace.oid = relnamespace"
            " where nspname !~ '^pg_' and nspname <> 'information_schema' limit 1"
        ).fetchone() is None


def client_command(
    program: str, url: str, *options: str, with_programs: Programs
) -> tuple[list[str], dict[str, str]]:
    """Command and environment; the password is in the latter, because `ps` shows the former to everybody."""
    parts = conninfo_to_dict(url)
    password = parts.pop("password", None)
    environment = os.environ | ({"PGPASSWORD": str(password)} if password else {})
    return [with_programs.path(program), "-d", make_conninfo("", **parts), *options], environment


def _fill(url: str, file: Path, with_programs: Programs) -> None:
    # Owners are left out: the role that restores may have another name than the one that was backed up.
    _run_client("pg_restore", url, "--single-transaction", "--exit-on-error", "--no-owner", str(file),
                with_programs=with_programs, failed=f"{file} was not restored; the database is as it was.")


def _replace(url: str, file: Path, with_programs: Programs) -> None:
    """Beside the old one first, then the two swap names: a broken backup or a full disk loses nothing."""
    name = str(conninfo_to_dict(url)["dbname"])
    incoming, replaced = f"{name}_incoming", f"{name}_replaced"
    with psycopg.connect(make_conninfo(url, dbname="postgres"), autocommit=True) as server:
        _drop(server, incoming, replaced)
        server.execute(sql.SQL("create database {} template template0").format(sql.Identifier(incoming)))
        try:
            _fill(make_conninfo(url, dbname=incoming), file, with_programs)
            _swap(server, name=name, incoming=incoming, replaced=replaced)
        finally:
            _drop(server, incoming, replaced)


def _swap(server: psycopg.Connection, *, name: str, incoming: str, replaced: str) -> None:
    rename = sql.SQL("alter database {} rename to {}")
    for _ in range(_FORCED_ATTEMPTS):
        # A site that still runs connects again at once; between two attempts there is a gap to slip through.
        server.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [name])
        try:
            with server.transaction():
                server.execute(rename.format(sql.Identifier(name), sql.Identifier(replaced)))
                server.execute(rename.format(sql.Identifier(incoming), sql.Identifier(name)))
            return
        except errors.ObjectInUse:
            time.sleep(0.1)
    raise NoPostgres("Somebody keeps using the database, which is as it was. Stop the site, and try again.")


def _drop(server: psycopg.Connection, *databases: str) -> None:
    for database in databases:
        server.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(database)))


def _make_application_role(url: str) -> None:
    """A backup holds what was granted to the role, but roles belong to the server and are not in it."""
    with psycopg.connect(url) as connection:
        if connection.execute("select 1 from pg_roles where rolname = %s", [APPLICATION_ROLE]).fetchone():
            return
        try:
            connection.execute(sql.SQL("create role {} nologin").format(sql.Identifier(APPLICATION_ROLE)))
        except errors.InsufficientPrivilege:
            raise NoPostgres(f"This server has no role {APPLICATION_ROLE}, and yours may not create it. Ask "
                             f"its administrator for `create role {APPLICATION_ROLE} nologin`.") from None
        except (errors.DuplicateObject, errors.UniqueViolation):
            connection.rollback()


def _run_client(program: str, url: str, *options: str, with_programs: Programs, failed: str) -> None:
    command, environment = client_command(program, url, *options, with_programs=with_programs)
    ended = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                           umask=0o077, check=False)
    if ended.returncode != 0:
        raise NoPostgres(f"{failed} {program} says: {ended.stderr.strip()}")
