"""A borrower's rights over their data and their account: where each is exercised, and who looked at what."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from anqi import clock
from anqi.actions import sessions
from anqi.notices import device_texts
from anqi.people import sign_ins
from anqi.people.models import Device
from anqi.people.sign_ins import NoSuchDevice
from anqi.web.borrower import contacts, paging
from anqi.web.borrower import devices as browsers
from anqi.web.borrower.access import borrower_id, borrower_required
from anqi.web.shared.figures import in_english


@borrower_required
@require_GET
def account(request: HttpRequest) -> HttpResponse:
    """Where to find what."""
    return render(request, "borrower/account.html", {"places": _places()})


def _places() -> list[dict[str, str]]:
    return [
        {
            "url": reverse("borrower:looked-at"), "icon": "person", "title": _("谁看过我的资料"),
            "text": _("工作人员的每次查看，发给你的短信，打给你的电话"),
        },
        {
            "url": reverse("borrower:devices"), "icon": "shield", "title": _("设备和登录"),
            "text": _("在哪些设备上登录过，把不认识的退出"),
        },
        {
            "url": reverse("borrower:copy"), "icon": "document", "title": _("下载我的资料"),
            "text": _("我们记着的关于你的一切，带走一份"),
        },
        {
            "url": reverse("borrower:phone"), "icon": "info", "title": _("换手机号"),
            "text": _("登录和收短信用的手机号"),
        },
        {
            "url": reverse("borrower:identity"), "icon": "person", "title": _("更正姓名和身份证号"),
            "text": _("改了名，或者登记错了"),
        },
        {
            "url": reverse("borrower:consents"), "icon": "check", "title": _("我同意过的"),
            "text": _("每一项是为了什么，哪个版本，怎么撤回"),
        },
        {
            "url": reverse("borrower:close"), "icon": "alert", "title": _("注销账号"),
            "text": _("还差什么，注销以后怎么样"),
        },
    ]  # fmt: skip


@borrower_required
@require_GET
def looked_at(request: HttpRequest) -> HttpResponse:
    """Who looked at the borrower's data, what they were sent, and who called."""
    found = contacts.latest(borrower_id(request), before=paging.before(request))
    shown = found[: contacts.PAGE]
    older = shown[-1].id if len(found) > contacts.PAGE else None
    return render(request, "borrower/looked_at.html", {"today": clock.today(), "contacts": shown, "older": older})


@borrower_required
@require_GET
def devices(request: HttpRequest) -> HttpResponse:
    """The devices that the borrower signed in from, and which of them are in."""
    who = borrower_id(request)
    found = sign_ins.signed(who, this=browsers.of(request))
    context = {
        "today": clock.today(),
        "devices": [(each, _label(each.device)) for each in found],
        "others": max(sign_ins.count(who) - 1, 0),
    }
    return render(request, "borrower/devices.html", context)


def _label(device: Device) -> str:
    language = "en" if in_english() else "zh-hans"
    return " · ".join(device_texts.word(each, language=language) for each in (device.system, device.browser))


@borrower_required
@require_POST
def sign_out(request: HttpRequest, device_id: UUID) -> HttpResponse:
    """Whoever is signed in from that device has to come in anew; this session goes on."""
    try:
        ended = sessions.end_device(
            borrower_id=borrower_id(request), device_id=device_id, key=_key(request), now=clock.now()
        )
    except NoSuchDevice:
        raise Http404 from None
    return _ended(request, ended)


@borrower_required
@require_POST
def sign_out_others(request: HttpRequest) -> HttpResponse:
    """Only this session goes on."""
    return _ended(request, sessions.end_others(borrower_id=borrower_id(request), key=_key(request), now=clock.now()))


def _ended(request: HttpRequest, count: int) -> HttpResponse:
    told = ngettext("已退出 %(count)d 处登录。", "已退出 %(count)d 处登录。", count) % {"count": count}
    messages.success(request, told if count else _("那里没有人登录，没有任何变动。"))
    return HttpResponseRedirect(reverse("borrower:devices"))


def _key(request: HttpRequest) -> str:
    return request.session.session_key or ""
