"""What the books say of shops and of the bank: what each loan brought its shop, what was paid for it, what moved.

These are queries for other rooms, which know whose shop a loan is. Amounts are in fen, above zero what is the shop's.
"""

# The first of the two days is $1, the last one $2. The merchant's fee is booked straight against the principal, so that
# what was shipped is what came to both accounts. Whatever changed it later is told as returned.
MOVED = """
    select p.borrower_id, p.loan_id, p.lender_id, p.currency, p.booked_on as day,
        case when p.cause in ('shipped', 'draw') then 'shipped' else 'returned' end as kind,
        sum(case 'merchant_payable' when p.credit then p.amount_minor when p.debit then -p.amount_minor else 0 end)
            as owed,
        sum(case 'merchant_fee_income' when p.credit then p.amount_minor when p.debit then -p.amount_minor else 0 end)
            as fee
    from ledger_posting p
    where p.booked_on between $1::date and $2::date and p.loan_id is not null
        and (p.debit in ('merchant_payable', 'merchant_fee_income')
            or p.credit in ('merchant_payable', 'merchant_fee_income'))
    group by p.borrower_id, p.loan_id, p.lender_id, p.currency, p.booked_on, 6
"""
# Of all days, each with whether its run has finished. Its own sums, apart from those of `MOVED`: one mistake must
# not be made in both places.
OWED = """
    select borrower_id, loan_id, lender_id, currency, booked_on as day, sum(amount) as owed,
        booked_on in (select day from ledger_closed_day where finished_at is not null) as is_finished
    from (
        select borrower_id, loan_id, lender_id, currency, booked_on, amount_minor as amount
            from ledger_posting where credit = 'merchant_payable'
        union all
        select borrower_id, loan_id, lender_id, currency, booked_on, -amount_minor
            from ledger_posting where debit = 'merchant_payable'
    ) sides
    where loan_id is not null
    group by borrower_id, loan_id, lender_id, currency, booked_on
"""
# By the line of a settlement, which is the cause.
PAID = """
    select borrower_id, cause_id, sum(case credit when 'bank' then amount_minor else -amount_minor end) as paid
    from ledger_posting where cause = 'settlement' group by borrower_id, cause_id
"""
# Of borrowers and of the lender itself: what each cause moved on the bank account on a day, each way by itself, above
# zero what came in.
AT_BANK = """
    select borrower_id, cause, cause_id, counts_on as day,
        sum(case debit when 'bank' then amount_minor else -amount_minor end) as amount
    from ledger_posting where debit = 'bank' or credit = 'bank'
    group by borrower_id, cause, cause_id, counts_on, debit = 'bank'
    union all
    select null, cause, cause_id, counts_on, sum(case debit when 'bank' then amount_minor else -amount_minor end)
    from ledger_house_posting where debit = 'bank' or credit = 'bank'
    group by cause, cause_id, counts_on, debit = 'bank'
"""
