"""Where each payment is: under way or done, in words, with its plan and the way to its own page."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anqi.actions import charges, repayments
from anqi.actions.charges import Wish
from anqi.payments.channels.protocol import Failed
from anqi.payments.models import Charge
from tests.planting import Planted, at, plant_borrower, plant_loan
from tests.web.borrower_stand import Watch, signed_in
from tests.web.explained_loans import FIRST_DUE, STARTED
from tests.web.test_borrower_amounts import watch
from tests.web.test_borrower_pages import pay, plain, text_of

__all__ = ["watch"]
pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.borrower")]


def begin(who: Planted, minutes: int, result: Any = None) -> Charge:
    now = at(FIRST_DUE) + timedelta(minutes=minutes)
    charge = charges.open(
        borrower_id=who.borrower_id, wishes=[Wish(loan_id=who.loan_id, purpose="next")], channel="alipay", how="wap",
        attempt=uuid4().hex, now=now,
    )  # fmt: skip
    if result:
        repayments.learn(channel="alipay", key=charge.key, result=result, learned_by="query", now=now)
    return charge


def test_each_payment_says_where_it_is(watch: Watch) -> None:
    who = plant_loan(starts_on=STARTED)
    paid = pay(who, FIRST_DUE)
    failed = begin(who, 10, Failed(reason="no_balance", code="X"))
    open_now = begin(who, 20)
    watch.now = at(FIRST_DUE, 12, 25)
    visitor = signed_in(who.borrower_id)
    with CaptureQueriesContext(connection) as seen:
        answer = visitor.get("/payments")
    assert len(seen) <= 15
    page, raw = plain(answer), text_of(answer)
    under_way, done = page.split("已有结果")
    assert "还在路上" in under_way and "正在确认付款" in under_way
    assert done.index("这次没有付成") < done.index("还款成功")
    for charge_id in (open_now.id, failed.id, paid):
        assert f"/charges/{charge_id}" in raw
    assert page.count("青禾 12") == 3


def test_more_payments_than_a_page_go_on(watch: Watch) -> None:
    who = plant_loan(starts_on=STARTED)
    for n in range(21):
        begin(who, n, Failed(reason="no_balance", code="X"))
    visitor = signed_in(who.borrower_id)
    with CaptureQueriesContext(connection) as seen:
        first = text_of(visitor.get("/payments"))
    assert len(seen) <= 15 and first.count("/charges/") == 20
    older = first.split("?before=")[1].split('"')[0]
    second = text_of(visitor.get(f"/payments?before={older}"))
    assert second.count("/charges/") == 1 and "?before=" not in second
    assert visitor.get("/payments?before=x").status_code == 404


def test_whoever_has_paid_nothing_is_told_so(watch: Watch) -> None:
    who = plant_loan(starts_on=STARTED)
    assert "还没有付过款" in plain(signed_in(who.borrower_id).get("/payments"))
    pay(who, FIRST_DUE)
    other = plant_borrower("+8613900008866", now=at(STARTED))
    assert "还没有付过款" in plain(signed_in(other).get("/payments"))
