"""Another phone number or identity for an account: proved by both phones, or looked at and waited for."""

import re
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache

from anqi.actions import account_requests as acts
from anqi.actions import sessions
from anqi.jobs import rights
from anqi.notices import messages
from anqi.notices.models import Message
from anqi.people import account_requests, identities, phones, sign_ins
from anqi.people.account_requests import NoSuchRequest, NotMatching, PhoneTaken, RequestOver, SamePhone
from anqi.people.authority import NeedsSupervisor, NotTheirs, ReasonMissing
from anqi.people.codes import TooManyCodes, WrongCode
from anqi.people.identities import IdentityTaken
from anqi.people.models import AccountRequest, Borrower, IdentityEntry, PhoneEntry, SignIn, StaffAct
from anqi.rows import sql
from tests.people.at_once import at_once
from tests.planting import at, plant_borrower
from tests.returning import staff

NOW = at(date(2026, 9, 21))
OLD, NEW, ID = "+8613800006021", "+8613700001204", "11010519491231002X"
OTHER_ID = "110105199001010029"
SECOND = timedelta(seconds=1)


@pytest.fixture
def lin(db: None) -> UUID:
    cache.clear()
    borrower_id = plant_borrower(OLD, now=NOW)
    IdentityEntry.objects.create(
        id_number_hash=Borrower.objects.get().id_number_hash or "", borrower_id=borrower_id
    )
    return borrower_id


def code_to(phone: str, template: str = "phone_code") -> str:
    sent = [each for each in Message.objects.filter(template=template).order_by("-id") if each.phone == phone]
    found = re.search(r"[0-9]{6}", sent[0].text or "")
    assert found
    return found[0]


def begin(lin: UUID, phone: str = NEW, now: Any = NOW) -> AccountRequest:
    return acts.begin(borrower_id=lin, phone=phone, language="zh-hans", now=now)


def told() -> list[tuple[str, str | None]]:
    return [(each.template, each.phone) for each in Message.objects.exclude(template="phone_code").order_by("id")]


def test_both_codes_move_the_number_at_once_and_both_phones_are_told(lin: UUID) -> None:
    begin(lin)
    new_code, old_code = code_to(NEW), code_to(OLD)
    wrong = "000000" if "000000" not in (new_code, old_code) else "000001"
    with pytest.raises(WrongCode):
        acts.prove(borrower_id=lin, new_code=new_code, old_code=wrong, now=NOW + SECOND)
    assert PhoneEntry.objects.get().phone_hash == phones.fingerprint(OLD)
    # The right one need not come again.
    acts.prove(borrower_id=lin, new_code="", old_code=old_code, now=NOW + SECOND)
    assert PhoneEntry.objects.get().phone_hash == phones.fingerprint(NEW)
    kept = Borrower.objects.get()
    assert (kept.phone, kept.phone_hash) == (NEW, phones.fingerprint(NEW))
    assert told() == [("phone_changed", NEW), ("phone_changed", OLD)]
    row = AccountRequest.objects.get()
    assert (row.state, row.phone) == ("done", None)
    with pytest.raises(NoSuchRequest):
        acts.prove(borrower_id=lin, new_code=new_code, old_code=old_code, now=NOW + SECOND)


def test_codes_for_a_change_sign_nobody_in_and_login_codes_change_nothing(lin: UUID) -> None:
    begin(lin)
    with pytest.raises(WrongCode):
        sessions.sign_in(phone=OLD, code=code_to(OLD), language="zh-hans", now=NOW + SECOND)
    sessions.send_code(phone=OLD, language="zh-hans", now=NOW + SECOND)
    with pytest.raises(WrongCode):
        acts.prove(borrower_id=lin, new_code=code_to(NEW), old_code=code_to(OLD, "login_code"), now=NOW + SECOND)
    with pytest.raises(TooManyCodes):
        begin(lin, now=NOW + SECOND)
    for _ in range(5):
        with pytest.raises(WrongCode):
            acts.prove(borrower_id=lin, new_code="", old_code="00000", now=NOW + SECOND)
    with pytest.raises(WrongCode):
        acts.prove(borrower_id=lin, new_code="", old_code=code_to(OLD), now=NOW + SECOND)
    message = Message.objects.filter(template="phone_code").first()
    assert message
    messages.mark_sent(message, proof="x", now=NOW)
    assert Message.objects.get(id=message.id).text == ""


def test_a_number_that_somebody_has_is_never_taken_over(lin: UUID) -> None:
    with pytest.raises(SamePhone):
        begin(lin, OLD)
    zhou = plant_borrower(NEW, now=NOW)
    begin(lin)
    with pytest.raises(PhoneTaken):
        acts.prove(borrower_id=lin, new_code=code_to(NEW), old_code=code_to(OLD), now=NOW + SECOND)
    assert set(PhoneEntry.objects.values_list("phone_hash", "borrower_id")) == {
        (phones.fingerprint(OLD), lin), (phones.fingerprint(NEW), zhou),
    }  # fmt: skip


def report(lin: UUID, *, name: str = "林小满", number: str = ID, code: str = "", now: Any = NOW) -> AccountRequest:
    if not code:
        acts.send_code(phone=NEW, language="zh-hans", now=now, address=None)
    identity = identities.read(name=name, number=number, today=now.date())
    return acts.report_lost(
        old_phone=OLD, new_phone=NEW, identity=identity, code=code or code_to(NEW), now=now + SECOND
    )


