"""A channel that also takes money without the payer at the screen, in this process, with its own account of it."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from anqi.payments.channels.protocol import (
    Accepted,
    AnnounceRequest,
    CardBound,
    CardRequest,
    Closed,
    DebitRequest,
    DebitRules,
    Failed,
    MandateFound,
    MandateRequest,
    NotFound,
    Redirect,
    Result,
    Succeeded,
    Unknown,
)
from anqi.rows.days import day_of, end_of
from tests.simulation.rails import Rails, Trade, number_at

# What becomes of a debit: each fault one of twenty or so.
LUCK = {
    "at_once": 25, "later": 25, "twice": 5, "late": 5, "told_first": 5, "lost_before": 5, "lost_after": 5, "unknown": 5,
    "no_money": 6, "limit": 4, "fails_later": 5, "system": 6, "down": 3,
}  # fmt: skip
ANNOUNCING = {"told": 70, "refused": 5, "lost_before": 5, "lost_after": 5}
_WHY = {
    "no_money": ("balance",), "limit": ("amount_limit", "day_limit"), "fails_later": ("balance",),
    "system": ("system", "bank_closed"), "unknown": ("", "balance"),
}  # fmt: skip


class Lot:
    """What is drawn by weights, and counted; each kind once first, or some seed would prove nothing of it.

    From where it is named on, `only` that kind.
    """

    def __init__(self, chance: random.Random, weights: dict[str, int]) -> None:
        self._chance, self._weights = chance, weights
        self._first = chance.sample(list(weights), len(weights))
        self.drawn = dict.fromkeys(weights, 0)
        self.only = ""

    def draw(self) -> str:
        if self.only:
            return self.only
        [kind] = self._chance.choices(list(self._weights), list(self._weights.values()))
        kind = self._first.pop() if self._first else kind
        self.drawn[kind] += 1
        return kind

    def put_back(self, kind: str) -> None:
        """It came to nothing, and is the next one's."""
        self.drawn[kind] -= 1
        self._first.append(kind)


@dataclass(kw_only=True)
class Agreement:
    """By which a payer may be debited, as the channel has it: one that was signed, or a card that was bound."""

    key: str
    single_minor: int | None
    is_card: bool
    signed_at: datetime | None = None
    ended_at: datetime | None = None
    why_ended: str = ""

    @property
    def token(self) -> str:
        return f"G{self.key}"

    @property
    def holds(self) -> bool:
        return self.signed_at is not None and self.ended_at is None


@dataclass(frozen=True, kw_only=True)
class Announced:
    """What the channel has told the payer."""

    token: str
    amount_minor: int
    on: date
    told_on: date


@dataclass(kw_only=True)
class Debit:
    """One debit that the channel has; `known_at` is when it first told us the end of it."""

    key: str
    token: str
    amount_minor: int
    heard_at: datetime
    ends_at: datetime
    silent_until: datetime
    result: Succeeded | Failed
    known_at: datetime | None = None


