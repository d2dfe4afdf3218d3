"""Calls in the borrower's words: who called, and how it went."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from anqi.people import queries
from anqi.people.models import Call
from anqi.web.shared.figures import write_day, write_yuan

_OUTCOMES: dict[str, str | Promise] = {
    "": lazy("还没有记下结果"),
    "reached": lazy("接通了，说了逾期的事"),
    "not_reached": lazy("没有接通"),
    "wrong_person": lazy("接电话的不是你，我们没有提到借款"),
    "no_calls": lazy("你说不要再打，我们不再打了"),
    "complaint": lazy("你提了投诉，我们替你登记了"),
}


def outcome(row: Call) -> str:
    """How it went. "你说 10月20日 前还 ¥533.09，到那天为止我们不再问"."""
    if row.promised_on and row.promised_minor:
        return _("你说 %(day)s 前还 %(amount)s，到那天为止我们不再问") % {
            "day": write_day(row.promised_on, this_year=row.begun_at.year), "amount": write_yuan(row.promised_minor),
        }  # fmt: skip
    return str(_OUTCOMES[row.outcome])


def caller(row: Call) -> str:
    """Who of the staff it was: a number by which we find them, and no name."""
    return _("工号 %(number)s") % {"number": queries.staff_number(row.by)}
