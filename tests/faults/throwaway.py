"""A durable server for one test file, with Django connected to it, that may be stopped at any moment."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.db import connections
from psycopg.conninfo import conninfo_to_dict

from anqi.config import backups
from anqi.config.postgres import Postgres
from tests import house


@contextlib.contextmanager
def durable_server() -> Iterator[Postgres]:
    """A server with all migrations done that keeps what it has acknowledged, whatever happens to it."""
    # Not tmp_path: that one is closed to the server's OS user when the tests run as root.
    folder = Path(tempfile.mkdtemp(prefix="anqi-test-"))
    folder.chmod(0o755)
    server = Postgres(folder / "postgres", durable=True)
    try:
        server.ensure()
        template = folder / "template.dump"
        backups.write_backup(house.SERVER.dsn("template_anqi"), template, with_programs=server.programs)
        backups.restore_backup(server.dsn(), template, replace=False, with_programs=server.programs)
        yield server
    finally:
        server.drop()
        shutil.rmtree(folder)


@contextlib.contextmanager
def connected_to(server: Postgres, *, database: str | None = None) -> Iterator[None]:
    """Django's connection leads to that server meanwhile, to its own database unless told of another."""
    stated = conninfo_to_dict(server.dsn(database))
    connection = connections["default"]
    connection.close()
    settings = connection.settings_dict
    before = {name: settings[name] for name in ("HOST", "NAME", "USER")}
    settings |= {"HOST": stated["host"], "NAME": stated["dbname"], "USER": stated["user"]}
    try:
        yield
    finally:
        connection.close()
        settings |= before
