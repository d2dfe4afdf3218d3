"""Cash reserves on the borrower's site: what is free and why, applying for it, and what became of it."""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache
from django.test import Client

from anqi import clock
from anqi.actions import credit_lines, merchants, reserves
from anqi.engine import decision_rules
from anqi.lending import limit_views, limits, policies
from anqi.lending.applications import Outcome, To
from anqi.lending.models import Application, CreditLine, Lender, Loan
from anqi.payments import channels
from anqi.payments.channels.protocol import Accepted, CardBound, Closed, Form
from anqi.payments.models import Card
from anqi.people import tries
from anqi.people.models import Borrower
from anqi.rows.ids import uuid7
from anqi.web.borrower import polling, remedies, reserve_words
from tests import purchasing, reserving
from tests.actions.test_payouts import Bank
from tests.planting import at
from tests.reserving import NOON, TODAY, ZHOU, apply, arrive, bind, sign, welcome
from tests.returning import staff
from tests.web.borrower_stand import GATEWAY, Watch, signed_in
from tests.web.test_borrower_pages import chinese_in

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.borrower")]
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


@dataclass
class Desk(Bank):
    """A bank that pays out, and at which cards are opened."""

    opened: Any = field(default_factory=Accepted)
    watch: Watch = field(default_factory=lambda: Watch(now=NOON))

    def open_card(self, request: Any) -> Any:
        return Accepted(action=Form(url=f"{GATEWAY}/api/front", fields={"orderId": request.key}))

    def query_card(self, key: str, **when: Any) -> Any:
        return self.opened

    def end_card(self, key: str, **what: Any) -> Any:
        return Closed()

    def debit(self, request: Any) -> Any:
        raise AssertionError


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Desk:
    desk = Desk()
    settings.ANQI_UNIONPAY = {"gateway": f"{GATEWAY}/api"}
    for name in ("find", "find_payer", "find_stating"):
        monkeypatch.setattr(channels, name, lambda code: desk)
    monkeypatch.setattr(channels, "paying_out", lambda: ("alipay", "unionpay"))
    monkeypatch.setattr(clock, "now", lambda: desk.watch.now)
    cache.clear()
    reserving.open_shelf()
    return desk

@pytest.fixture
def mine(desk: Desk) -> tuple[UUID, To]:
    return welcome()


@pytest.fixture
def visitor(mine: tuple[UUID, To]) -> Client:
    return signed_in(mine[0])


def text_of(response: Any) -> str:
    return str(response.content.decode())


