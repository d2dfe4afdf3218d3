"""Help for those who can't pay as agreed, as its borrower sees it: the way there, options side by side, signing."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from anqi import clock
from anqi.actions import hardship as acts
from anqi.lending.hardship_shapes import Shape
from anqi.lending.models import HardshipCase
from tests import helping
from tests.helping import Case
from tests.planting import at, days
from tests.returning import FIRST_DUE, Bought, buy, staff
from tests.web.borrower_stand import Watch, signed_in
from tests.web.test_borrower_opened import unopened
from tests.web.test_borrower_pages import plain, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.borrower")]
LATE = FIRST_DUE + days(10)


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    watch = Watch(now=at(LATE))
    monkeypatch.setattr(clock, "now", lambda: watch.now)
    monkeypatch.setattr(clock, "today", lambda: watch.now.date())
    cache.clear()
    return watch


@pytest.fixture
def lin(watch: Watch) -> Bought:
    return buy()


@pytest.fixture
def browser(lin: Bought) -> Client:
    return signed_in(lin.borrower_id)


def asked(browser: Client, lin: Bought, **stated: Any) -> Case:
    """The form, sent."""
    case_id = uuid4()
    sent = {"case": case_id, "reason": "illness", "said": "住院", "monthly": "300", "pauses_debits": "on"} | stated
    answer = browser.post(f"/orders/{lin.order.order_id}/help", sent)
    assert (answer.status_code, answer["location"]) == (302, f"/help/{case_id}")
    return Case(bought=lin, id=case_id)


def sha256(page: str) -> str:
    [found] = re.findall(r'name="sha256" value="(\w+)"', page)
    return str(found)


def test_the_way_from_a_late_page_to_a_new_plan(browser: Client, lin: Bought, watch: Watch) -> None:
    order = text_of(browser.get(f"/orders/{lin.order.order_id}"))
    assert order.index("一时还不上？") < order.index("其中罚息"), "help comes before the penalty"
    form = plain(browser.get(f"/orders/{lin.order.order_id}/help"))
    assert "这期有困难？" in form and "不再催收" in form and "罚息在办好以前照常按天计" in form
    case = asked(browser, lin)
    with CaptureQueriesContext(connection) as made:
        answer = browser.get(f"/help/{case.id}")
    assert len(made) <= 15, [each["sql"][:120] for each in made]
    shown = plain(answer)
    assert "有人在看" not in shown, "the rules have answered"
    for words in ("缓几天，还清逾期", "逾期的摊到后面各期", "分得更久，每期少还", "不多花钱", "多还 ¥", "征信", "10月18日"):
        assert words in shown, words
    assert "最多的一期 ¥2" in shown, "no more than 300.00 where it is longer"
    assert "协商还款" in plain(browser.get(f"/orders/{lin.order.order_id}"))
    page = text_of(browser.get(f"/help/{case.id}/sign/longer"))
    answer = browser.post(f"/help/{case.id}/sign/longer", {"sha256": sha256(page)})
    assert answer.status_code == 422 and "请先勾选同意" in plain(answer)
    answer = browser.post(f"/help/{case.id}/sign/longer", {"sha256": sha256(page), "agree": "on"})
    assert answer.status_code == 302 and case.row().state == "accepted"
    again = browser.post(f"/help/{case.id}/sign/longer", {"sha256": sha256(page), "agree": "on"})
    assert again.status_code == 302, "the second tap"
    shown = text_of(browser.get(f"/help/{case.id}"))
    signed = f"/orders/{lin.order.order_id}/amendments/{case.row().amendment_id}"
    assert "已按新的约定还" in shown and signed in shown
    assert "协商还款协议" in plain(browser.get(signed))
    assert browser.get(f"{signed}.pdf")["content-type"] == "application/pdf"
    assert "一时还不上？" not in plain(browser.get(f"/orders/{lin.order.order_id}"))


def test_a_form_that_is_wrong_or_sent_twice(browser: Client, lin: Bought, watch: Watch) -> None:
    address = f"/orders/{lin.order.order_id}/help"
    wrong = browser.post(address, {"case": uuid4(), "reason": "", "monthly": "三百", "from_on": "2026-10-11"})
    told = plain(wrong)
    assert wrong.status_code == 422 and HardshipCase.objects.count() == 0
    assert all(words in told for words in ("请选择一个原因", "请填金额", "最早从明天算起"))
    case = asked(browser, lin)
    second = browser.post(address, {"case": uuid4(), "reason": "job"})
    assert second["location"] == f"/help/{case.id}" and HardshipCase.objects.count() == 1
    assert browser.get(address)["location"] == f"/help/{case.id}"


def test_figures_that_changed_are_shown_again(browser: Client, lin: Bought, watch: Watch) -> None:
    case = asked(browser, lin)
    seen = sha256(text_of(browser.get(f"/help/{case.id}/sign/spread")))
    watch.now = at(LATE + days(1))
    answer = browser.post(f"/help/{case.id}/sign/spread", {"sha256": seen, "agree": "on"})
    assert answer.status_code == 409 and "金额已经变了" in plain(answer) and sha256(text_of(answer)) != seen
    lin.pay(watch.now)
    answer = browser.post(f"/help/{case.id}/sign/spread", {"sha256": seen, "agree": "on"})
    assert answer.status_code == 409 and "这个方案现在没有了" in plain(answer)
    assert "下一期晚点还" in plain(answer) and case.row().state == "choosing"


def test_an_offer_a_no_and_a_question(browser: Client, lin: Bought, watch: Watch) -> None:
    clerk = staff()
    case = asked(browser, lin)
    assert browser.post(f"/help/{case.id}/otherwise", {"text": "明年一月起还"}).status_code == 302
    shown = plain(browser.get(f"/help/{case.id}"))
    assert "最晚 10月14日 答复" in shown and "等工作人员答复" in shown
    watch.now = at(LATE + days(5))
    helping.work(watch.now)
    assert "我们晚了，对不起" in plain(browser.get(f"/help/{case.id}"))
    assert "等工作人员答复 · 不算逾期" in plain(browser.get(f"/orders/{lin.order.order_id}"))
    acts.decline(**case.whose, reason="先还一期再谈", actor=clerk, now=watch.now)
    shown = plain(browser.get(f"/help/{case.id}"))
    assert "先还一期再谈" in shown and "我有疑问" in shown
    assert browser.post(f"/help/{case.id}/question", {"text": "真的没有"}).status_code == 302
    case.offer(Shape(kind="spread", waives_minor=50_000), staff(), watch.now, reason="免掉罚息")
    shown = plain(browser.get(f"/help/{case.id}"))
    assert "给你的方案：逾期的摊到后面各期" in shown and "免掉罚息" in shown and "减免罚息 ¥" in shown
    assert "减少的罚息" in shown
    page = text_of(browser.get(f"/help/{case.id}/sign/offer"))
    assert browser.post(f"/help/{case.id}/sign/offer", {"sha256": sha256(page), "agree": "on"}).status_code == 302
    assert case.row().state == "accepted"


def test_days_to_catch_up_say_until_when(browser: Client, lin: Bought, watch: Watch) -> None:
    case = asked(browser, lin)
    case.sign("catch_up", watch.now)
    signed = f"/orders/{lin.order.order_id}/amendments/{case.row().amendment_id}"
    assert "到 2026-10-18，不计逾期天数，不加罚息" in plain(browser.get(signed))
    shown = plain(browser.get(f"/orders/{lin.order.order_id}"))
    assert "协商好 10月18日前还清" in shown and "现在不用还" not in shown and "立即还款" in shown


def test_every_amount_opens_and_english_holds(browser: Client, lin: Bought, watch: Watch) -> None:
    case = asked(browser, lin)
    case.offer(Shape(kind="longer", instalments=15, on=LATE + days(20), waives_minor=100), staff(), watch.now)
    paths = [f"/help/{case.id}", *(f"/help/{case.id}/sign/{each}" for each in ("catch_up", "spread", "longer", "offer"))]
    assert not unopened(browser, *paths)
    english = signed_in(lin.borrower_id, language="en")
    for path in (*paths, f"/orders/{lin.order.order_id}", f"/orders/{lin.order.order_id}/help"):
        # The agreement is read in the language in which it is signed.
        shown = plain(english.get(path)).partition("Agreed repayment plan")[0]
        assert not re.search("协商|方案|罚息|还款|申请|签约", shown), path


def test_what_is_anothers_is_not_found_and_nothing_helps_what_is_over(browser: Client, lin: Bought, watch: Watch) -> None:
    case = asked(browser, lin)
    stranger = signed_in(buy(phone="+8613900008866", number="QH-2").borrower_id)
    for path in ("", "/sign/spread"):
        assert stranger.get(f"/help/{case.id}{path}").status_code == 404
    for path in ("/otherwise", "/withdraw", "/debits", "/question", "/sign/spread"):
        assert stranger.post(f"/help/{case.id}{path}", {"agree": "on"}).status_code == 404
    assert browser.get(f"/help/{case.id}/sign/nothing").status_code == 409
    assert browser.post(f"/help/{case.id}/debits", {"pauses": "no"}).status_code == 302
    assert not case.row().pauses_debits and "照常扣" in plain(browser.get(f"/help/{case.id}"))
    assert browser.post(f"/help/{case.id}/withdraw").status_code == 302
    assert "你撤回了" in plain(browser.get(f"/help/{case.id}"))
    lin.pay(watch.now, purpose="all")
    answer = browser.post(f"/orders/{lin.order.order_id}/help", {"case": uuid4(), "reason": "job"})
    assert answer.status_code == 409 and "没有要还的" in plain(answer)
