"""Reconciliation of a day: what only the file knew is learned, what differs is named, and people end the rest."""

import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from anqi.actions import charges, payouts, reconciliation, refunds, repayments
from anqi.actions.charges import Wish
from anqi.config.cli import reconcile as command
from anqi.config.verification import verify
from anqi.jobs import reconciling, tasks
from anqi.ledger import transits
from anqi.ledger.models import Posting
from anqi.payments import (
    channels,
    clearing_days,
    kept_statements,
    quiet_days,
    reconciliation_inspection,
    unread_statements,
)
from anqi.payments.channels.protocol import Succeeded
from anqi.payments.models import (
    ChannelOrder,
    ChannelStatement,
    Charge,
    Inbox,
    Payment,
    Payout,
    ReadStatement,
    ReconciliationDay,
    ReconciliationDifference,
    Refund,
    Unapplied,
    UnreadStatement,
)
from anqi.payments.reconciliation import Fees
from anqi.payments.reconciliation import compare as compare_rows
from anqi.payments.statements import Row, Statement, StatementUnreadable
from anqi.people.authority import MayNotAct, NeedsSupervisor, NotTheirs, OwnRequest, ReasonMissing
from anqi.people.models import StaffAct, User
from anqi.rows.ids import uuid7
from tests.actions.reconciling import ACCOUNT, Stating, plant
from tests.actions.test_payouts import CARD
from tests.planting import Planted, at, days, plant_cash, plant_loan
from tools.statements import papers
from tools.statements.movements import Movement

pytestmark = pytest.mark.django_db
DAY, NEXT = date(2026, 9, 30), date(2026, 10, 1)
MORNING = at(NEXT, 10)
AMOUNT = 53309


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (reconciling, tasks):
        monkeypatch.setattr(module.clock, "now", lambda: MORNING)


@pytest.fixture
def alipay(monkeypatch: pytest.MonkeyPatch) -> Stating:
    return offer(monkeypatch, "alipay", ("trade",))


def offer(monkeypatch: pytest.MonkeyPatch, code: str, kinds: tuple[str, ...]) -> Stating:
    found = Stating(code=code, kinds=kinds)
    monkeypatch.setattr(channels, "find_stating", lambda each: found)
    monkeypatch.setattr(channels, "stating", lambda: (code,))
    monkeypatch.setattr(channels, "stating_payouts", lambda: ())
    return found


def write(channel: Stating, told: Iterable[Movement], day: date = DAY, kind: str = "") -> None:
    file, kind = io.BytesIO(), kind or channel.kinds[0]
    papers.WRITERS[channel.code, kind](file, told, day, ACCOUNT)
    channel.files[day, kind] = file.getvalue()


def pay(key: str = "aq1", amount_minor: int = AMOUNT, *, at: datetime = datetime(2026, 9, 30, 12), **more: Any) -> Movement:  # noqa: DTZ001
    return Movement(kind="pay", key=key, ref=more.pop("ref", f"T{key}"), amount_minor=amount_minor, fee_minor=0, at=at, **more)


def bring(channel: Stating, day: date = DAY) -> list[ReconciliationDay]:
    return reconciling.bring(channel.code, day, read_inbox=tasks.read_whole_inbox)


def found() -> list[tuple[str, str, str]]:
    rows = ReconciliationDifference.objects.order_by("day", "kind", "key")
    return list(rows.values_list("kind", "key", "state"))


def begin(who: Planted, channel: str = "alipay") -> Charge:
    return charges.open(
        borrower_id=who.borrower_id, wishes=[Wish(loan_id=who.loan_id, purpose="due")], channel=channel, how="wap",
        attempt=uuid4().hex, now=at(DAY, 8),
    )  # fmt: skip


def staff(role: str = "clerk") -> User:
    return User.objects.create(kind="staff", role=role, email=f"{uuid4().hex}@example.com", name=role, created_at=MORNING)


@pytest.fixture
def charge() -> Charge:
    return begin(plant_loan(starts_on=date(2026, 8, 31)))


