"""What borrowers fill in about what is reported of them."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anqi.lending.objections import LONGEST, LONGEST_STATEMENT


class ObjectionForm(forms.Form):
    """What is wrong in what is reported, and in which record; the attempt makes the form one objection."""

    attempt = forms.UUIDField(widget=forms.HiddenInput)
    record = forms.ChoiceField(
        label=_("哪一条"), error_messages={"required": _("请选择是哪一条。"), "invalid_choice": _("请选择是哪一条。")}
    )
    text = forms.CharField(
        label=_("哪里不对，为什么"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": "6"}),
        help_text=_("写清楚哪一天还的、还了多少，或者那天为什么还不了。不用附截图，我们会把系统里的记录一起调出来。"),
        error_messages={"required": _("请写明哪里不对。")},
    )  # fmt: skip

    def __init__(self, *args: Any, records: Sequence[tuple[str, str]], **named: Any) -> None:
        super().__init__(*args, **named)
        field = self.fields["record"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("请选择")), *records]


class StatementForm(forms.Form):
    """A word of the borrower's own beside the records."""

    text = forms.CharField(
        label=_("你的声明"), max_length=LONGEST_STATEMENT, widget=forms.Textarea(attrs={"rows": "4"}),
        help_text=_("最多 200 字，会原样报送征信机构，和记录放在一起。请不要写别人的姓名和电话。"),
        error_messages={"required": _("请写下你的声明。")},
    )  # fmt: skip
