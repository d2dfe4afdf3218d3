"""Goods that come back to the shop: told to the lender once, whatever its answers do."""

import json

from mall_town import Town


def shipped(town: Town) -> str:
    town.buyer().put_into_cart("qinghe-12").check_out("p12")
    number = town.order().number
    town.lender.sign(number)
    keeper = town.shopkeeper().open(f"/shop/orders/{number}")
    keeper.press(f"/shop/orders/{number}/ship", tracking_number="")
    assert town.order().state == "shipped"
    return number


def bodies(town: Town) -> list[object]:
    return [json.loads(request.content) for request in town.lender.posts("/returns")]


def test_part_and_then_all_that_is_left(town: Town) -> None:
    number = shipped(town)
    keeper = town.shopkeeper().open(f"/shop/orders/{number}")
    keeper.press(f"/shop/orders/{number}/return", amount="1000.00")
    assert bodies(town) == [{"amount_minor": 100_000, "goods_received": True}]
    assert town.order().state == "shipped"
    keeper.press(f"/shop/orders/{number}/return", amount="")
    assert bodies(town)[1:] == [{"amount_minor": "whole", "goods_received": True}]
    assert town.order().state == "settled"
    assert [call.state for call in town.calls()][-2:] == ["done", "done"]
    assert "退货 · 已完成" in keeper.text()


def test_what_the_lender_refuses_is_told_and_what_nobody_can_read_is_not_sent(town: Town) -> None:
    number = shipped(town)
    keeper = town.shopkeeper().open(f"/shop/orders/{number}")
    keeper.press(f"/shop/orders/{number}/return", amount="99999.00")
    assert "退货金额超过了还没退的商品。" in keeper.text()
    keeper.press(f"/shop/orders/{number}/return", amount="many")
    assert len(bodies(town)) == 1


def test_a_lost_answer_is_asked_again_with_the_same_key(town: Town) -> None:
    number = shipped(town)
    town.lender.fail(f"POST /v1/orders/{town.lender.numbered(number)['id']}/returns", "lost_after", times=2)
    keeper = town.shopkeeper().open(f"/shop/orders/{number}")
    keeper.press(f"/shop/orders/{number}/return", amount="1000.00")
    assert town.calls()[-1].state == "waiting"
    keeper.press(f"/shop/orders/{number}/again")
    assert town.calls()[-1].state == "done"
    assert len({request.headers["Idempotency-Key"] for request in town.lender.posts("/returns")}) == 1


def test_nothing_comes_back_before_it_has_left(town: Town) -> None:
    town.buyer().put_into_cart("qinghe-12").check_out("p12")
    number = town.order().number
    keeper = town.shopkeeper().open(f"/shop/orders/{number}")
    assert "商品退回来了" not in keeper.text()


def test_a_webhook_about_a_return_changes_no_order(town: Town) -> None:
    shipped(town)
    assert town.notify("return.completed") == 204
    assert town.order().state == "shipped"
    assert town.webhooks()[-1].outcome == "退货的消息，已记下"
