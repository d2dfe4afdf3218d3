"""The shop itself as the client, over the whole stack of the merchants' site."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, connections, transaction

from anqi import clock
from anqi.actions import purchases
from anqi.lending.models import MerchantOrder
from mall.merchant_api import MerchantApi, Quote
from mall.refusals import ApiRefused, ApiSilent
from tests import purchasing
from tests.purchasing import Shop, welcome

pytestmark = pytest.mark.urls("anqi.config.urls.merchant")
ANYBODY = "http://localhost"


@pytest.fixture
def site() -> Iterator[WSGIHandler]:
    with purchasing.serving() as site:
        yield site


def call_as(key: str, site: WSGIHandler) -> MerchantApi:
    return MerchantApi(url=ANYBODY, key=key, transport=httpx.WSGITransport(app=site))


@pytest.fixture
def shop(db: None) -> Shop:
    return purchasing.open_street(now=clock.now())


@pytest.fixture
def api(shop: Shop, site: WSGIHandler) -> Iterator[MerchantApi]:
    api = call_as(shop.key, site)
    yield api
    api.close()


def body(quote: Quote, *, number: str = "QH-1", amount_minor: int = 600_000) -> str:

    return json.dumps({
        "order_number": number, "amount_minor": amount_minor, "currency": "CNY", "plan": quote.plan.code,
        "goods": [{"title": "青禾 12", "quantity": 1, "price_minor": amount_minor}], "quote": quote.token,
        "return_url": purchasing.RETURN_URL,
    })  # fmt: skip


def test_the_shop_reads_plans_and_quotes_as_they_are(api: MerchantApi) -> None:
    plans = api.plans(amount_minor=600_000)
    assert [each.code for each in plans] == ["p3-0", "p6", "p12"]
    assert all(each.cost_statement.nothing_else for each in plans)
    quote = api.quote(amount_minor=600_000, plan_code="p12")
    assert (quote.plan.total_minor, len(quote.plan.schedule)) == (639_711, 12)


@pytest.mark.parametrize("amount_minor", [10_000, 10_001, 99_999, 1_234_567, 2_000_000])
def test_every_plan_adds_up_for_the_shop(api: MerchantApi, amount_minor: int) -> None:
    for plan in api.plans(amount_minor=amount_minor):
        assert api.quote(amount_minor=amount_minor, plan_code=plan.code).plan.total_minor == plan.total_minor


def test_the_shop_sells_from_quote_to_goods_on_their_way(api: MerchantApi) -> None:
    quote = api.quote(amount_minor=600_000, plan_code="p12")
    remote = api.call(path="/orders", body=body(quote), idempotency_key="create-1")
    again = api.call(path="/orders", body=body(quote), idempotency_key="create-1")
    assert remote == again
    assert remote.state == "created"
    assert remote.confirm_url
    now = clock.now()
    token = remote.confirm_url.rsplit("/", 1)[-1]
    order = purchases.open(token=token, borrower_id=welcome(now=now), now=now)
    purchasing.sign(order, now=now)
    assert api.order(remote_id=remote.id).state == "confirmed"
    path = f"/orders/{remote.id}/ship"
    shipped = [api.call(path=path, body='{"tracking_number": "SF1"}', idempotency_key="ship-1") for _ in range(2)]
    assert [each.state for each in shipped] == ["shipped", "shipped"]
    found = api.order_numbered(order_number="QH-1")
    assert found
    assert found.state == "shipped"
    with pytest.raises(ApiRefused) as refused:
        api.call(path=f"/orders/{remote.id}/cancel", body='{"reason": "x"}', idempotency_key="cancel-1")
    assert (refused.value.problem.status, refused.value.problem.code) == (409, "state_conflict")


def test_the_shop_understands_refusals(
    api: MerchantApi, site: WSGIHandler, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ApiRefused) as refused:
        api.plans(amount_minor=1)
    assert refused.value.problem.code == "amount_out_of_range"
    quote = api.quote(amount_minor=600_000, plan_code="p6")
    later = clock.now() + timedelta(minutes=31)
    monkeypatch.setattr(clock, "now", lambda: later)
    with pytest.raises(ApiRefused) as refused:
        api.call(path="/orders", body=body(quote), idempotency_key="create-1")
    assert (refused.value.problem.status, refused.value.problem.code) == (422, "quote_expired")
    assert api.order_numbered(order_number="QH-1") is None
    with pytest.raises(ApiRefused) as refused:
        call_as("aqk_old", site).plans(amount_minor=600_000)
    assert refused.value.problem.status == 401


def test_a_call_in_progress_is_no_answer_to_the_shop(clone_database: str, site: WSGIHandler) -> None:
    """Another call with the same key has written and not yet committed: the second waits, then may come again."""
    shop = purchasing.open_street(now=clock.now())
    api = call_as(shop.key, site)
    quote = api.quote(amount_minor=600_000, plan_code="p12")
    written, done = threading.Event(), threading.Event()
    holder = threading.Thread(target=_hold_key, args=(shop, written, done))
    holder.start()
    written.wait()
    with connection.cursor() as cursor:
        cursor.execute("set lock_timeout = '200ms'")
    with pytest.raises(ApiSilent):
        api.call(path="/orders", body=body(quote), idempotency_key="create-1")
    done.set()
    holder.join()
    remote = api.call(path="/orders", body=body(quote), idempotency_key="create-1")
    assert remote.order_number == "QH-1"
    assert MerchantOrder.objects.count() == 1


def _hold_key(shop: Shop, written: threading.Event, done: threading.Event) -> None:
    class Dies(Exception):
        pass

    now = clock.now()
    stated: dict[str, Any] = {"merchant_id": shop.merchant.id, "plan": "p12", "goods": [], "return_url": ""}
    try:
        with transaction.atomic():
            product = purchasing.products.find("p12", now.date())
            MerchantOrder.objects.create(
                **stated, order_number="QH-1", idempotency_key="create-1", body_hash="", confirm_token="t",
                amount_minor=1, product=product, created_at=now, changed_at=now,
            )  # fmt: skip
            written.set()
            done.wait(10)
            raise Dies
    except Dies:
        pass
    finally:
        connections.close_all()
