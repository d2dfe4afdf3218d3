"""Whatever is decided about a loan or befalls it, its books equal the engine on every day, and the nightly close goes on."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from anqi.actions import loans
from anqi.config import verification
from anqi.engine import accounts
from anqi.engine.accruals import minor_on
from anqi.engine.facts import KINDS
from anqi.engine.loan import standing
from anqi.ledger import books
from anqi.lending import courses, effects, limits, queries
from anqi.lending.limits import Limit
from anqi.lending.models import Hold, Lender, Loan, MerchantOrder
from anqi.notices.models import Webhook
from tests.happening import happen, hold
from tests.planting import TERMS, Planted, at, days, plant_loan

pytestmark = pytest.mark.django_db

STARTED = date(2026, 8, 31)
FIRST_DUE = date(2026, 9, 30)
WHOLE = TERMS | {"charges": {"copies": "50.00"}, "draws_up_to": "9000.00"}

Step = tuple[str, date, dict[str, Any]]
# What happens, on which day, with which figures; "^" stands for the payment before it, "*" for the hold, "-" for what came just before.
LIVES: dict[str, list[Step]] = {
    "deferred and redated": [
        ("deferral", date(2026, 9, 12), {"n": 1, "to": "2026-10-10"}),
        ("due_day_change", date(2026, 10, 12), {"day": 25}),
        ("payment", date(2026, 10, 20), {"amount": "500.00"}),
    ],
    "spread anew": [
        ("re_amortise", date(2026, 11, 5), {}),
        ("payment", date(2026, 11, 30), {"amount": "900.00"}),
    ],
    "begun anew": [
        ("payment", FIRST_DUE, {"amount": "533.09"}),
        ("re_age", date(2026, 12, 5), {"first_due_on": "2026-12-31", "instalments": 5}),
        ("payment", date(2026, 12, 31), {"amount": "100.00"}),
    ],
    "rescheduled": [
        ("payment", FIRST_DUE, {"amount": "533.09"}),
        ("reschedule", date(2026, 11, 20), {"first_due_on": "2026-12-20", "instalments": 6, "carries": ["penalty"]}),
        ("payment", date(2026, 12, 20), {"amount": "700.00"}),
    ],
    "cheaper": [
        ("pause", date(2026, 9, 5), {"until": "2026-09-15"}),
        ("rate_change", date(2026, 9, 20), {"annual_rate": "0.06"}),
        ("subsidy", date(2026, 10, 2), {"annual_rate": "0.03"}),
        ("subsidy", date(2026, 11, 2), {"annual_rate": "0"}),
    ],
    "dearer": [
        ("charge", date(2026, 9, 5), {"code": "copies", "amount": "20.00", "reason": "寄送合同副本"}),
        ("reversal", date(2026, 9, 8), {"of": "-"}),
        ("draw", date(2026, 9, 20), {"amount": "300.00"}),
        ("payment", FIRST_DUE, {"amount": "700.00", "for": "next"}),
    ],
    "given": [
        ("goodwill", date(2026, 10, 6), {"amount": "600.00"}),
        ("refund", date(2026, 10, 8), {"amount": "10.00"}),
        ("waiver", date(2026, 11, 10), {"what": "penalty", "amount": "1.00"}),
        ("return", date(2026, 11, 12), {"amount": "500.00", "gives_back": True}),
    ],
    "bounced": [
        ("payment", FIRST_DUE, {"amount": "533.09"}),
        ("chargeback", date(2026, 10, 15), {"of": "^"}),
        ("payment", date(2026, 10, 20), {"amount": "100.00"}),
        ("reversal", date(2026, 10, 22), {"of": "^"}),
    ],
    "written off and recovered": [
        ("payment", FIRST_DUE, {"amount": "533.09"}),
        ("write_off", date(2027, 1, 15), {}),
        ("recovery", date(2027, 2, 1), {"amount": "2000.00"}),
        ("payment", date(2027, 2, 10), {"amount": "50.00"}),
        ("chargeback", date(2027, 2, 12), {"of": "^"}),
    ],
    "held while it is late": [
        ("hold", date(2026, 10, 10), {"reason": "return"}),
        ("return", date(2026, 10, 12), {"amount": "500.00"}),
        ("release", date(2026, 11, 20), {"of": "*"}),
        ("hold", date(2026, 12, 15), {"reason": "dispute"}),
        ("payment", date(2026, 12, 20), {"amount": "300.00"}),
        ("release", date(2027, 2, 2), {"of": "*"}),
    ],
    "void": [
        ("payment", FIRST_DUE, {"amount": "533.09"}),
        ("void", date(2026, 10, 5), {}),
        ("refund", date(2026, 10, 6), {"amount": "533.09"}),
    ],
}  # fmt: skip


@pytest.fixture
def lin() -> Planted:
    return plant_loan(starts_on=STARTED, terms=WHOLE)


def live(who: Planted, life: list[Step], *, until: date) -> Iterator[date]:
    """Each day from the start to the end: what happens on it has happened, and the nightly close has run."""
    last = payment = held = None
    for day in (STARTED + days(n) for n in range((until - STARTED).days + 1)):
        for kind, _on, body in (step for step in life if step[1] == day):
            named = {name: {"^": payment, "-": last, "*": held}.get(value, value) if name == "of" else value
                     for name, value in body.items()}  # fmt: skip
            last = str(happen(who, kind, day, **named))
            keep_row(who, kind, day, last, named)
            payment = last if kind == "payment" else payment
            held = last if kind == "hold" else held
        loans.wake(now=at(day, 23), limit=10)
        yield day


def keep_row(who: Planted, kind: str, day: date, fact_id: str, body: dict[str, Any]) -> None:
    """What stands beside the facts of a hold, for people."""
    if kind == "hold":
        Hold.objects.create(
            borrower_id=who.borrower_id, id=fact_id, loan_id=who.loan_id, kind=body["reason"], reason="planted",
            opened_at=at(day), opened_by="staff", until=day + days(28),
        )  # fmt: skip
    if kind == "release":
        Hold.objects.filter(id=body["of"]).update(ended_at=at(day), ended_by="staff", ended_why="planted")


def wrong(today: date) -> list[str]:
    found = verification.verify(today=today).wrong
    # A planted agreement has no hash.
    return [each.told() for each in found if each.what != "agreement"]


def test_every_kind_is_lived() -> None:
    assert {kind for life in LIVES.values() for kind, _, _ in life} == set(KINDS)


@pytest.mark.parametrize("name", LIVES)
def test_the_books_equal_the_engine_on_every_day(lin: Planted, name: str) -> None:
    for day in live(lin, LIVES[name], until=date(2027, 2, 20)):
        held = hold(lin)
        booked = books.read(lin.borrower_id, [lin.loan_id]).balances[lin.loan_id]
        # The penalty of late days is booked when something else happens, or on the next due date.
        unbooked_minor = minor_on(held.accruals, "penalty", day)
        shown = accounts.balances(held.terms, held.facts, day)
        assert booked == accounts.without_penalty(shown, unbooked_minor), day
        assert not held.next_wake_on or held.next_wake_on > day
        if day.day == 1:
            assert wrong(day) == []
    assert wrong(date(2027, 2, 20)) == []


@pytest.mark.parametrize("name", LIVES)
def test_what_is_learned_late_heals_by_itself(lin: Planted, name: str) -> None:
    """Everything is known at the end only, after a worker that slept all the time."""
    today, payment, held, last = date(2027, 2, 20), None, None, None
    for kind, on, body in LIVES[name]:
        of = {"of": {"^": payment, "-": last, "*": held}[body["of"]]} if "of" in body else {}
        last = str(happen(lin, kind, on, today=today, **body | of))
        payment = last if kind == "payment" else payment
        held = last if kind == "hold" else held
    assert wrong(today) == []
    assert courses.expected(hold(lin), today=today) == books.read(lin.borrower_id, [lin.loan_id]).balances[lin.loan_id]


@pytest.mark.parametrize("name", LIVES)
def test_pages_and_limits_can_ask_on_every_day_something_happened(lin: Planted, name: str) -> None:
    for day in live(lin, LIVES[name], until=max(on for _, on, _ in LIVES[name])):
        shown = queries.order(lin.borrower_id, lin.order_id, today=day)
        assert shown and shown.loan and shown.loan.standing
        # What a credit balance pays on a due date no money is told for; a void loan has no instalments.
        if name not in ("given", "void"):
            assert told_minor(lin, day) == sum(row.paid_minor for row in shown.loan.standing.instalments), day
        assert limit(day).used_minor == shown.loan.standing.outstanding_principal_minor


def told_minor(who: Planted, today: date) -> int:
    """What all money did to the instalments, told one by one."""
    lines = [line for each in queries.payments(hold(who), today=today) if each.effect for line in each.effect.lines]
    others = [amounts.values() for _fact, amounts in effects.of_other_money(hold(who), today=today)]
    return sum(line.amount_minor for line in lines) + sum(sum(amounts) for amounts in others)


def limit(today: date) -> Limit:
    loan = Loan.objects.get()
    return limits.read(loan.borrower_id, Lender.objects.get().id, today=today)


def test_a_void_loan_is_over_and_takes_nothing_of_the_limit(lin: Planted) -> None:
    for _day in live(lin, LIVES["void"], until=date(2026, 10, 6)):
        pass
    loan = Loan.objects.get()
    assert (loan.settled_on, loan.next_wake_on) == (None, None), "it was never settled, and nothing comes any more"
    assert hold(lin).has_begun, "what happened to it stays in the books"
    assert limit(date(2026, 10, 6)).used_minor == 0
    assert queries.running(lin.borrower_id, today=date(2026, 10, 6)) == []
    [shown] = queries.orders(lin.borrower_id, today=date(2026, 10, 6))
    assert shown.condition == "void"
    assert MerchantOrder.objects.get().state == "shipped"
    assert not Webhook.objects.exists()


def test_a_loan_written_off_is_owed_until_all_of_it_is_recovered(lin: Planted) -> None:
    for _day in live(lin, [("write_off", date(2027, 1, 15), {})], until=date(2027, 1, 20)):
        pass
    today = date(2027, 1, 20)
    [shown] = queries.running(lin.borrower_id, today=today)
    assert shown.condition == "written_off"
    assert Loan.objects.get().settled_on is None
    assert limit(today).used_minor == 600_000
    assert shown.loan and shown.loan.standing
    owed_minor = shown.loan.remaining_minor
    assert owed_minor == shown.loan.standing.due_now_minor == shown.loan.standing.written_off_minor
    happen(lin, "recovery", today, amount=f"{owed_minor // 100}.{owed_minor % 100:02}")
    assert Loan.objects.get().settled_on == today
    assert limit(today).used_minor == 0
    assert queries.running(lin.borrower_id, today=today) == []


def test_a_loan_settled_by_money_that_bounced_is_not_settled(lin: Planted) -> None:
    payoff_minor = standing(hold(lin).terms, hold(lin).facts, FIRST_DUE).payoff_minor
    assert payoff_minor
    yuan = f"{payoff_minor // 100}.{payoff_minor % 100:02}"
    payment = happen(lin, "payment", FIRST_DUE, amount=yuan, **{"for": "all"})
    assert Loan.objects.get().settled_on == FIRST_DUE
    happen(lin, "chargeback", date(2026, 10, 15), of=str(payment))
    assert Loan.objects.get().settled_on is None
    [shown] = queries.payments(hold(lin), today=date(2026, 10, 15))
    assert shown.taken_back_minor == shown.amount_minor == payoff_minor
    assert shown.effect and shown.effect.settles, "until then it had settled the loan"


def test_payments_after_one_that_was_taken_back_are_still_told(lin: Planted) -> None:
    """The second was enough to settle only with the first, which was undone a month later."""
    first = happen(lin, "payment", date(2026, 9, 5), amount="1000.00", **{"for": "next"})
    left_minor = standing(hold(lin).terms, hold(lin).facts, FIRST_DUE).payoff_minor
    assert left_minor
    happen(lin, "payment", FIRST_DUE, amount=f"{left_minor // 100}.{left_minor % 100:02}", **{"for": "all"})
    happen(lin, "reversal", date(2026, 10, 31), of=str(first))
    happen(lin, "payment", date(2026, 11, 2), amount="20.00")
    told = queries.payments(hold(lin), today=date(2026, 11, 2))
    assert [each.is_reversed for each in told] == [True, False, False]
    shown = standing(hold(lin).terms, hold(lin).facts, date(2026, 11, 2))
    lines = [line for each in told if each.effect for line in each.effect.lines]
    assert sum(line.amount_minor for line in lines) == sum(row.paid_minor for row in shown.instalments)
