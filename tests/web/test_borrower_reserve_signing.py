"""From an approval to a signature on the borrower's site: cost, reading time, boxes, the account, and every way out."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from anqi import clock
from anqi.actions import credit_lines, reserves
from anqi.lending.models import Application, Lender, Loan
from anqi.payments import channels
from anqi.payments.channels.protocol import Failed
from anqi.payments.models import Card, Payout
from anqi.people.models import Borrower
from tests import reserving
from tests.actions.test_payouts import Bank, bank, work
from tests.reserving import NOON
from tests.web.borrower_stand import Watch, signed_in

__all__ = ["bank"]
pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.borrower")]

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
CONSENTS = {f"consent-{each}": "on" for each in ("cost_statement", "agreement", "personal_information")}


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch, bank: Bank) -> Watch:
    watch = Watch(now=NOON)
    monkeypatch.setattr(clock, "now", lambda: watch.now)
    cache.clear()
    return watch


@pytest.fixture
def lin(watch: Watch) -> tuple[UUID, Any]:
    reserving.open_shelf()
    return reserving.welcome()


@pytest.fixture
def visitor(lin: tuple[UUID, Any]) -> Client:
    return signed_in(lin[0])


@pytest.fixture
def approved(lin: tuple[UUID, Any]) -> Application:
    row = reserving.apply(*lin)
    assert row.state == "approved"
    return row


def text_of(response: Any) -> str:
    return str(response.content.decode())


def sign_address(row: Application) -> str:
    return f"/reserves/{row.id}/sign"


def reading_of(page: str) -> str:
    found = re.search(r"reading=([^\"#&]+)", page)
    assert found
    return unquote(found[1])


def read_through(visitor: Client, watch: Watch, row: Application) -> dict[str, str]:
    page = text_of(visitor.get(sign_address(row)))
    watch.now += timedelta(seconds=11)
    late = text_of(visitor.get(sign_address(row), {"reading": reading_of(page)}))
    return dict(re.findall(r'<input type="hidden" name="(sha256|reading)" value="([^"]+)"', late))


def signed(visitor: Client, watch: Watch, row: Application) -> Any:
    return visitor.post(sign_address(row), {**read_through(visitor, watch, row), **CONSENTS})


def test_from_the_cost_to_the_signature(visitor: Client, watch: Watch, approved: Application) -> None:
    page = text_of(visitor.get(sign_address(approved)))
    for said in (
        "综合融资成本明示表", "除上面列出的以外，不收取任何费用", "年利率 14.6%", "罚息", "提前结清", "年化综合成本（单利）",
        "招商银行 尾号0017", "到手金额（本金）", "12月24日", "用途：日常消费", "收款账户：招商银行 尾号0017，户名 林小满",
        "借款本金和期数", "11月25日 12:00 以前可以签约",
    ):  # fmt: skip
        assert said in page, said
    for wrong in ("商户", "发货", "商品", "分期合同", "确认签约</button>"):
        assert wrong not in page, wrong
    response = signed(visitor, watch, approved)
    assert response.headers["Location"] == f"/reserves/{approved.id}/signed"
    assert (Loan.objects.count(), Payout.objects.count()) == (1, 1)
    agreement = text_of(visitor.get(f"/orders/{approved.id}/agreement"))
    assert ("借款合同" in agreement, "商户" in agreement, "发货" in agreement) == (True, False, False)
    assert visitor.get(sign_address(approved)).headers["Location"] == f"/reserves/{approved.id}/signed"


def test_pages_read_a_bounded_number_of_rows(visitor: Client, watch: Watch, approved: Application) -> None:
    with CaptureQueriesContext(connection) as read:
        visitor.get(sign_address(approved))
    assert len(read) <= 15, [each["sql"][:90] for each in read]
    signed(visitor, watch, approved)
    with CaptureQueriesContext(connection) as read:
        visitor.get(f"/reserves/{approved.id}/signed")
    assert len(read) <= 15, [each["sql"][:90] for each in read]


def test_the_button_comes_from_the_server_when_the_time_is_over(
    visitor: Client, watch: Watch, approved: Application
) -> None:
    gate = re.search(r'hx-get="([^"]+)" hx-trigger="load delay:(\d+)s"', text_of(visitor.get(sign_address(approved))))
    assert gate and gate[2] == "10"
    early = text_of(visitor.get(gate[1], headers=HTMX))
    assert early.strip().startswith('<div class="aq-gate" id="gate"')
    assert "确认签约</button>" not in early
    watch.now += timedelta(seconds=10)
    late = text_of(visitor.get(gate[1], headers=HTMX))
    assert "确认签约</button>" in late
    assert ("checked" in late, late.count('type="checkbox"')) == (False, 3)


def test_an_early_post_is_refused_and_signs_nothing(visitor: Client, watch: Watch, approved: Application) -> None:
    offer = reserves.present(borrower_id=approved.borrower_id, application_id=approved.id, now=watch.now)
    form = {"sha256": offer.draft.sha256, "reading": offer.reading_token, **CONSENTS}
    response = visitor.post(sign_address(approved), form)
    assert (response.status_code, "秒才能确认" in text_of(response), Loan.objects.count()) == (422, True, 0)


@pytest.mark.parametrize("missing", sorted(CONSENTS))
def test_every_consent_is_needed(visitor: Client, watch: Watch, approved: Application, missing: str) -> None:
    given = {name: on for name, on in CONSENTS.items() if name != missing}
    response = visitor.post(sign_address(approved), {**read_through(visitor, watch, approved), **given})
    assert (response.status_code, "每一项都勾选" in text_of(response), Loan.objects.count()) == (422, True, 0)


def test_another_text_than_was_read_is_not_signed(visitor: Client, watch: Watch, approved: Application) -> None:
    form = read_through(visitor, watch, approved)
    for changed in ({"sha256": "0" * 64}, {"reading": "forged"}):
        response = visitor.post(sign_address(approved), {**form, **CONSENTS, **changed})
        assert response.status_code == 409
        assert "请再看一遍新的内容" in text_of(response)
    assert not Loan.objects.exists()


def test_signing_twice_is_one_loan_and_one_payout(visitor: Client, watch: Watch, approved: Application) -> None:
    form = {**read_through(visitor, watch, approved), **CONSENTS}
    answers = [visitor.post(sign_address(approved), form).headers["Location"] for _ in range(2)]
    assert answers == [f"/reserves/{approved.id}/signed"] * 2
    assert (Loan.objects.count(), Payout.objects.count()) == (1, 1)


def test_an_offer_of_yesterday_says_so(visitor: Client, watch: Watch, approved: Application) -> None:
    form = {**read_through(visitor, watch, approved), **CONSENTS}
    watch.now = NOON + timedelta(hours=24)
    for response in (visitor.get(sign_address(approved)), visitor.post(sign_address(approved), form)):
        assert response.status_code == 409
        assert "这笔申请已过期" in text_of(response)
    assert not Loan.objects.exists()


def test_without_an_identity_the_way_leads_over_it(visitor: Client, watch: Watch, approved: Application) -> None:
    form = {**read_through(visitor, watch, approved), **CONSENTS}
    Borrower.objects.update(verified_at=None)
    verify = f"/verify?next={sign_address(approved)}"
    assert verify in text_of(visitor.get(sign_address(approved)))
    assert visitor.post(sign_address(approved), form).headers["Location"] == verify


def test_a_limit_that_is_locked_signs_nothing(visitor: Client, watch: Watch, approved: Application) -> None:
    form = {**read_through(visitor, watch, approved), **CONSENTS}
    lender_id = Lender.objects.get().id
    credit_lines.lock(borrower_id=approved.borrower_id, lender_id=lender_id, reason="", now=watch.now)
    response = visitor.post(sign_address(approved), form)
    assert (response.status_code, "额度冻结了，没有签约" in text_of(response)) == (409, True)
    assert "额度暂时用不了，这笔借款不能签约" in text_of(visitor.get(sign_address(approved)))
    assert not Loan.objects.exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda: Card.objects.update(state="ended"), "没有找到这张银行卡"),
        (lambda: Card.objects.update(kind="credit"), "只能打到储蓄卡"),
    ],
)
def test_an_account_that_is_gone_signs_nothing(
    visitor: Client, watch: Watch, approved: Application, change: Any, said: str
) -> None:
    form = {**read_through(visitor, watch, approved), **CONSENTS}
    change()
    response = visitor.post(sign_address(approved), form)
    assert response.status_code == 409
    assert (said in text_of(response), "要换账户，请先不签这笔，再重新申请" in text_of(response)) == (True, True)
    assert not Loan.objects.exists()


def test_saying_no_withdraws_it(visitor: Client, approved: Application) -> None:
    for _ in range(2):
        response = visitor.post(f"/reserves/{approved.id}/withdraw")
        assert response.headers["Location"] == f"/reserves/{approved.id}"
    approved.refresh_from_db()
    assert approved.state == "withdrawn"
    assert visitor.get(sign_address(approved)).headers["Location"] == f"/reserves/{approved.id}"


def test_what_is_signed_cannot_be_declined(visitor: Client, watch: Watch, approved: Application) -> None:
    signed(visitor, watch, approved)
    response = visitor.post(f"/reserves/{approved.id}/withdraw")
    assert response.headers["Location"] == f"/reserves/{approved.id}/signed"
    assert Loan.objects.get().cancelled_on is None


def test_somebody_elses_is_not_found(visitor: Client, watch: Watch, approved: Application) -> None:
    zhou = signed_in(reserving.welcome(reserving.ZHOU)[0])
    signed(visitor, watch, approved)
    for address in (sign_address(approved), f"/reserves/{approved.id}/signed", f"/reserves/{approved.id}/sign/gate"):
        assert zhou.get(address).status_code == 404
        assert Client().get(address).headers["Location"].startswith("/login?next=")
    assert zhou.post(f"/reserves/{approved.id}/withdraw").status_code == 404
    assert zhou.post(sign_address(approved), CONSENTS).status_code == 404


def test_the_page_after_signing_waits_and_then_tells(visitor: Client, watch: Watch, approved: Application) -> None:
    signed(visitor, watch, approved)
    address = f"/reserves/{approved.id}/signed"
    page = text_of(visitor.get(address))
    assert ("招商银行 尾号0017" in page, 'hx-trigger="load delay:1500ms"' in page) == (True, True)
    assert "已签约，等待放款" in page
    last = text_of(visitor.get(f"{address}?step=3", headers=HTMX))
    assert ("hx-get" in last, "可以离开这一页" in last) == (False, True)
    loan = Loan.objects.get()
    reserving.arrive(loan, paid_at=watch.now)
    arrived = text_of(visitor.get(f"{address}?step=1", headers=HTMX))
    assert ("已到账" in arrived, "hx-get" in arrived, "12月24日" in arrived) == (True, False, True)


def test_the_page_after_signing_says_at_once_that_it_failed(
    visitor: Client, watch: Watch, approved: Application, bank: Bank
) -> None:
    bank.answer = Failed(reason="card_state", code="63")
    signed(visitor, watch, approved)
    work(watch.now)
    page = text_of(visitor.get(f"/reserves/{approved.id}/signed"))
    for said in ("没能到账", "这张卡的状态不正常", "11月27日 12:00 以前没有换收款账户，合同自动失效"):
        assert said in page, said


def test_auto_debit_is_offered_and_not_imposed(
    visitor: Client, watch: Watch, approved: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channels, "with_cards", lambda: ("unionpay",))
    signed(visitor, watch, approved)
    page = text_of(visitor.get(f"/reserves/{approved.id}/signed"))
    assert f'href="/orders/{approved.id}/auto-pay"' in page
    assert "checked" not in page
