"""Where a channel's statements of each day are made, from its own account, and what goes wrong with them."""

import io
import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from anqi.payments.channels.protocol import NotReady
from anqi.payments.statements import Statement
from tests.planting import at
from tests.simulation.channel_books import KINDS, ChannelBooks, is_cost
from tests.simulation.desks import Lot
from tests.simulation.reading import rows
from tests.simulation.story import OPENS_ON, Story
from tools.statements import bent
from tools.statements.movements import Movement
from tools.statements.papers import WRITERS

# What becomes of a file: each fault one of twenty or so.
LUCK = {
    "right": 65, "late": 5, "no_answer": 5, "cut": 5, "of_another_day": 3, "empty": 2, "missing": 5, "duplicate": 5,
    "amount": 4, "fee": 4, "extra": 5, "unknown_state": 3, "next_day": 5,
}  # fmt: skip
_ABOUT_THE_FILE = ("right", "late", "no_answer", "cut", "of_another_day")
_ACCOUNTS = {"alipay": "2088000000000001", "wechat": "1900000109", "unionpay": "777290058110048"}
_THERE_AT = {"alipay": 9, "wechat": 10, "unionpay": 0}
_FOUND_AS = dict.fromkeys(("missing", "empty", "next_day"), "missing_with_them") | {"extra": "missing_with_us"}
# The numbers of what the lender knows by now to have moved.
_HEARD = """
    select ref from payments_payment where channel = %s
    union all select ref from payments_refund where channel = %s and state = 'succeeded'
    union all select ref from payments_payout where channel = %s and state in ('succeeded', 'returned')
"""


@dataclass(frozen=True, kw_only=True)
class Plant:
    """A difference that a file of the bureau's makes: theirs less ours in fen. One that `goes` may go by itself."""

    channel: str
    day: date
    statement_kind: str
    kind: str
    key: str
    off_minor: int
    goes: bool = False


@dataclass(kw_only=True)
class Printed:
    """A file as it was made: what it tells, and from when on it can be had without a fault."""

    told: list[Movement]
    luck: str
    well_at: datetime
    tries: int = 0


