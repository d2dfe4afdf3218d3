"""From the merchant's link to a signature: 实名, cost, reading time, consents, and every way out."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import pytest
from django.core.cache import cache
from django.test import Client

from anqi import clock
from anqi.actions import credit_lines, purchases
from anqi.lending.models import Agreement, Lender, Loan, MerchantOrder, ReportedLoan
from anqi.people import borrowers
from anqi.people.models import Borrower, Consent
from demo.cast import LIN, ZHOU
from tests import purchasing, reporting
from tests.purchasing import NOON, RETURN_URL, Shop
from tests.web.borrower_stand import Watch, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.borrower")]

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
CONSENTS = {f"consent-{each}": "on" for each in ("cost_statement", "agreement", "personal_information")}


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    watch = Watch(now=NOON)
    monkeypatch.setattr(clock, "now", lambda: watch.now)
    cache.clear()
    return watch


@pytest.fixture
def shop(watch: Watch) -> Shop:
    return purchasing.open_street()


@pytest.fixture
def lin(shop: Shop) -> UUID:
    return purchasing.welcome()


@pytest.fixture
def visitor(lin: UUID) -> Client:
    return signed_in(lin)


def text_of(response: Any) -> str:
    return str(response.content.decode())


def asked(shop: Shop, **wished: Any) -> MerchantOrder:
    return purchasing.ask(shop, purchasing.wish(shop, **wished))


def arrive(visitor: Client, theirs: MerchantOrder) -> str:
    """The address of the order's signing page."""
    response = visitor.get(f"/confirm/{theirs.confirm_token}")
    assert response.status_code == 302
    return str(response.headers["Location"])


def reading_of(page: str) -> str:
    found = re.search(r"reading=([^\"#&]+)", page)
    assert found
    return unquote(found[1])


