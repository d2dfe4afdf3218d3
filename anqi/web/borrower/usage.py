"""A reserve that runs, as its page tells of it first: for how long, at what cost, and what ending it takes."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anqi.engine.prices import Early
from anqi.lending import repaying
from anqi.lending.queries import LoanView
from anqi.lending.repaying import NothingToPay, Usage
from anqi.web.borrower.explaining import Explanation
from anqi.web.borrower.wording import PARTS, sentences
from anqi.web.shared.amounts import Amount, Row
from anqi.web.shared.figures import write_yuan


@dataclass(frozen=True, kw_only=True)
class UsageCard:
    """What the page says of the days so far; `gives_back` while all can be given back at no cost."""

    used: Usage
    title: str
    ends: str
    note: str
    gives_back: bool
    payoff: Amount
    costs: list[Row]
    tomorrow: date


def usage_card(loan: LoanView, explained: Explanation) -> UsageCard | None:
    """The card of a loan in cash as of today; None where nothing is left to pay, or nobody counts its days any more."""
    if not loan.standing or loan.standing.status in ("written_off", "void"):
        return None
    try:
        used = repaying.used(loan.held, today=loan.today)
    except NothingToPay:
        return None
    gives_back = not used.days and not used.cost_minor
    return UsageCard(
        used=used, title=_title(used.days), ends=_ends(used), note=_note(loan, gives_back=gives_back),
        gives_back=gives_back, payoff=explained.payoff(), costs=_costs(used), tomorrow=loan.today + timedelta(days=1),
    )  # fmt: skip


def _costs(used: Usage) -> list[Row]:
    told: list[Row] = [{"label": PARTS[part], "amount_minor": minor} for part, minor in used.costs.items() if minor]
    return [*told, {"label": _("到今天的费用"), "amount_minor": used.cost_minor, "total": True}] if told else []


def _title(days: int) -> str:
    return ngettext("用了 %(days)d 天", "用了 %(days)d 天", days) % {"days": days} if days else _("今天到账")


def _ends(used: Usage) -> str:
    today, tomorrow = write_yuan(used.today_minor), write_yuan(used.tomorrow_minor)
    if used.today_minor == used.tomorrow_minor:
        return _("今天还清和明天还清一样，都是 %(today)s") % {"today": today}
    return _("今天还 %(today)s，明天还 %(tomorrow)s") % {"today": today, "tomorrow": tomorrow}


def _note(loan: LoanView, *, gives_back: bool) -> str:
    assert loan.standing
    if gives_back:
        return _("今天全部归还不收任何费用。")
    if loan.standing.due_now_minor or loan.held.terms.early != Early():
        return _("都是一次全部还清的金额。")
    return sentences(_("都是一次全部还清的金额。"), _("随时可以提前还清，只算用了的天数，不另收费用。"))
