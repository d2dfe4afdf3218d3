"""What borrowers fill in. A form reads; whether it may be is decided by an action."""

import re
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anqi.lending import changing
from anqi.lending.queries import LoanView
from anqi.people.complaints import LONGEST
from anqi.web.borrower.reserve_words import PURPOSES
from anqi.web.shared.complaints import COMPLAINTS
from anqi.web.shared.figures import write_day

_CODE = {
    "class": "aq-code",
    "inputmode": "numeric",
    "autocomplete": "one-time-code",
    "maxlength": "6",
    "pattern": "[0-9]{6}",
}
# No loan is older, and days further back have none before them.
_EARLIEST = date(2000, 1, 1)
_PHONE = {"inputmode": "tel", "autocomplete": "tel-national", "placeholder": _("11 位手机号"), "maxlength": "20"}


class PhoneForm(forms.Form):
    """The number that a code is sent to."""

    phone = forms.CharField(label=_("手机号"), max_length=20, widget=forms.TextInput(attrs=_PHONE))


class CodeForm(forms.Form):
    """The code that came by SMS."""

    code = forms.CharField(
        label=_("短信验证码"), max_length=12, widget=forms.TextInput(attrs={**_CODE, "autofocus": True})
    )

    def clean_code(self) -> str:
        code = re.sub(r"\s", "", self.cleaned_data["code"])
        if not re.fullmatch(r"[0-9]{6}", code):
            raise forms.ValidationError(_("验证码是 6 位数字。"))
        return code


def _code(label: Any, *, required: bool = True) -> forms.CharField:
    widget = forms.TextInput(attrs=_CODE)
    return forms.CharField(label=label, max_length=12, required=required, widget=widget)


class TwoCodesForm(forms.Form):
    """The codes that came to the new phone and to the old one; what was right before need not come again."""

    new_code = _code(_("新手机号收到的验证码"), required=False)
    old_code = _code(_("原手机号收到的验证码"), required=False)


