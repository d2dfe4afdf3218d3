"""The auditor would notice: each thing broken on purpose, in a town of a few borrowers."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from anqi.engine import accounts
from anqi.ledger import books
from anqi.payments import charges
from tests.simulation.town import LUCK, OPENS_ON, Town


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


BREAKS = [drop_a_posting, take_everything_twice, a_fen_off]


@pytest.mark.parametrize("break_it", [None, *BREAKS], ids=lambda it: getattr(it, "__name__", "whole"))
def test_what_is_broken_is_noticed(
    clone_database: str, monkeypatch: pytest.MonkeyPatch, break_it: Callable[[pytest.MonkeyPatch], None] | None
) -> None:
    town = Town(3, borrowers=5)
    town.open(monkeypatch)
    if not break_it:
        live(town)
        return
    break_it(monkeypatch)
    with pytest.raises(Exception, match=r"loan .*|chain .*|payments_payment_once"):
        live(town)


def live(town: Town) -> None:
    for count in range(80):
        day = OPENS_ON + timedelta(days=count)
        town.pass_day(day)
        if count % 10 == 9:
            town.auditor.audit(today=day)
