"""A borrower who transfers from a bank, and a clerk who takes the account's statement."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from anqi import clock
from anqi.actions import bank, charges
from anqi.actions.charges import Wish
from anqi.payments.channels.bank import reference
from anqi.payments.models import Charge
from anqi.people.models import User
from anqi.rows.refusals import Refused
from tests.faults.matrix_cells import Cell
from tests.faults.matrix_stand import Ground

AMOUNT_MINOR = 53_309
_TRIES = 4


@dataclass(kw_only=True)
class Teller(Ground):
    """One borrower with one loan, the bank's counter, and a clerk who downloads its statement."""

    # A transfer may take three days; then half a day until money goes back.
    long_enough = timedelta(days=4)

    clerk: User
    # How often the clerk's file was refused, by why.
    refused: Counter[str] = field(default_factory=Counter)
    # How often it had nothing new.
    in_vain: int = 0

    def begin(self, *, amount_minor: int | None = None) -> Charge:
        wish = Wish(loan_id=self.who.loan_id, purpose="due", amount_minor=amount_minor)
        charge = charges.open(
            borrower_id=self.who.borrower_id, wishes=[wish], channel="bank", how="page", attempt=uuid4().hex,
            now=clock.now(),
        )  # fmt: skip
        return charges.deliver(borrower_id=charge.borrower_id, charge_id=charge.id, now=clock.now())

    def transfer(self, memo: str, amount: str = "533.09") -> dict[str, Any]:
        """The line of a transfer to the account."""
        told = {"name": "林小满", "account": "6222020200112233445", "memo": memo}
        answer = self.sandbox.control("bank/transfer", amount=amount, **told)
        assert answer.status_code == 201, answer.text
        line: dict[str, Any] = answer.json()
        return line

    def take(self, *, until_serial: str) -> None:
        """The clerk takes the statement up to that line, and downloads it again where it is refused or lacks it."""
        for _ in range(_TRIES):
            file = self.sandbox.http.get("/bank/statement.csv", params={"encoding": "gbk"}).content
            try:
                taken = bank.import_statement(file, actor=self.clerk, now=clock.now())
            except Refused as refusal:
                self.refused[refusal.code] += 1
                continue
            if taken.is_new and until_serial in taken.statement.raw:
                return
            self.in_vain += 1
        raise AssertionError("the statement was never taken")

    def lines(self) -> list[dict[str, Any]]:
        """The bank's own ledger of the account."""
        told: list[dict[str, Any]] = self.sandbox.http.get("/_control/bank").json()["lines"]
        return told


def play(teller: Teller, cell: Cell) -> Charge:
    """A transfer between two others, of which the first was taken already; the charge that it pays comes back."""
    charge, memo = teller.begin(amount_minor=AMOUNT_MINOR), ""
    first = teller.transfer("租金", amount="1.00")
    teller.take(until_serial=first["serial"])
    memo = reference(charge.key)
    teller.strike(cell, memo if cell.step == "transfer" else None)
    teller.transfer(memo)
    last = teller.transfer("水费", amount="2.00")
    teller.take(until_serial=last["serial"])
    teller.rest()
    return charge
