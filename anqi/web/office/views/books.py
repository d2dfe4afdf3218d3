"""The trial balance, on the page and as a file of exactly what the page shows."""

import csv
import io

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from anqi import clock
from anqi.engine.money import write_amount
from anqi.ledger import inspection as ledger
from anqi.ledger import trial
from anqi.ledger.trial import Row
from anqi.web.office import wording
from anqi.web.office.access import staff_required
from anqi.web.office.frame import show
from anqi.web.office.views.loans import asked_day


@require_safe
@staff_required()
def trial_balance(request: HttpRequest) -> HttpResponse:
    """Every account over all that was booked up to a day."""
    on, form = asked_day(request, clock.today())
    rows = trial.trial_balance(on)
    context = {
        "on": on,
        "form": form,
        "rows": [(row, *_words(row)) for row in rows],
        "total": trial.total(rows),
        "closed_on": ledger.last_closed_day(),
    }
    return show(request, "office/trial_balance.html", context, place="trial_balance")


@require_safe
@staff_required()
def trial_balance_file(request: HttpRequest) -> HttpResponse:
    """The same as a file; the mark at its beginning tells spreadsheets that it is UTF-8."""
    on, _form = asked_day(request, clock.today())
    rows = trial.trial_balance(on)
    total = trial.total(rows)
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow([_("截至"), on.isoformat()])
    lines.writerow([_("科目"), _("名称"), _("类别"), _("借方"), _("贷方"), _("余额（借正贷负）")])
    for row in rows:
        lines.writerow([row.code, *_words(row), *map(_yuan, (row.debit_minor, row.credit_minor, row.balance_minor))])
    last = (total.debit_minor, total.credit_minor, total.debit_minor - total.credit_minor)
    lines.writerow([_("合计"), "", "", *map(_yuan, last)])
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="trial-balance-{on.isoformat()}.csv"'
    return response


def _words(row: Row) -> tuple[str, str]:
    return str(wording.ACCOUNTS.get(row.code, row.name)), wording.word(wording.SIDES, row.side)


def _yuan(amount_minor: int) -> str:
    return write_amount(amount_minor, currency="CNY")
