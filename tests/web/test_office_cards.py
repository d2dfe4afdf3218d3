"""A borrower's bank cards at the desk: bank, last four digits, state."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from anqi import clock
from anqi.payments import cards
from anqi.payments.channels.protocol import CardBound
from tests.planting import plant_loan
from tests.web.test_office_doors import desk, set_clock

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.office")]


@pytest.fixture(autouse=True)
def today(settings: Any, tmp_path: Path) -> None:
    set_clock(settings, tmp_path)


def test_the_borrowers_page_shows_cards_that_were_bound(settings: Any) -> None:
    lin = plant_loan(starts_on=date(2026, 9, 15))
    client, page = desk(), f"/borrowers/{lin.borrower_id}"
    assert "储蓄卡" not in client.get(page).content.decode()
    card = cards.put(borrower_id=lin.borrower_id, channel="unionpay", now=clock.now())
    bound = CardBound(token="6235240000020837", bank="中国工商银行", last4="0017", kind="debit")
    cards.bind(card, bound, now=clock.now())
    shown = client.get(page).content.decode()
    assert "中国工商银行 0017<small>储蓄卡</small>" in shown
    assert "已绑定" in shown
    assert "6235240000020837" not in shown
    cards.end(card, now=clock.now())
    assert "已移除" in client.get(page).content.decode()
    assert client.get(f"/search?q={card.key}").status_code == 200, "the number of an opening is no charge's"
