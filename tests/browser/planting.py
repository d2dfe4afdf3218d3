"""Plants the street of the browser tests in a process of its own: a lender, its plans, a shop, staff, some loans."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import django

django.setup()

from anqi import clock  # noqa: E402
from anqi.actions import identities, merchants, purchases  # noqa: E402
from anqi.lending import products, quotes  # noqa: E402
from anqi.lending.merchant_orders import Good, NewOrder  # noqa: E402
from anqi.people import borrowers, phones  # noqa: E402
from demo import cast, place, staff  # noqa: E402
from demo.cast import Person  # noqa: E402
from demo.place import Place  # noqa: E402
from tests.purchasing import LIMIT_MINOR, TERMS, hash_of  # noqa: E402

_PLANS = (("p3-0", 3, "0"), ("p6", 6, "0.108"), ("p12", 12, "0.12"))
# These owe already when the tests begin; 林小满 buys in front of the reader.
OWING = (cast.ZHOU, cast.CHEN, cast.WANG, cast.ZHAO, cast.HAN)
# And this one so little that WeChat debits an instalment at once.
OWING_LITTLE = cast.SUN
_READ = timedelta(seconds=45)


def main() -> None:
    where, now = place.find(), clock.now()
    merchants.open_lender(
        code="qhxj", name="青禾消费金融", kind="consumer_finance", limit_minor=LIMIT_MINOR, service_phone="400-555-0199"
    )
    for code, instalments, rate in _PLANS:
        merchants.sell(
            lender="qhxj", code=code, title=f"{instalments} 期", instalments=instalments, least_minor=10_000,
            most_minor=LIMIT_MINOR, terms=TERMS | {"annual_rate": rate}, now=now - 2 * _READ,
        )  # fmt: skip
    # The mall's own address is in the environment, because its port is drawn for each run.
    mall_url = json.loads((where.home / "street.json").read_text())["mall_url"]
    mall, key = merchants.admit(
        code="qinghe", name="青禾数码", webhook_url=f"{mall_url}/webhooks/anqi", return_origins=[mall_url], now=now
    )
    _keep(where, "shop.json", {"api_key": key, "webhook_secret": mall.webhook_secret})
    _keep(where, "staff.json", staff.plant(now=now))
    shop, _ = merchants.admit(
        code="yunfan", name="云帆家电", webhook_url="", return_origins=["http://yunfan.example"], now=now
    )
    loans = {who.phone: _owe(who, shop.id, number=f"YF-{n}", now=now) for n, who in enumerate(OWING, start=1)}
    loans[OWING_LITTLE.phone] = _owe(OWING_LITTLE, shop.id, number="YF-9", amount_minor=300_000, now=now)
    _keep(where, "loans.json", loans)


def _owe(who: Person, shop_id: UUID, *, number: str, amount_minor: int = 600_000, now: datetime) -> str:
    """The number of a loan whose goods have been shipped."""
    before = now - _READ
    borrower_id = borrowers.find_or_register(phones.read(who.phone), language="zh-hans", now=before)
    identities.verify(borrower_id=borrower_id, name=who.name, id_number=who.id_number, now=before)
    asked = _wish(shop_id, number, amount_minor, before)
    theirs, _ = purchases.create(
        merchant_id=shop_id, key=uuid4().hex, body=asked, body_hash=hash_of(asked), now=before
    )
    order = purchases.open(token=theirs.confirm_token, borrower_id=borrower_id, now=before)
    offer = purchases.present(borrower_id=borrower_id, order_id=order.id, now=before)
    assert offer.draft
    loan = purchases.sign(
        borrower_id=borrower_id, order_id=order.id, sha256=offer.draft.sha256, reading_token=offer.reading_token,
        consents=offer.consents, address="127.0.0.1", agent="planting", now=now,
    )  # fmt: skip
    purchases.ship(merchant_id=shop_id, merchant_order_id=theirs.id, tracking_number="SF1234", now=now)
    return loan.number


def _wish(shop_id: UUID, number: str, amount_minor: int, now: datetime) -> NewOrder:
    quote = quotes.give(
        merchant_id=shop_id, product=products.find("p12", now.date()), amount_minor=amount_minor, now=now
    )
    return NewOrder(
        order_number=number, amount_minor=amount_minor, currency="CNY",
        goods=(Good(title="云帆洗衣机", quantity=1, price_minor=amount_minor),), plan="p12", quote=quote.token,
        return_url=f"http://yunfan.example/orders/{number}",
    )  # fmt: skip


def _keep(where: Place, name: str, told: dict[str, Any]) -> None:
    Path(where.home / name).write_text(json.dumps(told, ensure_ascii=False))


if __name__ == "__main__":
    main()
