"""The office's forms of settlements with shops."""

from django import forms
from django.utils.translation import gettext_lazy as lazy

_PLAIN = {"autocomplete": "off"}


class ProposeForm(forms.Form):
    """A payment to a shop up to a day. The id makes the form one payout, however often it is sent."""

    payout_id = forms.UUIDField(widget=forms.HiddenInput)
    lender_id = forms.UUIDField(widget=forms.HiddenInput)
    currency = forms.CharField(max_length=3, widget=forms.HiddenInput)
    until = forms.DateField(label=lazy("付到哪一天"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class ReportForm(forms.Form):
    """What somebody saw at the bank."""

    outcome = forms.ChoiceField(label=lazy("银行的结果"), choices=[("paid", lazy("已付出")), ("returned", lazy("退回或没有付成"))])
    ref = forms.CharField(label=lazy("银行流水号"), max_length=64, strip=True, widget=forms.TextInput(attrs=_PLAIN))
    on = forms.DateField(label=lazy("银行的日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class AccountForm(forms.Form):
    """A shop's bank account. The id makes the form one account."""

    account_id = forms.UUIDField(widget=forms.HiddenInput)
    name = forms.CharField(label=lazy("户名"), max_length=128, strip=True, widget=forms.TextInput(attrs=_PLAIN))
    bank = forms.CharField(label=lazy("开户行"), max_length=128, strip=True, widget=forms.TextInput(attrs=_PLAIN))
    number = forms.CharField(
        label=lazy("账号"), max_length=48, strip=True, widget=forms.TextInput(attrs={**_PLAIN, "inputmode": "numeric"})
    )
