"""What channels remit to our bank account: told by their files, and found among the bank's lines."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Q, QuerySet

from anqi.payments import clearing_days, kept_statements
from anqi.payments.models import BankLine, ChannelStatement, ReconciliationDay, Remittance
from anqi.payments.remitters import remitter
from anqi.payments.statements import Row
from anqi.rows.days import day_of
from anqi.rows.ids import uuid7

State, LineState = Remittance.State, BankLine.State
OPEN = (State.TOLD, State.DIFFERING, State.ASKED)
# Which file of each channel tells what left for the bank, and what was kept as fees.
TELLING = {"alipay": "funds", "wechat": "funds", "unionpay": "clearing"}
# So many days after the channel's word its line may come by itself; a day before, where the bank is quicker.
_WINDOW, _AHEAD = timedelta(days=10), timedelta(days=1)
# So far from its day a number may still be named.
_NAMED_WITHIN = timedelta(days=60)
# Shorter ones might stand in a remark by chance.
_SHORTEST_REF = 8


@dataclass(frozen=True, kw_only=True)
class Told:
    """One amount that a file says has left for our bank, in fen; below zero what the channel took from there."""

    ref: str
    nth: int
    amount_minor: int
    at: datetime


def hold() -> None:
    """Whoever pairs remittances with lines, by itself or by hand, is alone until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended('remittances', 0))")


def read(kept: ChannelStatement) -> list[Told]:
    """What the file tells. A clearing file names none: what it comes to, less the fees, is remitted as one amount.

    StatementUnreadable where it can't be read any more.
    """
    rows = [row for row in kept_statements.open_again(kept).rows() if row.state not in ("open", "failed")]
    if kept.kind == "clearing":
        return _netted(kept, rows)
    nth: Counter[str] = Counter()
    told = []
    for row in rows:
        if row.kind == "remittance" and row.amount_minor:
            nth[row.ref] += 1
            # What leaves the channel's account comes to the bank's.
            told.append(Told(ref=row.ref, nth=nth[row.ref], amount_minor=-row.amount_minor, at=row.at))
    return told


def _netted(kept: ChannelStatement, rows: Iterable[Row]) -> list[Told]:
    net_minor = sum(row.amount_minor - row.fee_minor for row in rows)
    _, ends = clearing_days.bounds(kept.channel, kept.day)
    return [Told(ref=f"{kept.day:%Y%m%d}", nth=1, amount_minor=net_minor, at=ends)] if net_minor else []


def keep(kept: ChannelStatement, told: Iterable[Told], *, now: datetime) -> None:
    """The day's remittances as its file tells them. Hold them.

    Another version of the file changes what is open. Of what has arrived people say what another word means.
    """
    stated = {(each.ref, each.nth): each for each in told}
    known = {(row.ref, row.nth): row for row in Remittance.objects.filter(channel=kept.channel, day=kept.day)}
    Remittance.objects.bulk_create(
        Remittance(
            id=uuid7(), channel=kept.channel, day=kept.day, ref=each.ref, nth=each.nth, amount_minor=each.amount_minor,
            told_at=each.at, statement_id=kept.id, found_at=now,
        )
        for place, each in stated.items() if place not in known
    )  # fmt: skip
    for place, row in known.items():
        _tell_again(row, stated.get(place), kept)


def _tell_again(row: Remittance, told: Told | None, kept: ChannelStatement) -> None:
    stated: dict[str, Any] = {"is_told": False}
    if told:
        stated = {"is_told": True, "amount_minor": told.amount_minor, "told_at": told.at, "statement_id": kept.id}
    if (row.is_told, row.amount_minor) == (bool(told), told.amount_minor if told else row.amount_minor):
        note(row, **stated)
        return
    state = State.DIFFERING if row.line_id else State.TOLD if told else State.DISMISSED
    note(row, **stated, state=state, reason="", asked_by=None, asked_at=None, decided_by=None, ended_at=None)


def pair(*, now: datetime) -> list[Remittance]:
    """Those that have found their line by themselves: by the channel's number in it, or by channel, days and amount.

    Under its number another amount is no arrival, and waits for people. Of several alike the first goes with the
    first. Hold them.
    """
    waiting = list(Remittance.objects.filter(state=State.TOLD).order_by("told_at", "id"))
    arrived = _told_alike(now)
    lines = list(free_lines()) if waiting else []
    # A line that names one is no other's, though the amount be the same: it may have come twice.
    refs = _refs(lines)
    nameless = [line for line in lines if not _names_any(line, refs)]
    for is_it, among in ((_is_named, lines), (_is_alike, nameless)):
        for row in waiting:
            line = next((line for line in among if row.line_id is None and is_it(row, line)), None)
            if line is None:
                continue
            among.remove(line)
            if line.amount_minor == row.amount_minor:
                arrive(row, line, now=now)
                arrived.append(row)
            else:
                note(row, state=State.DIFFERING, line_id=line.id)
    return arrived


