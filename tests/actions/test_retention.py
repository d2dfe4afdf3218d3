"""What is over goes, by passing years; what is not stays; and books and chains verify without the people."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction

from anqi.actions import complaints, identities, leaving, papers, retention, sessions
from anqi.actions.charges import Wish as Charged
from anqi.actions.charges import open as open_charge
from anqi.actions.repayments import learn
from anqi.config import verification
from anqi.lending.models import Agreement, Application, Loan, Trace
from anqi.notices.models import Message
from anqi.payments.channels.protocol import Succeeded
from anqi.payments.models import Card, Charge
from anqi.people import borrowers, sign_ins
from anqi.people.complaints import Wish
from anqi.people.identities import IdentityTaken
from anqi.people.models import (
    Borrower,
    Complaint,
    ComplaintStep,
    Device,
    IdentityEntry,
    LoginCode,
    PhoneEntry,
    SignIn,
)
from anqi.people.retention_classes import CLASSES, Kept
from anqi.rows import keyring, sql
from anqi.rows.days import SHANGHAI, day_of
from anqi.rows.fields import EncryptedText
from tests import purchasing, reserving
from tests.actions.test_payouts import Bank, bank
from tests.planting import plant_borrower
from tests.purchasing import NOON

__all__ = ["bank"]
pytestmark = pytest.mark.django_db
PHONE, ID, NAME = "+8613800006021", "11010519491231002X", "林小满"
PAID = NOON + timedelta(hours=2)
CLOSED = NOON + timedelta(days=1)


def in_years(years: int, days: int = 0) -> datetime:
    return CLOSED.replace(year=CLOSED.year + years) + timedelta(days=days)


@pytest.fixture
def lin(bank: Bank) -> UUID:
    """Somebody who bought, paid off, applied, complained, came in from a device, and left."""
    cache.clear()
    shop, lin = purchasing.open_street(), purchasing.welcome()
    IdentityEntry.objects.create(
        id_number_hash=keyring.fingerprint(ID, purpose="id_number"), borrower_id=lin
    )
    order = purchasing.opened(shop, lin)
    loan = purchasing.sign(order)
    purchasing.ship(order)
    pay_off(lin, loan.id)
    papers.certify(borrower_id=lin, loan_id=loan.id, now=PAID)
    reserving.open_shelf()
    to = reserving.bind(lin, "6235208800006021")
    application = reserving.apply(lin, to, device="d" * 64, now=NOON)
    Application.objects.filter(id=application.id).update(state="withdrawn")
    row = complaints.complain(borrower_id=lin, attempt=uuid4(), wish=Wish(kind="other", text=NAME), now=PAID)
    complaints.withdraw(borrower_id=lin, complaint_id=row.id, now=CLOSED)
    Device.objects.create(
        borrower_id=lin, hash="d", system="mac", browser="edge", first_seen_at=NOON, last_seen_at=CLOSED
    )
    sign_ins.begin(lin, key="k", device_hash="d", now=NOON)
    sessions.send_code(phone=PHONE, language="en", now=CLOSED)
    Card.objects.update(state=Card.State.ENDED)
    leaving.close(borrower_id=lin, now=CLOSED)
    return lin


def pay_off(lin: UUID, loan_id: UUID) -> None:
    charge = open_charge(
        borrower_id=lin, wishes=[Charged(loan_id=loan_id, purpose="all", amount_minor=None)], channel="alipay", how="wap",
        attempt=uuid4().hex, now=NOON + timedelta(hours=1, minutes=30), payer_ip="203.0.113.7",
    )  # fmt: skip
    learn(
        channel="alipay", key=charge.key, learned_by="notice", now=PAID,
        result=Succeeded(ref=uuid4().hex, amount_minor=charge.amount_minor, paid_at=PAID),
    )  # fmt: skip


def gone(now: datetime) -> set[str]:
    """The classes of which something went."""
    return {name for name, count in retention.carry_out(now=now).items() if count}


def test_each_class_goes_on_its_day_and_not_before(lin: UUID) -> None:
    steps: list[tuple[datetime, set[str], Any]] = [
        (CLOSED + timedelta(days=2), set(), lambda: LoginCode.objects.count() == 1),
        (CLOSED + timedelta(days=2, hours=1), {"codes"}, lambda: not LoginCode.objects.exists()),
        (CLOSED + timedelta(days=90), set(), lambda: borrowers.by_phone(PHONE) == lin),
        (CLOSED + timedelta(days=90, hours=1), {"phones"}, lambda: borrowers.by_phone(PHONE) is None),
        (CLOSED + timedelta(days=181), set(), lambda: SignIn.objects.exists()),
        (CLOSED + timedelta(days=184), {"sign_ins", "addresses"}, lambda: Charge.objects.get().payer_ip is None),
        (in_years(1), {"devices"}, lambda: Device.objects.exists() and not Trace.objects.filter(kind="device").exists()),
        (in_years(1, 1), {"devices"}, lambda: not Device.objects.exists()),
        (in_years(3), set(), lambda: Complaint.objects.count() == ComplaintStep.objects.count() == 1),
        (in_years(3, 1), {"complaints"}, lambda: not ComplaintStep.objects.exists() and not Complaint.objects.exists()),
        (in_years(4, 360), set(), lambda: Message.objects.exists()),
        (in_years(5, 1), {"messages"}, lambda: not Message.objects.exists()),
        (in_years(10), set(), lambda: Borrower.objects.get(id=lin).name == NAME),
        (in_years(10, 1), {"identities"}, lambda: Borrower.objects.get(id=lin).name is None),
        (in_years(10, 1), set(), lambda: True),
    ]  # fmt: skip
    for now, expected, holds in steps:
        assert (gone(now), bool(holds())) == (expected, True), now


def test_after_ten_years_nothing_says_who_it_was_and_everything_verifies(lin: UUID) -> None:
    assert NAME in everything()
    retention.carry_out(now=in_years(10, 1))
    told = everything()
    for personal in (NAME, PHONE, PHONE[3:], ID, "6235208800006021", "尾号0017"):
        assert personal not in told, personal
    assert not re.search(r"1101\*+|110\*+", told)
    assert {body for (body,) in Agreement.objects.values_list("body")} == {""}
    report = verification.verify(today=day_of(in_years(10, 1)))
    assert report.is_clean, report.told()
    assert (report.links > 0, report.loans) == (True, 1)
    assert Loan.objects.count() == 1


def everything() -> str:
    """All that stands in our tables, what is encrypted in clear."""
    found = []
    for model in apps.get_models():
        if not model.__module__.startswith("anqi."):
            continue
        table = model._meta.db_table
        found += [row for (row,) in sql.fetch(f"select t::text from {table} t", [])]
        for field in model._meta.concrete_fields:
            if isinstance(field, EncryptedText):
                sealed = sql.fetch(f"select {field.column} from {table} where {field.column} is not null", [])
                found += [keyring.decrypt(bytes(each)) for (each,) in sealed]
    return "\n".join(found)


def test_papers_of_those_who_are_not_forgotten_can_t_be_blanked(lin: UUID) -> None:
    before = Agreement.objects.get().body
    with connection.cursor() as cursor:
        cursor.execute("select anqi_forget_papers()")
    assert Agreement.objects.get().body == before
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("select set_config('anqi.forgetting', 'on', true)")
            cursor.execute("update lending_agreement set body = ''")
    with connection.cursor() as cursor:
        cursor.execute("set role none")
        cursor.execute("select set_config('anqi.forgetting', 'on', true)")
        cursor.execute("update lending_agreement set body = ''")
        cursor.execute("select set_config('anqi.forgetting', '', true)")
        cursor.execute("set role anqi_app")
    assert [each.what for each in verification.verify(today=day_of(CLOSED)).wrong] == ["agreement"]


def test_whoever_closed_an_account_may_come_back_under_another_number(lin: UUID) -> None:
    stated: dict[str, Any] = {"name": NAME, "id_number": ID}
    again = plant_borrower("+8613700001204", now=CLOSED)
    Borrower.objects.filter(id=again).update(name=None, id_number=None, id_number_hash=None, verified_at=None)
    identities.verify(borrower_id=again, **stated, now=CLOSED)
    assert IdentityEntry.objects.get().borrower_id == again
    third = plant_borrower("+8613900008866", now=CLOSED)
    Borrower.objects.filter(id=third).update(name=None, id_number=None, id_number_hash=None, verified_at=None)
    with pytest.raises(IdentityTaken):
        identities.verify(borrower_id=third, **stated, now=CLOSED)
    retention.carry_out(now=in_years(10, 1))
    assert IdentityEntry.objects.get().borrower_id == again
    assert Borrower.objects.get(id=again).name == NAME
    assert PhoneEntry.objects.filter(borrower_id=again).exists()


def test_years_are_counted_from_the_day_also_in_leap_years() -> None:
    kept = Kept(name="x", since="x", because="x", statements=(), years=10)
    leap = datetime(2036, 2, 29, 12, tzinfo=SHANGHAI)
    assert kept.before(leap) == datetime(2026, 2, 28, 12, tzinfo=SHANGHAI)
    assert len({each.name for each in CLASSES}) == len(CLASSES)


def test_the_page_about_it_tells_every_class() -> None:
    page = (Path(__file__).parents[2] / "docs/retention.md").read_text()
    for each in CLASSES:
        long = f"{each.years} year" if each.years else f"{each.days} days"
        assert re.search(rf"^\| {each.name} \| {long}s? \| {each.since} \|", page, re.MULTILINE), each.name
