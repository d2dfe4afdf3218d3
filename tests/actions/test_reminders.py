"""Reminders over passing days: each step once, of what is still owed, in one message a borrower; nothing of what is paid."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings, strategies

from anqi.actions import charges, notices, repayments
from anqi.actions.charges import Wish
from anqi.actions.returns import holding
from anqi.lending import store
from anqi.lending.models import HardshipCase, Hold, Loan
from anqi.notices import messages, reminders
from anqi.notices.models import Message, Reminder, Reminding
from anqi.payments.channels.protocol import Failed, Succeeded
from anqi.payments.models import Charge, ChargePart, DebitPlan, Mandate
from anqi.people import wishes
from anqi.people.models import Borrower
from anqi.rows.ids import uuid7
from tests.happening import happen
from tests.people.post_office import PostOffice, open_office
from tests.planting import Planted, at, plant_borrower, plant_loan, plant_many
from tests.returning import staff

pytestmark = pytest.mark.django_db
STARTED, DUE = date(2026, 9, 9), date(2026, 10, 9)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ACCEPTED = (200, b'{"message_id": "S-1", "status": "accepted"}')


@pytest.fixture
def lin() -> Planted:
    return watched(plant_loan(starts_on=STARTED))


@pytest.fixture
def gateway(tmp_path: Any, settings: Any) -> Iterator[PostOffice]:
    with open_office() as office:
        office.answers = [ACCEPTED]
        (tmp_path / "secret").write_text("the key")
        settings.ANQI_SMS = settings.ANQI_MAIL = {"url": office.url, "secret_file": str(tmp_path / "secret")}
        yield office


def watched(planted: Planted) -> Planted:
    reminders.wake(planted.borrower_id, planted.loan_id, now=at(STARTED))
    return planted


def live(first: date, last: date, *, hours: tuple[int, ...] = (0, 9, 14)) -> None:
    """The job's work, at these hours of each day."""
    for n in range((last - first).days + 1):
        for hour in hours:
            notices.sweep(now=at(first + n * DAY, hour), limit=100)


def told() -> list[tuple[str, date, str]]:
    """The step, the day on which it was said, and the template of its message."""
    templates = dict(Message.objects.values_list("id", "template"))
    rows = Reminder.objects.order_by("said_at", "due_on")
    return [(each.step, at_day(each.said_at), templates[each.message_id]) for each in rows]


def at_day(instant: datetime) -> date:
    return (instant + 8 * HOUR).date()


def pay(planted: Planted, now: datetime, amount_minor: int | None = None) -> None:
    wish = Wish(loan_id=planted.loan_id, purpose="due" if amount_minor else "next", amount_minor=amount_minor)
    charge = charges.open(borrower_id=planted.borrower_id, channel="alipay", how="page", wishes=[wish], attempt=uuid7().hex, now=now)
    paid = Succeeded(ref=f"R{charge.key}", amount_minor=charge.amount_minor, paid_at=now)
    repayments.learn(channel="alipay", key=charge.key, result=paid, learned_by="query", now=now)


def test_one_instalment_is_spoken_of_on_its_days_and_never_twice(lin: Planted) -> None:
    live(STARTED, DUE - 7 * DAY)
    # Looked at again for whatever reason, the same day's step is not said again.
    reminders.wake(lin.borrower_id, lin.loan_id, now=at(DUE - 7 * DAY, 15))
    notices.sweep(now=at(DUE - 7 * DAY, 15), limit=100)
    assert Message.objects.count() == 1
    live(DUE - 6 * DAY, DUE + 50 * DAY)
    of_first = [(step, on) for step, on, _ in told() if step.startswith("d") and on <= DUE]
    assert of_first == [("d7", DUE - 7 * DAY), ("d3", DUE - 3 * DAY), ("d1", DUE - DAY), ("d0", DUE)]
    # Three days of grace: overdue from the 13th; while something is overdue, nothing ahead of it is spoken of.
    late = [(step, on) for step, on, _ in told() if step.startswith("late")]
    assert late == [("late0", DUE + 4 * DAY), ("late7", DUE + 11 * DAY), ("late30", DUE + 34 * DAY)]
    assert {step for step, _, _ in told()} == {"d7", "d3", "d1", "d0", "late0", "late7", "late30"}
    assert [each[2] for each in told()][:5] == ["reminder_due"] * 3 + ["reminder_today", "reminder_late"]
    at_nine = {(each.created_at + 8 * HOUR).hour for each in Message.objects.all()}
    assert at_nine == {9}
    words = Message.objects.filter(template="reminder_due").order_by("created_at").first().words
    held = store.read(lin.borrower_id, [lin.loan_id])[lin.loan_id]
    assert words == {"loan": held.number, "due_on": "2026-10-09", "amount": "¥533.09"}
    late = Message.objects.filter(template="reminder_late").order_by("created_at").first().words
    due_now_minor = held.standing(DUE + 4 * DAY).due_now_minor
    assert late["amount"] == f"¥{due_now_minor / 100:.2f}" and due_now_minor > 53309