@dataclass(kw_only=True)
class Desk(Rails):
    """`protocol.MandateChannel` and `CardChannel` beside what `Rails` is. It obeys, whatever it is asked to take:

    what was asked goes to `sees` first, which judges it. `tell` is how it tells before it answers. `lasting` is until
    when an account is without money, or its bank closed.
    """

    code: str
    rules: DebitRules
    chance: random.Random
    lucks: Lot
    tellings: Lot
    sees: Callable[["Desk", DebitRequest], None]
    tell: Callable[["Desk", bytes], None]
    agreements: dict[str, Agreement] = field(default_factory=dict)
    announced: dict[str, Announced] = field(default_factory=dict)
    debits: dict[str, Debit] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)
    down_until: datetime | None = None
    lasting: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    _news: list[tuple[datetime, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        Rails.__init__(self, self.chance)

    @property
    def is_down(self) -> bool:
        return self.down_until is not None and self.now < self.down_until

    def debit_rules(self) -> DebitRules:
        return self.rules

    def sign_mandate(self, request: MandateRequest) -> Result:
        new = Agreement(key=request.key, single_minor=request.single_minor, is_card=False)
        self.agreements.setdefault(new.token, new)
        return Accepted(action=Redirect(url=f"https://sign.test/{request.key}"))

    def query_mandate(self, key: str, *, opened_at: datetime) -> MandateFound | Result:
        known = self.agreements.get(f"G{key}")
        if self.is_down:
            return Unknown(cause="timeout")
        if known is None:
            return NotFound()
        if known.ended_at:
            return Failed(reason=known.why_ended, code="X")
        if known.signed_at is None:
            return Accepted()
        return MandateFound(ref=known.token, account="138****6021", signed_at=known.signed_at)

    def end_mandate(self, key: str, *, ref: str, why: str) -> Result:
        return self._end(ref)

    def open_card(self, request: CardRequest) -> Result:
        new = Agreement(key=request.key, single_minor=None, is_card=True)
        self.agreements.setdefault(new.token, new)
        return Accepted(action=Redirect(url=f"https://cards.test/{request.key}"))

    def query_card(self, key: str, *, opened_at: datetime) -> CardBound | Result:
        known = self.agreements.get(f"G{key}")
        if known and known.holds:
            return CardBound(token=known.token, bank="招商银行", last4="1234", kind="debit")
        return Closed() if known and known.ended_at else NotFound()

    def end_card(self, key: str, *, opened_at: datetime, token: str) -> Result:
        return self._end(token)

    def _end(self, token: str) -> Result:
        if self.is_down:
            return Unknown(cause="timeout")
        self.finish(self.agreements[token], "ended_by_us")
        return Closed()

    def finish(self, agreement: Agreement, why: str, *, writes: bool = False) -> None:
        """Nothing more is taken by it; a notice of that, or not a word."""
        if agreement.ended_at is None:
            agreement.ended_at, agreement.why_ended = self.now, why
        if writes:
            self.write_of(agreement)

    def write_of(self, agreement: Agreement) -> None:
        """A notice that there is news of it."""
        self._news.append((self.now, agreement.key))

    def announce(self, request: AnnounceRequest) -> Result:
        if self.is_down:
            return Unknown(cause="timeout")
        if not self.agreements[request.ref].holds:
            return Failed(reason="mandate_ended", code="X")
        if request.key in self.announced:
            return Accepted()
        luck = "told" if request.key in self.lost else self.tellings.draw()
        if luck == "refused":
            return Failed(reason="not_passed", code="X")
        if luck == "lost_before":
            self.lost.add(request.key)
            return Unknown(cause="timeout")
        self.announced[request.key] = Announced(
            token=request.ref, amount_minor=request.amount_minor, on=request.on, told_on=day_of(self.now)
        )
        return Unknown(cause="timeout") if luck == "lost_after" else Accepted()

    def debit(self, request: DebitRequest) -> Result:
        self.sees(self, request)
        known = self.debits.get(request.key)
        if known or self.is_down:
            return self._told(known) if known else Unknown(cause="timeout")
        is_certain = request.key in self.lost or self._lasts(request.token)
        luck = "later" if is_certain else self.lucks.draw()
        if luck in ("lost_before", "down"):
            self.lost.add(request.key)
            self.down_until = end_of(day_of(self.now)) if luck == "down" else self.down_until
            return Unknown(cause="timeout")
        heard = self._hear(request, luck)
        self._write_of(heard, luck)
        return Unknown(cause="timeout") if luck == "lost_after" else self._told(heard)

    def _hear(self, request: DebitRequest, luck: str) -> Debit:
        minutes = {"later": (1, 20), "fails_later": (5, 200)}.get(luck, (0, 0))
        silent = {"late": (20 * 60, 30 * 60), "unknown": (60, 8 * 60)}.get(luck, (0, 0))
        ends_at = self.now + timedelta(minutes=self.chance.randint(*minutes))
        why = self.chance.choice(_WHY.get(luck, ("",)))
        if luck in ("no_money", "system"):
            self.lasting[request.token] = (self.now + timedelta(hours=self.chance.randrange(110)), why)
        why = self._lasts(request.token) or why
        agreement = self.agreements[request.token]
        if not agreement.holds:
            why = "card_state" if agreement.is_card else "mandate_ended"
        trade = Trade(key=request.key, amount_minor=request.amount_minor, expires_at=self.now, is_open=True)
        taken = Succeeded(ref=number_at("D", request.key), amount_minor=request.amount_minor, paid_at=ends_at)
        trade.taken = [] if why else [taken]
        self.trades[request.key] = trade
        self.debits[request.key] = Debit(
            key=request.key, token=request.token, amount_minor=request.amount_minor, heard_at=self.now, ends_at=ends_at,
            silent_until=self.now + timedelta(minutes=self.chance.randint(*silent)),
            result=Failed(reason=why, code="X") if why else taken,
        )  # fmt: skip
        return self.debits[request.key]

    def _lasts(self, token: str) -> str:
        until, why = self.lasting.get(token, (self.now, ""))
        return why if self.now < until else ""

    def _write_of(self, debit: Debit, luck: str) -> None:
        """Its notices: at its end mostly, twice, a day later, or before the answer."""
        if luck == "told_first":
            debit.known_at = self.now
            self.tell(self, self._letter(debit.key, debit.result))
        elif luck in ("late", "twice") or (luck != "at_once" and self.chance.random() < 0.5):
            self.letters.append((max(debit.ends_at, debit.silent_until), debit.key, debit.result))
        if luck == "twice":
            again_at = debit.ends_at + timedelta(hours=self.chance.randrange(90))
            self.letters.append((again_at, debit.key, debit.result))

    def query_debit(self, key: str, *, opened_at: datetime) -> Result:
        if self.is_down:
            return Unknown(cause="timeout")
        known = self.debits.get(key)
        return self._told(known) if known else NotFound()

    def _told(self, debit: Debit) -> Result:
        if self.is_down or self.now < debit.silent_until:
            return Unknown(cause="timeout")
        if self.now < debit.ends_at:
            return Accepted(ref=debit.key)
        debit.known_at = debit.known_at or self.now
        return debit.result

    def post(self, *, now: datetime) -> list[bytes]:
        for _, key, _ in (letter for letter in self.letters if letter[0] <= now):
            if key in self.debits:
                self.debits[key].known_at = self.debits[key].known_at or now
        news, self._news = self._news, []
        return super().post(now=now) + [self._letter_of(key) for _, key in news]

    def _letter_of(self, key: str) -> bytes:
        number = f"{self.chance.getrandbits(64):x}"
        return json.dumps({"number": number, "kind": "mandate", "key": key, "news": {"kind": "accepted"}}).encode()

    @property
    def has_news(self) -> bool:
        return bool(self._news) or any(letter[0] <= self.now for letter in self.letters)
