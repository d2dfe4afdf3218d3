"""A statement of account as a paper: the figures of its page, to keep and to hand on."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from anqi.engine.loan import StandingInstalment
from anqi.web.borrower import statement_pages
from anqi.web.borrower.statement_pages import Account
from anqi.web.borrower.wording import PARTS
from anqi.web.shared.figures import in_english, write_yuan

Paper = dict[str, Any]


def paper(shown: Sequence[Account], *, name: str, since: date, until: date, today: date) -> Paper:
    """The statement as the template `statement` takes it, in the reader's language; several loans with their sums."""
    lenders = pgettext("between lenders", "、").join(sorted({each.loan.lender_name for each in shown}))
    tables = [table for each in shown for table in (_lines(each), _due(each))]
    return {
        "language": "en" if in_english() else "zh",
        "title": _("对账单"),
        "from": lenders,
        "to": name,
        "facts": [
            (_("借款人"), name),
            (_("出借机构"), lenders),
            (_("起止日期"), _("%(since)s 至 %(until)s") % {"since": since, "until": until}),
            *zip(_summed(), map(write_yuan, statement_pages.sums(shown).values()), strict=True),
        ],
        "sections": [{"title": _("说明"), "lines": [_rule(), _("负数是溢缴款。")]}],
        "tables": [each for each in ([_loans(shown)] if len(shown) > 1 else []) + tables if each["rows"]],
        "foot": _("按 %(day)s 已知的记录制作") % {"day": today},
    }


def _rule() -> str:
    return _("利息和手续费在开始时按整个计划列入，提前还、退货或改计划时随之增减。")


def _summed() -> list[str]:
    return [_("期初剩余应还"), _("增加"), _("减少"), _("期末剩余应还")]


def _loans(shown: Sequence[Account]) -> Paper:
    rows = [
        [each.loan.number, each.order.title, *map(write_yuan, statement_pages.sums([each]).values())] for each in shown
    ]
    total = [_("合计"), "", *map(write_yuan, statement_pages.sums(shown).values())]
    columns = [_column(_("分期合同")), _column(_("商品"), wide=True), *(_column(name, amount=True) for name in _summed())]
    return _table(_("全部分期和借款"), columns, rows, total=total)


def _lines(account: Account) -> Paper:
    stated = account.stated
    rows = [[str(stated.since), _("期初剩余应还"), "", "", write_yuan(stated.opening_minor)]]
    rows += [
        [str(each.on), each.text, *_either(each.amount_minor), write_yuan(each.left_minor)] for each in account.entries
    ]
    names = (_("增加"), _("减少"), _("剩余应还"))
    columns = [_column(_("日期")), _column(_("摘要"), wide=True), *(_column(name, amount=True) for name in names)]
    sums = map(write_yuan, (account.added_minor, account.taken_minor, stated.closing_minor))
    return _table(_headed(account, _("明细")), columns, rows, total=[str(stated.until), _("合计和期末剩余应还"), *sums])


def _either(amount_minor: int) -> tuple[str, str]:
    written = write_yuan(abs(amount_minor))
    return (written, "") if amount_minor > 0 else ("", written)


def _due(account: Account) -> Paper:
    rows = [[str(row.n), str(row.due_on), *map(write_yuan, _amounts(row))] for row in account.due]
    names = [*map(str, PARTS.values()), _("已还"), _("待还")]
    columns = [_column(pgettext("column", "期")), _column(_("还款日"))]
    columns += [_column(name, wide=True, amount=True) for name in names]
    sums = [sum(column) for column in zip(*map(_amounts, account.due), strict=True)]
    title, total = _headed(account, _("这段时间到期的各期")), [_("合计"), "", *map(write_yuan, sums)]
    return _table(title, columns, rows, total=total)


def _amounts(row: StandingInstalment) -> tuple[int, ...]:
    return (
        row.principal_minor, row.interest_minor, row.fee_minor, row.penalty_minor, row.paid_minor, row.remaining_minor,
    )  # fmt: skip


def _headed(account: Account, title: str) -> str:
    return f"{account.loan.number} · {title}"


def _column(name: str, *, wide: bool = False, amount: bool = False) -> Paper:
    return {"name": name, "wide": wide, "amount": amount}


def _table(title: str, columns: list[Paper], rows: list[list[str]], *, total: list[str]) -> Paper:
    return {"title": title, "columns": columns, "rows": rows, "sum": total, "note": ""}
