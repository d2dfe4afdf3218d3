"""What a borrower can do about each reason why an application was refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anqi.web.borrower.reasons import told


@dataclass(frozen=True, kw_only=True)
class Remedy:
    """A reason in the borrower's words, what can be done about it, and where, if there is a page for it."""

    why: str
    text: str | Promise
    url: str
    link: str | Promise


def find(reason: Mapping[str, Any], *, today: date) -> Remedy:
    """What to do about one reason as a decision keeps it."""
    text, page, link = _REMEDIES.get(reason["code"], _ASK)
    return Remedy(why=told(reason, today=today), text=text, url=reverse(f"borrower:{page}") if page else "", link=link)


Told = tuple[str | Promise, str, str | Promise]
_ASK: Told = (_("觉得不对，可以在下面说明，请人再看一遍。"), "", "")
_OTHER_AMOUNT: Told = (_("换一个金额再申请。"), "", "")
_LATER: Told = (_("到那天再来申请，现在申请也不会通过。"), "", "")
_REMEDIES: dict[str, Told] = {
    "identity_not_verified": (_("实名以后再申请。"), "verify", _("去实名")),
    "age_unknown": (_("请核对实名时填的身份证号；没有填错，可以在下面说明，请人再看一遍。"), "", ""),
    "too_young": (_("到了年龄再来申请。"), "", ""),
    "above_age": _ASK,
    "purpose_not_allowed": (_("换一个用途再申请。"), "", ""),
    "amount_too_small": _OTHER_AMOUNT,
    "amount_too_big": _OTHER_AMOUNT,
    "more_than_free": (_("少借一点，或还清一部分以后再申请。"), "limit", _("看额度是怎么用掉的")),
    "term_too_long": (_("换一个短一些的期限再申请。"), "", ""),
    "overdue_here": (_("先把逾期的还清。"), "home", _("去还款")),
    "overdue_elsewhere": (_("在那家机构还清，等征信更新以后再申请。"), "", ""),
    "elsewhere_unknown": _ASK,
    "elsewhere_too_old": _ASK,
    "another_is_open": (_("先签约或撤回那一笔。"), "reserves", _("看那一笔")),
    "too_soon_after_refusal": _LATER,
    "too_many_applications": _LATER,
    "too_many_running": (_("结清一笔以后再申请。"), "orders", _("看我的借款")),
    "many_today": _ASK,
    "account_shared": (_("换一个只有你自己用的收款账户，或在下面说明情况，请人再看一遍。"), "", ""),
    "device_shared": (_("用你自己的手机申请，或在下面说明情况，请人再看一遍。"), "", ""),
    "score_too_low": _ASK,
}
