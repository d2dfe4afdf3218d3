"""What every payment channel is asked, and what it can answer. Amounts in fen, instants aware."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol


@dataclass(frozen=True, kw_only=True)
class Redirect:
    """The borrower pays on the channel's own page, at this address."""

    url: str


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """The channel knows of it and waits; the action is how the borrower goes on."""

    ref: str = ""
    action: Redirect | None = None


@dataclass(frozen=True, kw_only=True)
class Succeeded:
    """The money has arrived, under the channel's own number."""

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


@dataclass(frozen=True, kw_only=True)
class RawRequest:
    """A message as it came in, before anybody trusts it."""

    method: str
    headers: dict[str, str]
    query: str
    body: bytes


@dataclass(frozen=True, kw_only=True)
class RawResponse:
    """What the channel is told about its message."""

    status: int
    body: bytes
    content_type: str = "text/plain"


@dataclass(frozen=True, kw_only=True)
class Notification:
    """A message of the channel, its signature checked; `message_key` tells a repeat from news."""

    message_key: str
    kind: str
    key: str
    result: Result


class BadSignature(Exception):
    """The message was not signed by the channel, or was changed after it was."""


class NotOurs(Exception):
    """The message is the channel's, but for another account than ours."""


class Unreadable(Exception):
    """The message is the channel's, but doesn't say what such a message must."""


class Channel(Protocol):
    """One way to collect money. Nothing here writes to the database or raises for what the outside does."""

    code: str

    def charge(self, request: ChargeRequest) -> Result: ...
    def query(self, key: str) -> Result: ...
    def close(self, key: str) -> Result: ...
    def parse_notification(self, raw: RawRequest) -> Notification: ...
    def acknowledge(self, ok: bool) -> RawResponse: ...
