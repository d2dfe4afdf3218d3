"""What every payment channel is asked, and what it can answer. Amounts in fen, instants aware."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Literal, Protocol, runtime_checkable


@dataclass(frozen=True, kw_only=True)
class Redirect:
    """The borrower pays on the channel's own page, at this address; the channel may open it for a while only."""

    url: str
    opens_for: timedelta | None = None


@dataclass(frozen=True, kw_only=True)
class Qr:
    """The borrower scans this text, drawn as a code, with the channel's app on the phone."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Form:
    """The borrower's browser sends these signed fields to the channel's own page, by POST."""

    url: str
    fields: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Transfer:
    """The borrower transfers the money to this account of the lender's, and states the reference."""

    account_name: str
    account_number: str
    bank: str
    reference: str


Action = Redirect | Qr | Form | Transfer


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """The channel knows of it and waits; the action is how the borrower goes on."""

    ref: str = ""
    action: Action | None = None


@dataclass(frozen=True, kw_only=True)
class Succeeded:
    """The money has arrived, or gone back, under the channel's own number and at its own time."""

    ref: str
    amount_minor: int
    paid_at: datetime


@dataclass(frozen=True, kw_only=True)
class Failed:
    """The channel says a final no; of a payout that came back also when it did."""

    reason: str
    code: str
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Closed:
    """The channel says: unpaid, and can never be paid."""


@dataclass(frozen=True, kw_only=True)
class NotFound:
    """The channel has no such order now; it may have one later, until the order's own expiry."""


@dataclass(frozen=True, kw_only=True)
class Unknown:
    """Nobody can say: no answer, an unclear one, or one that anybody could have written."""

    cause: str


@dataclass(frozen=True, kw_only=True)
class CardBound:
    """A card that its holder has opened for us at the channel. The token stands for its number, which we never see."""

    token: str = field(repr=False)
    bank: str
    last4: str
    kind: Literal["debit", "credit"]


@dataclass(frozen=True, kw_only=True)
class MandateFound:
    """An agreement that lets us debit, as the channel has it now: its number there, and whose account it is on."""

    ref: str = field(repr=False)
    account: str
    """As its owner would know it, masked; empty where the channel doesn't tell."""
    signed_at: datetime
    ends_on: date | None = None
    limit_minor: int | None = None
    """The most that one debit may be, in fen, where the channel says so."""


# Paid, and given back at the channel by somebody else than us: neither unpaid nor ours to book.
GIVEN_BACK = Unknown(cause="closed_after_payment")

# For how long a cashier's page that is open on a phone can be paid.
CASHIER_LIFE = timedelta(minutes=15)

Result = Accepted | Succeeded | Failed | Closed | NotFound | Unknown
How = Literal["wap", "page"]


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
    last_day_of_month: int = 31
    """No monthly agreement may name a later day."""
    once_a_period: bool = False
    """Whether one success ends what may be debited until the next due day."""
    single_minor: int | None = None
    day_minor: int | None = None


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
class RawRequest:
    """A message as it came in, before anybody trusts it."""

    method: str
    headers: dict[str, str]
    query: str
    body: bytes
    received_at: datetime


@dataclass(frozen=True, kw_only=True)
class RawResponse:
    """What the channel is told about its message."""

    status: int
    body: bytes
    content_type: str = "text/plain"


@dataclass(frozen=True, kw_only=True)
class Notification:
    """A message of the channel, its signature checked; `message_key` tells a repeat from news.

    The key is the charge's, or for the kind `refund` the refund's; a result that is only Accepted says: ask.
    """

    message_key: str
    kind: Literal["charge", "refund", "card", "payout", "mandate"]
    key: str
    result: Result
    is_secret: bool = False
    """Whether it holds what must not be kept, like a card's token: its hash is kept, and a query asks for it again."""


class BadSignature(Exception):
    """The message was not signed by the channel, or was changed after it was."""


