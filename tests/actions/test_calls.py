"""Calls: asked for by the rules of contact, one at a time, written down once; and what follows from each outcome."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anqi.actions import calls, charges, complaints, hardship, notices, repayments, retention, wishes
from anqi.actions.charges import Wish
from anqi.actions.returns import holding
from anqi.engine.promises import latest_day
from anqi.lending import store
from anqi.lending.hardship import Wish as Help
from anqi.lending.models import Hold
from anqi.notices import reminders
from anqi.notices.models import Message, Reminding
from anqi.payments.channels.protocol import Succeeded
from anqi.people import account_requests
from anqi.people import calls as rows
from anqi.people import wishes as wanted
from anqi.people.authority import MayNotAct, ReasonMissing
from anqi.people.calls import (
    CallEnded,
    Ending,
    MayNotCall,
    NoSuchCall,
    PromiseUnsound,
    SomebodyCalls,
    SomebodyElsesCall,
    UnknownOutcome,
)
from anqi.people.complaints import Wish as Complained
from anqi.people.models import Call, Complaint, StaffAct, User
from anqi.rows import sql
from anqi.rows.ids import uuid7
from tests.people.at_once import at_once
from tests.planting import Planted, at, plant_borrower, plant_loan, plant_many
from tests.returning import staff

STARTED, DUE = date(2026, 9, 9), date(2026, 10, 9)
DAY = timedelta(days=1)
# Three days of grace: overdue from the 13th.
LATE = DUE + 4 * DAY
NOON = at(LATE)


@pytest.fixture
def lin(db: None) -> Planted:
    return plant_loan(starts_on=STARTED)


def asked(who: Planted, now: datetime = NOON) -> calls.Looked:
    return calls.look([who.borrower_id], now=now)[who.borrower_id]


def why_not(who: Planted, now: datetime = NOON) -> tuple[str | None, str | None]:
    """The reason, and of a standstill which one."""
    answer = asked(who, now).answer
    return answer.why_not, answer.still.why if answer.still else None


def begin(who: Planted, now: datetime = NOON, *, actor: User | None = None, call_id: UUID | None = None) -> Call:
    return calls.begin(borrower_id=who.borrower_id, call_id=call_id or uuid7(), actor=actor or staff(), now=now)


def end(row: Call, outcome: str, now: datetime | None = None, *, actor: User | None = None, **more: Any) -> Call:
    who = actor or User.objects.get(id=row.by)
    now = now or row.begun_at + timedelta(minutes=2)
    return calls.end(
        borrower_id=row.borrower_id, call_id=row.id, ending=Ending(outcome=outcome, **more), actor=who, now=now
    )


def called(who: Planted, outcome: str, now: datetime = NOON, **more: Any) -> Call:
    return end(begin(who, now), outcome, **more)


def promised(who: Planted, now: datetime = NOON, *, on: date = LATE + 3 * DAY, amount_minor: int = 53_309) -> Call:
    return called(who, "promise", now, promised_on=on, promised_minor=amount_minor)


def pay(who: Planted, now: datetime, amount_minor: int | None = None) -> None:
    wish = Wish(loan_id=who.loan_id, purpose="due", amount_minor=amount_minor)
    charge = charges.open(
        borrower_id=who.borrower_id, channel="alipay", how="page", wishes=[wish], attempt=uuid7().hex, now=now
    )
    paid = Succeeded(ref=f"R{charge.key}", amount_minor=charge.amount_minor, paid_at=now)
    repayments.learn(channel="alipay", key=charge.key, result=paid, learned_by="query", now=now)


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (at(LATE - DAY), "not_overdue"), (at(LATE, 8, 59), "quiet_hours"), (at(LATE, 9), None),
        (at(LATE, 19, 59), None), (at(LATE, 20), "quiet_hours"),
    ],
    ids=["in grace", "too early", "at nine", "in the evening", "too late"],
)  # fmt: skip
def test_only_what_is_overdue_is_called_about_and_in_the_hours(lin: Planted, now: datetime, reason: str | None) -> None:
    assert why_not(lin, now)[0] == reason
    if reason:
        with pytest.raises(MayNotCall):
            begin(lin, now)
        assert not Call.objects.exists()
    else:
        row = begin(lin, now)
        assert (row.loan_ids, row.outcome, row.ended_at) == ([lin.loan_id], "", None)


def ask_for_help(who: Planted) -> None:
    hardship.ask(
        borrower_id=who.borrower_id, loan_id=who.loan_id, case_id=uuid7(), wish=Help(reason="job"), now=at(LATE, 10)
    )


def hold(who: Planted) -> None:
    holding.open(
        borrower_id=who.borrower_id, loan_id=who.loan_id, hold_id=uuid7(), kind=Hold.Kind.DISPUTE, until=LATE + 9 * DAY,
        reason="x", actor=staff(), now=at(LATE, 10),
    )  # fmt: skip


def pay_now(who: Planted) -> None:
    charges.open(
        borrower_id=who.borrower_id, channel="alipay", how="page", attempt=uuid7().hex,
        wishes=[Wish(loan_id=who.loan_id, purpose="due", amount_minor=None)], now=at(LATE, 11, 55),
    )  # fmt: skip


def complain(who: Planted) -> None:
    complaints.complain(
        borrower_id=who.borrower_id, attempt=uuid4(), wish=Complained(kind="service", text="x"), now=at(LATE, 10)
    )


def want_no_calls(who: Planted) -> None:
    wishes.stop_calls(borrower_id=who.borrower_id, now=at(LATE, 10))


def be_somebody_else(who: Planted) -> None:
    wanted.doubt_number(who.borrower_id, now=at(LATE, 10))


def want_the_afternoon(who: Planted) -> None:
    wanted.choose(
        who.borrower_id, by_sms=True, by_mail=False, steps=(), hour=12, quiet_from=18, quiet_until=12, now=at(LATE, 10)
    )


@pytest.mark.parametrize(
    ("act", "still"),
    [
        (ask_for_help, "hardship"), (hold, "hold"), (pay_now, "payment_open"), (complain, "dispute"),
        (want_no_calls, "no_calls"), (be_somebody_else, "wrong_number"),
    ],
    ids=["help", "hold", "payment", "complaint", "no calls", "wrong number"],
)  # fmt: skip
def test_what_stills_calls(lin: Planted, act: Callable[[Planted], None], still: str) -> None:
    act(lin)
    assert why_not(lin) == ("standing_still", still)
    with pytest.raises(MayNotCall):
        begin(lin)


def test_a_person_is_called_and_no_loan(lin: Planted) -> None:
    """Whoever asks for help with one loan is not called about another; a hold stills its own loan alone."""
    other = plant_loan(borrower_id=lin.borrower_id, starts_on=STARTED - DAY)
    hold(lin)
    assert [each.held.id for each in asked(lin).about] == [other.loan_id]
    assert asked(lin).due_now_minor >= 53_309
    ask_for_help(other)
    assert why_not(lin) == ("standing_still", "hardship")


def test_the_borrowers_own_hours_hold(lin: Planted) -> None:
    want_the_afternoon(lin)
    assert why_not(lin, at(LATE, 11)) == ("quiet_hours", None)
    assert asked(lin, at(LATE, 11)).answer.next_at == NOON
    assert why_not(lin, NOON) == (None, None)


def test_three_calls_a_day_with_messages_four_contacts_in_all(lin: Planted) -> None:
    reminders.wake(lin.borrower_id, lin.loan_id, now=at(LATE, 9))
    notices.sweep(now=at(LATE, 9), limit=100)
    assert Message.objects.filter(template="reminder_late").count() == 1
    for hour in (10, 11, 12):
        called(lin, "not_reached", at(LATE, hour))
    assert why_not(lin, at(LATE, 13)) == ("often_enough", None)
    assert asked(lin, at(LATE, 13)).answer.next_at == at(LATE + DAY, 9)
    called(lin, "reached", at(LATE + DAY, 9))
    assert why_not(lin, at(LATE + DAY, 10)) == ("reached_today", None)


def test_messages_see_calls(lin: Planted) -> None:
    """Four contacts of a day by telephone and by another loan's message: the notice of the day is not made."""
    for hour in (9, 10, 11):
        called(lin, "not_reached", at(LATE, hour))
    Message.objects.create(
        borrower_id=lin.borrower_id, template="reminder_late", medium="sms", created_at=at(LATE, 9), words={}
    )
    reminders.wake(lin.borrower_id, lin.loan_id, now=at(LATE, 12))
    notices.sweep(now=at(LATE, 12), limit=100)
    assert Message.objects.count() == 1
    assert Reminding.objects.get().late_since == DUE


