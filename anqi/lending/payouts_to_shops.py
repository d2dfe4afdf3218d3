"""Payments to shops: the settlements that each one pays, and how far it has come.

Refused
├── NothingDue
├── BelowLeast       due_minor, least_minor
├── NoSuchPayout
├── PayoutDecided    state
├── NotReported
└── BadDay
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet

from anqi.lending import shop_accounts
from anqi.lending.models import (
    Merchant,
    MerchantAccount,
    MerchantPayout,
    PayoutPart,
    Settlement,
    SettlementLine,
)
from anqi.rows import sql
from anqi.rows.refusals import Refused

State = MerchantPayout.State
OPEN = (State.PROPOSED, State.RELEASED)
PAGE = 100
# For queries of other rooms: whose numbers the bank's lines may state, and what was made, above zero what came back.
NUMBERED = "select number, doubt <> '' as is_doubtful from lending_merchant_payout"
MADE = """
    select number, paid_on as day, -amount_minor as amount, is_booking
        from lending_merchant_payout where paid_on is not null
    union all
    select number, returned_on, amount_minor, is_booking
        from lending_merchant_payout where paid_on is not null and returned_on is not null
"""


class NothingDue(Refused):
    """Nothing of this shop is to be paid now."""

    code = "nothing_due"


class BelowLeast(Refused):
    """{due_minor} fen are due, and this shop is paid from {least_minor} fen on."""

    code = "below_least"


class NoSuchPayout(Refused):
    """There is no such payout."""

    code = "no_such_payout"


class PayoutDecided(Refused):
    """This can't be done any more to a payout that is {state}."""

    code = "payout_decided"


class NotReported(Refused):
    """Nobody has said yet what became of it at the bank."""

    code = "not_reported"


class BadDay(Refused):
    """A payment is made between the day of its release and today."""

    code = "bad_day"


def put(
    id: UUID, *, number: str, merchant: Merchant, account: MerchantAccount, settlements: Sequence[Settlement],
    actor_id: UUID, now: datetime,
) -> MerchantPayout:  # fmt: skip
    """A payout for these settlements, all of one lender; lock the shop first. Refuses NothingDue, BelowLeast."""
    due_minor = sum(each.amount_minor for each in settlements)
    if due_minor <= 0:
        raise NothingDue
    if due_minor < merchant.settlement_least_minor:
        raise BelowLeast(due_minor=due_minor, least_minor=merchant.settlement_least_minor)
    payout = MerchantPayout.objects.create(
        id=id, number=number, merchant=merchant, lender_id=settlements[0].lender_id, account=account,
        currency=settlements[0].currency, amount_minor=due_minor, proposed_by=actor_id, proposed_at=now,
        changed_at=now,
    )  # fmt: skip
    PayoutPart.objects.bulk_create(
        PayoutPart(payout=payout, settlement=each, amount_minor=each.amount_minor) for each in settlements
    )
    return payout


def lock(payout_id: UUID) -> MerchantPayout:
    """The payout with its shop and account, locked. Refuses NoSuchPayout."""
    found = MerchantPayout.objects.select_for_update(of=("self",), no_key=True).select_related("merchant", "account")
    payout = found.filter(id=payout_id).first()
    if payout is None:
        raise NoSuchPayout
    return payout


def find(payout_id: UUID) -> MerchantPayout | None:
    """The payout as it stands, not locked."""
    return MerchantPayout.objects.select_related("merchant", "account").filter(id=payout_id).first()


def numbered(number: str) -> UUID | None:
    """The id of the payout that the bank knows by this number."""
    return MerchantPayout.objects.filter(number=number).values_list("id", flat=True).first()


def ending_in(tails: Sequence[str]) -> list[tuple[str, int]]:
    """Number and amount, in fen, of the payouts whose numbers end so, where l and i stand for 1, and o for 0."""
    found = sql.fetch(_ENDING_IN, [list(tails)]) if tails else []
    return [(number, int(amount_minor)) for number, amount_minor in found]


_ENDING_IN = """
    select number, amount_minor from lending_merchant_payout
    where translate(right(number, 8), 'oil', '011') = any($1::text[])
"""


def move(payout: MerchantPayout, *, now: datetime, **changes: Any) -> None:
    """The payout reached a state, or more is known of it."""
    changes["changed_at"] = now
    for name, value in changes.items():
        setattr(payout, name, value)
    payout.save(update_fields=list(changes))


def free_settlements(payout: MerchantPayout, *, now: datetime) -> None:
    """What the payout was to pay, or has paid in vain, is owed again."""
    PayoutPart.objects.filter(payout=payout, ended_at=None).update(ended_at=now)


def hand_over(file_id: UUID, *, now: datetime) -> int:
    """How many released payouts that were in no file yet are in this one now."""
    released = MerchantPayout.objects.filter(state=State.RELEASED, file_id=None)
    return released.update(file_id=file_id, changed_at=now)


def in_file(file_id: UUID) -> list[MerchantPayout]:
    """The payouts that were handed over together, by number, with their accounts."""
    found = MerchantPayout.objects.filter(file_id=file_id).select_related("account", "merchant")
    return list(found.order_by("number"))


