"""The lines of our bank account: kept once, in one chain, and what each was taken as.

Refused
├── LineChanged          a line that we have, with other figures
└── FileMissing          the file neither follows what we have nor goes before it
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Max, Min, QuerySet

from anqi.payments.bank_files import Line
from anqi.payments.channels.bank import reference as reference_of
from anqi.payments.channels.bank import references_in
from anqi.payments.channels.protocol import Failed, Result, Succeeded
from anqi.payments.models import BankLine, BankStatement
from anqi.payments.numbers import number_for
from anqi.payments.remitters import remitter
from anqi.rows import sql
from anqi.rows.ids import uuid7
from anqi.rows.refusals import Refused

State = BankLine.State


class LineChanged(Refused):
    """Line {line} is known, but with other figures."""

    code = "line_changed"


class FileMissing(Refused):
    """Line {line} doesn't follow what is known of the account: a file between is missing."""

    code = "file_missing"


@dataclass(frozen=True, kw_only=True)
class Ours:
    """A number of ours that a line may state: of which kind, and for what we pay how much it is, in fen."""

    kind: str
    key: str
    amount_minor: int


@dataclass(frozen=True, kw_only=True)
class News:
    """What a line says of a charge, a refund or a payment to a shop, as a channel's message does."""

    kind: str
    key: str
    result: Result
    serial: str


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What a file had that was new, and what came of it."""

    rows: list[BankLine]
    news: list[News]
    returned: list[str]
    """References of lines that were sent back, and whose money has left by now."""


def hold(account: str) -> None:
    """Of two files of the account at once, the second waits until the first is in."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"bank:{account}"])


def statement(account: str, sha256: str) -> BankStatement | None:
    """The statement with those very bytes."""
    return BankStatement.objects.defer("raw").filter(account=account, sha256=sha256).first()


def place(account: str, lines: Sequence[Line]) -> list[tuple[int, Line]]:
    """The new ones among the lines, each with its place in the account's chain. Hold the account.

    Refuses LineChanged and FileMissing.
    """
    kept = BankLine.objects.filter(account=account)
    ends = kept.aggregate(first=Min("seq"), last=Max("seq"))
    if ends["first"] is None:
        return list(enumerate(lines, start=1))
    known = _known(account, lines)
    old = [place for place, line in enumerate(lines) if line.serial in known]
    if not old:
        return _beside(kept, ends, lines)
    earlier, later = lines[: old[0]], lines[old[-1] + 1 :]
    if earlier and known[lines[old[0]].serial] != ends["first"]:
        raise FileMissing(line=earlier[-1].number)
    if later and known[lines[old[-1]].serial] != ends["last"]:
        raise FileMissing(line=later[0].number)
    if old[-1] - old[0] + 1 != len(old):
        raise FileMissing(line=next(line for line in lines[old[0] :] if line.serial not in known).number)
    return [*_before(ends["first"], earlier), *enumerate(later, start=ends["last"] + 1)]


def _known(account: str, lines: Sequence[Line]) -> dict[str, int]:
    """The place of each line that we have. Refuses LineChanged."""
    found = BankLine.objects.filter(account=account, serial__in=[line.serial for line in lines])
    kept = {row[0]: row[1:] for row in found.values_list("serial", "seq", "amount_minor", "balance_minor", "at")}
    for line in lines:
        if line.serial in kept and kept[line.serial][1:] != (line.amount_minor, line.balance_minor, line.at):
            raise LineChanged(line=line.number)
    return {serial: row[0] for serial, row in kept.items()}


def _beside(kept: QuerySet[BankLine], ends: Mapping[str, int], lines: Sequence[Line]) -> list[tuple[int, Line]]:
    first, last = kept.get(seq=ends["first"]), kept.get(seq=ends["last"])
    if lines[0].at >= last.at and lines[0].before_minor == last.balance_minor:
        return list(enumerate(lines, start=last.seq + 1))
    if lines[-1].at <= first.at and lines[-1].balance_minor == first.balance_minor - first.amount_minor:
        return _before(first.seq, lines)
    raise FileMissing(line=lines[0].number)


def _before(seq: int, lines: Sequence[Line]) -> list[tuple[int, Line]]:
    return list(enumerate(lines, start=seq - len(lines)))


