"""From the cart to the parcel, with a lender that answers, late, twice or never."""

import json
from pathlib import Path

import pytest
from mall_lender import Lender
from mall_town import Street, Town, open_town

from mall.plans import Plan

CREATE = "POST /v1/orders"


def test_whole_purchase(town: Town) -> None:
    buyer = town.browser().put_into_cart("qinghe-12").log_in()
    buyer.open("/checkout")
    shown = buyer.text()
    for figure in (
        "3 期", "6 期", "12 期", "0 利息", "¥4,608.52", "¥384.04", "13.03%", "13.84%", "费用 ¥309.52",
    ):
        assert figure in shown
    assert " checked" not in buyer.page

    buyer.check_out("p12")
    order, remote = town.order(), town.lender.numbered(town.order().number)
    assert buyer.path == f"/orders/{order.number}/sign"
    assert f'content="0;url={remote["confirm_url"]}"' in buyer.page
    asked = json.loads(town.lender.posts("/orders")[0].content)
    assert asked["return_url"] == f"http://mall.test/orders/{order.number}"
    assert "杭州" not in json.dumps(asked, ensure_ascii=False)

    buyer.open(f"/orders/{order.number}")
    assert "待签约" in buyer.text() and "继续去按期签约" in buyer.text() and "取消订单" in buyer.text()

    town.lender.sign(order.number)
    assert town.notify("order.confirmed") == 204
    assert town.order().state == "confirmed"
    assert "已签约，待发货" in buyer.open(f"/orders/{order.number}").text()

    keeper = town.shopkeeper().open(f"/shop/orders/{order.number}")
    keeper.press(f"/shop/orders/{order.number}/ship", tracking_number="SF1234567890")
    assert town.lender.numbered(order.number)["state"] == "shipped"
    assert json.loads(town.lender.posts("/ship")[0].content) == {"tracking_number": "SF1234567890"}
    assert "SF1234567890" in buyer.open(f"/orders/{order.number}").text()

    assert town.notify("order.settled", webhook_id="msg_2") == 204
    assert "已完成" in buyer.open("/orders").text()
    assert [call.state for call in town.calls()] == ["done", "done"]


def test_return_without_webhook_is_found_by_asking(town: Town) -> None:
    buyer = town.buyer().put_into_cart("yunque-5").check_out("p6")
    town.lender.sign(town.order().number)
    buyer.open(f"/orders/{town.order().number}")
    assert "已签约，待发货" in buyer.text() and not town.webhooks()


def test_lost_answer_is_repeated_with_the_same_key_and_body(town: Town) -> None:
    town.lender.fail(CREATE, "lost_after")
    town.buyer().put_into_cart("yunque-5").check_out("p6")
    first, second = town.lender.posts("/orders")
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]
    assert first.content == second.content
    assert len(town.lender.orders) == 1 and town.order().state == "created"


@pytest.mark.parametrize("fault", ["lost_before", "lost_after", "http_503", "in_progress"])
def test_unknown_order_is_taken_up_again_with_its_key(town: Town, fault: str) -> None:
    town.lender.fail(CREATE, fault, times=2)
    town.lender.fail("GET /v1/orders", "http_503")
    buyer = town.buyer().put_into_cart("yunque-5").check_out("p6")
    number = town.order().number
    assert buyer.path == f"/orders/{number}" and "等待按期回应" in buyer.text()
    assert "购物车还是空的" in town.buyer().open("/cart").text()
    if "再问一次按期" not in buyer.open(f"/orders/{number}").text():
        assert fault == "lost_after"  # Found by its number.
    else:
        buyer.press(f"/orders/{number}/again")
    assert "待签约" in buyer.open(f"/orders/{number}").text()
    assert len({post.headers["Idempotency-Key"] for post in town.lender.posts("/orders")}) == 1
    assert len(town.lender.orders) == 1


def test_unknown_order_survives_a_restart(street: Street, tmp_path: Path) -> None:
    lender = Lender()
    lender.fail(CREATE, "lost_before", times=2)
    with open_town(street, tmp_path, lender) as town:
        town.buyer().put_into_cart("yunque-5").check_out("p6")
    with open_town(street, tmp_path, lender) as town:
        number = town.order().number
        town.buyer().open(f"/orders/{number}").press(f"/orders/{number}/again")
        assert town.order().state == "created"
    assert len({post.headers["Idempotency-Key"] for post in lender.posts("/orders")}) == 1


