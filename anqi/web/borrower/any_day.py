"""Another day: what paying would take then, if nothing else happened to the loan until that day."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anqi.engine.repayment import Choices
from anqi.lending import repaying
from anqi.lending.queries import LoanView
from anqi.web.borrower.explaining import Explanation
from anqi.web.borrower.forms import DayForm
from anqi.web.borrower.wording import instalments, sentences
from anqi.web.shared.amounts import Amount
from anqi.web.shared.figures import write_yuan

# Further off nobody plans, and a penalty counted for years would only frighten.
_BEYOND = timedelta(days=60)


@dataclass(frozen=True, kw_only=True)
class AnyDay:
    """What may be paid on that day, each amount with its lines, and what waiting until then costs."""

    on: date
    amounts: list[Amount]
    note: str


def form(loan: LoanView, asked: Mapping[str, str] | None = None) -> DayForm | None:
    """The day to ask for; None where nothing is left to pay."""
    shown = loan.standing
    if not shown or not shown.payoff_minor or shown.status in ("settled", "void"):
        return None
    latest = max(loan.today, *(row.due_on for row in shown.instalments)) + _BEYOND
    return DayForm(asked, first=loan.today, last=latest, initial={"on": shown.next_due_on or loan.today})


def foresee(loan: LoanView, *, on: date) -> AnyDay:
    """The amounts of that day, in fen. Refuses with NothingToPay."""
    choices = repaying.choose(loan.held, today=on)
    then = replace(loan, today=on, standing=loan.held.standing(on))
    return AnyDay(on=on, amounts=list(_amounts(then, choices)), note=sentences(_compare(loan, choices), _late(then)))


def _amounts(then: LoanView, choices: Choices) -> Iterator[Amount]:
    explained = Explanation(then)
    if choices.due_minor and choices.due_minor != choices.all_minor:
        yield replace(explained.due(), label=_("已经到期的"))
    if choices.next_minor is not None:
        yield explained.with_next()
    yield replace(explained.payoff(), label=_("全部结清"), note="")


def _compare(loan: LoanView, choices: Choices) -> str:
    assert loan.standing and loan.standing.payoff_minor is not None
    more_minor = choices.all_minor - loan.standing.payoff_minor
    if not more_minor:
        return _("那天结清和今天结清一样多。")
    told = _("那天结清比今天结清多 %(amount)s。") if more_minor > 0 else _("那天结清比今天结清少 %(amount)s。")
    return told % {"amount": write_yuan(abs(more_minor))}


def _late(then: LoanView) -> str:
    assert then.standing
    late = [row for row in then.standing.instalments if row.state == "overdue"]
    if not late or then.is_on_hold or then.standing.status == "written_off":
        return ""
    days = max(row.days_late for row in late)
    told = ngettext(
        "到那天%(which)s还没还，逾期 %(days)d 天，罚息已经算在里面。",
        "到那天%(which)s还没还，逾期 %(days)d 天，罚息已经算在里面。",
        days,
    )
    return told % {"which": instalments(row.n for row in late), "days": days}
