"""The form of a lender's rules: every field in words, read into what the action takes."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as lazy

from anqi.engine.applications import Policy
from anqi.engine.money import write_amount
from anqi.web.office.forms import read_yuan
from anqi.web.office.policy_words import POLICY_FIELDS
from anqi.web.office.reserve_words import RESERVE_PURPOSES

_EMPTY_IS_NONE = (
    "years_most", "most_in_window", "review_from_a_day", "running_most", "sharers_most", "points_refuse_below",
    "points_review_below",
)  # fmt: skip
_MOST = 1_000_000
HELP: Mapping[str, str | Promise] = {
    "amount_least_minor": lazy("低于它的申请直接不通过。"),
    "amount_most_minor": lazy("高于它的申请直接不通过。产品自己的范围和借款人的额度另外算。"),
    "months_most": lazy("比它长的产品直接不通过。"),
    "years_least": lazy("不到这个年龄不能办，人工也不能通过。不能低于 18。"),
    "years_most": lazy("超过的由人工审核，不会只因年龄拒绝。不填就是不限。"),
    "days_after_refusal": lazy("0 就是可以马上再申请。"),
    "window_days": lazy("和下一项一起用，当天也算一天。"),
    "most_in_window": lazy("到了这个次数，再申请不通过。不填就是不限。"),
    "review_from_a_day": lazy("例如 3：当天第三次起由人工审核。不填就是不限。"),
    "running_most": lazy("到了这个笔数，再申请不通过。不填就是不限。"),
    "sharers_most": lazy("超过的由人工审核：一家人会共用，被人操纵的也会。不填就是不限。"),
    "asks_elsewhere": lazy("选“是”而没有查到信息的，一律转人工。"),
    "elsewhere_review_from_days": lazy("只在查其他机构时有用。"),
    "elsewhere_refuse_from_days": lazy("只在查其他机构时有用，不能比上一项小。"),
    "elsewhere_asked_within_days": lazy("更早查到的转人工。"),
    "points_refuse_below": lazy("不填就是不看评分。"),
    "points_review_below": lazy("不能比上一项小。不填就是不看评分。"),
}


class PolicyForm(forms.Form):
    """From which day on, who decided it, and every rule."""

    since = forms.DateField(
        label=lazy("从哪一天起"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=lazy("今天或以后。那天以前的申请还按以前的规则。"),
    )
    source = forms.CharField(
        label=lazy("依据"), max_length=200, strip=True, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=lazy("谁决定的、哪份文件，例如“2026 年第 3 次风控会纪要”。"),
    )
    purposes = forms.MultipleChoiceField(
        label=lazy("允许的用途"), choices=list(RESERVE_PURPOSES.items()), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in POLICY_FIELDS:
            if name not in self.fields:
                self.fields[name] = _field(name)

    def clean(self) -> dict[str, Any]:
        """Amounts in fen."""
        told: dict[str, Any] = super().clean() or {}
        for name in [each for each in told if each.endswith("_minor")]:
            try:
                told[name] = read_yuan(told[name])
            except forms.ValidationError as wrong:
                self.add_error(name, wrong)
        return told

    @property
    def body(self) -> dict[str, Any]:
        """The rules as the action takes them."""
        told = self.cleaned_data
        return {name: told[name] == "yes" if name == "asks_elsewhere" else told[name] for name in POLICY_FIELDS}

    @property
    def rules(self) -> list[forms.BoundField]:
        """The fields of the rules but the purposes, which have boxes to tick."""
        return [self[name] for name in POLICY_FIELDS if name != "purposes"]


def stated(policy: Policy) -> dict[str, Any]:
    """What the form says before anybody types: the rules of that policy."""
    return {name: _typed(name, getattr(policy, name)) for name in POLICY_FIELDS}


def _typed(name: str, value: Any) -> Any:
    if name == "purposes":
        return sorted(value)
    if name == "asks_elsewhere":
        return "yes" if value else "no"
    return write_amount(value, currency="CNY") if name.endswith("_minor") else value


def _field(name: str) -> forms.Field:
    told: dict[str, Any] = {"label": POLICY_FIELDS[name], "help_text": HELP[name]}
    if name.endswith("_minor"):
        box = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        return forms.CharField(widget=box, **told)
    if name == "asks_elsewhere":
        return forms.ChoiceField(choices=[("no", lazy("否")), ("yes", lazy("是"))], **told)
    return forms.IntegerField(min_value=0, max_value=_MOST, required=name not in _EMPTY_IS_NONE, **told)
