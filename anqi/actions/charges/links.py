"""Somebody else pays for a borrower: a link is made, revoked, and paid by.

Refused
├── NoSuchLink
├── TooManyLinks    of `payments.pay_links`, as LinkOver
└── LinkOver
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from anqi.actions import charges
from anqi.actions.charges import ChannelUnavailable, NoSuchLoan, TooLateToday, Wish
from anqi.lending import repaying, store
from anqi.lending.repaying import Purpose
from anqi.payments import channels, pay_links
from anqi.payments.models import Charge, PayLink
from anqi.people import holds
from anqi.rows.days import day_of, end_of
from anqi.rows.refusals import Refused

_PURPOSES: dict[str, Purpose] = {PayLink.What.DUE: "due", PayLink.What.OWN: "due", PayLink.What.ALL: "all"}
# A link that nobody has time to open is none.
_LEAST_TIME = timedelta(minutes=10)


class NoSuchLink(Refused):
    """There is no such link of yours."""

    code = "no_such_link"


@dataclass(frozen=True, kw_only=True)
class Made:
    """A link with its token, which is shown to its borrower now and kept nowhere."""

    link: PayLink
    token: str


def make(
    *, borrower_id: UUID, loan_id: UUID, what: str, amount_minor: int | None, attempt: UUID, now: datetime
) -> Made:
    """A link for what is due, for all of it, or for an amount in fen; the same form once more gives the same link.

    One for all of it holds until the midnight of its quote. Refuses NoSuchLoan, TooManyLinks, TooLateToday,
    NothingToPay, QuoteOver and AmountOutOfRange.
    """
    token = pay_links.draw(borrower_id, attempt)
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        known = pay_links.made(borrower_id, token)
        if known:
            return Made(link=known, token=token)
        held = store.read(borrower_id, [loan_id]).get(loan_id)
        if not held:
            raise NoSuchLoan(loan_id=loan_id)
        asked_minor, _goal = repaying.settle_amount(
            held, purpose=_PURPOSES[what], amount_minor=amount_minor, today=day_of(now)
        )
        link = pay_links.put(
            borrower_id=borrower_id, token=token, loan_id=loan_id, what=what, amount_minor=asked_minor,
            currency=held.currency, expires_at=_end(what, now), now=now,
        )  # fmt: skip
        return Made(link=link, token=token)


def _end(what: str, now: datetime) -> datetime:
    ends_at = end_of(day_of(now)) if what == PayLink.What.ALL else now + pay_links.LIFE
    if ends_at - now < _LEAST_TIME:
        raise TooLateToday
    return ends_at


def revoke(*, borrower_id: UUID, link_id: UUID, now: datetime) -> Charge | None:
    """The link is over, and the charge that somebody is paying by it is to be closed. Refuses NoSuchLink."""
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        link = pay_links.read(borrower_id, link_id)
        if not link:
            raise NoSuchLink
        pay_links.revoke(link, now=now)
        paying = pay_links.open_charge(link)
        if paying:
            charges.begin_closing(paying, now=now)
        return paying


def pay(
    *, link: PayLink, channel: str, how: str, attempt: str, payer_ip: str | None, now: datetime
) -> Charge:
    """The charge by which somebody else pays it; of two at once both get the same, and the channel takes one payment.

    Refuses as `charges.open` does.
    """
    if channel not in channels.at_a_cashier():
        raise ChannelUnavailable(channel=channel)
    wish = Wish(loan_id=link.loan_id, purpose=_PURPOSES[link.what], amount_minor=link.amount_minor)
    return charges.open(
        borrower_id=link.borrower_id, wishes=[wish], channel=channel, how=how, attempt=attempt, now=now,
        payer_ip=payer_ip, link_id=link.id,
    )  # fmt: skip
