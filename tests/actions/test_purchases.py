"""Purchases from the shop's first call to goods on their way: twice, too late, changed, by the wrong one."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError

from anqi.actions import purchases
from anqi.actions.purchases import DECLINED
from anqi.engine.accounts import balances
from anqi.ledger import books
from anqi.ledger.models import Posting
from anqi.lending import agreements, limits, merchant_orders, products, store
from anqi.lending.agreements import AgreementChanged, ConsentMissing
from anqi.lending.limits import LimitExceeded
from anqi.lending.merchant_orders import (
    GoodsDoNotAddUp,
    KeyReused,
    NoSuchOrder,
    OrderCancelled,
    OrderLapsed,
    OrderNumberTaken,
    ReturnUrlUnknown,
    StateConflict,
)
from anqi.lending.models import Agreement, Fact, Lender, Loan, MerchantOrder, Order
from anqi.lending.offers import AlreadySigned, NotVerified
from anqi.lending.products import AmountOutOfRange, PlanUnavailable
from anqi.lending.quotes import QuoteExpired, QuoteForged
from anqi.lending.readings import ReadingTooShort
from anqi.notices.models import Message, Webhook
from anqi.people.models import Borrower, Consent
from anqi.rows import keyring
from tests import purchasing
from tests.purchasing import NOON, READ, TODAY, Shop, ask, opened, ship, sign, welcome, wish

pytestmark = pytest.mark.django_db

DAYS_15 = timedelta(days=15)


@pytest.fixture
def shop() -> Shop:
    return purchasing.open_street()


@pytest.fixture
def lin(shop: Shop) -> UUID:
    return welcome()


# Creating


def test_the_same_key_and_body_give_the_same_order(shop: Shop) -> None:
    asked = wish(shop)
    first = ask(shop, asked, key="k1")
    again, is_replay = purchases.create(
        merchant_id=shop.merchant.id, key="k1", body=asked, body_hash=purchasing.hash_of(asked), now=NOON
    )
    assert (again.id, is_replay) == (first.id, True)
    assert MerchantOrder.objects.count() == 1


def test_a_replay_is_answered_after_the_quote_is_over(shop: Shop) -> None:
    asked = wish(shop)
    first = ask(shop, asked, key="k1")
    assert ask(shop, asked, key="k1", now=NOON + timedelta(days=3)).id == first.id


def test_a_key_is_for_one_body(shop: Shop) -> None:
    ask(shop, wish(shop), key="k1")
    with pytest.raises(KeyReused):
        ask(shop, wish(shop, number="QH-2"), key="k1")
    assert MerchantOrder.objects.count() == 1


def test_an_order_number_is_taken_once_by_a_shop_and_free_for_another(shop: Shop) -> None:
    ask(shop, wish(shop))
    with pytest.raises(OrderNumberTaken):
        ask(shop, wish(shop, plan="p6"))
    other = purchasing.admit("other")
    assert ask(other, wish(other)).order_number == "QH-1"


def test_a_key_of_one_shop_means_nothing_at_another(shop: Shop) -> None:
    ask(shop, wish(shop), key="k1")
    other = purchasing.admit("other")
    assert ask(other, wish(other, number="QH-9"), key="k1").order_number == "QH-9"


@pytest.mark.parametrize("amount_minor", [9_999, 2_000_001])
def test_amounts_out_of_the_plans_range_are_refused_with_the_range(shop: Shop, amount_minor: int) -> None:
    with pytest.raises(AmountOutOfRange) as refused:
        ask(shop, wish(shop, amount_minor=amount_minor))
    assert refused.value.facts == {"least_minor": 10_000, "most_minor": 2_000_000}


def test_a_plan_that_is_not_sold_is_refused(shop: Shop) -> None:
    with pytest.raises(PlanUnavailable):
        ask(shop, replace(wish(shop), plan="p99"))


def test_goods_add_up_to_the_amount(shop: Shop) -> None:
    goods = (merchant_orders.Good(title="青禾 12", quantity=2, price_minor=300_001),)
    with pytest.raises(GoodsDoNotAddUp) as refused:
        ask(shop, wish(shop, goods=goods))
    assert refused.value.facts["sum_minor"] == 600_002


@pytest.mark.parametrize(
    "url", ["https://evil.example/", "http://localhost:8004.evil.example/", "http://localhost:8004@evil.example/",
            "//localhost:8004/x", "javascript:alert(1)"],
)  # fmt: skip
def test_borrowers_are_sent_back_to_agreed_addresses_only(shop: Shop, url: str) -> None:
    with pytest.raises(ReturnUrlUnknown):
        ask(shop, wish(shop, return_url=url))


def test_a_quote_holds_for_half_an_hour(shop: Shop) -> None:
    asked = wish(shop)
    ask(shop, asked, now=NOON + timedelta(minutes=29, seconds=59))
    with pytest.raises(QuoteExpired):
        ask(shop, wish(shop, number="QH-2"), now=NOON + timedelta(minutes=30))


def test_a_quote_is_for_one_shop_plan_and_amount(shop: Shop) -> None:
    other = purchasing.admit("other")
    for foreign in (wish(other), wish(shop, plan="p6"), wish(shop, amount_minor=600_001)):
        with pytest.raises(QuoteForged):
            ask(shop, wish(shop, quote=foreign.quote))
    with pytest.raises(QuoteForged):
        ask(shop, wish(shop, quote="x" + wish(shop).quote))


def test_a_quote_keeps_the_version_that_was_quoted(shop: Shop) -> None:
    asked = wish(shop)
    newer = purchasing.merchants.sell(
        lender="qhxj", code="p12", title="12 期", instalments=12, least_minor=10_000, most_minor=2_000_000,
        terms=purchasing.TERMS | {"annual_rate": "0.15"}, now=NOON,
    )  # fmt: skip
    assert newer.version == 2
    assert ask(shop, asked).product.version == 1
    assert ask(shop, wish(shop, number="QH-2")).product.version == 2


# Opening


def test_the_first_borrower_who_opens_it_owns_it(shop: Shop, lin: UUID) -> None:
    order = opened(shop, lin)
    theirs = MerchantOrder.objects.get()
    assert (theirs.borrower_id, theirs.order_id, theirs.state) == (lin, order.id, "created")
    again = purchases.open(token=theirs.confirm_token, borrower_id=lin, now=NOON)
    assert again.id == order.id
    assert Order.objects.count() == 1
    zhou = welcome("+8613900008866")
    with pytest.raises(NoSuchOrder):
        purchases.open(token=theirs.confirm_token, borrower_id=zhou, now=NOON)


def test_what_became_of_anothers_order_is_nobodys_business(shop: Shop, lin: UUID) -> None:
    order, zhou = opened(shop, lin), welcome("+8613900008866")
    end(shop, order)
    with pytest.raises(NoSuchOrder):
        purchases.open(token=MerchantOrder.objects.get().confirm_token, borrower_id=zhou, now=NOON)


def test_a_token_nobody_gave_is_no_order(lin: UUID) -> None:
    with pytest.raises(NoSuchOrder):
        purchases.open(token="nothing", borrower_id=lin, now=NOON)


def test_what_is_cancelled_or_lapsed_is_not_opened(shop: Shop, lin: UUID) -> None:
    theirs = ask(shop, wish(shop))
    purchases.cancel(merchant_id=shop.merchant.id, merchant_order_id=theirs.id, reason="", now=NOON)
    with pytest.raises(OrderCancelled):
        purchases.open(token=theirs.confirm_token, borrower_id=lin, now=NOON)
    late = ask(shop, wish(shop, number="QH-2"))
    with pytest.raises(OrderLapsed):
        purchases.open(token=late.confirm_token, borrower_id=lin, now=NOON + DAYS_15)


# Presenting


def test_the_offer_states_the_whole_cost(shop: Shop, lin: UUID) -> None:
    order = opened(shop, lin)
    offer = purchases.present(borrower_id=lin, order_id=order.id, now=NOON)
    statement = offer.statement
    # 6000.00 at 12 % over twelve months: eleven of 533.09, the last 533.12.
    assert [row["total_minor"] for row in offer.schedule] == [53309] * 11 + [53312]
    assert (statement["principal_minor"], statement["cost_minor"], statement["total_minor"]) == (600_000, 39_711, 639_711)
    assert statement["annual_cost"]["simple_percent"] == "12.00"
    assert [(item["code"], item["amount_minor"], item["payee"]) for item in statement["items"]] == [
        ("interest", 39_711, "青禾消费金融")
    ]
    assert [item["code"] for item in statement["contingent"]] == ["penalty", "early_settlement"]
    assert statement["nothing_else"] is True
    assert (offer.limit.available_minor, offer.is_within_limit, offer.is_verified) == (2_000_000, True, True)
    assert offer.schedule[0]["due_on"] == "2026-12-24"
    assert offer.draft.body["borrower"] == {"name": "林小满", "id_number": "110***********002X"}


def test_a_free_plan_costs_nothing(shop: Shop, lin: UUID) -> None:
    order = opened(shop, lin, plan="p3-0", amount_minor=100_000)
    statement = purchases.present(borrower_id=lin, order_id=order.id, now=NOON).statement
    assert (statement["items"], statement["cost_minor"]) == ([], 0)
    assert statement["annual_cost"] == {"simple_percent": "0.00", "compound_percent": "0.00"}


def test_nobody_is_shown_another_borrowers_offer(shop: Shop, lin: UUID) -> None:
    order = opened(shop, lin)
    zhou = welcome("+8613900008866")
    with pytest.raises(NoSuchOrder):
        purchases.present(borrower_id=zhou, order_id=order.id, now=NOON)


# Signing


def test_signing_writes_all_that_it_means(shop: Shop, lin: UUID) -> None:
    order = opened(shop, lin)
    loan = sign(order)
    agreement = Agreement.objects.get()
    assert (loan.starts_on, loan.next_wake_on, loan.principal_minor) == (None, None, 600_000)
    assert loan.number.startswith("AQ2611-")
    assert (loan.agreement_id, agreement.order_id) == (agreement.id, order.id)
    assert json.loads(agreement.body)["terms"] == loan.terms
    [fact] = Fact.objects.all()
    assert (fact.kind, fact.counts_on, fact.seq, fact.body["agreement_sha256"]) == ("signed", TODAY, 1, agreement.sha256)
    assert Borrower.objects.get().last_seq == 1
    theirs = MerchantOrder.objects.get()
    assert (theirs.state, Order.objects.get().state) == ("confirmed", "confirmed")
    assert {each.purpose for each in Consent.objects.all()} == set(agreements.CONSENTS)
    [webhook] = Webhook.objects.all()
    told = json.loads(webhook.body)
    assert (webhook.kind, told["type"], told["data"]["state"]) == ("order.confirmed", "order.confirmed", "confirmed")
    [message] = Message.objects.all()
    assert (message.template, message.phone) == ("order_confirmed", "+8613800006021")
    assert Posting.objects.count() == 0


def test_where_it_was_signed_is_kept_and_not_in_clear(shop: Shop, lin: UUID) -> None:
    sign(opened(shop, lin))
    sealed = Fact.objects.get().body["evidence"]
    assert "203.0.113.7" not in json.dumps(Fact.objects.get().body)
    assert json.loads(keyring.decrypt(bytes.fromhex(sealed)))["address"] == "203.0.113.7"


def test_signed_twice_is_signed_once(shop: Shop, lin: UUID) -> None:
    order = opened(shop, lin)
    offer = purchases.present(borrower_id=lin, order_id=order.id, now=NOON)
    loans = {
        purchases.sign(
            borrower_id=lin, order_id=order.id, sha256=offer.draft.sha256, reading_token=offer.reading_token,
            consents=offer.consents, address="", agent="", now=NOON + READ,
        ).id
        for _ in range(2)
    }  # fmt: skip
    assert len(loans) == 1
    assert (Loan.objects.count(), Webhook.objects.count(), Message.objects.count()) == (1, 1, 1)
    with pytest.raises(AlreadySigned):
        purchases.present(borrower_id=lin, order_id=order.id, now=NOON)


def test_ten_seconds_of_reading(shop: Shop, lin: UUID) -> None:
    order = opened(shop, lin)
    with pytest.raises(ReadingTooShort) as refused:
        sign(order, after=timedelta(seconds=9, milliseconds=999))
    assert refused.value.facts == {"seconds_left": 1}
    assert sign(order, after=timedelta(seconds=10))


def test_reading_is_of_this_agreement_and_not_of_another(shop: Shop, lin: UUID) -> None:
    order, other = opened(shop, lin), opened(shop, lin, number="QH-2")
    token = purchases.present(borrower_id=lin, order_id=other.id, now=NOON).reading_token
    for forged in (token, "nonsense", ""):
        with pytest.raises(AgreementChanged):
            sign(order, reading_token=forged)
    assert not Loan.objects.exists()


def test_reading_lasts_over_midnight_but_not_for_ever(shop: Shop, lin: UUID) -> None:
    late = NOON.replace(hour=23, minute=59)
    order = opened(shop, lin, now=late)
    with pytest.raises(AgreementChanged):
        sign(order, now=late, after=timedelta(hours=12, seconds=1))
    loan = sign(order, now=late, after=timedelta(minutes=5))
    assert json.loads(Agreement.objects.get().body)["drawn_up_on"] == "2026-11-24"
    assert Fact.objects.get(loan_id=loan.id).counts_on == date(2026, 11, 25)


def test_only_what_was_shown_can_be_signed(shop: Shop, lin: UUID) -> None:
    order = opened(shop, lin)
    with pytest.raises(AgreementChanged):
        sign(order, sha256="0" * 64)
    offer = purchases.present(borrower_id=lin, order_id=order.id, now=NOON)
    Lender.objects.update(name="别的机构")
    with pytest.raises(AgreementChanged):
        sign(order, sha256=offer.draft.sha256, reading_token=offer.reading_token)


@pytest.mark.parametrize("missing", agreements.CONSENTS)
def test_every_consent_is_its_own(shop: Shop, lin: UUID, missing: str) -> None:
    order = opened(shop, lin)
    with pytest.raises(ConsentMissing) as refused:
        sign(order, consents=tuple(each for each in agreements.CONSENTS if each != missing))
    assert refused.value.facts == {"missing": missing}
    assert not Consent.objects.exists()


def test_nobody_signs_without_a_name(shop: Shop, lin: UUID) -> None:
    Borrower.objects.update(verified_at=None, name=None, id_number=None)
    order = opened(shop, lin)
    assert not purchases.present(borrower_id=lin, order_id=order.id, now=NOON).is_verified
    with pytest.raises(NotVerified):
        sign(order)


def test_the_limit_counts_what_is_signed_and_what_is_owed(shop: Shop, lin: UUID) -> None:
    first = opened(shop, lin, amount_minor=1_500_000)
    sign(first)
    second = opened(shop, lin, number="QH-2", amount_minor=500_001)
    lender_id = Lender.objects.get().id
    limit = limits.read(lin, lender_id, today=TODAY)
    assert (limit.used_minor, limit.frozen_minor, limit.available_minor) == (0, 1_500_000, 500_000)
    with pytest.raises(LimitExceeded) as refused:
        sign(second)
    assert refused.value.facts == {
        "needed_minor": 500_001, "available_minor": 500_000, "granted_minor": 2_000_000, "limit_minor": 2_000_000,
        "used_minor": 0, "frozen_minor": 1_500_000,
    }  # fmt: skip
    ship(first)
    limit = limits.read(lin, lender_id, today=TODAY)
    assert (limit.used_minor, limit.frozen_minor, limit.available_minor) == (1_500_000, 0, 500_000)
    third = opened(shop, lin, number="QH-3", amount_minor=500_000)
    assert sign(third)


def test_no_signature_after_the_order_ended(shop: Shop, lin: UUID) -> None:
    order = opened(shop, lin)
    with pytest.raises(OrderLapsed):
        sign(order, after=DAYS_15)
    purchases.cancel(merchant_id=shop.merchant.id, merchant_order_id=order.merchant_order_id, reason="", now=NOON)
    with pytest.raises(OrderCancelled):
        purchases.present(borrower_id=lin, order_id=order.id, now=NOON)


def test_killed_half_way_nothing_is_signed(shop: Shop, lin: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    order = opened(shop, lin)

    def killed(**_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(purchases.messages, "enqueue", killed)
        with pytest.raises(KeyboardInterrupt):
            sign(order)
    assert not any(model.objects.exists() for model in (Loan, Agreement, Fact, Consent, Webhook, Message))
    assert MerchantOrder.objects.get().state == "created"
    assert sign(order)


# Shipping


def test_shipping_starts_the_loan_and_books_it(shop: Shop, lin: UUID) -> None:
    order = opened(shop, lin)
    sign(order)
    Message.objects.all().delete()
    ship(order, now=NOON + timedelta(days=7))
    loan = Loan.objects.get()
    assert (loan.starts_on, loan.next_wake_on) == (date(2026, 12, 1), date(2027, 1, 1))
    [posting] = Posting.objects.all()
    assert (posting.debit, posting.credit, posting.amount_minor) == (
        "receivable_principal", "merchant_payable", 600_000,
    )  # fmt: skip
    assert (posting.cause, posting.counts_on) == ("shipped", date(2026, 12, 1))
    held = store.read(lin, [loan.id])[loan.id]
    booked = books.read(lin, [loan.id]).balances[loan.id]
    assert booked == balances(held.terms, held.facts, date(2026, 12, 1))
    [message] = Message.objects.all()
    assert "2027年1月1日" in message.text
    assert "533.09" in message.text
    assert [each.kind for each in Fact.objects.order_by("seq")] == ["signed", "shipped"]
    assert Borrower.objects.get().last_seq == 3
    theirs = MerchantOrder.objects.get()
    assert (theirs.state, theirs.tracking_number, Order.objects.get().state) == ("shipped", "SF1234", "shipped")


def test_the_dated_plan_has_the_signed_amounts(shop: Shop, lin: UUID) -> None:
    order = opened(shop, lin)
    loan = sign(order)
    signed = [row["total_minor"] for row in json.loads(Agreement.objects.get().body)["plan"]]
    for shipped_on in (TODAY, date(2026, 12, 31), date(2027, 1, 30)):
        dated = products.plan_of(loan.terms, shipped_on).instalments
        assert [each.total_minor for each in dated] == signed


def test_shipped_twice_is_shipped_once(shop: Shop, lin: UUID) -> None:
    order = opened(shop, lin)
    sign(order)
    first = ship(order)
    again = ship(order, now=NOON + timedelta(days=30))
    assert (again.state, again.changed_at) == ("shipped", first.changed_at)
    assert (Posting.objects.count(), Fact.objects.filter(kind="shipped").count()) == (1, 1)
    assert Loan.objects.get().starts_on == TODAY


def test_only_what_is_signed_can_be_shipped(shop: Shop, lin: UUID) -> None:
    theirs = ask(shop, wish(shop))
    for _ in range(2):
        with pytest.raises(StateConflict):
            purchases.ship(
                merchant_id=shop.merchant.id, merchant_order_id=theirs.id, tracking_number="", now=NOON
            )
        purchases.open(token=theirs.confirm_token, borrower_id=lin, now=NOON)
    assert not Loan.objects.exists()


def test_another_shop_finds_nothing(shop: Shop, lin: UUID) -> None:
    order = opened(shop, lin)
    sign(order)
    other = purchasing.admit("other").merchant.id
    theirs = {"merchant_id": other, "merchant_order_id": order.merchant_order_id}
    with pytest.raises(NoSuchOrder):
        purchases.ship(**theirs, tracking_number="", now=NOON)
    with pytest.raises(NoSuchOrder):
        purchases.cancel(**theirs, reason="", now=NOON)


def test_killed_while_shipping_nothing_is_booked(shop: Shop, lin: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    order = opened(shop, lin)
    sign(order)

    def killed(**_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(purchases.webhooks, "enqueue", killed)
        with pytest.raises(KeyboardInterrupt):
            ship(order)
    assert not Posting.objects.exists()
    assert Loan.objects.get().starts_on is None
    assert ship(order).state == "shipped"


# Ending


def end(shop: Shop, order: Order, *, reason: str = "客人不要了", now: datetime = NOON + READ) -> MerchantOrder:
    return purchases.cancel(
        merchant_id=shop.merchant.id, merchant_order_id=order.merchant_order_id, reason=reason, now=now
    )


def test_cancelling_a_signed_order_gives_the_limit_back(shop: Shop, lin: UUID) -> None:
    order = opened(shop, lin, amount_minor=2_000_000)
    sign(order)
    end(shop, order)
    loan = Loan.objects.get()
    assert loan.cancelled_on == TODAY
    assert [each.kind for each in Fact.objects.order_by("seq")] == ["signed", "cancelled"]
    assert Borrower.objects.get().last_seq == 2
    assert (MerchantOrder.objects.get().reason, Order.objects.get().state) == ("客人不要了", "cancelled")
    assert [each.kind for each in Webhook.objects.order_by("created_at", "id")] == ["order.confirmed", "order.cancelled"]
    assert limits.read(lin, Lender.objects.get().id, today=TODAY).available_minor == 2_000_000
    assert [each.template for each in Message.objects.order_by("id")] == ["order_confirmed", "order_cancelled"]


def test_cancelled_twice_is_cancelled_once(shop: Shop, lin: UUID) -> None:
    order = opened(shop, lin)
    sign(order)
    first = end(shop, order)
    again = end(shop, order, reason="again", now=NOON + timedelta(days=1))
    assert (again.changed_at, again.reason) == (first.changed_at, "客人不要了")
    assert (Fact.objects.count(), Webhook.objects.count()) == (2, 2)


def test_goods_that_left_are_not_cancelled(shop: Shop, lin: UUID) -> None:
    order = opened(shop, lin)
    sign(order)
    ship(order)
    with pytest.raises(StateConflict) as refused:
        end(shop, order)
    assert refused.value.facts == {"state": "shipped"}
    assert Loan.objects.get().cancelled_on is None


def test_cancelled_goods_do_not_leave(shop: Shop, lin: UUID) -> None:
    order = opened(shop, lin)
    sign(order)
    end(shop, order)
    with pytest.raises(StateConflict):
        ship(order)


def test_the_borrower_says_no(shop: Shop, lin: UUID) -> None:
    order = opened(shop, lin)
    for _ in range(2):
        purchases.decline(borrower_id=lin, order_id=order.id, now=NOON)
    theirs = MerchantOrder.objects.get()
    assert (theirs.state, theirs.reason) == ("cancelled", DECLINED)
    assert [each.kind for each in Webhook.objects.all()] == ["order.cancelled"]
    zhou = welcome("+8613900008866")
    with pytest.raises(NoSuchOrder):
        purchases.decline(borrower_id=zhou, order_id=order.id, now=NOON)


def test_what_is_signed_is_not_declined(shop: Shop, lin: UUID) -> None:
    order = opened(shop, lin)
    sign(order)
    with pytest.raises(AlreadySigned):
        purchases.decline(borrower_id=lin, order_id=order.id, now=NOON)


def test_orders_lapse_after_fifteen_days_without_signature_or_goods(shop: Shop, lin: UUID) -> None:
    ask(shop, wish(shop, number="QH-never-opened"))
    opened(shop, lin, number="QH-never-signed")
    sign(opened(shop, lin, number="QH-never-shipped"))
    shipped = opened(shop, lin, number="QH-shipped")
    sign(shipped)
    ship(shipped)
    Message.objects.all().delete()
    assert purchases.lapse(now=NOON + DAYS_15 - timedelta(seconds=1), limit=10) == 0
    assert purchases.lapse(now=NOON + DAYS_15 + READ, limit=10) == 3
    assert purchases.lapse(now=NOON + DAYS_15 + READ, limit=10) == 0
    states = dict(MerchantOrder.objects.values_list("order_number", "state"))
    assert states == {
        "QH-never-opened": "lapsed", "QH-never-signed": "lapsed", "QH-never-shipped": "lapsed", "QH-shipped": "shipped",
    }  # fmt: skip
    assert Loan.objects.filter(cancelled_on__isnull=False).count() == 1
    assert [each.template for each in Message.objects.all()] == ["order_lapsed"]
    assert Webhook.objects.filter(kind="order.lapsed").count() == 3


def test_the_fifteen_days_begin_again_with_the_signature(shop: Shop, lin: UUID) -> None:
    order = opened(shop, lin)
    sign(order, now=NOON + timedelta(days=10))
    assert purchases.lapse(now=NOON + DAYS_15, limit=10) == 0
    assert ship(order, now=NOON + timedelta(days=24)).state == "shipped"


def test_what_should_have_lapsed_is_not_shipped_before_the_sweep_comes(shop: Shop, lin: UUID) -> None:
    order = opened(shop, lin)
    sign(order)
    with pytest.raises(OrderLapsed):
        ship(order, now=NOON + DAYS_15 + READ)


def test_one_broken_order_does_not_keep_the_others(shop: Shop, lin: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in ("QH-1", "QH-2", "QH-3"):
        ask(shop, wish(shop, number=number))
    real = purchases.webhooks.enqueue

    def breaks_once(**stated: Any) -> UUID:
        if stated["body"]["order_number"] == "QH-1":
            raise IntegrityError("broken")
        return real(**stated)

    monkeypatch.setattr(purchases.webhooks, "enqueue", breaks_once)
    with pytest.raises(ExceptionGroup):
        purchases.lapse(now=NOON + DAYS_15, limit=10)
    assert sorted(MerchantOrder.objects.values_list("state", flat=True)) == ["created", "lapsed", "lapsed"]
