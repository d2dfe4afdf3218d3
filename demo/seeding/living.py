"""A life lived through, day by day, until today's morning."""

import heapq
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import cast

from anqi.documents.models import Document
from anqi.lending.repaying import Purpose
from anqi.notices.models import Message, Reminding
from anqi.payments.models import ChannelOrder, Charge, ChargePart, Exchange, Inbox, Outbox, Payment
from anqi.people.models import Consent, LoginCode
from anqi.rows.days import SHANGHAI
from demo.seeding import paying
from demo.seeding.biography import Biography, Written
from demo.seeding.buying import Bought
from demo.seeding.lives import Act, Life
from demo.seeding.street import Street

# What neither the close nor any proof looks at, and two thirds of all bytes.
_MAIL = (
    Charge, ChargePart, ChannelOrder, Outbox, Exchange, Inbox, Payment, Document, Message, Reminding,
    LoginCode, Consent,
)  # fmt: skip


def live(life: Life, street: Street, *, today: date, first_open_on: date, is_lean: bool = False) -> Written:
    """All that is written down of the life, last of it what the night before today has done.

    A lean life has its people, orders, agreements, loans, facts and postings, and nothing of channels and messages.
    """
    told = Biography(life, street, today=today, first_open_on=first_open_on)
    lived = [_live(Bought(told, purchase), today) for purchase in life.purchases]
    # Each says when it goes on, and goes on when it is asked again: the borrower's chain has one order.
    waiting = [(next(each), place) for place, each in enumerate(lived)]
    heapq.heapify(waiting)
    while waiting:
        _, place = heapq.heappop(waiting)
        then = next(lived[place], None)
        if then:
            heapq.heappush(waiting, (then, place))
    return told.finished(without=_MAIL if is_lean else ())


def _live(bought: Bought, today: date) -> Iterator[datetime]:
    told, purchase = bought.told, bought.purchase
    signed_on = purchase.starts_on - timedelta(days=0 if purchase.plan.is_reserve else told.chance.choice((1, 1, 2)))
    at = told.at(signed_on, first_hour=8, last_hour=10)
    yield at
    bought.sign(at)
    at = told.at(purchase.starts_on, first_hour=11, last_hour=18)
    yield at
    bought.ship(at)
    for act in sorted(purchase.acts, key=lambda each: each.on):
        yield from _wake_until(bought, act.on)
        at = told.at(act.on, first_hour=8 if act.on > purchase.starts_on else 20, last_hour=21)
        yield at
        _do(bought, act, at)
    yield from _wake_until(bought, today)
    _watch(bought, at)


def _watch(bought: Bought, at: datetime) -> None:
    """The loan is looked at a week before its next day; a settled one has none."""
    next_on = bought.held.next_wake_on
    if next_on:
        when = datetime.combine(next_on - timedelta(days=7), time(9), SHANGHAI)
        bought.told.add_mine(Reminding, at, loan_id=bought.held.id, next_try_at=when)


def _wake_until(bought: Bought, day: date) -> Iterator[datetime]:
    while bought.held.next_wake_on and bought.held.next_wake_on <= day:
        at = datetime.combine(bought.held.next_wake_on, time(1), SHANGHAI)
        yield at
        bought.wake(at)


def _do(bought: Bought, act: Act, at: datetime) -> None:
    if act.does == "return":
        _take_back(bought, at)
    else:
        paying.pay(bought, cast(Purpose, act.does), at)


def _take_back(bought: Bought, at: datetime) -> None:
    body = {"amount_minor": bought.purchase.price_minor}
    bought.happen(bought.fact("return", body, at, actor="merchant"), at)