def test_webhook_settles_an_unknown_order(town: Town) -> None:
    town.lender.fail(CREATE, "lost_after", times=2)
    town.lender.fail("GET /v1/orders", "lost_before", times=9)
    town.buyer().put_into_cart("yunque-5").check_out("p6")
    assert town.order().state == "submitted"
    assert town.notify("order.confirmed") == 204
    assert town.order().state == "confirmed" and town.calls()[0].state == "done"


def test_answer_with_another_amount_is_not_believed(town: Town) -> None:
    town.lender.fail(CREATE, "wrong_amount")
    town.lender.fail("GET /v1/orders", "http_503")
    town.buyer().put_into_cart("yunque-5").check_out("p6")
    assert town.order().state == "submitted" and town.order().remote_id is None
    assert town.calls()[0].state == "waiting"


def test_double_tap_makes_one_order(town: Town) -> None:
    buyer = town.buyer().put_into_cart("yunque-5").open("/checkout")
    form = buyer.form("/checkout") | {"plan": "p6", "recipient": "林", "recipient_phone": "13800006021",
                                      "address": "杭州市西湖区文三路"}
    paths = {buyer.client.post("/checkout", data=form).url.path for _ in range(2)}
    assert paths == {f"/orders/{town.order().number}/sign"} and len(town.lender.orders) == 1


def test_refused_order_puts_the_goods_back(town: Town) -> None:
    town.lender.quotes = Forgetful()
    buyer = town.buyer().put_into_cart("yunque-5").check_out("p6")
    assert "未下单成功" in buyer.text() and "试算已过有效期" in buyer.text()
    assert "云雀 5" in buyer.open("/cart").text()
    assert town.calls()[0].state == "refused" and "quote_expired" in town.calls()[0].problem
    assert "没有订单" in buyer.open("/orders").text()


class Forgetful(dict[str, tuple[int, str]]):
    def __setitem__(self, token: str, quoted: tuple[int, str]) -> None:
        pass


def test_changed_price_is_shown_before_anything_is_ordered(town: Town) -> None:
    buyer = town.buyer().put_into_cart("yunque-5").open("/checkout")
    form = buyer.form("/checkout") | {"plan": "p6", "recipient": "林", "recipient_phone": "13800006021",
                                      "address": "杭州市西湖区文三路"}
    town.lender.price_step_minor = 100
    answer = buyer.client.post("/checkout", data=form)
    assert answer.status_code == 422 and "费用刚刚有更新" in answer.text and not town.lender.orders
    assert " checked" not in answer.text and "杭州市西湖区文三路" in answer.text


def test_amount_without_plans_says_so(town: Town) -> None:
    buyer = town.buyer()
    for _ in range(3):
        buyer.put_into_cart("qinghe-12")
    assert "不在分期的范围内" in buyer.open("/checkout").text()
    assert "去按期签约" not in buyer.text()


@pytest.mark.parametrize("fault", ["lost_before", "http_503", "html"])
def test_silent_lender_at_checkout_is_said(town: Town, fault: str) -> None:
    buyer = town.buyer().put_into_cart("yunque-5")
    town.lender.fail("GET /v1/plans", fault)
    assert "按期暂时没有回应" in buyer.open("/checkout").text()
    town.lender.fail("POST /v1/quotes", fault)
    buyer.check_out("p6")
    assert buyer.status == 422 and "还没有下单" in buyer.text() and not town.lender.orders


@pytest.mark.parametrize(
    ("typed", "said"),
    [({"plan": ""}, "请选一个分期方案"), ({"recipient": ""}, "请填收货人"),
     ({"address": "杭州"}, "完整的收货地址"), ({"recipient_phone": "12345"}, "11 位手机号"),
     ({"plan": "p99"}, "请选一个分期方案"), ({"form_token": ""}, "请再选一次方案")],
)
def test_incomplete_checkout_says_what_to_mend(town: Town, typed: dict[str, str], said: str) -> None:
    buyer = town.buyer().put_into_cart("yunque-5").check_out(**({"plan": "p6"} | typed))
    assert buyer.status == 422 and said in buyer.text() and not town.lender.orders


