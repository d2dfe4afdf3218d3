"""Coming in with a phone and a code, and going out."""

import base64
from datetime import datetime

from django.contrib import auth
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_POST

from anqi import clock
from anqi.actions import sessions
from anqi.people import codes, phones, queries
from anqi.people.devices import fingerprint
from anqi.rows import keyring
from anqi.rows.refusals import Refused
from anqi.web.borrower import devices
from anqi.web.borrower.access import borrower_id, is_borrower, network_address
from anqi.web.borrower.forms import CodeForm, PhoneForm
from anqi.web.borrower.refusals import told
from anqi.web.shared import pages

# The session keeps the number between the two steps, sealed: session rows are not personal data's place.
_PHONE = "login_phone"
_SENT_AT = "login_sent_at"
_BACKEND = "django.contrib.auth.backends.ModelBackend"


@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    next_page = pages.own_page(request.POST.get("next") or request.GET.get("next"))
    if is_borrower(request):
        return HttpResponseRedirect(next_page)
    form = PhoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _send(request, form.cleaned_data["phone"], next_page)
        except Refused as refused:
            form.add_error("phone", told(refused, now=clock.now()))
    context = {"form": form, "next": next_page}
    return render(request, "borrower/login.html", context, status=422 if form.errors else 200)


def _send(request: HttpRequest, phone: str, next_page: str) -> HttpResponse:
    now = clock.now()
    language, address = get_language() or "zh-hans", network_address(request)
    sessions.send_code(phone=phone, language=language, now=now, address=address)
    request.session[_PHONE] = base64.b64encode(keyring.encrypt(phones.read(phone))).decode()
    request.session[_SENT_AT] = now.isoformat()
    return HttpResponseRedirect(_with_next("borrower:login-code", next_page))


def _with_next(name: str, next_page: str) -> str:
    return f"{reverse(name)}?{urlencode({'next': next_page})}" if next_page != "/" else reverse(name)


@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    next_page = pages.own_page(request.POST.get("next") or request.GET.get("next"))
    phone = _phone_of(request)
    if not phone:
        return HttpResponseRedirect(_with_next("borrower:login", next_page))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _enter(request, phone, form.cleaned_data["code"], next_page)
        except Refused as refused:
            form.add_error("code", told(refused, now=clock.now()))
    return _ask_code(request, phone, form, next_page)


def _phone_of(request: HttpRequest) -> str:
    sealed = request.session.get(_PHONE)
    return keyring.decrypt(base64.b64decode(sealed)) if sealed else ""


def _ask_code(request: HttpRequest, phone: str, form: CodeForm, next_page: str) -> HttpResponse:
    context = {
        "form": form,
        "next": next_page,
        "phone": phone,
        "wait": _seconds_to_wait(request),
        "minutes": int(codes.LIFE.total_seconds()) // 60,
    }
    return render(request, "borrower/login_code.html", context, status=422 if form.errors else 200)


def _seconds_to_wait(request: HttpRequest) -> int:
    sent_at = datetime.fromisoformat(request.session[_SENT_AT])
    return max(int((sent_at + codes.PAUSE - clock.now()).total_seconds()), 0)


def _enter(request: HttpRequest, phone: str, digits: str, next_page: str) -> HttpResponse:
    language, device = get_language() or "zh-hans", devices.value_for(request)
    who = sessions.sign_in(
        phone=phone, code=digits, language=language, device=fingerprint(device),
        agent=request.headers.get("User-Agent", ""), now=clock.now(),
    )  # fmt: skip
    # Signing in gives the session a new key and leaves nothing of another person's session in it.
    request.session.flush()
    auth.login(request, queries.user(who), backend=_BACKEND)
    sessions.begin(
        borrower_id=who, key=request.session.session_key or "", device=fingerprint(device), now=clock.now()
    )
    response = HttpResponseRedirect(next_page)
    devices.keep(response, device)
    return response


@require_POST
def send_again(request: HttpRequest) -> HttpResponse:
    next_page = pages.own_page(request.POST.get("next"))
    phone = _phone_of(request)
    if not phone:
        return HttpResponseRedirect(_with_next("borrower:login", next_page))
    try:
        return _send(request, phone, next_page)
    except Refused as refused:
        form = CodeForm({"code": ""})
        form.full_clean()
        form.errors.clear()
        form.add_error("code", told(refused, now=clock.now()))
        return _ask_code(request, phone, form, next_page)


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    if is_borrower(request):
        sessions.end(borrower_id=borrower_id(request), key=request.session.session_key or "", now=clock.now())
    auth.logout(request)
    return HttpResponseRedirect(reverse("borrower:login"))
