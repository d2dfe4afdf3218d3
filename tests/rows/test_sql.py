"""Hand-written statements: several writes as one, rows as one parameter."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from anqi.rows import sql
from anqi.rows.chain import canonical

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shelf() -> None:
    sql.fetch("create temporary table shelf (id int primary key, what text, no uuid)", [])


def put(number: int, what: str) -> None:
    sql.write("insert into shelf (id, what) values ($1, $2)", [number, what])


def shelved() -> list[tuple[int, str]]:
    return sql.fetch("select id, what from shelf order by id", [])


def test_alone_a_write_has_ended_when_it_returns() -> None:
    put(1, "phone")
    assert shelved() == [(1, "phone")]


@pytest.mark.parametrize("count", [1, 2, 30])
def test_together_they_are_one_statement_with_each_its_own_values(count: int) -> None:
    with connection.execute_wrapper(lambda *rest: pytest.fail("not by Django's cursors")), sql.together():
        for number in range(count):
            put(number, f"phone {number}")
        assert shelved() == [], "a write did not wait for the others"
    assert shelved() == [(number, f"phone {number}") for number in range(count)]


def test_one_that_fails_takes_the_others_with_it() -> None:
    put(1, "phone")
    with pytest.raises(IntegrityError), transaction.atomic(), sql.together():
        put(2, "case")
        put(1, "again")
    assert shelved() == [(1, "phone")]


def test_a_block_that_breaks_writes_nothing_and_the_next_write_is_alone_again() -> None:
    with pytest.raises(ZeroDivisionError), sql.together():
        put(1, "phone")
        raise ZeroDivisionError
    put(2, "case")
    assert shelved() == [(2, "case")]


def test_an_empty_block_does_nothing() -> None:
    with sql.together():
        pass
    assert shelved() == []


def test_on_a_cluster_they_go_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql, "_is_cluster", lambda: True)
    with sql.together():
        put(1, "phone")
        sql.write("update shelf set what = $1 where id = $2", ["case", 1])
    assert shelved() == [(1, "case")], "as one statement the update would not see the new row"


def test_rows_come_as_one_parameter() -> None:
    number = uuid4()
    given = sql.rows("$1", {"id": "int", "what": "text", "no": "uuid"})
    rows = [{"id": 1, "what": "电话 \"$1\"", "no": number}, {"id": 2, "what": None, "no": None}]
    sql.write(f"insert into shelf select id, what, no from {given}", [sql.as_rows(canonical(row).decode() for row in rows)])
    assert sql.fetch("select what, no from shelf order by id", []) == [("电话 \"$1\"", number), (None, None)]


def test_ids_come_as_one_parameter() -> None:
    ids = [uuid4() for _ in range(3)]
    for asked in (ids, ids[:1], []):
        [(found,)] = sql.fetch("select $1::uuid[]", [sql.as_ids(asked)])
        assert found == asked
