"""Every kind of fact is told in both languages, with its main figures."""

import re
from typing import Any, get_args

import pytest
from django.utils import translation

from anqi.engine.facts import KINDS, Fact, read_facts
from anqi.engine.loan import Status
from anqi.web.borrower.wording import CONDITIONS
from anqi.web.office import wording
from anqi.web.shared.happenings import Told, tell, write_rate

PAID = {"type": "payment", "id": "p", "on": "2026-09-30", "amount": "533.09", "for": "due"}
# What is stated, the Chinese title, the English title, the amount in fen, and what more is told in Chinese.
TOLD: list[tuple[dict[str, Any], str, str, int | None, str]] = [
    (PAID, "还款", "Payment", 53309, ""),
    ({"type": "waiver", "what": "penalty", "amount": "1.20"}, "减免罚息", "Late charge waived", 120, ""),
    ({"type": "return", "amount": "1999.00"}, "退货", "Return", 199900, ""),
    ({"type": "return", "amount": "1999.00", "gives_back": True}, "退货", "Return", 199900, "利息和手续费：一并退还"),
    (
        {"type": "deferral", "n": 3, "to": "2026-12-05"}, "第 3 期延期到 12月5日",
        "Instalment 3 deferred to 5 Dec 2026", None, "",
    ),
    ({"type": "due_day_change", "day": 25}, "还款日改为每月 25 日", "Due date moved to day 25 of the month", None, ""),
    ({"type": "re_amortise"}, "欠款摊到还没到期的各期", "Arrears spread over the instalments to come", None, ""),
    (
        {"type": "re_age", "first_due_on": "2026-12-01"}, "没有还的重新排期，12月1日起还",
        "What is unpaid starts anew, first due on 1 Dec 2026", None, "",
    ),
    (
        {"type": "re_age", "first_due_on": "2026-12-01", "instalments": 6, "every": {"weeks": 2}},
        "没有还的重新分 6 期，12月1日起还",
        "What is unpaid starts anew in 6 instalments, the first due on 1 Dec 2026", None, "间隔：每 2 周",
    ),
    (
        {"type": "reschedule", "first_due_on": "2027-01-05", "instalments": 24, "every": {"months": 1},
         "method": "equal_principal", "annual_rate": "0.06", "carries": ["penalty", "interest"]},
        "剩余本金重新分 24 期，2027年1月5日起还",
        "Remaining principal on a new plan of 24 instalments, the first due on 5 Jan 2027", None,
        "年利率：6%；还款方式：等额本金；间隔：每 1 个月；一并转入：利息、罚息",
    ),
    (
        {"type": "pause", "until": "2026-10-31"}, "停息到 10月31日（不含当天）",
        "No interest until 31 Oct 2026, that day not included", None, "",
    ),
    ({"type": "hold", "reason": "return"}, "冻结：退货处理中", "On hold: goods being returned", None, ""),
    ({"type": "hold", "reason": "merchant_gone"}, "冻结：商户失联", "On hold: the shop is gone", None, ""),
    ({"type": "release", "of": "h"}, "解除冻结", "Hold ended", None, ""),
    ({"type": "rate_change", "annual_rate": "0.0365"}, "年利率改为 3.65%", "Annual rate changed to 3.65%", None, ""),
    (
        {"type": "subsidy", "annual_rate": "0.03"}, "贴息：第三方承担年利率 3%",
        "Interest subsidy: a third party bears 3% a year", None, "",
    ),
    ({"type": "subsidy", "annual_rate": "0"}, "贴息结束", "Interest subsidy ended", None, ""),
    (
        {"type": "charge", "code": "copies", "amount": "20.00", "reason": "寄送副本"}, "收费：copies",
        "Fee charged: copies", 2000, "原因：寄送副本",
    ),
    ({"type": "goodwill", "amount": "15.00"}, "善意补偿", "Goodwill payment", 1500, ""),
    ({"type": "draw", "amount": "300.00"}, "追加借款", "Further draw", 30000, ""),
    ({"type": "refund", "amount": "8.88"}, "退还溢缴款", "Credit balance returned", 888, ""),
    (
        {"type": "chargeback", "of": "p", "amount": "100.00"}, "付款渠道收回 9月30日的还款",
        "Payment of 30 Sep 2026 taken back by its channel", 10000, "",
    ),
    (
        {"type": "chargeback", "of": "p"}, "付款渠道收回 9月30日的还款",
        "Payment of 30 Sep 2026 taken back by its channel", 53309, "",
    ),
    ({"type": "write_off"}, "核销", "Write-off", None, ""),
    ({"type": "recovery", "amount": "50.00"}, "核销后收回", "Recovered after write-off", 5000, ""),
    ({"type": "void"}, "作废", "Made void", None, ""),
    ({"type": "reversal", "of": "p"}, "撤回 9月30日的还款", "Payment of 30 Sep 2026 taken back", None, ""),
]  # fmt: skip
FINAL = ("waiver", "return", "reversal", "payment")