def plain(response: Any) -> str:
    """The page without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text_of(response)))


def get(visitor: Client, path: str, *, status: int = 200) -> str:
    response = visitor.get(path)
    assert response.status_code == status
    return plain(response)


def form(card: To, **changed: Any) -> dict[str, str]:
    sent = {"product": "reserve-m3", "amount": "1000", "purpose": "daily", "to": str(card.card_id), "attempt": str(uuid7())}
    return sent | changed


def cost(visitor: Client, **asked: str) -> Any:
    return visitor.get("/reserves/apply/cost", asked, headers=HTMX)


def lender_id() -> UUID:
    return Lender.objects.get().id


# The limit and what is on offer


def test_the_limit_has_four_numbers_and_each_says_what_it_is_made_of(mine: tuple[UUID, To], visitor: Client) -> None:
    lin, to = mine
    arrive(sign(apply(lin, to)), paid_at=NOON)
    sign(apply(lin, to, product="reserve-d30", amount_minor=20_000))
    page = get(visitor, "/reserves")
    for told in (
        "总额度 ¥20,000.00", "出借机构给的额度 ¥20,000.00", "已用 ¥1,000.00", "备用金 3 期 ¥1,000.00", "冻结 ¥200.00",
        "备用金 30 天 ¥200.00", "可用 ¥18,800.00 总额度减去已用和冻结的。",
    ):  # fmt: skip
        assert told in page
    assert (page.count("备用金 3 期 ¥1,000.00"), page.count("备用金 30 天 ¥200.00")) == (1, 1)
    assert f'<a href="/orders/{Loan.objects.first().order_id}">' in text_of(visitor.get("/reserves"))  # type: ignore[union-attr]


def test_what_takes_of_a_limit_adds_up_to_it(mine: tuple[UUID, To]) -> None:
    lin, to = mine
    arrive(sign(apply(lin, to)), paid_at=NOON)
    sign(apply(lin, to, product="reserve-d30", amount_minor=20_000))
    shop = purchasing.admit("qinghe")
    merchants.sell(
        lender="qhxj", code="p12", title="12 期", instalments=12, least_minor=10_000, most_minor=2_000_000,
        terms=purchasing.TERMS, now=NOON,
    )  # fmt: skip
    purchasing.sign(purchasing.opened(shop, lin))
    later = TODAY + timedelta(days=40)
    found, limit = limit_views.uses(lin, today=later)[lender_id()], limits.read(lin, lender_id(), today=later)
    taken = [sum(each.amount_minor for each in found if each.is_frozen == frozen) for frozen in (False, True)]
    assert taken == [limit.used_minor, limit.frozen_minor] == [100_000, 620_000]


def test_every_reserve_says_its_range_its_yearly_cost_and_how_it_is_repaid(visitor: Client) -> None:
    page = get(visitor, "/reserves")
    assert "备用金 7 天免息 年化成本（单利） 0.00% ¥500.00 · 到期一次还清" in page
    assert "备用金 30 天 年化成本（单利） 14.60% ¥100.00 – ¥5,000.00 · 到期一次还清" in page
    assert "备用金 6 期 年化成本（单利） 14.51% – 14.52% ¥500.00 – ¥20,000.00 · 每期还一样多（等额本息）" in page
    assert page.index("备用金 7 天") < page.index("备用金 30 天") < page.index("备用金 3 期")


def test_where_nothing_is_free_the_page_says_why(mine: tuple[UUID, To], visitor: Client) -> None:
    lin, _ = mine
    who = {"borrower_id": lin, "lender_id": lender_id(), "now": NOON}
    credit_lines.want(**who, amount_minor=0)
    assert "额度用满了" in get(visitor, "/reserves")
    credit_lines.want(**who, amount_minor=9_999)
    assert "最少要借 ¥100.00，现在可用 ¥99.99。" in get(visitor, "/reserves")
    lock = credit_lines.lock(**who, reason="")
    assert "你自己冻结了额度，可以随时解冻。" in get(visitor, "/reserves")
    credit_lines.lock(**who, reason="核对资料", actor=staff())
    page = get(visitor, "/reserves")
    assert "你自己冻结了额度，可以随时解冻。" not in page
    credit_lines.unlock(**who, lock_id=lock)
    assert ("出借机构冻结了额度。" in page, "/reserves/apply" in text_of(visitor.get("/reserves"))) == (True, False)
    CreditLine.objects.all().delete()
    assert "这家出借机构现在没有给你额度。" in get(visitor, "/reserves")


def test_a_limit_that_is_over_says_since_when(mine: tuple[UUID, To], visitor: Client, desk: Desk) -> None:
    credit_lines.end(
        borrower_id=mine[0], lender_id=lender_id(), until=TODAY, reason="到期", actor=staff("supervisor"), now=NOON
    )
    desk.watch.now += timedelta(days=1)
    assert "额度 11月24日到期，现在不能借新的。" in get(visitor, "/reserves")


def test_a_reserve_above_the_cap_of_the_day_is_not_on_offer(desk: Desk) -> None:
    eve = at(date(2027, 12, 30), 23)
    reserving.open_shelf(code="small", name="青禾小贷", kind="microloan", now=eve)
    lin, _ = welcome()
    visitor, desk.watch.now = signed_in(lin), eve
    assert "备用金 12 期" in get(visitor, "/reserves")
    desk.watch.now += timedelta(hours=2)
    page = get(visitor, "/reserves")
    assert ("备用金 12 期" in page, "备用金 7 天免息" in page) == (False, True)
    assert "reserve-m12" not in text_of(visitor.get("/reserves/apply"))
    assert "上限" in plain(cost(visitor, product="reserve-m12", amount="1000"))


def test_who_is_not_verified_is_led_to_that_and_back(mine: tuple[UUID, To], visitor: Client) -> None:
    Borrower.objects.update(verified_at=None)
    assert 'href="/verify?next=%2Freserves"' in text_of(visitor.get("/reserves"))
    for answer in (visitor.get("/reserves/apply"), visitor.post("/reserves/apply", form(mine[1]))):
        assert answer.headers["Location"] == "/verify?next=%2Freserves%2Fapply"
    assert not Application.objects.exists()


def test_the_ways_in_are_quiet_and_come_after_the_bill(visitor: Client) -> None:
    home = text_of(visitor.get("/"))
    assert home.index("aq-hero") < home.index('href="/reserves"')
    assert 'href="/reserves"' in text_of(visitor.get("/me"))


def test_what_runs_and_what_was_applied_for_leads_on(mine: tuple[UUID, To], visitor: Client) -> None:
    lin, to = mine
    order_id = sign(apply(lin, to)).order_id
    row = apply(lin, to)
    page = text_of(visitor.get("/reserves"))
    for address in (f"/orders/{order_id}", f"/reserves/{row.id}"):
        assert f'<a class="aq-row" href="{address}">' in page
    assert ("待签约" in page, "待放款" in page) == (True, True)


# What it would cost


def test_the_cost_is_in_yuan_with_every_due_date_and_its_formula(visitor: Client) -> None:
    part = plain(cost(visitor, product="reserve-m3", amount="1,000"))
    for told in (
        "到手 ¥1,000.00", "费用 ¥24.49", "一共要还 ¥1,024.49", "14.63%", "12月24日 ¥341.50", "2027年2月24日 ¥341.49",
        "本金 ¥329.50 + 利息 ¥12.00 ¥1,000.00 × 0.04% × 30 天 = ¥12.00", "¥670.50 × 0.04% × 31 天 = ¥8.3142",
        "这个期限现在可以借 ¥500.00 到 ¥20,000.00。",
    ):  # fmt: skip
        assert told in part


def test_the_free_week_costs_nothing(visitor: Client) -> None:
    part = plain(cost(visitor, product="reserve-d7", amount="500"))
    assert ("费用 ¥0.00" in part, "12月1日 ¥500.00" in part, "0.00%" in part) == (True, True, True)


@pytest.mark.parametrize(
    ("product", "amount", "told"),
    [
        ("reserve-d30", "99.99", "金额应在 ¥100.00 到 ¥5,000.00 之间。"),
        ("reserve-d30", "5000.01", "金额应在 ¥100.00 到 ¥5,000.00 之间。"),
        ("reserve-m3", "1500.01", "想借 ¥1,500.01，你现在的可用额度是 ¥1,500.00。"),
        ("reserve-m3", "一千", "金额请写数字"),
        ("reserve-m3", "", "金额请写数字"),
        ("nonsense", "1000", "这个方案现在没有提供"),
    ],
)
def test_what_can_not_be_had_is_said_with_its_numbers(
    mine: tuple[UUID, To], visitor: Client, product: str, amount: str, told: str
) -> None:
    credit_lines.want(borrower_id=mine[0], lender_id=lender_id(), amount_minor=150_000, now=NOON)
    part = cost(visitor, product=product, amount=amount)
    assert part.status_code == 422
    assert told in plain(part)
    assert 'data-st="refused"' in text_of(part)
    sent = form(mine[1], product=product, amount=amount, purpose="travel")
    page = visitor.post("/reserves/apply", sent)
    assert page.status_code == 422
    assert told in plain(page) or "还有没填好的" in plain(page)
    for kept in (f'value="{amount}"' if amount else 'name="amount"', f'value="{sent["attempt"]}"', '"travel" selected'):
        assert kept in text_of(page)
    assert not Application.objects.exists(), "a refusal would count, and bar the way"


def test_the_answer_says_what_it_was_asked_and_how_far_the_amount_goes(mine: tuple[UUID, To], visitor: Client) -> None:
    credit_lines.want(borrower_id=mine[0], lender_id=lender_id(), amount_minor=150_050, now=NOON)
    part = text_of(cost(visitor, product="reserve-m3", amount="1000"))
    assert 'data-echo="product=reserve-m3&amp;amount=1000" data-least="500" data-most="1500.50"' in part


def test_a_price_needs_no_token_and_is_small(visitor: Client) -> None:
    page = text_of(visitor.get("/reserves/apply"))
    assert "hx-include=\"[name='product'],[name='amount']\"" in page
    assert 'hx-sync="this:replace"' in page
    part = cost(visitor, product="reserve-m12", amount="12345.67")
    assert b"csrf" not in part.content
    assert len(part.content) <= 4096


# Applying


def test_the_form_chooses_no_purpose_and_no_account_of_several(mine: tuple[UUID, To], visitor: Client) -> None:
    page = text_of(visitor.get("/reserves/apply"))
    assert re.search(r'<option value="" selected>请选择</option>', page)
    assert not re.search(r'name="to"[^>]*checked', page)
    assert re.search(r'name="product" value="reserve-d7" required checked', page)
    assert 'value="500"' in page
    assert "到期自己还" in page


def test_terms_show_the_day_first(visitor: Client) -> None:
    page = get(visitor, "/reserves/apply")
    assert "还清日 12月1日 7 天" in page
    assert "还清日 2027年2月24日 3 期，12月24日起每月还" in page


def test_it_is_applied_for_and_approved_at_once(mine: tuple[UUID, To], visitor: Client) -> None:
    sent = form(mine[1])
    answer = visitor.post("/reserves/apply", sent)
    assert answer.headers["Location"] == f"/reserves/{sent['attempt']}"
    row = Application.objects.get()
    assert (str(row.id), row.amount_minor, row.purpose, row.card_id) == (sent["attempt"], 100_000, "daily", mine[1].card_id)
    page = get(visitor, answer.headers["Location"])
    for told in ("通过了，等你签约", "11月25日 12:00 前可以签约", "费用", "¥24.49", "招商银行 尾号0017", "不要了"):
        assert told in page
    assert f'href="/reserves/{row.id}/sign"' in text_of(visitor.get(answer.headers["Location"]))


def test_a_double_tap_is_one_and_the_same_form_with_other_contents_is_not_taken(
    mine: tuple[UUID, To], visitor: Client
) -> None:
    sent = form(mine[1])
    for _ in range(2):
        assert visitor.post("/reserves/apply", sent).headers["Location"] == f"/reserves/{sent['attempt']}"
    changed = visitor.post("/reserves/apply", sent | {"amount": "900"}, follow=True)
    assert "这张申请已经提交过，内容不能再改。" in plain(changed)
    assert Application.objects.get().amount_minor == 100_000


def test_who_applies_too_often_is_told_when_to_try_again(
    mine: tuple[UUID, To], visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tries, "OF_BORROWER", 1)
    assert visitor.post("/reserves/apply", form(mine[1])).status_code == 302
    again = visitor.post("/reserves/apply", form(mine[1]))
    assert (again.status_code, int(again.headers["Retry-After"]) > 0, Application.objects.count()) == (429, True, 1)
    assert visitor.get("/reserves/apply").status_code == 302


def test_a_second_one_leads_to_the_one_there_is(mine: tuple[UUID, To], visitor: Client) -> None:
    first = form(mine[1])
    visitor.post("/reserves/apply", first)
    for answer in (visitor.get("/reserves/apply"), visitor.post("/reserves/apply", form(mine[1]))):
        assert answer.headers["Location"] == f"/reserves/{first['attempt']}"
    assert "你还有一笔申请没有结束" in get(visitor, f"/reserves/{first['attempt']}")
    assert Application.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"purpose": ""}, "请选择借款用途。"),
        ({"to": ""}, "请选择打到哪里。"),
        ({"to": "alipay", "wallet": "x"}, "请填写支付宝账号：手机号或邮箱。"),
        ({"to": "nonsense"}, "没有找到这张银行卡"),
    ],
)
def test_what_is_missing_is_named(mine: tuple[UUID, To], visitor: Client, changed: dict[str, str], told: str) -> None:
    page = visitor.post("/reserves/apply", form(mine[1], **changed))
    assert page.status_code == 422
    assert told in plain(page)
    assert 'value="1000"' in text_of(page)
    assert not Application.objects.exists()


def test_only_ones_own_debit_cards_are_paid_to(mine: tuple[UUID, To], visitor: Client) -> None:
    credit, theirs = bind(mine[0], "62353", kind="credit", last4="3333"), welcome(ZHOU)[1]
    page = text_of(visitor.get("/reserves/apply"))
    assert re.search(rf'value="{credit.card_id}" required disabled', page)
    assert str(theirs.card_id) not in page
    assert "备用金只能打到储蓄卡" in plain(visitor.post("/reserves/apply", form(credit)))
    assert "没有找到这张银行卡" in plain(visitor.post("/reserves/apply", form(theirs)))


def test_it_can_be_paid_to_alipay(mine: tuple[UUID, To], visitor: Client) -> None:
    visitor.post("/reserves/apply", form(mine[1], to="alipay", wallet=" lin@example.com "))
    assert Application.objects.get().label == "支付宝 lin***@example.com"


def test_without_a_script_the_price_is_a_button_away(mine: tuple[UUID, To], visitor: Client) -> None:
    page = visitor.post("/reserves/apply", form(mine[1], act="look", purpose="", to=""))
    assert page.status_code == 200
    assert "一共要还 ¥1,024.49" in plain(page)
    assert "请选择借款用途。" not in plain(page)
    assert "一共要还 ¥1,024.49" in get(visitor, "/reserves/apply/cost?product=reserve-m3&amount=1000")


def test_a_card_is_added_on_the_way_and_what_was_typed_is_still_there(
    mine: tuple[UUID, To], visitor: Client, desk: Desk
) -> None:
    sent = form(mine[1], act="bind", amount="1234.5", purpose="medical", to="alipay", wallet="lin@example.com")
    opening = visitor.post("/reserves/apply", sent).headers["Location"]
    card = Card.objects.get(state="pending")
    assert opening == f"/cards/{card.id}/open"
    assert "lin@example" not in str(dict(visitor.session)), "sessions are rows"
    desk.opened = CardBound(token="6235240000020837", bank="中国工商银行", last4="0025", kind="debit")
    back = visitor.get(f"/cards/{card.id}").headers["Location"]
    page = text_of(visitor.get(back))
    for kept in ('value="1234.5"', '"medical" selected', 'value="lin@example.com"', 'value="alipay" required checked'):
        assert kept in page
    assert "中国工商银行（尾号 0025）" in page
    assert '"medical" selected' not in text_of(visitor.get("/reserves/apply"))
    visitor.post("/reserves/apply", form(To(card_id=card.id)))
    assert "reserve_draft" not in visitor.session


def test_nowhere_to_be_paid_to_is_said(mine: tuple[UUID, To], visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "paying_out", lambda: ())
    page = get(visitor, "/reserves/apply")
    assert ("现在没有可用的收款方式" in page, "提交申请" in page) == (True, False)


def test_with_nothing_free_there_is_no_form(mine: tuple[UUID, To], visitor: Client) -> None:
    credit_lines.want(borrower_id=mine[0], lender_id=lender_id(), amount_minor=0, now=NOON)
    assert visitor.get("/reserves/apply").headers["Location"] == "/reserves"


# What became of it


def test_a_person_looks_and_the_page_waits_no_oftener_than_others(mine: tuple[UUID, To], visitor: Client) -> None:
    row = in_review(mine)
    page = text_of(visitor.get(f"/reserves/{row.id}"))
    assert f'hx-get="/reserves/{row.id}?step=1" hx-trigger="load delay:{polling.wait_after(0)}ms"' in page
    for told in ("由青禾消费金融的工作人员看，通常当天有结果", "今天申请次数较多", "撤回申请", "不占额度，不计利息"):
        assert told in page
    last = visitor.get(f"/reserves/{row.id}?step={polling.LAST_STEP + 1}", headers=HTMX)
    assert "hx-get" not in text_of(last)
    decide(row, "approved")
    part = text_of(visitor.get(f"/reserves/{row.id}?step=1", headers=HTMX))
    assert ("通过了，等你签约" in part, "hx-get" in part, "<html" in part) == (True, False, False)


def in_review(mine: tuple[UUID, To]) -> Application:
    lin, to = mine
    for _ in range(2):
        reserves.withdraw(borrower_id=lin, application_id=apply(lin, to).id, now=NOON)
    row = apply(lin, to)
    assert row.state == "review"
    return row


def decide(row: Application, outcome: Outcome, *, reason: str = "说明不清楚") -> None:
    reserves.review(
        borrower_id=row.borrower_id, application_id=row.id, outcome=outcome, reason=reason, actor=staff("supervisor"),
        now=NOON,
    )  # fmt: skip


def test_a_refusal_says_every_reason_what_to_do_and_what_was_looked_at(mine: tuple[UUID, To], visitor: Client) -> None:
    lin, to = mine
    credit_lines.want(borrower_id=lin, lender_id=lender_id(), amount_minor=90_000, now=NOON)
    Borrower.objects.update(id_number="110101195003070001")
    row = apply(lin, to)
    page = get(visitor, f"/reserves/{row.id}")
    for told in (
        "这次没有通过", "申请金额 ¥1,000.00，你的可用额度是 ¥900.00。 少借一点，或还清一部分以后再申请。 看额度是怎么用掉的",
        "超过 60 周岁，由工作人员审核。", "当时的可用额度 ¥900.00", "出生日期 1950年3月7日", "用同一收款账户的人 1 人，包括你",
        "在其他机构的征信 没有查",
    ):  # fmt: skip
        assert told in page


def test_a_refusal_is_questioned_and_a_person_looks(mine: tuple[UUID, To], visitor: Client) -> None:
    lin, to = mine
    credit_lines.want(borrower_id=lin, lender_id=lender_id(), amount_minor=90_000, now=NOON)
    row = apply(lin, to)
    for _ in range(2):
        sent = visitor.post(f"/reserves/{row.id}/question", {"text": " 我刚还了一笔 "})
        assert sent.headers["Location"] == f"/reserves/{row.id}"
    page = get(visitor, f"/reserves/{row.id}")
    for told in ("请人复核中", "你说的 我刚还了一笔", "没有通过的原因", "不用复核了"):
        assert told in page
    decide(row, "refused", reason="可用额度确实不够")
    assert "11月24日工作人员看过 可用额度确实不够" in get(visitor, f"/reserves/{row.id}")


def test_too_late_a_question_is_told_so(mine: tuple[UUID, To], visitor: Client, desk: Desk) -> None:
    row = apply(*mine, amount_minor=5_000_000 // 100)
    assert "只有没有通过的申请才能要求人工复核" in plain(visitor.post(f"/reserves/{row.id}/question"))
    Application.objects.update(state="refused")
    desk.watch.now += timedelta(days=31)
    late = visitor.post(f"/reserves/{row.id}/question")
    assert (late.status_code, "已超过 30 天" in plain(late)) == (409, True)


def test_withdrawn_it_makes_room(mine: tuple[UUID, To], visitor: Client) -> None:
    row = apply(*mine)
    for _ in range(2):
        gone = visitor.post(f"/reserves/{row.id}/withdraw", follow=True)
        assert "你撤回了这笔申请" in plain(gone)
    assert visitor.get("/reserves/apply").status_code == 200


def test_what_lapsed_says_so_before_the_worker_comes_and_can_be_applied_for_again(
    mine: tuple[UUID, To], visitor: Client, desk: Desk
) -> None:
    row = apply(*mine)
    desk.watch.now += timedelta(days=1)
    page = text_of(visitor.get(f"/reserves/{row.id}"))
    assert ("过了签约时间，已经失效" in page, "去看合同和签约" in page) == (True, False)
    assert 'href="/reserves/apply?product=reserve-m3"' in page
    assert visitor.get("/reserves/apply").status_code == 200
    assert "已失效" in get(visitor, "/reserves")
    visitor.post("/reserves/apply", form(mine[1]))
    assert Application.objects.filter(state="approved").count() == 1
    late = visitor.post(f"/reserves/{row.id}/withdraw")
    assert late.status_code == 409


def test_signed_it_is_an_order(mine: tuple[UUID, To], visitor: Client) -> None:
    row = apply(*mine)
    sign(row)
    assert visitor.get(f"/reserves/{row.id}").headers["Location"] == f"/orders/{row.id}"
    whole = visitor.get(f"/reserves/{row.id}?step=1", headers=HTMX)
    assert whole.headers["HX-Redirect"] == f"/orders/{row.id}"


def test_nobody_elses_is_found(mine: tuple[UUID, To]) -> None:
    row = apply(*mine)
    stranger = signed_in(welcome(ZHOU)[0])
    assert stranger.get(f"/reserves/{row.id}").status_code == 404
    for act in ("withdraw", "question"):
        assert stranger.post(f"/reserves/{row.id}/{act}").status_code == 404
    assert "我的申请" not in get(stranger, "/reserves")
    for path in ("/reserves", "/reserves/limit", "/reserves/apply", f"/reserves/{row.id}"):
        assert Client().get(path).headers["Location"].startswith("/login")


def test_every_purpose_and_every_reason_has_its_words() -> None:
    assert dict(reserve_words.PURPOSES) == dict(policies.PURPOSES)
    source = inspect.getsource(decision_rules)
    codes = set(re.findall(r'(?:code=|_refused\(|_look\()"(\w+)"', source)) | {"account_shared", "device_shared"}
    # Of a score that is low, or that nobody gave, nothing but that a person looks is to be said.
    assert codes - set(remedies._REMEDIES) == {"score_low", "not_scored"}


# What they cost, and in which language


@pytest.mark.parametrize(
    "path", ["/reserves", "/reserves/apply", "/reserves/limit", "/reserves/apply/cost?product=reserve-m12&amount=5000"]
)
def test_the_pages_ask_the_database_little(
    mine: tuple[UUID, To], visitor: Client, path: str, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    lin, to = mine
    for _ in range(2):
        sign(apply(lin, to))
    with django_assert_max_num_queries(15):
        assert visitor.get(path, headers=HTMX if "cost" in path else {}).status_code == 200


def test_an_application_asks_the_database_little(
    mine: tuple[UUID, To], visitor: Client, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    row = in_review(mine)
    with django_assert_max_num_queries(15):
        visitor.get(f"/reserves/{row.id}")


def test_english_pages_speak_english(mine: tuple[UUID, To], desk: Desk) -> None:
    lin, to = mine
    visitor = signed_in(lin, language="en")
    names = ("青禾消费金融", "招商银行", "尾号", "备用金 3 期", "备用金 6 期", "备用金 12 期", "备用金 30 天", "备用金 7 天免息",
             "卡", "支", "林", "说明不清楚", "简体中文", "语言")  # fmt: skip
    sign(apply(lin, to))
    said = [visitor.post("/reserves/apply", {"amount": "x"}), visitor.get("/reserves/apply")]
    first = apply(lin, to)
    said.append(visitor.get(f"/reserves/{first.id}"))
    reserves.withdraw(borrower_id=lin, application_id=first.id, now=NOON)
    row = apply(lin, to)
    said += [visitor.get(path) for path in (f"/reserves/{first.id}", f"/reserves/{row.id}", "/reserves", "/reserves/limit")]
    decide(row, "refused")
    said += [visitor.get(f"/reserves/{row.id}"), visitor.get("/me"), visitor.get("/")]
    reserves.question(borrower_id=lin, application_id=row.id, now=NOON)
    credit_lines.lock(borrower_id=lin, lender_id=lender_id(), reason="", now=NOON)
    credit_lines.want(borrower_id=lin, lender_id=lender_id(), amount_minor=5, now=NOON)
    said += [visitor.get(path) for path in (f"/reserves/{row.id}", "/reserves", "/reserves/limit")]
    said += [cost(visitor, product="reserve-m12", amount=amount) for amount in ("5000", "1", "x")]
    for n, response in enumerate(said):
        assert chinese_in(response, names=names) == [], n
