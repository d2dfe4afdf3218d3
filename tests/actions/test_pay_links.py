"""Somebody else pays: what they were asked for, once, while the link lives; and their money goes back to them only."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from anqi.actions import charges, refunds, repayments, unapplied
from anqi.actions.charges import ChannelUnavailable, NoSuchLoan, OtherChargeOpen, TooLateToday, Wish, links
from anqi.actions.charges.links import Made, NoSuchLink
from anqi.actions.unapplied import OthersMoney
from anqi.documents import queries as documents
from anqi.jobs import tasks
from anqi.lending.models import Fact
from anqi.notices.models import Message
from anqi.payments import channels, pay_links
from anqi.payments.channels.protocol import Closed, Succeeded
from anqi.payments.models import Charge, Outbox, PayLink, Payment, Refund, Unapplied
from anqi.payments.pay_links import LinkOver, TooManyLinks
from anqi.rows.ids import uuid7
from tests import returning as scene
from tests.actions.test_refunds import Till, staff, till
from tests.actions.test_repayments import assert_books_equal_engine
from tests.planting import Planted, at, days, plant_borrower, plant_loan

__all__ = ["till"]
pytestmark = pytest.mark.django_db

DUE = date(2026, 9, 30)
NOON = at(DUE)
AMOUNT = 53309


@pytest.fixture
def lin() -> Planted:
    return plant_loan(starts_on=date(2026, 8, 31))


def make(
    who: Planted, what: str = "due", amount_minor: int | None = None, *, now: datetime = NOON, attempt: UUID | None = None
) -> Made:
    return links.make(
        borrower_id=who.borrower_id, loan_id=who.loan_id, what=what, amount_minor=amount_minor,
        attempt=attempt or uuid4(), now=now,
    )  # fmt: skip


def pay(made: Made, *, channel: str = "alipay", now: datetime = NOON, attempt: str = "") -> Charge:
    found = pay_links.find(made.token)
    assert found
    return links.pay(
        link=found, channel=channel, how="wap", attempt=attempt or uuid4().hex, payer_ip=None, now=now
    )  # fmt: skip


def arrive(charge: Charge, *, ref: str = "T1", paid_at: datetime = NOON, told_at: datetime | None = None) -> None:
    repayments.learn(
        channel="alipay", key=charge.key, learned_by="query", now=told_at or paid_at,
        result=Succeeded(ref=ref, amount_minor=charge.amount_minor, paid_at=paid_at),
    )  # fmt: skip


def why_over(act: Callable[[], object]) -> object:
    with pytest.raises(LinkOver) as refused:
        act()
    return refused.value.facts["why"]


def close(charge: Charge, now: datetime) -> None:
    repayments.learn(channel="alipay", key=charge.key, result=Closed(), learned_by="query", now=now)


def goes_back(now: datetime) -> list[Refund]:
    """What the worker sends home by then."""
    for due in tasks.due_cases(now=now, limit=100):
        refunds.begin_due(borrower_id=due.borrower_id, case_id=due.id, now=now)
    for refund in refunds.lease(now=now, limit=100):
        refunds.deliver(borrower_id=refund.borrower_id, refund_id=refund.id, now=now)
    return list(Refund.objects.order_by("id"))


# Making


def test_a_link_is_made_once_and_its_token_is_kept_nowhere(lin: Planted) -> None:
    attempt = uuid4()
    first, second = make(lin, attempt=attempt), make(lin, attempt=attempt)
    assert (first.token, PayLink.objects.count()) == (second.token, 1)
    kept = str([list(model.objects.values_list()) for model in (PayLink, pay_links.PayLinkEntry)])
    assert len(first.token) == 64 and first.token not in kept and str(attempt) not in kept
    found = pay_links.find(first.token)
    assert found and (found.id, found.amount_minor, found.expires_at) == (first.link.id, AMOUNT, NOON + days(3))
    assert pay_links.find(uuid4().hex) is None
    # The same form of somebody else's is another link.
    other = plant_loan(starts_on=date(2026, 8, 31), borrower_id=plant_borrower("+8613800006999", now=NOON))
    assert make(other, attempt=attempt).token != first.token
    with pytest.raises(NoSuchLoan):
        links.make(
            borrower_id=other.borrower_id, loan_id=lin.loan_id, what="due", amount_minor=None, attempt=uuid4(), now=NOON
        )  # fmt: skip


def test_all_of_it_holds_until_midnight_and_near_it_not_at_all(lin: Planted) -> None:
    made = make(lin, "all")
    assert made.link.expires_at == at(DUE + days(1), 0)
    charge = pay(made, now=at(DUE, 23, 50))
    assert charge.expires_at == at(DUE + days(1), 0) - timedelta(seconds=30)
    with pytest.raises(TooLateToday):
        make(lin, "all", now=at(DUE, 23, 51))
    arrive(charge, paid_at=at(DUE, 23, 55))
    assert_books_equal_engine(lin, DUE)
    assert Fact.objects.get(kind="payment").body["for"] == "all"


def test_only_a_few_are_alive(lin: Planted) -> None:
    made = [make(lin, "own", 100 + n) for n in range(3)]
    with pytest.raises(TooManyLinks):
        make(lin)
    links.revoke(borrower_id=lin.borrower_id, link_id=made[0].link.id, now=NOON)
    arrive(pay(made[1]))
    make(lin)
    make(lin)
    with pytest.raises(TooManyLinks):
        make(lin)
    make(lin, now=NOON + days(3))


# Paying


def test_a_stranger_pays_and_the_borrower_knows(lin: Planted, till: Till) -> None:
    made = make(lin)
    charge = pay(made)
    # What the channel shows its payer names nobody and no contract, and leads back to a page of the payer's own.
    assert (charge.subject, charge.amount_minor, charge.link_id) == ("按期代付还款", AMOUNT, made.link.id)
    address = pay_links.payer_address(charge)
    assert pay_links.find_paid(charge.key, address.rsplit("/", 1)[-1]) == charge
    assert pay_links.find_paid(charge.key, "0" * 32) is None
    # While somebody pays, the borrower pays nothing beside it, and not by that charge either.
    with pytest.raises(OtherChargeOpen) as told:
        charges.open(
            borrower_id=lin.borrower_id, wishes=[Wish(loan_id=lin.loan_id, purpose="due")], channel="alipay",
            how="wap", attempt="own", now=NOON,
        )  # fmt: skip
    assert told.value.facts["charge_id"] == charge.id
    arrive(charge)
    assert_books_equal_engine(lin, DUE)
    assert Message.objects.get().template == "payment_received_by_other"
    [receipt] = documents.receipts(lin.borrower_id)
    assert receipt.by_other
    assert why_over(lambda: pay(made)) == "paid"
    assert not Unapplied.objects.exists()


def test_what_was_asked_for_is_not_exceeded(lin: Planted) -> None:
    due, own = make(lin), make(lin, "own", 20_000)
    arrive(pay(own))
    assert why_over(lambda: pay(due)) == "changed"
    assert Fact.objects.get(kind="payment").body["amount_minor"] == 20_000
    assert why_over(lambda: pay(make(lin), now=NOON + days(3))) == "expired"
    with pytest.raises(ChannelUnavailable):
        pay(make(lin), channel="bank")


# Back to whoever paid


def test_paid_twice_the_second_goes_back_to_its_payer_and_nowhere_else(lin: Planted, till: Till) -> None:
    charge = pay(make(lin))
    arrive(charge)
    arrive(charge, ref="T2", paid_at=NOON + timedelta(minutes=1))
    case = Unapplied.objects.get()
    assert (case.reason, case.amount_minor) == ("second_payment", AMOUNT)
    with pytest.raises(OthersMoney):
        unapplied.apply(
            borrower_id=lin.borrower_id, application_id=uuid7(), actor=staff(), now=NOON + timedelta(minutes=2),
            wish=unapplied.Wish(
                case_id=case.id, loan_id=lin.loan_id, amount_minor=AMOUNT, purpose="next", reason="本人要求"
            ),
        )  # fmt: skip
    [refund] = goes_back(NOON + timedelta(minutes=2))
    asked = till.asked[-1]
    # The channel gives it back to the payment that it came by, so to whoever made that.
    assert (asked.charge_key, asked.payment_ref, asked.amount_minor) == (charge.key, "T2", AMOUNT)
    refunds.learn(
        channel="alipay", key=refund.key, learned_by="query", now=NOON + timedelta(minutes=3),
        result=Succeeded(ref="R1", amount_minor=AMOUNT, paid_at=NOON + timedelta(minutes=3)),
    )  # fmt: skip
    told = [each.template for each in Message.objects.order_by("id")]
    assert told == ["payment_received_by_other", "money_unapplied_by_other", "refund_begun_by_other", "refund_done_by_other"]


@pytest.mark.parametrize("late", [timedelta(minutes=11), timedelta(days=1)])
def test_money_after_the_end_of_the_link_goes_back(lin: Planted, till: Till, late: timedelta) -> None:
    made = make(lin)
    ends_at = made.link.expires_at
    charge = pay(made, now=ends_at - timedelta(minutes=5))
    assert charge.expires_at == ends_at
    close(charge, ends_at + timedelta(minutes=1))
    arrive(charge, paid_at=ends_at + late)
    assert Unapplied.objects.get().reason == "link_over"
    assert not Fact.objects.filter(kind="payment").exists()
    assert [each.amount_minor for each in goes_back(ends_at + late)] == [AMOUNT]


def test_money_that_was_paid_in_time_counts_however_late_it_is_known(lin: Planted) -> None:
    made = make(lin)
    charge = pay(made)
    close(charge, NOON + days(4))
    arrive(charge, paid_at=NOON + timedelta(minutes=1), told_at=NOON + days(5))
    assert Fact.objects.get(kind="payment").counts_on == DUE
    assert not Unapplied.objects.exists()


def test_late_money_of_one_payer_goes_back_where_another_has_paid(lin: Planted, till: Till) -> None:
    made = make(lin)
    first = pay(made)
    charges.give_up(borrower_id=lin.borrower_id, charge_id=first.id, now=NOON + timedelta(minutes=1))
    close(first, NOON + timedelta(minutes=2))
    second = pay(made, now=NOON + timedelta(minutes=3))
    arrive(second, ref="T2", paid_at=NOON + timedelta(minutes=4))
    arrive(first, paid_at=NOON + timedelta(minutes=5))
    assert Unapplied.objects.get().reason == "arrived_after_close"
    [refund] = goes_back(NOON + timedelta(minutes=6))
    assert (refund.charge_id, till.asked[-1].charge_key) == (first.id, first.key)


@pytest.mark.parametrize(("paid_after", "reason"), [(30, None), (90, "link_over")])
def test_revoked_while_the_cashier_is_open(lin: Planted, till: Till, paid_after: int, reason: str | None) -> None:
    """The channel is asked to close; what was paid before counts, and what was paid after goes back."""
    made = make(lin)
    charge = pay(made)
    other = plant_borrower("+8613800006999", now=NOON)
    with pytest.raises(NoSuchLink):
        links.revoke(borrower_id=other, link_id=made.link.id, now=NOON)
    for _ in range(2):
        links.revoke(borrower_id=lin.borrower_id, link_id=made.link.id, now=NOON + timedelta(seconds=60))
    assert Outbox.objects.filter(charge_id=charge.id, kind=Outbox.Kind.CLOSE).count() == 1
    assert why_over(lambda: pay(made, now=NOON + timedelta(seconds=70))) == "revoked"
    arrive(charge, paid_at=NOON + timedelta(seconds=paid_after), told_at=NOON + timedelta(seconds=100))
    assert [each.reason for each in Unapplied.objects.all()] == ([reason] if reason else [])
    assert Fact.objects.filter(kind="payment").count() == (0 if reason else 1)
    assert [each.amount_minor for each in goes_back(NOON + timedelta(seconds=100))] == ([AMOUNT] if reason else [])


def test_what_goods_free_goes_back_to_whoever_paid(monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest payment is the stranger's, and the borrower's own comes after it."""
    counter = scene.till(monkeypatch)
    lin = scene.buy()
    lin.pay(at(scene.FIRST_DUE), channel="alipay")
    second_due = scene.FIRST_DUE + days(31)
    made = links.make(
        borrower_id=lin.borrower_id, loan_id=lin.loan_id, what="due", amount_minor=None, attempt=uuid4(),
        now=at(second_due),
    )  # fmt: skip
    charge = pay(made, now=at(second_due))
    arrive(charge, ref="T-other", paid_at=at(second_due))
    lin.request(at(second_due + days(4)), is_here=True)
    scene.work(at(second_due + days(4)))
    by_charge = {refund.charge_id: refund.amount_minor for refund in Refund.objects.all()}
    assert by_charge[charge.id] == AMOUNT and len(by_charge) == 2
    assert {each.charge_key for each in counter.asked} >= {charge.key}
    assert Payment.objects.get(ref="T-other").charge_id == charge.id
    assert "refund_begun_goods_by_other" in [each.template for each in Message.objects.all()]


def test_only_channels_whose_payer_needs_no_name_are_offered() -> None:
    assert set(channels.offered()) - set(channels.at_a_cashier()) == {"bank"}
