"""The address of the database: given, refused, or that of the checkout's own server."""

from pathlib import Path

import psycopg
import pytest

from anqi.config import postgres
from anqi.config.postgres import NoPostgres, Postgres


def test_database_url_wins(running: Postgres, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANQI_HOME", str(home / "unused"))
    monkeypatch.setenv("DATABASE_URL", running.ensure())
    assert postgres.database_url() == running.dsn()
    assert not (home / "unused").exists()


def test_a_database_url_that_does_not_answer_is_refused_without_its_password(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://anqi:hush@/anqi?host={home}")
    with pytest.raises(NoPostgres, match="no database answers there") as refused:
        postgres.database_url()
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize("url", ["not a url", "mysql://localhost/anqi"])
def test_a_database_url_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(NoPostgres, match="no database answers there"):
        postgres.database_url()


def test_an_old_server_is_refused(running: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", running.ensure())
    monkeypatch.setattr(postgres, "server_version", lambda url: 140011)
    with pytest.raises(NoPostgres, match="names a PostgreSQL 14; anqi needs 15 or newer"):
        postgres.database_url()


def test_without_database_url_the_checkouts_server_is_started(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANQI_HOME", str(home))
    url = postgres.database_url()
    assert url == postgres.checkout_server().dsn()
    assert postgres.checkout_server().home == home / "postgres"
    psycopg.connect(url).close()
