"""The way from the shop's back office to what it is owed, and the news of payments."""

from mall_town import Town


def test_a_tap_leads_to_the_lenders_pages_by_a_link_of_its_own(town: Town) -> None:
    keeper = town.shopkeeper().open("/shop")
    assert 'href="/shop/settlements"' in keeper.page
    for _ in range(2):
        answer = keeper.client.get("/shop/settlements", follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "http://lender.test/enter/once")
    assert len(town.lender.posts("/page-links")) == 2


def test_nobody_else_gets_one(town: Town) -> None:
    assert town.buyer().open("/shop/settlements").path == "/shop/login"
    assert not town.lender.posts("/page-links")


def test_without_an_answer_it_says_so(town: Town) -> None:
    keeper = town.shopkeeper()
    town.lender.fail("POST /v1/page-links", "http_503")
    assert "结算单暂时打不开" in keeper.open("/shop/settlements").text()
    town.lender.fail("POST /v1/page-links", "html")
    assert "结算单暂时打不开" in keeper.open("/shop/settlements").text()


def test_news_of_payments_is_kept_and_changes_no_order(town: Town) -> None:
    town.buyer().put_into_cart("qinghe-12").check_out()
    before = town.order()
    assert town.notify("settlement.paid", webhook_id="msg_s", id="p1", order_number=None, number="as1") == 204
    assert town.order() == before
    [kept] = [each for each in town.webhooks() if each.event == "settlement.paid"]
    assert kept.verified
