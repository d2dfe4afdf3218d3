"""What shops are owed for each day, made from the books once the day is shut, and held against them.

Refused
├── NoSuchSettlement
└── BadPeriod
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from anqi.lending.models import Merchant, MerchantPayout, PayoutPart, Settlement, SettlementLine
from anqi.rows import sql
from anqi.rows.refusals import Refused

State = MerchantPayout.State
WAITING, READY = "waiting", "ready"
_WEEK = 7
_LONGEST = timedelta(days=366)


class NoSuchSettlement(Refused):
    """There is no such settlement."""

    code = "no_such_settlement"


class BadPeriod(Refused):
    """A period begins before it ends, and has at most 366 days; a month is written as 2026-09."""

    code = "bad_period"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A settlement, and the payout that pays it, or None."""

    row: Settlement
    payout: MerchantPayout | None
    ready_on: date
    state: str
    """waiting until it is ready, then ready, proposed, released, paid."""


@dataclass(frozen=True, kw_only=True)
class Differing:
    """A settlement that isn't what the books say, in fen."""

    merchant_id: UUID
    lender_id: UUID
    day: date
    kept_minor: int
    lines_minor: int
    posted_minor: int


def make(first: date, last: date, *, moved: str, now: datetime) -> None:
    """Keeps what each shop was owed for each of these days, which are shut, and by which orders. Again: nothing more.

    `moved` is a query that tells of loans (`ledger/payables.MOVED`).
    """
    told = _TOLD.format(moved=moved)
    sql.fetch(_MAKE.format(told=told), [first, last, now])
    sql.fetch(_LINES.format(told=told), [first, last])


def ready_on(day: date, merchant: Merchant) -> date:
    """The first day on which what the shop is owed for that day may be paid: the next one, or Monday."""
    weekly = merchant.settlement_cycle == Merchant.Cycle.WEEKLY
    return day + timedelta(days=_WEEK - day.weekday() if weekly else 1)


def refuse_bad_period(first: date, last: date) -> None:
    """Refuses BadPeriod."""
    if not first <= last or last - first > _LONGEST:
        raise BadPeriod


def of_merchant(
    merchant: Merchant, *, today: date, first: date | None = None, last: date | None = None
) -> list[Shown]:
    """The shop's settlements, newest first."""
    found = Settlement.objects.filter(merchant_id=merchant.id, day__gte=first or date.min, day__lte=last or date.max)
    return [_shown(row, merchant, today) for row in _with_payouts(found).order_by("-day", "id")]


def find(merchant: Merchant, settlement_id: UUID, *, today: date) -> Shown:
    """The shop's settlement. Refuses NoSuchSettlement, also where it is another shop's."""
    found = _with_payouts(Settlement.objects.filter(merchant_id=merchant.id, id=settlement_id)).first()
    if found is None:
        raise NoSuchSettlement
    return _shown(found, merchant, today)


def unpaid(*, today: date) -> list[Shown]:
    """All settlements that no payout has paid, the oldest first."""
    paid = PayoutPart.objects.filter(settlement=OuterRef("id"), ended_at=None, payout__state=State.PAID)
    found = _with_payouts(Settlement.objects.filter(~Exists(paid))).select_related("merchant")
    return [_shown(row, row.merchant, today) for row in found.order_by("day", "id")]


def free(merchant: Merchant, *, lender_id: UUID, currency: str, until: date, today: date) -> list[Settlement]:
    """What may be paid today and no payout pays, up to and with that day, the oldest first."""
    taken = PayoutPart.objects.filter(settlement=OuterRef("id"), ended_at=None)
    found = Settlement.objects.filter(
        ~Exists(taken), merchant_id=merchant.id, lender_id=lender_id, currency=currency, day__lte=until
    )
    return [row for row in found.order_by("day") if ready_on(row.day, merchant) <= today]


def lines(settlement_ids: list[UUID]) -> QuerySet[SettlementLine]:
    """The lines of these settlements with their orders and loans, day by day and order by order."""
    found = SettlementLine.objects.filter(settlement_id__in=settlement_ids)
    return found.select_related("settlement", "order", "loan").order_by(
        "settlement__day", "order__order_number", "kind", "id"
    )


def differing(*, owed: str) -> Iterator[Differing]:
    """Every settlement that isn't the sum of its lines and of its postings, of days that are finished or have some."""
    for merchant_id, lender_id, day, kept, summed, posted in sql.fetch(_DIFFERING.format(owed=owed), []):
        yield Differing(
            merchant_id=merchant_id, lender_id=lender_id, day=day, kept_minor=int(kept), lines_minor=int(summed),
            posted_minor=int(posted),
        )  # fmt: skip


def differing_lines(*, paid: str) -> Iterator[tuple[UUID, UUID]]:
    """(borrower id, line id) wherever the books don't show the payment that the line is booked for, or show another."""
    yield from sql.fetch(_DIFFERING_LINES.format(paid=paid), [])


