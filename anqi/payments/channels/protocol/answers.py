"""What a channel can answer. Amounts in fen, instants aware."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Redirect:
    """The borrower pays on the channel's own page, at this address; the channel may open it for a while only."""

    url: str
    opens_for: timedelta | None = None
    wants_page: bool = False
    """Whether the channel leads back to the page that the browser says it comes from, and to no other."""


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
    next_on: date | None = None
    """The last day of the next debit, where the channel keeps one."""


# Paid, and given back at the channel by somebody else than us: neither unpaid nor ours to book.
GIVEN_BACK = Unknown(cause="closed_after_payment")


# For how long a cashier's page that is open on a phone can be paid.
CASHIER_LIFE = timedelta(minutes=15)


Result = Accepted | Succeeded | Failed | Closed | NotFound | Unknown


How = Literal["wap", "page"]
