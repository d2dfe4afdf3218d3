"""Which hardship cases are asked for: a state, and the days on which they came in."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.http import QueryDict

from anqi.web.office.hardship_forms import HardshipsForm

_SHOWN_AT_FIRST = timedelta(days=29)


@dataclass(frozen=True, kw_only=True)
class AskedHardship:
    """Which cases the address asks for: any state, and the last thirty days, where it says nothing readable."""

    state: str
    since: date
    until: date
    form: HardshipsForm


def read(stated: QueryDict, *, today: date) -> AskedHardship:
    """Each field by itself: an address with one that can't be read still says the others."""
    first = today - _SHOWN_AT_FIRST
    form = HardshipsForm({"state": "", "since": first.isoformat(), "until": today.isoformat()} | stated.dict())
    form.full_clean()
    told = form.cleaned_data
    return AskedHardship(
        state=told.get("state", ""), since=told.get("since", first), until=told.get("until", today), form=form
    )