def test_who_has_paid_is_left_alone_until_the_next_instalment(lin: Planted) -> None:
    live(STARTED, DUE - 4 * DAY)
    pay(lin, at(DUE - 4 * DAY, 20))
    live(DUE - 3 * DAY, DUE + 31 * DAY)
    assert [(step, on) for step, on, _ in told()] == [
        ("d7", DUE - 7 * DAY), *((f"d{n}", date(2026, 11, 9) - n * DAY) for n in (7, 3, 1, 0)),
    ]  # fmt: skip


def test_nothing_is_said_of_a_plan_on_hold_and_of_one_being_paid(lin: Planted) -> None:
    live(STARTED, DUE - 4 * DAY)
    charges.open(
        borrower_id=lin.borrower_id, channel="alipay", how="page", attempt=uuid7().hex,
        wishes=[Wish(loan_id=lin.loan_id, purpose="next", amount_minor=None)], now=at(DUE - 3 * DAY, 8, 55),
    )  # fmt: skip
    notices.sweep(now=at(DUE - 3 * DAY, 9), limit=100)
    assert [step for step, _, _ in told()] == ["d7"]
    # An hour later it is asked again; the payment has come to nothing by then.
    ChargePart.objects.update(claims=False)
    notices.sweep(now=at(DUE - 3 * DAY, 10), limit=100)
    assert [step for step, _, _ in told()] == ["d7", "d3"]
    happen(lin, "hold", DUE - 2 * DAY, reason="return")
    live(DUE - 2 * DAY, DUE + 40 * DAY)
    assert [step for step, _, _ in told()] == ["d7", "d3"]


def test_nothing_is_said_while_help_is_asked_for(lin: Planted) -> None:
    live(STARTED, DUE - 4 * DAY)
    case = HardshipCase.objects.create(
        borrower_id=lin.borrower_id, loan_id=lin.loan_id, reason="illness", said="", state=HardshipCase.State.WAITING,
        asked_at=at(DUE - 4 * DAY, 15),
    )  # fmt: skip
    live(DUE - 3 * DAY, DUE + 4 * DAY)
    assert [step for step, _, _ in told()] == ["d7"]
    HardshipCase.objects.filter(borrower_id=lin.borrower_id, id=case.id).update(state=HardshipCase.State.WITHDRAWN)
    live(DUE + 5 * DAY, DUE + 11 * DAY)
    # What was not said is not made up for: the next step is.
    assert [step for step, _, _ in told()] == ["d7", "late7"]


def test_a_day_that_was_moved_is_followed(lin: Planted) -> None:
    live(STARTED, DUE - 5 * DAY)
    moved = DUE + 12 * DAY
    happen(lin, "deferral", DUE - 4 * DAY, n=1, to=moved.isoformat())
    live(DUE - 4 * DAY, moved)
    assert [(step, on) for step, on, _ in told()] == [
        ("d7", DUE - 7 * DAY), *((f"d{n}", moved - n * DAY) for n in (7, 3, 1, 0)),
    ]  # fmt: skip


