"""What staff write down of a call."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as lazy

from anqi.people.calls import LONGEST, Ending, PromiseUnsound
from anqi.rows.refusals import Refused
from anqi.web.office.call_words import CALL_OUTCOMES
from anqi.web.office.forms import read_yuan
from anqi.web.shared.figures import write_day, write_yuan

_LONGEST_MINUTES = 240


class BeginCallForm(forms.Form):
    """A call that is about to be made. The id makes the form one call, however often it is sent."""

    call_id = forms.UUIDField(widget=forms.HiddenInput)

    @classmethod
    def fresh(cls, call_id: UUID) -> "BeginCallForm":
        """A form for a call that was not begun."""
        return cls(initial={"call_id": call_id})


class EndCallForm(forms.Form):
    """How a call went; day and amount are read where something was promised."""

    outcome = forms.ChoiceField(
        label=lazy("结果"), error_messages={"required": lazy("请选择电话的结果。")},
        choices=[("", lazy("请选择")), *((name, word) for name, word in CALL_OUTCOMES.items() if name)],
    )
    promised_on = forms.DateField(
        label=lazy("答应哪天前还"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    promised_minor = forms.CharField(
        label=lazy("答应还多少（元）"), required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )  # fmt: skip
    lasted_minutes = forms.IntegerField(label=lazy("几分钟"), required=False, min_value=0, max_value=_LONGEST_MINUTES)
    note = forms.CharField(
        label=lazy("说了什么"), required=False, max_length=LONGEST, strip=True, widget=forms.Textarea(attrs={"rows": "3"}),
        help_text=lazy("加密保存，借款人下载自己的资料时看得到。接电话的是别人，不要写那个人的事。"),
    )  # fmt: skip

    def clean_promised_minor(self) -> int | None:
        """The amount in fen."""
        stated = self.cleaned_data["promised_minor"]
        return read_yuan(stated) if stated.strip() else None

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("outcome") == "promise":
            for name, missing in (("promised_on", lazy("请填答应的日子。")), ("promised_minor", lazy("请填答应的金额。"))):
                if name not in self.errors and not given.get(name):
                    self.add_error(name, missing)
        if given.get("outcome") == "complaint" and not given.get("note"):
            self.add_error("note", lazy("请写明借款人投诉什么：会替借款人登记成投诉。"))
        return given

    @property
    def ending(self) -> Ending:
        """What was written down. Asked only of a form that is valid."""
        return Ending(**self.cleaned_data)

    def decline(self, refused: Refused, told: str, *, this_year: int) -> None:
        """Says at its field what can't be promised, and what can; of all else, above."""
        if not isinstance(refused, PromiseUnsound):
            self.add_error(None, told)
        elif refused.facts["field"] == "day":
            last = write_day(refused.facts["last_on"], this_year=this_year)  # type: ignore[arg-type]
            self.add_error("promised_on", lazy("从今天到 %(last)s 之间。再晚请一起申请协商还款。") % {"last": last})
        else:
            most = write_yuan(refused.facts["most_minor"])  # type: ignore[arg-type]
            self.add_error("promised_minor", lazy("最多是到那天应还的 %(most)s。") % {"most": most})
