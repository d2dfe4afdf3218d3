"""The rows of loans and instalments: what the engine says of a stored loan at the end of a day."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Any

from anqi.config.exports.tables import INSTALMENTS, LOANS, Row
from anqi.engine import loan as engine_loan
from anqi.engine.classes import category_of, report_code_of
from anqi.engine.loan import Standing
from anqi.lending import store
from anqi.lending.store import NewFact

# The engine's own words for an instalment, in the order of the columns.
_shown = attrgetter(*INSTALMENTS.names[2:])
_NOT_BEGUN = (None,) * (len(LOANS.names) - LOANS.names.index("days_past_due"))


@dataclass(frozen=True, kw_only=True)
class Stated:
    """One loan: its row, and the rows of its instalments; those of a loan that has not begun are none."""

    loan: Row
    instalments: tuple[Row, ...]


def state(read: Row, *, on: date) -> Stated:
    """What the exports say of a loan that READ_LOANS read. Refuses as the engine's `standing` does."""
    *shown, terms, facts = read
    borrower_id, loan_id, currency, starts_on, cancelled_on = (shown[n] for n in (0, 1, 7, 10, 11))
    is_cancelled = cancelled_on is not None and cancelled_on <= on
    shown[11] = cancelled_on if is_cancelled else None
    shown[10] = starts_on if starts_on and starts_on <= on else None
    if is_cancelled or not shown[10]:
        return Stated(loan=(*shown, "cancelled" if is_cancelled else "confirmed", *_NOT_BEGUN), instalments=())
    known = [store.counted(each, currency=currency) for each in _facts(loan_id, facts)]
    standing = engine_loan.standing(store.terms_from(json.loads(terms), starts_on=starts_on), known, on)
    return Stated(
        loan=(*shown, *_figures(standing)),
        instalments=tuple((borrower_id, loan_id, *_shown(row)) for row in standing.instalments),
    )


def _facts(loan_id: Any, told: str) -> Iterator[NewFact]:
    for each in json.loads(told):
        yield NewFact(
            id=each["id"], loan_id=loan_id, kind=each["kind"], counts_on=date.fromisoformat(each["counts_on"]),
            body=each["body"], actor="", key="",
        )  # fmt: skip


def _figures(standing: Standing) -> Row:
    paid, reduced = standing.paid, standing.reduced
    return (
        standing.status, standing.days_past_due, category_of(standing), report_code_of(standing),
        len(standing.instalments), standing.lent_minor,
        standing.outstanding_principal_minor, standing.remaining_minor, standing.due_now_minor, standing.next_due_on,
        standing.next_due_minor, standing.payoff_minor, standing.credit_minor, paid.principal_minor,
        paid.interest_minor, paid.fee_minor, paid.penalty_minor, reduced.prepaid_minor, reduced.returned_minor,
        standing.written_off_minor,
    )  # fmt: skip