def form_of(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(sha256|reading)" value="([^"]+)"', page))


def read_through(visitor: Client, watch: Watch, address: str) -> dict[str, str]:
    page = text_of(visitor.get(address))
    watch.now += timedelta(seconds=11)
    return form_of(text_of(visitor.get(address, {"reading": reading_of(page)})))


def test_from_the_link_to_the_signature_and_back(visitor: Client, shop: Shop, watch: Watch) -> None:
    address = arrive(visitor, asked(shop))
    page = text_of(visitor.get(address))
    for said in ("综合融资成本明示表", "12.00%", "除上面列出的以外，不收取任何费用", "罚息", "提前结清", "年化综合成本（单利）"):
        assert said in page
    assert "确认签约</button>" not in page
    signed = visitor.post(address, {**read_through(visitor, watch, address), **CONSENTS}, follow=True)
    assert "已签约" in text_of(signed)
    assert f'href="{RETURN_URL}"' in text_of(signed)
    assert Loan.objects.count() == Agreement.objects.count() == 1
    assert Consent.objects.count() == 3
    order_address = address.removesuffix("/sign")
    assert "青禾 12" in text_of(visitor.get(f"{order_address}/agreement"))
    assert visitor.get(address).headers["Location"] == f"{order_address}/signed"


def test_the_button_comes_from_the_server_when_the_time_is_over(
    visitor: Client, shop: Shop, watch: Watch
) -> None:
    address = arrive(visitor, asked(shop))
    page = text_of(visitor.get(address))
    gate = re.search(r'hx-get="([^"]+)" hx-trigger="load delay:(\d+)s"', page)
    assert gate
    assert gate[2] == "10"
    early = text_of(visitor.get(gate[1], headers=HTMX))
    assert early.strip().startswith('<div class="aq-gate" id="gate"')
    assert "确认签约</button>" not in early
    watch.now += timedelta(seconds=10)
    late = text_of(visitor.get(gate[1], headers=HTMX))
    assert "确认签约</button>" in late
    assert "checked" not in late
    assert late.count('type="checkbox"') == 3


def test_an_early_post_is_refused_and_signs_nothing(visitor: Client, shop: Shop, watch: Watch) -> None:
    address = arrive(visitor, asked(shop))
    reading = reading_of(text_of(visitor.get(address)))
    sha256 = purchases.present(
        borrower_id=Borrower.objects.get().id, order_id=UUID(address.split("/")[2]), now=watch.now
    ).draft.sha256
    response = visitor.post(address, {"sha256": sha256, "reading": reading, **CONSENTS})
    assert response.status_code == 422
    assert "秒才能确认" in text_of(response)
    assert not Loan.objects.exists()


def test_a_loan_that_is_reported_asks_for_one_more_yes_and_ticks_nothing(
    visitor: Client, shop: Shop, watch: Watch
) -> None:
    reporting.state_rule(watch.now)
    address = arrive(visitor, asked(shop))
    form = read_through(visitor, watch, address)
    page = text_of(visitor.get(address, {"reading": form["reading"]}))
    assert 'name="consent-credit_report"' in page and "checked" not in page
    assert "每月向中国人民银行征信中心报送" in page
    refused = visitor.post(address, {**form, **CONSENTS})
    assert refused.status_code == 422
    visitor.post(address, {**form, **CONSENTS, "consent-credit_report": "on"})
    assert ReportedLoan.objects.get().consent_version == "credit-report-2026-11"


@pytest.mark.parametrize("missing", sorted(CONSENTS))
def test_every_consent_is_needed(visitor: Client, shop: Shop, watch: Watch, missing: str) -> None:
    address = arrive(visitor, asked(shop))
    form = read_through(visitor, watch, address)
    given = {name: on for name, on in CONSENTS.items() if name != missing}
    response = visitor.post(address, {**form, **given})
    assert response.status_code == 422
    assert "每一项都勾选" in text_of(response)
    assert not Loan.objects.exists()


def test_another_text_than_was_read_is_not_signed(visitor: Client, shop: Shop, watch: Watch) -> None:
    address = arrive(visitor, asked(shop))
    form = read_through(visitor, watch, address)
    response = visitor.post(address, {**form, "sha256": "0" * 64, **CONSENTS})
    assert response.status_code == 409
    assert "请再看一遍新的内容" in text_of(response)
    response = visitor.post(address, {**form, "reading": "forged", **CONSENTS})
    assert response.status_code == 409
    assert not Loan.objects.exists()


def test_signing_twice_is_signing_once(visitor: Client, shop: Shop, watch: Watch) -> None:
    address = arrive(visitor, asked(shop))
    form = {**read_through(visitor, watch, address), **CONSENTS}
    assert visitor.post(address, form).status_code == visitor.post(address, form).status_code == 302
    assert Loan.objects.count() == 1


def test_whoever_is_not_logged_in_comes_back_to_the_link(shop: Shop) -> None:
    theirs = asked(shop)
    response = Client().get(f"/confirm/{theirs.confirm_token}")
    assert response.headers["Location"] == f"/login?next=%2Fconfirm%2F{theirs.confirm_token}"


def test_the_link_belongs_to_whoever_opened_it_first(visitor: Client, shop: Shop) -> None:
    theirs = asked(shop)
    address = arrive(visitor, theirs)
    zhou = signed_in(purchasing.welcome("+8613900008866"))
    assert zhou.get(f"/confirm/{theirs.confirm_token}").status_code == 404
    assert zhou.get(address).status_code == 404
    assert visitor.get("/confirm/nobody").status_code == 404
    assert arrive(visitor, theirs) == address


def test_without_identity_the_way_leads_over_it(shop: Shop, watch: Watch) -> None:
    who = borrowers.find_or_register("+8613800006021", language="zh-hans", now=NOON)
    visitor = signed_in(who)
    address = arrive(visitor, asked(shop))
    page = text_of(visitor.get(address))
    assert "签约以前，请先实名" in page
    assert "确认签约</button>" not in page
    verify = f"/verify?next={address}"
    assert verify in page
    assert visitor.get(verify).status_code == 200
    done = visitor.post(
        "/verify", {"next": address, "name": LIN.name, "id_number": LIN.id_number, "agree": "on"}
    )
    assert done.headers["Location"] == address
    assert visitor.get(verify).headers["Location"] == address
    signed = visitor.post(address, {**read_through(visitor, watch, address), **CONSENTS})
    assert signed.headers["Location"].endswith("/signed")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"id_number": "110101199705210001"}, "身份证号不对"),
        ({"id_number": "11010120150101000X"}, "身份证号不对"),
        ({"name": "1234"}, "请填写身份证上的姓名"),
        ({"name": ""}, "aq-field"),
        ({"agree": ""}, "请勾选同意以后再提交"),
    ],
)
def test_an_identity_that_does_not_fit_is_explained(shop: Shop, changed: dict[str, str], said: str) -> None:
    who = borrowers.find_or_register("+8613800006021", language="zh-hans", now=NOON)
    stated = {"next": "/me", "name": LIN.name, "id_number": LIN.id_number, "agree": "on"} | changed
    response = signed_in(who).post("/verify", {name: value for name, value in stated.items() if value})
    assert response.status_code == 422
    assert said in text_of(response)
    assert Borrower.objects.get(id=who).verified_at is None