class LostPhoneForm(forms.Form):
    """Who has lost the old phone says who they are, with the code that came to the new one."""

    code = _code(_("新手机号收到的验证码"))
    old_phone = forms.CharField(label=_("原来的手机号"), max_length=20, widget=forms.TextInput(attrs=_PHONE))
    name = forms.CharField(label=_("姓名"), max_length=64, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    id_number = forms.CharField(
        label=_("身份证号"), max_length=24, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class CorrectionForm(forms.Form):
    """The name and the number as they should be, and why."""

    name = forms.CharField(label=_("正确的姓名"), max_length=64, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    id_number = forms.CharField(
        label=_("正确的身份证号"), max_length=24, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    text = forms.CharField(
        label=_("哪里不对"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": "3"})
    )


class IdentityForm(forms.Form):
    """Who somebody is, asked once before the first signature."""

    name = forms.CharField(
        label=_("姓名"), max_length=64, widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text=_("与身份证上一致。"),
    )  # fmt: skip
    id_number = forms.CharField(
        label=_("身份证号"), max_length=24,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
        help_text=_("只用来核对是你本人，加密保存。"),
    )  # fmt: skip
    agree = forms.BooleanField()


class ChannelForm(forms.Form):
    """Through which channel something is paid, and the mark of what was seen of it."""

    channel = forms.CharField(max_length=16)
    quote = forms.CharField(required=False, max_length=64)
    attempt = forms.UUIDField()


class LinkForm(forms.Form):
    """What somebody else is asked to pay of a loan."""

    what = forms.ChoiceField(choices=[(each, each) for each in ("due", "all", "own")])
    amount = forms.CharField(required=False, max_length=20)
    attempt = forms.UUIDField()


class PayForm(ChannelForm):
    """A repayment of one loan: what of it, and how."""

    what = forms.ChoiceField(choices=[(each, each) for each in ("due", "next", "all", "own")])
    amount = forms.CharField(required=False, max_length=20)


class AmountForm(forms.Form):
    """Only the amount of one's own, as it stands on the page."""

    amount = forms.CharField(
        label=_("还款金额"), required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "maxlength": "16"}),
        help_text=_("选“自己填”时填写，单位元。"),
    )  # fmt: skip


class TotalForm(forms.Form):
    """One amount for several plans."""

    total = forms.CharField(
        label=_("一共想还多少"), help_text=_("单位元。分好以后，每笔还可以改。"),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "maxlength": "16"}),
    )  # fmt: skip


class CertificateForm(forms.Form):
    """The code that stands on a certificate, however it is typed."""

    code = forms.CharField(
        label=_("验证码"), max_length=40, help_text=_("证明上的 16 位字母和数字，大小写和横线都可以不管。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )  # fmt: skip


_YUAN = {"inputmode": "decimal", "autocomplete": "off", "maxlength": "16"}


class OwnLimitForm(forms.Form):
    """How much a borrower wants to be lent at most."""

    amount = forms.CharField(
        label=_("我最多想借"), widget=forms.TextInput(attrs=_YUAN), help_text=_("单位元。可以随时再改。")
    )


class ReserveForm(forms.Form):
    """A wish for a reserve: which, how much, what for, and where to; an empty purpose is nobody's choice."""

    product = forms.CharField(max_length=32)
    amount = forms.CharField(
        label=_("借多少"), max_length=20, widget=forms.TextInput(attrs=_YUAN), help_text=_("单位元。")
    )
    purpose = forms.ChoiceField(
        label=_("借款用途"), choices=[("", _("请选择")), *PURPOSES.items()],
        help_text=_("不能用来买房、炒股或还别的借款。"), error_messages={"required": _("请选择借款用途。")},
    )  # fmt: skip
    to = forms.CharField(max_length=40, error_messages={"required": _("请选择打到哪里。")})
    wallet = forms.CharField(
        label=_("支付宝账号"), required=False, max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off"}),
        help_text=_("手机号或邮箱，要是你本人实名的账户。只在打到支付宝时填。"),
    )  # fmt: skip
    attempt = forms.UUIDField()


class DaysForm(forms.Form):
    """A stretch of days that has begun, first and last day included."""

    since = forms.DateField(label=_("从"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    until = forms.DateField(label=_("到"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: Any, today: date, **named: Any) -> None:
        super().__init__(*args, **named)
        self._today = today

    def add_prefix(self, field_name: str) -> str:
        # As addresses have it; neither is a name in Python.
        return {"since": "from", "until": "to"}.get(field_name, field_name)

    def clean(self) -> dict[str, Any]:
        days = super().clean() or {}
        since, until = days.get("since"), days.get("until")
        if until and until > self._today:
            self.add_error("until", _("最晚到今天：以后的日子还没有发生。"))
        if since and since < _EARLIEST:
            self.add_error("since", _("最早从 2000 年开始。"))
        if since and until and since > until:
            self.add_error("since", _("开始的一天应在结束的一天之前。"))
        return days


class DayForm(forms.Form):
    """A day on which somebody might pay, between a first and a last one."""

    on = forms.DateField(label=_("哪天还"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: Any, first: date, last: date, **named: Any) -> None:
        super().__init__(*args, **named)
        self._first, self._last = first, last
        self.fields["on"].widget.attrs |= {"min": first.isoformat(), "max": last.isoformat()}

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on < self._first:
            raise forms.ValidationError(_("最早从今天算起。"))
        if on > self._last:
            day = write_day(self._last, this_year=self._first.year)
            raise forms.ValidationError(_("最晚到 %(day)s。"), params={"day": day})
        return on


class DueDayForm(forms.Form):
    """A day of the month on which instalments are to fall due."""

    day = forms.TypedChoiceField(label=_("每月几日还"), coerce=int)

    def __init__(self, *args: Any, loan: LoanView, **named: Any) -> None:
        super().__init__(*args, **named)
        self._days = changing.due_days(loan.held, loan.today)
        self.fields["day"].choices = [(day, day) for day in self._days]  # type: ignore[attr-defined]

    @property
    def has_choice(self) -> bool:
        return bool(self._days)


class LaterForm(forms.Form):
    """The day to which the next instalment is to be deferred."""

    to = forms.DateField(label=_("延到哪天"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: Any, loan: LoanView, **named: Any) -> None:
        super().__init__(*args, **named)
        self._days = changing.deferral_days(loan.held, loan.today)
        if self._days:
            first, last = self._days[0].isoformat(), self._days[-1].isoformat()
            self.fields["to"].widget.attrs |= {"min": first, "max": last}

    @property
    def has_choice(self) -> bool:
        return bool(self._days)


class ComplaintForm(forms.Form):
    """What is wrong, in the borrower's words. The attempt makes the form one complaint, however often it is sent."""

    attempt = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label=_("哪方面的问题"), choices=[("", _("请选择")), *COMPLAINTS.items()],
        error_messages={"required": _("请选择是哪方面的问题。")},
    )  # fmt: skip
    text = forms.CharField(
        label=_("怎么回事"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": "6"}),
        help_text=_("写清楚哪一天、多少钱、你希望怎么解决。不用附截图，我们会把系统里的记录一起调出来。"),
        error_messages={"required": _("请写明怎么回事。")},
    )  # fmt: skip


def consents_of(form: Any) -> tuple[str, ...]:
    """The purposes whose boxes were ticked, by name."""
    return tuple(sorted(name.removeprefix("consent-") for name in form if name.startswith("consent-")))
