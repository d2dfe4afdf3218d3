"""The trial balance of any day, on the page and as a file of exactly what the page shows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from anqi import clock
from anqi.engine.money import write_amount
from anqi.ledger import ages, trial
from anqi.ledger import inspection as ledger
from anqi.ledger.trial import ProductRow, Row
from anqi.lending import inspection as lending
from anqi.web.office import asked_books, wording
from anqi.web.office.access import staff_required
from anqi.web.office.asked_books import AskedBooks
from anqi.web.office.frame import show
from anqi.web.shared import sheets


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A line of the trial balance in the office's words; `query` leads to the postings behind it."""

    row: Row
    words: tuple[str, ...]
    query: str


@require_safe
@staff_required()
def trial_balance(request: HttpRequest) -> HttpResponse:
    """Every account over all that stands in the books up to a day."""
    asked, closed_on = asked_books.read(request.GET, today=clock.today()), ledger.last_closed_day()
    rows = _rows(asked)
    context = {
        "asked": asked,
        "form": asked.form,
        "rows": list(_shown(rows, asked)),
        "ages": [(each, wording.ACCOUNTS[each.account]) for each in ages.in_transit(asked.on, known=asked.known)],
        "total": trial.total(rows),
        "closed_on": closed_on,
        "is_final": closed_on is not None and asked.on <= closed_on,
    }
    return show(request, "office/trial_balance.html", context, place="trial_balance")


@require_safe
@staff_required()
def trial_balance_file(request: HttpRequest) -> HttpResponse:
    """The same as a file."""
    asked = asked_books.read(request.GET, today=clock.today())
    return sheets.file(_lines(asked), name=f"trial-balance-{asked.on.isoformat()}-{asked.known}")


def _lines(asked: AskedBooks) -> Iterator[Sequence[str]]:
    rows = _rows(asked)
    total = trial.total(rows)
    split = [_("产品"), _("出借机构")] if asked.by == "product" else []
    yield [_("截至"), asked.on.isoformat(), wording.word(wording.KNOWN, asked.known)]
    yield [_("科目"), _("名称"), _("类别"), *split, _("借方"), _("贷方"), _("余额（借正贷负）")]
    for each in _shown(rows, asked):
        row = each.row
        yield [row.code, *each.words, *map(_yuan, (row.debit_minor, row.credit_minor, row.balance_minor))]
    last = (total.debit_minor, total.credit_minor, total.debit_minor - total.credit_minor)
    yield [_("合计"), "", "", *("" for _each in split), *map(_yuan, last)]


def _rows(asked: AskedBooks) -> Sequence[Row]:
    if asked.by == "product":
        return trial.by_product(
            asked.on, known=asked.known, loans=lending.PRODUCTS_OF_LOANS, products=lending.PRODUCTS
        )
    return trial.trial_balance(asked.on, known=asked.known)


def _shown(rows: Sequence[Row], asked: AskedBooks) -> Iterator[Shown]:
    lenders = lending.lender_codes() if asked.by == "product" else {}
    for row in rows:
        words: tuple[str, ...] = (str(wording.ACCOUNTS.get(row.code, row.name)), wording.word(wording.SIDES, row.side))
        if isinstance(row, ProductRow):
            words = (*words, row.product or _("不在分期上"), lenders.get(row.lender_id, ""))
            share = urlencode({"product": row.product or "", "lender": str(row.lender_id)})
            yield Shown(row=row, words=words, query=f"{asked.query}&{share}")
        else:
            yield Shown(row=row, words=words, query=asked.query)


def _yuan(amount_minor: int) -> str:
    return write_amount(amount_minor, currency="CNY")
