"""Several plans in one payment: what is chosen, what each gets, and what can't be paid with the others."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from anqi.actions import charges, repayments
from anqi.actions.charges import Wish
from anqi.actions.returns import holding
from anqi.lending import queries as lending
from anqi.lending.models import Hold, Lender, Loan
from anqi.payments.channels.protocol import Succeeded
from anqi.payments.models import Charge, ChargePart
from anqi.rows.ids import uuid7
from tests.actions.test_refunds import staff
from tests.planting import TERMS, Planted, at, days, plant_borrower, plant_loan
from tests.web import opened_amounts, shown_sums
from tests.web.borrower_stand import GATEWAY, Cashier, Watch, signed_in
from tests.web.test_borrower_pages import plain
from tests.web.test_borrower_paying import HTMX, cashier, text_of, watch

__all__ = ["cashier", "watch"]
pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.borrower")]

TODAY = date(2026, 9, 30)


@pytest.fixture
def plans(watch: Watch, cashier: Cashier) -> list[Planted]:
    """One due today, one late, one due next month; the late one presses most."""
    first = plant_loan(starts_on=date(2026, 8, 31))
    late = plant_loan(
        borrower_id=first.borrower_id, starts_on=date(2026, 8, 20), principal="1200.00", instalments=3
    )  # fmt: skip
    coming = plant_loan(borrower_id=first.borrower_id, starts_on=date(2026, 9, 20), principal="900.00", instalments=3)
    return [late, first, coming]


@pytest.fixture
def visitor(plans: list[Planted]) -> Client:
    return signed_in(plans[0].borrower_id)


def chosen(page: str) -> list[str]:
    return re.findall(r'name="order" value="([^"]+)" checked', page)


def listed(page: str) -> list[str]:
    return re.findall(r'name="order" value="([^"]+)"', page)


def fields_of(page: str, **changed: Any) -> dict[str, Any]:
    """The form as a browser sends it."""
    hidden = dict(re.findall(r'<input type="hidden" name="(attempt|quote)" value="([^"]+)"', page))
    whats = dict(re.findall(r'name="(what-[^"]+)" value="(\w+)" required checked', page))
    amounts = {
        found[1]: found[2] for found in re.finditer(r'<input[^>]*name="([^"]+-amount)" value="([^"]*)"', page)
    } | {found[2]: found[1] for found in re.finditer(r'<input[^>]*value="([^"]*)"[^>]*name="([^"]+-amount)"', page)}
    return {"order": chosen(page), "channel": "alipay", **whats, **amounts, **hidden, **changed}


def show(visitor: Client, asked: str = "month=1") -> str:
    return text_of(visitor.get(f"/pay?{asked}"))


def test_nothing_is_chosen_that_was_not_asked_for(visitor: Client, plans: list[Planted]) -> None:
    page = show(visitor, "")
    assert listed(page) == [str(each.order_id) for each in plans]
    assert (chosen(page), "还没有选" in page) == ([], True)
    stranger = plant_loan(starts_on=TODAY, borrower_id=plant_borrower("+8613800006999", now=at(TODAY)))
    assert chosen(show(visitor, f"order={plans[2].order_id}&order={stranger.order_id}")) == [str(plans[2].order_id)]
    page = show(visitor)
    assert chosen(page) == [str(each.order_id) for each in plans[:2]]
    assert "/pay?month=1" in text_of(visitor.get("/"))
    assert "/pay?month=1" in text_of(visitor.get("/bills"))
    assert f"/pay?order={plans[0].order_id}" in text_of(visitor.get(f"/orders/{plans[0].order_id}/pay"))


def test_what_falls_due_later_this_month_is_of_the_month(
    visitor: Client, plans: list[Planted], watch: Watch
) -> None:
    watch.now = at(date(2026, 10, 5))
    page = show(visitor)
    assert [each["what-" + str(plan.order_id)] for each in [fields_of(page)] for plan in plans] == ["next"] * 3


def test_what_each_gets_is_shown_with_before_and_after(visitor: Client, plans: list[Planted]) -> None:
    page = show(visitor, urlencode([("month", 1), (f"what-{plans[0].order_id}", "all")]))
    assert opened_amounts.shut(page) == []
    assert [fault for rows in shown_sums.read(page) for fault in shown_sums.faults(rows)] == []
    total = shown_sums.read(page)[-1][-1]
    [first, second] = [row.fen or 0 for row in shown_sums.read(page)[-1][:-1]]
    assert (total.fen, second) == (first + second, 53309)
    assert "剩余应还 ¥6,397.11，还后 ¥5,864.02" in page
    assert "全部结清" in page
    part = visitor.get("/pay/preview", {"order": str(plans[1].order_id)}, headers=HTMX)
    assert text_of(part).lstrip().startswith("<div")
    assert f'data-echo="order={plans[1].order_id}&amp;' in text_of(part)


def test_they_are_paid_by_one_charge_and_its_pages_show_the_split(
    visitor: Client, plans: list[Planted], watch: Watch, cashier: Cashier,
    django_assert_max_num_queries: Callable[..., Any],
) -> None:  # fmt: skip
    with django_assert_max_num_queries(15):
        form = visitor.get("/pay?month=1")
    fields = fields_of(text_of(form))
    sent = [visitor.post("/pay", fields) for _ in range(2)]
    charge = Charge.objects.get()
    assert [each.headers["Location"] for each in sent] == [f"{GATEWAY}/pay?out_trade_no={charge.key}"] * 2
    assert f"form-action 'self' {GATEWAY}" in form.headers["Content-Security-Policy"]
    parts = {part.loan_id: part.amount_minor for part in ChargePart.objects.all()}
    assert set(parts) == {each.loan_id for each in plans[:2]}
    # Another tab with the same choice goes on with it; another choice is told of it.
    again = fields_of(show(visitor, "month=1"))
    assert again["order"] == []
    assert "有一笔付款还没有完成" in show(visitor)
    same = fields | {"attempt": str(uuid7())}
    assert visitor.post("/pay", same).headers["Location"] == sent[0].headers["Location"]
    assert text_of(visitor.get("/")).count(f'href="/charges/{charge.id}"') == 1
    page = text_of(visitor.get(f"/charges/{charge.id}"))
    assert [f'href="/orders/{each.order_id}"' in page for each in plans] == [True, True, False]
    assert opened_amounts.shut(page) == []
    repayments.learn(
        channel="alipay", key=charge.key, learned_by="notice", now=watch.now,
        result=Succeeded(ref="T1", amount_minor=charge.amount_minor, paid_at=watch.now),
    )  # fmt: skip
    with django_assert_max_num_queries(15):
        page = plain(visitor.get(f"/charges/{charge.id}"))
    receipt = re.search(r'href="(/receipts/[^"]+)"', text_of(visitor.get(f"/charges/{charge.id}")))
    assert receipt
    assert [page.count("分到这一笔"), plain(visitor.get(receipt[1])).count("分到这一笔")] == [2, 2]
    assert [f'href="{receipt[1]}"' in text_of(visitor.get(f"/orders/{each.order_id}")) for each in plans[:2]] == [True] * 2


def test_another_choice_is_shown_before_it_is_paid(visitor: Client, plans: list[Planted]) -> None:
    fields = fields_of(show(visitor))
    changed = visitor.post("/pay", fields | {f"what-{plans[0].order_id}": "all"})
    assert changed.status_code == 409
    assert fields_of(text_of(changed))[f"what-{plans[0].order_id}"] == "all"
    assert visitor.post("/pay", fields | {"order": []}).status_code == 422
    assert visitor.post("/pay", fields | {"channel": "gold"}).status_code == 409
    assert not Charge.objects.exists()
    assert visitor.post("/pay", fields_of(text_of(changed))).status_code == 302


def test_one_that_cant_be_with_the_others_says_why(
    visitor: Client, plans: list[Planted], watch: Watch, cashier: Cashier
) -> None:
    before = fields_of(show(visitor))
    alone = charges.open(
        borrower_id=plans[0].borrower_id, wishes=[Wish(loan_id=plans[1].loan_id, purpose="due")], channel="alipay",
        how="wap", attempt="a", now=watch.now,
    )  # fmt: skip
    other = Lender.objects.create(
        id=uuid7(), code="other", name="另一家", kind="consumer_finance", limit_minor=2_000_000
    )
    Loan.objects.filter(id=plans[2].loan_id).update(lender_id=other.id)
    page = show(visitor)
    assert chosen(page) == [str(plans[0].order_id)]
    # What cannot be paid gets nothing either.
    assert len(shown_sums.read(page)[-1]) == 2
    assert f'href="/charges/{alone.id}"' in page
    assert f'href="/pay?order={plans[2].order_id}"' in page
    # The other lender's plan, asked for by its link, is the one that can be paid.
    assert listed(show(visitor, f"order={plans[2].order_id}")) == [str(plans[2].order_id)]
    told = visitor.post("/pay", before)
    assert (told.status_code, "还有一笔付款没有完成" in text_of(told)) == (409, True)
    holding.open(
        borrower_id=plans[0].borrower_id, loan_id=plans[0].loan_id, hold_id=uuid7(), kind=Hold.Kind.DISPUTE,
        until=TODAY + days(9), reason="有争议", actor=staff(), now=watch.now,
    )  # fmt: skip
    assert listed(show(visitor, "")) == [str(plans[2].order_id)]
    Charge.objects.filter(id=alone.id).update(mandate_id=uuid7())
    page = plain(visitor.get("/pay"))
    assert "自动扣款处理中" in page and "暂停还款至 10月9日" in page
    # No agreement stands behind it.
    Charge.objects.update(mandate_id=None)
    assert Charge.objects.count() == 1


# One amount over several


def test_one_amount_is_spread_in_the_laws_order_and_may_be_changed(
    visitor: Client, plans: list[Planted], watch: Watch
) -> None:
    dear = plant_loan(
        borrower_id=plans[0].borrower_id, starts_on=date(2026, 8, 31), principal="1200.00", instalments=3,
        terms=TERMS | {"annual_rate": "0.18"},
    )  # fmt: skip
    page = show(visitor, "total=1000")
    # 411.98 at 18 % first, then 410.01 that is late, and what is left on what is due today; nothing on what is to come.
    assert chosen(page) == [str(each.order_id) for each in (plans[0], plans[1], dear)]
    fields = fields_of(page)
    whats = [fields[f"what-{each.order_id}"] for each in (dear, plans[0], plans[1])]
    left_minor = 100_000 - sum(due_minor(each) for each in (dear, plans[0]))
    assert whats == ["due", "due", "own"]
    assert fields[f"{plans[1].order_id}-amount"] == f"{left_minor // 100}.{left_minor % 100:02}"
    assert [word in page for word in ("年化成本高的先还", "到期早的先还", "已经到期的先还", "担保少的先还")] == [True] * 3 + [False]
    assert opened_amounts.shut(page) == []
    assert [fault for rows in shown_sums.read(page) for fault in shown_sums.faults(rows)] == []
    # Another amount of one of them is the borrower's to choose.
    changed = visitor.post("/pay", fields | {f"{plans[1].order_id}-amount": "1.00"})
    assert changed.status_code == 409
    assert visitor.post("/pay", fields_of(text_of(changed))).status_code == 302
    parts = {part.loan_id: part.amount_minor for part in ChargePart.objects.all()}
    assert parts == {
        dear.loan_id: due_minor(dear), plans[0].loan_id: due_minor(plans[0]),
        plans[1].loan_id: 100,
    }  # fmt: skip


def due_minor(who: Planted) -> int:
    """What is due of this plan today, as its pay page says."""
    view = lending.order(who.borrower_id, who.order_id, today=TODAY)
    assert view and view.loan and view.loan.standing
    return view.loan.standing.due_now_minor


def test_an_amount_that_cant_be_spread_says_so(visitor: Client, plans: list[Planted]) -> None:
    page = show(visitor, "total=99999")
    assert "没有可还的，没有分进去" in page and len(chosen(page)) == 3
    assert [fields_of(page)[f"what-{each.order_id}"] for each in plans] == ["all"] * 3
    for nothing in ("", "abc", "-5"):
        page = show(visitor, f"total={nothing}")
        assert ("金额请写数字" in page, chosen(page)) == (True, [])
    own = {"order": str(plans[0].order_id), f"what-{plans[0].order_id}": "own", f"{plans[0].order_id}-amount": "9999"}
    page = show(visitor, urlencode(own))
    assert "今天最少还" in page and 'data-st="refused"' in page
    assert visitor.post("/pay", fields_of(page)).status_code == 422
