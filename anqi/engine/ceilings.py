"""What law lets a kind of lender lend one person for consumption, with the day from which each ceiling holds.

A rule that changes gets another row from its day on; a loan is measured by the rules of the day it starts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from anqi.engine.calendar import Step, steps_after
from anqi.engine.loan import StandingInstalment
from anqi.engine.products import Terms
from anqi.engine.refusals import Refused
from anqi.engine.schedule import Planned, plan

What = Literal["amount", "term", "single_maturity"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ceiling:
    """The most that a kind of lender may do, in fen for an amount, in months for a term."""

    lender_kind: str
    what: What
    most: int
    since: date
    source: str


class TooLong(Refused):
    """The loan ends later than the law lets a lender of this kind lend."""

    code = "too_long"

    def __init__(self, ceiling: Ceiling, *, ends_on: date, latest_on: date) -> None:
        super().__init__(field="instalments")
        self.ceiling, self.ends_on, self.latest_on = ceiling, ends_on, latest_on

    @property
    def message(self) -> str:
        """The refusal in one English sentence, with the days and the rule."""
        return f"{self} It would end on {self.ends_on}, the latest is {self.latest_on}: {self.ceiling.source}."


def ceiling_of(lender_kind: str, what: What, on: date) -> Ceiling | None:
    """The ceiling of that kind of lender that holds on the day, the newest one; None where the law names none."""
    held = [row for row in CEILINGS if (row.lender_kind, row.what) == (lender_kind, what) and row.since <= on]
    return max(held, key=lambda row: row.since, default=None)


def refuse_too_long(
    terms: Terms, lender_kind: str, instalments: Sequence[Planned | StandingInstalment] = ()
) -> None:
    """Refuses with TooLong a plan whose last due date lies beyond what such a lender may lend from its start.

    One whose principal falls due all at once (到期一次性还本) has a ceiling of its own beside that of every loan.
    The plan is that of the terms, or the one to which it is changed.
    """
    instalments = instalments or plan(terms).instalments
    _refuse_beyond(ceiling_of(lender_kind, "term", terms.starts_on), terms, instalments[-1].due_on)
    repaying = [each.due_on for each in instalments if each.principal_minor]
    if len(repaying) == 1:
        _refuse_beyond(ceiling_of(lender_kind, "single_maturity", terms.starts_on), terms, repaying[0])


def _refuse_beyond(ceiling: Ceiling | None, terms: Terms, ends_on: date) -> None:
    if ceiling is None:
        return
    latest_on = steps_after(terms.starts_on, Step(unit="months", count=ceiling.most), times=1)
    if ends_on > latest_on:
        raise TooLong(ceiling, ends_on=ends_on, latest_on=latest_on)


_ONLINE = "《商业银行互联网贷款管理暂行办法》（银保监会令2020年第9号）第六条"
_PERSONAL = "《个人贷款管理办法》（金融监管总局令2024年第3号）"
CEILINGS = (
    Ceiling(
        lender_kind="bank", what="amount", most=20_000_000, since=date(2020, 7, 17), source=_ONLINE,
    ),
    Ceiling(lender_kind="bank", what="single_maturity", most=12, since=date(2020, 7, 17), source=_ONLINE),
    Ceiling(lender_kind="bank", what="term", most=60, since=date(2024, 7, 1), source=_PERSONAL),
    # That the rules of banks are followed by them too leaves out the article on amounts: theirs is in their own rules.
    Ceiling(
        lender_kind="consumer_finance", what="amount", most=20_000_000, since=date(2024, 4, 18),
        source="《消费金融公司管理办法》（金融监管总局令2024年第4号）",
    ),
    Ceiling(lender_kind="consumer_finance", what="term", most=60, since=date(2024, 7, 1), source=_PERSONAL),
    Ceiling(
        lender_kind="microloan", what="amount", most=20_000_000, since=date(2025, 1, 17),
        source="《小额贷款公司监督管理暂行办法》（金规〔2024〕26号）",
    ),
)  # fmt: skip
