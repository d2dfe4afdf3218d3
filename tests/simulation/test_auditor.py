"""The auditor would notice: each thing broken on purpose, in a town of a few borrowers."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from anqi.actions.settlements import booking
from anqi.engine import accounts
from anqi.ledger import books, chart
from anqi.lending import payouts_to_shops, settlements
from anqi.payments import bank_lines, charges
from tests.simulation import transfers
from tests.simulation.story import OPENS_ON
from tests.simulation.town import LUCK, Town


def drop_a_posting(patch: pytest.MonkeyPatch) -> None:
    post = books.post
    patch.setattr(books, "post", lambda chain, entries, **more: post(chain, entries[:-1], **more))


def take_everything_twice(patch: pytest.MonkeyPatch) -> None:
    """A payment is known by its number; without that every notice is money."""
    read = charges.read

    def forgetful(*args: Any) -> Any:
        charge = read(*args)
        return type(charge)(**{**vars(charge), "payments": {}})

    patch.setattr(charges, "read", forgetful)
    patch.setitem(LUCK, "twice", 400)


def a_fen_off(patch: pytest.MonkeyPatch) -> None:
    balances = accounts.balances

    def off(*args: Any) -> dict[str, int]:
        shown = balances(*args)
        if "interest_income" in shown:
            shown["interest_income"] -= 1
            shown["receivable_interest"] = shown.get("receivable_interest", 0) + 1
        return shown

    patch.setattr(accounts, "balances", off)


def book_transfers_elsewhere(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(chart, "arrives_in", lambda channel: "in_transit_alipay")


def match_another_charge(patch: pytest.MonkeyPatch) -> None:
    """The account holds what it should, and somebody else has paid."""
    arrived, first = bank_lines.arrived, []

    def mistaken(*args: Any, key: str) -> Any:
        first.append(key)
        return arrived(*args, key=first[0])

    patch.setattr(bank_lines, "arrived", mistaken)


def tell_nobody_of_a_match(patch: pytest.MonkeyPatch) -> None:
    settle = bank_lines._settle

    def silent(line: Any, stated: Any, taken: Any) -> Any:
        found = settle(line, stated, taken)
        taken.news.clear()
        return found

    patch.setattr(bank_lines, "_settle", silent)


def book_a_fen_less_to_shops(patch: pytest.MonkeyPatch) -> None:
    entry = booking._entry

    def off(*args: Any) -> Any:
        whole = entry(*args)
        [(debit, credit, minor)] = whole.moves
        return replace(whole, moves=[(debit, credit, minor - 1)])

    patch.setattr(booking, "_entry", off)


def settle_without_fees(patch: pytest.MonkeyPatch) -> None:
    """The settlement and its lines agree with each other all the same."""
    told = settlements._TOLD.replace("m.fee, m.owed", "0 as fee, m.owed + m.fee as owed")
    assert told != settlements._TOLD
    patch.setattr(settlements, "_TOLD", told)


def settle_no_returns(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(settlements, "_TOLD", f"{settlements._TOLD} where m.kind = 'shipped'")


def owe_nothing_of_what_came_back(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(payouts_to_shops, "free_settlements", lambda payout, **more: None)


BREAKS = {
    drop_a_posting: "loan .*|chain .*",
    take_everything_twice: "payments_payment_once",
    a_fen_off: "loan .*",
    book_transfers_elsewhere: "bank on .*",
    match_another_charge: "bank: .taken, came.",
    tell_nobody_of_a_match: "bank on .*",
    book_a_fen_less_to_shops: "bank on .*",
    settle_without_fees: "shop .* on .*fee",
    settle_no_returns: "shop .* on .*returned",
    owe_nothing_of_what_came_back: "shop .* on .*unpaid",
}


@pytest.mark.parametrize("break_it", [None, *BREAKS], ids=lambda it: getattr(it, "__name__", "whole"))
def test_what_is_broken_is_noticed(
    clone_database: str, monkeypatch: pytest.MonkeyPatch, break_it: Callable[[pytest.MonkeyPatch], None] | None
) -> None:
    monkeypatch.setattr(transfers, "SHARE", 0.6)
    # In the first of them no goods come back in time.
    town = Town(4 if break_it is settle_no_returns else 3, borrowers=5)
    town.open(monkeypatch)
    if not break_it:
        live(town)
        return
    break_it(monkeypatch)
    with pytest.raises(Exception, match=BREAKS[break_it]):
        live(town)


def live(town: Town) -> None:
    for count in range(80):
        day = OPENS_ON + timedelta(days=count)
        town.pass_day(day)
        if count % 10 == 9:
            town.audit(day)