@pytest.mark.parametrize("state", ["unknown", "processing", "failed", "closed"])
def test_a_payment_that_only_the_file_tells_is_learned_at_its_own_time(
    charge: Charge, alipay: Stating, state: str
) -> None:
    Charge.objects.update(state=state)
    write(alipay, [pay(charge.key)])
    [day] = bring(alipay)
    payment = Payment.objects.get()
    assert (payment.ref, payment.amount_minor, payment.paid_at) == (f"T{charge.key}", AMOUNT, at(DAY))
    assert (payment.counts_on, payment.learned_by) == (DAY, "statement")
    assert (day.state, day.matched, day.ours_minor, day.booked_minor) == ("reconciled", 1, AMOUNT, AMOUNT)
    assert found() == [("missing_with_us", charge.key, "settled")]
    bring(alipay)
    assert (Payment.objects.count(), Inbox.objects.count(), alipay.asked) == (1, 1, 1)
    assert not [each.told() for each in verify(today=NEXT).wrong if each.what != "agreement"]


def test_another_amount_than_was_asked_for_is_for_people(charge: Charge, alipay: Stating) -> None:
    write(alipay, [pay(charge.key, AMOUNT - 1)])
    [day] = bring(alipay)
    assert (Payment.objects.count(), Inbox.objects.count()) == (0, 0)
    assert found() == [("missing_with_us", charge.key, "open")]
    assert (day.state, day.named_minor) == ("explained", AMOUNT - 1)


def test_a_second_payment_is_learned_and_one_under_another_number_is_not(charge: Charge, alipay: Stating) -> None:
    told = Succeeded(ref="T1", amount_minor=AMOUNT, paid_at=at(DAY))
    repayments.learn(channel="alipay", key=charge.key, result=told, learned_by="notice", now=at(DAY))
    write(alipay, [pay(charge.key, ref="T2")])
    bring(alipay)
    assert Payment.objects.count() == 1, "who knows whether it is the same"
    write(alipay, [pay(charge.key, ref="T2"), pay(charge.key, ref="T1")])
    hand_in(alipay.files[DAY, "trade"])
    [day] = bring(alipay)
    assert sorted(Payment.objects.values_list("ref", flat=True)) == ["T1", "T2"]
    assert day.state == "reconciled"


def hand_in(file: bytes, kind: str = "trade") -> None:
    """Another version of the day's file."""
    kept_statements.keep(channels.find_stating("").handed_in(file, day=DAY, kind=kind), now=MORNING)


def test_another_file_of_the_day_is_a_version_of_its_own(alipay: Stating) -> None:
    plant([pay("aq1"), pay("aq2")], channel="alipay", now=MORNING)
    write(alipay, [pay("aq1")])
    [day] = bring(alipay)
    assert (found(), day.state) == ([("missing_with_them", "aq2", "open")], "explained")
    assert reconciliation.due(now=MORNING) == []
    write(alipay, [pay("aq1"), pay("aq2")])
    hand_in(alipay.files[DAY, "trade"])
    assert reconciliation.due(now=MORNING) == [("alipay", DAY)]
    [day] = bring(alipay)
    assert (found(), day.state) == ([("missing_with_them", "aq2", "settled")], "reconciled")
    hand_in(alipay.files[DAY, "trade"])
    assert list(ChannelStatement.objects.order_by("version").values_list("version", flat=True)) == [1, 2]
    assert day.statement.version == 2
    assert "晓" not in bytes(ChannelStatement.objects.values_list("raw", flat=True)[0].encode()).decode()


def test_what_is_told_a_day_later_is_no_difference_of_either_day(alipay: Stating) -> None:
    plant([pay("aq1"), pay("aq2")], channel="alipay", now=MORNING)
    write(alipay, [pay("aq1")])
    bring(alipay)
    assert reconciliation.due(now=MORNING + days(1)) == [("alipay", NEXT)], "though nothing was begun then"
    write(alipay, [pay("aq2")], NEXT)
    [later] = bring(alipay, NEXT)
    assert found() == [("missing_with_them", "aq2", "settled"), ("other_day", "aq2", "settled")]
    [earlier] = reconciliation_inspection.day("alipay", DAY)
    assert (earlier.state, later.state, later.theirs_minor, later.ours_minor) == ("reconciled", "reconciled", AMOUNT, 0)
    [earlier] = bring(alipay)
    assert earlier.state == "reconciled"


def test_a_fee_that_is_told_a_day_later_with_its_payment_is_no_difference_either(monkeypatch: pytest.MonkeyPatch) -> None:
    wechat = offer(monkeypatch, "wechat", ("funds",))
    monkeypatch.setattr(channels, "fees", lambda code: (Decimal("0.006"), 0))
    paid = pay("aq1", 10_000)
    plant([paid], channel="wechat", now=MORNING)
    write(wechat, [])
    bring(wechat)
    write(wechat, [paid, replace(paid, kind="fee", amount_minor=-60)], NEXT)
    [later] = bring(wechat, NEXT)
    assert found() == [("missing_with_them", "aq1", "settled")] * 2 + [("other_day", "aq1", "settled")] * 2
    assert {each.state for each in (later, *reconciliation_inspection.day("wechat", DAY))} == {"reconciled"}


