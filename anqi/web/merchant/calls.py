"""What all calls of the API have in common: the key of an act, the merchant who asks, how a replay is marked."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Header

from anqi.lending.models import Merchant
from anqi.web.merchant import schemas

Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key", min_length=1, max_length=64, pattern=r"^[!-~]+$",
        description="New for each act; the same when the act is sent again.",
    ),
]  # fmt: skip
PROBLEMS = dict.fromkeys((400, 401, 404, 409, 413, 422, 429), schemas.Problem)


def merchant_of(request: HttpRequest) -> Merchant:
    """Whose key the call carries."""
    merchant: Merchant = request.auth  # type: ignore[attr-defined]
    return merchant


def mark(response: HttpResponse, *, is_replay: bool) -> None:
    """The answer says that nothing was done this time."""
    if is_replay:
        response["Idempotent-Replay"] = "true"
