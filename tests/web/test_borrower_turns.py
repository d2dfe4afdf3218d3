"""What a borrower reads when a loan took another turn: written off, made void, moved to a new plan, paid by money that bounced."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.cache import cache

from anqi import clock
from anqi.lending.models import Fact, Lender
from anqi.payments import channels
from tests.happening import happen
from tests.planting import TERMS, Planted, at, plant_loan
from tests.web.borrower_stand import GATEWAY, Cashier, Watch, signed_in
from tests.web.test_borrower_pages import chinese_in, pay, plain, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.borrower")]

STARTED = date(2026, 8, 31)
FIRST_DUE = date(2026, 9, 30)
NAMES = ("青禾 12", "青禾数码", "青禾消费金融", "林", "支", "微", "银", "简体中文", "语言", "寄送副本")


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    watch = Watch(now=at(FIRST_DUE))
    monkeypatch.setattr(clock, "now", lambda: watch.now)
    cache.clear()
    return watch


@pytest.fixture
def lin(watch: Watch, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Planted:
    """The first instalment is due and paid by Alipay."""
    settings.ANQI_ALIPAY = {"gateway": f"{GATEWAY}/gateway.do"}
    monkeypatch.setattr(channels, "find", lambda code: Cashier())
    who = plant_loan(starts_on=STARTED, terms=TERMS | {"charges": {"copies": "50.00"}})
    Lender.objects.update(service_phone="400-100-2026")
    pay(who, FIRST_DUE)
    return who


def paid_id() -> str:
    return str(Fact.objects.get(kind="payment").id)


def turn(who: Planted, watch: Watch, kind: str, on: date, **body: Any) -> None:
    happen(who, kind, on, **body)
    watch.now = at(on, 13)


def read(who: Planted, path: str = "", *, status: int = 200, language: str = "zh-hans") -> str:
    answer = signed_in(who.borrower_id, language=language).get(f"/orders/{who.order_id}{path}")
    assert answer.status_code == status
    return plain(answer)


def everywhere(who: Planted) -> list[str]:
    return ["/", "/me", "/orders", "/receipts", f"/orders/{who.order_id}", f"/orders/{who.order_id}/pay"]


def test_a_loan_written_off_is_still_owed_and_says_whom_to_call(lin: Planted, watch: Watch) -> None:
    turn(lin, watch, "write_off", date(2027, 1, 15))
    page = read(lin)
    assert "已核销 · 还欠 ¥" in page
    assert "欠款没有免除" in page
    assert "核销以后不再产生利息和罚息" in page
    assert "打客服电话 400-100-2026" in page
    assert 'href="tel:400-100-2026"' in text_of(signed_in(lin.borrower_id).get(f"/orders/{lin.order_id}"))
    assert not re.search(r"逾期 \d+ 天", page), "no days are counted any more"
    assert "立即还款" in page
    owed = page[page.index("还欠 ¥") :].split()[1]
    watch.now += timedelta(days=200)
    assert f"还欠 {owed}" in read(lin), "it does not grow"


def test_without_a_number_to_call_it_names_the_lender(lin: Planted, watch: Watch) -> None:
    Lender.objects.update(service_phone="")
    turn(lin, watch, "write_off", date(2027, 1, 15))
    page = read(lin)
    assert "有困难请联系青禾消费金融，一起商量怎么还。" in page
    assert "打客服电话" not in page


def test_what_was_written_off_can_be_paid(lin: Planted, watch: Watch) -> None:
    turn(lin, watch, "write_off", date(2027, 1, 15))
    assert "还完就全部结清" in read(lin, "/pay")
    home = plain(signed_in(lin.borrower_id).get("/"))
    assert "已核销" in home
    pay(lin, date(2027, 1, 16), purpose="all")
    watch.now = at(date(2027, 1, 16), 13)
    assert "已全部结清" in read(lin)


def test_a_void_loan_asks_for_nothing(lin: Planted, watch: Watch) -> None:
    turn(lin, watch, "void", date(2026, 10, 5))
    page = read(lin)
    assert "这笔已作废" in page
    assert "你还过的 ¥533.09 会退还给你" in page
    for asked in ("立即还款", "提前还款", "今天结清"):
        assert asked not in page
    assert "这笔已经作废，没有要还的钱" in read(lin, "/pay", status=409)
    assert "去还款" not in plain(signed_in(lin.borrower_id).get("/orders"))
    assert "现在没有要还的" in plain(signed_in(lin.borrower_id).get("/"))
    turn(lin, watch, "refund", date(2026, 10, 6), amount="533.09")
    page = read(lin)
    assert "会退还给你" not in page
    assert "退还溢缴款" in page


def test_instalments_that_moved_say_so(lin: Planted, watch: Watch) -> None:
    turn(
        lin, watch, "reschedule", date(2026, 11, 20), first_due_on="2026-12-20", instalments=6,
        carries=["interest", "penalty"],
    )  # fmt: skip
    page = read(lin)
    assert "已转入新计划" in page
    assert "剩余本金重新分 6 期，12月20日起还" in page
    assert "12月20日应还" in page
    home = plain(signed_in(lin.borrower_id).get("/"))
    assert "还有 6 期 · 下一期 12月20日" in home


def test_money_that_bounced_is_owed_again(lin: Planted, watch: Watch) -> None:
    turn(lin, watch, "chargeback", date(2026, 10, 15), of=paid_id())
    page = read(lin)
    assert "付款渠道后来收回了 ¥533.09" in page
    assert "付款渠道收回 9月30日的还款" in page
    assert "付款渠道收回 9月30日的还款 −¥533.09" in page, "under the instalment that it had paid"
    assert "今天应还 ¥533.09" in page


def test_a_fee_is_told_with_its_reason(lin: Planted, watch: Watch) -> None:
    turn(lin, watch, "charge", date(2026, 10, 6), code="copies", amount="20.00", reason="寄送副本")
    page = read(lin)
    assert "收费：copies 10月6日 ¥20.00 原因 寄送副本" in page


def test_what_happened_is_told_in_the_order_of_its_days(lin: Planted, watch: Watch) -> None:
    turn(lin, watch, "deferral", date(2026, 10, 6), n=2, to="2026-11-10")
    turn(lin, watch, "goodwill", date(2026, 10, 8), amount="15.00")
    page = read(lin)
    course = page[page.index("还款计划和还款记录") :]
    told = ("第 1 期 9月30日", "支付宝还款 9月30日", "第 2 期延期到 11月10日 10月6日", "善意补偿 10月8日", "今天 10月8日", "第 2 期 11月10日")
    places = [course.index(each) for each in told]
    assert places == sorted(places)


TURNS: dict[str, list[tuple[str, date, dict[str, Any]]]] = {
    "written off": [("write_off", date(2027, 1, 15), {})],
    "recovered": [("write_off", date(2027, 1, 15), {}), ("recovery", date(2027, 1, 20), {"amount": "100.00"})],
    "void": [("void", date(2026, 10, 5), {})],
    "deferred": [("deferral", date(2026, 10, 5), {"n": 2, "to": "2026-11-12"})],
    "redated": [("due_day_change", date(2026, 10, 5), {"day": 20})],
    "spread": [("re_amortise", date(2026, 11, 5), {})],
    "begun anew": [("re_age", date(2026, 12, 5), {"first_due_on": "2026-12-31"})],
    "rescheduled": [
        ("reschedule", date(2026, 11, 20), {"first_due_on": "2026-12-20", "instalments": 6, "carries": ["penalty"]})
    ],
    "cheaper": [
        ("pause", date(2026, 10, 5), {"until": "2026-10-20"}), ("rate_change", date(2026, 10, 21), {"annual_rate": "0.06"}),
        ("subsidy", date(2026, 10, 22), {"annual_rate": "0.03"}),
    ],
    "held": [("hold", date(2026, 10, 5), {"reason": "return"})],
    "charged": [("charge", date(2026, 10, 6), {"code": "copies", "amount": "20.00", "reason": "寄送副本"})],
    "given": [
        ("goodwill", date(2026, 10, 6), {"amount": "15.00"}), ("refund", date(2026, 10, 8), {"amount": "15.00"}),
        ("waiver", date(2026, 11, 8), {"what": "penalty", "amount": "0.50"}),
        ("return", date(2026, 11, 9), {"amount": "1000.00", "gives_back": True}),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", TURNS)
def test_every_turn_has_its_pages_in_english(lin: Planted, watch: Watch, name: str) -> None:
    for kind, on, body in TURNS[name]:
        turn(lin, watch, kind, on, **body)
    for later in (0, 1, 40):
        watch.now = at(TURNS[name][-1][1] + timedelta(days=later), 13)
        for language in ("zh-hans", "en"):
            visitor = signed_in(lin.borrower_id, language=language)
            for address in everywhere(lin):
                answer = visitor.get(address)
                assert answer.status_code in (200, 409), address
                assert language != "en" or chinese_in(answer, names=NAMES) == [], (later, address)