def test_books_that_are_not_ours_keep_a_day_open(alipay: Stating) -> None:
    plant([pay("aq1")], channel="alipay", now=MORNING)
    [posting] = Posting.objects.filter(cause="arrival")
    posting.id, posting.seq, posting.amount_minor = uuid7(), posting.seq + 1000, 1
    Posting.objects.bulk_create([posting])
    write(alipay, [pay("aq1")])
    [day] = bring(alipay)
    assert (day.state, day.open_differences, day.booked_minor) == ("open", 0, AMOUNT + 1)


def test_unionpays_day_ends_at_eleven(monkeypatch: pytest.MonkeyPatch) -> None:
    unionpay = offer(monkeypatch, "unionpay", ("clearing",))
    late, early = datetime(2026, 9, 30, 23), datetime(2026, 9, 29, 23)  # noqa: DTZ001
    plant([pay("aq1", at=late), pay("aq2", at=early)], channel="unionpay", now=MORNING)
    write(unionpay, [pay("aq2", at=early)])
    [day] = bring(unionpay)
    assert (day.state, day.ours_count, day.booked_minor) == ("reconciled", 1, AMOUNT)
    assert clearing_days.last_over("unionpay", at(DAY, 22, 59)) == DAY - days(1)
    assert clearing_days.last_over("unionpay", at(DAY, 23)) == DAY
    assert clearing_days.last_over("alipay", at(DAY, 23)) == DAY - days(1)


def test_the_last_minutes_of_a_day_may_stand_in_the_next_ones_file(alipay: Stating) -> None:
    plant([pay("aq1"), pay("aq2")], channel="alipay", now=MORNING)
    before = datetime(2026, 9, 29, 23, 50)  # noqa: DTZ001
    write(alipay, [pay("aq1", at=before), pay("aq2", at=before - timedelta(seconds=1))])
    bring(alipay)
    assert found() == [("other_day", "aq2", "open")]


def test_fees_with_rows_of_their_own_are_held_against_the_contract(monkeypatch: pytest.MonkeyPatch) -> None:
    wechat = offer(monkeypatch, "wechat", ("funds",))
    told = [pay("aq1", 10_000), pay("aq2", 10_000), pay("aq3", 10_000)]
    plant(told, channel="wechat", now=MORNING)
    fees = [replace(each, kind="fee", amount_minor=-minor, ref=f"F{each.key}") for each, minor in zip(told, (60, 61), strict=False)]
    given_back = replace(fees[0], amount_minor=5, ref="F9", key="ar1")
    write(wechat, [*told, *fees, given_back])
    [day] = bring(wechat)
    assert (day.state, day.fee_minor, day.ours_minor) == ("reconciled", 116, 30_000), "without a price only summed up"
    monkeypatch.setattr(channels, "fees", lambda code: (Decimal("0.006"), 0))
    [day] = bring(wechat)
    assert found() == [("amount", "aq2", "open"), ("missing_with_them", "aq3", "open")]
    assert day.theirs_minor - day.ours_minor == day.named_minor == 59


@pytest.mark.parametrize(("state", "then", "is_open"), [("unknown", "succeeded", False), ("failed", "failed", True)])
def test_a_payout_that_the_file_tells_is_learned(
    monkeypatch: pytest.MonkeyPatch, state: str, then: str, is_open: bool
) -> None:
    unionpay = offer(monkeypatch, "unionpay", ("clearing",))
    monkeypatch.setattr(channels, "paying_out", lambda: ("unionpay",))
    loan = plant_cash(now=at(DAY, 9))
    payout = payouts.request(borrower_id=loan.borrower_id, loan_id=loan.id, to=CARD, now=at(DAY, 9))
    Payout.objects.update(state=state, sent_at=at(DAY, 9))
    noon = datetime(2026, 9, 30, 12)  # noqa: DTZ001
    write(unionpay, [Movement(kind="payout", key=payout.key, ref="P1", amount_minor=-payout.amount_minor, fee_minor=0, at=noon)])
    [day] = bring(unionpay)
    payout.refresh_from_db()
    assert (payout.state, payout.reason) == (then, "paid_after_all" if is_open else "")
    assert day.state == ("explained" if is_open else "reconciled")
    assert found() == [("missing_with_us", payout.key, "open" if is_open else "settled")]


