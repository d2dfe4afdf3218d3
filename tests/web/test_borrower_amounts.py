"""Every amount that a borrower sees opens to its lines, in words, and they add up to it."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import translation

from anqi import clock
from anqi.documents.models import Document
from anqi.engine.breakdown import WORDS, Line, break_down
from anqi.lending import queries
from anqi.lending.queries import LoanView
from anqi.payments import channels
from anqi.web.borrower import lines
from anqi.web.borrower.explaining import Explanation
from anqi.web.shared import amounts
from tests.planting import Planted, at, plant_loan
from tests.web import shown_sums
from tests.web.borrower_stand import GATEWAY, Cashier, Watch, signed_in
from tests.web.explained_loans import FIRST_DUE, SCENES, STARTED, plant
from tests.web.test_borrower_pages import chinese_in, pay, plain, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.borrower")]

NAMES = ("青禾 12", "青禾数码", "青禾消费金融", "林", "支", "微", "银", "简体中文", "语言", "寄送副本")
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


def see(who: Planted, path: str = "", language: str = "zh-hans") -> str:
    return text_of(signed_in(who.borrower_id, language=language).get(f"/orders/{who.order_id}{path}"))


def view(who: Planted, today: date) -> LoanView:
    order = queries.order(who.borrower_id, who.order_id, today=today)
    assert order
    assert order.loan
    return order.loan


@pytest.mark.parametrize("name", SCENES)
def test_what_stands_behind_an_amount_adds_up_to_it(name: str, watch: Watch) -> None:
    who = play(name, watch)
    for language in ("zh-hans", "en"):
        for path in ("", "/pay"):
            page = see(who, path, language)
            sums = shown_sums.read(page)
            assert [fault for rows in sums for fault in shown_sums.faults(rows)] == []
            told = dict(re.findall(r'data-amount="(\w+)"><summary>[^<]*(¥[\d,.]+)', page))
            totals = [row.text for rows in sums for row in rows if row.is_total]
            assert set(told.values()) <= set(totals), "the amount that opens is the sum of what it opens to"


@pytest.mark.parametrize("name", SCENES)
def test_the_amounts_are_those_of_the_standing(name: str, watch: Watch) -> None:
    loan = view(play(name, watch), SCENES[name].today)
    standing, explained = loan.standing, Explanation(loan)
    assert standing
    given = {each.name: each.amount_minor for each in explained.all()}
    wanted = {
        "remaining": standing.remaining_minor, "due": standing.due_now_minor, "next": standing.next_due_minor,
        "credit": standing.credit_minor, "prepaid": standing.reduced.prepaid_minor,
        "returned": standing.reduced.returned_minor,
        "payoff": None if standing.status in ("settled", "void") else standing.payoff_minor,
    }  # fmt: skip
    assert given == {name: minor for name, minor in wanted.items() if minor or name == "remaining"}
    for row in standing.instalments:
        with translation.override("zh-hans"):
            told = {str(each["label"]): each["amount_minor"] for each in explained.instalment(row)}
        assert (told["本金"], told["利息"]) == (row.principal_minor, row.interest_minor)
        assert (told.get("手续费", 0), told.get("罚息", 0)) == (row.fee_minor, row.penalty_minor)
        assert told.get("本期待还", 0) == row.remaining_minor


def exact_of(rows: list[dict[str, Any]]) -> Iterator[tuple[int, Fraction]]:
    for row in rows:
        behind = row.get("lines") or []
        if behind and all("exact" in each for each in behind):
            yield row["amount_minor"], sum((each["exact"] for each in behind), start=Fraction(0))


@pytest.mark.parametrize("name", SCENES)
def test_nothing_is_lost_to_rounding(name: str, watch: Watch) -> None:
    """The page shows figures for people; the lines behind them are exact to the last digit."""
    loan = view(play(name, watch), SCENES[name].today)
    assert loan.standing
    explained, seen = Explanation(loan), 0
    for row in loan.standing.instalments:
        for amount_minor, exact in exact_of(explained.instalment(row)):
            assert amount_minor == exact
            seen += 1
    assert seen > 11 or not loan.standing.instalments


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("late", [
            "罚息 按 10月20日 算，还清以前每天增加。 ¥4.43 逾期本金 ¥473.09 × 每天 0.06% × 5 天 ¥1.41927"
            " 逾期本金 ¥334.51 × 每天 0.06% × 15 天 ¥3.01059 四舍五入到分",
            "已还 −¥200.00 本金 −¥138.58 利息 −¥60.00 罚息 −¥1.42",
        ]),
        ("prepaid", [
            "剩余本金 ¥5,526.91 × 本期利率 1% × 12 天 ÷ 本期 31 天 9月30日 – 10月12日 ≈ ¥21.3945",
            "剩余本金 ¥4,026.91 × 本期利率 1% × 19 天 ÷ 本期 31 天",
            "原计划的本金 ¥527.84 提前还款后重新分配 −¥527.84",
            "10月12日提前还本金 ¥1,500.00",
        ]),
        ("lowered", [
            "手续费 ¥33.02 本金 ¥6,000.00 × 每期 0.65% × 12 天 ÷ 本期 31 天",
            "手续费 ¥29.25 本金 ¥4,500.00 × 每期 0.65%",
            "逾期未还 ¥396.65 × 每天 0.06% × 10 天",
        ]),
        ("returned", [
            "退货退回 −¥5.00", "溢缴款 ¥5.00 9月30日还款 ¥533.09 10月12日退货 ¥500.00 用来还各期的 −¥528.09"
            " 退货减掉的本金 −¥500.00", "原计划的本金 ¥527.84 退货后重新分配 −¥500.00",
        ]),
        ("returned_flat", ["手续费 ¥31.04 本金 ¥6,000.00 × 每期 0.65% × 12 天 ÷ 本期 31 天 9月30日 – 10月12日 ≈ ¥15.0968"]),
        ("rescheduled", [
            "转到其他期 −¥477.82", "提前结束时应收的 ¥16.83 转到其他期 −¥16.83", "从其他期转入 ¥12.01",
            "今天结清 ¥5,627.19 还没到期的本金 ¥5,526.91 算到当天的利息 ¥25.79 从其他期转入 ¥74.49",
        ]),
        ("re_amortised", ["欠款摊到以后各期后重新分配", "从其他期转入", "转到其他期 −¥473.09"]),
        ("charged", ["逾期费（一次性） ¥15.00", "手续费 ¥20.00 另外的收费", "另外的收费 ¥20.00 今天结清"]),
        ("waived", ["已减免 −¥10.00", "四舍六入五成双，到分", "本期利率 ≈ 0.986301%"]),
        ("repriced", ["改利率后重新分配", "利息 另有贴息 ¥1.63，不用你付。 ¥9.72"]),
        ("in_credit", ["10月2日善意补偿 ¥15.00 用来还各期的"]),
        ("bounced", ["付款渠道收回后要重新还的", "第 13 期"]),
        ("settled", ["提前结束时应收的"]),
        ("ending", ["以后各期的全部手续费", "提前结清手续费", "已提前还的利息和手续费"]),
        ("written_off", ["从其他期转入", "已还 −¥50.00"]),
        ("void", ["溢缴款 ¥533.09 9月30日还款 ¥533.09"]),
        ("late_twice", ["现在应还什么 截至 11月24日 第 1 期 ¥546.10 第 1 期怎么算的", "第 2 期 ¥538.82"]),
    ],
)  # fmt: skip
def test_lines_say_what_they_are(name: str, said: list[str], watch: Watch) -> None:
    who = play(name, watch)
    page = plain(signed_in(who.borrower_id).get(f"/orders/{who.order_id}"))
    for each in said:
        assert each in page


@pytest.mark.parametrize("name", SCENES)
def test_in_english_the_lines_are_english(name: str, watch: Watch) -> None:
    who = play(name, watch)
    visitor = signed_in(who.borrower_id, language="en")
    for path in ("", "/pay"):
        assert chinese_in(visitor.get(f"/orders/{who.order_id}{path}"), names=NAMES) == []


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_kind_of_line_has_words(language: str, watch: Watch) -> None:
    scene = Explanation(view(play("late", watch), SCENES["late"].today)).scene
    since, until = FIRST_DUE, FIRST_DUE + timedelta(days=31)
    over_days = {"base_minor": 47309, "rate": Fraction(1, 100), "since": since, "until": until}
    with translation.override(language):
        for what in WORDS:
            for of in AMOUNTS:
                said = [lines.label(scene, of, Line(what=what, exact=Fraction(1), n=3, on=since))]
                if what in ("interest", "fee", "penalty"):
                    said += [
                        lines.label(scene, of, Line(what=what, exact=Fraction(1), **over_days, of_days=of_days))
                        for of_days in ((None,) if what == "penalty" else (31, 40))
                    ]
                for each in said:
                    assert each
                    assert "%(" not in each
                    assert bool(re.search(r"[\u4e00-\u9fff]", each)) == (language == "zh-hans"), (what, of, each)


@pytest.mark.parametrize(
    ("name", "grows"),
    [
        ("late", True), ("late_twice", True), ("in_grace", False), ("prepaid", False), ("written_off", False),
        ("rescheduled", False),
    ],
)  # fmt: skip
def test_a_penalty_says_that_it_grows_while_it_does(name: str, grows: bool, watch: Watch) -> None:
    """Not in grace, not once it was written off, and not where it was carried to an instalment to come."""
    assert ("还清以前每天增加" in see(play(name, watch))) is grows


def test_a_payoff_says_until_when_it_holds(watch: Watch) -> None:
    assert "这是 10月20日 当天的金额，24:00 前有效；以后哪天结清，按那天重新算。" in see(play("prepaid", watch))


def test_only_the_loan_that_is_shown_is_broken_down(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    who = play("late", watch)
    for n in range(5):
        plant_loan(borrower_id=who.borrower_id, starts_on=STARTED + timedelta(days=n))
    asked: list[date] = []

    def counted(*told: Any) -> Any:
        asked.append(told[2])
        return break_down(*told)

    monkeypatch.setattr(amounts, "break_down", counted)
    visitor, order = signed_in(who.borrower_id), f"/orders/{who.order_id}"
    for address, times in (("/", 0), ("/orders", 0), ("/me", 0), ("/receipts", 0), (order, 1), (f"{order}/pay", 1)):
        asked.clear()
        assert visitor.get(address).status_code == 200
        assert asked == [SCENES["late"].today] * times, address
    asked.clear()
    part = {"HX-Request": "true", "HX-Request-Type": "partial"}
    assert visitor.get(f"{order}/pay/preview?what=due", headers=part).status_code == 200
    assert asked == [], "a preview while somebody types explains nothing that the page has not"


def receipt_page(who: Planted, number: int) -> str:
    receipt = Document.objects.order_by("issued_at")[number]
    return plain(signed_in(who.borrower_id).get(f"/receipts/{receipt.id}"))


def test_a_receipt_tells_where_the_whole_payment_went(watch: Watch) -> None:
    who = play("prepaid", watch)
    assert "还的是 第 1 期 本金 ¥473.09 利息 ¥60.00 还后剩余应还" in receipt_page(who, 0)
    assert "还的是 提前还的本金 提前还的本金 ¥1,500.00 省下的利息和手续费" in receipt_page(who, 1)


def test_a_receipt_tells_what_became_credit_and_what_credit_met(watch: Watch) -> None:
    who = play("in_credit", watch)
    watch.now = at(SCENES["in_credit"].today)
    offered = see(who, "/pay?what=all")
    assert "用溢缴款抵的" in offered, "before it is paid"
    pay(who, SCENES["in_credit"].today, purpose="all")
    assert "还的是 全部结清 本金 ¥5,526.91 利息 ¥36.85 用溢缴款抵的 −¥15.00" in receipt_page(who, 1)


def test_a_receipt_issued_before_it_told_all_is_still_shown(watch: Watch) -> None:
    from anqi.documents import queries as documents

    who = play("prepaid", watch)
    row = Document.objects.order_by("issued_at")[1]
    row.body = re.sub(r'"(?:prepaid|excess|credit_used)_minor":\d+,', "", row.body)
    row.sha256 = documents.hashlib.sha256(row.body.encode()).hexdigest()
    [line] = documents._read(row).lines
    assert (line.prepaid_minor, line.excess_minor, line.credit_used_minor) == (0, 0, 0)
    assert who
