"""What a signing page shows, of goods or money: cost, plan, agreement, time to read it, and what comes back."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypedDict
from uuid import UUID

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from anqi.lending import agreements, readings
from anqi.lending.agreements import AgreementChanged
from anqi.lending.offers import LaidOut
from anqi.web.borrower.access import network_address
from anqi.web.borrower.forms import consents_of
from anqi.web.borrower.wording import cost_lines


class Stated(TypedDict):
    """What the page's form says, and where it came from."""

    sha256: str
    reading_token: str
    consents: tuple[str, ...]
    address: str
    agent: str


def show(
    offer: LaidOut, *, of: UUID, stated_reading: str, words: Mapping[str, str | Promise], now: datetime
) -> dict[str, Any]:
    """The parts that every signing page has; `of` is what is read, an order or an application."""
    token, seconds_left = _reading(offer, of, stated_reading, now)
    cost = offer.statement["annual_cost"]
    return {
        "offer": offer,
        "rate": str(Decimal(cost["simple_percent"]) / 100),
        "compound_percent": cost["compound_percent"],
        "cost_lines": cost_lines(offer.statement["items"]),
        "contingent": cost_lines(offer.statement["contingent"]),
        "schedule": [{**row, "due_on": date.fromisoformat(row["due_on"])} for row in offer.schedule],
        "sections": agreements.sections(offer.draft.body),
        "consents": [(purpose, words[purpose]) for purpose in offer.consents],
        "reading": token,
        "seconds_left": seconds_left,
        "steps": _steps(offer),
    }


def _reading(offer: LaidOut, of: UUID, stated: str, now: datetime) -> tuple[str, int]:
    """The token of the reading that goes on, or of one that begins now, and the seconds that it has to go."""
    for token in (stated, offer.reading_token):
        try:
            reading = readings.read(token, order_id=of, sha256=offer.draft.sha256, now=now)
            return token, readings.seconds_left(reading, now=now)
        except AgreementChanged:
            continue
    raise AssertionError("a reading that has just begun is one of this offer")


def _steps(offer: LaidOut) -> list[dict[str, Any]]:
    return [
        {"label": _("实名"), "done": offer.is_verified, "current": not offer.is_verified},
        {"label": _("看费用和合同"), "done": False, "current": offer.is_verified},
        {"label": _("确认签约"), "done": False, "current": False},
    ]


def stated(request: HttpRequest) -> Stated:
    """What comes back from the page."""
    return {
        "sha256": request.POST.get("sha256", ""),
        "reading_token": request.POST.get("reading", ""),
        "consents": consents_of(request.POST),
        "address": network_address(request) or "",
        "agent": request.headers.get("User-Agent", ""),
    }