def test_a_promise_stills_calls_and_messages_until_its_day_is_over(lin: Planted) -> None:
    reminders.wake(lin.borrower_id, lin.loan_id, now=NOON)
    row = promised(lin, on=LATE + 7 * DAY)
    for day in range(7):
        notices.sweep(now=at(LATE + day * DAY, 14), limit=100)
        assert why_not(lin, at(LATE + day * DAY, 14)) == ("standing_still", "promise")
    assert not Message.objects.exists()
    found = asked(lin, at(LATE + 8 * DAY))
    assert (found.answer.may, found.has_broken, found.promised.paid_minor) == (True, True, 0)
    assert rows.promise_of(row).amount_minor == 53_309


def test_a_promise_ends_what_waited_to_be_said(lin: Planted) -> None:
    reminders.wake(lin.borrower_id, lin.loan_id, now=at(LATE, 9))
    notices.sweep(now=at(LATE, 9), limit=100)
    promised(lin, at(LATE, 9, 30))
    notices.send_due(now=at(LATE, 9, 40))
    assert Message.objects.get().state == Message.State.WITHDRAWN


@pytest.mark.parametrize(
    ("paid_minor", "broken"), [(0, True), (53_308, True), (53_309, False), (53_400, False)],
    ids=["nothing", "a fen short", "to the fen", "more"],
)  # fmt: skip
def test_a_promise_is_kept_by_what_was_paid_since(lin: Planted, paid_minor: int, broken: bool) -> None:
    pay(lin, at(LATE, 9), 100)
    promised(lin, amount_minor=53_309)
    if paid_minor:
        pay(lin, at(LATE + DAY), min(paid_minor, asked(lin, at(LATE + DAY)).due_now_minor))
    found = calls.look([lin.borrower_id], now=at(LATE + 4 * DAY))[lin.borrower_id]
    assert found.has_broken is broken


