"""A channel that debits and signs agreements, and answers what a test wants; and what its borrowers do."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from anqi.payments.channels.protocol import (
    Accepted,
    AnnounceRequest,
    Closed,
    DebitRequest,
    DebitRules,
    MandateFound,
    MandateRequest,
    Redirect,
    RefundRequest,
    Succeeded,
)


@dataclass
class DebitDesk:
    """One channel. `fate` says what becomes of a debit; what it was asked for stays to be looked at."""

    code: str
    rules: DebitRules = field(default_factory=DebitRules)
    wants_page: bool = False
    fate: Callable[[DebitRequest], Any] = lambda request: Accepted()
    found: Any = None
    told: Any = field(default_factory=Accepted)
    ended: Any = field(default_factory=Closed)
    signings: list[MandateRequest] = field(default_factory=list)
    announced: list[AnnounceRequest] = field(default_factory=list)
    debits: dict[str, DebitRequest] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    ends: dict[str, Any] = field(default_factory=dict)
    endings: list[str] = field(default_factory=list)

    def debit_rules(self) -> DebitRules:
        return self.rules

    def sign_mandate(self, request: MandateRequest) -> Any:
        self.signings.append(request)
        return Accepted(action=Redirect(url=f"https://{self.code}.example/{request.key}", wants_page=self.wants_page))

    def query_mandate(self, key: str, *, opened_at: datetime) -> Any:
        return self.found or Accepted()

    def end_mandate(self, key: str, *, ref: str, why: str) -> Any:
        self.endings.append(ref)
        return self.ended

    def announce(self, request: AnnounceRequest) -> Any:
        self.announced.append(request)
        return self.told

    def debit(self, request: DebitRequest) -> Any:
        self.sent.append(request.key)
        if request.key not in self.debits:
            self.debits[request.key] = request
        return self.fate(request)

    def query_debit(self, key: str, *, opened_at: datetime) -> Any:
        return self.ends.get(key, Accepted())

    def query(self, key: str, *, opened_at: datetime) -> Any:
        assert key not in self.debits, "a debit is asked after as one"
        return Accepted()

    def close(self, key: str, *, opened_at: datetime) -> Any:
        raise AssertionError("nobody closes a debit")

    def refund(self, request: RefundRequest) -> Any:
        return Accepted()

    def query_card(self, key: str, *, opened_at: datetime) -> Any:
        return self.found

    def sign(self, at: datetime, **more: Any) -> None:
        """Its payer signs."""
        self.found = MandateFound(ref=f"{self.code}-1", account="138****6021", signed_at=at, **more)

    def pay(self, key: str, at: datetime) -> Succeeded:
        """The debit has succeeded, as it says from now on."""
        request = self.debits[key]
        self.ends[key] = Succeeded(ref=f"R{key}", amount_minor=request.amount_minor, paid_at=at)
        result: Succeeded = self.ends[key]
        return result


@dataclass
class DatedDesk(DebitDesk):
    """One that keeps the last day of an agreement's next debit. It stays where it is until somebody moves it."""

    moves: list[date] = field(default_factory=list)
    # What it says once it was asked to move it; None: that it has.
    answer: Any = None

    def move_mandate(self, key: str, *, ref: str, to: date) -> Any:
        assert ref == self.found.ref
        self.moves.append(to)
        if self.answer is None:
            self.found = replace(self.found, next_on=to)
        return self.answer or self.found
