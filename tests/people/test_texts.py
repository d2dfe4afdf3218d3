"""What we write to people."""

from datetime import date
from typing import Any

import pytest

from anqi.notices import debit_texts, device_texts, texts
from anqi.payments import reasons

WORDS: dict[str, dict[str, Any]] = {
    "login_code": {"code": "204618"},
    "order_confirmed": {"merchant": "青禾数码", "instalments": 12, "total": texts.yuan(639708)},
    "order_shipped": {"merchant": "青禾数码", "first_due_on": "2026年12月24日", "first_due": texts.yuan(53309)},
    "refund_begun_goods": {"amount": texts.yuan(53309)},
    "return_requested": {"merchant": "青禾数码", "amount": texts.yuan(53309)},
    "return_completed": {
        "merchant": "青禾数码", "amount": texts.yuan(53309), "before": texts.yuan(639708), "after": texts.yuan(500000),
    },
    "return_completed_back": {
        "merchant": "青禾数码", "amount": texts.yuan(53309), "before": texts.yuan(639708), "after": texts.yuan(500000),
        "back": texts.yuan(100),
    },
    "return_withdrawn": {"merchant": "青禾数码", "amount": texts.yuan(53309)},
    "hold_opened": {"merchant": "青禾数码"},
    "hold_ended": {"merchant": "青禾数码"},
    **{f"hardship_{told}": {"lender": "青禾消费金融"} for told in ("declined", "accepted", "lapsed")},
    **{
        f"hardship_{told}": {"lender": "青禾消费金融", "last_on": "2026年10月9日"} for told in ("choosing", "offered")
    },
    **{
        f"hardship_{told}": {"lender": "青禾消费金融", "answer_on": "2026年10月9日"}
        for told in ("received", "late", "broken")
    },
    "due_day_changed": {"loan": "AQ2609-1", "due_on": "2026年10月20日", "amount": "¥533.09", "cost": "¥20.00"},
    "instalment_deferred": {"loan": "AQ2609-1", "due_on": "2026年10月20日", "amount": "¥533.09", "cost": "¥1.61"},
    "hold_opened_cash": {"lender": "青禾消费金融"},
    "hold_ended_cash": {"lender": "青禾消费金融"},
    "refund_begun": {"amount": texts.yuan(53309)},
    "refund_done": {"amount": texts.yuan(53309)},
    "refund_failed": {"amount": texts.yuan(53309)},
    "payout_arrived": {
        "amount": texts.yuan(50_000), "account": "招商银行 尾号1234", "first_due_on": "2026年12月9日", "first_due": "¥170.02",
    },
    "payout_failed": {"amount": texts.yuan(50_000), "account": "招商银行 尾号1234"},
    "payout_came_back": {"amount": texts.yuan(50_000), "account": "招商银行 尾号1234"},
    "payout_stopped": {},
    "payout_redirected": {"amount": texts.yuan(50_000), "account": "招商银行 尾号1234"},
    "payout_undone": {},
    "reserve_approved": {"reserve": "备用金 12 期", "amount": texts.yuan(2_000_000)},
    "reserve_refused": {"reserve": "备用金 12 期", "amount": texts.yuan(2_000_000)},
    "reserve_signed": {"reserve": "备用金 12 期", "amount": texts.yuan(2_000_000), "account": "招商银行 尾号1234"},
    "payout_lapsed": {},
    "order_cancelled": {"merchant": "青禾数码"},
    "order_lapsed": {"merchant": "青禾数码"},
    "mandate_begun": {"source_word": "alipay", "account": "138****6021"},
    "mandate_ended": {"source_word": "unionpay", "account": "中国工商银行 0017"},
    "debit_coming": {
        "loan": "AQ2609-1", "due_on": "2026年10月9日", "amount": texts.yuan(53309), "hours": "09:30、15:30",
        "source_word": "wechat", "account": "",
    },
    "debit_coming_many": {
        "count": 2, "amount": "¥1,066.18", "hours": "09:30、15:30", "debits_list": [
            ["AQ2609-1", "2026-10-09", "¥533.09", "wechat", ""],
            ["AQ2609-2", "2026-10-12", "¥533.09", "unionpay", "中国工商银行 0017"],
        ],
    },
    "debit_doubtful": {
        "due_on": "2026年10月9日", "source_word": "wechat", "account": "", "reason_word": "amount_limit",
    },
    "debit_failed": {"amount": "¥533.09", "source_word": "alipay", "account": "", "reason_word": "balance"},
    "debit_failed_next": {
        "amount": "¥533.09", "source_word": "alipay", "account": "", "reason_word": "balance", "next_word": "unionpay",
    },
    "debit_failed_again": {
        "amount": "¥533.09", "source_word": "alipay", "account": "", "reason_word": "bank_closed",
        "again_on": "2026年10月9日", "hour": "15:30",
    },
    "debit_given_up": {"amount": "¥533.09", "due_on": "2026年10月9日"},
    "debit_stopped": {"amount": "¥533.09", "due_on": "2026年10月9日"},
    "debit_excused": {"until_on": "2026年10月15日"},
    "new_device": {"seen_on": "2026年10月9日", "system_word": "android_phone", "browser_word": "chrome"},
    "payment_received": {"amount": texts.yuan(53309)},
    "reminder_due": {"loan": "AQ2609-1", "due_on": "2026年10月9日", "amount": "¥533.09"},
    "reminder_today": {"loan": "AQ2609-1", "due_on": "2026年10月9日", "amount": "¥533.09"},
    "reminder_debited": {
        "loan": "AQ2609-1", "due_on": "2026年10月9日", "amount": "¥533.09", "source_word": "unionpay", "account": "0017",
    },
    "reminder_late": {
        "loan": "AQ2609-1", "due_on": "2026年10月9日", "as_of_on": "2026年10月13日", "amount": "¥535.11",
    },
    "reminder_many": {
        "count": 2, "as_of_on": "2026年10月2日", "amount": "¥1,066.18",
        "dues_list": [["AQ2609-1", "2026-10-09", "¥533.09", False], ["AQ2609-2", "2026-10-09", "¥533.09", True]],
    },
    "payment_failed": {"amount": "¥533.09", "paid_on": "2026年10月9日"},
    "mail_code": {"code": "204618"},
    "contact_check": {"sent_on": "2026年10月9日"},
    "report_notice": {
        "loan": "AQ2609-1", "due_on": "2026年10月9日", "amount": "¥533.09", "pay_by_on": "2026年10月12日",
        "from_on": "2026年11月1日", "bureau": "中国人民银行征信中心",
    },
    "report_notice_late": {
        "loan": "AQ2609-1", "due_on": "2026年10月9日", "amount": "¥533.09", "pay_by_on": "2026年10月31日",
        "from_on": "2026年11月1日", "bureau": "中国人民银行征信中心",
    },
    "report_notice_still": {
        "loan": "AQ2609-1", "due_on": "2026年10月9日", "amount": "¥533.09", "from_on": "2026年11月6日",
        "bureau": "中国人民银行征信中心",
    },
    "objection_received": {"number": "YY261127-3F9A2C01", "answer_on": "2026年12月17日"},
    "objection_right": {"number": "YY261127-3F9A2C01"},
    "objection_wrong": {"number": "YY261127-3F9A2C01"},
    "objection_stated": {"number": "YY261127-3F9A2C01"},
    "complaint_received": {"number": "TS261127-3F9A2C01", "answer_on": "2026年12月18日"},
    "account_closed": {},
    "phone_code": {"code": "204618"},
    "phone_changed": {}, "phone_change_asked": {}, "phone_change_agreed": {}, "phone_change_refused": {},
    "complaint_answered": {"number": "TS261127-3F9A2C01"},
    "money_unapplied": {"amount": texts.yuan(53309), "left": texts.yuan(1)},
}  # fmt: skip
_OF_OTHERS = (
    "payment_received", "money_unapplied", "refund_begun", "refund_begun_goods", "refund_done", "refund_failed",
)  # fmt: skip
WORDS |= {name + texts.BY_OTHER: WORDS[name] for name in _OF_OTHERS}