@pytest.mark.parametrize(
    ("on", "amount_minor", "field"),
    [
        (LATE - DAY, 53_309, "day"), (latest_day(NOON) + DAY, 53_309, "day"), (None, 53_309, "day"),
        (LATE, 0, "amount"), (LATE, None, "amount"), (LATE, 60_000, "amount"),
    ],
    ids=["yesterday", "in fifteen days", "no day", "nothing", "no amount", "more than is owed"],
)  # fmt: skip
def test_no_strange_promise_is_taken(lin: Planted, on: date | None, amount_minor: int | None, field: str) -> None:
    row = begin(lin)
    with pytest.raises(PromiseUnsound) as refused:
        end(row, "promise", promised_on=on, promised_minor=amount_minor)
    assert refused.value.facts["field"] == field
    assert Call.objects.get().ended_at is None
    end(row, "promise", promised_on=LATE, promised_minor=100)


def test_who_wants_no_calls_is_called_no_more_until_they_say_otherwise(lin: Planted) -> None:
    called(lin, "no_calls")
    assert why_not(lin, at(LATE + 20 * DAY)) == ("standing_still", "no_calls")
    wishes.allow_calls(borrower_id=lin.borrower_id, now=at(LATE + 20 * DAY))
    assert why_not(lin, at(LATE + 20 * DAY)) == (None, None)


def test_at_a_strangers_number_nobody_calls_and_no_reminder_goes_there(lin: Planted) -> None:
    called(lin, "wrong_person")
    assert why_not(lin, at(LATE + DAY)) == ("standing_still", "wrong_number")
    reminders.wake(lin.borrower_id, lin.loan_id, now=at(LATE, 13))
    notices.sweep(now=at(LATE, 13), limit=100)
    assert Message.objects.get().medium == Message.Medium.APP
    # Another number is theirs.
    account_requests.move_phone(lin.borrower_id, "+8613700001204")
    assert why_not(lin, at(LATE + DAY)) == (None, None)

def test_a_complaint_by_telephone_is_opened_in_the_borrowers_name_once(lin: Planted) -> None:
    row = begin(lin)
    with pytest.raises(ReasonMissing):
        end(row, "complaint", note="  ")
    for _ in range(2):
        end(row, "complaint", note="说已经还过")
    made = Complaint.objects.get()
    assert (made.about, made.about_id, made.text, made.owner_id) == ("call", row.id, "说已经还过", None)
    assert list(Message.objects.values_list("template", flat=True)) == ["complaint_received"]
    assert complaints.loans_of(lin.borrower_id, "call", row.id) == [lin.loan_id]
    assert why_not(lin, at(LATE + DAY)) == ("standing_still", "dispute")


def test_it_is_written_down_once_by_who_called_or_a_supervisor_and_sealed(lin: Planted) -> None:
    wang, row = staff(), None
    row = begin(lin, actor=wang)
    assert begin(lin, actor=wang, call_id=row.id).id == row.id
    with pytest.raises(SomebodyElsesCall):
        end(row, "reached", actor=staff())
    with pytest.raises(UnknownOutcome):
        end(row, "nonsense")
    with pytest.raises(MayNotAct):
        end(row, "reached", actor=staff("auditor"))
    with pytest.raises(MayNotAct):
        begin(lin, actor=staff("auditor"))
    said: dict[str, Any] = {"note": " 说月底发工资 ", "lasted_minutes": 3}
    for _ in range(2):
        end(row, "reached", actor=staff("supervisor"), **said)
    with pytest.raises(CallEnded):
        end(row, "not_reached", **said)
    assert begin(lin, actor=wang, call_id=row.id).outcome == "reached"
    kept = Call.objects.get()
    assert (kept.note, kept.lasted_minutes, kept.by) == ("说月底发工资", 3, wang.id)
    assert "月底".encode() not in bytes(sql.fetch("select note from people_call", [])[0][0])
    assert "月底" not in str(list(StaffAct.objects.values_list("detail", "reason")))
    assert list(StaffAct.objects.order_by("id").values_list("verb", flat=True)) == ["begin_call", "end_call"]


