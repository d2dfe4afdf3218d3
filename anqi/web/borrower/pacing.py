"""Forms that may be sent only so often, by one borrower and from one network address."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from anqi import clock
from anqi.people import tries
from anqi.people.tries import TooOften
from anqi.web.borrower.access import Rest, View, borrower_id, network_address
from anqi.web.shared.errors import Trouble, home, tell
from anqi.web.shared.figures import write_moment


def paced(what: str) -> Callable[[View[Rest]], View[Rest]]:
    """Answers 429, and when to try again, once the form was sent too often. It stands inside `borrower_required`."""

    def guard(view: View[Rest]) -> View[Rest]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
            try:
                if request.method == "POST":
                    tries.spend(
                        what, borrower_id=borrower_id(request), address=network_address(request), now=clock.now()
                    )
            except TooOften as refused:
                return too_often(request, refused)
            return view(request, *args, **kwargs)

        return guarded

    return guard


def too_often(request: HttpRequest, refused: TooOften) -> HttpResponse:
    """429, and when to try again."""
    now = clock.now()
    again_at: Any = refused.facts["again_at"]
    response = tell(request, status=429, trouble=Trouble(
        title=_("提交得太频繁了"),
        happened=_("这一个小时里，你或同一个网络下提交的次数太多。"),
        done=_("我们没有提交这一次，以前的申请没有变化。"),
        can_do=_("%(at)s 以后可以再试。") % {"at": write_moment(again_at, this_year=now.year)},
        acts=(home(),),
    ))  # fmt: skip
    response.headers["Retry-After"] = str(max(int((again_at - now).total_seconds()), 1))
    return response
