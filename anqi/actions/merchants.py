"""Merchants, and what is sold to them: the lender, its products, the shops and their keys.

Every act is known by its code and may be repeated: it brings what is there to what is stated.
"""

import base64
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from anqi.engine.cap_rules import LENDER_TYPES
from anqi.lending import merchants, products
from anqi.lending.merchants import IssuedKey
from anqi.lending.models import Lender, Merchant, Product
from anqi.rows.days import day_of
from anqi.rows.ids import uuid7
from anqi.rows.refusals import Refused


class KindUnknown(Refused):
    """No caps are known for a lender of this kind: {kind}."""

    code = "kind_unknown"


class NoSuchLender(Refused):
    """There is no lender {lender}."""

    code = "no_such_lender"


class NoSuchKey(Refused):
    """There is no key {prefix}."""

    code = "no_such_key"


def open_lender(*, code: str, name: str, kind: str, limit_minor: int, service_phone: str = "") -> Lender:
    """The lender of that code as stated; `limit_minor` is what it grants somebody new. Refuses KindUnknown."""
    if kind not in LENDER_TYPES:
        raise KindUnknown(kind=kind)
    with transaction.atomic(durable=True):
        lender, _ = Lender.objects.update_or_create(
            code=code, defaults={
                "name": name, "kind": kind, "limit_minor": limit_minor, "service_phone": service_phone,
            }
        )  # fmt: skip
        return lender


def sell(
    *,
    lender: str,
    code: str,
    title: str,
    instalments: int,
    least_minor: int,
    most_minor: int,
    terms: Mapping[str, Any],
    kind: str = products.KIND,
    now: datetime,
) -> Product:
    """The product of that code as it is sold from today: the version there is, or a new one if anything differs.

    `terms` are the engine's, without principal, instalments, currency and dates; `kind` is a purchase, or a reserve.
    Refuses NoSuchLender, TermsUnsound, TooLong, CostAboveCap, CapUnknown.
    """
    with transaction.atomic(durable=True):
        selling = Lender.objects.select_for_update(no_key=True).filter(code=lender).first()
        if selling is None:
            raise NoSuchLender(lender=lender)
        stated = {
            "lender": selling,
            "kind": kind,
            "title": title,
            "instalments": instalments,
            "currency": selling.currency,
            "least_minor": least_minor,
            "most_minor": most_minor,
            "terms": {"version": 1, **terms},
        }
        newest = Product.objects.filter(code=code).order_by("-version").first()
        if newest and _is_as(newest, stated):
            return newest
        version = newest.version + 1 if newest else 1
        product = Product(id=uuid7(), code=code, version=version, sold_from=day_of(now), **stated)
        products.refuse_unsound(product)
        product.save(force_insert=True)
        return product


def _is_as(product: Product, stated: Mapping[str, Any]) -> bool:
    return product.sold_until is None and all(getattr(product, name) == value for name, value in stated.items())


def stop_selling(code: str, *, kind: str = products.KIND, now: datetime) -> None:
    """Today is the last day on which the product is sold. What was signed goes on. Refuses PlanUnavailable."""
    with transaction.atomic(durable=True):
        product = products.find(code, day_of(now), kind=kind)
        Product.objects.filter(id=product.id).update(sold_until=day_of(now))


def admit(
    *, code: str, name: str, webhook_url: str, return_origins: Sequence[str], now: datetime
) -> tuple[Merchant, str]:
    """The merchant of that code as stated, and the key of its API client; "" when it was admitted before.

    The key is shown this once. Its webhooks are signed with `merchant.webhook_secret`, made here.
    """
    with transaction.atomic(durable=True):
        merchant, is_new = Merchant.objects.get_or_create(
            code=code, defaults={"name": name, "webhook_secret": _secret(), "created_at": now}
        )
        stated = {"name": name, "webhook_url": webhook_url, "return_origins": list(return_origins)}
        Merchant.objects.filter(id=merchant.id).update(**stated)
        key = merchants.put_key(merchant.id, now=now).key if is_new else ""
        return Merchant.objects.get(id=merchant.id), key


def settle_by(code: str, *, cycle: str, least_minor: int) -> None:
    """From now on the shop is paid by that cycle, daily or weekly, and from so many fen on. Refuses NoSuchMerchant."""
    assert cycle in Merchant.Cycle.values, f"{cycle} is no cycle"
    assert least_minor > 0, "nothing can't be paid"
    with transaction.atomic(durable=True):
        shop = merchants.find(code)
        Merchant.objects.filter(id=shop.id).update(settlement_cycle=cycle, settlement_least_minor=least_minor)


def issue_key(code: str, *, now: datetime) -> IssuedKey:
    """One more key for the merchant, shown this once; the others go on opening. Refuses NoSuchMerchant."""
    with transaction.atomic(durable=True):
        return merchants.put_key(merchants.find(code).id, now=now)


def revoke_key(prefix: str, *, now: datetime) -> None:
    """The key opens nothing from now on. Refuses NoSuchKey."""
    with transaction.atomic(durable=True):
        if not merchants.revoke(prefix, now=now):
            raise NoSuchKey(prefix=prefix)


def _secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