def test_another_borrowers_call_is_nobodys(lin: Planted) -> None:
    row, zhou = begin(lin), plant_borrower("+8613900008866", now=NOON)
    with pytest.raises(NoSuchCall):
        calls.end(borrower_id=zhou, call_id=row.id, ending=Ending(outcome="reached"), actor=staff(), now=NOON)
    with pytest.raises(MayNotCall):
        calls.begin(borrower_id=zhou, call_id=uuid7(), actor=staff(), now=NOON)


def test_of_two_who_call_at_once_one_calls(clone_database: str) -> None:
    lin, wang, li = plant_loan(starts_on=STARTED), staff(), staff()
    ends = at_once(*(lambda who=who: begin(lin, actor=who) for who in (wang, li)))
    assert sorted(type(each).__name__ for each in ends) == ["Call", "SomebodyCalls"]
    assert Call.objects.count() == 1
    with pytest.raises(SomebodyCalls):
        begin(lin, NOON + timedelta(hours=3))


def late(count: int) -> list[Planted]:
    planted = plant_many(count, starts_on=STARTED)
    for each in planted:
        reminders.wake(each.borrower_id, each.loan_id, now=at(LATE, 9))
    notices.sweep(now=at(LATE, 9), limit=100)
    return planted


@pytest.mark.django_db
def test_the_list_of_the_day_holds_who_may_be_called_today_the_broken_word_first() -> None:
    first, second, third, fourth = late(4)
    older = plant_loan(borrower_id=fourth.borrower_id, starts_on=STARTED - 20 * DAY)
    reminders.wake(fourth.borrower_id, older.loan_id, now=at(LATE, 9))
    notices.sweep(now=at(LATE, 9), limit=100)
    promised(second, on=LATE)
    pay(third, at(LATE, 10))
    want_no_calls(first)
    assert [each.borrower_id for each in calls.look_at_late(now=NOON)] == [fourth.borrower_id]
    wishes.allow_calls(borrower_id=first.borrower_id, now=NOON)
    today = calls.look_at_late(now=at(LATE + DAY, 8))
    assert [each.borrower_id for each in today] == [each.borrower_id for each in (second, fourth, first)]
    assert [each.has_broken for each in today] == [True, False, False]
    held = store.read(first.borrower_id, [first.loan_id])[first.loan_id]
    assert today[2].due_now_minor == held.standing(LATE + DAY).due_now_minor


@pytest.mark.django_db
def test_the_list_takes_as_many_statements_for_one_as_for_many() -> None:
    planted, counted = late(5), []
    promised(planted[0], on=LATE)
    for count in (1, 5):
        Reminding.objects.update(late_since=None)
        Reminding.objects.filter(loan_id__in=[each.loan_id for each in planted[:count]]).update(late_since=DUE)
        with CaptureQueriesContext(connection) as queries:
            assert len(calls.look_at_late(now=at(LATE + DAY))) == count
        counted.append(len(queries))
    assert counted[0] == counted[1] <= 14


def test_a_loan_that_can_t_be_counted_keeps_nobody_from_being_called(lin: Planted, monkeypatch: pytest.MonkeyPatch) -> None:
    zhou = plant_loan(borrower_id=plant_borrower("+8613900008866", now=NOON), starts_on=STARTED)
    counted = store.LoanInHand.standing

    def break_one(self: store.LoanInHand, on: date) -> Any:
        if self.id == lin.loan_id:
            raise ArithmeticError
        return counted(self, on)

    monkeypatch.setattr(store.LoanInHand, "standing", break_one)
    assert (why_not(lin)[0], why_not(zhou)[0]) == ("not_overdue", None)


def test_calls_are_kept_for_three_years_and_as_long_as_somebody_complains_of_them(lin: Planted) -> None:
    called(lin, "reached")
    about = called(lin, "complaint", at(LATE + DAY), note="x")
    over = at(date(LATE.year + 3, LATE.month, LATE.day + 2))
    assert retention.carry_out(now=at(date(LATE.year + 3, LATE.month, LATE.day), 11))["calls"] == 0
    assert retention.carry_out(now=over)["calls"] == 1
    assert [row.id for row in Call.objects.all()] == [about.id]
    Complaint.objects.update(state="withdrawn", ended_at=NOON)
    retention.carry_out(now=over)
    retention.carry_out(now=over)
    assert not Call.objects.exists()
