"""Rows of models through hand-written statements are the rows that Django's own would be."""

import json
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anqi.payments.models import Charge
from anqi.rows import records, sql
from anqi.rows.ids import uuid7
from tests.planting import at, plant_borrower

pytestmark = pytest.mark.django_db
NOON = at(date(2026, 10, 9))
_TOLD = "select (to_jsonb(c) - 'payer_ip')::text from payments_charge c"


@pytest.fixture
def charge() -> Charge:
    """One with a secret, JSON, a time, and nothing where it may be."""
    charge = Charge(
        borrower_id=plant_borrower(now=NOON), id=uuid7(), channel="wechat", key="aq1", attempt="1", amount_minor=53_309,
        subject="按期还款", how="h5", payer_ip="203.0.113.7", action={"url": "https://x.example"}, opened_at=NOON,
        expires_at=NOON,
    )  # fmt: skip
    records.insert(charge)
    return charge


def columns(row: Charge) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in Charge._meta.concrete_fields}


def test_what_is_inserted_is_read_back(charge: Charge) -> None:
    assert columns(Charge.objects.get()) == columns(charge)
    [(kept,)] = sql.fetch("select payer_ip from payments_charge", [])
    assert b"203.0.113.7" not in bytes(kept)


def test_what_is_told_as_json_is_the_row_and_secrets_are_read_when_asked_for(charge: Charge) -> None:
    row = records.from_json(Charge, json.loads(sql.fetch(_TOLD, [])[0][0]))
    assert row.get_deferred_fields() == {"payer_ip"}
    with CaptureQueriesContext(connection) as asked:
        assert (row.opened_at, row.amount_minor, row.ended_at, row.action) == (NOON, 53_309, None, charge.action)
        assert not asked.captured_queries
        assert row.payer_ip == "203.0.113.7"
    assert len(asked) == 1


def test_together_they_are_one_statement(charge: Charge) -> None:
    others = [Charge(**{**columns(charge), "id": uuid7(), "attempt": str(n)}) for n in (2, 3)]
    with CaptureQueriesContext(connection) as asked, sql.together():
        for other in others:
            records.insert(other)
    assert Charge.objects.count() == 3
    assert len([each for each in asked if "payments_charge" in each["sql"]]) == 1
