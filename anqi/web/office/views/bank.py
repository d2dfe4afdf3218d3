"""The bank account: its statements, money that nobody stated a number for, and transfers to be made by hand."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from anqi import clock
from anqi.actions import bank
from anqi.engine.money import write_amount
from anqi.payments import bank_inspection as inspection
from anqi.payments.models import BankLine, Charge
from anqi.people import authority
from anqi.people import inspection as people
from anqi.rows.refusals import Refused
from anqi.web.office import wording
from anqi.web.office.access import ACTORS, SUPERVISORS, staff, staff_required
from anqi.web.office.forms import LineForm, ReasonForm, StatementForm
from anqi.web.office.frame import note, show
from anqi.web.shared import sheets

_CALLS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required()
def account(request: HttpRequest) -> HttpResponse:
    """The account; sending the form takes a statement file."""
    if request.method != "POST":
        return _page(request)
    form = StatementForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form=form, status=422)
    try:
        imported = bank.import_statement(form.cleaned_data["file"].read(), actor=staff(request), now=clock.now())
    except Refused as refused:
        return _page(request, refusal=wording.refusal(refused), status=409)
    told = _("已导入，新的有 %(n)s 行。") if imported.is_new else _("这份文件以前导入过，什么都没有改变。")
    messages.success(request, told % {"n": imported.statement.new_lines})
    return HttpResponseRedirect(reverse("office:bank"))


def _page(
    request: HttpRequest, *, form: StatementForm | None = None, refusal: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "form": form or StatementForm(),
        "reason": ReasonForm(),
        "refusal": refusal,
        "last": inspection.last_line(settings.ANQI_BANK["account_number"]) if settings.ANQI_BANK else None,
        "lines": [
            (each, people.mask_name(each.name), mask_account(each.payer_account)) for each in inspection.unmatched()
        ],
        "to_make": [(each, people.mask_name(each.name), mask_account(each.account)) for each in inspection.to_make()],
        "statements": inspection.statements(),
    }
    return show(request, "office/bank.html", context, place="bank", status=status)


def mask_account(number: str) -> str:
    """The last four digits stay. 6222020200112233445: ****3445."""
    return f"****{number[-4:]}" if number else ""


@require_POST
@staff_required(roles=ACTORS)
def to_make_file(request: HttpRequest) -> HttpResponse:
    """The transfers to be made, payees in clear, as a file for the bank, after the reason is on record."""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, refusal=_("请写明理由。"), status=422)
    note(request, "download_transfers", reason=form.cleaned_data["reason"])
    return sheets.file(_transfers(), name=f"transfers-{clock.today().isoformat()}")


def _transfers() -> Iterator[list[str]]:
    yield [_("收款户名"), _("收款账号"), _("金额"), _("附言")]
    for each in inspection.to_make():
        payee = (_harmless(each.name), f"\t{each.account}")
        yield [*payee, write_amount(each.amount_minor, currency="CNY"), each.reference]


def _harmless(told: str) -> str:
    # Whoever paid chose these letters, and a spreadsheet would run them.
    return f"'{told}" if told.startswith(_CALLS_A_FORMULA) else told


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required()
def line(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """One line; sending its form says what it is."""
    found = _find(line_id)
    if request.method != "POST":
        note(request, "view_bank_line", object_id=line_id)
        return _line_page(request, found)
    form = LineForm(request.POST)
    if not form.is_valid():
        return _line_page(request, found, form=form, status=422)
    return _act(request, line_id, lambda: bank.decide(
        line_id=line_id, **form.cleaned_data, actor=staff(request), now=clock.now()
    ))  # fmt: skip


@require_POST
@staff_required(roles=ACTORS)
def unmask(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """Who paid, in clear, in this one answer, after the reason is on record."""
    found, form = _find(line_id), ReasonForm(request.POST)
    if not form.is_valid():
        return _line_page(request, found, refusal=_("请写明理由。"), status=422)
    note(request, "unmask_bank_line", object_id=line_id, reason=form.cleaned_data["reason"])
    return _line_page(request, found, is_clear=True)


@require_POST
@staff_required(roles=SUPERVISORS)
def approve(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """The second person says yes."""
    return _act(request, line_id, lambda: bank.approve(line_id=line_id, actor=staff(request), now=clock.now()))


@require_POST
@staff_required(roles=ACTORS)
def refuse(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """The second person says no, or the first takes it back."""
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    return _act(request, line_id, lambda: bank.refuse(
        line_id=line_id, reason=reason, actor=staff(request), now=clock.now()
    ))  # fmt: skip


def _act(request: HttpRequest, line_id: UUID, act: Callable[[], BankLine]) -> HttpResponse:
    _find(line_id)
    try:
        after = act()
    except Refused as refused:
        return _line_page(request, _find(line_id), refusal=wording.refusal(refused), status=409)
    messages.success(request, wording.word(wording.BANK_DONE, after.state))
    return HttpResponseRedirect(reverse("office:bank_line", args=[line_id]))


def _find(line_id: UUID) -> BankLine:
    found = inspection.line(line_id)
    if not found:
        raise Http404
    return found


def _line_page(
    request: HttpRequest, found: BankLine, *, form: LineForm | None = None, refusal: str = "", is_clear: bool = False,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    names = people.staff_names([found.asked_by, found.decided_by])
    context: dict[str, Any] = {
        "line": found,
        "name": found.name if is_clear else people.mask_name(found.name),
        "account": found.payer_account if is_clear else mask_account(found.payer_account),
        "is_clear": is_clear,
        "state": wording.word(wording.BANK_LINES, found.state),
        "use": wording.word(wording.BANK_USES, found.use),
        "candidates": _candidates(found) if found.state == BankLine.State.WAITING else [],
        "form": _offering_the_rest(form or LineForm()),
        "reason": ReasonForm(),
        "refusal": refusal,
        "alone_minor": authority.ALONE_MINOR,
        "asked_by": names.get(found.asked_by, "") if found.asked_by else "",
        "decided_by": names.get(found.decided_by, "") if found.decided_by else "",
    }
    return show(request, "office/bank_line.html", context, place="bank", status=status)


def _offering_the_rest(form: LineForm) -> LineForm:
    rest = [(use, told) for use, told in wording.BANK_USES.items() if use != BankLine.Use.CHARGE]
    form.fields["use"].choices = rest  # type: ignore[attr-defined]
    return form


def _candidates(found: BankLine) -> list[dict[str, Any]]:
    """Transfers it may be: of this amount, or begun by somebody of the payer's name; both on top."""
    charges = inspection.candidates(found)
    named = people.named({each.borrower_id for each in charges}, name=found.name)
    likely = [each for each in charges if each.amount_minor == found.amount_minor or each.borrower_id in named]
    who = people.identities(each.borrower_id for each in likely)
    rows = [_candidate(each, found, who[each.borrower_id], each.borrower_id in named) for each in likely]
    return sorted(rows, key=lambda row: -(row["is_named"] + row["is_same"]))


def _candidate(charge: Charge, found: BankLine, who: people.Identity, is_named: bool) -> dict[str, Any]:
    is_same = charge.amount_minor == found.amount_minor
    return {"charge": charge, "who": who, "is_named": is_named, "is_same": is_same}
