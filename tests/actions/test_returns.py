"""Goods that come back: the plan is on hold at once, loses what came back as of that day, and what is freed goes home."""

from datetime import date, timedelta

import pytest

from anqi.actions import repayments
from anqi.actions.returns import paying_back
from anqi.lending import holding, merchant_orders, returning, unwinding
from anqi.lending.models import Fact, Hold, MerchantOrder, Return
from anqi.notices.models import Message, Webhook
from anqi.payments.channels.protocol import Closed, Failed
from anqi.payments.models import Outbox, Refund, Unapplied
from tests import purchasing
from tests import returning as scene
from tests.happening import happen
from tests.planting import Planted, at, days
from tests.returning import BOUGHT, FIRST_DUE, Bought, Till, assert_sound, booked, buy, work

pytestmark = pytest.mark.django_db
WHOLE = 600_000
# The principal of the first instalment, less two days of October: 5526.91 × 1 % × 2/31 = 3.57.
PAID_FREED = 47309 - 357
MINUTE = timedelta(minutes=1)


@pytest.fixture
def lin() -> Bought:
    return buy()


@pytest.fixture
def till(monkeypatch: pytest.MonkeyPatch) -> Till:
    return scene.till(monkeypatch)


def told() -> list[str]:
    return [each.template for each in Message.objects.order_by("id") if each.template.startswith(("return", "refund"))]


def events() -> list[str]:
    return [each.kind for each in Webhook.objects.order_by("id") if each.kind.startswith("return")]


def gone_back() -> list[tuple[str, int]]:
    return [(each.state, each.amount_minor) for each in Refund.objects.order_by("amount_minor")]


def test_the_plan_is_on_hold_from_the_request_on(lin: Bought) -> None:
    goods = lin.request(at(BOUGHT + days(10)))
    hold = Hold.objects.get()
    assert (hold.kind, hold.until, hold.ended_at) == ("return", BOUGHT + days(38), None)
    assert (goods.state, goods.amount_minor, goods.effect) == ("requested", WHOLE, None)
    assert holding.on(lin.held(), BOUGHT + days(10)) and not holding.on(lin.held(), BOUGHT + days(9))
    late = lin.standing(FIRST_DUE + days(20))
    assert (late.days_past_due, late.status, late.due_now_minor) == (0, "due", 53309)
    assert (events(), told()) == (["return.requested"], ["return_requested"])
    for day in (FIRST_DUE, FIRST_DUE + days(5), FIRST_DUE + days(40)):
        work(at(day))
        assert_sound(day)


def test_what_came_back_counts_from_the_day_of_the_request(lin: Bought) -> None:
    """Half of it back after ten days: 3000.00 × 1 % × 20/30 less in the first month, whenever the parcel comes."""
    goods = lin.accept(lin.request(at(BOUGHT + days(10)), 300_000), at(BOUGHT + days(25)))
    fact = Fact.objects.get(kind="return")
    assert (fact.id, fact.counts_on, fact.body) == (goods.id, BOUGHT + days(10), {"amount_minor": 300_000})
    first = lin.standing(BOUGHT + days(25)).instalments[0]
    assert first.interest_minor == 6000 - 2000
    done = unwinding.of(goods)
    assert done and (done.counts_on, done.amount_minor, done.back_minor) == (BOUGHT + days(10), 300_000, 0)
    assert done.remaining_before_minor - 300_000 - done.saved_minor == done.remaining_after_minor
    assert done.remaining_after_minor == lin.standing(BOUGHT + days(25)).remaining_minor
    assert not holding.on(lin.held(), BOUGHT + days(25))
    assert events() == ["return.requested", "return.completed"]
    assert booked("merchant_payable") == -300_000
    assert_sound(BOUGHT + days(25))


