"""Goods come back while everything breaks: killed between the steps, said twice, two at once. No fen is lost or sent twice."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from anqi.actions import refunds
from anqi.actions.returns import paying_back, writing
from anqi.ledger import books
from anqi.lending import returning
from anqi.lending.models import Fact, Hold, Return
from anqi.notices import webhooks
from anqi.notices.models import Webhook
from anqi.payments import charges, exchanges, outbox, unapplied
from anqi.payments.models import Refund, Unapplied
from anqi.people import holds
from tests import returning as scene
from tests.actions.test_purchases_at_once import at_once, kinds
from tests.planting import at, days
from tests.returning import FIRST_DUE, Bought, Till, assert_sound, booked, buy, work

NOW = at(FIRST_DUE + days(2))
# What had been paid, less its interest and two days of October.
FREED = 53309 - 6000 - 357


class Crash(BaseException):
    """The process ends here: nothing that catches an Exception sees it."""


def crash(*_: Any, **__: Any) -> None:
    raise Crash


@pytest.fixture
def lin(clone_database: str) -> Bought:
    return buy()


@pytest.fixture
def till(monkeypatch: pytest.MonkeyPatch) -> Till:
    return scene.till(monkeypatch)


def assert_gone_back_once(till: Till) -> None:
    work(NOW)
    work(NOW + timedelta(hours=1))
    assert [(each.state, each.amount_minor) for each in Refund.objects.all()] == [("succeeded", FREED)]
    assert len({request.key for request in till.asked}) == 1
    assert (booked("credit_balance"), booked("unapplied"), booked("refund_in_transit")) == (0, 0, 0)
    assert Unapplied.objects.get().closed_at and Return.objects.get().state == "completed"
    assert_sound(FIRST_DUE + days(2))


@pytest.mark.parametrize(
    ("room", "step"),
    [
        (returning, "put"), (returning, "complete"), (books, "post"), (unapplied, "open_case"), (holds, "keep"),
        (webhooks, "enqueue"), (writing, "tell_borrower"),
    ],
)
def test_killed_in_the_middle_it_has_never_been(
    lin: Bought, till: Till, monkeypatch: pytest.MonkeyPatch, room: Any, step: str
) -> None:
    lin.pay(at(FIRST_DUE))
    before = Fact.objects.count(), Webhook.objects.count()
    with monkeypatch.context() as patch, pytest.raises(Crash):
        patch.setattr(room, step, crash)
        lin.request(NOW, key="k", is_here=True)
    assert (Fact.objects.count(), Webhook.objects.count()) == before
    assert not (Hold.objects.exists() or Return.objects.exists() or Unapplied.objects.exists())
    assert_sound(FIRST_DUE + days(2))
    lin.request(NOW, key="k", is_here=True)
    assert_gone_back_once(till)


def test_killed_after_the_return_before_the_refund(lin: Bought, till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    lin.pay(at(FIRST_DUE))
    lin.request(NOW, is_here=True)
    with monkeypatch.context() as patch, pytest.raises(Crash):
        patch.setattr(refunds, "begin_due", crash)
        work(NOW)
    assert_gone_back_once(till)


def test_killed_between_asking_the_channel_and_noting_it(
    lin: Bought, till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    lin.pay(at(FIRST_DUE))
    lin.request(NOW, is_here=True)
    with monkeypatch.context() as patch, pytest.raises(Crash):
        patch.setattr(exchanges, "note", crash)
        work(NOW)
    assert len(till.asked) == 1
    assert_gone_back_once(till)


@pytest.mark.parametrize(("room", "step"), [(unapplied, "open_case"), (books, "post"), (holds, "keep")])
def test_killed_while_paying_back_what_waited_for_a_charge(
    lin: Bought, till: Till, monkeypatch: pytest.MonkeyPatch, room: Any, step: str
) -> None:
    lin.pay(at(FIRST_DUE))
    charge = lin.open_charge(NOW, purpose="next")
    goods = lin.request(NOW, is_here=True)
    charges.end(lin.borrower_id, charge.id, state="closed", reason="given_up", keeps_watch=False, now=NOW)
    with monkeypatch.context() as patch, pytest.raises(Crash):
        patch.setattr(room, step, crash)
        paying_back.pay_back(borrower_id=lin.borrower_id, return_id=goods.id, now=NOW)
    assert not Unapplied.objects.exists() and Return.objects.get().pays_back_at == NOW
    assert_gone_back_once(till)


def test_a_charge_is_asked_to_close_with_the_return_or_not_at_all(
    lin: Bought, monkeypatch: pytest.MonkeyPatch
) -> None:
    charge = lin.open_charge(NOW, purpose="due")
    with monkeypatch.context() as patch, pytest.raises(Crash):
        patch.setattr(outbox, "put", crash)
        lin.request(NOW, is_here=True)
    charge.refresh_from_db()
    assert charge.closing_at is None and not Return.objects.exists()


def _requests(lin: Bought) -> list[Callable[[], Return]]:
    return [lambda: lin.request(NOW, 400_000, key="a"), lambda: lin.request(NOW, 400_000, key="b")]


def test_two_at_once_never_come_to_more_than_was_shipped(lin: Bought) -> None:
    assert kinds(at_once(*_requests(lin))) == ["MoreThanShipped", "Return"]
    assert Return.objects.count() == Hold.objects.count() == 1
    assert_sound(FIRST_DUE + days(2))


def test_one_key_at_once_makes_one_return(lin: Bought) -> None:
    came = at_once(*[lambda: lin.request(NOW, 400_000, key="a").id] * 4)
    assert len(set(came)) == 1
    assert Return.objects.count() == Hold.objects.count() == 1


def test_accepted_and_withdrawn_at_once_one_of_them_stands(lin: Bought) -> None:
    goods = lin.request(NOW, 400_000)
    assert kinds(at_once(lambda: lin.accept(goods, NOW), lambda: lin.withdraw(goods, NOW))) == ["Return", "ReturnOver"]
    assert Fact.objects.filter(kind="release").count() == 1
    assert_sound(FIRST_DUE + days(2))


def test_accepted_and_paid_at_once_both_stand(lin: Bought) -> None:
    goods = lin.request(NOW, 400_000)
    came = at_once(*[lambda: lin.accept(goods, NOW).state] * 2, lambda: lin.pay(NOW).channel)
    assert came == ["completed", "completed", "alipay"]
    assert Fact.objects.filter(kind="return").count() == Fact.objects.filter(kind="payment").count() == 1
    assert_sound(FIRST_DUE + days(2))


def test_two_workers_pay_back_once(lin: Bought, till: Till) -> None:
    lin.pay(at(FIRST_DUE))
    charge = lin.open_charge(NOW, purpose="next")
    goods = lin.request(NOW, is_here=True)
    charges.end(lin.borrower_id, charge.id, state="closed", reason="given_up", keeps_watch=False, now=NOW)
    at_once(*[lambda: paying_back.pay_back(borrower_id=lin.borrower_id, return_id=goods.id, now=NOW)] * 3)
    assert Unapplied.objects.count() == 1
    assert_gone_back_once(till)
