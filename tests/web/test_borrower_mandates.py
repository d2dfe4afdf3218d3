"""Auto-debit on the borrower's site: opened with its terms, seen at every step, ended in two taps."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache
from django.test import Client

from anqi import clock
from anqi.actions import autodebits, mandates
from anqi.payments import channels, debit_queries, reasons
from anqi.payments.channels.protocol import Accepted, DebitRules, Failed, Unknown
from anqi.payments.models import Card, Charge, DebitPlan, Mandate
from anqi.rows.days import SHANGHAI
from anqi.rows.ids import uuid7
from anqi.web.borrower import debit_words
from tests import purchasing
from tests.actions.debit_days import live
from tests.actions.debit_desk import DebitDesk
from tests.happening import happen
from tests.planting import TERMS, Planted, at, plant_borrower, plant_loan
from tests.web.borrower_stand import Watch, signed_in
from tests.web.test_borrower_pages import chinese_in, plain, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.borrower")]

STARTED, DUE = date(2026, 9, 9), date(2026, 10, 9)
SIGNED = at(date(2026, 9, 20))
DAY = timedelta(days=1)
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


@dataclass
class Street:
    """Lin's loan, Lin's browser, and the channels at which it can be debited."""

    lin: Planted
    watch: Watch
    visitor: Client
    alipay: DebitDesk
    wechat: DebitDesk
    unionpay: DebitDesk

    @property
    def page(self) -> str:
        return f"/orders/{self.lin.order_id}/auto-pay"

    def read(self, path: str = "", status: int = 200) -> str:
        answer = self.visitor.get(path or self.page)
        assert answer.status_code == status
        return plain(answer)

    def agree(self, query: str) -> Any:
        """Reads the terms and presses the button below them."""
        terms = self.visitor.get(f"{self.page}/add?{query}")
        found = re.search(r'name="single" value="(\d+)"', text_of(terms))
        assert found
        return self.visitor.post(f"{self.page}/add?{query}", {"single": found[1]})

    def bind(self, code: str) -> Mandate:
        """Signed at the channel: what is being signed there already, or a new agreement."""
        found = Mandate.objects.filter(channel=code, state=Mandate.State.PENDING)
        if not found.exists():
            self.agree(f"channel={code}")
        mandate = found.get()
        getattr(self, code).sign(self.watch.now)
        self.visitor.get(f"/mandates/{mandate.id}")
        mandate.refresh_from_db()
        assert mandate.state == Mandate.State.ACTIVE
        return mandate

    def hold_card(self) -> Card:
        return Card.objects.create(
            borrower_id=self.lin.borrower_id, channel="unionpay", key=uuid7().hex, token="6235240000020837",
            bank="中国工商银行", last4="0017", kind="debit", state=Card.State.BOUND, opened_at=SIGNED, bound_at=SIGNED,
        )  # fmt: skip

    def until(self, moment: datetime) -> None:
        live(self.watch.now, moment)
        self.watch.now = moment


@pytest.fixture
def street(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Street:
    settings.ANQI_ALIPAY = {"gateway": "https://alipay.example/gateway.do", "sign_scene": "INDUSTRY|CREDIT"}
    settings.ANQI_WECHAT = {"gateway": "https://wechat.example", "papay_plan_id": "1"}
    settings.ANQI_UNIONPAY = {"gateway": "https://unionpay.example"}
    monkeypatch.setattr(channels, "_WITH_MANDATES", ("alipay", "wechat"))
    monkeypatch.setattr(channels, "DEBITING", ("alipay", "wechat", "unionpay"))
    desks = {
        "alipay": DebitDesk("alipay", DebitRules(names_days=True, last_day_of_month=28, once_a_period=True)),
        "wechat": DebitDesk("wechat", DebitRules(announced_days=2, single_minor=60_000, once_a_period=True)),
        "unionpay": DebitDesk("unionpay"),
    }
    for name in ("find", "find_debiting", "find_with_mandates", "find_with_cards"):
        monkeypatch.setattr(channels, name, desks.__getitem__)
    watch = Watch(now=SIGNED)
    monkeypatch.setattr(clock, "now", lambda: watch.now)
    cache.clear()
    lin = plant_loan(starts_on=STARTED)
    return Street(lin, watch, signed_in(lin.borrower_id), **desks)


def hour(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), SHANGHAI)


def no(reason: str) -> Any:
    return lambda request: Failed(reason=reason, code="X")


# Opening


def test_the_order_leads_to_the_page_and_nothing_is_chosen_beforehand(street: Street) -> None:
    assert f'href="{street.page}"' in text_of(street.visitor.get(f"/orders/{street.lin.order_id}"))
    page = text_of(street.visitor.get(street.page))
    assert "还没有开通自动还款" in page
    assert "checked" not in page
    assert [f'href="{street.page}/add?channel={code}"' in page for code in ("alipay", "wechat")] == [True, True]
    assert 'action="/cards/add"' in page
    assert f'name="next" value="{street.page}"' in page


def test_the_terms_stand_before_the_button_and_looking_opens_nothing(street: Street) -> None:
    page = text_of(street.visitor.get(f"{street.page}/add?channel=wechat"))
    terms, button = page.index("¥590.00"), page.index("去微信支付签约")
    assert terms < button
    for said in ("扣款前 7 天提醒", "之后 3 天里每天 09:30、15:30 再试", "从不多扣", "随时可以关闭", "每次扣款前 2 天"):
        assert terms < page.index(said) < button, said
    assert not Mandate.objects.exists()


def test_signing_goes_to_the_channel_and_comes_back_in_force(street: Street) -> None:
    sent = street.agree("channel=alipay")
    mandate = Mandate.objects.get()
    assert sent.headers["Location"] == f"/mandates/{mandate.id}/sign"
    there = street.visitor.get(sent.headers["Location"])
    assert there.headers["Location"] == f"https://alipay.example/{mandate.key}"
    waiting = text_of(street.visitor.get(f"/mandates/{mandate.id}"))
    assert "正在确认" in waiting
    assert f'hx-get="/mandates/{mandate.id}?step=1"' in waiting
    left = text_of(street.visitor.get(f"/mandates/{mandate.id}?step=3"))
    assert "还没有开通成" in left
    assert f'href="/mandates/{mandate.id}/sign"' in left
    assert "hx-get" not in left
    assert "继续签约" in street.read()
    street.alipay.sign(SIGNED)
    street.watch.now += timedelta(seconds=3)
    part = text_of(street.visitor.get(f"/mandates/{mandate.id}?step=1", headers=HTMX))
    assert "已开通从支付宝 138****6021自动还款" in part
    assert "hx-get" not in part
    back = street.visitor.get(f"/mandates/{mandate.id}")
    assert back.headers["Location"] == street.page
    page = street.read()
    assert "支付宝 138****6021 9月20日 12:00 起 · 一次最多扣 ¥590.00" in page
    for said in ("下一次扣款", "¥533.09", "10月9日", "09:30、15:30"):
        assert said in page


@pytest.mark.parametrize(("code", "policy"), [("alipay", "origin"), ("wechat", "no-referrer-when-downgrade")])
def test_only_a_channel_that_leads_back_to_the_page_learns_which_one_it_was(
    street: Street, code: str, policy: str
) -> None:
    street.wechat.wants_page = True
    sent = street.agree(f"channel={code}")
    assert street.visitor.get(sent.headers["Location"])["Referrer-Policy"] == policy


def test_who_is_led_back_to_the_terms_learns_what_became_of_the_signing(street: Street) -> None:
    street.agree("channel=wechat")
    mandate = Mandate.objects.get()
    back = street.visitor.get(f"{street.page}/add?channel=wechat")
    assert back.headers["Location"] == f"/mandates/{mandate.id}"
    assert "去支付宝签约" in street.read(f"{street.page}/add?channel=alipay")
    street.visitor.post(f"/mandates/{mandate.id}/end")
    assert "去微信支付签约" in street.read(f"{street.page}/add?channel=wechat")


def test_the_form_may_lead_by_redirect_to_the_channel(street: Street) -> None:
    page = street.visitor.get(f"{street.page}/add?channel=alipay")
    assert "form-action 'self' https://alipay.example" in page.headers["Content-Security-Policy"]


def test_a_signing_that_nobody_finished_says_so(street: Street) -> None:
    street.agree("channel=alipay")
    mandate = Mandate.objects.get()
    street.watch.now += timedelta(hours=2)
    assert "这次没有开通成" in street.read(f"/mandates/{mandate.id}")
    assert street.visitor.get(f"/mandates/{mandate.id}/sign").headers["Location"] == f"/mandates/{mandate.id}"


def test_a_bound_card_needs_our_page_only(street: Street) -> None:
    card = street.hold_card()
    assert f"{street.page}/add?channel=unionpay&amp;card={card.id}" in text_of(street.visitor.get(street.page))
    sent = street.agree(f"channel=unionpay&card={card.id}")
    assert sent.headers["Location"] == street.page
    assert "已开通从中国工商银行（尾号 0017）自动还款。" in street.read()
    assert Mandate.objects.get().state == Mandate.State.ACTIVE


def test_an_amount_that_has_changed_is_shown_again_before_anything_is_opened(street: Street) -> None:
    answer = street.visitor.post(f"{street.page}/add?channel=alipay", {"single": "1"})
    assert answer.status_code == 409
    assert "金额刚刚有变化" in text_of(answer)
    assert not Mandate.objects.exists()


def test_what_cant_be_debited_says_why_with_its_numbers(street: Street) -> None:
    street.wechat.rules = DebitRules(single_minor=50_000)
    street.alipay.rules = DebitRules(names_days=True, last_day_of_month=8)
    page = street.read()
    assert re.search(r"一期最多要还 ¥533.\d\d，从那里一次最多只能扣 ¥500.00", page)
    assert "支付宝不能约定这样的日子" in page
    assert f"{street.page}/add" not in text_of(street.visitor.get(street.page))
    assert "¥500.00" in street.read(f"{street.page}/add?channel=wechat", status=409)


def test_of_a_settled_loan_nothing_can_be_opened(street: Street) -> None:
    happen(street.lin, "payment", SIGNED.date(), amount="99999.99")
    assert "没有要还的了" in street.read(f"{street.page}/add?channel=alipay", status=409)


def test_once_it_is_settled_the_order_speaks_of_debits_only_where_there_were_some(street: Street) -> None:
    free = plant_loan(
        borrower_id=street.lin.borrower_id, starts_on=STARTED, terms=TERMS | {"annual_rate": "0"}
    )
    happen(free, "return", SIGNED.date(), amount="6000.00")
    order = f"/orders/{free.order_id}"
    assert "自动还款" not in street.read(order)
    Mandate.objects.create(
        borrower_id=free.borrower_id, loan_id=free.loan_id, channel="alipay", key=uuid7().hex,
        state=Mandate.State.ENDED, terms={}, single_minor=60_000, opened_at=SIGNED,
    )  # fmt: skip
    assert "自动还款 不再扣款" in street.read(order)


def test_a_source_that_is_nowhere_is_not_found(street: Street) -> None:
    for query in ("", "channel=bank", f"channel=unionpay&card={uuid7()}", "channel=unionpay"):
        assert street.visitor.get(f"{street.page}/add?{query}").status_code == 404, query


# The order of sources, and endings


def test_the_borrower_puts_the_sources_in_order_without_script(street: Street) -> None:
    first, second = street.bind("alipay"), street.bind("wechat")
    assert names_in(street.read()) == ["支付宝", "微信支付"]
    moved = street.visitor.post(f"{street.page}/move", {"mandate": str(second.id), "to": "up"})
    assert moved.headers["Location"] == street.page
    assert names_in(street.read()) == ["微信支付", "支付宝"]
    street.visitor.post(f"{street.page}/move", {"mandate": str(first.id), "to": "down"})
    assert names_in(street.read()) == ["微信支付", "支付宝"]
    street.visitor.post(f"{street.page}/move", {"mandate": str(second.id), "to": "down"})
    assert names_in(street.read()) == ["支付宝", "微信支付"]
    assert street.visitor.post(f"{street.page}/move", {"mandate": str(uuid7()), "to": "up"}).status_code == 404


def names_in(page: str) -> list[str]:
    listed = page[page.index("扣款账户") : page.index("从上往下")]
    return re.findall(r"(支付宝|微信支付) 138\*+6021 9月", listed)


@pytest.mark.parametrize("at_page", ["order", "me"])
def test_it_is_closed_in_two_taps(street: Street, at_page: str) -> None:
    mandate = street.bind("alipay")
    assert re.search(r"自动还款 *1", street.read("/me"))
    page = street.page if at_page == "order" else "/auto-pay"
    assert f'href="/mandates/{mandate.id}/end"' in text_of(street.visitor.get(page))
    question = street.read(f"/mandates/{mandate.id}/end")
    assert "不再从支付宝 138****6021自动还款？" in question
    assert "10月9日 请手动还款" in question
    mandate.refresh_from_db()
    assert mandate.state == Mandate.State.ACTIVE
    done = plain(street.visitor.post(f"/mandates/{mandate.id}/end", follow=True))
    assert "已关闭从支付宝 138****6021自动还款" in done
    assert "你关闭了" in done
    assert "没有开通自动还款" in street.read("/auto-pay")
    assert street.visitor.post(f"/mandates/{mandate.id}/end").headers["Location"] == street.page


def test_closing_one_of_two_says_what_is_left(street: Street) -> None:
    mandate, _ = street.bind("alipay"), street.bind("wechat")
    assert "还会从这里自动扣款：微信支付 138****6021" in street.read(f"/mandates/{mandate.id}/end")


def test_an_end_by_the_other_side_is_told(street: Street) -> None:
    street.bind("alipay")
    street.alipay.found = Failed(reason="ended_by_payer", code="STOP")
    street.until(SIGNED + 2 * DAY)
    assert "你在支付宝解除了" in street.read()


def test_a_card_that_is_removed_takes_its_debits_with_it(street: Street) -> None:
    card = street.hold_card()
    assert "移除后一起关闭" not in street.read(f"/cards/{card.id}/remove")
    street.agree(f"channel=unionpay&card={card.id}")
    question = street.read(f"/cards/{card.id}/remove")
    assert "从这张卡自动还款的有 1 笔，移除后一起关闭" in question
    street.visitor.post(f"/cards/{card.id}/remove")
    street.until(SIGNED + timedelta(minutes=1))
    assert "银行卡已移除" in street.read()


# What comes, what is on its way, what failed


def test_a_coming_debit_is_told_on_the_first_page(street: Street) -> None:
    street.bind("alipay")
    for path in ("/", f"/orders/{street.lin.order_id}"):
        assert "10月9日 自动扣款 ¥533.09 · 支付宝" in street.read(path)
    happen(street.lin, "hold", SIGNED.date(), reason="return")
    assert "自动扣款 ¥" not in street.read("/")


def test_no_source_that_will_do_is_told(street: Street) -> None:
    mandate = street.bind("alipay")
    Mandate.objects.filter(id=mandate.id).update(limit_minor=10_000)
    assert "10月9日不会自动扣款" in street.read("/")
    assert "没有一个账户能扣 ¥533.09" in street.read("/")


def test_while_a_debit_is_on_its_way_nothing_else_can_be_paid(street: Street) -> None:
    street.bind("alipay")
    street.until(hour(DUE, 9, 31))
    order = f"/orders/{street.lin.order_id}"
    for path in ("/", "/orders", order, street.page):
        page = text_of(street.visitor.get(path))
        assert "自动扣款处理中" in page
        assert f'href="{order}/pay"' not in page, path
    assert "下一次扣款" not in street.read()
    told = street.read(f"{order}/pay", status=409)
    assert "10月9日 09:30 从支付宝扣 ¥533.09，还没有结果。" in told
    form = {"what": "due", "amount": "", "channel": "alipay", "attempt": str(uuid7()), "quote": quote_of(street)}
    sent = street.visitor.post(f"{order}/pay", form)
    assert (sent.status_code, "没有发起新的付款" in text_of(sent)) == (409, True)
    charge = Charge.objects.get()
    shown = text_of(street.visitor.get(f"/charges/{charge.id}"))
    assert "自动扣款处理中" in shown
    assert "放弃这笔" not in shown
    assert "这笔付款到" not in shown
    ending = street.read(f"/mandates/{charge.mandate_id}/end")
    assert "有一笔扣款已经发出" in ending


def quote_of(street: Street) -> str:
    part = street.visitor.get(f"/orders/{street.lin.order_id}/pay/preview?what=due&amount=", headers=HTMX)
    found = re.search(r'name="quote" value="([^"]+)"', text_of(part))
    assert found
    return found[1]


def test_an_unknown_debit_stays_on_its_way(street: Street) -> None:
    street.bind("alipay")
    street.alipay.fate = lambda request: Unknown(cause="timeout")
    street.until(hour(DUE, 20))
    assert "自动扣款处理中" in street.read("/")
    assert "还没有收到支付宝的结果" in street.read(f"/charges/{Charge.objects.get().id}")


def test_a_failure_is_the_first_thing_that_home_says(street: Street) -> None:
    street.bind("alipay")
    street.alipay.fate = no("balance")
    street.until(hour(DUE, 9, 40))
    page = street.read("/")
    assert page.index("自动扣款没有成功：余额不足") < page.index("今天应还 ¥533.09")
    assert "10月9日 09:30 从支付宝扣 ¥533.09 没有成功，钱没有扣走。10月9日 15:30 会再扣一次" in page
    assert f'<a href="/orders/{street.lin.order_id}/pay">现在手动还款</a>' in text_of(street.visitor.get("/"))
    assert "自动扣款没有成功" in street.read(f"/charges/{Charge.objects.get().id}")
    street.until(hour(DUE + 6 * DAY, 12))
    assert "不会再自动扣这一期" in street.read("/")
    happen(street.lin, "payment", DUE + 6 * DAY, amount="600.00")
    assert "自动扣款没有成功" not in street.read("/")


def test_a_failure_that_is_not_the_borrowers_says_what_it_does_not_cost(street: Street) -> None:
    street.bind("alipay")
    street.alipay.fate = no("bank_closed")
    street.until(hour(DUE, 9, 40))
    page = street.read("/")
    assert "自动扣款没有成功：银行正在维护" in page
    assert "原因不在你：到10月15日为止不算逾期" in page
    street.until(hour(DUE + 5 * DAY, 12))
    assert "不会再自动扣这一期" in street.read("/")


def test_every_step_is_on_the_timeline(street: Street) -> None:
    street.bind("wechat")
    street.until(hour(DUE - DAY, 12))
    steps = ("提醒你准备还款 10月2日 09:00", "检查扣款账户 10月6日 09:00", "微信支付通知你扣款 10月7日 09:00")
    page = street.read()
    assert [page.index(step) for step in steps] == sorted(page.index(step) for step in steps)
    assert "10月2日 09:00 已提醒" in page
    assert "微信支付的扣款通知 10月7日 09:00" in page
    street.wechat.fate = no("day_limit")
    street.until(hour(DUE, 12))
    page = street.read()
    assert "从微信支付 138****6021扣款 没有扣成：超过当日限额 10月9日 09:30" in page
    assert "金额 到时按实际应还的扣，不会多扣 ¥533.09 再扣一次 10月10日 09:30" in page
    assert page.count("再扣一次 10月10日 09:30") == 2
    assert f'href="/charges/{Charge.objects.get().id}"' in text_of(street.visitor.get(street.page))
    street.wechat.fate = lambda request: Accepted()
    street.until(hour(DUE + DAY, 9, 35))
    street.wechat.pay(Charge.objects.latest("opened_at").key, street.watch.now)
    street.until(hour(DUE + DAY, 12))
    page = street.read()
    assert "已扣成" in page
    assert "这一期已还清，不再扣款" in page
    assert "11月9日这一期" in page


def test_an_announcement_that_was_refused_is_told(street: Street) -> None:
    street.bind("wechat")
    street.wechat.told = Failed(reason="mandate_ended", code="X")
    street.until(hour(DUE - DAY, 12))
    assert "微信支付没有发出扣款通知，这一期不从这里扣 扣款授权已经解除" in street.read()


def test_every_reason_has_its_words(street: Street) -> None:
    assert set(reasons.known()) <= set(debit_words.REASONS)
    mandate = street.bind("alipay")
    street.alipay.fate = no("not_open")
    street.until(hour(DUE, 9, 40))
    charge = Charge.objects.get(mandate_id=mandate.id)
    for reason in reasons.known():
        Charge.objects.filter(id=charge.id).update(reason=reason)
        assert f"自动扣款没有成功：{debit_words.REASONS[reason]}" in street.read("/")


def test_staff_who_stop_a_plan_are_named_as_such(street: Street) -> None:
    street.bind("alipay")
    plan = DebitPlan.objects.get()
    DebitPlan.objects.filter(id=plan.id).update(stopped_by="staff:x")
    autodebits.step(borrower_id=plan.borrower_id, plan_id=plan.id, now=SIGNED)
    assert "工作人员停止了这一期的自动扣款" in street.read()


# Where it is offered


def test_after_signing_it_is_offered_and_never_imposed(street: Street) -> None:
    shop, zhao = purchasing.open_street(), purchasing.welcome("+8613900000088")
    street.watch.now = purchasing.NOON
    order = purchasing.opened(shop, zhao, number="A-9")
    purchasing.sign(order)
    visitor = signed_in(zhao)
    signed = text_of(visitor.get(f"/orders/{order.id}/signed"))
    assert f'href="/orders/{order.id}/auto-pay"' in signed
    assert "不开通也可以" in signed
    assert not Mandate.objects.filter(borrower_id=zhao).exists()
    assert f'href="/orders/{order.id}/auto-pay"' in text_of(visitor.get(f"/orders/{order.id}"))
    page = plain(visitor.get(f"/orders/{order.id}/auto-pay"))
    assert "还款日还没有定下来" in page


def test_where_nothing_can_be_debited_nothing_speaks_of_it(street: Street, settings: Any) -> None:
    settings.ANQI_ALIPAY = settings.ANQI_WECHAT = settings.ANQI_UNIONPAY = None
    for path in ("/", "/me", f"/orders/{street.lin.order_id}"):
        assert "自动还款" not in street.read(path)


# Whose it is, what it costs, in which language


def test_an_agreement_is_its_borrowers_alone(street: Street) -> None:
    mandate = street.bind("alipay")
    stranger = signed_in(plant_borrower("+8613900000009", now=SIGNED))
    paths = (
        street.page, f"{street.page}/add?channel=alipay", f"/mandates/{mandate.id}", f"/mandates/{mandate.id}/sign",
        f"/mandates/{mandate.id}/end",
    )  # fmt: skip
    for path in paths:
        assert stranger.get(path).status_code == 404, path
        assert Client().get(path).headers["Location"].startswith("/login")
    for path in (f"{street.page}/add?channel=alipay", f"{street.page}/move", f"/mandates/{mandate.id}/end"):
        assert stranger.post(path, {"mandate": str(mandate.id), "to": "up"}).status_code == 404, path
    assert "支付宝 138" not in plain(stranger.get("/auto-pay"))
    mandate.refresh_from_db()
    assert mandate.state == Mandate.State.ACTIVE


def test_debits_cost_the_first_pages_two_statements(
    street: Street, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    card = street.hold_card()
    other = street.lin
    for n in range(5):
        other = plant_loan(borrower_id=street.lin.borrower_id, starts_on=STARTED + timedelta(days=n))
        who = {"borrower_id": other.borrower_id, "loan_id": other.loan_id}
        mandates.open(**who, channel="unionpay", card_id=card.id, now=SIGNED)
    street.bind("alipay")
    street.alipay.fate = no("balance")
    street.until(hour(DUE, 9, 40))
    with django_assert_max_num_queries(2):
        debit_queries.debited(street.lin.borrower_id, [street.lin.loan_id, other.loan_id])
    for path, most in (("/", 12), (f"/orders/{street.lin.order_id}", 15), ("/auto-pay", 8), (street.page, 32)):
        with django_assert_max_num_queries(most):
            street.read(path)


def test_the_pages_speak_english(street: Street) -> None:
    names = ("中国工商银行", "卡", "青禾 12", "青禾数码", "青禾消费金融", "林", "支", "微", "银", "简体中文", "语言")
    card = street.hold_card()
    visitor = signed_in(street.lin.borrower_id, language="en")
    mandate, second = street.bind("alipay"), street.bind("wechat")
    order = f"/orders/{street.lin.order_id}"
    card_terms = f"{street.page}/add?channel=unionpay&card={card.id}"
    pages = ["/", "/me", "/auto-pay", order, street.page, card_terms, f"/mandates/{mandate.id}/end"]

    def speaks(paths: list[str]) -> None:
        for path in paths:
            assert chinese_in(visitor.get(path), names=names) == [], path

    speaks(pages)
    street.agree(f"channel=unionpay&card={card.id}")
    speaks([f"/cards/{card.id}/remove"])
    street.alipay.fate = no("balance")
    street.until(hour(DUE, 9, 40))
    speaks([*pages[:5], f"{order}/pay", *(f"/charges/{charge.id}" for charge in Charge.objects.all())])
    visitor.post(f"/mandates/{second.id}/end")
    speaks([street.page])
    mandates.end(borrower_id=mandate.borrower_id, mandate_id=mandate.id, now=street.watch.now)
    street.watch.now += DAY
    street.alipay.found = None
    street.agree("channel=alipay")
    pending: UUID = Mandate.objects.latest("opened_at", "id").id
    speaks([f"/mandates/{pending}", f"/mandates/{pending}?step=3", street.page, f"{street.page}/add?channel=wechat"])
