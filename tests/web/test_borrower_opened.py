"""A borrower can open every amount: a walk over all pages of everybody fails on one that opens to nothing."""

import re

import pytest
from django.test import Client

from anqi.web.borrower.explaining import Explanation
from tests import reserving
from tests.actions.test_payouts import bank
from tests.planting import Planted
from tests.web import opened_amounts, shown_sums
from tests.web.borrower_stand import Watch, signed_in
from tests.web.explained_loans import SCENES
from tests.web.test_borrower_amounts import play, view, watch
from tests.web.test_borrower_pages import text_of
from tests.web.test_borrower_reserve_order import watch as cash_watch

__all__ = ["bank", "cash_watch", "watch"]
pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.borrower")]
# Amounts with nothing behind them, by the words before them.
PLAIN = {
    "每月最多能还": "what the borrower said",
    "申请金额": "what the borrower asked for",
    "想借多少": "what the borrower asked for",
    "到手": "what the borrower typed, paid out without anything taken off",
    "最少还": "one fen is the least that anybody can pay",
    "马上打": "what was lent, as it stands in the agreement",
    "最低": "the bounds of what is sold are the lender's own word",
    "可以借": "the bounds of what is sold are the lender's own word",
    "到 ¥": "the bounds of what is sold are the lender's own word",
}


def unopened(visitor: Client, *paths: str) -> list[str]:
    """Each amount that opens to nothing, with the words around it; sums that don't add up too."""
    found = []
    for path in paths:
        answer = visitor.get(path)
        if answer.status_code != 200:
            continue
        page = text_of(answer)
        shut = [each.words for each in opened_amounts.shut(page) if not any(word in each.words for word in PLAIN)]
        found += [f"{path}: {words}" for words in shut]
        # What limits a reserve is the least of several amounts, and no sum.
        found += [] if "/reserves" in path else [f"{path}: {fault}" for rows in shown_sums.read(page) for fault in shown_sums.faults(rows)]
    return found


def paths_of(who: Planted) -> list[str]:
    order = f"/orders/{who.order_id}"
    chosen = [f"{order}/pay?what={what}" for what in ("due", "next", "all", "own&amount=1.23", "own&amount=700")]
    return ["/", "/bills", "/orders", order, f"{order}/pay", *chosen, f"{order}/any-day"]


@pytest.mark.parametrize("name", SCENES)
def test_every_amount_of_a_plan_opens(name: str, watch: Watch) -> None:
    who = play(name, watch)
    found = unopened(signed_in(who.borrower_id), *paths_of(who))
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", SCENES)
def test_what_presses_is_told_without_breaking_the_loan_down(name: str, watch: Watch) -> None:
    loan = view(play(name, watch), SCENES[name].today)
    assert loan.standing
    explained = Explanation(loan)
    if loan.standing.due_now_minor:
        assert explained.pressing().amount_minor == loan.standing.due_now_minor
    if loan.standing.next_due_on:
        assert explained.coming().amount_minor == loan.standing.next_due_minor


@pytest.mark.parametrize("product", ["reserve-d30", "reserve-m12"])
def test_every_amount_of_a_reserve_opens(product: str, cash_watch: Watch) -> None:
    lin = reserving.welcome()
    visitor = signed_in(lin[0])
    paths = ["/", "/bills", "/orders", "/reserves", f"/reserves/apply?product={product}&amount=1000"]
    found = unopened(visitor, *paths)
    row = reserving.apply(*lin, product=product)
    found += unopened(visitor, *paths, f"/reserves/{row.id}")
    loan = reserving.sign(row)
    found += unopened(visitor, *paths, f"/orders/{loan.order_id}")
    reserving.arrive(loan, paid_at=reserving.NOON)
    who = Planted(borrower_id=lin[0], loan_id=loan.id, order_id=loan.order_id, merchant_order_id=loan.id)
    found += unopened(visitor, *paths, *paths_of(who))
    assert not found, "\n".join(found)


def test_an_amount_that_opens_to_nothing_is_noticed() -> None:
    page = '<p>剩余应还 <span class="aq-amount">¥12.00</span></p><dl><div><dt>本金</dt><dd>¥12.00</dd></div></dl>'
    assert [each.amount for each in opened_amounts.shut(page)] == ["¥12.00"] * 2
    opened = re.sub("<dl>.*</dl>", r"<details><summary>怎么算的</summary>\g<0></details>", page)
    assert opened_amounts.shut(opened) == []