def to_book(*, limit: int) -> list[MerchantPayout]:
    """Payouts that the books still have to follow, the earliest first."""
    return list(MerchantPayout.objects.filter(is_booking=True).order_by("changed_at", "id")[:limit])


def waiting_lines(payout: MerchantPayout) -> list[tuple[UUID, UUID]]:
    """(borrower id, line id) of what of the payout the books don't show yet, borrower by borrower.

    Of one that came back: what the books still show as paid by it. Nothing once all is booked.
    """
    if not payout.is_booking:
        return []
    found = SettlementLine.objects.filter(_waits(payout), settlement__parts__payout=payout)
    return list(found.order_by("borrower_id", "id").values_list("borrower_id", "id"))


def lines_to_book(payout: MerchantPayout, lines: Iterable[tuple[UUID, UUID]]) -> list[SettlementLine]:
    """Those of these lines of the payout, now locked, that still wait, borrower by borrower.

    By their keys alone: a large shop's settlement is not read once more for every hundred of its borrowers.
    """
    found = _keyed(lines).filter(_waits(payout)) if payout.is_booking else SettlementLine.objects.none()
    return list(found.order_by("borrower_id", "id"))


def _waits(payout: MerchantPayout) -> Q:
    return Q(booked_for=None) if payout.state == State.PAID else Q(booked_for=payout.id)


def _keyed(lines: Iterable[tuple[UUID, UUID]]) -> QuerySet[SettlementLine]:
    borrower_ids, ids = zip(*lines, strict=True)
    return SettlementLine.objects.filter(borrower_id__in=set(borrower_ids), id__in=ids)


def is_booked(payout: MerchantPayout) -> bool:
    """Whether nothing of it is left to book, nor waits for an earlier payout's return to be booked."""
    of_it = SettlementLine.objects.filter(settlement__parts__payout=payout)
    if payout.state == State.PAID:
        return not of_it.filter(~Q(booked_for=payout.id) | Q(booked_for=None)).exists()
    return not of_it.filter(booked_for=payout.id).exists()


def mark(lines: Iterable[SettlementLine], payout_id: UUID | None) -> None:
    """The books show these lines as paid by that payout, or no longer as paid."""
    _keyed((line.borrower_id, line.id) for line in lines).update(booked_for=payout_id)


def of_merchant(merchant_id: UUID) -> list[MerchantPayout]:
    """The shop's payouts, newest first."""
    found = MerchantPayout.objects.filter(merchant_id=merchant_id).select_related("account", "lender")
    return list(found.order_by("-proposed_at")[:PAGE])


def ended_since(day: date) -> list[MerchantPayout]:
    """The payouts that were paid, or came back, on that day or later."""
    paid = Q(state=State.PAID, paid_on__gte=day)
    return list(MerchantPayout.objects.filter(paid | Q(state=State.RETURNED, returned_on__gte=day)))


def files() -> list[tuple[UUID, datetime, int]]:
    """The latest files for the bank, newest first: id, when one of its payouts last changed, how many there are."""
    found = MerchantPayout.objects.exclude(file_id=None).values_list("file_id")
    return list(found.annotate(at=Max("changed_at"), count=Count("id")).order_by("-file_id")[:10])


def count_unfiled() -> int:
    """How many released payouts are in no file for the bank yet."""
    return MerchantPayout.objects.filter(state=State.RELEASED, file_id=None).count()


def troubled(*, but: Iterable[UUID] = ()) -> QuerySet[MerchantPayout]:
    """Payouts that came back, and those of which the bank says something else than we know; the oldest first."""
    found = MerchantPayout.objects.filter(Q(state=State.RETURNED) | ~Q(doubt=""))
    return found.exclude(id__in=but).select_related("merchant", "account").order_by("changed_at")


def waiting() -> QuerySet[MerchantPayout]:
    """Payouts that wait for a second person, the oldest first."""
    asked = Q(state=State.PROPOSED) | ~Q(reported=None)
    return MerchantPayout.objects.filter(asked).select_related("merchant", "account").order_by("proposed_at")


def told(payout: MerchantPayout) -> dict[str, Any]:
    """The payout as its shop is told of it."""
    parts = PayoutPart.objects.filter(payout=payout).select_related("settlement").order_by("settlement__day")
    return {
        "number": payout.number,
        "amount_minor": payout.amount_minor,
        "currency": payout.currency,
        "state": payout.state,
        "paid_on": payout.paid_on.isoformat() if payout.paid_on else None,
        "returned_on": payout.returned_on.isoformat() if payout.returned_on else None,
        "account": shop_accounts.masked(payout.account),
        "settlements": [
            {
                "id": str(part.settlement_id),
                "day": part.settlement.day.isoformat(),
                "amount_minor": part.amount_minor,
            }
            for part in parts
        ],
    }


def events(payout: MerchantPayout, kind: str) -> list[dict[str, Any]]:
    """What the shop is to be told of its payout: one event, or none to a shop that has named no address."""
    if not payout.merchant.webhook_url:
        return []
    return [{"merchant_id": payout.merchant_id, "kind": kind, "subject_id": payout.id, "body": told(payout)}]
