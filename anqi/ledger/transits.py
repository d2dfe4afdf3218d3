"""What the books say of money between us and a channel: a query for another room, which knows whose movement it is."""

# What each cause moved on the account that is named, in fen, above zero what came in.
MOVED = """
    select p.borrower_id, p.cause, p.cause_id, p.booked_on,
        case when p.debit = '{account}' then p.amount_minor else -p.amount_minor end as amount
    from ledger_posting p
    where p.loan_id is null and p.cause in ('arrival', 'refund', 'payout')
        and (p.debit = '{account}' or p.credit = '{account}')
"""


def moved(account: str) -> str:
    """That query for one account; above zero is what came in."""
    return MOVED.format(account=account)


# What each cause of the lender's own moved on the channels' accounts, in fen, above zero what came in.
OF_HOUSE = """
    select cause, cause_id, sum(case when debit like 'in_transit_%' then amount_minor else 0 end)
        - sum(case when credit like 'in_transit_%' then amount_minor else 0 end) as amount
    from ledger_house_posting group by cause, cause_id
"""
