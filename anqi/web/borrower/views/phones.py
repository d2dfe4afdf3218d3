"""Another phone number, by codes to both phones or after a person has looked; and another name or identity number."""

import base64
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from anqi import clock
from anqi.actions import account_requests as requests
from anqi.people import account_requests, identities, phones, queries
from anqi.people.models import AccountRequest
from anqi.rows import keyring
from anqi.rows.refusals import Refused
from anqi.web.borrower.access import borrower_id, borrower_required, network_address
from anqi.web.borrower.forms import CorrectionForm, LostPhoneForm, PhoneForm, TwoCodesForm
from anqi.web.borrower.pacing import paced
from anqi.web.borrower.refusals import told

_PHONE, _IDENTITY = AccountRequest.Kind.PHONE, AccountRequest.Kind.IDENTITY
# The new number, sealed, of somebody who isn't signed in.
_LOST = "lost_phone"


@borrower_required
@require_http_methods(["GET", "HEAD", "POST"])
@paced("phone")
def phone(request: HttpRequest) -> HttpResponse:
    """The new number; codes go to it and to the old one."""
    form = PhoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        stated = {"phone": form.cleaned_data["phone"], "language": _language(), "address": network_address(request)}
        if _done(form, "phone", requests.begin, borrower_id=borrower_id(request), **stated):
            return HttpResponseRedirect(reverse("borrower:phone-codes"))
    return _page(request, "borrower/phone.html", form, kind=_PHONE)


@borrower_required
@require_http_methods(["GET", "HEAD", "POST"])
@paced("phone")
def codes(request: HttpRequest) -> HttpResponse:
    """Both codes, together or one after the other."""
    form = TwoCodesForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        stated = {name: form.cleaned_data[name] for name in ("new_code", "old_code")}
        if _done(form, None, requests.prove, borrower_id=borrower_id(request), **stated):
            messages.success(request, _("已换成新的手机号，以后用它登录。"))
            return HttpResponseRedirect(reverse("borrower:account"))
    row = account_requests.alive(borrower_id(request), _PHONE)
    if not row or row.state != AccountRequest.State.PROVING:
        return HttpResponseRedirect(reverse("borrower:phone"))
    return _page(request, "borrower/phone_codes.html", form, kind=_PHONE, new_phone=phones.mask(row.phone or ""))


@require_http_methods(["GET", "HEAD", "POST"])
def lost(request: HttpRequest) -> HttpResponse:
    """Somebody who has lost the old phone names the new one."""
    form = PhoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        stated = {"phone": form.cleaned_data["phone"], "language": _language(), "address": network_address(request)}
        if _done(form, "phone", requests.send_code, **stated):
            sealed = keyring.encrypt(phones.read(form.cleaned_data["phone"]))
            request.session[_LOST] = base64.b64encode(sealed).decode()
            return HttpResponseRedirect(reverse("borrower:lost-code"))
    return render(request, "borrower/lost.html", {"form": form, "hours": _hours()}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def lost_code(request: HttpRequest) -> HttpResponse:
    """The code, and who they are."""
    sealed = request.session.get(_LOST)
    if not sealed:
        return HttpResponseRedirect(reverse("borrower:lost"))
    new_phone = keyring.decrypt(base64.b64decode(sealed))
    form = LostPhoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _report(form, new_phone):
        del request.session[_LOST]
        return render(request, "borrower/lost_reported.html", {"hours": _hours()})
    context = {"form": form, "phone": new_phone, "hours": _hours()}
    return render(request, "borrower/lost_code.html", context, status=422 if form.errors else 200)


def _report(form: LostPhoneForm, new_phone: str) -> bool:
    stated = form.cleaned_data
    try:
        identity = identities.read(name=stated["name"], number=stated["id_number"], today=clock.today())
    except Refused as refused:
        form.add_error("id_number", told(refused, now=clock.now()))
        return False
    return _done(
        form, "code", requests.report_lost, old_phone=stated["old_phone"], new_phone=new_phone, identity=identity,
        code=stated["code"],
    )  # fmt: skip


@borrower_required
@require_http_methods(["GET", "HEAD", "POST"])
@paced("identity")
def identity(request: HttpRequest) -> HttpResponse:
    """The name and number as they should be, for a person to look at."""
    form = CorrectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        stated = {"name": form.cleaned_data["name"], "number": form.cleaned_data["id_number"]}
        who = borrower_id(request)
        if _done(form, "id_number", requests.correct, borrower_id=who, text=form.cleaned_data["text"], **stated):
            messages.success(request, _("已提交，工作人员会核对，结果在这里看。"))
            return HttpResponseRedirect(reverse("borrower:identity"))
    return _page(request, "borrower/identity.html", form, kind=_IDENTITY)


@borrower_required
@require_POST
def withdraw(request: HttpRequest, kind: str) -> HttpResponse:
    """The borrower says no to what is being done about it."""
    try:
        requests.withdraw(borrower_id=borrower_id(request), kind=kind, now=clock.now())
        messages.success(request, _("已撤销，账号没有变化。"))
    except Refused as refused:
        messages.error(request, told(refused, now=clock.now()))
    return HttpResponseRedirect(reverse(f"borrower:{kind}"))


def _done(form: forms.Form, field: str | None, act: Any, **stated: Any) -> bool:
    try:
        act(**stated, now=clock.now())
    except Refused as refused:
        form.add_error(field, told(refused, now=clock.now()))
        return False
    return True


def _page(request: HttpRequest, template: str, form: forms.Form, *, kind: str, **more: Any) -> HttpResponse:
    who = borrower_id(request)
    context = {
        "today": clock.today(),
        "form": form,
        "profile": queries.profile(who),
        "row": account_requests.latest(who, kind),
        "hours": _hours(),
        **more,
    }
    return render(request, template, context, status=422 if form.errors else 200)


def _hours() -> int:
    return int(account_requests.WAIT.total_seconds()) // 3600


def _language() -> str:
    return get_language() or "zh-hans"
