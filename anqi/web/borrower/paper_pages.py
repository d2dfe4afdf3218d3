"""The list of papers, and why a certificate can't be had yet, in words."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from anqi.actions.papers import Hindrance, NotClear
from anqi.documents import certificates
from anqi.documents.models import Certificate
from anqi.web.borrower.wording import sentences
from anqi.web.shared.errors import Act, Trouble, tell
from anqi.web.shared.figures import write_yuan

_WHY: dict[str, Callable[[], str]] = {
    "owed": lambda: _("%(number)s 还欠 %(amount)s。"),
    "not_begun": lambda: _("%(number)s 已签约，还没有开始。"),
    "void": lambda: _("%(number)s 没有生效或已作废，没有可以证明的结清。"),
    "in_flight": lambda: _("%(number)s 有一笔 %(amount)s 的付款还没有结果。"),
    "unapplied": lambda: _("有 %(amount)s 已到账，还没有用来还款，也没有退回。"),
    "returning": lambda: _("有 %(amount)s 正在退回你的付款账户，还没有到账。"),
    "nothing_settled": lambda: _("你还没有结清的分期或借款。"),
}


def issued(rows: list[Certificate]) -> list[dict[str, Any]]:
    """Certificates as the list shows them: what they speak of, when they were issued, and where the file is."""
    return [_issued(row, certificates.read(row)) for row in rows]


def _issued(row: Certificate, stated: dict[str, Any]) -> dict[str, Any]:
    numbers = " · ".join(each["number"] for each in stated["loans"])
    return {"id": row.id, "is_of_all": stated["scope"] == "all", "numbers": numbers, "issued_at": row.issued_at}


def not_clear(request: HttpRequest, refused: NotClear) -> HttpResponse:
    """What stands in the way of a certificate, all of it."""
    hindrances: tuple[Hindrance, ...] = refused.facts["hindrances"]  # type: ignore[assignment]
    return tell(request, status=409, trouble=Trouble(
        title=_("现在还不能开结清证明"),
        happened=sentences(*map(_told, hindrances)),
        done=_("我们没有开出证明，也没有改动任何记录。"),
        can_do=_("这些都办完以后，再来开一次，马上就有。"),
        acts=(Act(label=_("回到文件"), url=reverse("borrower:papers")),),
    ))  # fmt: skip


def _told(each: Hindrance) -> str:
    return _WHY[each.why]() % {"number": each.loan_number, "amount": write_yuan(each.amount_minor)}
