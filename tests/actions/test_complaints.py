"""Complaints: built once, answered by one owner by a working day, questioned once, and on record."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from anqi.actions import complaints as acts
from anqi.engine.working_days import read_working_days
from anqi.notices.models import Message
from anqi.people import complaints
from anqi.people.authority import MayNotAct, NeedsSupervisor, NotTheirs, ReasonMissing
from anqi.people.complaints import (
    NoSuchComplaint,
    NothingSaid,
    NotOpenAnyMore,
    QuestionedBefore,
    SomebodyElses,
    UnknownKind,
    Wish,
)
from anqi.people.models import Complaint, ComplaintRule, ComplaintStep, StaffAct
from anqi.rows import sql
from tests.people.at_once import at_once
from tests.planting import Planted, at, plant_borrower, plant_loan
from tests.returning import staff

NOW = at(date(2026, 9, 21))
WRONG = Wish(kind="amount", text="多收了 1.18 元")


@pytest.fixture
def lin(db: None) -> Planted:
    return plant_loan(starts_on=date(2026, 8, 31))


def complain(who: Planted, wish: Wish = WRONG, attempt: UUID | None = None) -> Complaint:
    return acts.complain(borrower_id=who.borrower_id, attempt=attempt or uuid4(), wish=wish, now=NOW)


def told() -> list[str]:
    return list(Message.objects.order_by("id").values_list("template", flat=True))


def test_working_days_are_counted_without_the_day_itself_and_with_what_is_worked_in_exchange() -> None:
    assert read_working_days({}).counted(date(2026, 11, 27), 15) == date(2026, 12, 18)
    week = {"holidays": ["2026-10-01", "2026-10-02"], "workdays": ["2026-10-10"]}
    assert read_working_days(week).counted(date(2026, 9, 30), 6) == date(2026, 10, 10)
    assert read_working_days(week).counted(date(2026, 9, 30), 0) == date(2026, 9, 30)


def test_it_is_built_once_sealed_and_due_by_fifteen_working_days(lin: Planted) -> None:
    attempt = uuid4()
    row = complain(lin, Wish(kind="amount", text=" 多收了 1.18 元 ", about="order", about_id=lin.order_id), attempt)
    assert complain(lin, Wish(kind="amount", text="别的"), attempt).id == row.id
    assert complain(lin, Wish(kind="amount", text="多收了 1.18 元", about="order", about_id=lin.order_id)).id == row.id
    # 22 to 24 and 28 to 30 September, 8 to 10, 12 to 16 and 19 October: the mid-autumn and national days are off.
    assert row.answer_by == date(2026, 10, 19)
    assert told() == ["complaint_received"]
    assert "多收了".encode() not in bytes(sql.fetch("select text from people_complaint", [])[0][0])
    assert complain(lin, Wish(kind="service", text="多收了 1.18 元")).id != row.id


def test_a_lenders_own_rule_comes_first_from_its_day_on(lin: Planted) -> None:
    lender_id = complain(lin).lender_id
    assert lender_id
    for since, days in ((NOW.date() - timedelta(days=9), 3), (NOW.date() + timedelta(days=1), 1)):
        ComplaintRule.objects.create(lender_id=lender_id, since=since, days=days, authority="x", phone="1")
    row = complain(lin, Wish(kind="service", text="再说一次", about="order", about_id=lin.order_id))
    assert row.answer_by == date(2026, 9, 24)


def test_nothing_strange_is_taken(lin: Planted) -> None:
    with pytest.raises(UnknownKind):
        complain(lin, Wish(kind="nonsense", text="x"))
    with pytest.raises(NothingSaid):
        complain(lin, Wish(kind="other", text="  "))
    zhou = plant_borrower("+8613900008866", now=NOW)
    for about in ("order", "charge", "receipt", "mandate", "nonsense"):
        with pytest.raises(NotTheirs):
            acts.complain(
                borrower_id=zhou, attempt=uuid4(), wish=Wish(kind="other", text="x", about=about, about_id=lin.order_id),
                now=NOW,
            )  # fmt: skip
    row = complain(lin)
    with pytest.raises(NoSuchComplaint):
        acts.withdraw(borrower_id=zhou, complaint_id=row.id, now=NOW)
    with pytest.raises(NotTheirs):
        acts.take(borrower_id=zhou, complaint_id=row.id, actor=staff(), now=NOW)


def test_one_owner_answers_and_the_borrower_may_say_once_that_nothing_is_solved(lin: Planted) -> None:
    row, wang, li, boss = complain(lin), staff(), staff(), staff("supervisor")
    this = {"borrower_id": lin.borrower_id, "complaint_id": row.id, "now": NOW}
    with pytest.raises(MayNotAct):
        acts.take(**this, actor=staff("auditor"))
    with pytest.raises(SomebodyElses):
        acts.answer(**this, text="没有多收", actor=wang)
    acts.take(**this, actor=wang)
    acts.take(**this, actor=wang)
    with pytest.raises(NeedsSupervisor):
        acts.take(**this, actor=li)
    with pytest.raises(ReasonMissing):
        acts.answer(**this, text=" ", actor=wang)
    acts.note(**this, text="查过账", actor=li)
    acts.note(**this, text="查过账", actor=li)
    acts.answer(**this, text="没有多收", actor=wang)
    acts.answer(**this, text="没有多收", actor=wang)
    with pytest.raises(NotOpenAnyMore):
        acts.answer(**this, text="多收了", actor=wang)
    with pytest.raises(NotOpenAnyMore):
        acts.withdraw(**{key: this[key] for key in this})
    later = this | {"now": NOW + timedelta(days=30)}
    acts.question(**later, text="明明多收了")
    again = acts.question(**later, text="明明多收了")
    assert (again.state, again.is_escalated, again.owner_id) == ("open", True, None)
    assert again.answer_by == date(2026, 11, 11)
    with pytest.raises(NeedsSupervisor):
        acts.take(**later, actor=wang)
    acts.take(**later, actor=boss)
    acts.answer(**later, text="已退 1.18 元", actor=boss)
    with pytest.raises(QuestionedBefore):
        acts.question(**later)
    steps = complaints.steps(complaints.get(lin.borrower_id, row.id))
    assert [step.kind for step in steps] == ["take", "note", "answer", "question", "take", "answer"]
    assert told() == ["complaint_received", "complaint_answered", "complaint_answered"]
    acts_kept = StaffAct.objects.order_by("id").values_list("verb", flat=True)
    assert list(acts_kept) == [f"complaint_{step.kind}" for step in steps if step.by]
    assert not StaffAct.objects.exclude(reason="").exists()


def test_it_is_handed_up_by_its_owner_and_withdrawn_by_its_borrower(lin: Planted) -> None:
    row, wang, boss = complain(lin), staff(), staff("supervisor")
    this = {"borrower_id": lin.borrower_id, "complaint_id": row.id, "now": NOW}
    with pytest.raises(SomebodyElses):
        acts.escalate(**this, text="超出权限", actor=wang)
    acts.take(**this, actor=wang)
    acts.escalate(**this, text="超出权限", actor=wang)
    acts.escalate(**this, text="超出权限", actor=wang)
    assert ComplaintStep.objects.filter(kind="escalate").count() == 1
    acts.take(**this, actor=boss)
    assert complaints.open_ones().count() == 1
    acts.withdraw(**this)
    acts.withdraw(**this)
    assert not complaints.open_ones()
    with pytest.raises(NotOpenAnyMore):
        acts.note(**this, text="太晚", actor=boss)


def test_two_taps_at_once_make_one(clone_database: str) -> None:
    lin, attempt = plant_loan(starts_on=date(2026, 8, 31)), uuid4()
    at_once(lambda: complain(lin, attempt=attempt), lambda: complain(lin, attempt=attempt), lambda: complain(lin))
    assert Complaint.objects.count() == Message.objects.count() == 1
