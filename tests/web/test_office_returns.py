"""Goods that come back and plans on hold, at the desk: lanes, who may do what, and the second person."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from anqi import clock
from anqi.actions.returns import holding as hold_acts
from anqi.lending import holding
from anqi.lending.models import Fact, Hold, Return
from anqi.notices.models import Webhook
from anqi.people import authority
from anqi.people.models import StaffAct
from anqi.rows.ids import uuid7
from anqi.web.office import queue
from tests.planting import at, days
from tests.returning import Bought, assert_sound, buy, staff
from tests.web.test_office_doors import TODAY, desk, desk_of, hire, set_clock

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.office")]


@pytest.fixture(autouse=True)
def today(settings: Any, tmp_path: Path) -> None:
    set_clock(settings, tmp_path)


@pytest.fixture
def lin() -> Bought:
    return buy(now=at(date(2026, 10, 1)))


def url(lin: Bought) -> str:
    return f"/borrowers/{lin.borrower_id}/loans/{lin.loan_id}/holds"


def step(lin: Bought, verb: str, client: Client, **stated: Any) -> Any:
    hold = Hold.objects.get()
    return client.post(f"/borrowers/{lin.borrower_id}/holds/{hold.id}/{verb}", {"reason": "商户已失联"} | stated)


def hold(lin: Bought, client: Client, *, until: date = TODAY + days(20), kind: str = "merchant_gone") -> Any:
    stated = {"hold_id": uuid7(), "kind": kind, "until": until.isoformat(), "reason": "店铺关闭，电话打不通"}
    return client.post(url(lin), stated)


def counts() -> dict[str, int]:
    """How many wait, in the lanes of this file."""
    slugs = ("holds", "holds-over", "holds-asked", "returns-asked")
    return {lane.slug: lane.count for lane in queue.lanes(clock.now()) if lane.count and lane.slug in slugs}


def test_a_return_stands_in_the_queue_with_what_it_would_do(lin: Bought) -> None:
    lin.request(clock.now(), 300_000)
    assert counts() == {"holds": 1}
    client = desk()
    assert "等商户收货或撤回" in client.get("/queue/holds").content.decode()
    page = client.get(url(lin)).content.decode()
    for words in ("退货处理中", "七天无理由", "今天入账会怎样", "退回的商品", "¥3,000.00", "退货后还要还"):
        assert words in page
    assert "退货处理中" in client.get(url(lin).removesuffix("/holds")).content.decode()
    assert StaffAct.objects.filter(verb="view_holds").exists()


def test_what_it_did_stays_to_be_seen(lin: Bought) -> None:
    lin.accept(lin.request(clock.now(), 300_000), clock.now())
    assert counts() == {}
    page = desk().get(url(lin)).content.decode()
    assert "对还款计划做了什么" in page and "退货已入账" in page


def test_staff_hold_a_plan_with_a_reason_and_a_day(lin: Bought) -> None:
    client = desk()
    assert hold(lin, client, until=TODAY).status_code == 409
    assert client.post(url(lin), {"hold_id": uuid7(), "kind": "dispute", "until": "2026-11-01"}).status_code == 422
    assert not Hold.objects.exists()
    assert hold(lin, client).status_code == 302
    assert holding.on(lin.held(), TODAY)
    assert (Hold.objects.get().until, StaffAct.objects.filter(verb="open_hold").count()) == (TODAY + days(20), 1)
    assert_sound(TODAY)
    assert step(lin, "end", client).status_code == 302
    assert not holding.on(lin.held(), TODAY)
    assert step(lin, "end", client).status_code == 409
    assert_sound(TODAY)


def test_longer_than_thirty_days_needs_a_second_person(lin: Bought) -> None:
    clerk, boss = hire(), hire("supervisor", "王复核")
    assert hold(lin, desk_of(clerk), until=TODAY + days(60)).status_code == 302
    held = Hold.objects.get()
    assert (held.until, held.asked_until) == (TODAY + days(30), TODAY + days(60))
    assert counts() == {"holds": 1, "holds-asked": 1}
    assert step(lin, "prolong", desk_of(clerk), until=(TODAY + days(70)).isoformat()).status_code == 409
    assert step(lin, "approve", desk_of(clerk)).status_code in (403, 409)
    assert Hold.objects.get().until == TODAY + days(30)
    assert step(lin, "approve", desk_of(boss)).status_code == 302
    assert (Hold.objects.get().until, counts()) == (TODAY + days(60), {"holds": 1})
    assert step(lin, "prolong", desk_of(boss), until=(TODAY + days(90)).isoformat()).status_code == 302
    assert step(lin, "approve", desk_of(boss)).status_code == 409, "nobody approves what they asked for"
    assert step(lin, "refuse", desk_of(boss)).status_code == 302
    assert step(lin, "approve", desk_of(hire("supervisor"))).status_code == 409, "nothing is asked any more"
    assert Hold.objects.get().until == TODAY + days(60)


def test_within_thirty_days_one_person_prolongs(lin: Bought) -> None:
    client = desk()
    hold(lin, client, until=TODAY + days(5))
    assert step(lin, "prolong", client, until=(TODAY + days(30)).isoformat()).status_code == 302
    assert Hold.objects.get().until == TODAY + days(30)


def test_a_hold_whose_day_is_over_goes_on_and_people_are_reminded(lin: Bought) -> None:
    opened_at = at(date(2026, 10, 2))
    hold_acts.open(
        borrower_id=lin.borrower_id, loan_id=lin.loan_id, hold_id=uuid4(), kind=Hold.Kind.DISPUTE,
        until=date(2026, 10, 14), reason="货不对板", actor=staff(), now=opened_at,
    )  # fmt: skip
    assert counts() == {"holds": 1, "holds-over": 1}
    assert holding.on(lin.held(), TODAY)
    assert "已经过了" in desk().get(url(lin)).content.decode()
    assert [lane.oldest_on for lane in queue.lanes(clock.now()) if lane.slug == "holds-over"] == [date(2026, 10, 14)]
    over = (TODAY - date(2026, 10, 14)).days
    for lane in ("holds-over", "holds"):
        assert f"2026年10月14日（已过 {over} 天）" in desk().get(f"/queue/{lane}").content.decode()


def test_a_small_return_is_taken_in_the_merchants_place_by_one_person(lin: Bought) -> None:
    client = desk()
    hold(lin, client)
    assert step(lin, "accept", client, amount_minor="500.00").status_code == 302
    goods = Return.objects.get()
    assert (goods.state, goods.amount_minor) == ("completed", authority.ALONE_MINOR)
    assert Fact.objects.get(kind="return").counts_on == TODAY
    assert Webhook.objects.order_by("id").last().kind == "return.completed"
    assert_sound(TODAY)
    hold(lin, client)
    again = Hold.objects.get(ended_at=None)
    answer = client.post(
        f"/borrowers/{lin.borrower_id}/holds/{again.id}/accept", {"reason": "又一件", "amount_minor": "0.01"}
    )
    assert (answer.status_code, Return.objects.filter(state="requested").count()) == (302, 1), "slices need somebody too"


def test_a_large_one_needs_a_second_person(lin: Bought) -> None:
    clerk, boss = hire(), hire("supervisor", "王复核")
    hold(lin, desk_of(clerk))
    assert step(lin, "accept", desk_of(clerk), amount_minor="").status_code == 302
    assert (Return.objects.get().state, Return.objects.get().amount_minor) == ("requested", 600_000)
    assert counts() == {"holds": 1, "returns-asked": 1}
    assert step(lin, "accept", desk_of(clerk)).status_code == 409
    assert step(lin, "approve-return", desk_of(clerk)).status_code in (403, 409)
    assert step(lin, "refuse-return", desk_of(boss)).status_code == 302
    assert counts() == {"holds": 1}
    assert step(lin, "approve-return", desk_of(boss)).status_code == 409
    assert step(lin, "accept", desk_of(clerk)).status_code == 302
    page = desk_of(boss).get(url(lin)).content.decode()
    assert "同意，退货入账" in page
    assert step(lin, "approve-return", desk_of(boss)).status_code == 302
    assert (Return.objects.get().state, counts()) == ("completed", {})
    # Fourteen days of October: 6000.00 × 1 % × 14/31.
    left = lin.standing(TODAY)
    assert (left.outstanding_principal_minor, left.remaining_minor) == (0, 2710)
    assert_sound(TODAY)


def test_ending_a_hold_refuses_its_return_and_tells_the_merchant(lin: Bought) -> None:
    lin.request(clock.now() - timedelta(days=3), 300_000)
    assert step(lin, "end", desk()).status_code == 302
    assert (Return.objects.get().state, Webhook.objects.order_by("id").last().kind) == ("refused", "return.refused")
    assert counts() == {}
    assert_sound(TODAY)


@pytest.mark.parametrize("verb", ["prolong", "end", "accept", "approve", "refuse", "approve-return", "refuse-return"])
def test_an_auditor_only_looks(lin: Bought, verb: str) -> None:
    lin.request(clock.now(), 300_000)
    client = desk("auditor")
    assert client.get(url(lin)).status_code == 200
    assert step(lin, verb, client, until="2026-12-31").status_code == 403
    assert hold(lin, client).status_code in (403, 409)
    assert Hold.objects.get().ended_at is None and Return.objects.get().state == "requested"


def test_what_is_not_there_is_not_found(lin: Bought) -> None:
    lin.request(clock.now(), 300_000)
    client = desk()
    assert client.get(f"/borrowers/{uuid4()}/loans/{lin.loan_id}/holds").status_code == 404
    assert step(lin, "unknown", client).status_code == 404
    assert client.post(f"/borrowers/{lin.borrower_id}/holds/{uuid4()}/end", {"reason": "x"}).status_code == 404