def test_a_payout_that_came_back_is_learned_and_told_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, "unionpay", ("clearing",))
    monkeypatch.setattr(channels, "paying_out", lambda: ("unionpay",))
    loan = plant_cash(now=at(DAY, 9))
    payout = payouts.request(borrower_id=loan.borrower_id, loan_id=loan.id, to=CARD, now=at(DAY, 9))
    Payout.objects.update(state="unknown", sent_at=at(DAY, 9))
    arrived = Succeeded(ref="P1", amount_minor=payout.amount_minor, paid_at=at(DAY, 10))
    payouts.learn(channel="unionpay", key=payout.key, result=arrived, learned_by="query", now=at(DAY, 10))
    left = Row(
        channel="unionpay", kind="payout", key=payout.key, ref="P1", amount_minor=-payout.amount_minor, fee_minor=0,
        at=at(DAY, 10), day=DAY, state="done", line=1,
    )  # fmt: skip
    back = replace(left, ref="P9", amount_minor=payout.amount_minor, at=at(DAY, 20), state="returned", line=2)
    assert compare([left, back]).state == "explained"
    later = replace(back, ref="P8", at=at(NEXT, 9))
    assert found() == [("missing_with_us", payout.key, "open")]
    assert reconciliation.tell(channel="unionpay", day=DAY, now=MORNING) == 1
    tasks.read_whole_inbox()
    payout.refresh_from_db()
    assert (payout.state, reconciliation.tell(channel="unionpay", day=DAY, now=MORNING)) == ("returned", 0)
    day = compare([left, back])
    assert (day.state, day.matched, day.ours_minor, day.booked_minor) == ("reconciled", 2, 0, 0)
    day = compare([later], on=NEXT)
    assert (day.state, day.ours_minor, day.booked_minor) == ("reconciled", payout.amount_minor, payout.amount_minor)


def compare(rows: list[Row], *, on: date = DAY, fees: Fees | None = None) -> ReconciliationDay:
    """UnionPay's day as these rows tell it."""
    file = Statement(channel="unionpay", kind="clearing", day=on, account=ACCOUNT, file=b"")
    moved = transits.moved("in_transit_unionpay")
    return compare_rows(kept_statements.keep(file, now=MORNING), rows, moved=moved, fees=fees, now=MORNING)


def test_a_refunds_fee_may_be_given_back_and_nothing_more() -> None:
    noon = datetime(2026, 9, 30, 12)  # noqa: DTZ001
    told = [Movement(kind="refund", key=f"ar{n}", ref=f"R{n}", amount_minor=-10_000, fee_minor=0, at=noon) for n in range(4)]
    plant(told, channel="unionpay", now=MORNING)
    fees = dict(zip((each.key for each in told), (0, -60, 1, -10_001), strict=True))
    rows = [
        Row(
            channel="unionpay", kind="refund", key=each.key, ref=each.ref, amount_minor=each.amount_minor,
            fee_minor=fees[each.key], at=at(DAY), day=DAY, state="done", line=line,
        )
        for line, each in enumerate(told, 1)
    ]  # fmt: skip
    on_its_way = replace(rows[0], key="ar9", state="open", line=5)
    compare([*rows, on_its_way], fees=Fees(rate=Decimal("0.006")))
    assert found() == [("fee", "ar2", "open"), ("fee", "ar3", "open")]


@pytest.mark.parametrize(("state", "then"), [("unknown", "succeeded"), ("created", "succeeded"), ("failed", "failed")])
def test_a_refund_that_only_the_file_tells_is_learned_while_it_is_open(
    charge: Charge, alipay: Stating, state: str, then: str
) -> None:
    for ref in ("T1", "T2"):
        told = Succeeded(ref=ref, amount_minor=AMOUNT, paid_at=at(DAY))
        repayments.learn(channel="alipay", key=charge.key, result=told, learned_by="notice", now=at(DAY))
    case = Unapplied.objects.get()
    whose = {"borrower_id": case.borrower_id, "case_id": case.id}
    refund = refunds.begin(**whose, actor=staff(), reason="付了两次", now=at(DAY, 13))
    Refund.objects.update(state=state)
    afternoon = datetime(2026, 9, 30, 15)  # noqa: DTZ001
    back = Movement(
        kind="refund", key=refund.key, ref="T2", amount_minor=-AMOUNT, fee_minor=0, at=afternoon, charge_key=charge.key
    )
    write(alipay, [pay(charge.key, ref="T1"), pay(charge.key, ref="T2"), back])
    [day] = bring(alipay)
    refund.refresh_from_db()
    assert refund.state == then
    assert (day.state, Inbox.objects.count()) == (("reconciled", 1) if then == "succeeded" else ("explained", 0))


