"""Another due day and a later instalment on the borrower's pages: what they cost stands there before anybody signs."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from anqi.actions import papers as certifying
from anqi.lending.models import Amendment, Fact
from tests import reserving
from tests.actions.test_payouts import bank
from tests.pdf_reading import words
from tests.planting import Planted, at, plant_borrower, plant_loan
from tests.web import opened_amounts, shown_sums
from tests.web.borrower_stand import Watch, signed_in
from tests.web.explained_loans import FIRST_DUE, STARTED
from tests.web.test_borrower_amounts import NAMES, watch
from tests.web.test_borrower_pages import chinese_in, pay, plain, text_of

__all__ = ["bank", "watch"]
pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.borrower")]
TODAY = date(2026, 9, 10)
NEW_DUE = date(2026, 10, 15)


@pytest.fixture
def lin(watch: Watch) -> Planted:
    """Twelve instalments from 30 September on; today is the 10th."""
    watch.now = at(TODAY)
    return plant_loan(starts_on=STARTED)


def page(who: Planted, path: str, **more: Any) -> Any:
    return signed_in(who.borrower_id, **more).get(f"/orders/{who.order_id}{path}")


def form_of(response: Any) -> dict[str, str]:
    """What the form that signs would send."""
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]+)">', text_of(response).split("name=\"meant\"")[0])
    return {name: value for name, value in fields if name != "csrfmiddlewaretoken"} | {"meant": "on"}


def sign(who: Planted, path: str) -> Any:
    visitor = signed_in(who.borrower_id)
    kind = path.split("?", maxsplit=1)[0]
    seen = visitor.get(f"/orders/{who.order_id}{path}")
    return visitor.post(f"/orders/{who.order_id}{kind}", form_of(seen))


def unexplained(response: Any) -> list[str]:
    shown = text_of(response)
    return [
        *(each.words for each in opened_amounts.shut(shown)),
        *(fault for rows in shown_sums.read(shown) for fault in shown_sums.faults(rows)),
    ]


def test_the_choices_stand_side_by_side_with_what_they_cost(
    lin: Planted, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    overview = plain(page(lin, ""))
    assert "改还款日 现在每月 31 日" in overview and "延期一期 下一期 9月30日，最多延 30 天" in overview
    choices = page(lin, "/due-day")
    # From 30 September to 15 October: fifteen days of 6000.00 at 12 % over 360.
    assert "每月 15 日 下一期 10月15日还 ¥563.09 +¥30.00" in plain(choices)
    assert "确认签署" not in plain(choices)
    visitor = signed_in(lin.borrower_id)
    for path in ("/due-day?day=15", "/later?to=2026-10-15"):
        with django_assert_max_num_queries(15):
            seen = visitor.get(f"/orders/{lin.order_id}{path}")
        told = plain(seen)
        assert (seen.status_code, unexplained(seen)) == (200, [])
        assert "多 15 天，本金 ¥6,000.00 × 年利率 12% × 15/360，四舍五入到分" in told.replace("\N{NO-BREAK SPACE}", " ")
        assert "1 9月30日 ¥533.09 10月15日 ¥563.09" in told
    assert "少 15 天，本金 ¥5,526.91 × 年利率 12% × 15/360" in told.replace("\N{NO-BREAK SPACE}", " ")
    for path in ("/due-day?day=15", "/later?to=2026-10-15", "/later"):
        assert chinese_in(page(lin, path, language="en"), names=NAMES) == []
    assert not Amendment.objects.exists()


def test_it_is_signed_once_kept_and_told(lin: Planted) -> None:
    visitor = signed_in(lin.borrower_id)
    form = form_of(visitor.get(f"/orders/{lin.order_id}/due-day?day=15"))
    signed = visitor.post(f"/orders/{lin.order_id}/due-day", form)
    again = visitor.post(f"/orders/{lin.order_id}/due-day", form)
    assert signed.status_code == 302 and signed.headers["Location"] == again.headers["Location"]
    kept = visitor.get(signed.headers["Location"])
    assert "已签署，马上生效" in plain(kept) and "以后各期的还款日改为每月 15 日，没有一期提前。" in plain(kept)
    assert "第 1 期：2026-10-15 还 563.09 元（变更前：2026-09-30 还 533.09 元）" in plain(kept)
    paper = visitor.get(f"{signed.headers['Location']}.pdf")
    assert paper.headers["Content-Type"] == "application/pdf"
    assert {"还款日变更协议", Amendment.objects.get().sha256} <= set(words(paper.content))
    assert "还款日变更协议 PDF 还款计划第 2 版" in plain(page(lin, "/papers"))
    course = plain(page(lin, ""))
    assert "还款日改为每月 15 日 9月10日" in course and "看变更文件" in course
    zhou = signed_in(plant_borrower("+8613900008866", now=at(TODAY)))
    assert zhou.get(signed.headers["Location"]).status_code == 404
    other = plant_loan(borrower_id=lin.borrower_id, starts_on=STARTED)
    amendment = Amendment.objects.get()
    assert visitor.get(f"/orders/{other.order_id}/amendments/{amendment.id}").status_code == 404
    assert visitor.get(f"/orders/{lin.order_id}/amendments/{uuid4()}.pdf").status_code == 404


def test_without_the_tick_or_with_another_content_nothing_is_signed(lin: Planted) -> None:
    visitor, address = signed_in(lin.borrower_id), f"/orders/{lin.order_id}/later"
    form = form_of(visitor.get(f"{address}?to=2026-10-15"))
    unmeant = visitor.post(address, {name: value for name, value in form.items() if name != "meant"})
    assert (unmeant.status_code, "请先勾选同意，再确认。" in plain(unmeant)) == (409, True)
    other = visitor.post(address, form | {"to": "2026-10-16"})
    assert (other.status_code, "内容有了变化，没有签署。" in plain(other)) == (409, True)
    # What is shown now can be signed.
    assert visitor.post(address, form_of(other)).status_code == 302
    assert Fact.objects.get(kind="deferral").body == {"n": 1, "to": "2026-10-16"}


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/due-day?day=31", "还款日请选每月 1–28 日，和现在的不同。"),
        ("/later?to=2026-10-29", "请选 10月1日到 10月28日之间、每月 1–28 日的一天。"),
    ],
)
def test_what_is_not_offered_is_told_with_what_is(lin: Planted, path: str, told: str) -> None:
    seen = page(lin, path)
    assert (seen.status_code, told in plain(seen), unexplained(seen)) == (422, True, [])
    assert page(lin, path.split("=", maxsplit=1)[0] + "=x").status_code == 200


def test_what_stands_in_the_way_is_told_with_what_mends_it(lin: Planted, watch: Watch) -> None:
    watch.now = at(FIRST_DUE)
    late = page(lin, "/due-day")
    assert "有 ¥533.09 已经到期，先还清，马上就可以来办。" in plain(late) and "去还款 ¥533.09" in plain(late)
    assert unexplained(late) == [] and "算一算" not in plain(late)
    pay(lin, FIRST_DUE)
    assert sign(lin, "/due-day?day=15").status_code == 302
    told = plain(page(lin, "/due-day"))
    assert "第 2 期的还款日已经改过一次，先还掉这一期再来办。" in told
    assert "不久前刚改过，2027年3月29日起可以再办。" in told
    pay(lin, FIRST_DUE, purpose="all")
    assert "没有可以改的" in plain(page(lin, "/later"))
    assert "延期一期" not in plain(page(lin, ""))


def test_bills_statement_another_day_and_certificate_hold_with_moved_dates(lin: Planted, watch: Watch) -> None:
    assert sign(lin, "/due-day?day=15").status_code == 302
    visitor = signed_in(lin.borrower_id)
    assert "2026年9月 0 笔 ¥0.00" in plain(visitor.get("/bills?month=2026-09"))
    october = visitor.get("/bills?month=2026-10")
    assert "10月15日" in plain(october) and "¥563.09" in plain(october) and unexplained(october) == []
    that_day = page(lin, "/any-day?on=2026-10-15")
    assert "¥563.09" in plain(that_day) and [fault for rows in shown_sums.read(text_of(that_day)) for fault in shown_sums.faults(rows)] == []
    watch.now = at(NEW_DUE)
    assert "今天应还 ¥563.09" in plain(page(lin, ""))
    pay(lin, NEW_DUE, purpose="all")
    for path in ("", "/statement"):
        seen = page(lin, path)
        assert (seen.status_code, [fault for rows in shown_sums.read(text_of(seen)) for fault in shown_sums.faults(rows)]) == (200, [])
    assert "还款日改为每月 15 日" in plain(page(lin, "/statement"))
    certified = certifying.certify(borrower_id=lin.borrower_id, loan_id=lin.loan_id, now=at(NEW_DUE))
    assert visitor.get(f"/me/certificates/{certified.id}.pdf").status_code == 200


@pytest.mark.usefixtures("bank")
def test_a_reserve_that_is_paid_back_at_once_is_deferred(watch: Watch) -> None:
    """1000.00 for thirty days at 14.6 %, by the day: 0.40 a day."""
    reserving.open_shelf()
    lin = reserving.welcome()
    watch.now = reserving.NOON
    loan = reserving.sign(reserving.apply(*lin, product="reserve-d30"))
    reserving.arrive(loan, paid_at=reserving.NOON)
    visitor: Client = signed_in(lin[0])
    order = f"/orders/{loan.order_id}"
    assert "改还款日" not in plain(visitor.get(order))
    seen = visitor.get(f"{order}/later?to=2027-01-03")
    assert (seen.status_code, unexplained(seen)) == (200, [])
    assert "多 10 天，本金 ¥1,000.00 × 年利率 14.6% × 10/365" in plain(seen).replace("\N{NO-BREAK SPACE}", " ")
    assert "这笔分期不能改每月的还款日" in plain(visitor.get(f"{order}/due-day"))
