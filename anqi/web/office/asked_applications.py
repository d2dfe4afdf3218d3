"""Which applications are asked for: a state, and the days on which they came in."""

from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.http import QueryDict

from anqi.lending import application_inspection as inspection
from anqi.lending.models import Application
from anqi.web.office.forms import ApplicationsForm

_SHOWN_AT_FIRST = timedelta(days=6)


@dataclass(frozen=True, kw_only=True)
class AskedApplications:
    """Which applications the address asks for: any state, and the last week, where it says nothing readable."""

    state: str
    since: date
    until: date
    form: ApplicationsForm

    @property
    def query(self) -> str:
        """The same as an address says it."""
        return urlencode({"state": self.state, "since": self.since.isoformat(), "until": self.until.isoformat()})

    def rows(self) -> list[Application]:
        """The applications."""
        return inspection.listed(state=self.state, since=self.since, until=self.until)


def read(stated: QueryDict, *, today: date) -> AskedApplications:
    """Each field by itself: an address with one that can't be read still says the others."""
    week_ago = today - _SHOWN_AT_FIRST
    form = ApplicationsForm({"state": "", "since": week_ago.isoformat(), "until": today.isoformat()} | stated.dict())
    form.full_clean()
    told = form.cleaned_data
    return AskedApplications(
        state=told.get("state", ""), since=told.get("since", week_ago), until=told.get("until", today), form=form
    )