def _refs(lines: Sequence[BankLine]) -> list[str]:
    """The numbers that channels have told about the days of these lines."""
    if not lines:
        return []
    days = [day_of(line.at) for line in lines]
    told = Remittance.objects.filter(day__range=(min(days) - _NAMED_WITHIN, max(days) + _NAMED_WITHIN))
    return [ref for ref in told.values_list("ref", flat=True) if len(ref) >= _SHORTEST_REF]


def _names_any(line: BankLine, refs: Iterable[str]) -> bool:
    return any(ref in line.memo for ref in refs)


def _told_alike(now: datetime) -> list[Remittance]:
    """What differed from its line until a later file told it as the bank does."""
    found = Remittance.objects.filter(state=State.DIFFERING, is_told=True, amount_minor=F("line__amount_minor"))
    alike = list(found.select_related("line"))
    for row in alike:
        assert row.line
        arrive(row, row.line, now=now)
    return alike


def free_lines() -> QuerySet[BankLine]:
    """Channels' lines of which no channel has told, the earliest first."""
    taken = Remittance.objects.exclude(line=None).values("line_id")
    return BankLine.objects.filter(state=LineState.CHANNEL).exclude(id__in=taken).order_by("at", "seq")


def _is_named(row: Remittance, line: BankLine) -> bool:
    return len(row.ref) >= _SHORTEST_REF and row.ref in line.memo and remitter(line.name, line.memo) == row.channel


def _is_alike(row: Remittance, line: BankLine) -> bool:
    day = day_of(line.at)
    return (
        line.amount_minor == row.amount_minor and remitter(line.name, line.memo) == row.channel
        and row.day - _AHEAD <= day <= row.day + _WINDOW
    )


def arrive(row: Remittance, line: BankLine, *, now: datetime, by: UUID | None = None) -> None:
    """It is that line of the bank's."""
    note(row, state=State.ARRIVED, line_id=line.id, decided_by=by, ended_at=now)
    BankLine.objects.filter(id=line.id).update(state=LineState.TAKEN, key=str(row.id))


def note(row: Remittance, **changes: object) -> None:
    """What has become of it."""
    for name, value in changes.items():
        setattr(row, name, value)
    Remittance.objects.filter(id=row.id).update(**changes)


def lock(remittance_id: UUID) -> Remittance | None:
    """The remittance with its line, locked until the transaction ends."""
    found = Remittance.objects.select_for_update(of=("self",)).select_related("line")
    return found.filter(id=remittance_id).first()


def balances(row: Remittance, *, in_transit: str) -> dict[str, int]:
    """What the books must have of it, in fen: what came to the bank left the channel, and what didn't come was kept."""
    if row.state != State.ARRIVED:
        return {}
    assert row.line, "what has arrived has its line"
    told_minor = row.amount_minor if row.is_told else 0
    arrived_minor = row.line.amount_minor
    return {"bank": arrived_minor, "channel_fees": told_minor - arrived_minor, in_transit: -told_minor}


def unlearned() -> list[tuple[str, date]]:
    """(channel, day) of what was matched by a file from which nothing was learned, the oldest first."""
    unlike = ~Q(learned_from=F("statement_id")) | Q(learned_from=None)
    found = ReconciliationDay.objects.filter(_telling(), unlike).exclude(statement=None)
    return list(found.order_by("day", "channel").values_list("channel", "day"))


def told_day(channel: str, day: date) -> ReconciliationDay | None:
    """The channel's day as the file has it that tells its remittances; None where it isn't matched."""
    found = ReconciliationDay.objects.filter(_telling(), channel=channel, day=day).exclude(statement=None)
    return found.select_related("statement").defer("statement__raw").first()


def mark_learned(matched: ReconciliationDay) -> None:
    """What its file tells is in the books."""
    ReconciliationDay.objects.filter(id=matched.id).update(learned_from=matched.statement_id)


def _telling() -> Q:
    return reduce(or_, (Q(channel=channel, kind=kind) for channel, kind in TELLING.items()))