def test_one_person_has_one_account(shop: Shop) -> None:
    for phone, status in ((ZHOU.phone, 302), (LIN.phone, 422)):
        who = borrowers.find_or_register(f"+86{phone}", language="zh-hans", now=NOON)
        response = signed_in(who).post(
            "/verify", {"next": "/me", "name": LIN.name, "id_number": LIN.id_number, "agree": "on"}
        )
        assert response.status_code == status
    assert "已在另一个手机号下实名" in text_of(response)


def test_an_order_above_the_limit_has_no_button(shop: Shop, visitor: Client, lin: UUID, watch: Watch) -> None:
    first = purchasing.opened(shop, lin, number="QH-1", amount_minor=1_900_000)
    second = arrive(visitor, asked(shop, number="QH-2", amount_minor=600_000))
    form = read_through(visitor, watch, second)
    purchasing.sign(first)
    response = visitor.post(second, {**form, **CONSENTS})
    assert response.status_code == 409
    assert "你现在可用额度是 ¥1,000.00" in text_of(response)
    assert "额度不够，这笔订单不能分期" in text_of(visitor.get(second))
    assert Loan.objects.count() == 1


def test_on_a_locked_limit_nothing_is_signed(shop: Shop, visitor: Client, lin: UUID, watch: Watch) -> None:
    order = arrive(visitor, asked(shop))
    form = read_through(visitor, watch, order)
    lender_id = Lender.objects.get().id
    credit_lines.lock(borrower_id=lin, lender_id=lender_id, reason="", now=watch.now)
    response = visitor.post(order, {**form, **CONSENTS})
    assert response.status_code == 409
    assert "你的额度冻结了，没有签约" in text_of(response)
    assert "额度暂时用不了，这笔订单不能分期" in text_of(visitor.get(order))
    assert not Loan.objects.exists()


def test_what_lapsed_or_was_cancelled_has_a_way_out(shop: Shop, visitor: Client, watch: Watch) -> None:
    cancelled = asked(shop, number="QH-1")
    address = arrive(visitor, cancelled)
    purchases.cancel(merchant_id=shop.merchant.id, merchant_order_id=cancelled.id, reason="缺货", now=watch.now)
    for where in (address, f"/confirm/{cancelled.confirm_token}"):
        response = visitor.get(where)
        assert response.status_code == 409
        assert "这笔订单已取消" in text_of(response)
    assert RETURN_URL in text_of(visitor.get(address))
    lapsed = asked(shop, number="QH-2")
    address = arrive(visitor, lapsed)
    watch.now += timedelta(days=16)
    assert "这笔订单已失效" in text_of(visitor.get(address))


def test_saying_no_cancels_the_order(shop: Shop, visitor: Client) -> None:
    address = arrive(visitor, asked(shop))
    decline = address.replace("/sign", "/decline")
    for _ in range(2):
        page = text_of(visitor.post(decline, follow=True))
        assert "订单已取消，不产生任何费用" in page
    assert RETURN_URL in page
    assert MerchantOrder.objects.get().state == "cancelled"
    assert visitor.get(decline).status_code == 405


def test_what_is_signed_cannot_be_declined(shop: Shop, visitor: Client, watch: Watch) -> None:
    address = arrive(visitor, asked(shop))
    visitor.post(address, {**read_through(visitor, watch, address), **CONSENTS})
    response = visitor.post(address.replace("/sign", "/decline"))
    assert response.headers["Location"].endswith("/signed")
    assert MerchantOrder.objects.get().state == "confirmed"


def test_an_address_that_the_merchant_never_registered_is_no_way_back(
    shop: Shop, visitor: Client, watch: Watch
) -> None:
    theirs = asked(shop)
    address = arrive(visitor, theirs)
    MerchantOrder.objects.filter(id=theirs.id).update(return_url="https://evil.example/x")
    visitor.post(address, {**read_through(visitor, watch, address), **CONSENTS})
    assert "evil.example" not in text_of(visitor.get(address.replace("/sign", "/signed")))
