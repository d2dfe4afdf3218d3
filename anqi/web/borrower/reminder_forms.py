"""What borrowers fill in about being reminded."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anqi.people.wishes import QUIET_FROM, QUIET_UNTIL, STEPS, Wishes

STEP_WORDS = {7: _("还款日前 7 天"), 3: _("还款日前 3 天"), 1: _("还款日前 1 天"), 0: _("还款日当天")}
LANGUAGES = (("zh-hans", "中文"), ("en", "English"))


def _hours(hours: Iterable[int]) -> list[tuple[int, str]]:
    return [(hour, f"{hour:02}:00") for hour in hours]


class ReminderForm(forms.Form):
    """By what, on which days, when, and in which language."""

    by_sms = forms.BooleanField(required=False)
    by_mail = forms.BooleanField(required=False)
    steps = forms.TypedMultipleChoiceField(required=False, coerce=int, choices=[(each, each) for each in STEPS])
    hour = forms.TypedChoiceField(
        label=_("几点提醒"), coerce=int, choices=_hours(range(min(QUIET_UNTIL), max(QUIET_FROM)))
    )
    quiet_from = forms.TypedChoiceField(label=_("安静时段从"), coerce=int, choices=_hours(QUIET_FROM))
    quiet_until = forms.TypedChoiceField(label=_("到第二天"), coerce=int, choices=_hours(QUIET_UNTIL))
    language = forms.ChoiceField(label=_("消息的语言"), choices=LANGUAGES)

    @classmethod
    def of(cls, wanted: Wishes, *, language: str) -> "ReminderForm":
        """The form as the borrower's wishes stand."""
        stated: dict[str, Any] = {name: getattr(wanted, name) for name in ("hour", "quiet_from", "quiet_until")}
        return cls(initial=stated | {"language": language})


class MailForm(forms.Form):
    """The address that reminders may go to."""

    mail = forms.CharField(
        label=_("邮箱"), max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
        help_text=_("我们会发一个 6 位数字的验证码过去。"),
    )  # fmt: skip


class MailCodeForm(forms.Form):
    """The code that came by mail."""

    code = forms.CharField(
        label=_("邮件里的验证码"), max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": "6"}),
    )  # fmt: skip
