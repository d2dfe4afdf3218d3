"""Cards of the sandbox's UnionPay, bound by people of the cast, and what the sandbox tells of them."""

import time
from datetime import datetime
from uuid import UUID

import httpx

from anqi.actions import cards
from anqi.payments.channels.protocol import Form
from anqi.payments.models import Card, Inbox
from demo.cast import Person

# The sandbox takes half a second of its own over each order.
_LOOKS, _LOOK_AGAIN_SECONDS = 100, 0.05


def bind(sandbox: httpx.Client, *, borrower_id: UUID, who: Person, card: str, now: datetime) -> Card:
    """The sandbox's card of that nickname, opened on its page as the holder does."""
    opened = cards.open(borrower_id=borrower_id, channel="unionpay", now=now)
    page = cards.lead(borrower_id=borrower_id, card_id=opened.id)
    assert isinstance(page, Form)
    entered = {"fields": page.fields, "card": card, "holder": who.name, "phone": who.phone}
    sandbox.post("/_control/unionpay/bind", json=entered).raise_for_status()
    cards.inquire(borrower_id=borrower_id, card_id=opened.id, now=now)
    opened.refresh_from_db()
    return opened


def await_news(sandbox: httpx.Client, key: str) -> None:
    """Returns once the sandbox has told how its order of that number ended."""
    for _ in range(_LOOKS):
        sandbox.post("/_control/notify/flush", json={"out_trade_no": key}).raise_for_status()
        if Inbox.objects.filter(key=key).exists():
            return
        time.sleep(_LOOK_AGAIN_SECONDS)
    raise AssertionError(f"nothing was told of {key}")