def test_every_text_is_tried_here() -> None:
    assert set(WORDS) == set(texts._TEXTS)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("template", sorted(texts._TEXTS))
def test_every_text_names_us_says_everything_and_leads_nowhere(template: str, language: str) -> None:
    text = texts.write(template, language=language, **WORDS[template])
    assert text.startswith("【按期】")
    assert not any(mark in text for mark in ("{", "}", "http", "www", "://", ".com", ".cn"))
    assert all(_said(name, word, language) in text for name, word in WORDS[template].items())
    assert len(text) < 300


def _said(name: str, word: object, language: str) -> str:
    if name.endswith("_list"):
        written = "9 Oct 2026" if language == "en" else "2026年10月9日"
        return f"AQ2609-1 {written} ¥533.09"
    if name in ("system_word", "browser_word"):
        return device_texts.word(str(word), language=language)
    return debit_texts.word(str(word), language=language) if name.endswith("_word") else str(word)


def test_of_many_dues_the_first_four_are_named() -> None:
    dues = [[f"AQ{n}", "2026-10-09", "¥1.00", n == 0] for n in range(6)]
    words = {"count": 6, "as_of_on": date(2026, 10, 2), "amount": "¥6.00", "dues_list": dues}
    chinese, english = (texts.write("reminder_many", language=each, **words) for each in ("zh-hans", "en"))
    assert "AQ0 2026年10月9日 ¥1.00（自动扣款）；AQ1" in chinese and "AQ3" in chinese and "；另 2 笔。" in chinese
    assert "AQ4" not in chinese and ", and 2 more." in english


def test_every_reason_of_the_payers_has_a_word_and_ours_are_ours() -> None:
    for reason in reasons.known():
        is_ours = reasons.of(reason).whose == "ours"
        assert (debit_texts.word(reason, language="en") == "we could not do it") is is_ours


def test_a_language_that_we_dont_write_is_chinese() -> None:
    assert texts.write("login_code", language="fr", code="1") == texts.write("login_code", language="zh-hans", code="1")


@pytest.mark.parametrize(("minor", "written"), [(0, "¥0.00"), (1, "¥0.01"), (153309, "¥1,533.09"), (100_000_000, "¥1,000,000.00")])
def test_amounts(minor: int, written: str) -> None:
    assert texts.yuan(minor) == written


def test_days() -> None:
    assert texts.day(date(2026, 12, 9), language="zh-hans") == "2026年12月9日"
    assert texts.day(date(2026, 12, 9), language="en") == "9 Dec 2026"