def test_all_in_one_call_settles_and_nothing_was_paid(lin: Bought, till: Till) -> None:
    goods = lin.request(at(BOUGHT), is_here=True)
    done = unwinding.of(goods)
    assert done and (done.settles, done.back_minor, done.remaining_after_minor) == (True, 0, 0)
    assert MerchantOrder.objects.get().state == "settled"
    work(at(BOUGHT))
    assert (gone_back(), booked("merchant_payable"), booked("receivable_principal")) == ([], 0, 0)
    assert [each.kind for each in Webhook.objects.order_by("id")][-3:] == [
        "return.requested", "order.settled", "return.completed",
    ]  # fmt: skip
    assert_sound(BOUGHT)


def test_a_whole_return_gives_back_what_was_paid_to_where_it_came_from_newest_first(lin: Bought, till: Till) -> None:
    lin.pay(at(FIRST_DUE), channel="alipay")
    lin.pay(at(FIRST_DUE + days(31)), channel="wechat")
    goods = lin.request(at(FIRST_DUE + days(35)), is_here=True)
    done = unwinding.of(goods)
    # Of 1066.18 that was paid, 60.00 and 55.27 were interest; four days of November are 50.49 × 4/30 = 6.73 more.
    assert done and done.settles and done.back_minor == 2 * 53309 - 6000 - 5527 - 673
    newest, oldest = Unapplied.objects.order_by("-amount_minor")
    assert (newest.payment.channel, newest.amount_minor, newest.reason) == ("wechat", 53309, "goods_returned")
    assert (oldest.payment.channel, oldest.amount_minor) == ("alipay", done.back_minor - 53309)
    work(at(FIRST_DUE + days(35)))
    assert gone_back() == [("succeeded", done.back_minor - 53309), ("succeeded", 53309)]
    assert [request.why for request in till.asked] == ["按期退回退货款"] * 2
    assert (booked("credit_balance"), booked("unapplied"), booked("refund_in_transit")) == (0, 0, 0)
    assert told() == ["return_completed_back", *["refund_begun_goods"] * 2, *["refund_done"] * 2]
    assert lin.standing(FIRST_DUE + days(35)).credit_minor == 0
    assert_sound(FIRST_DUE + days(35))
    work(at(FIRST_DUE + days(36)))
    assert len(till.asked) == 2


def test_a_return_after_settlement_goes_back_whole(lin: Bought, till: Till) -> None:
    lin.pay(at(FIRST_DUE), purpose="all")
    assert lin.standing(FIRST_DUE).status == "settled"
    goods = lin.accept(lin.request(at(FIRST_DUE + days(3)), 200_000), at(FIRST_DUE + days(4)))
    done = unwinding.of(goods)
    assert done and (done.back_minor, done.remaining_after_minor) == (200_000, 0)
    work(at(FIRST_DUE + days(4)))
    assert gone_back() == [("succeeded", 200_000)]
    again = lin.request(at(FIRST_DUE + days(5)), is_here=True)
    assert again.amount_minor == 400_000
    work(at(FIRST_DUE + days(5)))
    assert gone_back() == [("succeeded", 200_000), ("succeeded", 400_000)]
    assert_sound(FIRST_DUE + days(5))


def test_a_late_plan_stays_as_late_as_it_was(lin: Bought) -> None:
    late_on = FIRST_DUE + days(10)
    goods = lin.request(at(late_on), 500_000)
    late = lin.standing(late_on + days(9))
    assert (late.days_past_due, late.instalments[0].penalty_minor) == (10, 237), "473.09 × 0.0005 × 10"
    work(at(late_on + days(9)))
    assert_sound(late_on + days(9))
    lin.accept(goods, at(late_on + days(9)))
    assert lin.standing(late_on + days(9)).days_past_due == 10
    assert lin.standing(late_on + days(10)).days_past_due == 11
    work(at(late_on + days(12)))
    assert_sound(late_on + days(12))


