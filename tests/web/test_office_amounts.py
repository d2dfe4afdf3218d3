"""Every amount of a loan opens to its lines for staff: exact to the last digit, on whatever day they look."""

import re
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import translation

from anqi import clock
from anqi.engine.breakdown import WORDS, Line, break_down
from anqi.lending.queries import order
from anqi.payments import channels
from anqi.web.office import lines
from anqi.web.shared import amounts
from tests.happening import happen
from tests.planting import Planted, at
from tests.web import shown_sums
from tests.web.borrower_stand import GATEWAY, Cashier, Watch
from tests.web.explained_loans import FIRST_DUE, SCENES, STARTED, plant
from tests.web.test_office_doors import desk_of, hire
from tests.web.test_office_loan import text_of, url

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.office")]

NAMES = ("林**", "青禾数码", "青禾消费金融", "12 期", "李经办", "寄送副本", "简体中文", "语言")
AMOUNTS = (
    "due_now", "next_due", "outstanding_principal", "payoff", "credit", "prepaid", "returned", "paid", "principal",
    "interest", "fee", "penalty", "remaining",
)  # fmt: skip


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Watch:
    watch = Watch(now=at(FIRST_DUE))
    monkeypatch.setattr(clock, "now", lambda: watch.now)
    settings.ANQI_ALIPAY = {"gateway": f"{GATEWAY}/gateway.do"}
    monkeypatch.setattr(channels, "find", lambda code: Cashier())
    cache.clear()
    return watch


def play(name: str, watch: Watch) -> Planted:
    watch.now = at(SCENES[name].today)
    return plant(SCENES[name])


def desk(language: str = "zh-hans") -> Client:
    client = desk_of(hire())
    client.cookies["anqi_language"] = language
    return client


