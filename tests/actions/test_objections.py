"""Objections to what is reported: a clock of twenty days, nothing bad meanwhile, and a correction only of what is wrong."""

from datetime import date

import pytest

from anqi.actions import objections
from anqi.actions.objections import AlreadyObjected, NothingPutRight, SomebodyElses, StatementSent
from anqi.lending import objections as rows
from anqi.lending.models import Objection, ReportAnnotation, ReportFault, ReportRecord
from anqi.lending.objections import (
    NoSuchObjection,
    NotAnswered,
    NothingObjected,
    NotReported,
    ObjectionNotOpen,
    StatementTooLong,
)
from anqi.lending.report_faults import FaultUnsound, NothingToDecide
from anqi.notices.models import Message
from anqi.people.authority import MayNotAct, NeedsSupervisor, NotTheirs, OwnRequest, ReasonMissing
from anqi.people.models import StaffAct, User
from anqi.rows.ids import uuid7
from tests import reporting
from tests.planting import at, plant_borrower
from tests.reporting import DAY, DUE, NOVEMBER, OCTOBER, Reported
from tests.returning import staff

pytestmark = pytest.mark.django_db
FIRST = date(2026, 11, 1)


@pytest.fixture
def lin() -> Reported:
    """Late in October, told so, and reported."""
    lin = reporting.buy()
    reporting.live(DUE, DUE + DAY)
    reporting.make(OCTOBER, at(FIRST))
    return lin


def protest(lin: Reported, now: date = FIRST + DAY, text: str = "我 10 号付过，你们的页面打不开") -> Objection:
    record = ReportRecord.objects.get(borrower_id=lin.borrower_id, month=OCTOBER)
    return objections.object_to(
        borrower_id=lin.borrower_id, loan_id=lin.loan_id, objection_id=uuid7(), record_id=record.id, text=text, now=at(now)
    )


def taken(row: Objection, by: User | None = None) -> User:
    clerk = by or staff()
    objections.take(borrower_id=row.borrower_id, objection_id=row.id, actor=clerk, now=at(FIRST + 2 * DAY))
    return clerk


def settle(row: Objection, clerk: User, verdict: str, on: date = FIRST + 3 * DAY, text: str = "查过了") -> Objection:
    return objections.answer(
        borrower_id=row.borrower_id, objection_id=row.id, verdict=verdict, text=text, actor=clerk, now=at(on)
    )


def words() -> list[str]:
    return list(ReportAnnotation.objects.order_by("id").values_list("kind", flat=True))


def told() -> list[str]:
    found = Message.objects.filter(template__startswith="objection_").order_by("created_at", "id")
    return list(found.values_list("template", flat=True))


def test_it_is_answered_by_the_twentieth_day_and_disputed_until_then(lin: Reported) -> None:
    row = protest(lin)
    assert row.answer_by == date(2026, 11, 22) and row.number.startswith("YY261102-")
    assert told() == ["objection_received"]
    assert lin.look(FIRST + DAY).waits_for == "objection"
    reporting.make(NOVEMBER, at(date(2026, 12, 1)))
    # Of a month with something bad nothing is sent, and the bureau is told why.
    assert lin.codes() == [("09", "*"), ("10", "1")] and words() == ["disputed"]
    settle(row, taken(row), "wrong", date(2026, 12, 2))
    assert rows.counted(since=at(FIRST)) == (1, 1)
    reporting.make(NOVEMBER, at(date(2026, 12, 3)), again=True)
    assert lin.codes()[2:] == [("11", "2")] and words() == ["disputed", "ended"]


def test_the_same_form_twice_is_one_and_another_one_waits_for_the_first(lin: Reported) -> None:
    row = protest(lin)
    again = objections.object_to(
        borrower_id=lin.borrower_id, loan_id=lin.loan_id, objection_id=row.id, record_id=None, text="别的", now=at(FIRST)
    )
    assert again.text == row.text
    with pytest.raises(AlreadyObjected):
        protest(lin)
    objections.withdraw(borrower_id=lin.borrower_id, objection_id=row.id, now=at(FIRST + DAY))
    objections.withdraw(borrower_id=lin.borrower_id, objection_id=row.id, now=at(FIRST + DAY))
    assert protest(lin).id != row.id


def test_what_isn_t_theirs_or_isn_t_reported_can_t_be_objected_to(lin: Reported) -> None:
    other = reporting.buy(phone="+8613900008866", number="QH-2", now=at(FIRST))
    theirs = {"objection_id": uuid7(), "text": "不对", "now": at(FIRST)}
    record = ReportRecord.objects.first()
    with pytest.raises(NotTheirs):
        objections.object_to(borrower_id=other.borrower_id, loan_id=other.loan_id, record_id=record.id, **theirs)
    with pytest.raises(NotReported):
        objections.object_to(borrower_id=other.borrower_id, loan_id=lin.loan_id, record_id=None, **theirs)
    with pytest.raises(NothingObjected):
        protest(lin, text="  ")
    row = protest(lin)
    for act in (objections.withdraw, lambda **said: objections.state(text="x", **said)):
        with pytest.raises(NoSuchObjection):
            act(borrower_id=other.borrower_id, objection_id=row.id, now=at(FIRST))


