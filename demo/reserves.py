"""Loans in cash of the cast: signed, paid out to a bound card, waiting for staff, and sent back by the payee's bank."""

import hashlib
import json
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx

from anqi.actions import payouts
from anqi.jobs import tasks
from anqi.lending import disclosures, loans, products
from anqi.lending.models import Agreement, Lender, Loan, Order, Product
from anqi.payments.models import Card, Payout
from anqi.payments.payouts import PayTo
from anqi.rows.chain import canonical
from anqi.rows.days import day_of
from anqi.rows.ids import uuid7
from demo import bound_cards
from demo.story import Reserve

_INSTALMENTS = 3


def sell(*, terms: dict[str, Any], most_minor: int, now: datetime) -> None:
    """Three instalments in cash, within what the lender may take."""
    product = Product(
        code="reserve-3", version=1, lender=Lender.objects.get(), kind="reserve", title=f"备用金 {_INSTALMENTS} 期",
        instalments=_INSTALMENTS, least_minor=50_000, most_minor=most_minor, terms={"version": 1, **terms},
        sold_from=day_of(now),
    )  # fmt: skip
    products.refuse_unsound(product)
    product.save(force_insert=True)


def lend(sandbox: httpx.Client, told: Reserve, *, borrower_id: UUID, now: datetime) -> Loan:
    """The loan with its money on the card, or waiting for a supervisor where it is a large one."""
    card = bound_cards.bind(sandbox, borrower_id=borrower_id, who=told.who, card=told.card, now=now)
    loan = _sign(told, borrower_id, now)
    payout = payouts.request(borrower_id=borrower_id, loan_id=loan.id, to=_to(card, told), now=now)
    if payout.state == Payout.State.RELEASED:
        tasks.pay_out()
        bound_cards.await_news(sandbox, payout.key)
        tasks.read_inbox()
    loan.refresh_from_db()
    return loan


def _to(card: Card, told: Reserve) -> PayTo:
    assert card.token, "the holder has opened it"
    return PayTo(channel=card.channel, account=card.token, holder=told.who.name, label=f"{card.bank} 尾号{card.last4}")


def come_back(sandbox: httpx.Client, loan_id: UUID) -> None:
    """The payee's bank sends the money back; we learn it from the channel's statement of that day."""
    payout = Payout.objects.get(loan_id=loan_id)
    sandbox.post("/_control/unionpay/return", json={"out_trade_no": payout.key}).raise_for_status()


def _sign(told: Reserve, borrower_id: UUID, now: datetime) -> Loan:
    """Rows as signing leaves them: no action signs a loan in cash yet."""
    product = Product.objects.select_related("lender").get(kind="reserve")
    order_id = uuid7()
    order = Order.objects.create(
        borrower_id=borrower_id, id=order_id, order_number=f"BY{order_id.hex[-8:].upper()}", goods=[],
        amount_minor=told.amount_minor, opened_at=now, confirmed_at=now, state=Order.State.CONFIRMED,
    )  # fmt: skip
    text = canonical(_agreement(order, product, told, now)).decode()
    agreement = Agreement.objects.create(
        borrower_id=borrower_id, id=uuid7(), order_id=order_id, template="reserve-demo", body=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(), signed_at=now,
    )  # fmt: skip
    terms = products.terms_of(product, told.amount_minor)
    return loans.put(order, agreement, product=product, terms=terms, now=now)


def _agreement(order: Order, product: Product, told: Reserve, now: datetime) -> dict[str, Any]:
    today, terms = day_of(now), products.terms_of(product, told.amount_minor)
    rows = products.plan_of(terms, today).instalments
    parts = ("n", "principal_minor", "interest_minor", "fee_minor", "total_minor")
    lender = {"code": product.lender.code, "name": product.lender.name}
    id_number = f"{told.who.id_number[:3]}{'*' * 11}{told.who.id_number[-4:]}"
    return {
        "template": "reserve-demo",
        "drawn_up_on": today.isoformat(),
        "lender": lender,
        "borrower": {"name": told.who.name, "id_number": id_number},
        "merchant": lender,
        "order": {
            "number": order.order_number,
            "goods": [{"title": "备用金", "quantity": 1, "price_minor": told.amount_minor}],
        },
        "product": {"code": product.code, "version": product.version, "title": product.title},
        "currency": order.currency,
        "principal_minor": order.amount_minor,
        "terms": json.loads(json.dumps(terms)),
        "plan": [{part: getattr(row, part) for part in parts} for row in rows],
        "cost_statement": disclosures.cost_statement(product, told.amount_minor, on=today),
        "dates": {
            "rule": "款项到账之日起计。第一期还款日为到账后一个月的同一日，以后每月同一日；当月没有这一日的，为当月最后一日。",
            "example": {"shipped_on": today.isoformat(), "due_on": [row.due_on.isoformat() for row in rows]},
        },
        "rules": {
            "start": "签约后占用额度，款项到账前不计息。款项没有到账的，本合同自动失效，不收取任何费用。",
            "complaints": f"对本合同有异议，可以先联系{product.lender.name}；"
            "对处理结果不满意的，可以拨打金融消费者投诉热线 12378。",
        },
    }
