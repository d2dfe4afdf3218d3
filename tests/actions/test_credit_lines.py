"""What borrower and lender decide about a credit line, and what may be signed on it then."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anqi.actions import credit_lines
from anqi.lending import credit, limits
from anqi.lending.credit import NoLine, NothingToDecide
from anqi.lending.limits import LimitExceeded, LimitExpired, LimitLocked
from anqi.lending.models import CreditLine, Lender, LineDecision, Loan
from anqi.people.authority import MayNotAct, NeedsSupervisor, ReasonMissing
from anqi.people.models import StaffAct
from anqi.rows.refusals import Refused
from tests import purchasing
from tests.planting import at, plant_borrower
from tests.purchasing import NOON, TODAY, Shop, opened, ship, sign
from tests.returning import staff

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(days=30)


@pytest.fixture
def shop() -> Shop:
    return purchasing.open_street()


@pytest.fixture
def lin(shop: Shop) -> UUID:
    return purchasing.welcome()


def of(who: UUID) -> dict[str, Any]:
    return {"borrower_id": who, "lender_id": Lender.objects.get().id}


def available(who: UUID, today: date = TODAY) -> int:
    return limits.read(who, Lender.objects.get().id, today=today).available_minor


def test_the_borrower_wants_less_and_then_all_again(shop: Shop, lin: UUID) -> None:
    order = opened(shop, lin, amount_minor=600_000)
    credit_lines.want(**of(lin), amount_minor=599_999, now=NOON)
    with pytest.raises(LimitExceeded) as refused:
        sign(order)
    assert type(refused.value) is LimitExceeded
    assert (refused.value.facts["granted_minor"], refused.value.facts["limit_minor"]) == (2_000_000, 599_999)
    credit_lines.want(**of(lin), amount_minor=None, now=NOON)
    assert sign(order)
    assert [each.actor for each in LineDecision.objects.all()] == ["borrower"] * 2
    assert not StaffAct.objects.exists()


def test_a_locked_line_lets_nothing_new_in_and_what_was_signed_begins(shop: Shop, lin: UUID) -> None:
    first, second = opened(shop, lin, amount_minor=600_000), opened(shop, lin, number="QH-2", amount_minor=100_000)
    sign(first)
    lock_id = credit_lines.lock(**of(lin), reason="", now=NOON)
    with pytest.raises(LimitLocked) as refused:
        sign(second)
    assert refused.value.facts == {
        "needed_minor": 100_000, "available_minor": 0, "granted_minor": 2_000_000, "limit_minor": 2_000_000,
        "used_minor": 0, "frozen_minor": 600_000,
    }  # fmt: skip
    ship(first)
    assert Loan.objects.get().starts_on == TODAY
    credit_lines.unlock(**of(lin), lock_id=lock_id, now=NOON)
    assert available(lin) == 1_400_000
    assert sign(second)


def test_nobody_lifts_the_others_lock(lin: UUID) -> None:
    clerk = staff()
    theirs = credit_lines.lock(**of(lin), reason="三次没有联系上", actor=clerk, now=NOON)
    own = credit_lines.lock(**of(lin), reason="", now=NOON)
    for lock_id in (theirs, uuid4()):
        with pytest.raises(NothingToDecide):
            credit_lines.unlock(**of(lin), lock_id=lock_id, now=NOON)
    with pytest.raises(NothingToDecide):
        credit_lines.unlock(**of(lin), lock_id=own, reason="客户要求", actor=clerk, now=NOON)
    credit_lines.unlock(**of(lin), lock_id=theirs, reason="联系上了", actor=clerk, now=NOON)
    assert available(lin) == 0, "the borrower's own lock holds"
    credit_lines.unlock(**of(lin), lock_id=own, now=NOON)
    assert available(lin) == 2_000_000
    assert [(each.verb, each.reason) for each in StaffAct.objects.order_by("at", "id")] == [
        ("limit_lock", "三次没有联系上"), ("limit_unlock", "联系上了"),
    ]  # fmt: skip


def test_a_raise_waits_for_the_borrower_and_a_cut_for_nobody(shop: Shop, lin: UUID) -> None:
    supervisor = staff("supervisor")
    raised = credit_lines.grant(**of(lin), amount_minor=3_000_000, reason="还款良好", actor=supervisor, now=NOON)
    assert available(lin) == 2_000_000
    credit_lines.accept(**of(lin), grant_id=raised, now=NOON)
    assert available(lin) == 3_000_000
    sign(opened(shop, lin, amount_minor=600_000))
    credit_lines.grant(**of(lin), amount_minor=500_000, reason="负债过高", actor=supervisor, now=LATER)
    assert (available(lin), available(lin, LATER.date())) == (2_400_000, 0), "a cut counts from its day on"
    with pytest.raises(NothingToDecide):
        credit_lines.accept(**of(lin), grant_id=raised, now=LATER)
    assert Loan.objects.get().cancelled_on is None, "nothing is taken back"


def test_nothing_is_signed_after_the_last_day(shop: Shop, lin: UUID) -> None:
    credit_lines.end(**of(lin), until=TODAY, reason="一年一审", actor=staff("supervisor"), now=NOON)
    assert sign(opened(shop, lin, amount_minor=100_000))
    tomorrow = NOON + timedelta(days=1)
    order = opened(shop, lin, number="QH-2", amount_minor=100_000, now=tomorrow)
    with pytest.raises(LimitExpired):
        sign(order, now=tomorrow)


def test_the_law_holds_below_what_was_granted(lin: UUID) -> None:
    """200 000.00, whatever the lender grants."""
    CreditLine.objects.update(granted_minor=25_000_000)
    assert available(lin) == 20_000_000
    Lender.objects.update(kind="private")
    assert available(lin) == 25_000_000


@pytest.mark.parametrize(
    ("act", "role", "why", "refusal"),
    [
        (credit_lines.lock, "auditor", "因为", MayNotAct),
        (credit_lines.lock, "clerk", " ", ReasonMissing),
        (lambda **stated: credit_lines.unlock(lock_id=uuid4(), **stated), "auditor", "因为", MayNotAct),
        (lambda **stated: credit_lines.unlock(lock_id=uuid4(), **stated), "clerk", "", ReasonMissing),
        (lambda **stated: credit_lines.grant(amount_minor=1, **stated), "clerk", "因为", NeedsSupervisor),
        (lambda **stated: credit_lines.grant(amount_minor=1, **stated), "supervisor", "", ReasonMissing),
        (lambda **stated: credit_lines.grant(amount_minor=-1, **stated), "supervisor", "因为", NothingToDecide),
        (lambda **stated: credit_lines.end(until=TODAY, **stated), "clerk", "因为", NeedsSupervisor),
        (lambda **stated: credit_lines.end(until=TODAY, **stated), "supervisor", "", ReasonMissing),
    ],
)
def test_who_may_not_and_what_makes_no_sense(
    lin: UUID, act: Callable[..., Any], role: str, why: str, refusal: type[Refused]
) -> None:
    with pytest.raises(refusal):
        act(**of(lin), reason=why, actor=staff(role), now=NOON)
    assert not LineDecision.objects.exists()
    assert not StaffAct.objects.exists()


def test_without_a_line_there_is_nothing_to_decide(shop: Shop) -> None:
    zhou = plant_borrower("+8613900008866", now=NOON)
    with pytest.raises(NoLine):
        credit_lines.want(**of(zhou), amount_minor=1, now=NOON)
    with pytest.raises(NothingToDecide):
        credit.grant(zhou, now=NOON)
        credit_lines.want(**of(zhou), amount_minor=-1, now=NOON)


def test_every_kind_is_read_back_as_it_was_decided(lin: UUID) -> None:
    """Midnight in Shanghai is the evening before in UTC: the first grant counts on the business day."""
    CreditLine.objects.update(granted_at=at(TODAY, 0, 1))
    lender_id = Lender.objects.get().id
    assert available(lin) == 2_000_000
    bodies: list[tuple[credit.Kind, dict[str, Any]]] = [
        ("grant", {"amount_minor": 3_000_000}), ("lock", {"by": "lender", "reason": "x"}),
        ("expiry", {"until": "2027-01-31"}), ("own_limit", {"amount_minor": 5}),
    ]  # fmt: skip
    ids = [credit.decide(lin, lender_id, kind, body, actor="borrower", now=NOON) for kind, body in bodies]
    credit.decide(lin, lender_id, "acceptance", {"of": str(ids[0])}, actor="borrower", now=LATER)
    credit.decide(lin, lender_id, "unlock", {"by": "lender", "of": str(ids[1])}, actor="borrower", now=LATER)
    limit = limits.read(lin, lender_id, today=LATER.date())
    assert (limit.granted_minor, limit.own_minor, limit.locks, limit.until) == (3_000_000, 5, (), date(2027, 1, 31))


def test_reading_a_limit_takes_as_many_statements_as_before_there_were_decisions(shop: Shop, lin: UUID) -> None:
    sign(opened(shop, lin, amount_minor=600_000))
    credit_lines.want(**of(lin), amount_minor=1_000_000, now=NOON)
    lender_id = Lender.objects.get().id
    with CaptureQueriesContext(connection) as told:
        limits.read(lin, lender_id, today=TODAY)
    assert len(told) == 3, [each["sql"] for each in told]
