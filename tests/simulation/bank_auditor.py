"""The auditor at the bank: what the bank's own ledger holds of ours is in the books, and each line is what it was."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from tests.simulation.branch import OPENED_WITH_MINOR, Branch, Movement
from tests.simulation.reading import rows

_WITH_PEOPLE = {"waiting", "asked", "returning", "returned", "not_ours"}


@dataclass(kw_only=True)
class BankAuditor:
    """`used` is what staff decided about lines, `seen` which payments to shops two of them saw: as they tell it."""

    branch: Branch
    used: Mapping[str, str]
    seen: set[str]

    def audit_evening(self, day: date) -> None:
        """To the fen: what the account holds, less what it is no borrower's and no shop's, and what no file has told."""
        [books] = rows(_HOLDS)
        ours = {each.serial for each in self.ours()}
        held_minor = self.branch.account.balance_minor - OPENED_WITH_MINOR
        others_minor = sum(each.amount_minor for each in self.branch.ledger if each.serial not in ours)
        assert books["holds"] == held_minor - others_minor, (
            f"bank on {day}: {books['holds']} in the books, {held_minor} at the bank, of which {others_minor} are others'"
        )

    def ours(self) -> Iterator[Movement]:
        """The lines that must be in the books by now."""
        for place, line in enumerate(self.branch.ledger):
            if line.serial in self.seen or (place < self.branch.told and self._is_ours(line)):
                yield line

    def _is_ours(self, line: Movement) -> bool:
        if line.order.cause == "charge":
            return line.order.is_stated or self.used.get(line.serial) == "charge"
        return line.order.cause in ("refund", "settlement")

    def audit(self) -> None:
        """Each line, with what it was taken as, and for which charge."""
        self._audit_lines()
        self._audit_payments()

    def _audit_lines(self) -> None:
        states = {row["serial"]: row["state"] for row in rows("select serial, state from payments_bank_line")}
        assert set(states) == {each.serial for each in self.branch.ledger[: self.branch.told]}, "bank: lines are missing"
        ours = {each.serial for each in self.ours()}
        for line in self.branch.ledger[: self.branch.told]:
            state, cause = states[line.serial], line.order.cause
            if line.serial in ours or cause == "sent_back":
                assert state == "taken", f"bank: {line} is {state}"
            elif line.amount_minor < 0:
                assert state == "other", f"bank: {line} is {state}"
            else:
                assert state in _WITH_PEOPLE, f"bank: {line} is {state}"

    def _audit_payments(self) -> None:
        taken = {row["ref"]: (row["amount_minor"], row["paid_at"], row["key"]) for row in rows(_PAYMENTS)}
        came = {
            each.serial: (each.amount_minor, each.order.at, each.order.key)
            for each in self.ours() if each.order.cause == "charge"
        }  # fmt: skip
        off = {serial: (taken.get(serial), came.get(serial)) for serial in {*taken, *came}}
        off = {serial: pair for serial, pair in off.items() if pair[0] != pair[1]}
        assert not off, f"bank: (taken, came) by number: {off}"


_HOLDS = """
    select coalesce(sum(case when debit = 'bank' then amount_minor else 0 end)
        - sum(case when credit = 'bank' then amount_minor else 0 end), 0) as holds
    from ledger_posting where debit = 'bank' or credit = 'bank'
"""
_PAYMENTS = """
    select p.ref, p.amount_minor, p.paid_at, c.key from payments_payment p
    join payments_charge c on c.borrower_id = p.borrower_id and c.id = p.charge_id
    where p.channel = 'bank'
"""
