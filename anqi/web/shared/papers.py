"""Papers as files: the same for the borrower who keeps them and for the staff who look them up."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from anqi.documents import pdf
from anqi.documents.pdf import CharacterMissing
from anqi.lending import amendment_papers, signed_papers
from anqi.lending.models import Agreement, Amendment
from anqi.web.shared import errors
from anqi.web.shared.errors import Act, Trouble

MEDIA_TYPE = "application/pdf"
SIGNED = {"agreement": signed_papers.agreement, "cost-statement": signed_papers.cost_statement}


def signed(request: HttpRequest, row: Agreement, *, name: str, back: Act) -> HttpResponse:
    """One of the `SIGNED` papers of an agreement, always the same bytes; `back` is where to go if it can't be made."""
    if not row.body:
        return tell_gone(request, back=back)
    return file(request, SIGNED[name](row), name=name, created_at=row.signed_at, back=back)


def amended(request: HttpRequest, row: Amendment, *, back: Act) -> HttpResponse:
    """An amendment as it was signed, always the same bytes."""
    if not row.body:
        return tell_gone(request, back=back)
    return file(request, amendment_papers.amendment(row), name="amendment", created_at=row.signed_at, back=back)


def file(
    request: HttpRequest, paper: Mapping[str, Any], *, name: str, created_at: datetime, back: Act
) -> HttpResponse:
    """The paper as PDF; a page that says so where our fonts have not all of its characters."""
    try:
        body = pdf.render("statement", paper, created_at=created_at)
    except CharacterMissing as refusal:
        can_do = _("网页上的内容完整有效；请把这个字告诉客服，我们补上字体。")
        return tell_missing(request, refusal, can_do=can_do, back=back)
    disposition = f'inline; filename="{name}.pdf"'
    return HttpResponse(body, content_type=MEDIA_TYPE, headers={"Content-Disposition": disposition})


def tell_gone(request: HttpRequest, *, back: Act) -> HttpResponse:
    """The page that says that what names somebody was deleted in due time."""
    return errors.tell(request, status=410, trouble=Trouble(
        title=_("已按保存期限删除"),
        happened=_("账户关闭已满十年，写明身份的内容都已删除。"),
        done=_("还款和账目仍然保留。"),
        can_do=_("要查金额，请看分期的时间线。"),
        acts=(back,),
    ))  # fmt: skip


def tell_missing(request: HttpRequest, refusal: CharacterMissing, *, can_do: str, back: Act) -> HttpResponse:
    """The page that says which character our fonts have not."""
    return errors.tell(request, status=422, trouble=Trouble(
        title=_("这份 PDF 做不出来"),
        happened=_("里面有一个字，我们的字体里没有：%(character)s。") % refusal.facts,
        done=_("我们没有用别的字代替它，也没有改动任何记录。"),
        can_do=can_do,
        acts=(back,),
    ))  # fmt: skip