@pytest.mark.parametrize("name", SCENES)
def test_what_stands_behind_an_amount_adds_up_to_it_exactly(name: str, watch: Watch) -> None:
    who = play(name, watch)
    for language in ("zh-hans", "en"):
        page = desk(language).get(url(who)).content.decode()
        sums = shown_sums.read(page)
        rows = [row for each in sums for row in shown_sums.flat(each) if any(row.is_total for row in each)]
        assert [fault for each in sums for fault in shown_sums.faults(each)] == []
        assert all(row.fen is not None and "≈" not in row.text for row in rows), "every figure, and to the last digit"
        told = dict(re.findall(r'data-amount="(\w+)"><summary>[^<]*(¥[\d,.]+)', page))
        assert set(told.values()) <= {row.text for row in rows if row.is_total}
        text = text_of(page)
        for each in NAMES:
            text = text.replace(each, "")
        assert language != "en" or re.findall(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+", text) == []


@pytest.mark.parametrize("name", SCENES)
def test_every_amount_of_the_standing_can_be_opened(name: str, watch: Watch) -> None:
    who = play(name, watch)
    found = order(who.borrower_id, who.order_id, today=SCENES[name].today)
    assert found
    assert found.loan
    shown = found.loan.standing
    assert shown
    page = desk().get(url(who)).content.decode()
    told = re.findall(r'data-amount="(\w+)"><summary>[^<]* (¥[\d,.]+)', page)
    wanted = [
        ("remaining", shown.remaining_minor), ("due_now", shown.due_now_minor), ("next_due", shown.next_due_minor),
        ("outstanding_principal", shown.outstanding_principal_minor), ("payoff", shown.payoff_minor),
        ("credit", shown.credit_minor), ("prepaid", shown.reduced.prepaid_minor),
        ("returned", shown.reduced.returned_minor), ("paid", shown.paid.principal_minor),
        ("paid", shown.paid.interest_minor), ("paid", shown.paid.fee_minor), ("paid", shown.paid.penalty_minor),
    ]  # fmt: skip
    assert told == [(each, f"¥{minor / 100:,.2f}") for each, minor in wanted if minor or each == "remaining"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("late", [
            "罚息 还清以前每天增加 ¥4.43 逾期本金 ¥473.09 × 日利率 0.06% × 5 天 2026年9月30日 – 2026年10月5日 ¥1.41927"
            " 逾期本金 ¥334.51 × 日利率 0.06% × 15 天 2026年10月5日 – 2026年10月20日 ¥3.01059",
        ]),
        ("prepaid", [
            "剩余本金 ¥4,026.91 × 期利率 1% × 19/31 天 2026年10月12日 – 2026年10月31日 ¥24.68 + 329/3100 分",
            "提前还款后重新分配 −¥527.84", "提前还的本金 2026年10月12日 ¥1,500.00",
        ]),
        ("lowered", ["计费本金 ¥4,500.00 × 期利率 0.65% × 19/31 天", "逾期未还 ¥396.65 × 日利率 0.06% × 10 天"]),
        ("returned", ["退货退回 −¥5.00", "还款 2026年9月30日 ¥533.09 退货 2026年10月12日 ¥500.00 用于各期 −¥528.09"]),
        ("rescheduled", ["提前结束时应收 ¥16.83 转到其他期 −¥16.83", "从其他期转入 ¥12.01"]),
        ("charged", ["四舍五入到分 +¥0.001825 逾期费（一次性） ¥15.00", "手续费 ¥20.00 收费 ¥20.00"]),
        ("waived", ["四舍六入五成双到分", "减免 −¥10.00"]),
        ("repriced", ["改利率后重新分配", "利息 另有贴息 ¥1.63 ¥9.72"]),
        ("bounced", ["渠道收回还款后重新计入"]),
        ("void", ["溢缴款 ¥533.09 还款 2026年9月30日 ¥533.09"]),
    ],
)  # fmt: skip
def test_lines_say_what_they_are(name: str, said: list[str], watch: Watch) -> None:
    who = play(name, watch)
    page = text_of(desk().get(url(who)).content.decode())
    for each in said:
        assert each in page


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_kind_of_line_has_words(language: str, watch: Watch) -> None:
    who = play("late", watch)
    found = order(who.borrower_id, who.order_id, today=SCENES["late"].today)
    assert found
    assert found.loan
    scene, _ = amounts.set_scene(found.loan.held.terms, found.loan.held.facts, found.loan.today)
    over_days = {
        "base_minor": 47309, "rate": Fraction(1, 100), "since": FIRST_DUE, "until": FIRST_DUE + timedelta(days=31)
    }  # fmt: skip
    with translation.override(language):
        for what in WORDS:
            for amount in AMOUNTS:
                said = [lines.label(scene, amount, Line(what=what, exact=Fraction(1), n=3, on=FIRST_DUE))]
                if what in ("interest", "fee", "penalty"):
                    of_days = None if what == "penalty" else 31
                    line = Line(what=what, exact=Fraction(1), **over_days, of_days=of_days)
                    said.append(lines.label(scene, amount, line))
                for each in said:
                    assert each
                    assert "%(" not in each
                    assert bool(re.search(r"[\u4e00-\u9fff]", each)) == (language == "zh-hans"), (what, amount, each)


def test_another_day_is_explained_as_of_that_day(watch: Watch) -> None:
    who, client = play("late", watch), desk()
    before = text_of(client.get(url(who), {"on": str(date(2026, 10, 6))}).content.decode())
    assert "逾期本金 ¥334.51 × 日利率 0.06% × 1 天 2026年10月5日 – 2026年10月6日" in before
    for on in (STARTED - timedelta(days=9), STARTED, date(2027, 12, 31)):
        page = client.get(url(who), {"on": str(on)}).content.decode()
        assert [fault for each in shown_sums.read(page) for fault in shown_sums.faults(each)] == []


def test_only_what_had_happened_by_the_day_is_named_as_a_reason(watch: Watch) -> None:
    who, client = play("returned", watch), desk()
    happen(who, "rate_change", date(2026, 10, 25), annual_rate="0.0365")
    assert "退货后重新分配" in text_of(client.get(url(who), {"on": "2026-10-20"}).content.decode())
    assert "退货、改利率后重新分配" in text_of(client.get(url(who), {"on": "2026-10-26"}).content.decode())


def test_a_page_breaks_down_its_loan_once(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    who, client = play("late", watch), desk()
    asked: list[date] = []

    def counted(*told: Any) -> Any:
        asked.append(told[2])
        return break_down(*told)

    monkeypatch.setattr(amounts, "break_down", counted)
    assert client.get(url(who)).status_code == 200
    assert client.get(f"/borrowers/{who.borrower_id}").status_code == 200
    assert asked == [SCENES["late"].today]