def read(*stated: dict[str, Any]) -> list[Fact]:
    given = [{"id": f"f{n}", "on": "2026-11-20"} | each for n, each in enumerate(stated)]
    return list(read_facts(given, currency="CNY"))


def told(*stated: dict[str, Any], language: str = "zh-hans") -> Told:
    """The last of these, told among all of them."""
    facts = read(*stated)
    with translation.override(language):
        return tell(facts[-1], among={fact.id: fact for fact in facts}, this_year=2026)


def test_every_kind_is_told() -> None:
    assert {stated["type"] for stated, *_rest in TOLD} == set(KINDS)


@pytest.mark.parametrize(("stated", "chinese", "english", "amount_minor", "more"), TOLD)
def test_a_fact_is_told_with_its_figures(
    stated: dict[str, Any], chinese: str, english: str, amount_minor: int | None, more: str
) -> None:
    before = [] if stated is PAID else [PAID]
    shown = told(*before, stated)
    assert (shown.title, shown.amount_minor) == (chinese, amount_minor)
    assert "；".join(f"{label}：{text}" for label, text in shown.more) == more
    in_english = told(*before, stated, language="en")
    assert (in_english.title, in_english.amount_minor) == (english, amount_minor)
    said = " ".join([in_english.title, *(piece for pair in in_english.more for piece in pair)])
    assert not re.search(r"[\u3000-\u9fff]", said.replace("寄送副本", ""))


@pytest.mark.parametrize("stated", [stated for stated, *_rest in TOLD if stated["type"] not in FINAL])
def test_a_reversal_says_what_it_undoes(stated: dict[str, Any]) -> None:
    undone = stated | {"id": "x"}
    title = told(PAID, undone).title
    assert told(PAID, undone, {"type": "reversal", "of": "x"}).title == f"撤销：{title}"
    english = told(PAID, undone, {"type": "reversal", "of": "x"}, language="en").title
    assert english == f"Undone: {told(PAID, undone, language='en').title}"


def test_what_is_not_known_is_not_guessed() -> None:
    assert told({"type": "reversal", "of": "y"}).title == "撤销"
    assert told({"type": "chargeback", "of": "y"}).title == "付款渠道收回还款"
    assert told({"type": "chargeback", "of": "y"}).amount_minor is None


def test_rates_are_written_to_their_last_digit() -> None:
    rates = [fact.annual_rate for fact in read(*({"type": "rate_change", "annual_rate": each}
             for each in ("0.12", "0", "0.0000001", "0.03650", "1.5")))]  # fmt: skip
    assert [write_rate(rate) for rate in rates] == ["12%", "0%", "0.00001%", "3.65%", "150%"]


def test_staff_have_a_word_for_every_kind_and_every_cause() -> None:
    for language in ("zh-hans", "en"):
        with translation.override(language):
            words = [str(wording.FACTS[kind]) for kind in KINDS]
            assert [str(wording.CAUSES[kind]) for kind in KINDS] == words
        assert len(set(words)) == len(words)
    assert not re.search(r"[\u3000-\u9fff]", "".join(words)), "the last of them is English"


def test_borrowers_have_a_word_for_every_end_of_a_loan() -> None:
    spoken_of_as_active = {"pending", "grace", "due", "active"}
    assert set(get_args(Status)) - spoken_of_as_active <= CONDITIONS.keys()
