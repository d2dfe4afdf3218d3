"""A payment channel that lives in this process and keeps its own account of what it took."""

import json
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from anqi.payments import news
from anqi.payments.channels.protocol import (
    Accepted,
    ChargeRequest,
    Closed,
    Failed,
    NotFound,
    Notification,
    RawRequest,
    RawResponse,
    Redirect,
    RefundRequest,
    Result,
    Succeeded,
    Unknown,
)


def number_at(letter: str, key: str, nth: int = 0) -> str:
    """The channel's own number of what has that number of ours: no longer than the shortest of them states."""
    return f"{letter}{key[-18:]}{nth}"


@dataclass(kw_only=True)
class Trade:
    """One order at the channel; until its page is opened the channel has none."""

    key: str
    amount_minor: int
    expires_at: datetime
    is_open: bool = False
    is_closed: bool = False
    is_silent: bool = False
    taken: list[Succeeded] = field(default_factory=list)


@dataclass(kw_only=True)
class Returned:
    """Money that the channel was asked to give back, and when it did."""

    key: str
    charge_key: str
    amount_minor: int
    is_refused: bool
    looks: int = 0
    done_at: datetime | None = None
    silent_until: datetime | None = None

    @property
    def ref(self) -> str:
        return number_at("R", self.key)

    def told(self) -> Result:
        if self.is_refused:
            return Failed(reason="too_late", code="X")
        if not self.done_at:
            return Accepted(ref=self.ref)
        return Succeeded(ref=self.ref, amount_minor=self.amount_minor, paid_at=self.done_at)


class Rails:
    """`protocol.Channel`, with what the borrowers do at its cashier."""

    code = "alipay"

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.trades: dict[str, Trade] = {}
        self.returned: dict[str, Returned] = {}
        self.letters: list[tuple[datetime, str, Result]] = []
        self.now: datetime

    def charge(self, request: ChargeRequest) -> Result:
        trade = Trade(key=request.key, amount_minor=request.amount_minor, expires_at=request.expires_at)
        known = self.trades.setdefault(request.key, trade)
        assert known.amount_minor == request.amount_minor, "one key, one order"
        return Accepted(action=Redirect(url=f"https://cashier.test/{request.key}"))

    def query(self, key: str, *, opened_at: datetime | None = None) -> Result:
        trade = self.trades.get(key)
        if self._chance.random() < 0.05 or (trade and trade.is_silent):
            return Unknown(cause="timeout")
        if trade and trade.taken:
            return trade.taken[0]
        if not trade or not trade.is_open:
            return NotFound()
        return Closed() if trade.is_closed else Accepted(ref=key)

    def close(self, key: str, *, opened_at: datetime | None = None) -> Result:
        trade = self.trades.get(key)
        if trade and trade.is_open and not trade.taken:
            trade.is_closed = True
        return self.query(key)

    def refund(self, request: RefundRequest) -> Result:
        """Heard or not, answered or not; a number that is known is the same refund."""
        luck = self._chance.random()
        if luck < 0.1:
            return Unknown(cause="lost_before")
        paid_minor = sum(taken.amount_minor for taken in self.trades[request.charge_key].taken)
        # One in ten, and the second of every town: where chance alone decided, some seed would prove nothing of it.
        is_refused = self._chance.random() < 0.1 or (len(self.returned) == 1 and request.key not in self.returned)
        new = Returned(
            key=request.key, charge_key=request.charge_key, amount_minor=request.amount_minor, is_refused=is_refused
        )
        known = self.returned.setdefault(request.key, new)
        assert known.amount_minor == request.amount_minor, "one key, one refund"
        assert request.amount_minor <= paid_minor, "more than was ever taken"
        return Unknown(cause="lost_after") if luck < 0.25 else known.told()

    def query_refund(self, key: str, *, charge_key: str, opened_at: datetime) -> Result:
        """It takes its time, and now and then nothing is seen of it, or not until its statement has told it."""
        known = self.returned.get(key)
        if not known or self._chance.random() < 0.1:
            return NotFound()
        known.looks += 1
        if known.looks > 2 and not known.is_refused:
            if not known.done_at and self._chance.random() < 0.1:
                known.silent_until = self.now + timedelta(days=2)
            known.done_at = known.done_at or self.now
        if known.silent_until and self.now < known.silent_until:
            return NotFound()
        return known.told()

    def parse_notification(self, raw: RawRequest) -> Notification:
        letter = json.loads(raw.body)
        result = news.from_json(letter["news"])
        return Notification(
            message_key=letter["number"], kind=letter.get("kind", "charge"), key=letter["key"], result=result
        )

    def acknowledge(self, ok: bool) -> RawResponse:
        return RawResponse(status=200 if ok else 400, body=b"")

    def pay(self, key: str, *, at: datetime, amount_minor: int | None = None) -> Succeeded | None:
        """The money is taken; None where the page is closed or its time is over."""
        trade = self.trades[key]
        if trade.is_closed or at >= trade.expires_at:
            return None
        trade.is_open = True
        taken = Succeeded(
            ref=number_at("T", key, len(trade.taken)), amount_minor=amount_minor or trade.amount_minor, paid_at=at
        )
        trade.taken.append(taken)
        return taken

    def write(self, key: str, taken: Succeeded, *, after: timedelta) -> None:
        """A notice of it, that long after the payment."""
        self.letters.append((taken.paid_at + after, key, taken))

    def post(self, *, now: datetime) -> list[bytes]:
        """The notices whose time has come, in any order."""
        due = [letter for letter in self.letters if letter[0] <= now]
        self.letters = [letter for letter in self.letters if letter[0] > now]
        self._chance.shuffle(due)
        for _, key, _ in due:
            self.trades[key].is_silent = False
        return [self._letter(key, result) for _, key, result in due]

    def _letter(self, key: str, result: Result) -> bytes:
        # Each with a number of its own, so that a repeat is no repeat to whoever only compares messages.
        number = f"{self._chance.getrandbits(64):x}"
        return json.dumps({"number": number, "key": key, "news": news.to_json(result)}).encode()