@dataclass(kw_only=True)
class Bureau:
    """`protocol.StatementChannel`. A file is made once, and its day's before the next one's."""

    books: ChannelBooks
    chance: random.Random
    lucks: Lot
    story: Story
    planted: list[Plant] = field(default_factory=list)
    printed: dict[tuple[date, str], Printed] = field(default_factory=dict)
    now: datetime = field(default_factory=lambda: at(OPENS_ON))
    _put_off: dict[tuple[date, str], list[Movement]] = field(default_factory=dict)
    _next_on: date = OPENS_ON

    @property
    def code(self) -> str:
        return self.books.code

    def statement_kinds(self) -> tuple[str, ...]:
        return KINDS[self.code]

    def statement(self, day: date, *, kind: str) -> Statement:
        if self.now < at(day + timedelta(days=1), _THERE_AT[self.code]):
            raise NotReady
        self._print_until(day)
        printed = self.printed[day, kind]
        printed.tries += 1
        if self.now < printed.well_at:
            if printed.luck == "late":
                raise NotReady
            if printed.luck == "no_answer":
                raise OSError("no clear answer")
            return self.handed_in(self._broken(printed, day, kind), day=day, kind=kind)
        if self.is_none(day, kind):
            raise NotReady
        return self.handed_in(self.file(day, kind), day=day, kind=kind)

    def handed_in(self, file: bytes, *, day: date, kind: str) -> Statement:
        return Statement(channel=self.code, kind=kind, day=day, account=_ACCOUNTS[self.code], file=file)

    def file(self, day: date, kind: str) -> bytes:
        """As it was made; of what it tells some may be wrong."""
        file = io.BytesIO()
        WRITERS[self.code, kind](file, self.printed[day, kind].told, day, _ACCOUNTS[self.code])
        return file.getvalue()

    def is_none(self, day: date, kind: str) -> bool:
        """WeChat makes none of a day without a movement."""
        printed = self.printed[day, kind]
        return self.code == "wechat" and not printed.told and printed.luck in _ABOUT_THE_FILE

    def put_right(self, day: date) -> None:
        """Somebody has called: from now on the day's files can be had."""
        self._print_until(day)
        for kind in self.statement_kinds():
            self.printed[day, kind].well_at = self.now

    def _broken(self, printed: Printed, day: date, kind: str) -> bytes:
        file = self.file(day, kind)
        if printed.luck == "cut":
            return file[: self.chance.randrange(len(file))]
        return self.file(day - timedelta(days=1), kind)

    def _print_until(self, day: date) -> None:
        while self._next_on <= day:
            for kind in self.statement_kinds():
                self.printed[self._next_on, kind] = self._print(self._next_on, kind)
            self._next_on += timedelta(days=1)

    def _print(self, day: date, kind: str) -> Printed:
        own, put_off = self.books.movements(day, kind), self._put_off.pop((day, kind), [])
        able, luck = [each for each in own if not is_cost(each)], "right"
        if able and not put_off:
            luck = self.lucks.draw()
            able = [each for each in able if self._may(luck, each, own)]
            if (luck not in _ABOUT_THE_FILE and not able) or self._is_alike(luck, day):
                self.lucks.put_back(luck)
                luck = "right"
        told = own if luck in _ABOUT_THE_FILE else self._bent(luck, own, self.chance.choice(able), day, kind)
        for each in put_off:
            self._plant("other_day", each, day, kind, off_minor=each.amount_minor, goes=True)
        if luck != "right":
            self.story.tell(self.now, f"{self.code}'s {kind} of {day}: {luck}")
        well_at = self.now + timedelta(hours=self.chance.randint(1, 96))
        return Printed(told=[*put_off, *told], luck=luck, well_at=well_at if luck in _ABOUT_THE_FILE[1:] else self.now)

    def _may(self, luck: str, each: Movement, own: list[Movement]) -> bool:
        """Only this file tells that a payout came back, and when; and what is told wrong must not be news."""
        if luck in ("unknown_state", "amount"):
            return each.kind != "returned" and each.ref in self._heard()
        if luck == "fee":
            return bool(each.fee_minor) and each.kind != "refund"
        if luck == "empty":
            return all(other.kind != "returned" for other in own)
        return each.kind != "returned"

    def _heard(self) -> set[str]:
        return {row["ref"] for row in rows(_HEARD, *[self.code] * 3)}

    def _is_alike(self, luck: str, day: date) -> bool:
        """WeChat's files don't say of which day they are; and there is none before the first."""
        return luck == "of_another_day" and (self.code == "wechat" or day == OPENS_ON)

    def _bent(self, luck: str, own: list[Movement], which: Movement, day: date, kind: str) -> list[Movement]:
        if luck == "empty":
            for each in own:
                if not is_cost(each):
                    self._plant(_FOUND_AS[luck], each, day, kind, off_minor=-each.amount_minor)
            return []
        told = bent(which, "missing" if luck == "next_day" else luck)
        if luck == "next_day":
            self._put_off[day + timedelta(days=1), kind] = [which]
        off_minor = sum(each.amount_minor for each in told) - which.amount_minor
        about = told[-1] if luck == "extra" else which
        self._plant(_FOUND_AS.get(luck, luck), about, day, kind, off_minor=off_minor, goes=luck == "next_day")
        place = own.index(which)
        return [*own[:place], *told, *own[place + 1 :]]

    def _plant(
        self, found_as: str, each: Movement, day: date, kind: str, *, off_minor: int, goes: bool = False
    ) -> None:
        self.planted.append(Plant(
            channel=self.code, day=day, statement_kind=kind, kind=found_as, key=each.key, off_minor=off_minor, goes=goes,
        ))  # fmt: skip
        self.story.tell(self.now, f"{self.code}'s {kind} of {day}: {found_as} {each.kind} {each.key}, {off_minor:+}")
