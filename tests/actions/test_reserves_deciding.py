"""Who is refused, who is looked at by a person, and what that person may decide: by rules that are data of a lender."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from anqi.actions import credit_lines, reserves
from anqi.lending import policies
from anqi.lending.applications import AlreadyApplied, To
from anqi.lending.models import Application, ApplicationReview, Lender, LenderPolicy, Loan
from anqi.lending.policies import PolicyUnsound
from anqi.notices.models import Message
from anqi.people.authority import MayNotAct, NeedsSupervisor, NotTheirs, ReasonMissing
from anqi.people.models import Borrower, StaffAct, User
from anqi.rows.refusals import Refused
from tests import reserving
from tests.actions.test_payouts import Bank, bank
from tests.planting import at, days
from tests.reserving import NOON, TODAY, ZHOU, apply, arrive, bind, sign, welcome
from tests.returning import staff

__all__ = ["bank"]
pytestmark = pytest.mark.django_db
CHEN = "+8613700001204"
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def street(bank: Bank) -> None:
    reserving.open_shelf()


@pytest.fixture
def mine() -> tuple[UUID, To]:
    return welcome()


def told(row: Application) -> str:
    return " ".join([row.state, *(each["code"] + "!" * each["is_final"] for each in row.reasons)])


def of(row: Application, **changed: Any) -> dict[str, Any]:
    return {"borrower_id": row.borrower_id, "application_id": row.id, "now": NOON + HOUR} | changed


def decide(row: Application, outcome: Any, actor: User, **changed: Any) -> Application:
    return reserves.review(**of(row, outcome=outcome, reason="电话核实", actor=actor) | changed)


# By the rules


def test_who_is_not_verified_is_refused_and_nobody_passes_that_over(mine: tuple[UUID, To]) -> None:
    lin, to = mine
    Borrower.objects.update(verified_at=None, id_number=None, name=None)
    row = apply(lin, to)
    assert told(row) == "refused identity_not_verified! age_unknown!"
    reserves.question(**of(row))
    with pytest.raises(reserves.CannotBeApproved) as refused:
        decide(row, "approved", staff("supervisor"))
    assert refused.value.facts == {"reason": "identity_not_verified"}
    assert decide(row, "refused", staff()).state == "refused"


def test_more_than_is_free_is_refused_and_kept(mine: tuple[UUID, To]) -> None:
    lin, to = mine
    credit_lines.want(borrower_id=lin, lender_id=Lender.objects.get().id, amount_minor=99_999, now=NOON)
    row = apply(lin, to)
    assert told(row) == "refused more_than_free!"
    assert row.reasons[0]["numbers"] == {"asked_minor": 100_000, "free_minor": 99_999}


def test_above_what_law_lets_a_lender_lend_one_person(mine: tuple[UUID, To]) -> None:
    """A consumer finance company lends nobody more than 200 000.00, whatever it has granted."""
    lin, to = mine
    lender, actor = Lender.objects.get(), staff("supervisor")
    grant = credit_lines.grant(
        borrower_id=lin, lender_id=lender.id, amount_minor=30_000_000, reason="年收入", actor=actor, now=NOON
    )
    credit_lines.accept(borrower_id=lin, lender_id=lender.id, grant_id=grant, now=NOON)
    [shelf] = reserves.offer(borrower_id=lin, today=TODAY)
    assert (shelf.limit.granted_minor, shelf.limit.available_minor) == (30_000_000, 20_000_000)
    reserving.open_shelf(limit_minor=30_000_000)
    reserves.rule(lender="qhxj", since=TODAY, source="额度调整", body=_rules(amount_most_minor=30_000_000), actor=actor, now=NOON)
    big = dict(reserving.shelf.RESERVES[-1]) | {"most_minor": 30_000_000}
    reserving.merchants.sell(lender="qhxj", kind="reserve", now=NOON, **big)
    assert told(apply(lin, to, product="reserve-m12", amount_minor=20_000_001)) == "refused more_than_free!"


def test_who_is_late_with_this_lender_is_refused_until_it_is_paid(mine: tuple[UUID, To]) -> None:
    lin, to = mine
    loan = sign(apply(lin, to, product="reserve-d30"))
    arrive(loan, paid_at=NOON)
    due_on = TODAY + days(30)
    assert told(apply(lin, to, now=at(due_on + days(3)))) == "approved"
    Application.objects.filter(state="approved").update(state="withdrawn")
    row = apply(lin, to, now=at(due_on + days(4)))
    assert told(row) == "refused overdue_here"


def test_so_many_reserves_run_at_once(mine: tuple[UUID, To]) -> None:
    lin, to = mine
    for n in range(3):
        sign(apply(lin, to, now=NOON + n * days(3)), now=NOON + n * days(3))
    row = apply(lin, to, now=NOON + days(12))
    assert told(row) == "refused too_many_running"
    # What came to nothing runs no more.
    Loan.objects.filter(id=Loan.objects.order_by("id")[0].id).update(cancelled_on=TODAY)
    assert told(apply(lin, to, now=NOON + days(14))) == "approved"


def test_after_a_refusal_comes_a_wait_that_questioning_does_not_shorten(mine: tuple[UUID, To]) -> None:
    lin, to = mine
    credit_lines.want(borrower_id=lin, lender_id=Lender.objects.get().id, amount_minor=1, now=NOON)
    first = apply(lin, to)
    credit_lines.want(borrower_id=lin, lender_id=Lender.objects.get().id, amount_minor=None, now=NOON)
    reserves.question(**of(first, text="额度已恢复"))
    with pytest.raises(AlreadyApplied):
        apply(lin, to)
    assert reserves.withdraw(**of(first)).state == "refused"
    assert told(apply(lin, to)) == "refused too_soon_after_refusal"
    assert told(apply(lin, to, now=NOON + days(1))) == "approved"


def test_the_third_of_a_day_is_looked_at(mine: tuple[UUID, To]) -> None:
    lin, to = mine
    for _ in range(2):
        reserves.withdraw(**of(apply(lin, to)))
    assert told(apply(lin, to)) == "review many_today"


def test_an_account_or_device_of_several_is_looked_at(mine: tuple[UUID, To]) -> None:
    """The same card bound by two: the channel gives one token for it."""
    lin, to = mine
    assert told(apply(lin, to, device="d1")) == "approved"
    zhou, _ = welcome(ZHOU)
    row = apply(zhou, bind(zhou, "6235200006021"), device="d1")
    assert told(row) == "review account_shared device_shared"
    assert [each["numbers"] for each in row.reasons] == [{"borrowers": 2, "most": 1}] * 2
    chen, own = welcome(CHEN)
    assert told(apply(chen, own, device="d2")) == "approved"
    reserves.withdraw(**of(Application.objects.get(borrower_id=lin)))
    assert told(apply(lin, to, device="d1", now=NOON + days(1))) == "review account_shared device_shared"


def test_a_lenders_own_rules_hold_from_their_day_on(mine: tuple[UUID, To]) -> None:
    lin, to = mine
    actor = staff("supervisor")
    tomorrow = TODAY + days(1)
    reserves.rule(lender="qhxj", since=tomorrow, source="2026 年风控会", body=_rules(purposes=["travel"]), actor=actor, now=NOON)
    row = apply(lin, to)
    assert told(row) == "approved"
    reserves.withdraw(**of(row))
    late = apply(lin, to, now=NOON + days(1))
    assert told(late) == "refused purpose_not_allowed!"
    assert json.loads(late.decision)["policy"]["source"] == "2026 年风控会"
    [act] = StaffAct.objects.all()
    assert (act.verb, act.actor_id, act.detail["rules"]["purposes"]) == ("rule_applications", actor.id, ["travel"])


def _rules(**changed: Any) -> dict[str, Any]:
    return {"purposes": ["daily"], "amount_most_minor": 2_000_000, "months_most": 12, "asks_elsewhere": False} | changed


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"purposes": []}, "purposes"), ({"purposes": ["shares"]}, "purposes"), ({"months_most": None}, "months_most"),
        ({"months_most": -1}, "months_most"), ({"amount_most_minor": True}, "amount_most_minor"),
        ({"asks_elsewhere": 1}, "asks_elsewhere"), ({"since": "2020-01-01"}, "since"), ({"colour": 1}, "colour"),
        ({"running_most": "3"}, "running_most"),
    ],
)  # fmt: skip
def test_rules_that_are_none(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(PolicyUnsound) as refused:
        reserves.rule(
            lender="qhxj", since=TODAY, source="会议", body=_rules(**changed), actor=staff("supervisor"), now=NOON
        )
    assert refused.value.facts == {"field": field}
    assert not LenderPolicy.objects.exists()


def test_rules_are_a_supervisors_of_a_day_that_is_not_over_and_once(mine: tuple[UUID, To]) -> None:
    stated = {"lender": "qhxj", "since": TODAY, "source": "会议", "body": _rules(years_most=None), "now": NOON}
    actor = staff("supervisor")
    for wrong, refused in (
        ({"actor": staff()}, NeedsSupervisor), ({"actor": staff("auditor")}, MayNotAct), ({"source": " "}, ReasonMissing),
        ({"lender": "x"}, NotTheirs), ({"since": TODAY - days(1)}, PolicyUnsound),
        ({"body": {"purposes": ["daily"]}}, PolicyUnsound),
    ):  # fmt: skip
        with pytest.raises(refused):
            reserves.rule(**{"actor": actor} | stated | wrong)
    reserves.rule(**stated, actor=actor)
    with pytest.raises(PolicyUnsound):
        reserves.rule(**stated, actor=actor)
    assert len(policies.of(Lender.objects.get())) == 2


# By people


@pytest.fixture
def waiting(mine: tuple[UUID, To]) -> Application:
    """An application that a person must look at."""
    lin, to = mine
    for _ in range(2):
        reserves.withdraw(**of(apply(lin, to)))
    return apply(lin, to)


@pytest.fixture
def refused(mine: tuple[UUID, To]) -> Application:
    """One that was refused, for no reason that is final."""
    lin, to = mine
    loan = sign(apply(lin, to, product="reserve-d30"))
    arrive(loan, paid_at=NOON)
    return apply(lin, to, now=NOON + days(40))


def test_a_person_approves_and_it_can_be_signed_for_a_day(waiting: Application) -> None:
    clerk, now = staff(), NOON + days(2)
    with pytest.raises(reserves.NotWaiting):
        decide(apply_zhou(), "approved", clerk)
    for _ in range(2):
        assert decide(waiting, "approved", clerk, now=now).state == "approved"
    waiting.refresh_from_db()
    assert (waiting.decided_at, waiting.expires_at) == (now, now + days(1))
    assert sign(waiting, now=now)
    assert [each.template for each in Message.objects.order_by("id")] == ["reserve_approved", "reserve_signed"]
    [act] = StaffAct.objects.all()
    assert (act.verb, act.actor_id, act.object_id, act.reason) == ("review_application", clerk.id, waiting.id, "电话核实")
    assert (act.detail["outcome"], [each["code"] for each in act.detail["reasons"]]) == ("approved", ["many_today"])
    assert ApplicationReview.objects.count() == 1


def apply_zhou() -> Application:
    zhou, own = welcome(ZHOU)
    return apply(zhou, own)


def test_who_looks_is_staff_that_acts_and_says_why(waiting: Application) -> None:
    for changed, refusal in (
        ({"actor": staff("auditor")}, MayNotAct), ({"reason": " "}, ReasonMissing), ({"borrower_id": apply_zhou().borrower_id}, NotTheirs),
    ):  # fmt: skip
        with pytest.raises(refusal):
            decide(waiting, "approved", **{"actor": staff()} | changed)
    assert not ApplicationReview.objects.exists()


def test_a_refusal_is_turned_round_by_a_supervisor(refused: Application) -> None:
    assert told(refused) == "refused overdue_here"
    later = refused.applied_at + HOUR
    with pytest.raises(reserves.NotWaiting):
        decide(refused, "approved", staff("supervisor"), now=later)
    for _ in range(2):
        asked = reserves.question(**of(refused, text="昨天已还清", now=later))
    assert (asked.state, asked.question, asked.questioned_at) == ("review", "昨天已还清", later)
    with pytest.raises(NeedsSupervisor):
        decide(refused, "approved", staff(), now=later)
    assert decide(refused, "approved", staff("supervisor"), now=later).state == "approved"
    assert sign(refused, now=later)


def test_who_upheld_it_does_not_look_again(refused: Application) -> None:
    first, second = staff("supervisor"), staff("supervisor")
    later = refused.applied_at + HOUR
    reserves.question(**of(refused, now=later))
    decide(refused, "refused", first, now=later)
    with pytest.raises(reserves.NotWaiting):
        decide(refused, "refused", second, now=later)
    reserves.question(**of(refused, now=later))
    for outcome in ("approved", "refused"):
        with pytest.raises(reserves.LookedBefore):
            decide(refused, outcome, first, now=later)
    assert decide(refused, "approved", second, now=later).state == "approved"
    assert [each.outcome for each in ApplicationReview.objects.order_by("at", "id")] == ["refused", "approved"]
    assert [each.template for each in Message.objects.order_by("id")][-2:] == ["reserve_refused", "reserve_approved"]


def test_what_can_be_questioned(refused: Application) -> None:
    signed = Application.objects.get(state="signed")
    with pytest.raises(reserves.NotRefused):
        reserves.question(**of(signed))
    with pytest.raises(reserves.TooLateToQuestion):
        reserves.question(**of(refused, now=refused.applied_at + days(30) + HOUR))
    Application.objects.filter(id=signed.id).update(state="review")
    with pytest.raises(AlreadyApplied):
        reserves.question(**of(refused, now=refused.applied_at + HOUR))


def test_every_refusal_has_its_own_code_and_says_why() -> None:
    found = [
        each for each in vars(reserves).values() if isinstance(each, type) and issubclass(each, Refused)
    ]
    assert len({each.code for each in found}) == len(found) == 9
    assert all(each.__doc__ for each in found)
