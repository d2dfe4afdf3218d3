"""The postings of an account on a day: what stands behind a figure of the trial balance."""

from datetime import date, timedelta
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_safe

from anqi import clock
from anqi.ledger import inspection as ledger
from anqi.ledger import journal as journals
from anqi.ledger.journal import Line
from anqi.lending import inspection as lending
from anqi.web.office import asked_books, wording
from anqi.web.office.access import staff_required
from anqi.web.office.frame import show

_CAUSES = wording.MOVES | wording.CAUSES


@require_safe
@staff_required()
def journal(request: HttpRequest, account: str) -> HttpResponse:
    """What the day added to the account, in the order in which it was written, with the day before and after."""
    names = ledger.account_names()
    if account not in names:
        raise Http404
    asked = asked_books.read(request.GET, today=clock.today())
    try:
        share = asked_books.read_share(request.GET)
        after = UUID(request.GET["after"]) if "after" in request.GET else None
    except ValueError:
        raise Http404 from None
    found = journals.lines(asked.on, account, known=asked.known, share=share, after=after)
    context = {
        "account": account,
        "name": wording.ACCOUNTS.get(account, names[account]),
        "asked": asked,
        "share": share,
        "lender": lending.lender_codes().get(share.lender_id, "") if share else "",
        "known": wording.word(wording.KNOWN, asked.known),
        "turnover": journals.turnover(asked.on, account, known=asked.known, share=share),
        "rows": _rows(found, account, names),
        "accruals": _accruals(asked.on, account),
        "more": _address(account, request.GET, asked.on, after=found[-1].id) if len(found) == journals.PAGE else "",
        "before": _address(account, request.GET, asked.on - timedelta(days=1)) if asked.on > date.min else "",
        "next": _address(account, request.GET, asked.on + timedelta(days=1)) if asked.on < date.max else "",
    }
    return show(request, "office/journal.html", context, place="trial_balance")


def _rows(found: list[Line], account: str, names: dict[str, str]) -> list[dict[str, object]]:
    numbers = lending.numbers(line.loan_id for line in found if line.loan_id)
    rows: list[dict[str, object]] = []
    for line in found:
        other = line.credit if line.debit == account else line.debit
        rows.append({
            "line": line,
            "cause": wording.word(_CAUSES, line.cause),
            "other": wording.ACCOUNTS.get(other, names[other]),
            "number": numbers.get(line.loan_id, "") if line.loan_id else "",
            "is_debit": line.debit == account,
        })
    return rows


def _accruals(on: date, account: str) -> list[dict[str, object]]:
    found = ledger.accruals_on(on, account)
    codes, lenders = (lending.product_codes(), lending.lender_codes()) if found else ({}, {})
    return [
        {"total": total, "product": codes[total.product_id], "lender": lenders[total.lender_id]}
        for total in found
        if total.product_id
    ]


def _address(account: str, asked: QueryDict, on: date, *, after: UUID | None = None) -> str:
    query = asked.copy()
    query["on"] = on.isoformat()
    query.pop("after", None)
    if after:
        query["after"] = str(after)
    return f"{reverse('office:journal', args=[account])}?{query.urlencode()}"
