"""The office's forms about hardship cases: which to list, a kind of help to try out, the same offered."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as lazy

from anqi.lending.hardship_shapes import Shape
from anqi.web.office import wording
from anqi.web.office.forms import ApplicationsForm, read_yuan

_LONGEST_REASON = 400


class HardshipsForm(ApplicationsForm):
    """Which hardship cases to list."""

    state = forms.ChoiceField(
        label=lazy("状态"), required=False, choices=[("", lazy("全部")), *wording.HARDSHIP_STATES.items()]
    )


class HelpForm(forms.Form):
    """A kind of help to try out; which fields it needs follows from the kind."""

    kind = forms.ChoiceField(label=lazy("方案"), choices=list(wording.HARDSHIP_KINDS.items()))
    days = forms.IntegerField(label=lazy("缓几天"), required=False, min_value=1, max_value=60)
    instalments = forms.IntegerField(label=lazy("重新分几期"), required=False, min_value=1, max_value=120)
    on = forms.DateField(
        label=lazy("改到哪天，或第一期哪天"), required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    waives = forms.CharField(
        label=lazy("减免罚息，最多（元）"), required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )

    def clean_waives(self) -> int:
        """The amount in fen; nothing where none is stated."""
        return read_yuan(self.cleaned_data["waives"]) if self.cleaned_data["waives"].strip() else 0

    def clean(self) -> dict[str, Any]:
        """What was stated; a kind without what it needs is no help."""
        stated = super().clean() or {}
        for name in _NEEDS.get(stated.get("kind", ""), ()):
            if not stated.get(name) and name not in self.errors:
                self.add_error(name, lazy("这个方案要填。"))
        return stated

    def shape(self) -> Shape:
        """The help that a form without faults states."""
        stated = self.cleaned_data
        needed = {name: stated[name] for name in _NEEDS[stated["kind"]]}
        return Shape(kind=stated["kind"], waives_minor=stated["waives"], **needed)


class OfferForm(HelpForm):
    """The same, offered. The id makes the form one offer, however often it is sent."""

    offer_id = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=lazy("理由（借款人会看到）"), max_length=_LONGEST_REASON, strip=True,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    valid_days = forms.IntegerField(label=lazy("几天内可以签约"), min_value=1, max_value=30)


_NEEDS: dict[str, tuple[str, ...]] = {
    "catch_up": ("days",), "later": ("on",), "spread": (), "longer": ("instalments", "on"),
}  # fmt: skip
