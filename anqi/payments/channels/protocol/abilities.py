"""What channels can do: all of them collect and give back, the rest are abilities of their own."""

from datetime import date, datetime
from typing import Protocol, runtime_checkable

from anqi.payments.channels.protocol.answers import CardBound, MandateFound, Result
from anqi.payments.channels.protocol.messages import Notification, RawRequest, RawResponse
from anqi.payments.channels.protocol.requests import (
    AnnounceRequest,
    CardRequest,
    ChargeRequest,
    DebitRequest,
    DebitRules,
    MandateRequest,
    PayoutRequest,
    RefundRequest,
)
from anqi.payments.statements import Statement


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
class DatedMandateChannel(MandateChannel, Protocol):
    """A channel that keeps the last day of an agreement's next debit, and lets through none that comes after it.

    `move_mandate` has it moved on, never back, and answers as `query_mandate` does then: whoever moved it, or nobody.
    """

    def move_mandate(self, key: str, *, ref: str, to: date) -> MandateFound | Result: ...


@runtime_checkable
class PayoutChannel(Protocol):
    """A channel that pays out. Failed is final: the money has not left and never will under this key.

    Succeeded may be followed days later by Failed with the reason `returned`: the payee's bank sent it back.
    """

    def payout(self, request: PayoutRequest) -> Result: ...
    def query_payout(self, key: str, *, opened_at: datetime) -> Result: ...
    def balance_minor(self) -> int | None:
        """What can be paid out now, in fen; None where nobody can say."""


@runtime_checkable
class StatementChannel(Protocol):
    """A channel that hands out files of each day's movements, of the kinds that it names.

    `statement` gives the file as it is kept; it raises NotReady, OSError where the channel gives no clear answer, and
    StatementUnreadable where the file isn't the one that the channel stated the hash of. `handed_in` is a file that
    people have fetched from the channel's own pages.
    """

    def statement_kinds(self) -> tuple[str, ...]: ...
    def statement(self, day: date, *, kind: str) -> Statement: ...
    def handed_in(self, file: bytes, *, day: date, kind: str) -> Statement: ...
