"""A copy of all that is kept of a borrower: whole, theirs alone, without keys, for a day."""

import io
import json
import re
import zipfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from anqi.actions import complaints, copies
from anqi.actions.copies import NoSuchCopy
from anqi.notices import messages
from anqi.people.complaints import Wish
from anqi.people.models import DataCopy, StaffAct
from anqi.people.sign_ins import begin
from anqi.rows import sql
from tests import pdf_reading, purchasing, reserving
from tests.planting import at, plant_borrower
from tests.returning import staff

pytestmark = pytest.mark.django_db
NOW = at(date(2026, 9, 21))
CHECKOUT = Path(__file__).parents[2]


def files(parcel: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(parcel)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def taken(who: UUID, now: Any = NOW) -> dict[str, bytes]:
    row = copies.ask(borrower_id=who, now=now)
    return files(copies.take(borrower_id=who, copy_id=row.id, now=now))


def test_every_table_that_knows_whose_a_row_is_goes_into_it_and_is_explained() -> None:
    found = sql.fetch(
        "select table_name from information_schema.columns where table_schema = 'public' and column_name = 'borrower_id'",
        [],
    )
    named = {model._meta.db_table for model in copies.tables()}
    assert named == {name for (name,) in found} | {"people_borrower", "people_user"}
    page = (CHECKOUT / "docs/exports.md").read_text().split("## A borrower's own copy")[1]
    assert set(re.findall(r"^\| (\w+_\w+) \|", page, re.MULTILINE)) == named
    columns = {model._meta.db_table: {f.attname for f in model._meta.concrete_fields} for model in copies.tables()}
    assert all(set(names) <= columns[table] for table, names in copies.WITHHELD.items())


def test_it_holds_all_of_one_borrower_in_clear_and_nothing_of_another_nor_any_key() -> None:
    shop, lin, zhou = purchasing.open_street(), purchasing.welcome(), purchasing.welcome("+8613900008866")
    mine, others = (purchasing.opened(shop, who, number=str(who)) for who in (lin, zhou))
    loan, other = purchasing.sign(mine), purchasing.sign(others)
    purchasing.ship(mine)
    reserving.bind(lin, "6235208800006021")
    clerk = staff()
    begin(lin, key="sessionkey", device_hash="d", now=NOW)
    StaffAct.objects.create(actor_id=clerk.id, verb="unmask", borrower_id=lin, reason="怀疑套现", at=NOW)
    row = complaints.complain(borrower_id=lin, attempt=uuid4(), wish=Wish(kind="other", text="字太小"), now=NOW)
    complaints.note(borrower_id=lin, complaint_id=row.id, text="不用理", actor=clerk, now=NOW)
    messages.enqueue(borrower_id=lin, phone="+8613800006021", template="x", text="你好", now=NOW)
    found = taken(lin, purchasing.NOON + timedelta(days=1))
    tables = {Path(name).stem: json.loads(body) for name, body in found.items() if name.startswith("data/")}
    assert tables["people_borrower"][0]["name"] == "林小满"
    assert tables["people_borrower"][0]["id_number"] == "11010519491231002X"
    assert [each["id"] for each in tables["lending_loan"]] == [str(loan.id)]
    assert [each["kind"] for each in tables["lending_fact"]] == ["signed", "shipped"]
    assert tables["people_complaint"][0]["text"] == "字太小"
    assert "你好" in {each["text"] for each in tables["notices_message"]}
    assert tables["people_staff_act"][0]["verb"] == "unmask"
    assert len(tables["payments_card"]) == 1
    told = b"".join(found.values()).decode(errors="ignore")
    for kept in (zhou, other.id, other.agreement_id, clerk.id, "6235208800006021", "sessionkey", "怀疑套现", "不用理"):
        assert str(kept) not in told
    assert not [each for each in tables["payments_card"] if "token" in each]
    papers = {re.sub(r"-[0-9a-f-]{36}|-AQ.*(?=\.)", "", name) for name in found if name.startswith("papers/")}
    assert papers == {f"papers/{name}.pdf" for name in ("agreement", "cost-statement", "statement")}
    (paper,) = [body for name, body in found.items() if name.startswith("papers/statement-")]
    assert "6397.11" in "".join(pdf_reading.words(paper)).replace(",", "")


def test_there_is_one_for_a_day_and_each_taking_is_on_record() -> None:
    lin = plant_borrower(now=NOW)
    row = copies.ask(borrower_id=lin, now=NOW)
    assert copies.ask(borrower_id=lin, now=NOW + timedelta(hours=23)).id == row.id
    assert "林小满".encode() not in bytes(sql.fetch("select parcel from people_data_copy", [])[0][0])
    for _ in range(2):
        copies.take(borrower_id=lin, copy_id=row.id, now=NOW + timedelta(hours=23))
    assert copies.expire(now=NOW + timedelta(hours=23)) == 0
    over = NOW + timedelta(hours=24)
    with pytest.raises(NoSuchCopy):
        copies.take(borrower_id=lin, copy_id=row.id, now=over)
    with pytest.raises(NoSuchCopy):
        copies.take(borrower_id=plant_borrower("+8613900008866", now=NOW), copy_id=row.id, now=NOW)
    assert copies.expire(now=over) == 1
    kept = DataCopy.objects.get()
    assert (kept.taken, kept.last_taken_at, kept.parcel) == (2, NOW + timedelta(hours=23), None)
    assert copies.ask(borrower_id=lin, now=over).id != row.id


def test_a_large_one_is_made_by_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    from anqi.jobs import rights

    lin = plant_borrower(now=NOW)
    monkeypatch.setattr(copies, "AT_ONCE", -1)
    row = copies.ask(borrower_id=lin, now=NOW)
    assert copies.ask(borrower_id=lin, now=NOW).id == row.id
    assert row.made_at is None
    with pytest.raises(NoSuchCopy):
        copies.take(borrower_id=lin, copy_id=row.id, now=NOW)
    later = NOW + timedelta(minutes=1)
    rights.make_copies.func()
    copies.make(borrower_id=lin, copy_id=row.id, now=later)
    assert DataCopy.objects.get().made_at != later
    assert not copies.waiting(limit=9)