def test_withdrawn_the_days_on_hold_stay_free(lin: Bought) -> None:
    late_on = FIRST_DUE + days(10)
    goods = lin.request(at(late_on))
    lin.withdraw(goods, at(late_on + days(7)))
    goods = Return.objects.get()
    assert (goods.state, Hold.objects.get().ended_why) == ("withdrawn", "withdrawn")
    assert lin.standing(late_on + days(7)).days_past_due == 10
    assert lin.standing(late_on + days(8)).days_past_due == 11
    assert lin.standing(late_on + days(8)).instalments[1].due_on == date(2026, 11, 1), "no date has moved"
    assert (events(), told()) == (
        ["return.requested", "return.withdrawn"], ["return_requested", "return_withdrawn"],
    )
    work(at(late_on + days(8)))
    assert_sound(late_on + days(8))
    assert lin.withdraw(goods, at(late_on + days(9))).decided_at == goods.decided_at
    with pytest.raises(returning.ReturnOver):
        lin.accept(goods, at(late_on + days(9)))


def test_never_more_than_was_shipped(lin: Bought) -> None:
    lin.request(at(BOUGHT), 200_000, is_here=True)
    second = lin.request(at(BOUGHT), 300_000)
    with pytest.raises(returning.MoreThanShipped) as refused:
        lin.request(at(BOUGHT), 100_001)
    assert refused.value.facts == {"left_minor": 100_000}
    third = lin.request(at(BOUGHT))
    assert third.amount_minor == 100_000
    with pytest.raises(returning.NothingShippedLeft):
        lin.request(at(BOUGHT))
    lin.withdraw(second, at(BOUGHT))
    assert holding.on(lin.held(), BOUGHT), "the third still holds it"
    assert lin.request(at(BOUGHT)).amount_minor == 300_000
    assert_sound(BOUGHT)


def test_two_part_returns_accepted_the_other_way_round(lin: Bought, till: Till) -> None:
    lin.pay(at(FIRST_DUE))
    first, second = lin.request(at(FIRST_DUE + days(1)), 100_000), lin.request(at(FIRST_DUE + days(5)), 200_000)
    lin.accept(second, at(FIRST_DUE + days(8)))
    assert holding.on(lin.held(), FIRST_DUE + days(8))
    lin.accept(first, at(FIRST_DUE + days(9)))
    assert not holding.on(lin.held(), FIRST_DUE + days(9))
    assert lin.standing(FIRST_DUE + days(9)).reduced.returned_minor == 300_000
    assert_sound(FIRST_DUE + days(9))


def test_again_with_the_same_key_and_again_accepted_change_nothing(lin: Bought) -> None:
    goods = lin.request(at(BOUGHT), 100_000, key="k")
    assert lin.request(at(BOUGHT + days(1)), 100_000, key="k") == goods
    with pytest.raises(merchant_orders.KeyReused):
        lin.request(at(BOUGHT + days(1)), 100_001, key="k")
    lin.accept(goods, at(BOUGHT + days(2)))
    done = lin.accept(goods, at(BOUGHT + days(3)))
    assert (done.state, done.decided_at) == ("completed", at(BOUGHT + days(2)))
    assert Fact.objects.filter(kind="return").count() == Hold.objects.count() == 1
    with pytest.raises(returning.ReturnOver):
        lin.withdraw(goods, at(BOUGHT + days(3)))


def test_before_shipping_it_is_a_cancellation(lin: Bought) -> None:
    borrower_id = purchasing.welcome("+8613800006022", now=at(BOUGHT))
    order = purchasing.opened(lin.shop, borrower_id, now=at(BOUGHT), number="QH-2")
    theirs = MerchantOrder.objects.get(id=order.theirs_id)
    waiting = Bought(shop=lin.shop, borrower_id=borrower_id, loan_id=lin.loan_id, order=theirs)
    with pytest.raises(returning.NotShipped):
        waiting.request(at(BOUGHT))
    purchasing.sign(order, now=at(BOUGHT))
    with pytest.raises(returning.NotShipped):
        waiting.request(at(BOUGHT))