def test_an_unreadable_file_is_kept_nowhere_and_waits_for_people(alipay: Stating) -> None:
    plant([pay("aq1")], channel="alipay", now=MORNING)
    alipay.files[DAY, "trade"] = b"nothing"
    with pytest.raises(StatementUnreadable):
        bring(alipay)
    assert not ChannelStatement.objects.exists() and not ReconciliationDay.objects.exists()
    assert UnreadStatement.objects.get().reason == "unreadable"
    assert reconciliation.due(now=MORNING) == [("alipay", DAY)]
    tasks.reconcile_days()
    alipay.files.clear()
    assert bring(alipay) == []
    assert UnreadStatement.objects.get().reason == "not_ready"
    write(alipay, [pay("aq1")])
    tasks.reconcile_days()
    assert [each.state for each in ReconciliationDay.objects.all()] == ["reconciled"]
    assert UnreadStatement.objects.get().read_at == MORNING


def test_a_day_on_which_nothing_moved_is_not_asked_for(alipay: Stating) -> None:
    assert reconciliation.due(now=MORNING) == []


def test_a_day_without_a_file_is_reconciled_as_empty_where_ours_is_and_late_where_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    unionpay = offer(monkeypatch, "unionpay", ("clearing",))

    def look(on: date, hour: int) -> tuple[list[str], str, int]:
        payouts.look_through(channel="unionpay", day=DAY, now=at(on, hour))
        states = ReconciliationDay.objects.filter(day=DAY).values_list("state", flat=True)
        return list(states), UnreadStatement.objects.get().reason, unread_statements.waiting(at(on, hour)).count()

    assert look(NEXT, 11) == ([], "not_ready", 0), "it may still come"
    assert look(NEXT, 12) == (["reconciled"], "nothing", 0)
    assert DAY in unread_statements.resting("unionpay", now=at(NEXT, 13))
    assert DAY not in unread_statements.resting("unionpay", now=at(NEXT + days(1), 13))
    assert look(NEXT + days(1), 12) == (["reconciled"], "nothing", 0)
    quiet = Counter[str]()
    noon = datetime(2026, 9, 30, 12)  # noqa: DTZ001
    told = [pay("aq1", at=noon), Movement(kind="payout", key="ap1", ref="P1", amount_minor=-5, fee_minor=0, at=noon)]
    for each in told:
        with transaction.atomic():
            plant([each], channel="unionpay", now=MORNING)
            quiet[each.kind] += quiet_days.is_quiet("unionpay", DAY)
            transaction.set_rollback(True)
    assert not quiet.total()
    plant(told[:1], channel="unionpay", now=MORNING)
    assert look(NEXT + days(2), 12) == ([], "not_ready", 1), "late, once we know of something"
    write(unionpay, told[:1])
    payouts.look_through(channel="unionpay", day=DAY, now=at(NEXT + days(2), 13))
    reconciliation.match(channel="unionpay", day=DAY, now=at(NEXT + days(2), 13))
    assert look(NEXT + days(2), 13) == (["reconciled"], "not_ready", 0)


def test_a_quiet_day_is_asked_for_until_no_payout_can_have_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, "unionpay", ("clearing",))
    for after, is_read in ((40, False), (49, False), (50, True)):
        payouts.look_through(channel="unionpay", day=DAY, now=at(DAY + days(after), 12))
        assert ReadStatement.objects.exists() == is_read
    assert UnreadStatement.objects.get().read_at and ReconciliationDay.objects.get().state == "reconciled"


@pytest.mark.parametrize("state", ["unknown", "processing", "closed"])
def test_a_charge_that_may_have_been_paid_keeps_a_day_from_being_quiet(charge: Charge, state: str) -> None:
    assert not quiet_days.is_quiet("alipay", DAY)
    Charge.objects.update(state=state)
    assert quiet_days.is_quiet("alipay", DAY) == (state == "closed")


