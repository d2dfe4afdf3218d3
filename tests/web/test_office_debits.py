"""Auto-debits at the desk: what was taken on a day, what was not and why, tried again or stopped with a reason."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from anqi import clock
from anqi.actions import mandates
from anqi.payments import debit_inspection as inspection
from anqi.payments import reasons
from anqi.payments.channels.protocol import Accepted, Failed, Unknown
from anqi.payments.models import Charge, DebitNotice, DebitPlan, Mandate
from anqi.people.models import StaffAct
from anqi.rows.days import SHANGHAI
from anqi.web.office import debit_words, queue, queue_kinds, wording
from tests.actions.debit_days import do_what_is_due, live
from tests.actions.test_autodebits import AMOUNT, DAY, DUE, SIGNED, Street, hour, no, street
from tests.planting import plant_borrower
from tests.web.test_office_doors import desk

__all__ = ["street"]
pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.office")]
NOON = hour(DUE, 12)


@pytest.fixture(autouse=True)
def due_day(settings: Any, tmp_path: Path) -> None:
    """The clock goes on from noon of the due day."""
    stand_at(settings, tmp_path, NOON)


def stand_at(settings: Any, folder: Path, at: datetime) -> None:
    file = folder / "clock"
    file.write_text(str(round((at - datetime.now(SHANGHAI)).total_seconds())))
    settings.ANQI_CLOCK_FILE = str(file)
    cache.clear()


def url(plan: DebitPlan, act: str = "") -> str:
    return f"/borrowers/{plan.borrower_id}/debits/{plan.id}{act and f'/{act}'}"


def counts() -> dict[str, int]:
    cache.clear()
    return {lane.slug: lane.count for lane in queue.lanes(clock.now()) if lane.count and "debit" in lane.slug}


def read(address: str, role: str = "clerk") -> str:
    answer = desk(role).get(address)
    assert answer.status_code == 200, address
    return answer.content.decode().replace("<wbr>", "")


def test_a_day_is_summed_by_channel_state_and_reason_and_leads_to_each_debit(street: Street) -> None:
    street.bind("alipay")
    street.bind_card()
    street.alipay.fate = no("balance")
    live(SIGNED, hour(DUE, 9, 35))
    page = read("/debits/")
    for told in ("支付宝", "没有扣成", "余额不足", "付款人的原因", "银行卡", "扣款中", "¥533.09", "还没有结果"):
        assert told in page
    [plan] = street.plans
    assert page.count(url(plan)) == 2
    assert street.debits[0].key in page
    assert "这一天没有扣款" in read("/debits/?on=2026-10-08")
    assert read("/debits/?on=2026-10-09", "auditor") != ""


def test_tallies_count_and_sum_what_stands_alike(street: Street) -> None:
    street.alipay.fate = no("balance")
    street.bind("alipay")
    live(SIGNED, hour(DUE, 16))
    [tally] = inspection.tallies(DUE)
    assert (tally.count, tally.amount_minor, tally.reason) == (2, 2 * AMOUNT, "balance")


def test_a_plan_shows_its_sources_and_every_try_with_its_reason(street: Street) -> None:
    street.bind("wechat")
    street.bind("alipay")
    street.wechat.fate = no("bank_closed")
    live(SIGNED, hour(DUE, 9, 35))
    page = read(url(street.plans[0]))
    assert "微信支付" in page
    for told in ("银行维护中", "渠道的原因", "渠道已受理，会告诉付款人", "¥590.00", "138****6021", "渠道称失败", "提交扣款"):
        assert told in page
    assert "有一笔扣款还没有结果" in page
    assert "再扣一次</button>" not in page
    act = StaffAct.objects.get(verb="view_debits")
    assert act.object_id == street.plans[0].id


def test_an_excuse_shows_its_evidence(street: Street) -> None:
    street.bind("alipay")
    street.alipay.fate = no("bank_closed")
    live(SIGNED, hour(DUE, 9, 35))
    page = read(url(street.plans[0]))
    assert "不算逾期" in page
    assert f"debits {street.debits[0].key}" in page
    assert "现在不算逾期" in read("/debits/")


def test_it_is_tried_again_with_a_reason_only(street: Street) -> None:
    street.bind("alipay")
    street.alipay.fate = no("balance")
    live(SIGNED, hour(DUE, 9, 40))
    plan, client = street.plans[0], desk()
    refused = client.post(url(plan, "retry"), {"reason": ""})
    assert (refused.status_code, "请写明理由" in refused.content.decode()) == (409, True)
    assert client.post(url(plan, "retry"), {"reason": "已存钱"}).status_code == 302
    street.alipay.fate = lambda request: Accepted()
    do_what_is_due(clock.now() + timedelta(seconds=1))
    assert len(street.debits) == 2
    act = StaffAct.objects.get(verb="retry_debit")
    assert (act.object_id, act.reason) == (plan.id, "已存钱")
    again = client.post(url(plan, "retry"), {"reason": "再来"})
    assert (again.status_code, "否则可能扣两次" in again.content.decode()) == (409, True)
    halt = client.post(url(plan, "stop"), {"reason": "算了"})
    assert (halt.status_code, "否则可能扣两次" in halt.content.decode()) == (409, True)


def test_it_is_stopped_with_a_reason_only_and_once(street: Street) -> None:
    street.bind("alipay")
    live(SIGNED, hour(DUE, 9, 29))
    plan, client = street.plans[0], desk()
    assert client.post(url(plan, "stop"), {"reason": ""}).status_code == 409
    assert client.post(url(plan, "stop"), {"reason": "借款人来电"}).status_code == 302
    do_what_is_due(clock.now() + timedelta(seconds=1))
    assert street.debits == []
    assert StaffAct.objects.get(verb="stop_debit").reason == "借款人来电"
    page = read(url(plan))
    assert ("已停止" in page, "停止</button>" in page) == (True, False)
    over = client.post(url(plan, "retry"), {"reason": "还是扣"})
    assert (over.status_code, "已经结束" in over.content.decode()) == (409, True)


def test_auditors_only_read_and_somebody_elses_is_not_found(street: Street) -> None:
    street.bind("alipay")
    live(SIGNED, hour(DUE, 9, 29))
    plan, auditor = street.plans[0], desk("auditor")
    page = auditor.get(url(plan)).content.decode()
    assert "停止</button>" not in page
    for act in ("retry", "stop"):
        assert auditor.post(url(plan, act), {"reason": "x"}).status_code == 403
    other = plant_borrower("+8613900000001", now=clock.now())
    for act in ("", "/retry", "/stop"):
        address = f"/borrowers/{other}/debits/{plan.id}{act}"
        answer = desk().post(address, {"reason": "x"}) if act else desk().get(address)
        assert answer.status_code == 404


def test_a_debit_without_an_end_is_in_the_queue_after_two_hours_and_in_one_lane(
    street: Street, settings: Any, tmp_path: Path
) -> None:
    street.bind("alipay")
    street.alipay.fate = lambda request: Unknown(cause="timeout")
    live(SIGNED, hour(DUE, 10, 15))
    stand_at(settings, tmp_path, hour(DUE, 11, 29))
    assert counts() == {}
    stand_at(settings, tmp_path, hour(DUE, 11, 31))
    assert counts() == {"debits": 1}
    assert url(street.plans[0]) in read("/queue/debits")
    assert not [lane for lane in queue.lanes(clock.now()) if lane.slug == "charges" and lane.count]


@pytest.mark.parametrize(("reason", "waits"), [("bank_closed", True), ("merchant_limit", True), ("balance", False)])
def test_what_was_given_up_for_no_doing_of_the_payers_waits_for_somebody(
    street: Street, settings: Any, tmp_path: Path, reason: str, waits: bool
) -> None:
    street.bind("alipay")
    street.alipay.fate = no(reason)
    live(SIGNED, hour(DUE + 7 * DAY, 12))
    stand_at(settings, tmp_path, hour(DUE + 7 * DAY, 12))
    plan = street.plans[0]
    assert plan.state == DebitPlan.State.GIVEN_UP
    assert counts() == ({"debit-plans": 1} if waits else {})
    assert (url(plan) in read("/queue/debit-plans")) == waits
    assert plan.ended_at
    assert url(plan) in read(f"/debits/?on={plan.ended_at.astimezone(SHANGHAI).date()}")
    if waits:
        done = desk().post(f"/queue/debit-plans/{plan.id}/done", {"reason": "渠道已修好"})
        assert done.status_code == 302
        assert counts() == {}


@pytest.mark.parametrize(("reason", "waits"), [("no_rights", True), ("mandate_ended", False)])
def test_an_announcement_that_the_channel_refuses_waits_for_somebody(
    street: Street, reason: str, waits: bool
) -> None:
    street.bind("wechat")
    street.wechat.told = Failed(reason=reason, code="X")
    live(SIGNED, hour(DUE - DAY, 12))
    notice = DebitNotice.objects.get()
    assert counts() == ({"debit-notices": 1} if waits else {})
    assert (url(street.plans[0]) in read("/queue/debit-notices")) == waits
    assert notice.key in read(f"/debits/?on={notice.created_at.astimezone(SHANGHAI).date()}")


def test_an_agreement_that_the_other_side_ended_is_listed_and_one_of_ours_is_not(street: Street) -> None:
    street.bind("alipay")
    street.bind("wechat")
    mine, theirs = Mandate.objects.order_by("rank")
    mandates.end(borrower_id=mine.borrower_id, mandate_id=mine.id, now=hour(DUE, 8))
    street.wechat.found = Failed(reason="ended_by_payer", code="X")
    mandates.inquire(borrower_id=theirs.borrower_id, mandate_id=theirs.id, now=hour(DUE, 8))
    page = read("/debits/")
    assert ("付款人在渠道解除" in page, "借款人在我们这里关闭" in page) == (True, False)
    loan = read(f"/borrowers/{theirs.borrower_id}/loans/{theirs.loan_id}")
    assert ("付款人在渠道解除" in loan, "借款人在我们这里关闭" in loan) == (True, True)


def test_the_loan_s_page_leads_to_its_plans(street: Street) -> None:
    street.bind("alipay")
    plan = street.plans[0]
    page = read(f"/borrowers/{plan.borrower_id}/loans/{plan.loan_id}")
    assert ("自动扣款授权" in page, url(plan) in page) == (True, True)


def test_the_queue_stays_one_statement(street: Street, django_assert_max_num_queries: Any) -> None:
    cache.clear()
    queue.compare(clock.now())
    # One for each kind of what somebody has dealt with, the one union, and the comparison that is kept for a minute.
    dealt_with = sum(kind.may_be_dealt_with for kind in queue_kinds.KINDS)
    with django_assert_max_num_queries(dealt_with + 2):
        queue.lanes(clock.now())


def test_staff_have_words_for_every_reason_state_and_end() -> None:
    assert set(reasons.known()) == set(debit_words.DEBIT_REASONS)
    assert {*Charge.State.values} == set(debit_words.DEBITS)
    assert {*DebitPlan.State.values} == set(debit_words.PLANS)
    assert {*Mandate.State.values} == set(debit_words.MANDATES)
    assert {*DebitNotice.State.values} == set(debit_words.NOTICES)
    assert {reasons.of(word).whose for word in reasons.known()} == set(debit_words.WHOSE)
    assert "debit_failed" in wording.HOLDS
