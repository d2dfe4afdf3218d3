"""What staff fill in about reports and objections."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from anqi.lending.models import Lender
from anqi.web.office.forms import ReasonForm

_DAY = {"type": "date"}


class MakeForm(forms.Form):
    """Of which lender and month a file is made."""

    lender = forms.ChoiceField(label=lazy("出借机构"))
    month = forms.DateField(
        label=lazy("月份"), input_formats=["%Y-%m"], widget=forms.DateInput(attrs={"type": "month"}, format="%Y-%m"),
        error_messages={"invalid": lazy("请写成 2026-10 这样。")},
    )  # fmt: skip
    again = forms.BooleanField(label=lazy("已有文件的，把后来能报的补成新的一版"), required=False)

    def __init__(self, *args: Any, lenders: list[Lender], **named: Any) -> None:
        super().__init__(*args, **named)
        field = self.fields["lender"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(each.code, each.name) for each in lenders]


class ReceiptForm(forms.Form):
    """The bureau's number of a file."""

    receipt = forms.CharField(label=lazy("回执号"), max_length=64, strip=True)


class AnswerForm(forms.Form):
    """What the bureau did not take: a line each, with its number and why; nothing where it took all."""

    rejected = forms.CharField(
        label=lazy("没收下的行"), required=False, max_length=100_000, widget=forms.Textarea(attrs={"rows": "4"}),
        help_text=lazy("每行一条：行号，空格，原因。全部收下就留空。"),
    )  # fmt: skip

    def clean_rejected(self) -> dict[int, str]:
        found: dict[int, str] = {}
        for line in self.cleaned_data["rejected"].splitlines():
            if not line.strip():
                continue
            told = re.fullmatch(r"\s*(\d{1,9})[\s,，:：]+(\S.*)", line)
            if not told:
                raise forms.ValidationError(_("这一行看不懂：%(line)s") % {"line": line.strip()[:40]})
            found[int(told[1])] = told[2].strip()
        return found


class FaultForm(ReasonForm):
    """The days on which the fault was ours or a channel's."""

    since_on = forms.DateField(label=lazy("从"), widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"))
    until_on = forms.DateField(label=lazy("到（含）"), widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"))
