"""The merchants' API, version 1: what a shop is owed for each day, its statements, and a link to its pages."""

from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from ninja import Path, Query, Router, Status

from anqi import clock
from anqi.actions.settlements import pages
from anqi.lending import settlements
from anqi.lending.models import Merchant
from anqi.lending.settlements import BadPeriod, Shown
from anqi.rows.days import SHANGHAI
from anqi.web.merchant import schemas, statement_pdf, statements
from anqi.web.shared import sheets

_PROBLEMS = dict.fromkeys((400, 401, 404, 409, 413, 422, 429), schemas.Problem)
_MONTH = timedelta(days=31)
_FILE: Any = {"responses": {200: {"content": {sheets.MEDIA_TYPE: {"schema": {"type": "string"}}}}}}

_DOCUMENT: Any = {
    "responses": {200: {"content": {statement_pdf.MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}}}
}

Month = Annotated[str, Path(pattern=r"^[0-9]{4}-[0-9]{2}$", description="Such as 2026-09.")]
router = Router(tags=["Settlements"])


@router.get("/settlements", response={200: schemas.Settlements, **_PROBLEMS}, operation_id="list_settlements")
def newest(
    request: HttpRequest,
    since: Annotated[date | None, Query(description="The first day; a month ago if not told.")] = None,
    until: Annotated[date | None, Query(description="The last day; today if not told.")] = None,
) -> Any:
    """What you are owed for each day of a period of at most 366 days, newest first. A day appears once it is over."""
    today = clock.today()
    last = until or today
    first = since or (last - _MONTH if last > date.min + _MONTH else date.min)
    settlements.refuse_bad_period(first, last)
    found = settlements.of_merchant(_merchant(request), today=today, first=first, last=last)
    return {"settlements": [statements.told(each) for each in found]}


@router.get(
    "/settlements/{uuid:settlement_id}", response={200: schemas.Settlement, **_PROBLEMS}, operation_id="get_settlement"
)
def one(request: HttpRequest, settlement_id: UUID) -> Any:
    """One settlement as it stands now."""
    return statements.told(settlements.find(_merchant(request), settlement_id, today=clock.today()))


@router.get(
    "/settlements/{uuid:settlement_id}/statement.csv", response={200: None, **_PROBLEMS}, openapi_extra=_FILE,
    operation_id="get_settlement_statement",
)  # fmt: skip
def statement(request: HttpRequest, settlement_id: UUID) -> HttpResponse:
    """Every order of the settlement as CSV: what was shipped, returned, and your fee, in yuan. Σ is its amount."""
    shown = settlements.find(_merchant(request), settlement_id, today=clock.today())
    with translation.override("en"):
        return statements.file([shown], name=str(shown.row.day))


@router.get(
    "/statements/{month}.csv", response={200: None, **_PROBLEMS}, openapi_extra=_FILE,
    operation_id="get_month_statement",
)  # fmt: skip
def month_statement(request: HttpRequest, month: Month) -> HttpResponse:
    """The same of a whole month."""
    with translation.override("en"):
        return statements.file(_of_month(request, month), name=month)


@router.get(
    "/settlements/{uuid:settlement_id}/statement.pdf", response={200: None, **_PROBLEMS}, openapi_extra=_DOCUMENT,
    operation_id="get_settlement_document",
)  # fmt: skip
def document(request: HttpRequest, settlement_id: UUID) -> HttpResponse:
    """The settlement as a document (PDF, A4), with the transfer that paid it and its first 1,000 orders."""
    today = clock.today()
    shown = settlements.find(_merchant(request), settlement_id, today=today)
    with translation.override("en"):
        return statement_pdf.file([shown], merchant=_merchant(request), name=str(shown.row.day), today=today)


@router.get(
    "/statements/{month}.pdf", response={200: None, **_PROBLEMS}, openapi_extra=_DOCUMENT,
    operation_id="get_month_document",
)  # fmt: skip
def month_document(request: HttpRequest, month: Month) -> HttpResponse:
    """The same of a whole month, day by day."""
    with translation.override("en"):
        return statement_pdf.file(
            _of_month(request, month), merchant=_merchant(request), name=month, today=clock.today()
        )


@router.post("/page-links", response={201: schemas.PageLink, **_PROBLEMS}, operation_id="mint_page_link")
def page_link(request: HttpRequest) -> Any:
    """A link that lets one browser into your pages, once, within five minutes; it stays in for half an hour."""
    token, expires_at = pages.mint(merchant_id=_merchant(request).id, now=clock.now())
    url = f"{settings.ANQI_URLS['merchant']}/enter/{token}"
    return Status(
        201, {"url": url, "expires_at": expires_at.astimezone(SHANGHAI).isoformat(timespec="seconds")}
    )


def _of_month(request: HttpRequest, month: str) -> list[Shown]:
    days = statements.month_of(month)
    if days is None:
        raise BadPeriod
    return settlements.of_merchant(_merchant(request), today=clock.today(), first=days[0], last=days[1])


def _merchant(request: HttpRequest) -> Merchant:
    merchant: Merchant = request.auth  # type: ignore[attr-defined]
    return merchant