def test_several_plans_of_one_borrower_are_one_message_with_sum_and_list() -> None:
    who = plant_borrower(now=at(STARTED))
    both = [watched(plant_loan(borrower_id=who, starts_on=STARTED, principal=each)) for each in ("6000.00", "1200.00")]
    live(STARTED, DUE - 3 * DAY)
    assert Message.objects.count() == 2 and Reminder.objects.count() == 4
    message = Message.objects.order_by("created_at").first()
    assert message.template == "reminder_many"
    rows = [
        store.read(who, [each.loan_id])[each.loan_id].standing(DUE - 7 * DAY).instalments[0].remaining_minor
        for each in both
    ]
    assert message.words["amount"] == f"¥{sum(rows) / 100:.2f}" and message.words["count"] == 2
    assert sorted(each[2] for each in message.words["dues_list"]) == sorted(f"¥{each / 100:.2f}" for each in rows)


def test_the_borrowers_own_steps_hour_and_media(lin: Planted, gateway: PostOffice) -> None:
    wishes.choose(
        lin.borrower_id, by_sms=False, by_mail=False, steps=(3,), hour=7, quiet_from=20, quiet_until=7, now=at(STARTED)
    )
    live(STARTED, DUE, hours=(6, 7, 9, 19))
    [(step, on, _)] = told()
    message = Message.objects.get()
    assert (step, on, (message.created_at + 8 * HOUR).hour) == ("d3", DUE - 3 * DAY, 7)
    assert (message.medium, message.state) == ("app", "delivered")
    notices.send_due(now=at(DUE))
    assert gateway.received == []
    with pytest.raises(wishes.HourIsQuiet):
        wishes.choose(
            lin.borrower_id, by_sms=True, by_mail=False, steps=(), hour=6, quiet_from=20, quiet_until=7, now=at(DUE)
        )


def test_what_was_paid_between_is_not_sent_and_the_rest_is_said_anew(gateway: PostOffice) -> None:
    who = plant_borrower(now=at(STARTED))
    first, second = (watched(plant_loan(borrower_id=who, starts_on=STARTED)) for _ in range(2))
    live(STARTED, DUE - 4 * DAY)
    Message.objects.update(state="sent", next_try_at=None)
    nine = at(DUE - 3 * DAY, 9)
    notices.sweep(now=nine, limit=100)
    pay(first, nine + timedelta(minutes=1))
    notices.send_due(now=nine + timedelta(minutes=2))
    assert not any("533.09" in body.decode() and "reminder" in body.decode() for _, body in gateway.received)
    assert list(Message.objects.filter(state="withdrawn").values_list("template", flat=True)) == ["reminder_many"]
    notices.sweep(now=nine + timedelta(minutes=3), limit=100)
    notices.send_due(now=nine + timedelta(minutes=4))
    sent = [body.decode() for _, body in gateway.received if b"reminder" in body]
    number = store.read(who, [second.loan_id])[second.loan_id].number
    assert len(sent) == 1 and number in sent[0] and "¥533.09" in sent[0]
    said = Reminder.objects.filter(step="d3").values_list("loan_id", flat=True)
    assert list(said) == [second.loan_id]


def test_what_a_gateway_may_have_is_not_said_again(lin: Planted, gateway: PostOffice) -> None:
    live(STARTED, DUE - 7 * DAY)
    gateway.answers = [(500, b"")]
    notices.send_due(now=at(DUE - 7 * DAY, 9))
    pay(lin, at(DUE - 7 * DAY, 9, 1), amount_minor=10_000)
    notices.send_due(now=at(DUE - 7 * DAY, 9, 2))
    live(DUE - 7 * DAY, DUE - 7 * DAY)
    assert [step for step, _, _ in told()] == ["d7"]
    assert Message.objects.get(template="reminder_due").state == "withdrawn"