def test_the_first_day_is_asked_for_until_its_file_comes(charge: Charge, alipay: Stating) -> None:
    assert bring(alipay) == []
    assert reconciliation.due(now=MORNING + days(2)) == [("alipay", DAY), ("alipay", NEXT)]


def test_a_channel_that_has_never_paid_out_is_asked_from_its_first_payment_on(monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, "unionpay", ("clearing",))
    monkeypatch.setattr(channels, "stating_payouts", lambda: ("unionpay",))
    assert payouts.unread(now=MORNING) == []
    plant([pay("aq1")], channel="unionpay", now=MORNING)
    assert payouts.unread(now=MORNING) == [("unionpay", DAY)]


def test_a_day_on_which_money_only_went_back_is_asked_for(alipay: Stating) -> None:
    back = pay("ar1", -AMOUNT, at=datetime(2026, 10, 4, 12))  # noqa: DTZ001
    plant([pay("aq1"), replace(back, kind="refund", charge_key="aq2")], channel="alipay", now=at(DAY))
    write(alipay, [pay("aq1")])
    bring(alipay)
    assert reconciliation.due(now=MORNING + days(4)) == [("alipay", date(2026, 10, 4))], "a charge that is paid is over"


def test_what_is_learned_after_a_day_was_matched_is_held_against_its_file(
    charge: Charge, alipay: Stating, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else nobody would ever see that the file doesn't tell it."""
    write(alipay, [])
    [day] = bring(alipay)
    assert day.state == "reconciled"
    later = MORNING + timedelta(hours=1)
    told = Succeeded(ref="T1", amount_minor=AMOUNT, paid_at=at(DAY))
    repayments.learn(channel="alipay", key=charge.key, result=told, learned_by="notice", now=later)
    assert reconciliation.due(now=later) == [("alipay", DAY)]
    monkeypatch.setattr(reconciling.clock, "now", lambda: later)
    [day] = bring(alipay)
    assert (day.state, found()) == ("explained", [("missing_with_them", charge.key, "open")])
    assert reconciliation.due(now=later) == []


@pytest.fixture
def difference(alipay: Stating) -> ReconciliationDifference:
    plant([pay("aq1")], channel="alipay", now=MORNING)
    write(alipay, [])
    bring(alipay)
    return ReconciliationDifference.objects.get()


def test_people_explain_a_difference_and_the_day_is_reconciled(difference: ReconciliationDifference, alipay: Stating) -> None:
    told: dict[str, Any] = {"difference_id": difference.id, "now": MORNING}
    clerk = staff()
    with pytest.raises(MayNotAct):
        reconciliation.explain(**told, actor=staff("auditor"), reason="x")
    with pytest.raises(ReasonMissing):
        reconciliation.explain(**told, actor=clerk, reason=" ")
    reconciliation.explain(**told, actor=clerk, reason="渠道次月补账")
    [day] = reconciliation_inspection.day("alipay", DAY)
    assert (day.state, day.reconciled_by, day.reconciled_at) == ("reconciled", clerk.id, MORNING)
    act = StaffAct.objects.get()
    assert (act.verb, act.reason, act.detail["off_minor"]) == ("explain_reconciliation", "渠道次月补账", -AMOUNT)
    with pytest.raises(reconciliation.DifferenceEnded):
        reconciliation.explain(**told, actor=clerk, reason="once more")
    [day] = bring(alipay)
    assert (day.state, found()) == ("reconciled", [("missing_with_them", "aq1", "explained")])
    assert (day.reconciled_by, day.reconciled_at) == (clerk.id, MORNING)


def test_a_write_off_takes_two(difference: ReconciliationDifference) -> None:
    told: dict[str, Any] = {"difference_id": difference.id, "now": MORNING}
    one, another = staff("supervisor"), staff("supervisor")
    reconciliation.ask_write_off(**told, actor=one, reason="渠道不认")
    assert reconciliation_inspection.day("alipay", DAY)[0].state == "explained"
    with pytest.raises(OwnRequest):
        reconciliation.approve_write_off(**told, actor=one)
    with pytest.raises(NeedsSupervisor):
        reconciliation.approve_write_off(**told, actor=staff())
    with pytest.raises(NeedsSupervisor):
        reconciliation.refuse_write_off(**told, actor=staff(), reason="no")
    reconciliation.refuse_write_off(**told, actor=another, reason="再问一次")
    with pytest.raises(reconciliation.DifferenceEnded):
        reconciliation.approve_write_off(**told, actor=another)
    reconciliation.ask_write_off(**told, actor=one, reason="渠道不认")
    reconciliation.approve_write_off(**told, actor=another)
    [day] = reconciliation_inspection.day("alipay", DAY)
    assert (day.state, day.reconciled_by, found()) == ("reconciled", another.id, [("missing_with_them", "aq1", "written_off")])


def test_the_desk_reads_differences_by_kind(alipay: Stating) -> None:
    plant([pay(f"aq{n}") for n in range(3)], channel="alipay", now=MORNING)
    write(alipay, [pay("aq0", AMOUNT + 5), pay("zz9")])
    bring(alipay)
    groups = reconciliation_inspection.groups("alipay", DAY)
    assert [(each.kind, each.count, each.open_count, each.off_minor) for each in groups] == [
        ("amount", 1, 1, 5), ("missing_with_them", 2, 2, -2 * AMOUNT), ("missing_with_us", 1, 1, AMOUNT),
    ]  # fmt: skip
    assert [each.key for each in groups[1].shown] == ["aq1", "aq2"]
    assert [each.state for each in reconciliation_inspection.days(is_open=True)] == ["explained"]
    assert reconciliation_inspection.days(channel="wechat") == []


def test_the_command_tells_a_day_and_whether_it_is_reconciled(
    charge: Charge, alipay: Stating, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command.site, "set_up", lambda: True)
    asked = ["--channel", "alipay", "--day", DAY.isoformat()]
    assert command.run(asked) == 2
    assert command.run(["--channel", "bank", "--day", DAY.isoformat()]) == 2
    assert "has not given" in capsys.readouterr().err
    write(alipay, [pay(charge.key), pay("zz1")])
    assert command.run(asked) == 1
    told = capsys.readouterr().out
    assert [line.split()[:3] for line in told.splitlines()] == [
        ["file", "state", "rows"], ["trade", "explained", "2"], ["trade", "settled", "missing_with_us"],
        ["trade", "open", "missing_with_us"],
    ]  # fmt: skip
    stranger = ReconciliationDifference.objects.get(key="zz1")
    reconciliation.explain(difference_id=stranger.id, reason="他家的", actor=staff(), now=MORNING)
    assert command.run(asked) == 0
    assert command.run(asked) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith("他家的")


@pytest.mark.parametrize(("late_kind", "other_kind"), [("trade", "funds"), ("funds", "trade")])
def test_of_two_files_the_one_that_is_here_is_matched_and_the_other_ends_by_itself_or_comes(
    monkeypatch: pytest.MonkeyPatch, late_kind: str, other_kind: str
) -> None:
    """One list tells a payment a day late, and the channel makes no other list of that day."""
    wechat = offer(monkeypatch, "wechat", ("trade", "funds"))
    late = pay("aq1", at=datetime(2026, 9, 30, 12))  # noqa: DTZ001
    plant([late], channel="wechat", now=MORNING)
    write(wechat, [late], kind=other_kind)
    write(wechat, [], kind=late_kind)
    assert {each.kind: each.state for each in bring(wechat)} == {late_kind: "explained", other_kind: "reconciled"}
    monkeypatch.setattr(reconciling.clock, "now", lambda: MORNING + days(1))
    write(wechat, [late], day=NEXT, kind=late_kind)
    [day] = bring(wechat, NEXT)
    assert (day.kind, day.theirs_count, day.state) == (late_kind, 1, "reconciled")
    states = ReconciliationDay.objects.order_by("day", "kind").values_list("day", "kind", "theirs_count", "state")
    monkeypatch.setattr(reconciling.clock, "now", lambda: MORNING + days(2))
    bring(wechat, NEXT)
    assert {*states} == {
        (DAY, other_kind, 1, "reconciled"), (DAY, late_kind, 0, "reconciled"), (NEXT, other_kind, 0, "reconciled"),
        (NEXT, late_kind, 1, "reconciled"),
    }  # fmt: skip
    assert ("wechat", NEXT) not in reconciliation.due(now=MORNING + days(2))


def test_what_one_file_tells_is_learned_while_the_other_cannot_be_read(
    charge: Charge, monkeypatch: pytest.MonkeyPatch
) -> None:
    Charge.objects.update(channel="wechat")
    ChannelOrder.objects.update(channel="wechat")
    wechat = offer(monkeypatch, "wechat", ("trade", "funds"))
    write(wechat, [pay(charge.key)], kind="trade")
    wechat.files[DAY, "funds"] = b"nothing"
    for _ in range(2):
        with pytest.raises(StatementUnreadable):
            bring(wechat)
    assert Payment.objects.get().learned_by == "statement"
    assert [(each.kind, each.state) for each in ReconciliationDay.objects.all()] == [("trade", "reconciled")]
    assert unread_statements.waiting(MORNING).count() == 1


def test_a_corrected_file_takes_the_place_of_the_wrong_one_and_back(charge: Charge, alipay: Stating) -> None:
    write(alipay, [])
    [day] = bring(alipay)
    assert (day.state, ChannelStatement.objects.count()) == ("reconciled", 1)
    wrong, supervisor = alipay.files[DAY, "trade"], staff("supervisor")
    write(alipay, [pay(charge.key)])
    right = alipay.files[DAY, "trade"]

    def correct(file: bytes, day: date = DAY, by: User = supervisor, reason: str = "渠道更正") -> None:
        reconciliation.correct(channel="alipay", day=day, file=file, reason=reason, actor=by, now=MORNING)

    refused = {
        reconciliation.SameFile: {"file": wrong}, NeedsSupervisor: {"file": right, "by": staff()},
        ReasonMissing: {"file": right, "reason": " "}, StatementUnreadable: {"file": b"nothing"},
        NotTheirs: {"file": right, "day": NEXT},
    }  # fmt: skip
    for why, asked in refused.items():
        with pytest.raises(why):
            correct(**asked)
    assert not StaffAct.objects.exists()
    correct(right)
    assert reconciliation.due(now=MORNING) == [("alipay", DAY)]
    tasks.reconcile_days()
    assert Payment.objects.get().learned_by == "statement"
    assert [each.state for each in ReconciliationDay.objects.all()] == ["reconciled"]
    correct(wrong)
    tasks.reconcile_days()
    assert found() == [("missing_with_them", charge.key, "open"), ("missing_with_us", charge.key, "settled")]
    versions = ChannelStatement.objects.order_by("version").values_list("version", "sha256")
    assert [number for number, _ in versions] == [1, 2, 3] and versions[0][1] == versions[2][1]
    assert set(StaffAct.objects.values_list("verb", flat=True)) == {"correct_statement"}


def test_a_corrected_file_of_another_day_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """WeChat's lists don't say of which day they are."""
    wechat = offer(monkeypatch, "wechat", ("trade", "funds"))
    write(wechat, [pay("aq1")], kind="trade")
    bring(wechat)
    write(wechat, [pay("aq2", at=datetime(2026, 10, 1, 12))], day=NEXT, kind="trade")  # noqa: DTZ001
    with pytest.raises(reconciliation.OtherDay):
        reconciliation.correct(
            channel="wechat", day=DAY, file=wechat.files[NEXT, "trade"], reason="更正", actor=staff("supervisor"),
            now=MORNING,
        )  # fmt: skip


def test_a_row_in_another_amount_under_a_known_number_is_not_taken_for_a_second_payment(
    charge: Charge, alipay: Stating
) -> None:
    """Paid twice: of the first the file tells a fen too much, the second nobody has told yet."""
    first = Succeeded(ref="T1", amount_minor=AMOUNT, paid_at=at(DAY))
    repayments.learn(channel="alipay", key=charge.key, result=first, learned_by="notice", now=at(DAY))
    write(alipay, [pay(charge.key, AMOUNT + 1, ref="T1"), pay(charge.key, ref="T2")])
    bring(alipay)
    assert sorted(Payment.objects.values_list("ref", "learned_by")) == [("T1", "notice"), ("T2", "statement")]
    assert found() == [("amount", charge.key, "open"), ("missing_with_us", charge.key, "settled")]


def test_what_is_learned_by_the_next_days_file_is_no_difference_of_either(
    charge: Charge, alipay: Stating, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(alipay, [])
    bring(alipay)
    for module in (reconciling, tasks):
        monkeypatch.setattr(module.clock, "now", lambda: MORNING + days(1))
    write(alipay, [pay(charge.key)], day=NEXT)
    bring(alipay, NEXT)
    assert Payment.objects.get().paid_at == at(DAY)
    assert ("alipay", DAY) in reconciliation.due(now=MORNING + days(1))
    bring(alipay)
    assert {state for _, _, state in found()} == {"settled"}
    assert [each.state for each in ReconciliationDay.objects.order_by("day")] == ["reconciled", "reconciled"]