def differing_payouts() -> Iterator[UUID]:
    """Payouts that aren't the sum of their settlements, and paid ones that some line isn't booked for."""
    for (payout_id,) in sql.fetch(_DIFFERING_PAYOUTS, []):
        yield payout_id


def _with_payouts(found: QuerySet[Settlement]) -> QuerySet[Settlement]:
    standing = PayoutPart.objects.filter(ended_at=None).select_related("payout__account")
    return found.select_related("lender").prefetch_related(Prefetch("parts", queryset=standing, to_attr="standing"))


def _shown(row: Settlement, merchant: Merchant, today: date) -> Shown:
    payout = next((part.payout for part in row.standing), None)  # type: ignore[attr-defined]
    ready = ready_on(row.day, merchant)
    state = payout.state if payout else READY if ready <= today else WAITING
    return Shown(row=row, payout=payout, ready_on=ready, state=state)


_TOLD = """
    select o.merchant_id, m.lender_id, m.currency, m.day, m.borrower_id, m.loan_id, l.order_id, m.kind,
        m.owed + m.fee as gross, m.fee, m.owed
    from ({moved}) m
    join lending_loan l on l.borrower_id = m.borrower_id and l.id = m.loan_id
    join lending_order o on o.borrower_id = l.borrower_id and o.id = l.order_id
"""
_MAKE = """
    insert into lending_settlement (
        id, merchant_id, lender_id, currency, day, shipped_minor, returned_minor, fee_minor, amount_minor, made_at)
    select gen_random_uuid(), merchant_id, lender_id, currency, day,
        coalesce(sum(gross) filter (where kind = 'shipped'), 0),
        coalesce(sum(gross) filter (where kind = 'returned'), 0), -sum(fee), sum(owed), $3::timestamptz
    from ({told}) told
    group by merchant_id, lender_id, currency, day
    having bool_or(gross <> 0 or fee <> 0)
    on conflict do nothing
"""
# What the planner knows of a table is older than this day, so that it takes the day's orders for a handful and would
# hold each against every shop's settlement. Told first, each is looked up by its shop.
_LINES = """
    with told as materialized ({told})
    insert into lending_settlement_line (borrower_id, id, settlement_id, order_id, loan_id, kind, amount_minor)
    select told.borrower_id, gen_random_uuid(), s.id, told.order_id, told.loan_id, part.kind, sum(part.amount)
    from told
    join lending_settlement s on s.merchant_id = told.merchant_id and s.lender_id = told.lender_id
        and s.currency = told.currency and s.day = told.day
    cross join lateral (values (told.kind, told.gross), ('fee', -told.fee)) as part (kind, amount)
    group by told.borrower_id, s.id, told.order_id, told.loan_id, part.kind
    having sum(part.amount) <> 0
    on conflict do nothing
"""
_DIFFERING = """
    select merchant_id, lender_id, day, sum(kept), sum(summed), sum(posted)
    from (
        select merchant_id, lender_id, currency, day, amount_minor as kept, 0 as summed, 0 as posted, true as is_final
            from lending_settlement
        union all
        select s.merchant_id, s.lender_id, s.currency, s.day, 0, line.amount_minor, 0, true
            from lending_settlement_line line join lending_settlement s on s.id = line.settlement_id
        union all
        select o.merchant_id, p.lender_id, p.currency, p.day, 0, 0, p.owed, p.is_finished
            from ({owed}) p
            join lending_loan l on l.borrower_id = p.borrower_id and l.id = p.loan_id
            join lending_order o on o.borrower_id = l.borrower_id and o.id = l.order_id
    ) sides
    group by merchant_id, lender_id, currency, day
    having bool_or(is_final) and (sum(kept) <> sum(posted) or sum(summed) <> sum(posted))
    order by day, merchant_id, lender_id
"""
_DIFFERING_LINES = """
    select coalesce(line.borrower_id, p.borrower_id), coalesce(line.id, p.cause_id)
    from (select borrower_id, id, case when booked_for is null then 0 else amount_minor end as wanted
        from lending_settlement_line) line
    full join ({paid}) p on p.borrower_id = line.borrower_id and p.cause_id = line.id
    where coalesce(line.wanted, 0) <> coalesce(p.paid, 0)
    order by 1, 2
"""
_DIFFERING_PAYOUTS = """
    select payout.id from lending_merchant_payout payout
    where payout.amount_minor <> (
            select coalesce(sum(s.amount_minor), 0) from lending_payout_part part
            join lending_settlement s on s.id = part.settlement_id and s.amount_minor = part.amount_minor
            where part.payout_id = payout.id)
        or payout.state = 'paid' and not payout.is_booking and exists (
            select from lending_payout_part part
            join lending_settlement_line line on line.settlement_id = part.settlement_id
            where part.payout_id = payout.id and line.booked_for is distinct from payout.id)
    order by payout.id
"""
