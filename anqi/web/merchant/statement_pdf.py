"""Settlements as a document: the figures of the pages and of the CSV, to keep and to hand on."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from anqi.documents import pdf
from anqi.lending import settlements, shop_accounts
from anqi.lending.models import Merchant, SettlementLine
from anqi.lending.settlements import Shown
from anqi.rows.days import SHANGHAI
from anqi.web.merchant import statements
from anqi.web.shared.figures import in_english, write_yuan

MEDIA_TYPE = "application/pdf"
# A thousand lines take 0.2 s and 20 MB; whoever has more reads them by machine.
MOST_LINES = 1000

Table = dict[str, Any]


def file(found: Sequence[Shown], *, merchant: Merchant, name: str, today: date) -> HttpResponse:
    """These settlements of a day or a month as they stand today; the same bytes all day. Refuses CharacterMissing."""
    body = pdf.render(
        "statement",
        _stated(sorted(found, key=lambda each: each.row.day), merchant=merchant, name=name, today=today),
        created_at=datetime.combine(today, time.min, SHANGHAI),
    )
    response = HttpResponse(body, content_type=MEDIA_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="settlement-{name}.pdf"'
    return response


def _stated(found: Sequence[Shown], *, merchant: Merchant, name: str, today: date) -> dict[str, Any]:
    lenders = ", ".join(sorted({each.row.lender.name for each in found}))
    sums = [write_yuan(each) for each in statements.sums(found).values()]
    tables = (_days(found, sums), _transfers(found), _orders(found, sums[-1]))
    return {
        "language": "en" if in_english() else "zh",
        "title": f"{_('结算对账单')} {name}",
        "from": lenders,
        "to": merchant.name,
        "facts": [[_("商户"), merchant.name], [_("出借机构"), lenders], *zip(_summed(), sums, strict=True)],
        "tables": [each for each in tables if each["rows"]],
        "foot": _("截至%(day)s") % {"day": today},
    }


def _summed() -> list[str]:
    return [_("发货"), _("退货"), _("商户手续费"), _("应结")]


def _days(found: Sequence[Shown], sums: list[str]) -> Table:
    rows = [
        [str(each.row.day), each.row.lender.name, statements.state_of(each)]
        + [write_yuan(amount_minor) for amount_minor in statements.sums([each]).values()]
        for each in found
    ]
    columns = [_column(_("日期")), _column(_("出借机构"), wide=True), _column(_("状态"))]
    columns += [_column(name, amount=True) for name in _summed()]
    return _table(_("每天"), columns, rows, total=[_("合计"), "", "", *sums])


def _transfers(found: Sequence[Shown]) -> Table:
    """What was paid, each transfer once: it may pay several of these days, and days of other months."""
    paid = {each.payout.number: each.payout for each in found if each.payout and each.state == "paid"}
    rows = [
        [payout.number, str(payout.paid_on), shop_accounts.masked(payout.account), write_yuan(payout.amount_minor)]
        for payout in paid.values()
    ]
    columns = [_column(_("付款编号"), wide=True), _column(_("付款日")), _column(_("收款账户"))]
    return _table(_("每笔付款"), [*columns, _column(_("这次付款共"), amount=True)], rows)


def _orders(found: Sequence[Shown], total: str) -> Table:
    lines = list(settlements.lines([each.row.id for each in found])[: MOST_LINES + 1])
    rows = [_order(each) for each in lines[:MOST_LINES]]
    columns = [_column(_("日期")), _column(_("订单号"), wide=True), _column(_("类别")), _column(_("金额"), amount=True)]
    if len(lines) > MOST_LINES:
        note = _("这里只列出前 %(most)s 条，全部在 CSV 文件里。") % {"most": MOST_LINES}
        return _table(_("订单"), columns, rows, note=note)
    return _table(_("订单"), columns, rows, total=[_("合计"), "", "", total])


def _order(line: SettlementLine) -> list[str]:
    kind, amount = str(statements.KINDS[line.kind]), write_yuan(line.amount_minor)
    return [str(line.settlement.day), line.order.order_number, kind, amount]


def _column(name: str, *, wide: bool = False, amount: bool = False) -> dict[str, Any]:
    return {"name": name, "wide": wide, "amount": amount}


def _table(
    title: str, columns: list[dict[str, Any]], rows: list[list[str]], *, total: Sequence[str] = (), note: str = ""
) -> Table:
    return {"title": title, "columns": columns, "rows": rows, "sum": list(total), "note": note}
