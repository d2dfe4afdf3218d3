"""What must hold of agreements and debits: one at a time, of one loan, and none outlives its loan."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q

from anqi.lending.models import Hold, Loan
from anqi.lending.store import LoanInHand
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


def paid_and_due(
    held: LoanInHand, plans: Sequence[Mapping[str, Any]], facts: Iterable[Mapping[str, Any]], *, today: date
) -> Iterator[str]:
    """Where something of this loan is still due that counts as paid, unless a payment was taken back since then."""
    own = [plan for plan in plans if plan["loan_id"] == held.id]
    if not own or not held.has_begun:
        return
    left_minor = {row.due_on: row.remaining_minor for row in held.standing(today).instalments}
    undone = [fact for fact in facts if fact["loan_id"] == held.id and fact["kind"] in ("reversal", "chargeback")]
    for plan in own:
        due_minor = left_minor.get(plan["due_on"], 0)
        if due_minor and not any(fact["recorded_at"] >= plan["ended_at"] for fact in undone):
            yield f"plan {plan['id']} of {plan['due_on']}: paid, and {due_minor} of it are still due"


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
        Q(settled_on__lt=before) | Q(cancelled_on__lt=before),
        borrower_id=OuterRef("borrower_id"), id=OuterRef("loan_id"),
    )  # fmt: skip
    for row in Mandate.objects.filter(Exists(over), state=Mandate.State.ACTIVE).order_by("borrower_id", "id"):
        yield "mandate", row.borrower_id, f"agreement {row.id}: in force, and its loan is over"


def _check_holds() -> Iterator[Told]:
    plans = DebitPlan.objects.filter(
        borrower_id=OuterRef("borrower_id"), hold_id=OuterRef("id"), state=DebitPlan.State.OPEN
    )
    excused = Hold.objects.filter(~Exists(plans), kind=Hold.Kind.DEBIT_FAILED, ended_at=None)
    for row in excused.order_by("borrower_id", "id"):
        yield "debit_hold", row.borrower_id, f"hold {row.id}: open, and no debit of an open plan is excused by it"