def test_only_its_own_shop_and_only_what_was_bought(lin: Bought) -> None:
    other = purchasing.admit("other", now=at(BOUGHT))
    with pytest.raises(merchant_orders.NoSuchOrder):
        lin.request(at(BOUGHT), shop=other)
    with pytest.raises(returning.ItemsUnknown):
        lin.request(at(BOUGHT), items=({"title": "青禾 12", "quantity": 2},))
    with pytest.raises(returning.ItemsUnknown):
        lin.request(at(BOUGHT), items=({"title": "别的", "quantity": 1},))
    lin.request(at(BOUGHT), items=({"title": "青禾 12", "quantity": 1},))


def test_nothing_goes_back_while_a_charge_is_open_which_is_closed_first(lin: Bought, till: Till) -> None:
    lin.pay(at(FIRST_DUE))
    now = at(FIRST_DUE + days(2))
    charge = lin.open_charge(now, purpose="next")
    lin.request(now, is_here=True)
    assert Outbox.objects.filter(charge_id=charge.id, kind="close").count() == 1
    work(now)
    assert not Unapplied.objects.exists() and Return.objects.get().pays_back_at == now + MINUTE
    assert booked("credit_balance") < 0
    assert_sound(FIRST_DUE + days(2))
    repayments.learn(channel="alipay", key=charge.key, result=Closed(), learned_by="query", now=now)
    work(now + MINUTE)
    assert gone_back() == [("succeeded", PAID_FREED)]
    assert Return.objects.get().pays_back_at is None and booked("credit_balance") == 0
    assert_sound(FIRST_DUE + days(2))


def test_money_that_arrives_after_all_follows(lin: Bought, till: Till) -> None:
    lin.pay(at(FIRST_DUE))
    now = at(FIRST_DUE + days(2))
    charge = lin.open_charge(now, purpose="next")
    lin.request(now, is_here=True)
    scene.arrive(charge, now, now=now + MINUTE)
    for later in (MINUTE, timedelta(hours=13)):
        work(now + later)
    assert sum(amount_minor for _, amount_minor in gone_back()) == PAID_FREED + charge.amount_minor
    assert (booked("unapplied"), booked("credit_balance")) == (0, 0)
    assert_sound(FIRST_DUE + days(3))


def test_a_source_that_takes_nothing_back_is_a_case_for_people(lin: Bought, till: Till) -> None:
    lin.pay(at(FIRST_DUE))
    till.answer = Failed(reason="too_late", code="X")
    lin.request(at(FIRST_DUE + days(2)), is_here=True)
    work(at(FIRST_DUE + days(2)))
    case = Unapplied.objects.get()
    assert (case.left_minor, case.returns_at, case.closed_at) == (PAID_FREED, None, None)
    assert told()[-1] == "refund_failed"
    assert_sound(FIRST_DUE + days(2))


def test_what_bounced_is_no_source(lin: Bought, till: Till) -> None:
    """Of two payments the later one was taken back by its channel: only the first can be given back."""
    lin.pay(at(FIRST_DUE), purpose="next")
    lin.pay(at(FIRST_DUE + days(3)), purpose="next")
    who = Planted(
        borrower_id=lin.borrower_id, loan_id=lin.loan_id, order_id=lin.order.order_id, merchant_order_id=lin.order.id
    )
    last = max((fact for fact in lin.held().facts), key=lambda fact: (fact.on, fact.id))
    happen(who, "chargeback", FIRST_DUE + days(4), of=last.id)
    first, second = unwinding.paid(lin.held())
    assert first[1] == 0 and second[1] > 0


def test_pay_back_again_changes_nothing(lin: Bought, till: Till) -> None:
    lin.pay(at(FIRST_DUE))
    goods = lin.request(at(FIRST_DUE + days(2)), is_here=True)
    for _ in range(2):
        paying_back.pay_back(borrower_id=lin.borrower_id, return_id=goods.id, now=at(FIRST_DUE + days(2)))
    assert Unapplied.objects.count() == 1
