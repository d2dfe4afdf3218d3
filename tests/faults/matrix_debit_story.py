"""How a cell of auto-debit was resolved, told by what is on record: agreement, announcement, debits, plan, hold."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from anqi.lending.models import Hold
from anqi.payments import reasons
from anqi.payments.models import Charge, DebitNotice, DebitPlan, Exchange, Inbox, Mandate, Payment
from tests.faults import matrix_story
from tests.faults.matrix_cells import Cell
from tests.faults.matrix_payer import Payer
from tests.faults.matrix_stand import wire
from tests.faults.matrix_story import Story

_ASKED = {"debit": "debit", "query": "query"}
_CLEAR = {"succeeded", "accepted", "closed", "failed"}


def tell(payer: Payer, cell: Cell, mandate: Mandate) -> Story:
    """The story of a cell that has come to rest."""
    cases = [*matrix_story.cases(), *_cases(payer)]
    parts = [
        *_messages(payer), *_agreement(mandate), *_announcement(), *_answers(payer), *_debits(payer), *_plan(payer),
        *cases,
    ]  # fmt: skip
    return Story(
        name=cell.name, channel=cell.channel, operation=cell.operation, step=cell.step, fault=cell.fault.name,
        title=cell.fault.title, english=cell.fault.english, struck=payer.strikes(), resolved="; ".join(parts),
        seconds=None if cases else _seconds(payer, cell, mandate), needs_a_person=bool(cases),
    )  # fmt: skip


def _messages(payer: Payer) -> Iterator[str]:
    if payer.sighs:
        yield f"the borrower tried again ×{payer.sighs}"
    answers = [each["accepted"] for order in payer.told() for letter in order["notifications"]
               for each in letter["deliveries"]]  # fmt: skip
    if refused := answers.count(False):
        yield f"notice refused at the door ×{refused}"
    for why, count in Counter(Inbox.objects.filter(state="refused").values_list("why", flat=True)).items():
        yield f"notice set aside for the office ({why})" + _times(count)


def _times(count: int) -> str:
    return f" ×{count}" if count > 1 else ""


def _agreement(mandate: Mandate) -> Iterator[str]:
    if mandate.state == Mandate.State.ENDED:
        yield f"the agreement ended ({mandate.ended_by})"
    elif mandate.state != Mandate.State.ACTIVE:
        yield f"the agreement is {mandate.state}"


def _announcement() -> Iterator[str]:
    for notice in DebitNotice.objects.all():
        if notice.state == DebitNotice.State.REFUSED:
            yield f"not announced ({notice.reason})"
        elif notice.tries > 1:
            yield f"announced at the {notice.tries}th time" if notice.tries > 3 else f"announced again ×{notice.tries}"


def _answers(payer: Payer) -> Iterator[str]:
    """Answers that decided nothing, each with its cause."""
    asked = list(Exchange.objects.filter(charge_id__in=[each.id for each in payer.debits()]).order_by("at", "id"))
    for kind, name in _ASKED.items():
        unclear = [row for row in asked if row.kind == kind and row.outcome not in _CLEAR]
        if unclear:
            causes = ", ".join(dict.fromkeys(row.detail.get("cause") or "not there" for row in unclear))
            yield f"{name} unclear{_times(len(unclear))} ({causes})"


def _debits(payer: Payer) -> Iterator[str]:
    """Each failure was told, or the cell would not have come so far."""
    failed = Counter(
        each.reason for each in payer.debits() if each.state in (Charge.State.FAILED, Charge.State.CLOSED)
    )
    for reason, count in failed.items():
        yield f"debit failed ({reason}) and told{_times(count)}"
    payments = Payment.objects.filter(charge_id__in=[each.id for each in payer.debits()]).order_by("recorded_at", "id")
    for n, payment in enumerate(payments):
        yield f"{payment.learned_by} booked it" if n == 0 else f"{payment.learned_by} booked a second payment"


def _plan(payer: Payer) -> Iterator[str]:
    for hold in Hold.objects.filter(kind=Hold.Kind.DEBIT_FAILED):
        yield "no day counted as late" + ("" if hold.ended_at else " yet")
    for plan in payer.plans():
        if plan.state != DebitPlan.State.PAID:
            yield f"the plan is {plan.state.replace('_', ' ')} ({plan.why})" if plan.why else f"the plan is {plan.state}"
    if not any(each.state == Charge.State.SUCCEEDED for each in payer.debits()):
        yield "nothing was taken, and it can be paid by hand" if not payer.endless() else "nobody knows yet"


def _cases(payer: Payer) -> Iterator[str]:
    """What the office is to look at."""
    for each in payer.endless():
        yield f"case: debit without an end after {len(Exchange.objects.filter(charge_id=each.id))} questions (自动扣款)"
    for plan in payer.plans(state=DebitPlan.State.GIVEN_UP):
        if ours := [each.reason for each in payer.debits()
                    if each.plan_id == plan.id and reasons.of(each.reason).whose != "payer"]:  # fmt: skip
            yield f"case: given up, and not for the borrower's reasons ({ours[-1]}, 自动扣款)"


def _seconds(payer: Payer, cell: Cell, mandate: Mandate) -> int:
    began, end = _span(payer, cell, mandate)
    assert began and end, "something has no end"
    return max(0, round((end - began).total_seconds()))


def _span(payer: Payer, cell: Cell, mandate: Mandate) -> tuple[datetime | None, datetime | None]:
    if cell.operation == "sign":
        return mandate.signed_at, payer.known_at[mandate.id]
    if cell.operation == "end":
        row = payer.at_channel(mandate)
        assert row
        ended_at = row.get("ended_at") or row.get("ends_at")
        by_us = mandate.ended_by == "borrower"
        return (mandate.ended_at, mandate.asked_at) if by_us else (wire(ended_at), mandate.ended_at)
    if cell.operation == "announce":
        notice = DebitNotice.objects.get()
        return notice.created_at, notice.told_at or notice.created_at
    debits = payer.debits()
    if not debits:
        return mandate.signed_at, mandate.ended_at
    return debits[0].opened_at, debits[-1].ended_at
