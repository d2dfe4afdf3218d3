"""What must hold of agreements and debits: one debit of a plan at a time, all of one loan, nothing left of a loan over."""

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q

from anqi.lending.models import Hold, Loan
from anqi.payments.models import Charge, ChargePart, DebitPlan, Mandate

Told = tuple[str, UUID | None, str]
# An agreement is looked at once a day: by then it has ended with its loan.
_ENDS_WITHIN = timedelta(days=1)


def wrong(*, today: date) -> Iterator[Told]:
    """(what, borrower id, where) of all that is not so. Four statements."""
    yield from _check_one_at_a_time()
    yield from _check_whose()
    yield from _check_agreements(today)
    yield from _check_holds()


def _check_one_at_a_time() -> Iterator[Told]:
    alive = Charge.objects.filter(plan_id__isnull=False, state__in=Charge.OPEN).values("borrower_id", "plan_id")
    for row in alive.annotate(count=Count("*")).filter(count__gt=1).order_by("borrower_id", "plan_id"):
        yield "debit_twice", row["borrower_id"], f"plan {row['plan_id']}: {row['count']} debits are open"


def _check_whose() -> Iterator[Told]:
    """A debit has an agreement and a plan, and both are of the loan that it pays."""
    loan = OuterRef("borrower_id"), OuterRef("loan_id")
    parts = ChargePart.objects.filter(
        Exists(DebitPlan.objects.filter(borrower_id=loan[0], loan_id=loan[1], id=OuterRef(OuterRef("plan_id")))),
        Exists(Mandate.objects.filter(borrower_id=loan[0], loan_id=loan[1], id=OuterRef(OuterRef("mandate_id")))),
        borrower_id=OuterRef("borrower_id"), charge_id=OuterRef("id"),
    )  # fmt: skip
    debits = Charge.objects.filter(Q(mandate_id__isnull=False) | Q(plan_id__isnull=False) | Q(how="debit"))
    for row in debits.filter(~Exists(parts)).order_by("borrower_id", "id"):
        yield "debit", row.borrower_id, f"debit {row.key}: its agreement, its plan and its loan don't belong together"


def _check_agreements(today: date) -> Iterator[Told]:
    before = today - _ENDS_WITHIN
    over = Loan.objects.filter(
        Q(settled_on__lt=before) | Q(cancelled_on__lt=before), borrower_id=OuterRef("borrower_id"), id=OuterRef("loan_id")
    )
    for row in Mandate.objects.filter(Exists(over), state=Mandate.State.ACTIVE).order_by("borrower_id", "id"):
        yield "mandate", row.borrower_id, f"agreement {row.id}: in force, and its loan is over"


def _check_holds() -> Iterator[Told]:
    plans = DebitPlan.objects.filter(
        borrower_id=OuterRef("borrower_id"), hold_id=OuterRef("id"), state=DebitPlan.State.OPEN
    )
    excused = Hold.objects.filter(~Exists(plans), kind=Hold.Kind.DEBIT_FAILED, ended_at=None)
    for row in excused.order_by("borrower_id", "id"):
        yield "debit_hold", row.borrower_id, f"hold {row.id}: open, and no debit of an open plan is excused by it"
