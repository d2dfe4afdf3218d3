"""What staff ask of agreements and debits. Nothing here locks or writes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from anqi.payments import reasons
from anqi.payments.models import Charge, DebitNotice, DebitPlan, Exchange, Mandate
from anqi.rows.days import end_of, start_of

# Until then a debit is simply on its way.
TAKES = timedelta(hours=2)
PAGE = 100
_PAYERS = tuple(word for word in reasons.known() if reasons.of(word).whose == "payer")
# Ends of an agreement that were ours, or that went by our pages; all others came from the channel.
_ENDED_HERE = ("borrower", "settled", "card_removed", "replaced", "ended_by_us")
Row = TypeVar("Row", Charge, DebitPlan, DebitNotice, Mandate)


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How many debits of a day at one channel stand alike, and their fen."""

    channel: str
    state: str
    reason: str
    count: int
    amount_minor: int


def tallies(on: date) -> list[Tally]:
    """The debits that were begun on that day, by channel, state and reason. One statement."""
    counted = _of_day(_debits(), "opened_at", on).order_by("channel", "state", "reason")
    rows = counted.values("channel", "state", "reason").annotate(count=Count("*"), sum=Sum("amount_minor"))
    return [
        Tally(
            channel=row["channel"], state=row["state"], reason=row["reason"], count=row["count"],
            amount_minor=int(row["sum"]),
        )
        for row in rows
    ]  # fmt: skip


def failed(on: date) -> list[Charge]:
    """Debits of that day that took nothing, the latest first."""
    lost = _of_day(_debits(), "opened_at", on).filter(state__in=(Charge.State.FAILED, Charge.State.CLOSED))
    return list(lost.order_by("-opened_at")[:PAGE])


def unended(on: date) -> list[Charge]:
    """Debits of that day of which nobody knows the end yet, the oldest first."""
    return list(_of_day(_debits(), "opened_at", on).filter(state__in=Charge.OPEN).order_by("opened_at")[:PAGE])


def given_up_on(on: date) -> list[DebitPlan]:
    """Plans that were given up on that day, the latest first."""
    found = _of_day(DebitPlan.objects.filter(state=DebitPlan.State.GIVEN_UP), "ended_at", on)
    return list(found.order_by("-ended_at")[:PAGE])


def excused() -> list[DebitPlan]:
    """Plans on hold now because no failure was the borrower's, the first to end on top."""
    found = DebitPlan.objects.filter(state=DebitPlan.State.OPEN, hold_id__isnull=False)
    return list(found.order_by("excused_until")[:PAGE])


def refused_on(on: date) -> list[DebitNotice]:
    """Announcements of that day that will not be made, the latest first, with their agreements."""
    found = _of_day(DebitNotice.objects.filter(state=DebitNotice.State.REFUSED), "created_at", on)
    return list(found.select_related("mandate").order_by("-created_at")[:PAGE])


def ended_elsewhere(on: date) -> list[Mandate]:
    """Agreements that the payer ended at the channel on that day, or that ran out there, the latest first."""
    found = _of_day(Mandate.objects.filter(state=Mandate.State.ENDED), "ended_at", on)
    return list(found.exclude(ended_by__in=_ENDED_HERE).defer("ref").order_by("-ended_at")[:PAGE])


def find(borrower_id: UUID, plan_id: UUID) -> DebitPlan | None:
    """The borrower's plan of that id."""
    return DebitPlan.objects.filter(borrower_id=borrower_id, id=plan_id).first()


def plans_of(borrower_id: UUID, loan_id: UUID) -> list[DebitPlan]:
    """The plans of a loan, the latest first."""
    return list(DebitPlan.objects.filter(borrower_id=borrower_id, loan_id=loan_id).order_by("-opened_at", "-id"))


def mandates_of(borrower_id: UUID, loan_id: UUID) -> list[Mandate]:
    """The agreements of a loan that were ever in force or are being signed, those of today first."""
    found = Mandate.objects.filter(borrower_id=borrower_id, loan_id=loan_id).exclude(state=Mandate.State.FAILED)
    return sorted(found.defer("ref").order_by("rank", "opened_at", "id"), key=lambda each: each.state == "ended")


def attempts(plan: DebitPlan) -> list[tuple[Charge, list[Exchange]]]:
    """The debits of a plan, oldest first, each with what was said of it. Two statements."""
    debits = list(_debits().filter(borrower_id=plan.borrower_id, plan_id=plan.id).order_by("opened_at", "id"))
    said = Exchange.objects.filter(borrower_id=plan.borrower_id, charge_id__in=[debit.id for debit in debits])
    by_debit: dict[UUID, list[Exchange]] = {debit.id: [] for debit in debits}
    for each in said.order_by("at", "id"):
        by_debit[each.charge_id].append(each)
    return [(debit, by_debit[debit.id]) for debit in debits]


def notices(plan: DebitPlan) -> dict[UUID, DebitNotice]:
    """What the channels were to tell the payer of the plan, by agreement."""
    return {each.mandate_id: each for each in DebitNotice.objects.filter(borrower_id=plan.borrower_id, plan_id=plan.id)}


def loan_ids(plan_ids: Iterable[tuple[UUID, UUID | None]]) -> dict[UUID, UUID]:
    """The loan of each of these plans (borrower id, plan id), by the plan."""
    wanted = list(plan_ids)
    found = DebitPlan.objects.filter(
        borrower_id__in={borrower_id for borrower_id, _ in wanted}, id__in=[plan_id for _, plan_id in wanted]
    )
    return dict(found.values_list("id", "loan_id"))


def hanging(now: datetime) -> QuerySet[Charge]:
    """Debits without an end after so long, the oldest first."""
    late = _debits().filter(next_try_at__isnull=False, state__in=Charge.OPEN, opened_at__lte=now - TAKES)
    return late.order_by("opened_at")


def failed_by_others(*, but: Iterable[UUID] = ()) -> QuerySet[DebitPlan]:
    """Plans that were given up after failures of which none was the payer's, the oldest first."""
    tried = _debits().filter(borrower_id=OuterRef("borrower_id"), plan_id=OuterRef("id"))
    theirs = tried.filter(state=Charge.State.FAILED, reason__in=_PAYERS)
    found = DebitPlan.objects.filter(Exists(tried), ~Exists(theirs), state=DebitPlan.State.GIVEN_UP)
    return found.exclude(id__in=but).order_by("ended_at")


def refused_notices(*, but: Iterable[UUID] = ()) -> QuerySet[DebitNotice]:
    """Announcements that a channel will not make for a reason that is not the payer's, the oldest first."""
    found = DebitNotice.objects.filter(state=DebitNotice.State.REFUSED).exclude(reason__in=_PAYERS)
    return found.exclude(id__in=but).select_related("mandate").order_by("created_at")


def _debits() -> QuerySet[Charge]:
    return Charge.objects.filter(mandate_id__isnull=False)


def _of_day(rows: QuerySet[Row], moment: str, on: date) -> QuerySet[Row]:
    return rows.filter(Q(**{f"{moment}__gte": start_of(on), f"{moment}__lt": end_of(on)}))