def test_who_lost_the_old_phone_is_looked_at_and_waits_and_the_old_phone_can_say_no(lin: UUID) -> None:
    with pytest.raises(WrongCode):
        report(lin, code="00000x")
    with pytest.raises(NotMatching):
        report(lin, name="林大满")
    row = report(lin, now=NOW + timedelta(minutes=2))
    assert told() == [("phone_change_asked", OLD)]
    boss = staff("supervisor")
    this: dict[str, Any] = {"borrower_id": lin, "request_id": row.id, "reason": "回拨核实过", "now": NOW}
    with pytest.raises(NeedsSupervisor):
        acts.approve(**this, actor=staff())
    with pytest.raises(ReasonMissing):
        acts.approve(**this | {"reason": " "}, actor=boss)
    with pytest.raises(NotTheirs):
        acts.approve(**this | {"borrower_id": plant_borrower("+8613900008866", now=NOW)}, actor=boss)
    acts.approve(**this, actor=boss)
    acts.approve(**this, actor=boss)
    with pytest.raises(RequestOver):
        acts.refuse(**this, actor=boss)
    sign_ins.begin(lin, key="k", device_hash="d", now=NOW)
    later = NOW + timedelta(hours=48)
    assert account_requests.due(now=later - SECOND, limit=9) == []
    acts.carry_out(borrower_id=lin, request_id=row.id, now=later - SECOND)
    assert Borrower.objects.get(id=lin).phone == OLD
    acts.carry_out(borrower_id=lin, request_id=row.id, now=later)
    acts.carry_out(borrower_id=lin, request_id=row.id, now=later)
    assert Borrower.objects.get(id=lin).phone == NEW
    assert not SignIn.objects.filter(ended_at=None)
    assert [template for template, _ in told()].count("phone_changed") == 2
    assert list(StaffAct.objects.values_list("verb", flat=True)) == ["change_phone_approve"]


def test_a_no_of_the_old_phone_or_of_staff_leaves_everything(lin: UUID) -> None:
    row, boss = report(lin), staff("supervisor")
    acts.approve(borrower_id=lin, request_id=row.id, reason="x", actor=boss, now=NOW)
    acts.withdraw(borrower_id=lin, kind="phone", now=NOW)
    acts.withdraw(borrower_id=lin, kind="phone", now=NOW)
    assert not account_requests.due(now=NOW + timedelta(days=9), limit=9)
    again = report(lin, now=NOW + timedelta(minutes=2))
    acts.refuse(borrower_id=lin, request_id=again.id, reason="不是本人", actor=boss, now=NOW)
    acts.refuse(borrower_id=lin, request_id=again.id, reason="不是本人", actor=boss, now=NOW)
    assert told()[-1] == ("phone_change_refused", NEW)
    assert Borrower.objects.get().phone == OLD
    kept = AccountRequest.objects.get(id=again.id)
    assert (kept.state, kept.phone, kept.reason) == ("refused", None, "不是本人")


def test_the_worker_moves_what_is_due_unless_somebody_else_has_the_number_by_then(lin: UUID, settings: Any) -> None:
    row = report(lin)
    acts.approve(borrower_id=lin, request_id=row.id, reason="x", actor=staff("supervisor"), now=NOW)
    plant_borrower(NEW, now=NOW)
    # The worker's clock stands later than that.
    rights.change_phones.func()
    assert AccountRequest.objects.get().state == "refused"
    assert Borrower.objects.get(id=lin).phone == OLD


def test_another_identity_holds_after_a_supervisor_has_looked(lin: UUID) -> None:
    with pytest.raises(identities.NotAnIdNumber):
        acts.correct(borrower_id=lin, name="林小满", number=f"{OTHER_ID[:-1]}1", text="", now=NOW)
    row = acts.correct(borrower_id=lin, name="林小漫", number=OTHER_ID, text="户口改名", now=NOW)
    assert acts.correct(borrower_id=lin, name="林小漫", number=OTHER_ID, text="户口改名", now=NOW).id == row.id
    assert OTHER_ID.encode() not in bytes(sql.fetch("select id_number from people_account_request", [])[0][0])
    boss = staff("supervisor")
    acts.approve(borrower_id=lin, request_id=row.id, reason="看过户口本", actor=boss, now=NOW)
    kept = Borrower.objects.get()
    assert (kept.name, kept.id_number) == ("林小漫", OTHER_ID)
    assert IdentityEntry.objects.get().id_number_hash == kept.id_number_hash
    zhou = plant_borrower("+8613900008866", now=NOW)
    back = acts.correct(borrower_id=zhou, name="周", number=OTHER_ID, text="", now=NOW)
    with pytest.raises(IdentityTaken):
        acts.approve(borrower_id=zhou, request_id=back.id, reason="x", actor=boss, now=NOW)


def test_two_who_want_one_number_at_once_don_t_both_get_it(clone_database: str) -> None:
    rows = [
        account_requests.put(plant_borrower(phone, now=NOW), "phone", state="waiting", phone=NEW, due_at=NOW, now=NOW)
        for phone in (OLD, "+8613900008866")
    ]
    at_once(*(partial(acts.carry_out, borrower_id=row.borrower_id, request_id=row.id, now=NOW) for row in rows))
    assert sorted(AccountRequest.objects.values_list("state", flat=True)) == ["done", "refused"]
    assert PhoneEntry.objects.filter(phone_hash=phones.fingerprint(NEW)).count() == 1
    assert PhoneEntry.objects.count() == 2
