"""What is exported: tables with their columns, which docs/exports.md explains, and the statements that read them."""

from dataclasses import dataclass
from typing import Any, Literal

from anqi.engine import facts

Kind = Literal["id", "text", "date", "timestamp", "int64"]
Row = tuple[Any, ...]


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column: its name, which ends in `_minor` where it is money in fen, and its type."""

    name: str
    kind: Kind


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table, which becomes one file of that name."""

    name: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


def _table(name: str, **kinds: Kind) -> Table:
    return Table(name=name, columns=tuple(Column(name=column, kind=kind) for column, kind in kinds.items()))


POSTINGS = _table(
    "postings",
    borrower_id="id", posting_id="id", entry_id="id", loan_id="id", lender="text", product="text", cause="text",
    cause_id="id", payment_id="id", debit="text", credit="text", currency="text", amount_minor="int64",
    counts_on="date", booked_on="date", recorded_at="timestamp",
)  # fmt: skip
LOANS = _table(
    "loans",
    borrower_id="id", loan_id="id", order_id="id", lender="text", merchant="text", product="text",
    product_version="int64", currency="text", signed_at="timestamp", principal_minor="int64", starts_on="date",
    cancelled_on="date", status="text", days_past_due="int64", category="text", report_code="text",
    instalments="int64", lent_minor="int64",
    outstanding_principal_minor="int64", remaining_minor="int64", due_now_minor="int64", next_due_on="date",
    next_due_minor="int64", payoff_minor="int64", credit_minor="int64", paid_principal_minor="int64",
    paid_interest_minor="int64", paid_fee_minor="int64", paid_penalty_minor="int64", prepaid_minor="int64",
    returned_minor="int64", written_off_minor="int64",
)  # fmt: skip
INSTALMENTS = _table(
    "instalments",
    borrower_id="id", loan_id="id", n="int64", due_on="date", state="text", principal_minor="int64",
    interest_minor="int64", fee_minor="int64", penalty_minor="int64", paid_minor="int64", remaining_minor="int64",
    paid_principal_minor="int64", paid_interest_minor="int64", paid_fee_minor="int64", paid_penalty_minor="int64",
    waived_interest_minor="int64", waived_fee_minor="int64", waived_penalty_minor="int64", moved_minor="int64",
    subsidy_minor="int64", days_late="int64",
)  # fmt: skip
PAYMENTS = _table(
    "payments",
    borrower_id="id", payment_id="id", charge_id="id", channel="text", ref="text", currency="text",
    amount_minor="int64", paid_at="timestamp", counts_on="date", learned_by="text", recorded_at="timestamp",
)  # fmt: skip
TABLES = (POSTINGS, LOANS, INSTALMENTS, PAYMENTS)

# Each in the order of a key, so that the same rows make the same file.
READ_POSTINGS = f"""
    select {", ".join(POSTINGS.names)} from (
    select p.borrower_id, p.id as posting_id, p.entry_id, p.loan_id, lender.code as lender, product.code as product,
        p.cause, p.cause_id,
        case when p.cause = 'arrival' then p.cause_id else (f.body->>'payment_id')::uuid end as payment_id,
        p.debit, p.credit, p.currency, p.amount_minor, p.counts_on, p.booked_on, p.recorded_at, p.seq
    from ledger_posting p
    join lending_lender lender on lender.id = p.lender_id
    left join lending_loan l on l.borrower_id = p.borrower_id and l.id = p.loan_id
    left join lending_product product on product.id = l.product_id
    left join lending_fact f on f.borrower_id = p.borrower_id and f.id = p.cause_id
    where p.counts_on <= %(on)s
    union all
    select null, p.id, p.entry_id, null, lender.code, null, p.cause, p.cause_id, null, p.debit, p.credit, p.currency,
        p.amount_minor, p.counts_on, p.booked_on, p.recorded_at, p.seq
    from ledger_house_posting p join lending_lender lender on lender.id = p.lender_id
    where p.counts_on <= %(on)s
    ) both_books
    order by borrower_id, lender, seq
"""
# The engine doesn't look at facts of later days; they needn't be read.
READ_LOANS = f"""
    select l.borrower_id, l.id, l.order_id, lender.code, merchant.code, product.code, product.version, l.currency,
        l.created_at, l.principal_minor, l.starts_on, l.cancelled_on, l.terms::text,
        (select coalesce(json_agg(json_build_object(
                'id', f.id, 'kind', f.kind, 'counts_on', f.counts_on, 'body', f.body) order by f.seq), '[]')::text
            from lending_fact f
            where f.borrower_id = l.borrower_id and f.loan_id = l.id and f.kind in {facts.KINDS}
                and f.counts_on <= %(on)s)
    from lending_loan l
    join lending_product product on product.id = l.product_id
    join lending_lender lender on lender.id = l.lender_id
    join lending_order o on o.borrower_id = l.borrower_id and o.id = l.order_id
    join lending_merchant merchant on merchant.id = o.merchant_id
    where l.created_at < %(end)s
    order by l.borrower_id, l.id
"""
READ_PAYMENTS = """
    select borrower_id, id, charge_id, channel, ref, currency, amount_minor, paid_at, counts_on, learned_by, recorded_at
    from payments_payment
    where counts_on <= %(on)s
    order by borrower_id, id
"""
