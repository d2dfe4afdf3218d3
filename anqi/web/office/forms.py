"""The office's forms: what was typed, read into what actions take."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as lazy

from anqi.engine.money import read_amount
from anqi.web.office import wording

_LONGEST_REASON, _LONGEST_WORDS = 400, 2000
_LARGEST_STATEMENT = 20_000_000


class SearchForm(forms.Form):
    """The one box."""

    q = forms.CharField(max_length=80, strip=True)


class DayForm(forms.Form):
    """A day to look at."""

    on = forms.DateField(label=lazy("哪一天"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class BooksForm(DayForm):
    """A day of the books, and how to look at it."""

    known = forms.ChoiceField(label=lazy("按什么时候所知"), choices=list(wording.KNOWN.items()))
    by = forms.ChoiceField(label=lazy("怎么分"), choices=list(wording.SPLITS.items()))


class ApplicationsForm(forms.Form):
    """Which applications to list."""

    state = forms.ChoiceField(
        label=lazy("状态"), required=False, choices=[("", lazy("全部")), *wording.RESERVE_STATES.items()]
    )
    since = forms.DateField(label=lazy("从"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    until = forms.DateField(label=lazy("到"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class ReasonForm(forms.Form):
    """Why, in words."""

    reason = forms.CharField(
        label=lazy("理由"), max_length=_LONGEST_REASON, strip=True, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class MatchForm(ReasonForm):
    """Which line of the bank's a remittance is, and why; none where it never comes, or another person decides."""

    line_id = forms.UUIDField(required=False)


class WordsForm(forms.Form):
    """Something said at length."""

    text = forms.CharField(
        label=lazy("写什么"), max_length=_LONGEST_WORDS, strip=True, widget=forms.Textarea(attrs={"rows": "6"})
    )


class VerdictForm(ReasonForm):
    """How a payout ended, by the channel's papers."""

    outcome = forms.ChoiceField(label=lazy("结果"), choices=list(wording.VERDICTS.items()))
    ref = forms.CharField(label=lazy("渠道流水号（已到账要填）"), max_length=64, required=False, strip=True)
    at = forms.DateTimeField(
        label=lazy("时间（到账或退回要填）"), required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


class StatementForm(forms.Form):
    """A statement file of the bank."""

    file = forms.FileField(label=lazy("流水文件（CSV）"), widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt"}))

    def clean_file(self) -> Any:
        """The file; one of this size holds more than a month of anybody's lines."""
        file = self.cleaned_data["file"]
        if file.size > _LARGEST_STATEMENT:
            raise forms.ValidationError(lazy("文件超过 20 MB，请分几天下载。"))
        return file


class HandedInForm(ReasonForm):
    """A channel's statement that somebody has fetched by hand."""

    file = forms.FileField(label=lazy("对账文件（ZIP）"))

    def clean_file(self) -> Any:
        """The file, of a size that a day's list may have."""
        file = self.cleaned_data["file"]
        if file.size > _LARGEST_STATEMENT:
            raise forms.ValidationError(lazy("文件超过 20 MB。"))
        return file


class LineForm(forms.Form):
    """What a line of the bank's statement is. The key says which charge's, where it is one's.

    People choose among the others: a charge is chosen by its own button.
    """

    use = forms.ChoiceField(label=lazy("怎么处理"), choices=list(wording.BANK_USES.items()))
    key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=lazy("理由"), max_length=_LONGEST_REASON, strip=True, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class ApplyForm(forms.Form):
    """How unapplied money is to be used. The id makes the form one wish, however often it is sent."""

    application_id = forms.UUIDField(widget=forms.HiddenInput)
    loan_id = forms.TypedChoiceField(label=lazy("还哪笔分期"), coerce=UUID)
    purpose = forms.ChoiceField(label=lazy("怎么还"), choices=list(wording.PURPOSES.items()))
    amount_minor = forms.CharField(
        label=lazy("金额（元）"), widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    )
    reason = forms.CharField(
        label=lazy("理由"), max_length=_LONGEST_REASON, strip=True, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, *args: Any, loans: Iterable[tuple[UUID, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["loan_id"].choices = [(str(loan_id), name) for loan_id, name in loans]  # type: ignore[attr-defined]

    def clean_amount_minor(self) -> int:
        """The amount in fen."""
        # Whether so much is left is the action's to say: a form that comes twice must find its own first answer.
        return read_yuan(self.cleaned_data["amount_minor"])


def read_yuan(text: str) -> int:
    """The amount that was typed, in fen, above zero. Raises ValidationError."""
    try:
        amount_minor = read_amount(text.strip().replace(",", "").lstrip("¥"), currency="CNY")
    except ValueError:
        raise forms.ValidationError(lazy("请填元和分，例如 533.09。")) from None
    if amount_minor <= 0:
        raise forms.ValidationError(lazy("请填大于零的金额。"))
    return amount_minor


class HoldForm(ReasonForm):
    """A plan that is to be held. The id makes the form one act, however often it is sent."""

    hold_id = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label=lazy("为什么冻结"), choices=[(kind, wording.HOLDS[kind]) for kind in ("merchant_gone", "dispute")]
    )
    until = forms.DateField(
        label=lazy("冻结到哪一天"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class ProlongForm(ReasonForm):
    """A later day for a hold."""

    until = forms.DateField(
        label=lazy("延长到哪一天"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class AcceptForm(ReasonForm):
    """Goods that count as returned in a merchant's place; without an amount all that has not come back."""

    amount_minor = forms.CharField(
        label=lazy("退货金额（元），不填就是全部"), required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )  # fmt: skip

    def clean_amount_minor(self) -> int | None:
        """The amount in fen."""
        return read_yuan(self.cleaned_data["amount_minor"]) if self.cleaned_data["amount_minor"].strip() else None
