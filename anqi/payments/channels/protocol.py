"""What every payment channel is asked, and what it can answer. Amounts in fen, instants aware."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol


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
class Accepted:
    """The channel knows of it and waits; the action is how the borrower goes on."""

    ref: str = ""
    action: Redirect | Qr | None = None


@dataclass(frozen=True, kw_only=True)
class Succeeded:
    """The money has arrived, or gone back, under the channel's own number and at its own time."""

    ref: str
    amount_minor: int
    paid_at: datetime


@dataclass(frozen=True, kw_only=True)
class Failed:
    """The channel says a final no."""

    reason: str
    code: str


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


# Paid, and given back at the channel by somebody else than us: neither unpaid nor ours to book.
GIVEN_BACK = Unknown(cause="closed_after_payment")

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
    # The channel's own number of the payment, where one charge may have been paid twice.
    payment_ref: str = ""


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
    kind: Literal["charge", "refund"]
    key: str
    result: Result


class BadSignature(Exception):
    """The message was not signed by the channel, or was changed after it was."""


class NotOurs(Exception):
    """The message is the channel's, but for another account than ours."""


class Unreadable(Exception):
    """The message is the channel's, but doesn't say what such a message must."""


class Channel(Protocol):
    """One way to collect money and to give it back. Nothing here writes to the database or raises for the outside.

    A refund is Accepted while it is on its way, Succeeded when the payer has it, and Failed when it never will.
    """

    code: str

    def charge(self, request: ChargeRequest) -> Result: ...
    def query(self, key: str) -> Result: ...
    def close(self, key: str) -> Result: ...
    def refund(self, request: RefundRequest) -> Result: ...
    def query_refund(self, key: str, *, charge_key: str) -> Result: ...
    def parse_notification(self, raw: RawRequest) -> Notification: ...
    def acknowledge(self, ok: bool) -> RawResponse: ...