def test_plan_whose_sums_do_not_fit_is_not_shown(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    real = town.lender._plan

    def off_by_a_fen(amount_minor: int, code: str) -> dict[str, object]:
        return real(amount_minor, code) | {"cost_minor": 1}

    monkeypatch.setattr(town.lender, "_plan", off_by_a_fen)
    assert "对不上" in town.buyer().put_into_cart("yunque-5").open("/checkout").text()


def test_plan_of_the_order_is_the_quoted_one(town: Town) -> None:
    town.buyer().put_into_cart("yunque-5").check_out("p12")
    plan: Plan = town.order().plan
    assert (plan.code, len(plan.schedule), plan.total_minor) == ("p12", 12, 239900 + 17272)


def test_buyer_cancels_before_signing(town: Town) -> None:
    buyer = town.buyer().put_into_cart("yunque-5").check_out("p6")
    number = town.order().number
    buyer.open(f"/orders/{number}").press(f"/orders/{number}/cancel")
    assert "已取消" in buyer.text() and town.lender.numbered(number)["state"] == "cancelled"


def test_cancel_after_shipping_is_refused_and_the_truth_shown(town: Town) -> None:
    buyer = town.buyer().put_into_cart("yunque-5").check_out("p6")
    number = town.order().number
    buyer.open(f"/orders/{number}")
    town.lender.sign(number, "shipped")
    buyer.press(f"/orders/{number}/cancel")
    assert "已发货" in buyer.text() and "状态已经变了" in buyer.text()
    assert town.calls()[-1].state == "refused" and "state_conflict" in town.calls()[-1].problem


def test_lost_ship_is_repeated_with_its_first_key(town: Town) -> None:
    town.buyer().put_into_cart("yunque-5").check_out("p6")
    number = town.order().number
    town.lender.sign(number)
    keeper = town.shopkeeper().open(f"/shop/orders/{number}")
    remote_id = town.order().remote_id
    town.lender.fail(f"POST /v1/orders/{remote_id}/ship", "lost_before", times=2)
    keeper.press(f"/shop/orders/{number}/ship", tracking_number="SF1")
    assert "发货的结果还不知道" in keeper.text()
    keeper.press(f"/shop/orders/{number}/again")
    assert town.order().state == "shipped"
    posts = town.lender.posts("/ship")
    assert len(posts) == 3 and len({post.headers["Idempotency-Key"] for post in posts}) == 1


def test_second_act_waits_for_the_first(town: Town) -> None:
    town.buyer().put_into_cart("yunque-5").check_out("p6")
    number = town.order().number
    town.lender.sign(number)
    keeper = town.shopkeeper().open(f"/shop/orders/{number}")
    form = keeper.form(f"/shop/orders/{number}/cancel")
    town.lender.fail(f"POST /v1/orders/{town.order().remote_id}/ship", "lost_before", times=2)
    keeper.press(f"/shop/orders/{number}/ship")
    answer = keeper.client.post(f"/shop/orders/{number}/cancel", data=form)
    assert "请先等它有结果" in answer.text and not town.lender.posts("/cancel")


def test_unsigned_order_cannot_be_shipped(town: Town) -> None:
    town.buyer().put_into_cart("yunque-5").check_out("p6")
    number = town.order().number
    keeper = town.shopkeeper().open("/shop")
    answer = keeper.client.post(
        f"/shop/orders/{number}/ship", data=keeper.form(f"/shop/orders/{number}/cancel")
    )
    assert "只有已签约的订单可以发货" in answer.text and not town.lender.posts("/ship")


def test_stranger_finds_no_order_of_others(town: Town) -> None:
    town.buyer().put_into_cart("yunque-5").check_out("p6")
    stranger = town.browser().log_in("13900008866")
    assert stranger.open(f"/orders/{town.order().number}").status == 404
    assert town.browser().open(f"/orders/{town.order().number}").path == "/login"
    assert town.buyer().open("/shop").path == "/shop/login"


def test_wrong_key_is_explained_without_blaming_the_customer(street: Street, tmp_path: Path) -> None:
    lender = Lender()
    with open_town(street, tmp_path, lender) as town:
        town.shop.api._client.headers["Authorization"] = "Bearer aqk_old"
        assert "连接需要店家处理" in town.buyer().put_into_cart("yunque-5").open("/checkout").text()