def take(
    account: str, statement_id: UUID, placed: Sequence[tuple[int, Line]], *,
    to_shops: Callable[[Sequence[str]], Iterable[tuple[str, int]]],
) -> Taken:  # fmt: skip
    """The rows of these lines, not yet kept, and what they say. Two statements, however many lines.

    `to_shops` gives number and amount of the payments to shops whose numbers end so.
    """
    stated = {line.serial: references_in(line.memo) for _, line in placed}
    references = {each for found in stated.values() for each in found}
    ours = _ours(references, to_shops(tails_of(references)))
    taken = Taken(rows=[], news=[], returned=[])
    for seq, line in placed:
        state, key = _settle(line, [ours[each] for each in stated[line.serial] if each in ours], taken)
        taken.rows.append(BankLine(
            id=uuid7(), statement_id=statement_id, account=account, serial=line.serial, seq=seq, number=line.number,
            at=line.at, amount_minor=line.amount_minor, balance_minor=line.balance_minor, name=line.name,
            payer_account=line.account, memo=line.memo, state=state, key=key,
        ))  # fmt: skip
    return taken


def _settle(line: Line, stated: Sequence[Ours], taken: Taken) -> tuple[str, str]:
    """What the line is, by what it states; a person is to say where it states nothing, or too much.

    A channel's waits for the channel's own word.
    """
    news = _news(line, stated)
    if news:
        taken.news.append(news)
        return State.TAKEN, news.key
    sent_back = [each for each in stated if each.kind == "line" and each.amount_minor == -line.amount_minor]
    if len(sent_back) == 1:
        taken.returned.append(sent_back[0].key)
        return State.TAKEN, sent_back[0].key
    if not stated and remitter(line.name, line.memo):
        return State.CHANNEL, ""
    return (State.WAITING if line.amount_minor > 0 else State.OTHER), ""


def _news(line: Line, stated: Sequence[Ours]) -> News | None:
    charges = [each for each in stated if each.kind == "charge"]
    made = [each for each in stated if each.kind in ("refund", "settlement")]
    if line.amount_minor > 0 and len(charges) == 1:
        return arrived(line.serial, line.amount_minor, line.at, key=charges[0].key)
    if len(made) != 1:
        return None
    [one] = made
    if line.amount_minor < 0:
        result: Result = Succeeded(ref=line.serial, amount_minor=-line.amount_minor, paid_at=line.at)
    elif line.amount_minor == one.amount_minor:
        # The payee's bank didn't take it, and sends it back with what was stated.
        result = Failed(reason="returned", code=line.serial, at=line.at)
    else:
        return None
    return News(kind=one.kind, key=one.key, result=result, serial=line.serial)


def arrived(serial: str, amount_minor: int, at: datetime, *, key: str) -> News:
    """So much came for that charge."""
    return News(
        kind="charge", key=key, result=Succeeded(ref=serial, amount_minor=amount_minor, paid_at=at), serial=serial
    )


def tails_of(references: Iterable[str]) -> list[str]:
    """The last digits of the numbers behind these references, with the letters that stand for several digits each."""
    return [each[2:-1].lower() for each in sorted(set(references))]


def _ours(references: Iterable[str], to_shops: Iterable[tuple[str, int]]) -> dict[str, Ours]:
    """The numbers of ours behind these references; of two that share one, neither."""
    wanted = sorted(set(references))
    if not wanted:
        return {}
    rows = sql.fetch(_FIND, [tails_of(wanted), wanted])
    found: dict[str, list[Ours]] = {}
    for kind, key, amount_minor in (*rows, *(("settlement", key, minor) for key, minor in to_shops)):
        reference = key if kind == "line" else reference_of(key)
        found.setdefault(reference, []).append(Ours(kind=kind, key=key, amount_minor=int(amount_minor)))
    return {reference: ours[0] for reference, ours in found.items() if reference in wanted and len(ours) == 1}


_FIND = """
    select o.kind, o.key, coalesce(r.amount_minor, 0)
    from payments_channel_order o
    left join payments_refund r on o.kind = 'refund' and r.borrower_id = o.borrower_id and r.key = o.key
    where o.channel = 'bank' and translate(right(o.key, 8), 'oil', '011') = any($1::text[])
    union all
    select 'line', returns_as, amount_minor from payments_bank_line where returns_as = any($2::text[])
"""


def keep(kept: BankStatement, taken: Taken) -> None:
    """The statement with its new lines, and the end of what was sent back before."""
    BankStatement.objects.bulk_create([kept])
    BankLine.objects.bulk_create(taken.rows)
    if taken.returned:
        BankLine.objects.filter(returns_as__in=taken.returned, state=State.RETURNING).update(state=State.RETURNED)


def lock(line_id: UUID) -> BankLine:
    """The line, held until the transaction ends. Raises BankLine.DoesNotExist."""
    return BankLine.objects.select_for_update().get(id=line_id)


def return_reference() -> str:
    """What is stated when a line's money is sent back."""
    return reference_of(number_for("ab", uuid7()))


def note(line: BankLine, **changes: object) -> None:
    """What has been asked for or decided about the line."""
    for name, value in changes.items():
        setattr(line, name, value)
    BankLine.objects.filter(id=line.id).update(**changes)
