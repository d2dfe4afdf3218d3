"""Paying on the borrower's site: choices, previews, the cashier, and every way in which it can go wrong."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client

from anqi import clock
from anqi.actions import refunds
from anqi.lending.models import Lender
from anqi.payments import channels
from anqi.payments.channels.protocol import (
    Accepted,
    ChargeRequest,
    Closed,
    Failed,
    NotFound,
    Qr,
    Redirect,
    Result,
    Succeeded,
    Unknown,
)
from anqi.payments.models import Charge, Outbox, Unapplied
from tests.planting import Planted, at, plant_borrower, plant_loan
from tests.web.borrower_stand import GATEWAY, Cashier, Watch, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.borrower")]

STARTED = date(2026, 8, 31)
FIRST_DUE = date(2026, 9, 30)
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    watch = Watch(now=at(FIRST_DUE))
    monkeypatch.setattr(clock, "now", lambda: watch.now)
    return watch


@pytest.fixture
def cashier(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Cashier]:
    settings.ANQI_ALIPAY = {"gateway": f"{GATEWAY}/gateway.do"}
    cashier = Cashier()
    monkeypatch.setattr(channels, "find", lambda code: cashier)
    yield cashier


@pytest.fixture
def lin(watch: Watch, cashier: Cashier) -> Planted:
    return plant_loan(starts_on=STARTED)


@pytest.fixture
def visitor(lin: Planted) -> Client:
    return signed_in(lin.borrower_id)


def text_of(response: Any) -> str:
    return str(response.content.decode())


def pay_page(visitor: Client, lin: Planted, **asked: str) -> str:
    return text_of(visitor.get(f"/orders/{lin.order_id}/pay", asked))


def fields_of(page: str, **changed: str) -> dict[str, str]:
    hidden = dict(re.findall(r'<input type="hidden" name="(attempt|quote)" value="([^"]+)"', page))
    what = re.search(r'name="what" value="(\w+)" required checked', page)
    assert what
    return {"what": what[1], "amount": "", "channel": "alipay", **hidden, **changed}


def send(visitor: Client, lin: Planted, fields: dict[str, str], **headers: str) -> Any:
    return visitor.post(f"/orders/{lin.order_id}/pay", fields, headers=headers)


def test_the_page_offers_what_makes_sense_and_previews_the_first(visitor: Client, lin: Planted) -> None:
    page = pay_page(visitor, lin)
    assert [each in page for each in ("本期应还", "连下期一起还", "提前结清", "自己填")] == [True] * 4
    assert "还 ¥533.09，还清第 1 期" in page
    assert "还后剩余应还 ¥5,864.02，下一期 10月31日 ¥533.09" in page


def test_paying_leads_to_the_cashier_and_the_policy_lets_it(
    visitor: Client, lin: Planted, cashier: Cashier
) -> None:
    form = visitor.get(f"/orders/{lin.order_id}/pay")
    assert f"form-action 'self' {GATEWAY}" in form.headers["Content-Security-Policy"]
    response = send(visitor, lin, fields_of(text_of(form)))
    charge = Charge.objects.get()
    assert response.status_code == 302
    assert response.headers["Location"] == f"{GATEWAY}/pay?out_trade_no={charge.key}"
    assert f"form-action 'self' {GATEWAY}" in response.headers["Content-Security-Policy"]
    assert (charge.amount_minor, charge.state) == (53309, "processing")
    assert cashier.requests[0].return_url.endswith(f"/charges/{charge.id}")


@pytest.mark.parametrize(
    ("headers", "how"),
    [
        ({"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) Mobile/15E148"}, "wap"),
        ({"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/156"}, "page"),
        ({"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/156", "Sec-CH-UA-Mobile": "?1"}, "wap"),
    ],
)
def test_phones_get_the_cashier_for_phones(
    visitor: Client, lin: Planted, cashier: Cashier, headers: dict[str, str], how: str
) -> None:
    send(visitor, lin, fields_of(pay_page(visitor, lin)), **headers)
    assert cashier.requests[0].how == how


def test_the_same_form_sent_twice_is_one_charge(visitor: Client, lin: Planted, cashier: Cashier) -> None:
    fields = fields_of(pay_page(visitor, lin))
    first, second = send(visitor, lin, fields), send(visitor, lin, fields)
    assert first.headers["Location"] == second.headers["Location"]
    assert Charge.objects.count() == 1
    assert len(cashier.requests) == 1


def test_a_form_brought_back_and_changed_does_not_lead_to_the_first_choice(visitor: Client, lin: Planted) -> None:
    page = pay_page(visitor, lin)
    send(visitor, lin, fields_of(page))
    other = pay_page(visitor, lin, what="own", amount="1.00")
    changed = fields_of(other, attempt=fields_of(page)["attempt"], amount="1.00")
    response = send(visitor, lin, changed)
    assert response.status_code == 409
    assert "还有一笔付款没有完成" in text_of(response)
    assert f'href="/charges/{Charge.objects.get().id}/cashier"' in text_of(response)
    assert "放弃这笔，换一种方式" in text_of(response)


def test_without_script_a_changed_choice_is_shown_before_it_is_paid(visitor: Client, lin: Planted) -> None:
    fields = fields_of(pay_page(visitor, lin), what="all")
    shown = send(visitor, lin, fields)
    assert shown.status_code == 409
    assert "请核对金额" in text_of(shown)
    assert "全部结清" in text_of(shown)
    assert not Charge.objects.exists()
    confirmed = send(visitor, lin, fields_of(text_of(shown)))
    assert confirmed.status_code == 302
    assert Charge.objects.get().amount_minor == 606000


def test_what_was_seen_yesterday_is_not_paid_today(visitor: Client, lin: Planted, watch: Watch) -> None:
    fields = fields_of(pay_page(visitor, lin))
    watch.now = at(FIRST_DUE + timedelta(days=5))
    response = send(visitor, lin, fields)
    assert response.status_code == 409
    assert not Charge.objects.exists()
    assert "¥534.27" in text_of(response)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "请填写还款金额"),
        ("abc", "金额请写数字"),
        ("1.234", "金额请写数字"),
        ("0", "最少还 ¥0.01"),
        ("-5", "金额请写数字"),
        ("99999.99", "最多还 ¥6,060.00"),
    ],
)
def test_an_amount_that_cannot_be_is_explained_and_nothing_is_opened(
    visitor: Client, lin: Planted, typed: str, said: str
) -> None:
    asked = {"what": "own", "amount": typed}
    fragment = visitor.get(f"/orders/{lin.order_id}/pay/preview", asked, headers=HTMX)
    assert fragment.status_code == 422
    assert said in text_of(fragment)
    assert 'data-st="refused"' in text_of(fragment)
    response = send(visitor, lin, fields_of(pay_page(visitor, lin), **asked))
    assert response.status_code == 422
    assert not Charge.objects.exists()


@pytest.mark.parametrize("typed", ["200.5", "200.50", "¥200.50", "２００．５０", " 200.5 "])
def test_amounts_are_read_as_people_type_them(visitor: Client, lin: Planted, typed: str) -> None:
    page = pay_page(visitor, lin, what="own", amount=typed)
    assert "还 ¥200.50，第 1 期还一部分" in page


def test_the_preview_is_a_fragment_that_echoes_its_question(visitor: Client, lin: Planted) -> None:
    asked = {"what": "own", "amount": "600"}
    fragment = text_of(visitor.get(f"/orders/{lin.order_id}/pay/preview", asked, headers=HTMX))
    assert fragment.strip().startswith('<div class="aq-preview" id="preview"')
    assert 'data-echo="what=own&amp;amount=600"' in fragment
    assert "还清第 1 期，第 2 期还一部分" in fragment


def test_a_cashier_that_does_not_answer_leads_to_the_result_page(
    visitor: Client, lin: Planted, cashier: Cashier
) -> None:
    cashier.offer = lambda request: Unknown(cause="timeout")
    response = send(visitor, lin, fields_of(pay_page(visitor, lin)))
    charge = Charge.objects.get()
    assert response.headers["Location"] == f"/charges/{charge.id}"
    cashier.answers[charge.key] = Unknown(cause="timeout")
    page = text_of(visitor.get(f"/charges/{charge.id}"))
    assert "还没有收到支付宝的结果" in page
    assert "请不要重复付款" in page


def test_without_a_channel_nothing_can_be_sent(visitor: Client, lin: Planted, settings: Any) -> None:
    page = pay_page(visitor, lin)
    settings.ANQI_ALIPAY = settings.ANQI_WECHAT = settings.ANQI_BANK = None
    assert "现在没有可用的付款方式" in pay_page(visitor, lin)
    response = send(visitor, lin, fields_of(page))
    assert response.status_code == 409
    assert "这种付款方式现在用不了" in text_of(response)


def test_near_midnight_settling_is_refused_with_a_way_out(visitor: Client, lin: Planted, watch: Watch) -> None:
    watch.now = at(FIRST_DUE, 23, 59)
    response = send(visitor, lin, fields_of(pay_page(visitor, lin, what="all")))
    assert response.status_code == 409
    assert "快到零点了" in text_of(response)
    assert not Charge.objects.exists()


def open_charge(visitor: Client, lin: Planted) -> Charge:
    send(visitor, lin, fields_of(pay_page(visitor, lin)))
    return Charge.objects.get()


def succeed(cashier: Cashier, charge: Charge, *, amount_minor: int | None = None, ref: str = "T1") -> None:
    cashier.answers[charge.key] = Succeeded(
        ref=ref, amount_minor=amount_minor or charge.amount_minor, paid_at=at(FIRST_DUE, 12, 1)
    )


def test_a_lost_notice_does_not_matter(visitor: Client, lin: Planted, cashier: Cashier) -> None:
    charge = open_charge(visitor, lin)
    succeed(cashier, charge)
    page = text_of(visitor.get(f"/charges/{charge.id}?out_trade_no=x&sign=y"))
    assert "还款成功" in page
    assert "第 1 期" in page
    assert "hx-trigger" not in page
    assert "已还" in text_of(visitor.get(f"/orders/{lin.order_id}"))


def test_the_channel_is_not_asked_at_every_reload(visitor: Client, lin: Planted, cashier: Cashier) -> None:
    charge = open_charge(visitor, lin)
    for _ in range(5):
        visitor.get(f"/charges/{charge.id}")
    assert cashier.asked == [("query", charge.key)]


def test_polling_slows_down_and_ends(visitor: Client, lin: Planted) -> None:
    charge = open_charge(visitor, lin)
    waits = []
    for step in range(5):
        fragment = text_of(visitor.get(f"/charges/{charge.id}", {"step": str(step)}, headers=HTMX))
        assert fragment.strip().startswith('<div class="aq-column" id="state"')
        waits += re.findall(r"delay:(\d+)ms", fragment)
        assert f'href="/charges/{charge.id}/cashier"' in fragment
    assert waits == ["1500", "3000", "5000"]
    assert "还没有收到付款" in fragment
    assert "可以离开" in fragment


def test_giving_up_closes_at_the_channel_and_frees_the_loan(
    visitor: Client, lin: Planted, cashier: Cashier
) -> None:
    charge = open_charge(visitor, lin)
    cashier.answers[charge.key] = Accepted()
    cashier.answers[f"close:{charge.key}"] = Closed()
    response = visitor.post(f"/charges/{charge.id}/give-up", follow=True)
    assert cashier.asked == [("query", charge.key), ("close", charge.key)]
    assert response.redirect_chain == [(f"/orders/{lin.order_id}/pay", 302)]
    assert Outbox.objects.get(kind=Outbox.Kind.CLOSE).done_at
    assert "上一笔付款已关闭，没有扣款" in text_of(response)
    assert "这笔付款已关闭" in text_of(visitor.get(f"/charges/{charge.id}"))
    again = visitor.post(f"/charges/{charge.id}/give-up")
    assert again.status_code == 302
    assert send(visitor, lin, fields_of(pay_page(visitor, lin))).status_code == 302
    assert Charge.objects.count() == 2


def test_a_form_of_what_was_given_up_does_not_lead_to_the_next_ones_cashier(
    visitor: Client, lin: Planted, cashier: Cashier
) -> None:
    form = fields_of(pay_page(visitor, lin))
    send(visitor, lin, form)
    given_up = Charge.objects.get()
    cashier.answers[given_up.key] = Accepted()
    cashier.answers[f"close:{given_up.key}"] = Closed()
    visitor.post(f"/charges/{given_up.id}/give-up")
    assert send(visitor, lin, fields_of(pay_page(visitor, lin))).headers["Location"].startswith(GATEWAY)
    assert send(visitor, lin, form).headers["Location"] == f"/charges/{given_up.id}"


def test_giving_up_what_was_paid_shows_the_payment(visitor: Client, lin: Planted, cashier: Cashier) -> None:
    charge = open_charge(visitor, lin)
    succeed(cashier, charge)
    response = visitor.post(f"/charges/{charge.id}/give-up", follow=True)
    assert "还款成功" in text_of(response)


def test_giving_up_without_an_answer_says_that_it_is_closing(
    visitor: Client, lin: Planted, cashier: Cashier
) -> None:
    charge = open_charge(visitor, lin)
    cashier.answers[charge.key] = Unknown(cause="timeout")
    page = text_of(visitor.post(f"/charges/{charge.id}/give-up", follow=True))
    assert "正在关闭这笔付款" in page
    assert "放弃这笔" not in page
    assert GATEWAY not in page


def test_what_was_given_up_is_asked_about_until_no_payment_can_come(
    visitor: Client, lin: Planted, cashier: Cashier, watch: Watch
) -> None:
    charge = open_charge(visitor, lin)
    visitor.post(f"/charges/{charge.id}/give-up")
    page = text_of(visitor.get(f"/charges/{charge.id}"))
    assert "这笔付款已关闭" in page
    assert "hx-trigger" in page, "a payment that is on its way would show only after a reload"
    succeed(cashier, charge)
    watch.now += timedelta(seconds=10)
    assert "还款成功" in text_of(visitor.get(f"/charges/{charge.id}?step=1"))


def scan(request: ChargeRequest) -> Result:
    return Accepted(action=Qr(text=f"weixin://wxpay/bizpayurl?pr={request.key}"))


def test_a_code_to_scan_is_shown_until_it_is_paid(
    visitor: Client, lin: Planted, cashier: Cashier, watch: Watch
) -> None:
    cashier.offer = scan
    charge = open_charge(visitor, lin)
    page = text_of(visitor.get(f"/charges/{charge.id}?step=99"))
    assert "等你扫码付款" in page
    assert "hx-trigger" in page, "a code is scanned when the phone is at hand, however long that takes"
    picture = visitor.get(f"/charges/{charge.id}/code.svg")
    assert picture["Content-Type"] == "image/svg+xml"
    assert b"<path" in picture.content
    succeed(cashier, charge)
    watch.now += timedelta(seconds=10)
    assert "还款成功" in text_of(visitor.get(f"/charges/{charge.id}"))
    assert visitor.get(f"/charges/{charge.id}/code.svg").status_code == 404


def test_going_on_leads_to_the_cashier_by_an_address_that_still_opens(
    visitor: Client, lin: Planted, cashier: Cashier, watch: Watch
) -> None:
    def offer(request: ChargeRequest) -> Result:
        url = f"{GATEWAY}/h5?n={len(cashier.requests)}"
        return Accepted(action=Redirect(url=url, opens_for=timedelta(minutes=4)))

    cashier.offer = offer
    charge = open_charge(visitor, lin)
    going_on = f"/charges/{charge.id}/cashier"
    assert f'href="{going_on}"' in text_of(visitor.get(f"/charges/{charge.id}?step=1"))
    watch.now += timedelta(minutes=3)
    assert visitor.get(going_on)["Location"] == f"{GATEWAY}/h5?n=1"
    watch.now += timedelta(minutes=2)
    answer = visitor.get(going_on)
    assert answer["Location"] == f"{GATEWAY}/h5?n=2", "the old address had ended"
    assert answer["Referrer-Policy"] == "origin"
    assert len({request.key for request in cashier.requests}) == 1
    succeed(cashier, charge)
    visitor.get(f"/charges/{charge.id}")
    assert visitor.get(going_on)["Location"] == f"/charges/{charge.id}"


def test_a_code_is_its_payers_own(visitor: Client, lin: Planted, cashier: Cashier, watch: Watch) -> None:
    cashier.offer = scan
    charge = open_charge(visitor, lin)
    stranger = signed_in(plant_borrower("+8613900000009", now=watch.now))
    assert stranger.get(f"/charges/{charge.id}/code.svg").status_code == 404
    assert Client().get(f"/charges/{charge.id}/code.svg").status_code == 302


def test_the_channel_is_told_who_pays_and_nobody_else(visitor: Client, lin: Planted, cashier: Cashier) -> None:
    charge = open_charge(visitor, lin)
    assert cashier.requests[0].payer_ip == "127.0.0.1"
    with connection.cursor() as cursor:
        cursor.execute("select payer_ip from payments_charge where id = %s", [charge.id])
        assert b"127.0.0.1" not in bytes(cursor.fetchone()[0])


def test_a_channel_that_says_no_is_explained(visitor: Client, lin: Planted, cashier: Cashier) -> None:
    charge = open_charge(visitor, lin)
    cashier.answers[charge.key] = Failed(reason="no", code="no")
    page = text_of(visitor.get(f"/charges/{charge.id}"))
    assert "这次没有付成" in page
    assert f'href="/orders/{lin.order_id}/pay"' in page


def test_money_that_no_loan_could_use_is_told_honestly(visitor: Client, lin: Planted, cashier: Cashier) -> None:
    charge = open_charge(visitor, lin)
    succeed(cashier, charge, amount_minor=10000)
    page = text_of(visitor.get(f"/charges/{charge.id}"))
    assert "钱已收到，还没有用来还款" in page
    assert "还款成功" not in page
    assert "到账金额与这笔付款的金额不一致" in page
    receipt = re.search(r'href="(/receipts/[^"]+)"', page)
    assert receipt
    assert "¥100.00 已记在你的名下" in text_of(visitor.get(receipt[1]))
    assert "¥100.00 当时没有用上" in text_of(visitor.get("/receipts"))


def test_money_that_goes_back_is_told_at_each_step(visitor: Client, lin: Planted, cashier: Cashier, watch: Watch) -> None:
    charge = open_charge(visitor, lin)
    succeed(cashier, charge, amount_minor=10000)
    page = text_of(visitor.get(f"/charges/{charge.id}"))
    assert "一天之内用于你的应还款或原路退回" in page
    receipt = re.search(r'href="(/receipts/[^"]+)"', page)
    assert receipt
    case = Unapplied.objects.get()
    refund = refunds.begin_due(borrower_id=lin.borrower_id, case_id=case.id, now=watch.now + timedelta(hours=12))
    assert refund
    assert "正在原路退回" in text_of(visitor.get(f"/charges/{charge.id}"))
    assert "¥100.00 正在退回你付款时用的账户" in text_of(visitor.get(receipt[1]))
    back = Succeeded(ref="R1", amount_minor=10000, paid_at=watch.now)
    refunds.learn(channel="alipay", key=refund.key, result=back, learned_by="query", now=watch.now)
    page = text_of(visitor.get(f"/charges/{charge.id}"))
    assert "已原路退回" in page
    assert "¥100.00 没有可以冲抵的应还款，已退回你的支付宝" in page
    assert "¥100.00 已退回你付款时用的账户" in text_of(visitor.get(receipt[1]))


def test_a_payment_after_its_time_is_closed_by_the_page(
    visitor: Client, lin: Planted, cashier: Cashier, watch: Watch
) -> None:
    charge = open_charge(visitor, lin)
    watch.now += timedelta(minutes=26)
    page = text_of(visitor.get(f"/charges/{charge.id}"))
    assert "这笔付款已关闭" in page
    assert "超过了付款时限" in page


def test_the_order_and_the_home_page_show_the_open_payment(visitor: Client, lin: Planted) -> None:
    charge = open_charge(visitor, lin)
    for address in ("/", f"/orders/{lin.order_id}", f"/orders/{lin.order_id}/pay"):
        page = text_of(visitor.get(address))
        assert "有一笔付款还没有完成" in page
        assert f'href="/charges/{charge.id}"' in page


def test_what_is_settled_has_nothing_to_pay(visitor: Client, lin: Planted, cashier: Cashier) -> None:
    send(visitor, lin, fields_of(pay_page(visitor, lin, what="all")))
    succeed(cashier, Charge.objects.get())
    visitor.get(f"/charges/{Charge.objects.get().id}")
    assert "已全部结清" in text_of(visitor.get(f"/orders/{lin.order_id}"))
    response = visitor.get(f"/orders/{lin.order_id}/pay")
    assert response.status_code == 409
    assert "已经全部结清" in text_of(response)


@pytest.mark.parametrize(
    ("address", "most"), [("/orders/{order}/pay", 12), ("/orders/{order}/pay/preview", 12)]
)
def test_the_pages_ask_the_database_little(
    visitor: Client, lin: Planted, address: str, most: int, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    with django_assert_max_num_queries(most):
        assert visitor.get(address.format(order=lin.order_id)).status_code == 200


def test_not_found_is_not_an_answer_about_the_money(visitor: Client, lin: Planted, cashier: Cashier) -> None:
    charge = open_charge(visitor, lin)
    cashier.answers[charge.key] = NotFound()
    assert "正在确认付款" in text_of(visitor.get(f"/charges/{charge.id}"))
    assert Charge.objects.get().state == "processing"


def test_a_payment_that_hangs_says_what_is_known_what_we_do_and_whom_to_ask(
    visitor: Client, lin: Planted, cashier: Cashier
) -> None:
    Lender.objects.update(service_phone="400-555-0199")
    charge = open_charge(visitor, lin)
    cashier.answers[charge.key] = Unknown(cause="timeout")
    page = text_of(visitor.get(f"/charges/{charge.id}?step=3"))
    for told in ("我们知道的", "9月30日 12:00 没有明确的答复", "最晚下次再问", "请不要重复付款", 'href="tel:400-555-0199"'):
        assert told in page
    assert "400-555-0199" in text_of(visitor.get("/me"))


def test_an_address_of_nobodys_charge_is_not_found(visitor: Client) -> None:
    assert visitor.get(f"/charges/{UUID(int=0)}").status_code == 404
    assert visitor.post(f"/charges/{UUID(int=0)}/give-up").status_code == 404


def test_every_form_proves_where_it_comes_from(lin: Planted) -> None:
    strict = signed_in(lin.borrower_id, enforce_csrf_checks=True)
    page = pay_page(strict, lin)
    assert send(strict, lin, fields_of(page)).status_code == 403
    assert send(strict, lin, fields_of(page) | {"csrfmiddlewaretoken": token_of(page)}).status_code == 302
    charge = Charge.objects.get()
    fragment = text_of(strict.get(f"/charges/{charge.id}", headers=HTMX))
    assert strict.post(f"/charges/{charge.id}/give-up").status_code == 403
    given = {"csrfmiddlewaretoken": token_of(fragment)}
    assert strict.post(f"/charges/{charge.id}/give-up", given).status_code == 302


def token_of(page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found
    return found[1]
