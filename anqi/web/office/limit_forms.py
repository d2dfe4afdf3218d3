"""The forms of a credit line: what staff grant, and until when."""

from django import forms
from django.utils.translation import gettext_lazy as lazy

from anqi.web.office.forms import ReasonForm, read_yuan


class GrantForm(ReasonForm):
    """How much the lender grants in all."""

    amount_minor = forms.CharField(
        label=lazy("总额度（元）"), widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    )

    def clean_amount_minor(self) -> int:
        """The amount in fen; nothing at all is an amount too."""
        typed = self.cleaned_data["amount_minor"].strip()
        return 0 if typed in ("0", "0.00") else read_yuan(typed)


class ExpiryForm(ReasonForm):
    """The last day on which something new is lent."""

    until = forms.DateField(
        label=lazy("最后一天"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
