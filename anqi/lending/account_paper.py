"""How a loan stands on a day, as a paper: every instalment with its parts, what was paid of it and what is left."""

from datetime import date
from typing import Any

from anqi.engine.loan import StandingInstalment
from anqi.engine.money import write_amount
from anqi.lending.models import Loan
from anqi.lending.store import LoanInHand

Paper = dict[str, Any]
_AMOUNTS = {
    "principal_minor": "本金", "interest_minor": "利息", "fee_minor": "手续费", "penalty_minor": "罚息",
    "paid_minor": "已还", "remaining_minor": "待还",
}  # fmt: skip


def paper(loan: Loan, held: LoanInHand, *, on: date) -> Paper:
    """The loan as the template `statement` takes it. It has begun."""
    standing = held.standing(on)
    columns = [{"name": name, "wide": False, "amount": False} for name in ("期", "还款日")]
    columns += [{"name": name, "wide": True, "amount": True} for name in _AMOUNTS.values()]
    sums = [sum(getattr(row, name) for row in standing.instalments) for name in _AMOUNTS]
    return {
        "language": "zh",
        "title": "还款计划和还款情况",
        "from": loan.lender.name,
        "to": loan.number,
        "facts": [
            ("分期合同", loan.number),
            ("出借机构", loan.lender.name),
            ("产品", loan.product.title),
            ("开始日", str(loan.starts_on)),
            ("剩余应还", _written(standing.remaining_minor, loan.currency)),
        ],
        "tables": [
            {
                "title": "各期", "columns": columns, "rows": [_row(row, loan.currency) for row in standing.instalments],
                "sum": ["合计", "", *(_written(each, loan.currency) for each in sums)], "note": "",
            },
        ],
        "foot": f"按 {on} 已知的记录制作",
    }  # fmt: skip


def _row(row: StandingInstalment, currency: str) -> list[str]:
    return [str(row.n), str(row.due_on), *(_written(getattr(row, name), currency) for name in _AMOUNTS)]


def _written(minor: int, currency: str) -> str:
    return write_amount(minor, currency=currency)