def test_nothing_is_sent_in_the_quiet_hours_but_codes(lin: Planted, gateway: PostOffice) -> None:
    live(STARTED, DUE - 7 * DAY)
    messages.enqueue(
        borrower_id=lin.borrower_id, phone="+8613800006021", template="login_code", text="【按期】204618",
        now=at(DUE - 7 * DAY, 21, 30),
    )  # fmt: skip
    notices.send_due(now=at(DUE - 7 * DAY, 21, 30))
    assert [b"204618" in body for _, body in gateway.received] == [True]
    assert Message.objects.get(template="reminder_due").next_try_at == at(DUE - 6 * DAY, 8)
    notices.send_due(now=at(DUE - 6 * DAY, 8))
    assert len(gateway.received) == 2
    wishes.choose(
        lin.borrower_id, by_sms=True, by_mail=False, steps=(7,), hour=9, quiet_from=23, quiet_until=6, now=at(DUE)
    )
    theirs = wishes.read(lin.borrower_id)
    assert [theirs.quiet_end(at(DUE, hour)) for hour in (5, 6, 22, 23)] == [at(DUE, 6), None, None, at(DUE + DAY, 6)]
    assert replace(theirs, is_chosen=False).agreed is None


def test_ten_thousand_due_at_nine_take_as_many_statements_as_a_hundred_a_hundred_times(lin: Planted) -> None:
    plant_many(6, starts_on=STARTED)
    ids = list(Borrower.objects.values_list("id", flat=True))
    loans = {row.borrower_id: row.id for row in Loan.objects.all()}
    counted = []
    for count, day in ((1, DUE - 7 * DAY), (6, DUE - 3 * DAY)):
        Reminding.objects.update(next_try_at=None)
        for borrower_id in ids[:count]:
            reminders.wake(borrower_id, loans[borrower_id], now=at(day, 9))
        with CaptureQueriesContext(connection) as queries:
            assert notices.sweep(now=at(day, 9), limit=100) == count
        assert Reminder.objects.filter(said_at=at(day, 9)).count() == count
        counted.append(len(queries))
    assert counted[0] == counted[1] <= 16


def test_a_loan_that_cant_be_counted_keeps_nobody_from_being_reminded(
    lin: Planted, monkeypatch: pytest.MonkeyPatch
) -> None:
    zhou = watched(plant_loan(borrower_id=plant_borrower("+8613900008866", now=at(STARTED)), starts_on=STARTED))
    counted = store.LoanInHand.standing

    def break_one(self: store.LoanInHand, on: date) -> Any:
        if self.id == lin.loan_id:
            raise ArithmeticError
        return counted(self, on)

    monkeypatch.setattr(store.LoanInHand, "standing", break_one)
    live(DUE - 7 * DAY, DUE - 7 * DAY)
    assert list(Reminder.objects.values_list("loan_id", flat=True)) == [zhou.loan_id]


def test_whatever_changes_a_loan_wakes_it(lin: Planted) -> None:
    Reminding.objects.all().delete()
    stop = {"kind": Hold.Kind.DISPUTE, "until": DUE, "reason": "asked", "actor": staff(), "hold_id": uuid7()}
    holding.open(borrower_id=lin.borrower_id, loan_id=lin.loan_id, now=at(DUE - 5 * DAY), **stop)
    woken = Reminding.objects.get()
    assert (woken.loan_id, woken.next_try_at) == (lin.loan_id, at(DUE - 5 * DAY))
    live(DUE - 5 * DAY, DUE - 3 * DAY)
    holding.end(
        borrower_id=lin.borrower_id, hold_id=stop["hold_id"], reason="settled", actor=stop["actor"], now=at(DUE - 2 * DAY)
    )
    live(DUE - 2 * DAY, DUE)
    assert [step for step, _, _ in told()] == ["d1", "d0"]


def test_a_payment_that_failed_is_told_at_once_and_once(lin: Planted) -> None:
    now = at(DUE, 10)
    charge = charges.open(
        borrower_id=lin.borrower_id, channel="alipay", how="page", attempt=uuid7().hex,
        wishes=[Wish(loan_id=lin.loan_id, purpose="due", amount_minor=None)], now=now,
    )  # fmt: skip
    for _ in range(2):
        failed = Failed(reason="balance", code="X")
        repayments.learn(channel="alipay", key=charge.key, result=failed, learned_by="query", now=now)
    message = Message.objects.get()
    assert (message.template, message.words) == ("payment_failed", {"amount": "¥533.09", "paid_on": "2026-10-09"})


