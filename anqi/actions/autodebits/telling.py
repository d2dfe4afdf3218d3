"""What borrowers are told of their debits: before, at once after a failure, and when nothing more is tried."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from anqi.lending.store import LoanInHand
from anqi.notices import messages, texts
from anqi.payments.debiting import Case, Step, Timetable, Try, Wait
from anqi.payments.models import Charge, DebitPlan, Mandate
from anqi.rows.days import SHANGHAI


def reminder(
    plan: DebitPlan, held: LoanInHand, sources: Sequence[Mandate], case: Case, timetable: Timetable, *, now: datetime
) -> None:
    """What will be taken, when, and from where first."""
    hours = "、".join(f"{hour:%H:%M}" for hour in timetable.hours)
    words: dict[str, str | date] = {
        "loan": held.number, "due_on": plan.due_on, "amount": texts.yuan(case.expected_minor), "hours": hours,
        **_source(sources[0]),
    }  # fmt: skip
    _tell(plan, "debit_coming", words, now)


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
    """That nothing more is tried for this instalment, and what is to be paid by hand. A paid one has its receipt."""
    if why == "paid":
        return
    template = "debit_given_up" if why == "given_up" else "debit_stopped"
    _tell(plan, template, {"amount": texts.yuan(case.expected_minor), "due_on": plan.due_on}, now)


def doubts(plan: DebitPlan, doubtful: Sequence[tuple[Mandate, str]], *, now: datetime) -> None:
    """Which sources will not do, before they fail."""
    for mandate, reason in doubtful:
        _tell(plan, "debit_doubtful", {"due_on": plan.due_on, "reason_word": reason, **_source(mandate)}, now)


def _source(of: Mandate | Charge) -> dict[str, str]:
    return {"source_word": of.channel, "account": of.account if isinstance(of, Mandate) else ""}


def _tell(plan: DebitPlan, template: str, words: Mapping[str, str | date], now: datetime) -> None:
    messages.announce(borrower_id=plan.borrower_id, template=template, words=words, now=now)


