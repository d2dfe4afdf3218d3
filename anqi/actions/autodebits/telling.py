"""What borrowers are told of their debits: before, at once after a failure, and when nothing more is tried."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from anqi.lending.store import LoanInHand
from anqi.notices import messages, reminders, texts
from anqi.notices.reminders import DEBIT, Said
from anqi.payments.debiting import Case, Step, Try, Wait
from anqi.payments.models import Charge, DebitPlan, Mandate
from anqi.rows.days import SHANGHAI

Words = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Coming:
    """A debit that is to be told of: of which plan, from where first, how much in fen, and at which hours."""

    plan: DebitPlan
    held: LoanInHand
    source: Mandate
    amount_minor: int
    hours: Sequence[time]


def reminder(coming: Sequence[Coming], *, now: datetime) -> None:
    """What will be taken, when, and from where first: one message for all of it, which proves each."""
    template, words = ("debit_coming", _one(coming[0])) if len(coming) == 1 else ("debit_coming_many", _many(coming))
    message_id = _tell(coming[0].plan, template, words, now)
    for each in coming:
        said = Said(
            borrower_id=each.plan.borrower_id, loan_id=each.plan.loan_id, due_on=each.plan.due_on, step=DEBIT,
            amount_minor=each.amount_minor, message_id=message_id,
        )  # fmt: skip
        reminders.prove(said, now=now)


def _one(each: Coming) -> Words:
    return {
        "loan": each.held.number, "due_on": each.plan.due_on, "amount": texts.yuan(each.amount_minor),
        "hours": _hours([each]), **_source(each.source),
    }  # fmt: skip


def _many(coming: Sequence[Coming]) -> Words:
    listed = sorted(coming, key=lambda each: (each.plan.due_on, each.held.number))
    return {
        "count": len(coming), "amount": texts.yuan(sum(each.amount_minor for each in coming)), "hours": _hours(coming),
        "debits_list": [
            [
                each.held.number, each.plan.due_on.isoformat(), texts.yuan(each.amount_minor), each.source.channel,
                each.source.account,
            ]
            for each in listed
        ],
    }  # fmt: skip


def _hours(coming: Sequence[Coming]) -> str:
    return "、".join(f"{hour:%H:%M}" for hour in sorted({hour for each in coming for hour in each.hours}))


def failures(
    plan: DebitPlan, debits: Sequence[Charge], sources: Mapping[UUID, Mandate], decided: Step, *, now: datetime
) -> None:
    """Each failure that was not told yet, with its reason and what is next; that they are is the caller's to keep."""
    failed = [charge for charge in debits if charge.state in (Charge.State.FAILED, Charge.State.CLOSED)]
    untold = failed[plan.told :]
    for charge in untold:
        template, more = _next(decided, sources)
        words: dict[str, str | date] = {
            "amount": texts.yuan(charge.amount_minor), "reason_word": _reason(charge), **_source(charge), **more,
        }  # fmt: skip
        _tell(plan, template, words, now)
    plan.told = len(failed)


def _reason(charge: Charge) -> str:
    return "system" if charge.state == Charge.State.CLOSED else charge.reason


def _next(decided: Step, sources: Mapping[UUID, Mandate]) -> tuple[str, dict[str, str | date]]:
    match decided:
        case Try(source_id=source_id):
            return "debit_failed_next", {"next_word": sources[source_id].channel}
        case Wait(until=until) if until:
            local = until.astimezone(SHANGHAI)
            return "debit_failed_again", {"again_on": local.date(), "hour": f"{local:%H:%M}"}
    return "debit_failed", {}


def ending(plan: DebitPlan, case: Case, why: str, *, now: datetime) -> None:
    """That nothing more is tried for this instalment, and what is to be paid by hand.

    A paid one has its receipt, and of one that is stopped it is told when it is.
    """
    if why == "given_up":
        _tell(plan, "debit_given_up", {"amount": texts.yuan(case.expected_minor), "due_on": plan.due_on}, now)
    elif why == "no_source":
        stopped(plan, case.expected_minor, now=now)


def stopped(plan: DebitPlan, owed_minor: int, *, now: datetime) -> None:
    """That so much is to be paid by hand; nothing where it has been."""
    if owed_minor:
        _tell(plan, "debit_stopped", {"amount": texts.yuan(owed_minor), "due_on": plan.due_on}, now)


def doubts(plan: DebitPlan, doubtful: Sequence[tuple[Mandate, str]], *, now: datetime) -> None:
    """Which sources will not do, before they fail."""
    for mandate, reason in doubtful:
        _tell(plan, "debit_doubtful", {"due_on": plan.due_on, "reason_word": reason, **_source(mandate)}, now)


def _source(of: Mandate | Charge) -> dict[str, str]:
    return {"source_word": of.channel, "account": of.account if isinstance(of, Mandate) else ""}


def _tell(plan: DebitPlan, template: str, words: Words, now: datetime) -> UUID:
    return messages.announce(borrower_id=plan.borrower_id, template=template, words=words, now=now)


