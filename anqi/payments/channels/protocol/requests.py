"""What a channel is asked. Amounts in fen, instants aware."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Literal

from anqi.payments.channels.protocol.answers import How


@dataclass(frozen=True, kw_only=True)
class ChargeRequest:
    """What a channel is to collect."""

    key: str
    amount_minor: int
    currency: str
    subject: str
    how: How
    expires_at: datetime
    return_url: str
    notify_url: str
    # When the order was made, the same at each repeat: of some channels it is half of the order's number.
    opened_at: datetime
    # Of the browser that pays, where the channel wants it against fraud.
    payer_ip: str = ""


@dataclass(frozen=True, kw_only=True)
class RefundRequest:
    """What a channel is to give back of a charge's money, to where it came from. Repeated with the same key only."""

    key: str
    charge_key: str
    amount_minor: int
    charge_amount_minor: int
    currency: str
    why: str
    notify_url: str
    # When the refund was asked for first, the same at each repeat.
    opened_at: datetime
    # The channel's own number of the payment, where one charge may have been paid twice.
    payment_ref: str = ""


@dataclass(frozen=True, kw_only=True)
class CardRequest:
    """A card is to be opened for us, by its holder on the channel's own page."""

    key: str
    opened_at: datetime
    return_url: str
    notify_url: str


@dataclass(frozen=True, kw_only=True)
class Payee:
    """Who is paid: a bound card by its token, or an account of a wallet; and the name that must be its owner's."""

    account: str = field(repr=False)
    name: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class PayoutRequest:
    """What a channel is to pay out. Repeated with the same key and time only."""

    key: str
    opened_at: datetime
    payee: Payee
    amount_minor: int
    currency: str
    why: str
    notify_url: str


@dataclass(frozen=True, kw_only=True)
class MandateRequest:
    """An agreement is to be signed on the channel's own page: so much at most, each time, by these days."""

    key: str
    opened_at: datetime
    name: str
    """What the debits are for, as the payer will read it; no personal data."""
    single_minor: int
    first_on: date
    """The last day on which the first debit may be tried."""
    every: Literal["month", "once"]
    """Each month until then, or one debit only."""
    times: int
    return_url: str
    notify_url: str
    payer_ip: str = ""


@dataclass(frozen=True, kw_only=True)
class AnnounceRequest:
    """The payer is to be told by the channel what will be debited, some days before."""

    key: str
    ref: str = field(repr=False)
    amount_minor: int
    on: date
    currency: str


@dataclass(frozen=True, kw_only=True)
class DebitRules:
    """When and how much a channel lets us debit under an agreement; amounts in fen, days of Shanghai."""

    hours: tuple[time, time] = (time(7), time(22))
    announced_days: int = 0
    """So many days before, at least, the payer must have been told by the channel; 0: the channel wants none."""
    window_days: int = 3
    """For so many days after the due day a debit may still be tried."""
    names_days: bool = False
    """Whether an agreement states the days of its debits, so that none can be signed before they are known."""
    last_day_of_month: int = 31
    """No monthly agreement may name a later day."""
    once_a_period: bool = False
    """Whether one success ends what may be debited until the next due day."""
    single_minor: int | None = None
    day_minor: int | None = None
    per_second: int = 50
    """How many debits the channel takes from us in a second."""


@dataclass(frozen=True, kw_only=True)
class DebitRequest:
    """What a channel is to take without the payer at the screen, from a bound card or under an agreement."""

    key: str
    opened_at: datetime
    token: str = field(repr=False)
    """The card's token, or the channel's number of the agreement."""
    amount_minor: int
    currency: str
    subject: str
    notify_url: str
