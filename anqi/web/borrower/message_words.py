"""How a message stands, in words, and the page on which one looks further."""

from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from anqi.notices.queries import MessageView
from anqi.web.shared.figures import write_moment

_MEDIA: dict[str, str | Promise] = {"sms": lazy("短信"), "mail": lazy("邮件")}
_WORDS: dict[str, str | Promise] = {
    "waiting": lazy("%(medium)s还没有发出"),
    "accepted": lazy("%(medium)s %(at)s 已发出"),
    "delivered": lazy("%(medium)s %(at)s 已送达"),
    "undelivered": lazy("%(medium)s没有送达"),
    "declined": lazy("%(medium)s没有发出"),
    "silent": lazy("%(medium)s已发出，没有收到回执"),
}
# By the beginning of a template's name; everything else is about an order.
_PLACES = {
    "reminder": "bills", "payment": "receipts", "refund": "receipts", "money": "receipts", "debit": "auto-pays",
    "mandate": "auto-pays", "reserve": "reserves", "new": "me", "contact": "reminders",
    "report": "credit", "objection": "credit",
}  # fmt: skip


def proofs(message: MessageView, *, now: datetime) -> str:
    """Each medium with what became of it there. "短信没有送达；邮件 11月24日 10:05 已送达"."""
    if not message.proofs:
        return _("只显示在这里")
    said = (
        str(_WORDS[each.word]) % {"medium": _MEDIA[each.medium], "at": write_moment(each.at, this_year=now.year)}
        for each in message.proofs
    )
    return _("；").join(said)


def place_of(message: MessageView) -> str:
    """Where one looks further, and sees what an amount in it is made of."""
    return reverse(f"borrower:{_PLACES.get(message.template.partition('_')[0], 'orders')}")