class NotOurs(Exception):
    """The message is the channel's, but for another account than ours."""


class Unreadable(Exception):
    """The message is the channel's, but doesn't say what such a message must."""


class Channel(Protocol):
    """One way to collect money and to give it back. Nothing here writes to the database or raises for the outside.

    A refund is Accepted while it is on its way, Succeeded when the payer has it, and Failed when it never will.
    An order is asked after by its key and the time it was made at, as the request stated both.
    """

    code: str

    def charge(self, request: ChargeRequest) -> Result: ...
    def query(self, key: str, *, opened_at: datetime) -> Result: ...
    def close(self, key: str, *, opened_at: datetime) -> Result: ...
    def refund(self, request: RefundRequest) -> Result: ...
    def query_refund(self, key: str, *, charge_key: str, opened_at: datetime) -> Result: ...
    def parse_notification(self, raw: RawRequest) -> Notification: ...
    def acknowledge(self, ok: bool) -> RawResponse: ...


@runtime_checkable
class CardChannel(Protocol):
    """A channel at which cards can be bound, and money be taken from them."""

    def open_card(self, request: CardRequest) -> Result: ...
    def query_card(self, key: str, *, opened_at: datetime) -> CardBound | Result: ...
    def end_card(self, key: str, *, opened_at: datetime, token: str) -> Result: ...


@runtime_checkable
class DebitChannel(Protocol):
    """A channel that takes money without the payer at the screen.

    A debit is Accepted while it is on its way. Failed is final for its key, and says why: reasons are those of
    `payments/reasons`. NotFound right after Accepted is a channel's lag: it is asked for again with the same key.
    """

    def debit_rules(self) -> DebitRules: ...
    def debit(self, request: DebitRequest) -> Result: ...
    def query_debit(self, key: str, *, opened_at: datetime) -> Result: ...


@runtime_checkable
class MandateChannel(DebitChannel, Protocol):
    """A channel at which the payer signs an agreement to be debited.

    `query_mandate` answers MandateFound while it holds, Accepted while its page is open, Failed once it has ended
    or never came to be (reasons `ended_by_payer`, `ended_by_us`, `expired`), NotFound where there is none.
    `end_mandate` answers Closed once nothing more can be debited under it. An announcement is Accepted, or Failed.
    """

    def sign_mandate(self, request: MandateRequest) -> Result: ...
    def query_mandate(self, key: str, *, opened_at: datetime) -> MandateFound | Result: ...
    def end_mandate(self, key: str, *, ref: str, why: str) -> Result: ...
    def announce(self, request: AnnounceRequest) -> Result: ...


@runtime_checkable
class PayoutChannel(Protocol):
    """A channel that pays out. Failed is final: the money has not left and never will under this key.

    Succeeded may be followed days later by Failed with the reason `returned`: the payee's bank sent it back.
    """

    def payout(self, request: PayoutRequest) -> Result: ...
    def query_payout(self, key: str, *, opened_at: datetime) -> Result: ...
    def balance_minor(self) -> int | None:
        """What can be paid out now, in fen; None where nobody can say."""


class NotReady(Exception):
    """The channel has no statement of that day yet."""


@dataclass(frozen=True, kw_only=True)
class StatementRow:
    """One movement as a channel's statement tells it; the key is ours, where the channel knows one."""

    kind: Literal["charge", "refund", "payout", "payout_return", "other"]
    key: str
    ref: str
    amount_minor: int
    fee_minor: int
    at: datetime


@runtime_checkable
class StatementChannel(Protocol):
    """A channel that hands out a file of each day's movements.

    `statement` raises NotReady, and OSError where the channel gives no clear answer; `rows` raises ValueError for a
    file that is broken, or is not of that day.
    """

    def statement(self, day: date) -> bytes: ...
    def rows(self, file: bytes, *, day: date) -> Iterator[StatementRow]: ...