def debited(lin: Planted, **more: Any) -> DebitPlan:
    Mandate.objects.create(
        borrower_id=lin.borrower_id, loan_id=lin.loan_id, channel="alipay", key=uuid7().hex, account="138****6021",
        state="active", terms={}, single_minor=100_000, opened_at=at(STARTED), signed_at=at(STARTED),
    )  # fmt: skip
    return DebitPlan.objects.create(
        borrower_id=lin.borrower_id, loan_id=lin.loan_id, due_on=DUE, expected_minor=53309, opened_at=at(STARTED), **more
    )


def test_what_is_debited_is_told_by_the_debits_a_week_before_and_reminded_of_as_such(lin: Planted) -> None:
    plan = debited(lin)
    live(STARTED, DUE - 2 * DAY)
    assert told() == [("d3", DUE - 3 * DAY, "reminder_debited")]
    words = Message.objects.get().words
    assert (words["source_word"], words["account"], words["amount"]) == ("alipay", "138****6021", "¥533.09")
    # Reminded today by the debits, as a product may want it: never two messages about one thing.
    DebitPlan.objects.filter(id=plan.id).update(reminded_at=at(DUE - DAY, 8))
    live(DUE - DAY, DUE - DAY)
    # Stopped: nothing is debited, and what is due is to be paid by hand.
    DebitPlan.objects.filter(id=plan.id).update(stopped_by="staff")
    live(DUE, DUE)
    reminders.wake(lin.borrower_id, lin.loan_id, now=at(DUE, 9))
    live(DUE, DUE)
    assert told()[1:] == [("d0", DUE, "reminder_today")]


def test_once_a_debit_was_tried_the_debits_tell_how_it_went(lin: Planted) -> None:
    plan = debited(lin)
    Charge.objects.create(
        borrower_id=lin.borrower_id, channel="alipay", how="debit", key="K", attempt="K", amount_minor=53309,
        state="failed", opened_at=at(DUE - DAY, 8), expires_at=at(DUE), plan_id=plan.id,
    )  # fmt: skip
    live(DUE - DAY, DUE)
    assert told() == []


ACTS = strategies.lists(
    strategies.tuples(strategies.integers(0, 1), strategies.sampled_from(("sweep", "send", "pay", "part", "hour"))),
    min_size=5, max_size=30,
)  # fmt: skip


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_no_reminder_of_a_paid_instalment_leaves_and_none_twice(gateway: PostOffice, acts: list[tuple[int, str]]) -> None:
    mark = transaction.savepoint()
    gateway.received.clear()
    who = plant_borrower(now=at(STARTED))
    both = [watched(plant_loan(borrower_id=who, starts_on=STARTED)) for _ in range(2)]
    now = at(DUE - 3 * DAY, 8, 30)
    for which, act in acts:
        now += timedelta(minutes=7)
        left = len(gateway.received)
        _do(act, both[which], now)
        # What left now says what the engine says now, and nothing that is paid.
        for _, body in gateway.received[left:]:
            _check(body.decode(), both, now)
    steps = list(Reminder.objects.values_list("loan_id", "due_on", "step"))
    assert len(steps) == len(set(steps))
    sent = list(Message.objects.filter(template__startswith="reminder", sent_at__isnull=False))
    said = reminders.of_messages(message.id for message in sent)
    assert len({(each.loan_id, each.due_on, each.step) for each in said}) == len(said)
    transaction.savepoint_rollback(mark)


def _do(act: str, planted: Planted, now: datetime) -> None:
    try:
        if act == "sweep":
            notices.sweep(now=now, limit=100)
        elif act == "send":
            notices.send_due(now=now)
        elif act == "hour":
            notices.follow_up(now=now, limit=100)
        else:
            pay(planted, now, amount_minor=10_000 if act == "part" else None)
    except Exception as refusal:
        assert type(refusal).__name__ in ("NothingToPay", "AmountOutOfRange"), refusal


def _check(body: str, both: list[Planted], now: datetime) -> None:
    if "reminder" not in body:
        return
    for each in both:
        held = store.read(each.borrower_id, [each.loan_id])[each.loan_id]
        if held.number in body:
            remaining_minor = held.standing(at_day(now)).instalments[0].remaining_minor
            assert remaining_minor, "it is paid"
            assert f"¥{remaining_minor / 100:.2f}" in body

