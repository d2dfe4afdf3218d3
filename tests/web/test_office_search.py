"""One box: whatever names something exactly finds it, and what was typed stays out of addresses and records."""

from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from anqi import clock
from anqi.lending.models import Loan, Merchant, MerchantOrder
from anqi.payments import charges
from anqi.payments.charges import Part
from anqi.payments.models import ChannelOrder, Charge
from anqi.people.models import StaffAct
from anqi.rows.ids import uuid7
from tests import drawn
from tests.planting import Planted, plant_borrower, plant_loan, reference_rows
from tests.web.test_office_doors import desk, desk_of, hire, running_loan, set_clock

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.office")]


@pytest.fixture(autouse=True)
def today(settings: Any, tmp_path: Path) -> None:
    """Every test plays at noon of one day, so that no month's length matters."""
    set_clock(settings, tmp_path)


@pytest.fixture
def lin() -> Planted:
    return running_loan()


def loan_url(who: Planted) -> str:
    return f"/borrowers/{who.borrower_id}/loans/{who.loan_id}"


def open_charge(who: Planted) -> Charge:
    with transaction.atomic():
        return charges.put(
            borrower_id=who.borrower_id, channel="alipay", how="wap", attempt=uuid7().hex, subject="按期还款",
            parts=[Part(loan_id=who.loan_id, purpose="due", amount_minor=100)], currency="CNY",
            expires_at=clock.now(), now=clock.now(),
        )  # fmt: skip


@pytest.mark.parametrize("typed", ["13800006021", "138 0000 6021", "+8613800006021", " 86-138-0000-6021 "])
def test_a_phone_with_one_loan_jumps_to_it(lin: Planted, typed: str) -> None:
    user = hire()
    answer = desk_of(user).post("/search", {"q": typed})
    assert (answer.status_code, answer["Location"]) == (302, loan_url(lin))
    act = StaffAct.objects.get()
    assert (act.verb, act.actor_id, act.borrower_id) == ("search", user.id, lin.borrower_id)
    assert act.detail == {"kind": "phone", "hits": 1}
    assert "6021" not in drawn.without(f"{act.reason}{act.detail}{answer['Location']}")


def test_a_phone_with_several_loans_is_a_masked_list(lin: Planted) -> None:
    plant_loan(starts_on=clock.today(), borrower_id=lin.borrower_id)
    answer = desk().post("/search", {"q": "13800006021"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert page.count('href="/borrowers/') == 3, "the borrower and two loans"
    assert "138****6021" in page
    assert "林**" in page
    assert "13800006021" not in page
    assert "林小满" not in page


def test_a_phone_without_loans_leads_to_its_borrower() -> None:
    borrower_id = plant_borrower("+8613911112222", now=clock.now())
    assert desk().post("/search", {"q": "13911112222"})["Location"] == f"/borrowers/{borrower_id}"


def test_numbers_of_every_kind_lead_to_the_loan(lin: Planted) -> None:
    charge, client = open_charge(lin), desk()
    ChannelOrder.objects.filter(key=charge.key).update(ref="2026112522001400001")
    loan, order = Loan.objects.get(), MerchantOrder.objects.get()
    typed = [loan.number, loan.number.lower(), str(loan.id), order.order_number, charge.key, "2026112522001400001"]
    for text in typed:
        answer = client.post("/search", {"q": text})
        assert answer.status_code == 302, text
        assert answer["Location"].split("#")[0] == loan_url(lin), text
    assert client.post("/search", {"q": str(lin.borrower_id)})["Location"] == f"/borrowers/{lin.borrower_id}"
    kinds = StaffAct.objects.order_by("at").values_list("detail__kind", flat=True)
    assert list(kinds) == ["loan", "loan", "id", "order", "charge", "charge", "id"]


def test_one_number_at_two_merchants_is_a_list(lin: Planted) -> None:
    order = MerchantOrder.objects.get()
    _, product, _ = reference_rows(clock.now())
    other = Merchant.objects.create(code="other", name="另一家店", created_at=clock.now())
    MerchantOrder.objects.create(
        merchant=other, order_number=order.order_number, idempotency_key="k", body_hash="", confirm_token="t",
        amount_minor=1, plan="p12", product=product, goods=[], return_url="http://localhost/", created_at=clock.now(),
        changed_at=clock.now(),
    )  # fmt: skip
    page = desk().post("/search", {"q": order.order_number}).content.decode()
    assert "另一家店 的订单" in page
    assert "还没有借款人打开过" in page


@pytest.mark.parametrize("typed", ["13999999999", "aq" + "0" * 32, "nothing", "0" * 80, "'; drop table--"])
def test_what_names_nothing_finds_nothing(lin: Planted, typed: str) -> None:
    answer = desk().post("/search", {"q": typed})
    assert answer.status_code == 200
    assert "没有找到" in answer.content.decode()
    assert StaffAct.objects.get().detail == {"kind": "nothing", "hits": 0}


@pytest.mark.parametrize("typed", ["", "   ", "x" * 81])
def test_nothing_or_too_much_is_not_looked_for(lin: Planted, typed: str) -> None:
    assert desk().post("/search", {"q": typed}).status_code == 200
    assert not StaffAct.objects.exists()


def test_an_address_can_ask_for_nothing(lin: Planted) -> None:
    """A phone number in an address would stand in histories and logs, so the address is not listened to."""
    page = desk().get("/search?q=13800006021").content.decode()
    assert "138****6021" not in page
    assert not StaffAct.objects.exists()


def test_search_boxes_post_and_take_the_slash_key(lin: Planted) -> None:
    page = desk().get("/").content.decode()
    assert '<form class="of-search" role="search" method="post" action="/search">' in page
