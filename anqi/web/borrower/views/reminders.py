"""提醒设置: by what and when the borrower is reminded, and the mail address for it."""

from dataclasses import replace
from typing import Any

from django import forms
from django.conf import settings as conf
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from anqi import clock
from anqi.actions import wishes as acts
from anqi.engine.contact_rules import RuleBook
from anqi.payments import debit_queries
from anqi.people import codes, queries, wishes
from anqi.rows.refusals import Refused
from anqi.web.borrower.access import borrower_id, borrower_required
from anqi.web.borrower.refusals import told
from anqi.web.borrower.reminder_forms import STEP_WORDS, MailCodeForm, MailForm, ReminderForm
from anqi.web.borrower.tabs import tabs


@borrower_required
@require_safe
def settings(request: HttpRequest) -> HttpResponse:
    return _show(request)


@borrower_required
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """All of it at once; what can't be switched off stays on."""
    form, now = ReminderForm(request.POST), clock.now()
    if not form.is_valid():
        return _show(request, form=form)
    try:
        acts.choose(borrower_id=borrower_id(request), **form.cleaned_data, now=now)
    except Refused as refused:
        form.add_error("hour", told(refused, now=now))
        return _show(request, form=form)
    return _back(request, _("提醒设置改好了。"))


@borrower_required
@require_POST
def name_mail(request: HttpRequest) -> HttpResponse:
    """A code goes to the address; until it is entered, nothing else does."""
    if conf.ANQI_MAIL is None:
        raise Http404
    form, now = MailForm(request.POST), clock.now()
    if not form.is_valid():
        return _show(request, mail_form=form)
    address, language = form.cleaned_data["mail"], get_language() or "zh-hans"
    try:
        acts.name_mail(borrower_id=borrower_id(request), address=address, language=language, now=now)
    except Refused as refused:
        form.add_error("mail", told(refused, now=now))
        return _show(request, mail_form=form)
    return _back(request, _("验证码已发到你的邮箱，%(n)d 分钟内有效。") % {"n": codes.LIFE.total_seconds() // 60})


@borrower_required
@require_POST
def confirm_mail(request: HttpRequest) -> HttpResponse:
    form, now = MailCodeForm(request.POST), clock.now()
    if not form.is_valid():
        return _show(request, code_form=form)
    try:
        acts.confirm_mail(borrower_id=borrower_id(request), code=form.cleaned_data["code"], now=now)
    except codes.WrongCode:
        form.add_error("code", _("验证码不对，或已经失效。请核对最新一封邮件，或重新填写邮箱。"))
        return _show(request, code_form=form)
    except wishes.NoMailAsked:
        # Posted twice: the first time it was confirmed.
        return _back(request)
    return _back(request, _("邮箱验证好了，提醒也会发到这里。"))


@borrower_required
@require_POST
def drop_mail(request: HttpRequest) -> HttpResponse:
    acts.drop_mail(borrower_id=borrower_id(request), now=clock.now())
    return _back(request, _("邮箱删除了，不会再发邮件。"))


def _back(request: HttpRequest, said: str = "") -> HttpResponse:
    if said:
        messages.success(request, said)
    return HttpResponseRedirect(reverse("borrower:reminders"))


def _show(
    request: HttpRequest, *, form: ReminderForm | None = None, mail_form: MailForm | None = None,
    code_form: MailCodeForm | None = None,
) -> HttpResponse:  # fmt: skip
    who = borrower_id(request)
    wanted, is_debited = wishes.read(who), bool(debit_queries.count(who))
    if form:
        wanted = _as_filled_in(wanted, request.POST)
    context = {
        "tabs": tabs(),
        "today": clock.today(),
        "wanted": wanted,
        "form": form or ReminderForm.of(wanted, language=queries.language(who)),
        "steps": [_step(each, wanted, is_debited=is_debited) for each in STEP_WORDS],
        "call_rules": RuleBook().on(clock.today(), lender=""),
        "can_mail": conf.ANQI_MAIL is not None,
        "mail_form": mail_form or MailForm(),
        "code_form": code_form or MailCodeForm(),
    }
    given: tuple[forms.Form | None, ...] = (form, mail_form, code_form)
    return render(request, "borrower/reminders.html", context, status=422 if any(given) else 200)


def _as_filled_in(wanted: wishes.Wishes, given: QueryDict) -> wishes.Wishes:
    """What somebody has just ticked stays ticked while they mend the rest."""
    ticked = frozenset(int(each) for each in given.getlist("steps") if each.isascii() and each.isdigit())
    return replace(wanted, by_sms="by_sms" in given, by_mail="by_mail" in given, steps=ticked)


def _step(days: int, wanted: wishes.Wishes, *, is_debited: bool) -> dict[str, Any]:
    is_fixed = is_debited and days == acts.ALWAYS_WHEN_DEBITED
    return {"days": days, "word": STEP_WORDS[days], "is_on": days in wanted.steps or is_fixed, "is_fixed": is_fixed}