def test_right_is_said_only_once_something_is_put_right(lin: Reported) -> None:
    row = protest(lin)
    clerk = taken(row)
    with pytest.raises(NothingPutRight):
        settle(row, clerk, "right")
    # The money had come on its day, and the channel tells so only now.
    lin.pay(at(FIRST + 3 * DAY), paid_at=at(DUE))
    reporting.reconcile(DUE, FIRST + 3 * DAY)
    settle(row, clerk, "right")
    settle(row, clerk, "right")
    assert told() == ["objection_received", "objection_right"]
    [_, again] = reporting.make(OCTOBER, at(FIRST + 4 * DAY), again=True)
    assert lin.codes()[2:] == [("10", "N")] and again.corrections == 1


def test_a_fault_of_ours_takes_two_and_corrects_what_was_short() -> None:
    lin = reporting.buy()
    reporting.live(DUE, DUE + DAY)
    # Five days late, and paid: told as late and paid within the month.
    lin.pay(at(DUE + 5 * DAY))
    reporting.reconcile(DUE + 5 * DAY)
    reporting.make(OCTOBER, at(FIRST))
    assert lin.codes()[-1] == ("10", "M")
    row = protest(lin)
    clerk, boss, now = taken(row), reporting.supervisor(), at(FIRST + 2 * DAY)
    whose = {"borrower_id": lin.borrower_id, "objection_id": row.id}
    for wrong in ((DUE, DUE - DAY), (DUE, DUE + 31 * DAY), (FIRST, FIRST + 9 * DAY)):
        with pytest.raises(FaultUnsound):
            objections.blame(**whose, since_on=wrong[0], until_on=wrong[1], reason="宕机", actor=clerk, now=now)
    days = {"since_on": DUE, "until_on": DUE + DAY, "reason": "10 日支付通道故障"}
    for _ in range(2):
        objections.blame(**whose, **days, actor=clerk, now=now)
    assert ReportFault.objects.get().state == "asked"
    assert lin.look(FIRST + 2 * DAY).month(OCTOBER).code == "M"
    with pytest.raises(NeedsSupervisor):
        objections.agree(**whose, actor=clerk, now=now)
    objections.agree(**whose, actor=boss, now=now)
    with pytest.raises(NothingToDecide):
        objections.agree(**whose, actor=boss, now=now)
    settle(row, clerk, "right")
    reporting.make(OCTOBER, at(FIRST + 4 * DAY), again=True)
    assert lin.codes()[-1] == ("10", "N")


def test_nobody_agrees_to_their_own_fault_and_a_refused_one_counts_for_nothing(lin: Reported) -> None:
    row, boss = protest(lin), reporting.supervisor()
    whose, now = {"borrower_id": lin.borrower_id, "objection_id": row.id}, at(FIRST + 2 * DAY)
    objections.blame(**whose, since_on=DUE, until_on=DUE, reason="宕机", actor=boss, now=now)
    with pytest.raises(OwnRequest):
        objections.agree(**whose, actor=boss, now=now)
    with pytest.raises(NeedsSupervisor):
        objections.disagree(**whose, reason="没有", actor=staff(), now=now)
    objections.disagree(**whose, reason="监控正常", actor=reporting.supervisor(), now=now)
    assert lin.look(FIRST + 2 * DAY).account.faults == ()
    assert "监控正常" not in str(StaffAct.objects.filter(verb="objection_refuse_fault").values())


def test_who_disagrees_may_say_so_in_two_hundred_characters(lin: Reported) -> None:
    row = protest(lin)
    whose = {"borrower_id": lin.borrower_id, "objection_id": row.id, "now": at(FIRST + 5 * DAY)}
    with pytest.raises(NotAnswered):
        objections.state(text="我不同意", **whose)
    settle(row, taken(row), "wrong")
    with pytest.raises(StatementTooLong):
        objections.state(text="我" * 201, **whose)
    objections.state(text="我不同意", **whose)
    objections.state(text="我" * 200, **whose)
    [_, again] = reporting.make(OCTOBER, at(FIRST + 6 * DAY), again=True)
    assert words() == ["statement"] and again.annotations == 1
    objections.state(text="我" * 200, **whose)
    with pytest.raises(StatementSent):
        objections.state(text="再改", **whose)
    assert told() == ["objection_received", "objection_wrong", "objection_stated", "objection_stated"]


def test_who_may_take_note_and_answer(lin: Reported) -> None:
    row, clerk, other = protest(lin), staff(), staff()
    whose = {"borrower_id": row.borrower_id, "objection_id": row.id, "now": at(FIRST + 2 * DAY)}
    with pytest.raises(MayNotAct):
        objections.take(**whose, actor=staff("auditor"))
    with pytest.raises(SomebodyElses):
        settle(row, clerk, "wrong")
    taken(row, clerk)
    taken(row, clerk)
    with pytest.raises(NeedsSupervisor):
        objections.take(**whose, actor=other)
    with pytest.raises(ReasonMissing):
        settle(row, clerk, "wrong", text=" ")
    with pytest.raises(NotTheirs):
        objections.note(**whose | {"borrower_id": plant_borrower("+8613900008866", now=at(FIRST))}, text="?", actor=clerk)
    for _ in range(2):
        objections.note(**whose, text="问了通道", actor=other)
    assert [each.kind for each in rows.steps(row)] == ["take", "note"]
    settle(row, clerk, "wrong")
    with pytest.raises(ObjectionNotOpen):
        settle(row, clerk, "right")
    with pytest.raises(ObjectionNotOpen):
        objections.withdraw(borrower_id=row.borrower_id, objection_id=row.id, now=at(FIRST))
