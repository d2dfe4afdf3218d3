"""A receipt in words: what it was for, what was left, what could not be used and why."""

from datetime import date
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from anqi.documents.queries import Receipt, ReceiptLine
from anqi.web.borrower import lines
from anqi.web.borrower.lines import LINES
from anqi.web.borrower.wording import WHY_UNAPPLIED, instalments, paid_through
from anqi.web.shared.figures import write_day, write_moment, write_yuan

Row = dict[str, Any]


def lines_of(receipt: Receipt, *, today: date) -> list[Row]:
    """The receipt line by line, for the part `sum`."""
    head = [
        {"label": _("支付方式"), "text": paid_through(receipt.channel, is_by_other=receipt.by_other)},
        {"label": _("支付时间"), "text": write_moment(receipt.paid_at, this_year=today.year)},
        {"label": _("渠道流水号"), "text": receipt.ref},
        {"label": _("我们的单号"), "text": receipt.charge_key},
    ]
    is_several = len(receipt.lines) > 1
    return [*(row for line in receipt.lines for row in _loan_lines(line, today, is_several=is_several)), *head]


def _loan_lines(line: ReceiptLine, today: date, *, is_several: bool) -> list[Row]:
    rows: list[Row] = [{"label": _("合同编号"), "text": line.loan_number}]
    if is_several:
        rows.append({"label": _("分到这一笔"), "text": write_yuan(line.applied_minor + line.unapplied_minor)})
    if line.applied_minor:
        rows += [{"label": _("还的是"), "text": paid_for(line)}, *_parts(line)]
    if line.saved_minor > 0:
        rows.append({"label": _("省下的利息和手续费"), "amount_minor": line.saved_minor})
    if line.unapplied_minor:
        why = WHY_UNAPPLIED.get(line.unapplied_because, "")
        rows.append({"label": _("没有用上的"), "amount_minor": line.unapplied_minor, "note": why})
    return [*rows, *_after(line, today)]


def paid_for(line: ReceiptLine) -> str:
    """The instalments that the money went to, in words."""
    if line.settles:
        return _("全部结清")
    if line.parts:
        return str(capfirst(instalments(n for n, _part, _amount in line.parts)))
    return str(LINES["credit"] if line.excess_minor and not line.prepaid_minor else LINES["prepaid"])


def _parts(line: ReceiptLine) -> list[Row]:
    return lines.tell_use(
        ((part, minor) for _n, part, minor in line.parts),
        prepaid_minor=line.prepaid_minor,
        excess_minor=line.excess_minor,
        credit_used_minor=line.credit_used_minor,
    )


def _after(line: ReceiptLine, today: date) -> list[Row]:
    if line.remaining_after_minor is None:
        return []
    rows: list[Row] = [{"label": _("还后剩余应还"), "amount_minor": line.remaining_after_minor}]
    if line.next_due_on and line.next_due_minor is not None:
        day = write_day(line.next_due_on, this_year=today.year)
        rows.append({"label": _("下一期"), "text": f"{day} {write_yuan(line.next_due_minor)}"})
    return rows
