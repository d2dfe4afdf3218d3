"""Asking somebody else to pay: what the borrower makes, and what a stranger sees of it, which is an amount."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client

from anqi.actions import refunds, repayments
from anqi.payments import channels, pay_links
from anqi.payments.channels.protocol import Accepted, Closed, Qr, Succeeded
from anqi.payments.models import Charge, PayLink, Refund, Unapplied
from anqi.people import tries
from tests import drawn
from tests.actions.test_refunds import staff
from tests.planting import Planted, at, days, plant_borrower, plant_loan
from tests.web import opened_amounts
from tests.web.borrower_stand import GATEWAY, Cashier, Watch, signed_in
from tests.web.test_borrower_pages import plain
from tests.web.test_borrower_paying import cashier, text_of, watch

__all__ = ["cashier", "watch"]
pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.borrower")]

DUE = date(2026, 9, 30)
# Of the borrower, the plan, the shop and its goods, and of any other amount of the plan.
SECRETS = ("林小满", "13800006021", "青禾", "AQ", "QH", "6,397", "6,000", "第 1 期", "/orders/", "/charges/", "/receipts/")


@pytest.fixture
def lin(watch: Watch, cashier: Cashier) -> Iterator[Planted]:
    cache.clear()
    yield plant_loan(starts_on=date(2026, 8, 31))
    cache.clear()


@pytest.fixture
def visitor(lin: Planted) -> Client:
    return signed_in(lin.borrower_id)


def stranger(language: str = "zh-hans") -> Client:
    return Client(headers={"accept-language": language})


def form_of(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(attempt)" value="([^"]+)"', page))


def make(visitor: Client, lin: Planted, **fields: str) -> str:
    """The path of a new link."""
    path = f"/orders/{lin.order_id}/pay-link"
    fields = {"what": "due", "amount": "", **form_of(text_of(visitor.get(path))), **fields}
    made, again = text_of(visitor.post(path, fields)), text_of(visitor.post(path, fields))
    [first], [second] = [set(re.findall(r"/pay-for/\w+", page)) for page in (made, again)]
    assert first == second
    return str(first)


def send(client: Client, path: str, channel: str = "alipay") -> Any:
    return client.post(path, {**form_of(text_of(client.get(path))), "channel": channel})


def arrive(charge: Charge, watch: Watch, ref: str = "T1") -> None:
    repayments.learn(
        channel=charge.channel, key=charge.key, learned_by="query", now=watch.now,
        result=Succeeded(ref=ref, amount_minor=charge.amount_minor, paid_at=watch.now),
    )  # fmt: skip


def test_a_link_is_made_once_and_shows_only_what_is_asked(
    visitor: Client, lin: Planted, watch: Watch, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    assert f"/orders/{lin.order_id}/pay-link" in text_of(visitor.get(f"/orders/{lin.order_id}/pay"))
    with django_assert_max_num_queries(15):
        form = text_of(visitor.get(f"/orders/{lin.order_id}/pay-link"))
    assert opened_amounts.shut(form) == []
    path = make(visitor, lin, what="own", amount="200.50")
    assert PayLink.objects.get().amount_minor == 20050
    for language, words in (("zh-hans", "有人请你替 Ta 付这笔还款"), ("en", "Somebody asks you to pay this repayment")):
        seen = stranger(language).get(path)
        assert "noindex" in seen.headers["X-Robots-Tag"]
        assert words in text_of(seen) and "¥200.50" in plain(seen) and "2026" in text_of(seen)
        assert [secret for secret in SECRETS if secret in drawn.without(text_of(seen))] == []
        assert f"form-action 'self' {GATEWAY}" in seen.headers["Content-Security-Policy"]
    with django_assert_max_num_queries(15):
        shown = visitor.get("/pay-links")
    assert "等对方付" in text_of(shown) and opened_amounts.shut(text_of(shown)) == []
    # The token is nowhere but on the page that showed it.
    assert path.rsplit("/", 1)[-1] not in text_of(shown)
    assert "bank" not in re.findall(r'name="channel" value="(\w+)"', text_of(stranger().get(path)))


def test_what_cannot_be_asked_for_is_said(visitor: Client, lin: Planted, watch: Watch) -> None:
    path = f"/orders/{lin.order_id}/pay-link"
    sent = {"attempt": str(uuid4())}
    for fields in ({"what": "own", "amount": ""}, {"what": "own", "amount": "9999999"}, {"what": "next"}):
        assert visitor.post(path, {**sent, **fields}).status_code == 422
    for n in range(pay_links.MOST_ALIVE):
        make(visitor, lin, what="own", amount=f"{n + 1}")
    assert visitor.post(path, {"what": "due", "attempt": str(uuid4())}).status_code == 409
    other = plant_loan(starts_on=DUE, borrower_id=plant_borrower("+8613800006999", now=at(DUE)))
    theirs = signed_in(other.borrower_id)
    link = PayLink.objects.first()
    assert link
    assert [theirs.get(path).status_code, theirs.post(f"/pay-links/{link.id}/revoke").status_code] == [404, 404]
    assert stranger().get("/pay-links").status_code == 302
    watch.now = at(DUE, 23, 55)
    PayLink.objects.update(revoked_at=watch.now)
    assert visitor.post(path, {"what": "all", "attempt": str(uuid4())}).status_code == 409


def test_a_stranger_pays_and_has_a_receipt_of_their_own(
    visitor: Client, lin: Planted, watch: Watch, cashier: Cashier
) -> None:
    path, payer = make(visitor, lin), stranger()
    response = send(payer, path)
    charge = Charge.objects.get()
    page = pay_links.payer_address(charge)
    assert response.headers["Location"] == f"{GATEWAY}/pay?out_trade_no={charge.key}"
    assert cashier.requests[0].return_url.endswith(page) and "AQ" not in cashier.requests[0].subject
    assert page in text_of(stranger().get(path))
    # The borrower is told, led to no cashier of a stranger's, and pays nothing beside it.
    assert "有人正在替你付" in text_of(visitor.get(f"/orders/{lin.order_id}/pay"))
    own = text_of(visitor.get(f"/charges/{charge.id}"))
    assert "有人正在替你付" in own and "/cashier" not in own
    assert visitor.get(f"/charges/{charge.id}/cashier").headers["Location"] == f"/charges/{charge.id}"
    assert visitor.get(f"/charges/{charge.id}/code.svg").status_code == 404
    # The payer comes back, by a form of the channel's too, and goes on.
    assert payer.post(page).status_code == 303
    waiting = text_of(payer.get(f"{page}?step=1"))
    assert "还没有收到付款" in waiting and f"{page}/cashier" in waiting
    assert payer.get(f"{page}/cashier").headers["Location"] == response.headers["Location"]
    arrive(charge, watch)
    done = payer.get(page)
    assert all(word in plain(done) for word in ("付款成功", "¥533.09", "T1", charge.key))
    assert [secret for secret in SECRETS if secret in drawn.without(text_of(done))] == []
    over = stranger().get(path)
    assert "已经付好了" in text_of(over) and page not in text_of(over) and "T1" not in drawn.without(text_of(over))
    assert stranger().post(path, {"attempt": str(uuid4()), "channel": "alipay"}).status_code == 409
    # The borrower reads who paid, wherever the payment stands.
    receipt = re.search(r'href="(/receipts/[^"]+)"', text_of(visitor.get(f"/charges/{charge.id}")))
    assert receipt
    for told in (receipt[1], f"/orders/{lin.order_id}", "/pay-links", f"/charges/{charge.id}"):
        assert "由他人代付" in text_of(visitor.get(told)), told
    assert "paid by somebody else" in text_of(signed_in(lin.borrower_id, language="en").get(receipt[1]))


def test_a_form_sent_twice_and_a_second_payer_are_one_charge(visitor: Client, lin: Planted, watch: Watch) -> None:
    path, first, second = make(visitor, lin), stranger(), stranger()
    fields = {**form_of(text_of(first.get(path))), "channel": "alipay"}
    late = {**form_of(text_of(second.get(path))), "channel": "alipay"}
    sent = {client.post(path, each).headers["Location"] for client, each in ((first, fields), (first, fields), (second, late))}
    assert (len(sent), Charge.objects.count()) == (1, 1)
    other = second.post(path, late | {"channel": "wechat"})
    assert (other.status_code, "另一笔付款正在处理" in text_of(other)) == (409, True)
    # The second payer gives it up, and the channel knows of nobody who paid: the link is open again.
    page = pay_links.payer_address(Charge.objects.get())
    assert second.post(f"{page}/give-up").headers["Location"] == page
    assert "这笔付款已关闭" in text_of(second.get(page))
    assert 'name="channel"' in text_of(first.get(path))


def test_paid_twice_the_payer_reads_that_it_goes_back(
    visitor: Client, lin: Planted, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    payer, path = stranger(), make(visitor, lin)
    send(payer, path)
    charge = Charge.objects.get()
    arrive(charge, watch)
    arrive(charge, watch, ref="T2")
    case = Unapplied.objects.get()
    page = pay_links.payer_address(charge)
    assert "等待退回" in text_of(payer.get(page)) and "已用于对方的还款" not in text_of(payer.get(page))
    refunds.begin(borrower_id=lin.borrower_id, case_id=case.id, actor=staff(), reason="退", now=watch.now)
    assert "正在退回" in text_of(payer.get(page))
    refund = Refund.objects.get()
    result = Succeeded(ref="R1", amount_minor=refund.amount_minor, paid_at=watch.now)
    refunds.learn(channel="alipay", key=refund.key, result=result, learned_by="query", now=watch.now)
    assert "已退回" in text_of(payer.get(page))
    own = plain(visitor.get(f"/charges/{charge.id}"))
    assert "退回给付款人" in own and "退回你的" not in own


def test_unknown_tokens_and_proofs_are_nothing_and_guessing_ends(
    visitor: Client, lin: Planted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tries, "OF_ADDRESS", 4)
    path, guess = make(visitor, lin), stranger()
    send(stranger(), path)
    page = pay_links.payer_address(Charge.objects.get())
    key = Charge.objects.get().key
    for wrong in (f"/paid-for/{key}/{'0' * 32}", f"/paid-for/{key}/é", f"{page[:-1]}x", "/paid-for/aq0/0"):
        assert [guess.get(wrong).status_code, guess.get(f"{wrong}/code.svg").status_code] == [404, 404], wrong
        assert guess.post(f"{wrong}/give-up").status_code == 404
    # One of the places was taken by the payment.
    assert [guess.get(f"/pay-for/{uuid4().hex}").status_code for _ in range(4)] == [404, 404, 404, 429]
    # Whoever has the right one may look all the same.
    assert guess.get(path).status_code == 200


@pytest.mark.parametrize("how", ["expired", "revoked", "changed"])
def test_a_link_that_is_over_says_so(how: str, visitor: Client, lin: Planted, watch: Watch, cashier: Cashier) -> None:
    path = make(visitor, lin)
    form = form_of(text_of(stranger().get(path))) | {"channel": "alipay"}
    if how == "expired":
        watch.now += days(3)
    if how == "revoked":
        link = PayLink.objects.get()
        page = text_of(visitor.get("/pay-links"))
        assert f'action="/pay-links/{link.id}/revoke"' in page
        for _ in range(2):
            assert visitor.post(f"/pay-links/{link.id}/revoke").headers["Location"] == "/pay-links"
    if how == "changed":
        send(visitor, make(visitor, lin, what="own", amount="1.00"))
        arrive(Charge.objects.get(), watch)
    before = Charge.objects.count()
    refused = stranger().post(path, form)
    assert (refused.status_code, "这个链接不能再付款" in text_of(refused)) == (409, True)
    assert Charge.objects.count() == before
    assert stranger().get(path).status_code == (200 if how == "changed" else 410)


def test_revoking_closes_what_somebody_is_paying(visitor: Client, lin: Planted, watch: Watch, cashier: Cashier) -> None:
    path, payer = make(visitor, lin), stranger()
    send(payer, path)
    charge = Charge.objects.get()
    cashier.answers[f"close:{charge.key}"] = Closed()
    watch.now += timedelta(minutes=1)
    visitor.post(f"/pay-links/{PayLink.objects.get().id}/revoke")
    charge.refresh_from_db()
    assert (charge.state, ("close", charge.key) in cashier.asked) == ("closed", True)
    assert payer.get(f"{pay_links.payer_address(charge)}/cashier").headers["Location"] == pay_links.payer_address(charge)


def test_a_code_is_scanned_from_the_payers_own_page(
    visitor: Client, lin: Planted, cashier: Cashier, settings: Any
) -> None:
    settings.ANQI_WECHAT = {"gateway": GATEWAY}
    cashier.offer = lambda request: Accepted(action=Qr(text="weixin://wxpay/1"))
    path, payer = make(visitor, lin), stranger()
    page = send(payer, path, channel="wechat").headers["Location"]
    assert page == pay_links.payer_address(Charge.objects.get())
    assert f'src="{page}/code.svg"' in text_of(payer.get(page))
    assert payer.get(f"{page}/code.svg").headers["Content-Type"] == "image/svg+xml"
    assert "wechat" in channels.at_a_cashier()
