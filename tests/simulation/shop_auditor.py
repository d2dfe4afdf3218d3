"""The auditor of shops: what each is owed for a day, by sums of its own, and what the bank says that each was paid."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

from anqi.rows.days import day_of
from tests.simulation.auditor import half_up
from tests.simulation.bank_auditor import BankAuditor
from tests.simulation.reading import rows

Sums = dict[tuple[UUID, date], Counter[str]]


@dataclass(kw_only=True)
class ShopAuditor:
    """Knows the orders from their facts, and payments from the bank."""

    bank: BankAuditor

    def audit(self, *, today: date) -> None:
        """Today isn't over: it has no settlements yet."""
        owed = _owed()
        self._audit_settlements(owed, today)
        shops = {row["id"]: row["name"] for row in rows("select id, name from lending_merchant")}
        for shop_id, name in shops.items():
            self._audit_shop(shop_id, name, owed, today)
        self._audit_payments()

    def _audit_settlements(self, owed: Sums, today: date) -> None:
        kept = {(row["merchant_id"], row["day"]): Counter(_parts(row)) for row in rows("select * from lending_settlement")}
        for of in {*kept, *(each for each in owed if each[1] < today)}:
            assert kept.get(of) == owed.get(of), f"shop {of[0]} on {of[1]}: kept {kept.get(of)}, owed {owed.get(of)}"

    def _audit_shop(self, shop_id: UUID, name: str, owed: Sums, today: date) -> None:
        paid_minor = sum(
            -each.amount_minor for each in self.bank.ours() if each.order.cause == "settlement" and each.order.name == name
        )
        all_minor = {day: sum(parts.values()) for (whose, day), parts in owed.items() if whose == shop_id}
        [row] = rows(_SHOP, shop_id, shop_id, shop_id)
        told = f"shop {name} on {today}: {row}, paid {paid_minor}"
        assert row["unpaid"] + paid_minor == sum(minor for day, minor in all_minor.items() if day < today), told
        assert row["booked_paid"] == paid_minor, told
        assert row["payable"] == sum(all_minor.values()) - paid_minor, told

    def _audit_payments(self) -> None:
        """Each leaves once, with what was proposed, comes back once at most, and stands as the bank has it."""
        moved: dict[str, list[int]] = {}
        for each in self.bank.ours():
            if each.order.cause == "settlement":
                moved.setdefault(each.order.key, []).append(each.amount_minor)
        for row in rows("select number, state, amount_minor, doubt from lending_merchant_payout"):
            minor = row["amount_minor"]
            wanted = {"paid": [-minor], "returned": [-minor, minor]}.get(row["state"], [])
            found = moved.pop(row["number"], [])
            assert (found, row["doubt"]) == (wanted, ""), f"shop payment {row}: the bank has {found}"
        assert not moved, f"shop payments of nobody: {moved}"


def _owed() -> Sums:
    """Of each shop and day what was shipped, what came back of it, and the fee off both, in fen."""
    sums: Sums = {}
    left: Counter[UUID] = Counter()
    for row in rows(_FACTS):
        rate = Fraction(row["terms"].get("merchant_fee_rate", "0"))
        minor = row["principal_minor"] if row["kind"] == "shipped" else -row["body"]["amount_minor"]
        fee_minor = half_up(rate * (left[row["loan_id"]] + minor)) - half_up(rate * left[row["loan_id"]])
        left[row["loan_id"]] += minor
        of = sums.setdefault((row["merchant_id"], day_of(row["recorded_at"])), Counter())
        of["shipped" if row["kind"] == "shipped" else "returned"] += minor
        of["fee"] -= fee_minor
    return {of: Counter(_given(parts)) for of, parts in sums.items()}


def _parts(row: dict[str, Any]) -> dict[str, int]:
    assert row["amount_minor"] == row["shipped_minor"] + row["returned_minor"] + row["fee_minor"], row
    return _given({part: row[f"{part}_minor"] for part in ("shipped", "returned", "fee")})


def _given(parts: dict[str, int]) -> dict[str, int]:
    return {part: minor for part, minor in parts.items() if minor}


_FACTS = """
    select o.merchant_id, f.loan_id, f.kind, f.body, f.recorded_at, l.terms, l.principal_minor
    from lending_fact f
    join lending_loan l on l.borrower_id = f.borrower_id and l.id = f.loan_id
    join lending_order o on o.borrower_id = l.borrower_id and o.id = l.order_id
    where f.kind in ('shipped', 'return') and o.merchant_id is not null
    order by f.recorded_at, f.seq
"""
# What shops' loans brought them is by loan; what shops were paid is on no loan, and named by the settlement's line.
_SHOP = """
    with moved as (
        select o.merchant_id, p.amount_minor * (case when p.credit = 'merchant_payable' then 1 else -1 end) as minor,
            false as is_payment
        from ledger_posting p
        join lending_loan l on l.borrower_id = p.borrower_id and l.id = p.loan_id
        join lending_order o on o.borrower_id = l.borrower_id and o.id = l.order_id
        where p.debit = 'merchant_payable' or p.credit = 'merchant_payable'
        union all
        select s.merchant_id, p.amount_minor * (case when p.credit = 'merchant_payable' then 1 else -1 end), true
        from ledger_posting p
        join lending_settlement_line line on line.borrower_id = p.borrower_id and line.id = p.cause_id
        join lending_settlement s on s.id = line.settlement_id
        where p.loan_id is null and (p.debit = 'merchant_payable' or p.credit = 'merchant_payable')
    )
    select (select coalesce(sum(minor), 0) from moved where merchant_id = %s) as payable,
        (select coalesce(-sum(minor), 0) from moved where merchant_id = %s and is_payment) as booked_paid,
        (select coalesce(sum(s.amount_minor), 0) from lending_settlement s where s.merchant_id = %s
            and not exists (select from lending_payout_part part
                join lending_merchant_payout payout on payout.id = part.payout_id and payout.state in ('paid', 'returned', 'withdrawn')
                where part.settlement_id = s.id and part.ended_at is null)) as unpaid
"""
