"""Whatever comes in, by the API's own schema or against it: an answer of the schema, and never our fault."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from anqi import clock
from anqi.web.merchant.access import Pace
from tests import purchasing

pytestmark = pytest.mark.urls("anqi.config.urls.merchant")

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
OPERATIONS = (
    "list_plans", "give_quote", "create_order", "list_orders", "get_order", "ship_order", "cancel_order",
    "request_return", "list_returns", "get_return", "accept_return", "withdraw_return",
    "list_settlements", "get_settlement", "get_settlement_statement", "get_month_statement",
    "get_settlement_document", "get_month_document", "mint_page_link",
)  # fmt: skip


@pytest.fixture
def schema(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[schemathesis.BaseSchema]:
    # Strangeness, not pace, is what is asked here.
    monkeypatch.setattr(Pace, "allow_request", lambda *_: True)
    shop = purchasing.open_street(now=clock.now())
    order = purchasing.ask(shop, purchasing.wish(shop, now=clock.now()), now=clock.now())
    with purchasing.serving() as site:
        loaded = schemathesis.openapi.from_wsgi("/v1/openapi.json", site)
        headers = {"Authorization": f"Bearer {shop.key}"}
        loaded.config.update(headers=headers, parameters={"path.order_id": str(order.id)})
        yield loaded


# What takes nothing can't be asked wrongly.
ASKED = [(each, GenerationMode.POSITIVE) for each in OPERATIONS] + [
    (each, GenerationMode.NEGATIVE) for each in OPERATIONS if each != "mint_page_link"
]


@pytest.mark.parametrize(("operation_id", "mode"), ASKED, ids=lambda each: getattr(each, "name", each).lower())
def test_no_request_breaks_the_api(schema: schemathesis.BaseSchema, operation_id: str, mode: GenerationMode) -> None:
    operation = schema.find_operation_by_id(operation_id)

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=5, deadline=None, derandomize=True, database=None, phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def ask(case: Any) -> None:
        case.call_and_validate(checks=CHECKS)

    ask()


def test_every_operation_is_asked(schema: schemathesis.BaseSchema) -> None:
    paths: dict[str, Any] = schema.raw_schema["paths"]
    known = [operation["operationId"] for path in paths.values() for operation in path.values()]
    assert sorted(known) == sorted(OPERATIONS)
