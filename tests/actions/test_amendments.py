"""Plans that their borrowers change: what is shown is what is signed, and everything follows the new days."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction

from anqi import recording
from anqi.actions import amendments, charges
from anqi.actions.amendments import DebitAnnounced, NoSuchLoan, NotMeant, PaymentUnderWay, Quote
from anqi.actions.charges import Wish as Pays
from anqi.ledger import books
from anqi.lending import amendments as lending
from anqi.lending import changing, courses
from anqi.lending.amendments import AmendmentChanged, CannotChange, Change
from anqi.lending.changing import (
    ChangedLately,
    DayNotOffered,
    DeferralTooLong,
    DueDay,
    Later,
    MovedBefore,
    NotRunning,
    PlanOnHold,
    StillDue,
    TooFewToCome,
    Wish,
)
from anqi.lending.models import Amendment, Fact
from anqi.lending.products import CostAboveCap, TooLong
from anqi.lending.store import NewFact
from anqi.notices.models import Message
from anqi.payments.models import Charge, DebitPlan, Mandate
from anqi.people import holds
from anqi.people.models import Consent
from anqi.rows.ids import uuid7
from anqi.rows.refusals import Refused
from tests.actions.debit_days import do_what_is_due, live
from tests.actions.test_autodebits import AMOUNT, DAY, DUE, SIGNED, STARTED, Street, hour, street
from tests.happening import happen, hold
from tests.planting import TERMS, Planted, at, plant_loan

__all__ = ["street"]
pytestmark = pytest.mark.django_db
LATER_DUE = date(2026, 10, 20)


def see(who: Planted, wish: Wish, on: date) -> Quote:
    return amendments.quote(borrower_id=who.borrower_id, loan_id=who.loan_id, wish=wish, today=on)


def sign(who: Planted, wish: Wish, on: date, **changed: Any) -> Amendment:
    stated = {"sha256": changed.pop("sha256", None) or see(who, wish, on).draft.sha256, "is_meant": True} | changed
    return amendments.accept(
        borrower_id=who.borrower_id, loan_id=who.loan_id, wish=wish, address="203.0.113.7", agent="Mozilla/5.0",
        now=at(on), **stated,
    )  # fmt: skip


def assert_booked(who: Planted, on: date) -> None:
    """The books are what the engine says."""
    booked = books.read(who.borrower_id, [who.loan_id]).balances[who.loan_id]
    wanted = courses.expected(hold(who), today=on)
    assert {name: minor for name, minor in booked.items() if minor} == {name: minor for name, minor in wanted.items() if minor}


def due(who: Planted, on: date) -> list[date]:
    return [row.due_on for row in hold(who).standing(on).instalments]


def test_the_due_day_moves_and_everything_follows() -> None:
    """From the 9th to the 20th: eleven days of 6000.00 at 12 % over 360, 22.00; nothing counts from the old day."""
    who, on = plant_loan(starts_on=STARTED), date(2026, 9, 30)
    seen = see(who, DueDay(day=20), on)
    [odd] = seen.foreseen.odds
    assert (odd.n, odd.days, odd.year_days, odd.base_minor, odd.more_minor) == (1, 11, 360, 600_000, 2200)
    assert (seen.foreseen.cost_minor, hold(who).facts) == (2200, ())

    signed = sign(who, DueDay(day=20), on, sha256=seen.draft.sha256)
    again = sign(who, DueDay(day=20), on, sha256=seen.draft.sha256)
    assert (signed.id, signed.version, signed.body) == (again.id, 2, seen.draft.text)
    [fact] = Fact.objects.filter(kind="due_day_change")
    assert ([fact.id], fact.body, fact.actor) == (signed.fact_ids, {"day": 20}, "borrower")
    body = lending.body_of(signed)
    assert [row["due_on"] for row in body["plan_before"]][:2] == ["2026-10-09", "2026-11-09"]
    assert [row["due_on"] for row in body["plan_after"]] == [day.isoformat() for day in due(who, on)]
    assert (body["plan_after"][0]["remaining_minor"], body["plan_before"][0]["remaining_minor"]) == (55509, AMOUNT)
    assert body["annual_cost"] == {"before_percent": "12.00", "after_percent": "11.99"}
    [told] = Message.objects.filter(template="due_day_changed")
    assert (told.words["due_on"], told.words["amount"], told.words["cost"]) == ("2026-10-20", "¥555.09", "¥22.00")
    assert Consent.objects.filter(purpose="amendment").count() == 1
    assert_booked(who, on)


def test_one_instalment_is_deferred_and_the_next_gives_its_days_back() -> None:
    who, on, to = plant_loan(starts_on=STARTED), date(2026, 10, 8), date(2026, 10, 25)
    seen = see(who, Later(to=to), on)
    assert [(odd.n, odd.days, odd.more_minor) for odd in seen.foreseen.odds] == [(1, 16, 3200), (2, -16, -2948)]
    assert seen.foreseen.cost_minor == 252
    sign(who, Later(to=to), on)
    assert due(who, on)[:3] == [to, date(2026, 11, 9), date(2026, 12, 9)]
    assert Message.objects.filter(template="instalment_deferred").count() == 1


def test_what_was_shown_is_signed_or_nothing_is() -> None:
    who, on = plant_loan(starts_on=STARTED), date(2026, 9, 30)
    shown = see(who, DueDay(day=20), on).draft.sha256
    with pytest.raises(NotMeant):
        sign(who, DueDay(day=20), on, sha256=shown, is_meant=False)
    for wish, day in ((DueDay(day=21), on), (DueDay(day=20), on + DAY)):
        with pytest.raises(AmendmentChanged):
            sign(who, wish, day, sha256=shown)
    happen(who, "payment", on, amount="200.00")
    with pytest.raises(AmendmentChanged):
        sign(who, DueDay(day=20), on, sha256=shown)
    with pytest.raises(NoSuchLoan):
        amendments.quote(borrower_id=uuid7(), loan_id=who.loan_id, wish=DueDay(day=20), today=on)
    assert not Amendment.objects.exists()
    assert {fact.kind for fact in Fact.objects.all()} == {"shipped", "payment"}


def pay_all(who: Planted) -> None:
    happen(who, "payment", DUE, **{"amount": f"{hold(who).standing(DUE).payoff_minor / 100:.2f}", "for": "all"})


def put_on_hold(who: Planted) -> None:
    happen(who, "hold", date(2026, 9, 20), reason="dispute")


def open_charge(who: Planted) -> None:
    charges.open(
        borrower_id=who.borrower_id, wishes=[Pays(loan_id=who.loan_id, purpose="next")], channel="alipay", how="wap",
        attempt="a", now=at(date(2026, 9, 30)),
    )  # fmt: skip


def nothing(who: Planted) -> None:
    pass


NINTH = date(2026, 9, 30)
CASES: list[tuple[str, Callable[[Planted], None], Wish, date, type[Refused]]] = [
    ("settled", pay_all, DueDay(day=20), DUE + DAY, NotRunning),
    ("before it begins", nothing, DueDay(day=20), STARTED - DAY, NotRunning),
    ("late", nothing, DueDay(day=20), DUE + DAY, StillDue),
    ("due today", nothing, Later(to=LATER_DUE), DUE, StillDue),
    ("on hold", put_on_hold, DueDay(day=20), NINTH, PlanOnHold),
    ("being paid", open_charge, DueDay(day=20), NINTH, PaymentUnderWay),
    ("the same day", nothing, DueDay(day=9), NINTH, DayNotOffered),
    ("a day that no mandate names", nothing, DueDay(day=29), NINTH, DayNotOffered),
    ("no later", nothing, Later(to=DUE), NINTH, DeferralTooLong),
    ("on the next one's day", nothing, Later(to=date(2026, 11, 9)), NINTH, DeferralTooLong),
    ("after the 28th", nothing, Later(to=date(2026, 10, 29)), NINTH, DeferralTooLong),
]


@pytest.mark.parametrize(("before", "wish", "on", "refused"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_each_rule_refuses(before: Callable[[Planted], None], wish: Wish, on: date, refused: type[Refused]) -> None:
    who = plant_loan(starts_on=STARTED)
    before(who)
    with pytest.raises(refused):
        see(who, wish, on)


def test_a_plan_is_changed_once_in_a_while() -> None:
    """The due day once in 180 days, a deferral once in twelve months; and no instalment is moved twice."""
    who, on = plant_loan(starts_on=STARTED), date(2026, 9, 30)
    sign(who, DueDay(day=20), on)
    found = amendments.hindrances(
        borrower_id=who.borrower_id, loan_id=who.loan_id, kind=Amendment.Kind.DUE_DAY, today=on
    )
    assert [type(each) for each in found] == [MovedBefore, ChangedLately]
    assert found[1].facts == {"again_on": date(2027, 3, 29)}
    with pytest.raises(MovedBefore):
        see(who, Later(to=date(2026, 11, 5)), on)
    happen(who, "payment", LATER_DUE, amount="555.09")
    sign(who, Later(to=date(2026, 12, 5)), LATER_DUE + DAY)
    # The five that lie between, paid as they fall due.
    for row in hold(who).standing(LATER_DUE + DAY).instalments[1:6]:
        happen(who, "payment", row.due_on, amount=f"{row.remaining_minor / 100:.2f}")
    with pytest.raises(ChangedLately):
        see(who, DueDay(day=5), date(2027, 3, 28))
    assert see(who, DueDay(day=5), date(2027, 3, 29)).draft.body["version"] == 4
    with pytest.raises(ChangedLately) as lately:
        see(who, Later(to=date(2027, 4, 25)), date(2027, 3, 29))
    assert lately.value.facts == {"again_on": date(2027, 10, 21)}


def test_the_last_instalment_is_deferred_at_most_thirty_days_and_has_no_due_day_to_change() -> None:
    who, on = plant_loan(starts_on=STARTED, principal="500.00", instalments=1), date(2026, 9, 30)
    with pytest.raises(TooFewToCome):
        see(who, DueDay(day=20), on)
    assert (changing.deferral_days(hold(who), on)[-1], see(who, Later(to=date(2026, 11, 8)), on).foreseen.cost_minor) == (
        date(2026, 11, 8), 500,
    )  # fmt: skip
    with pytest.raises(DeferralTooLong) as long:
        see(who, Later(to=date(2026, 11, 9)), on)
    assert long.value.facts == {"first_on": date(2026, 10, 10), "last_on": date(2026, 11, 8)}
    # In February the next instalment comes before the thirty days are over.
    short = plant_loan(borrower_id=who.borrower_id, starts_on=date(2027, 1, 9))
    assert changing.deferral_days(hold(short), date(2027, 2, 1))[-1] == date(2027, 3, 8)


def test_what_would_cost_more_than_the_cap_is_not_signed() -> None:
    """Sold at 24 % exactly, by period; with odd days a day costs a 360th part of a year in its 365th."""
    who, on = plant_loan(starts_on=STARTED, terms=TERMS | {"annual_rate": "0.24"}), date(2026, 9, 30)
    with pytest.raises(CostAboveCap) as above:
        see(who, DueDay(day=20), on)
    assert above.value.facts["cap_percent"] == 24
    assert not Amendment.objects.exists()


def test_debits_follow_and_nothing_is_tried_on_the_old_day(street: Street) -> None:
    street.bind("alipay")
    street.bind("wechat")
    do_what_is_due(live(SIGNED, hour(date(2026, 10, 2), 12)))
    [reminded] = street.plans
    assert reminded.reminded_at
    sign(street.lin, DueDay(day=20), date(2026, 10, 2))
    # Channels that keep a day of their own are asked at once.
    assert {each.next_try_at for each in Mandate.objects.all()} == {at(date(2026, 10, 2))}
    old, new = street.plans
    assert (old.state, old.why, new.due_on, new.expected_minor) == (DebitPlan.State.STOPPED, "moved", LATER_DUE, 55509)
    live(hour(date(2026, 10, 2), 12), hour(LATER_DUE, 9, 29))
    assert street.debits == []
    assert Message.objects.filter(template="debit_coming").count() == 2
    assert [each.amount_minor for each in street.wechat.announced] == [55509]
    live(hour(LATER_DUE, 9, 29), hour(LATER_DUE, 9, 31))
    [debit] = street.debits
    assert (debit.amount_minor, debit.plan_id) == (55509, new.id)


def test_a_debit_that_is_announced_or_on_its_way_is_waited_for(street: Street) -> None:
    street.bind("wechat")
    live(SIGNED, hour(date(2026, 10, 7), 12))
    with pytest.raises(DebitAnnounced):
        see(street.lin, DueDay(day=20), date(2026, 10, 7))
    live(hour(date(2026, 10, 7), 12), hour(DUE, 9, 31))
    found = amendments.hindrances(
        borrower_id=street.lin.borrower_id, loan_id=street.lin.loan_id, kind=Amendment.Kind.DEFERRAL, today=DUE
    )
    assert {type(each) for each in found} >= {StillDue, PaymentUnderWay}
    assert street.debits[0].state in Charge.OPEN


def test_an_agreement_that_could_not_debit_it_is_told_before(street: Street) -> None:
    """A tenth more than the largest instalment is what it may take; and Alipay lets one debit through a month."""
    street.bind("alipay")
    seen = see(street.lin, Later(to=date(2026, 11, 5)), date(2026, 9, 30))
    assert [(each.why, each.due_on, each.amount_minor) for each in seen.doubts] == [
        ("second_in_month", date(2026, 11, 9), seen.foreseen.after[1].remaining_minor)
    ]
    assert see(street.lin, DueDay(day=20), date(2026, 9, 30)).doubts == ()
    street.alipay.rules = street.alipay.rules.__class__(names_days=True, single_minor=55_000)
    [doubt] = see(street.lin, DueDay(day=20), date(2026, 9, 30)).doubts
    assert (doubt.why, doubt.amount_minor, doubt.most_minor) == ("above_limit", 55509, 55_000)


def test_several_facts_are_signed_together() -> None:
    """A new plan over twelve months and a waiver of what lateness cost, as hardship needs them."""
    who, on = plant_loan(starts_on=STARTED), DUE + timedelta(days=10)
    owed = hold(who).standing(on)
    changes = [
        Change(kind="waiver", body={"what": "penalty", "amount_minor": owed.instalments[0].penalty_minor}),
        Change(kind="reschedule", body={"first_due_on": "2026-11-25", "instalments": 12, "carries": ["interest"]}),
    ]  # fmt: skip
    foreseen = lending.foresee(hold(who), changes, on=on)
    assert (owed.instalments[0].penalty_minor, lending.breaches(foreseen)) == (237, ())
    assert foreseen.after[0].due_on == date(2026, 11, 25) and len(foreseen.after) == 12
    draft = lending.draw_up(foreseen, kind=Amendment.Kind.HARDSHIP)
    with transaction.atomic():
        chain, now = holds.hold(who.borrower_id), at(on)
        amendment, facts = lending.sign(
            foreseen, kind=Amendment.Kind.HARDSHIP, sha256=draft.sha256, by="borrower", now=now
        )
        recording.write(chain, hold(who), facts, now=now)
    assert len(amendment.fact_ids) == 2
    after = hold(who).standing(on)
    assert (after.remaining_minor - owed.remaining_minor, after.days_past_due) == (foreseen.cost_minor, 0)
    assert_booked(who, on)


def test_what_the_engine_does_not_take_is_refused_with_its_reason() -> None:
    who = plant_loan(starts_on=STARTED)
    with pytest.raises(CannotChange) as cannot:
        lending.foresee(hold(who), [Change(kind="deferral", body={"n": 3, "to": "2026-11-01"})], on=STARTED)
    assert cannot.value.facts == {"field": "to"}
    longer = [Change(kind="reschedule", body={"first_due_on": "2026-10-20", "instalments": 62})]
    with pytest.raises(TooLong):
        lending.refuse_unlawful(lending.foresee(hold(who), longer, on=STARTED))
    signed = sign(who, DueDay(day=20), date(2026, 9, 30))
    signed.body = signed.body.replace("2026-10-20", "2026-10-21")
    with pytest.raises(AssertionError):
        lending.body_of(signed)


def test_what_was_signed_and_its_facts_are_held_against_each_other() -> None:
    who, on = plant_loan(starts_on=STARTED), date(2026, 9, 30)
    signed = sign(who, DueDay(day=20), on)
    assert list(lending.differing()) == []
    fields = {name: getattr(signed, name) for name in ("borrower_id", "loan_id", "kind", "body", "sha256", "signed_at")}
    stray = Amendment.objects.create(id=uuid7(), version=3, template="", fact_ids=[uuid7()], **fields)
    with transaction.atomic():
        chain = holds.hold(who.borrower_id)
        named = str(uuid7())
        fact = NewFact(
            loan_id=who.loan_id, kind="due_day_change", counts_on=on, body={"day": 5}, actor="borrower",
            key=f"amendment:{named}:0",
        )  # fmt: skip
        recording.write(chain, hold(who), [fact], now=at(on))
    assert sorted(lending.differing()) == sorted([(who.borrower_id, str(stray.id)), (who.borrower_id, named)])
