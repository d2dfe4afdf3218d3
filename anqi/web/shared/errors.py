"""Pages for what went wrong: what happened, what we did, what you can do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from anqi.web.shared import pages


@dataclass(frozen=True, kw_only=True)
class Act:
    """Something the reader can do now."""

    label: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """One thing that went wrong, told in three sentences and ended with a button."""

    title: str
    happened: str
    done: str
    can_do: str
    acts: tuple[Act, ...]


class FormsOnly:
    """Middleware: an address that only takes forms, opened by hand or by a reload, answers with a page too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # The API says so in a form of its own.
        if response.status_code != 405 or response.content:
            return response
        page = forms_only(request)
        page.headers["Allow"] = response.headers["Allow"]
        return page


def forms_only(request: HttpRequest) -> HttpResponse:
    return tell(request, status=405, trouble=Trouble(
        title=_("这个网址不能直接打开"),
        happened=_("它只用来提交表单，多半是提交以后又刷新了页面。"),
        done=_("我们没有重复提交，也没有扣款。"),
        can_do=_("请从首页重新进入。"),
        acts=(home(),),
    ))  # fmt: skip


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return tell(request, status=400, trouble=Trouble(
        title=_("这个请求看不懂"),
        happened=_("浏览器发来的内容不完整，或被改动过。"),
        done=_("我们没有执行任何操作，也没有扣款。"),
        can_do=_("请从首页重新进入，再试一次。"),
        acts=(home(),),
    ))  # fmt: skip


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return tell(request, status=403, trouble=Trouble(
        title=_("这个页面不对你开放"),
        happened=_("当前登录的账号没有查看这个页面的权限。"),
        done=_("我们没有显示任何内容，也没有改动任何记录。"),
        can_do=_("可以回到首页，或换一个账号登录。"),
        acts=(home(),),
    ))  # fmt: skip


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return tell(request, status=404, trouble=Trouble(
        title=_("没有找到这个页面"),
        happened=_("网址可能输错了，或者这个页面属于别的账号。"),
        done=_("你的订单、分期和还款都没有变化。"),
        can_do=_("可以从首页进入你要找的内容。"),
        acts=(home(),),
    ))  # fmt: skip


def broken(request: HttpRequest) -> HttpResponse:
    return tell(request, status=500, trouble=Trouble(
        title=_("我们这边出错了"),
        happened=_("页面没能做完，原因在我们，不在你。"),
        done=_("没做完的操作已整体撤回。如果你刚付过款，付款结果以支付渠道为准，到账后会自动入账。"),
        can_do=_("请稍后刷新。付过款的请先看还款记录，不要重复付款。"),
        acts=(Act(label=_("刷新页面"), url=request.get_full_path()) if request.method == "GET" else home(),),
    ))  # fmt: skip


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The answer to a form without its proof of origin (Django's CSRF_FAILURE_VIEW)."""
    return tell(request, status=403, trouble=Trouble(
        title=_("页面放得太久了"),
        happened=_("这张表单已经失效，可能是登录状态变了，或浏览器禁用了 Cookie。"),
        done=_("为了你的安全，我们没有提交它，也没有扣款。"),
        can_do=_("请重新打开页面，再填一次。"),
        acts=(Act(label=_("重新打开"), url=pages.reopened(request)), home()),
    ))  # fmt: skip


def home() -> Act:
    return Act(label=_("回到首页"), url="/")


def tell(request: HttpRequest, *, status: int, trouble: Trouble) -> HttpResponse:
    """The page of a trouble, or only its fragment when htmx will put it inside another page."""
    template = "shared/parts/trouble.html" if pages.wants_part(request) else "shared/error.html"
    # Without context processors: after a broken request the database and the session may be what is broken.
    context = {**pages.look(request), "trouble": trouble, "status": status, "csrf_token": ""}
    return HttpResponse(render_to_string(template, context), status=status)
