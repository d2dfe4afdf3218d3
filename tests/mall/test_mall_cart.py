"""Cart arithmetic, and whose cart it is."""

import pytest
from mall_town import Town

from mall import carts, catalogue
from mall.money import total_minor, yuan


@pytest.mark.parametrize(
    ("amount_minor", "shown"),
    [(0, "¥0.00"), (5, "¥0.05"), (100, "¥1.00"), (429900, "¥4,299.00"), (123456789, "¥1,234,567.89"),
     (-5, "−¥0.05"), (-123450, "−¥1,234.50")],
)
def test_fen_are_shown_as_yuan(amount_minor: int, shown: str) -> None:
    assert yuan(amount_minor) == shown


def test_total_is_pieces_times_price_in_fen(town: Town) -> None:
    with town.shop.store.transaction() as rows:
        for slug, quantity in (("qinghe-12", 2), ("maisui-zhi", 3), ("maisui-8", 1)):
            carts.change(rows, owner="session:x", slug=slug, quantity=quantity)
        lines = carts.lines(rows, owner="session:x")
    assert total_minor(lines) == 2 * 429900 + 3 * 79900 + 109900 == 1209400
    assert [line.total_minor for line in lines] == [859800, 239700, 109900]
    assert total_minor(()) == 0


def test_prices_are_whole_fen_and_slugs_are_unique() -> None:
    assert len({phone.slug for phone in catalogue.PHONES}) == len(catalogue.PHONES) == 8
    assert all(type(phone.price_minor) is int and phone.price_minor > 0 for phone in catalogue.PHONES)


def test_stepper_adds_and_takes_out(town: Town) -> None:
    browser = town.browser().put_into_cart("qinghe-12").put_into_cart("qinghe-12")
    assert browser.path == "/cart" and "¥8,598.00" in browser.text()
    browser.press("/cart/change", quantity="1")
    assert "¥4,299.00" in browser.text()
    browser.press("/cart/change", quantity="0")
    assert "购物车还是空的" in browser.text()


@pytest.mark.parametrize("quantity", ["4", "-1", "1.5", "", "9999", "½", "一"])
def test_impossible_quantities_are_refused(town: Town, quantity: str) -> None:
    browser = town.browser().put_into_cart("qinghe-12").press("/cart/change", quantity=quantity)
    assert browser.status == 200 and "¥4,299.00" in browser.text()
    assert "最多买 3 台" in browser.text() or "0 到 3 的整数" in browser.text()


def test_fourth_piece_is_refused(town: Town) -> None:
    browser = town.browser()
    for _ in range(4):
        browser.put_into_cart("maisui-8")
    assert "每款最多买 3 台" in browser.text() and "3 台" in browser.text()


def test_unknown_phone_is_not_found(town: Town) -> None:
    browser = town.browser().put_into_cart("qinghe-12")
    assert browser.press("/cart/change", slug="../etc", quantity="1").status == 404
    assert browser.open("/phones/none").status == 404


def test_browser_cart_joins_the_customers_cart_at_login(town: Town) -> None:
    town.buyer().put_into_cart("qinghe-12")
    other_device = town.browser().put_into_cart("qinghe-12").put_into_cart("maisui-8")
    other_device.log_in().open("/cart")
    assert "2 台" in other_device.text() and "¥9,697.00" in other_device.text()


def test_cart_does_not_follow_into_another_account(town: Town) -> None:
    browser = town.buyer().put_into_cart("qinghe-12")
    browser.log_in("13900008866").open("/cart")
    assert "购物车还是空的" in browser.text()
