"""What a channel sends by itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from anqi.payments.channels.protocol.answers import Result


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
    thanks: RawResponse | None = None
    """What this message wants to hear in place of the channel's `acknowledge(True)`, where it has older ones."""


class BadSignature(Exception):
    """The message was not signed by the channel, or was changed after it was."""


class NotOurs(Exception):
    """The message is the channel's, but for another account than ours."""


class Unreadable(Exception):
    """The message is the channel's, but doesn't say what such a message must."""


class NotReady(Exception):
    """The channel has no statement of that day yet."""
