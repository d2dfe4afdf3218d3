"""What a borrower says who can't pay as agreed."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anqi.web.borrower.hardship_words import REASONS
from anqi.web.borrower.quotes import NotAnAmount, fen_of

_YUAN = {"inputmode": "decimal", "autocomplete": "off", "maxlength": "16"}


class HardshipForm(forms.Form):
    """Why somebody can't pay as agreed, and what they could: nothing has to be proven."""

    case = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.ChoiceField(
        label=_("遇到了什么"), choices=[("", _("请选择")), *REASONS.items()],
        error_messages={"required": _("请选择一个原因。")},
    )  # fmt: skip
    said = forms.CharField(
        label=_("想说的"), required=False, max_length=400, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("加密保存，只有处理的工作人员看。不用交材料。"),
    )  # fmt: skip
    monthly = forms.CharField(
        label=_("每月最多能还"), required=False, max_length=20, widget=forms.TextInput(attrs=_YUAN),
        help_text=_("单位元。照这个算每期多少。"),
    )  # fmt: skip
    from_on = forms.DateField(
        label=_("从哪天起能还"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("最晚 45 天以后，再晚要请人看。"),
    )  # fmt: skip
    pauses_debits = forms.BooleanField(label=_("先暂停这笔的自动扣款"), required=False, initial=False)

    def __init__(self, *args: Any, today: date, **named: Any) -> None:
        super().__init__(*args, **named)
        self._today = today
        self.fields["from_on"].widget.attrs |= {"min": today.isoformat()}

    def clean_from_on(self) -> date | None:
        from_on: date | None = self.cleaned_data["from_on"]
        if from_on and from_on <= self._today:
            raise forms.ValidationError(_("最早从明天算起。"))
        return from_on

    def clean(self) -> dict[str, Any]:
        stated = super().clean() or {}
        typed = stated.pop("monthly", "").strip()
        try:
            stated["monthly_minor"] = fen_of(typed) if typed else None
        except NotAnAmount:
            self.add_error("monthly", _("请填金额，例如 300 或 300.50。"))
        return stated
