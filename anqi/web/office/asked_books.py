"""Which figures of the books are asked for: a day, as known when, split how."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, cast
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict

from anqi.ledger.journal import Share
from anqi.ledger.trial import Known
from anqi.lending import inspection as lending
from anqi.web.office.forms import BooksForm

Split = Literal["account", "product"]


@dataclass(frozen=True, kw_only=True)
class AskedBooks:
    """What the address asks for; today's books as known now by account where it says nothing that can be read."""

    on: date
    known: Known
    by: Split
    form: BooksForm

    @property
    def query(self) -> str:
        """The same as an address says it."""
        return urlencode({"on": self.on.isoformat(), "known": self.known, "by": self.by})


def read(asked: QueryDict, *, today: date) -> AskedBooks:
    """Each field by itself: an address with one that can't be read still says the others."""
    form = BooksForm({"on": today.isoformat(), "known": "now", "by": "account"} | asked.dict())
    form.full_clean()
    told = form.cleaned_data
    return AskedBooks(
        on=told.get("on", today),
        known=cast(Known, told.get("known", "now")),
        by=cast(Split, told.get("by", "account")),
        form=form,
    )


def read_share(asked: QueryDict) -> Share | None:
    """The product and lender whose part of an account is asked for. ValueError for a lender that is no id."""
    lender = asked.get("lender")
    if lender is None:
        return None
    return Share(product=asked.get("product") or None, lender_id=UUID(lender), loans=lending.PRODUCTS_OF_LOANS)
